//! Says whether an agreement is what a participant asked for, by the meaning of the fields and not
//! by the steps of the negotiation.

use sysmem_core::negotiation::Agreement;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferMemoryConstraints, BufferMemorySettings, CoherencyDomain,
};

use crate::support::participants::{Image, Participant};

/// The first field that the agreement does not keep.
pub fn unsatisfied(participant: &Participant, agreement: &Agreement) -> Option<&'static str> {
    let table = &participant.0;
    let memory = agreement.settings.buffer_settings.as_ref().unwrap();
    counts(table, agreement.buffer_count)
        .or_else(|| bytes(table.buffer_memory_constraints.as_ref()?, memory))
        .or_else(|| domain(table, memory))
        .or_else(|| images(table, agreement, memory))
}

fn first_broken<const N: usize>(checks: [(&'static str, bool); N]) -> Option<&'static str> {
    checks.into_iter().find(|(_, is_kept)| !is_kept).map(|(field, _)| field)
}

fn counts(table: &BufferCollectionConstraints, count: u32) -> Option<&'static str> {
    let own = [
        table.min_buffer_count_for_camping,
        table.min_buffer_count_for_dedicated_slack,
        table.min_buffer_count_for_shared_slack,
    ];
    let own: u32 = own.into_iter().flatten().sum();
    first_broken([
        ("buffers of its own", own <= count),
        ("min_buffer_count", table.min_buffer_count.is_none_or(|min| min <= count)),
        ("max_buffer_count", table.max_buffer_count.is_none_or(|max| count <= max)),
    ])
}

fn bytes(table: &BufferMemoryConstraints, memory: &BufferMemorySettings) -> Option<&'static str> {
    let size = memory.size_bytes.unwrap();
    let heap = memory.heap.as_ref().unwrap();
    let is_permitted = table.permitted_heaps.as_ref().is_none_or(|heaps| {
        heaps
            .iter()
            .any(|own| own.heap_type == heap.heap_type && own.id.unwrap_or(0) == heap.id.unwrap())
    });
    let is_contiguous = memory.is_physically_contiguous.unwrap();
    let is_secure = memory.is_secure.unwrap();
    first_broken([
        ("min_size_bytes", table.min_size_bytes.is_none_or(|min| min <= size)),
        ("max_size_bytes", table.max_size_bytes.is_none_or(|max| size <= max)),
        (
            "physically_contiguous_required",
            is_contiguous || table.physically_contiguous_required != Some(true),
        ),
        ("secure_required", is_secure || table.secure_required != Some(true)),
        ("permitted_heaps", is_permitted),
    ])
}

/// The table of 2.4, overridden by what is set.
fn domain(
    table: &BufferCollectionConstraints,
    memory: &BufferMemorySettings,
) -> Option<&'static str> {
    let own = table.buffer_memory_constraints.clone().unwrap_or_default();
    let uses_cpu = table.usage.as_ref().and_then(|usage| usage.cpu).unwrap_or(0) != 0;
    let is_secure = own.secure_required.unwrap_or(false);
    let is_supported = match memory.coherency_domain.unwrap() {
        CoherencyDomain::CPU => own.cpu_domain_supported.unwrap_or(!is_secure),
        CoherencyDomain::RAM => own.ram_domain_supported.unwrap_or(!is_secure && !uses_cpu),
        _ => own.inaccessible_domain_supported.unwrap_or(!uses_cpu),
    };
    first_broken([("coherency domain", is_supported)])
}

fn images(
    table: &BufferCollectionConstraints,
    agreement: &Agreement,
    memory: &BufferMemorySettings,
) -> Option<&'static str> {
    let entries = table.image_format_constraints.as_deref().unwrap_or_default();
    let Some(result) = &agreement.settings.image_format_constraints else {
        return first_broken([("image_format_constraints", entries.is_empty())]);
    };
    let mut broken: Vec<_> =
        entries.iter().map(|entry| image(table, entry, result, memory)).collect();
    if entries.is_empty() || broken.contains(&None) {
        return None;
    }
    // The most telling one: that of an entry about the format.
    broken.sort_by_key(|field| *field == Some("pixel_format"));
    broken[0]
}

