//! Formats, color spaces and heaps that others name, to be named as well.

use std::collections::BTreeSet;

use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, Heap, ImageFormatConstraints};

use super::value::Value;
use crate::negotiation::formats::FormatPair;
use crate::negotiation::usage::Usage;

/// The images of a participant, each for the formats that it stands for.
pub(super) fn offers(
    table: &BufferCollectionConstraints,
) -> impl Iterator<Item = (FormatPair, &ImageFormatConstraints)> {
    let usage = table.usage.as_ref().map(Usage::from).unwrap_or_default();
    let images = table.image_format_constraints.iter().flatten();
    images
        .filter_map(move |image| Some((FormatPair::of_entry(image, usage).ok()?, image)))
        .flat_map(|(pairs, image)| pairs.map(move |pair| (pair, image)))
}

/// What others offer and `own` does not, without wildcards; each pair once.
pub(super) fn missing_offers<'a>(
    own: &BufferCollectionConstraints,
    others: &[&'a BufferCollectionConstraints],
) -> Vec<(FormatPair, &'a ImageFormatConstraints)> {
    let mut known: BTreeSet<_> = offers(own).map(|(pair, _)| pair).collect();
    let all = others.iter().flat_map(|table| offers(table));
    all.filter(|(pair, _)| pair.is_specific() && known.insert(*pair))
        .take(super::Finding::MAX_FORMATS)
        .collect()
}

/// The color spaces of `own` and one more that somebody else names; at last whatever others want.
pub(super) fn more_color_spaces(
    own: &Value,
    others: &[&BufferCollectionConstraints],
) -> impl Iterator<Item = Value> {
    let own = match own {
        Value::ColorSpaces(list) => list.clone(),
        _ => Vec::new(),
    };
    let images = others.iter().flat_map(|table| table.image_format_constraints.iter().flatten());
    let named = images.flat_map(|image| image.color_spaces.iter().flatten());
    let named: BTreeSet<_> = named.copied().filter(|of| *of != ColorSpace::DO_NOT_CARE).collect();
    let usual = [ColorSpace::SRGB, ColorSpace::REC709];
    let mut more: Vec<_> = named.into_iter().chain(usual).collect();
    more.retain(|color_space| !own.contains(color_space));
    let extended = more.clone().into_iter().map(move |one| {
        let list = own.iter().copied().filter(|of| *of != ColorSpace::DO_NOT_CARE);
        list.chain([one]).collect()
    });
    let alone = more.into_iter().map(|one| vec![one]);
    let any = [vec![ColorSpace::DO_NOT_CARE]];
    extended.chain(any).chain(alone).map(Value::ColorSpaces)
}

/// The heaps of `own` and one more of these; at last any heap.
pub(super) fn more_heaps(
    own: &Value,
    others: &[&BufferCollectionConstraints],
    existing: impl Iterator<Item = Heap>,
) -> Vec<Value> {
    let own = match own {
        Value::Heaps(list) => list.as_slice(),
        _ => &[],
    };
    let memories = others.iter().filter_map(|table| table.buffer_memory_constraints.as_ref());
    let named = memories.flat_map(|memory| memory.permitted_heaps.iter().flatten().cloned());
    let mut more: Vec<Heap> = Vec::new();
    for heap in named.chain(existing) {
        let is_known = own.iter().chain(&more).any(|known| is_same(known, &heap));
        if !is_known && heap.heap_type.is_some() {
            more.push(heap);
        }
    }
    let extended = more.into_iter().map(|one| own.iter().cloned().chain([one]).collect());
    extended.map(Value::Heaps).chain([Value::Unset]).collect()
}

fn is_same(a: &Heap, b: &Heap) -> bool {
    a.heap_type == b.heap_type && a.id.unwrap_or(0) == b.id.unwrap_or(0)
}
