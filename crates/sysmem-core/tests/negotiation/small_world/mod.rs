//! Small worlds: all combinations of a few constraints for up to three participants, against a
//! search that tries all buffers.

mod search;
mod wish;

use sysmem_core::negotiation::{HeapCatalog, SYSTEM_RAM};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::CoherencyDomain;

use self::search::{Found, search};
use self::wish::{ANY_IMAGE, Counts, ImageWish, Memory, Use, Wish};
use crate::satisfaction::unsatisfied;
use crate::support::participants::{Agreed, Participant, World, heap, secure_heap};

const SRGB: &[ColorSpace] = &[ColorSpace::SRGB];
const REC709: &[ColorSpace] = &[ColorSpace::REC709];
const R8: ImageWish = ImageWish::of(PixelFormat::R8, SRGB);
const R8G8: ImageWish = ImageWish::of(PixelFormat::R8G8, SRGB);
const NV12: ImageWish = ImageWish::of(PixelFormat::NV12, REC709);

/// How many combinations agreed, and how many did not.
#[derive(Debug, Default)]
struct Tally {
    agreed: usize,
    failed: usize,
}

/// Holds every combination of up to `most` of these against the search. Of both outcomes there have
/// to be enough. The order of participants decides nothing that is looked at here; `properties.rs`
/// has that.
fn compare(heaps: HeapCatalog, wishes: &[Wish], most: usize) {
    let world = World { heaps, format_costs: Vec::new() };
    let tables: Vec<_> = wishes.iter().map(Wish::table).collect();
    let mut tally = Tally::default();
    let mut chosen = Vec::new();
    combine(&world, wishes, &tables, most, &mut chosen, &mut tally);
    let Tally { agreed, failed } = tally;
    assert!(agreed * 20 > failed && failed * 20 > agreed, "{tally:?}");
}

/// All combinations that begin with those chosen.
fn combine(
    world: &World,
    wishes: &[Wish],
    tables: &[Participant],
    most: usize,
    chosen: &mut Vec<usize>,
    tally: &mut Tally,
) {
    if chosen.len() == most {
        return;
    }
    for next in chosen.last().copied().unwrap_or(0)..wishes.len() {
        chosen.push(next);
        let wanted: Vec<_> = chosen.iter().map(|index| wishes[*index].clone()).collect();
        let participants: Vec<_> = chosen.iter().map(|index| tables[*index].clone()).collect();
        if check(world, &wanted, &participants) {
            tally.agreed += 1;
        } else {
            tally.failed += 1;
        }
        combine(world, wishes, tables, most, chosen, tally);
        chosen.pop();
    }
}

/// Whether there is an agreement, which has to be the same for both.
fn check(world: &World, wishes: &[Wish], participants: &[Participant]) -> bool {
    let expected = search(wishes, &world.heaps);
    match (world.negotiate(participants), expected) {
        (Ok(agreement), Some(Found { count, heaps, image, size_bytes })) => {
            let broken = participants.iter().find_map(|it| unsatisfied(it, &agreement));
            assert_eq!(broken, None, "{wishes:#?}");
            let agreed = Agreed(agreement);
            let found = agreed.0.settings.image_format_constraints.as_ref().map(|_| {
                let (format, modifier) = agreed.format();
                (format, modifier, agreed.color_space())
            });
            assert_eq!((agreed.count(), agreed.sizes().0), (count, size_bytes), "{wishes:#?}");
            assert_eq!(found, image, "{wishes:#?}");
            let heap = (agreed.heap().0.to_owned(), agreed.domain());
            assert!(heaps.contains(&heap), "{heap:?} of {heaps:?}: {wishes:#?}");
            true
        }
        (Err(_), None) => false,
        (Ok(agreement), None) => panic!("too much is agreed on: {agreement:?}\n{wishes:#?}"),
        (Err(failure), Some(found)) => panic!("{failure}, but {found:?}\n{wishes:#?}"),
    }
}

/// Every combination of one item of each list, one after the other given to `make`.
fn product<A: Copy, B: Copy, T>(a: &[A], b: &[B], make: impl Fn(A, B) -> T + Copy) -> Vec<T> {
    a.iter().flat_map(|a| b.iter().map(move |b| make(*a, *b))).collect()
}

#[test]
fn small_world_of_counts() {
    let own = [(0, 0, 0), (1, 0, 0), (40, 0, 0), (0, 1, 0), (1, 0, 2)];
    let bounds =
        [(0, None), (3, None), (64, None), (65, None), (0, Some(2)), (3, Some(2)), (2, Some(64))];
    let wishes = product(&own, &bounds, |(camping, dedicated, shared), (min, max)| Wish {
        counts: Counts { camping, dedicated, shared, min, max },
        memory: Memory { min_bytes: 1, ..Memory::default() },
        ..Wish::gpu()
    });
    compare(HeapCatalog::system_ram(true), &wishes, 3);
}

