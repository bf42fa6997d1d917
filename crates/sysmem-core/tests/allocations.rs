//! How much memory a negotiation asks for: neither the number of blocks nor the size of any grows
//! with participants times pairs of format and modifier.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sysmem_core::negotiation::{Environment, HeapCatalog, negotiate};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferUsage, ImageFormatConstraints, PixelFormatAndModifier,
    VULKAN_IMAGE_USAGE_SAMPLED,
};

/// Counts what this thread asks for.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static BLOCKS: Cell<usize> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed on as it is; counting touches neither memory nor layout.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BLOCKS.set(BLOCKS.get() + 1);
        LARGEST.set(LARGEST.get().max(layout.size()));
        // SAFETY: what holds for the caller's layout holds here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is from `alloc` above, so from the same allocator.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Each pair with AFBC flags of its own, so that all are different.
fn table(pairs: u64) -> BufferCollectionConstraints {
    let pair = |number| {
        let flags = [0x10, 0x20, 0x40, 0x800, 0x1000, 0x2000].into_iter().enumerate();
        let flags = flags.filter(|(bit, _)| number >> bit & 1 == 1).map(|(_, flag)| flag);
        let base = PixelFormatModifier::ARM_AFBC_16X16.into_primitive();
        let modifier = flags.fold(base, |modifier, flag| modifier | flag);
        PixelFormatAndModifier {
            pixel_format: PixelFormat::R8G8B8A8,
            pixel_format_modifier: PixelFormatModifier::from_primitive(modifier),
        }
    };
    BufferCollectionConstraints {
        usage: Some(BufferUsage { vulkan: Some(VULKAN_IMAGE_USAGE_SAMPLED), ..Default::default() }),
        min_buffer_count: Some(2),
        image_format_constraints: Some(vec![ImageFormatConstraints {
            pixel_format_and_modifiers: Some((0..pairs).map(pair).collect()),
            color_spaces: Some(vec![ColorSpace::SRGB]),
            min_size: Some(SizeU { width: 64, height: 64 }),
            ..Default::default()
        }]),
        ..Default::default()
    }
}

/// The blocks that a negotiation asks for, and the bytes of the largest.
fn asked_for(participants: usize, pairs: u64) -> (usize, usize) {
    let tables: Vec<_> = (0..participants).map(|_| table(pairs)).collect();
    let tables: Vec<_> = tables.iter().collect();
    let heaps = HeapCatalog::system_ram(true);
    let environment = Environment { heaps: &heaps, format_costs: &[], page_size_bytes: 4096 };
    BLOCKS.set(0);
    LARGEST.set(0);
    let agreement = negotiate(&tables, &environment);
    let asked_for = (BLOCKS.get(), LARGEST.get());
    agreement.expect("all offer the same");
    asked_for
}

#[test]
fn no_allocation_is_in_proportion_to_participants_times_pairs() {
    for participants in [1, 2, 8, 64] {
        let (few, _) = asked_for(participants, 1);
        let (many, largest) = asked_for(participants, 64);
        // A few for a participant, for lists and what their entries share.
        let more = many - few;
        assert!(few <= 16 * participants + 16, "{few} blocks for {participants}");
        assert!(more <= 16 * participants + 16, "{more} more blocks for {participants}");
        let of_participants = asked_for(participants, 1).1;
        let of_pairs = asked_for(1, 64).1;
        assert!(largest <= of_participants.max(of_pairs), "{largest} bytes for {participants}");
    }
}
