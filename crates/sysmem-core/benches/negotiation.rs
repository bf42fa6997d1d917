//! How long it takes to negotiate, by participants and by pairs of format and modifier that each of
//! them offers.
//!
//! Beside it is the number of comparisons of a pass that holds each pair of a participant against
//! each one that is left of those before, which is what "naive" would be.
//! Target: 8 participants with 64 pairs each in at most 50 µs.
//!
//! `cargo bench -p sysmem-core -- 8 64` measures these numbers alone.

use std::hint::black_box;
use std::time::Instant;

use sysmem_core::negotiation::{Environment, HeapCatalog, negotiate};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferUsage, ImageFormatConstraints, PixelFormatAndModifier,
    VULKAN_IMAGE_USAGE_SAMPLED,
};

/// Rounds of which the median is taken, and pairs in a round, about.
const ROUNDS: usize = 21;
const PAIRS_IN_ROUND: usize = 20_000;

fn main() {
    println!("{:>12} {:>6} {:>12} {:>12}", "participants", "pairs", "comparisons", "median");
    let chosen: Vec<usize> = std::env::args().filter_map(|it| it.parse().ok()).collect();
    let (all_participants, all_pairs) = match chosen[..] {
        [participants, pairs] => (vec![participants], vec![pairs]),
        _ => (vec![1, 2, 4, 8, 16, 32, 64], vec![1, 4, 16, 64]),
    };
    for participants in all_participants {
        for pairs in all_pairs.iter().copied() {
            let comparisons = (participants - 1) * pairs * pairs;
            let nanoseconds = measure(participants, pairs);
            let microseconds = nanoseconds / 1e3;
            println!("{participants:>12} {pairs:>6} {comparisons:>12} {microseconds:>9.1} µs");
        }
    }
}

/// The median over rounds of the mean time of one negotiation, in nanoseconds.
fn measure(participants: usize, pairs: usize) -> f64 {
    let tables: Vec<_> = (0..participants).map(|index| table(pairs, index)).collect();
    let tables: Vec<_> = tables.iter().collect();
    let heaps = HeapCatalog::system_ram(true);
    let environment = Environment { heaps: &heaps, format_costs: &[], page_size_bytes: 4096 };
    let repetitions = (PAIRS_IN_ROUND / (participants * pairs)).max(4);
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..repetitions {
                let agreement = negotiate(black_box(&tables), &environment);
                black_box(agreement).expect("all offer the same");
            }
            start.elapsed().as_secs_f64() * 1e9 / repetitions as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// All offer the same pairs, each participant beginning with another one.
fn table(pairs: usize, index: usize) -> BufferCollectionConstraints {
    let mut list: Vec<_> = all_pairs().take(pairs).collect();
    assert_eq!(list.len(), pairs, "there are not so many pairs");
    list.rotate_left(index % pairs);
    let image = ImageFormatConstraints {
        pixel_format_and_modifiers: Some(list),
        color_spaces: Some(vec![ColorSpace::SRGB]),
        min_size: Some(SizeU { width: 64, height: 64 }),
        required_max_size_list: Some(vec![
            SizeU { width: 1920, height: 1080 },
            SizeU { width: 1080, height: 1920 },
        ]),
        ..Default::default()
    };
    BufferCollectionConstraints {
        usage: Some(BufferUsage { vulkan: Some(VULKAN_IMAGE_USAGE_SAMPLED), ..Default::default() }),
        min_buffer_count: Some(2),
        image_format_constraints: Some(vec![image]),
        ..Default::default()
    }
}

/// RGB formats with AFBC of every kind.
fn all_pairs() -> impl Iterator<Item = PixelFormatAndModifier> {
    let flags = [0x0, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70];
    let modifiers = [0, 0x1000, 0x2000, 0x3000].into_iter().flat_map(move |upper| {
        flags.map(|lower| PixelFormatModifier::ARM_AFBC_16X16.into_primitive() | upper | lower)
    });
    modifiers.flat_map(|modifier| {
        [PixelFormat::R8G8B8A8, PixelFormat::B8G8R8A8].map(|pixel_format| PixelFormatAndModifier {
            pixel_format,
            pixel_format_modifier: PixelFormatModifier::from_primitive(modifier),
        })
    })
}