#[test]
fn small_world_of_memory() {
    const LISTS: [&[&str]; 6] =
        [&[], &["H1"], &["H2", "H1"], &[SYSTEM_RAM, "H2"], &["S1", "H1"], &["S2", "S1"]];
    let domains = [
        [None, None, None],
        [Some(false), None, None],
        [None, Some(true), None],
        [None, None, Some(true)],
        [Some(false), Some(false), Some(true)],
    ];
    let needs = [(false, false), (true, false), (false, true)];
    let users = [Use::Cpu, Use::Gpu, Use::Display, Use::Nothing];
    let kinds = product(&users, &needs, |usage, needs| (usage, needs));
    let places = product(&LISTS, &domains, |heaps, domains| (heaps, domains));
    let wishes = product(&kinds, &places, |(usage, (secure, contiguous)), (heaps, domains)| {
        let [cpu, ram, inaccessible] = domains;
        let memory = Memory {
            min_bytes: 1,
            cpu,
            ram,
            inaccessible,
            secure,
            contiguous,
            heaps,
            ..Memory::default()
        };
        Wish { usage, memory, ..Wish::gpu() }
    });
    for contiguous in [false, true] {
        use CoherencyDomain as D;
        let mut heaps = HeapCatalog::system_ram(contiguous).heaps().to_vec();
        heaps.extend([heap("H1", &[D::INACCESSIBLE]), heap("H2", &[D::CPU, D::RAM])]);
        heaps.extend([secure_heap("S1"), secure_heap("S2")]);
        let heaps = HeapCatalog::new(heaps);
        compare(heaps.clone(), &wishes, 2);
        let some: Vec<_> = wishes.iter().step_by(7).cloned().collect();
        compare(heaps, &some, 3);
    }
}

#[test]
fn small_world_of_formats_and_colors() {
    const BOTH: &[ColorSpace] = &[ColorSpace::REC709, ColorSpace::SRGB];
    let te = Some(PixelFormatModifier::ARM_LINEAR_TE);
    let x_tiled = Some(PixelFormatModifier::INTEL_I915_X_TILED);
    let linear = R8.modifier;
    let pairs = [
        (R8.format, linear),
        (R8.format, te),
        (R8G8.format, linear),
        (NV12.format, linear),
        (R8.format, None),
        (NV12.format, None),
        (None, linear),
        (None, te),
        (None, x_tiled),
        (None, None),
    ];
    let entries = product(&pairs, &[None, Some(SRGB), Some(BOTH)], |(format, modifier), colors| {
        ImageWish { format, modifier, colors, min: (2, 2), ..ANY_IMAGE }
    });
    let with = |images| Wish { images, ..Wish::gpu() };
    let mut wishes: Vec<_> = entries.iter().map(|entry| with(vec![*entry])).collect();
    wishes.push(with(vec![]));
    let singles = wishes.len();
    // Of two entries only those with all colors, or none in particular.
    let wide: Vec<_> = entries.into_iter().filter(|it| it.colors != Some(SRGB)).collect();
    for (index, first) in wide.iter().enumerate() {
        wishes.extend(wide[..index].iter().map(|second| with(vec![*first, *second])));
    }
    compare(HeapCatalog::system_ram(true), &wishes, 2);
    compare(HeapCatalog::system_ram(true), &wishes[..singles], 3);
}

#[test]
fn small_world_of_sizes_and_rows() {
    let sizes = product(&[0, 3], &[u32::MAX, 5, 4], |min, max| (min, max));
    let rows = product(&[0, 5], &[u32::MAX, 8, 4], |min, max| (min, max));
    let alignments = product(&[1, 2, 4], &[1, 2, 3], |alignment, divisor| (alignment, divisor));
    const REQUIRED: [&[wish::Size]; 3] = [&[], &[(4, 1)], &[(2, 2), (5, 1)]];
    let rest = product(&alignments, &REQUIRED, |alignments, required| (alignments, required));
    let limits = product(&sizes, &rows, |sizes, rows| (sizes, rows));
    let wishes = product(&limits, &rest, |(sizes, rows), ((alignment, divisor), required)| {
        let image = ImageWish {
            min: (sizes.0, 1),
            max: (sizes.1, 4),
            min_row: rows.0,
            max_row: rows.1,
            alignment,
            divisor,
            required,
            ..R8
        };
        Wish { images: vec![image], ..Wish::gpu() }
    });
    compare(HeapCatalog::system_ram(true), &wishes, 1);
    let some: Vec<_> = wishes.iter().step_by(5).cloned().collect();
    compare(HeapCatalog::system_ram(true), &some, 2);
    let some: Vec<_> = wishes.iter().step_by(29).cloned().collect();
    compare(HeapCatalog::system_ram(true), &some, 3);
}

/// A bit of everything, so that one format can fail for others.
#[test]
fn small_world_of_everything() {
    let offers: [&[ImageWish]; 4] = [&[], &[R8, R8G8], &[R8, NV12], &[ANY_IMAGE]];
    let images = [
        ANY_IMAGE,
        ImageWish { min: (3, 1), ..ANY_IMAGE },
        ImageWish { max: (4, 4), max_row: 5, ..ANY_IMAGE },
        ImageWish { max_area: 3, required: &[(1, 2)], alpha: Some(true), ..ANY_IMAGE },
        ImageWish {
            required_min: (2, 2),
            alignment: 2,
            divisor: 3,
            alpha: Some(false),
            ..ANY_IMAGE
        },
    ];
    let rest = [
        (Use::Gpu, None, None, &[][..]),
        (Use::Cpu, Some(2), None, &["H2"]),
        (Use::Display, None, Some(8), &["H1", "H2"]),
    ];
    let images = product(&offers, &images, |offers, limits| (offers, limits));
    let wishes = product(&images, &rest, |(offers, limits), (usage, max, max_bytes, heaps)| {
        let limited = |offer: &ImageWish| {
            let ImageWish { format, modifier, colors, .. } = *offer;
            ImageWish { format, modifier, colors, ..limits }
        };
        Wish {
            usage,
            counts: Counts { camping: 1, max, ..Counts::default() },
            memory: Memory { min_bytes: 1, max_bytes, heaps, ..Memory::default() },
            images: offers.iter().map(limited).collect(),
        }
    });
    use CoherencyDomain as D;
    let mut heaps = HeapCatalog::system_ram(true).heaps().to_vec();
    heaps.extend([heap("H1", &[D::INACCESSIBLE]), heap("H2", &[D::CPU])]);
    compare(HeapCatalog::new(heaps), &wishes, 3);
}