fn image(
    table: &BufferCollectionConstraints,
    entry: &Image,
    result: &Image,
    memory: &BufferMemorySettings,
) -> Option<&'static str> {
    let color = result.color_spaces.as_ref().unwrap()[0];
    let colors = entry.color_spaces.as_deref().unwrap_or_default();
    let alpha_agrees = match (entry.is_alpha_present, result.is_alpha_present) {
        (Some(own), Some(agreed)) => own == agreed,
        _ => true,
    };
    let divides = |own: Option<u32>, agreed: Option<u32>| {
        own.is_none_or(|own| own == 0 || agreed.unwrap().is_multiple_of(own))
    };
    let padding = entry.pad_beyond_image_size_bytes.unwrap_or(0);
    let padded = memory.size_bytes.unwrap() + padding;
    first_broken([
        ("pixel_format", offers(table, entry, result)),
        ("color_spaces", colors.contains(&color) || colors == [ColorSpace::DO_NOT_CARE]),
        ("is_alpha_present", alpha_agrees),
        ("min_size", within(entry.min_size, result.min_size)),
        ("max_size", entry.max_size.is_none_or(|_| within(result.max_size, entry.max_size))),
        ("min_bytes_per_row", entry.min_bytes_per_row <= result.min_bytes_per_row),
        (
            "max_bytes_per_row",
            entry.max_bytes_per_row.is_none_or(|max| result.max_bytes_per_row.unwrap() <= max),
        ),
        ("size_alignment", within(entry.size_alignment, result.size_alignment)),
        ("size_alignment", within(result.size_alignment, result.min_size)),
        (
            "display_rect_alignment",
            within(entry.display_rect_alignment, result.display_rect_alignment),
        ),
        (
            "bytes_per_row_divisor",
            divides(entry.bytes_per_row_divisor, result.bytes_per_row_divisor),
        ),
        ("start_offset_divisor", entry.start_offset_divisor <= result.start_offset_divisor),
        (
            "required_min_size",
            entry
                .required_min_size
                .is_none_or(|_| within(result.min_size, entry.required_min_size)),
        ),
        ("required_max_size", within(entry.required_max_size, result.required_max_size)),
        ("required_max_size_list", covers(result, entry)),
        ("pad_for_block_size", within(entry.pad_for_block_size, result.pad_for_block_size)),
        ("pad_beyond_image_size_bytes", padded <= memory.raw_vmo_size.unwrap()),
    ])
}

/// Whether an entry stands for the format that was chosen.
fn offers(table: &BufferCollectionConstraints, entry: &Image, result: &Image) -> bool {
    let usage = table.usage.clone().unwrap_or_default();
    let is_idle = [usage.cpu, usage.vulkan, usage.display, usage.video]
        .into_iter()
        .all(|word| word.unwrap_or(0) == 0);
    let listed = entry.pixel_format_and_modifiers.iter().flatten();
    let listed = listed.map(|pair| (pair.pixel_format, pair.pixel_format_modifier));
    let own = entry.pixel_format.map(|format| {
        let is_wild = is_idle || format == PixelFormat::DO_NOT_CARE;
        let default =
            if is_wild { PixelFormatModifier::DO_NOT_CARE } else { PixelFormatModifier::LINEAR };
        (format, entry.pixel_format_modifier.unwrap_or(default))
    });
    let (format, modifier) = (result.pixel_format.unwrap(), result.pixel_format_modifier.unwrap());
    listed.chain(own).any(|(own_format, own_modifier)| {
        (own_format == format || own_format == PixelFormat::DO_NOT_CARE)
            && (own_modifier == modifier || own_modifier == PixelFormatModifier::DO_NOT_CARE)
    })
}

/// Whether `inner`, if set, is no larger than `outer` in both directions.
fn within(inner: Option<SizeU>, outer: Option<SizeU>) -> bool {
    let outer = outer.unwrap();
    inner.is_none_or(|inner| inner.width <= outer.width && inner.height <= outer.height)
}

/// Whether every size that the entry requires is covered by one of the result, which the maximum
/// lets pass.
fn covers(result: &Image, entry: &Image) -> bool {
    let agreed = result.required_max_size_list.as_ref().unwrap();
    let required = entry.required_max_size_list.iter().flatten();
    required.copied().all(|size| {
        within(Some(size), result.max_size)
            && agreed.iter().any(|agreed| within(Some(size), Some(*agreed)))
    })
}
