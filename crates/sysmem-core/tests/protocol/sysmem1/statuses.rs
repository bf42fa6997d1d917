//! Sizes, counts, arithmetic: 36 to 51. What participants ask for, and what they are told.

use sysmem_core::v1;
use sysmem_fidl::fuchsia_sysmem::*;

use super::client::{INVALID_ARGS, View};
use super::constraints::{cpu, image, images};
use super::views::views;
use crate::world::World;

const MIB: u32 = 1 << 20;

/// What a collection of these participants comes to.
fn negotiate<const N: usize>(participants: [BufferCollectionConstraints; N]) -> v1::Outcome {
    let world = World::new();
    let views = views::<N>(&world);
    let waits = views.each_ref().map(View::wait);
    for (view, constraints) in views.iter().zip(participants) {
        view.constrain(constraints);
    }
    waits[0].outcome()
}

fn count_of<const N: usize>(participants: [BufferCollectionConstraints; N]) -> Result<u32, i32> {
    negotiate(participants).map(|delivery| delivery.buffers.count)
}

fn size_of_buffers(constraints: BufferCollectionConstraints) -> Result<u32, i32> {
    negotiate([constraints]).map(|delivery| delivery.settings.buffer_settings.size_bytes)
}

/// One participant's memory constraints, changed.
fn memory(change: impl FnOnce(&mut BufferMemoryConstraints)) -> BufferCollectionConstraints {
    let mut constraints = cpu(1, 64);
    change(&mut constraints.buffer_memory_constraints);
    constraints
}

fn with_image(change: impl FnOnce(&mut ImageFormatConstraints)) -> BufferCollectionConstraints {
    let mut image = image();
    change(&mut image);
    images(&[image])
}

#[test]
fn sysmem1_c36_counts_beyond_their_arrays_fail_the_view() {
    let too_many = [
        BufferCollectionConstraints { image_format_constraints_count: 33, ..cpu(1, 64) },
        with_image(|image| image.color_spaces_count = 33),
        memory(|memory| memory.heap_permitted_count = u32::MAX),
    ];
    for constraints in too_many {
        let world = World::new();
        let [view, _other] = views(&world);
        view.constrain(constraints);
        assert_eq!(view.epitaph(), INVALID_ARGS);
    }
}

#[test]
fn sysmem1_c37_there_are_at_most_64_buffers() {
    assert_eq!(count_of([cpu(32, 64), cpu(32, 64)]), Ok(64));
    assert_eq!(count_of([cpu(32, 64), cpu(33, 64)]), Err(-2));
}

#[test]
fn sysmem1_c38_sums_of_counts_do_not_wrap() {
    assert_eq!(count_of([cpu(u32::MAX, 64), cpu(2, 64)]), Err(-2));
    let slack = BufferCollectionConstraints {
        min_buffer_count_for_dedicated_slack: u32::MAX,
        min_buffer_count_for_shared_slack: u32::MAX,
        ..cpu(2, 64)
    };
    assert_eq!(count_of([slack]), Err(-2));
}

#[test]
fn sysmem1_c39_areas_and_totals_do_not_wrap() {
    let huge = with_image(|image| {
        image.min_coded_width = u32::MAX;
        image.min_coded_height = u32::MAX;
    });
    assert_eq!(count_of([huge]), Err(-2));
    assert_eq!(count_of([cpu(64, u32::MAX)]), Err(-4));
}

#[test]
fn sysmem1_c40_no_buffers_are_none() {
    // Chosen: the negotiation is that of the second version, in which nobody wants no buffers
    // (`sysmem2-constraints.md` 4.1). The first server succeeded with a count of 0.
    assert_eq!(count_of([cpu(0, 64), cpu(0, 64)]), Err(-2));
    let minimum = BufferCollectionConstraints { min_buffer_count: 2, ..cpu(0, 64) };
    assert_eq!(count_of([minimum]), Ok(2));
}

#[test]
fn sysmem1_c41_a_largest_count_of_0_is_no_limit() {
    assert_eq!(count_of([cpu(9, 64)]), Ok(9));
    let limited = BufferCollectionConstraints { max_buffer_count: 8, ..cpu(9, 64) };
    assert_eq!(count_of([limited]), Err(-2));
}

#[test]
fn sysmem1_c42_buffers_have_a_size() {
    assert_eq!(size_of_buffers(cpu(1, 0)), Err(-2));
    // In the first server two participants together got buffers of one byte. The second version
    // asks that somebody says a size (`sysmem2-constraints.md` 2.1).
    assert_eq!(count_of([cpu(1, 0), cpu(1, 0)]), Err(-2));
    assert_eq!(count_of([cpu(1, 0), cpu(1, 1)]), Ok(2));
}

#[test]
fn sysmem1_c43_one_byte_more_than_the_caps_is_a_lack_of_memory() {
    assert_eq!(size_of_buffers(cpu(1, 256 * MIB)), Ok(256 * MIB));
    assert_eq!(size_of_buffers(cpu(1, 256 * MIB + 1)), Err(-4));
    assert_eq!(count_of([cpu(4, 256 * MIB)]), Ok(4));
    assert_eq!(count_of([cpu(5, 205 * MIB)]), Err(-4));
    assert_eq!(count_of([cpu(64, 16 * MIB)]), Ok(64));
    assert_eq!(count_of([cpu(64, 16 * MIB + 1)]), Err(-4));
}

#[test]
fn sysmem1_c44_images_start_at_pages_at_most() {
    assert!(count_of([with_image(|image| image.start_offset_divisor = 4096)]).is_ok());
    assert_eq!(count_of([with_image(|image| image.start_offset_divisor = 8192)]), Err(-2));
}

#[test]
fn sysmem1_c45_divisors_are_powers_of_two_and_0_is_1() {
    type Field = fn(&mut ImageFormatConstraints) -> &mut u32;
    let fields: [Field; 4] = [
        |image| &mut image.coded_width_divisor,
        |image| &mut image.coded_height_divisor,
        |image| &mut image.display_width_divisor,
        |image| &mut image.start_offset_divisor,
    ];
    for field in fields {
        for (divisor, works) in [(0, true), (1, true), (16, true), (3, false), (48, false)] {
            let outcome = count_of([with_image(|image| *field(image) = divisor)]);
            assert_eq!(outcome, if works { Ok(1) } else { Err(-2) }, "divisor {divisor}");
        }
    }
}

#[test]
fn sysmem1_c46_no_layers_are_one_and_more_are_refused() {
    for layers in [0, 1] {
        assert_eq!(count_of([with_image(|image| image.layers = layers)]), Ok(1));
    }
    let world = World::new();
    let [view] = views(&world);
    view.constrain(with_image(|image| image.layers = 2));
    assert_eq!(view.epitaph(), INVALID_ARGS);
}

#[test]
fn sysmem1_c47_memory_has_to_be_in_some_domain() {
    assert_eq!(count_of([memory(|memory| memory.cpu_domain_supported = false)]), Err(-2));
    let ram = memory(|memory| {
        memory.cpu_domain_supported = false;
        memory.ram_domain_supported = true;
    });
    let delivery = negotiate([ram]).unwrap();
    assert_eq!(delivery.settings.buffer_settings.coherency_domain, CoherencyDomain::RAM);
}

#[test]
fn sysmem1_c48_no_cpu_uses_what_it_cannot_see() {
    let blind = memory(|memory| memory.inaccessible_domain_supported = true);
    assert_eq!(count_of([blind]), Err(-2));
    let protected = memory(|memory| memory.secure_required = true);
    assert_eq!(count_of([cpu(1, 64), protected]), Err(-2));
    let mut gpu = memory(|memory| memory.inaccessible_domain_supported = true);
    gpu.usage = BufferUsage { vulkan: VULKAN_USAGE_SAMPLED, ..Default::default() };
    assert_eq!(count_of([gpu]), Ok(1));
}

#[test]
fn sysmem1_c49_a_format_is_named_once() {
    assert_eq!(count_of([images(&[image(), image()])]), Err(-2));
}

#[test]
fn sysmem1_c50_formats_with_and_without_modifier_are_the_same_if_it_is_linear() {
    let mut linear = image();
    linear.pixel_format.has_format_modifier = true;
    linear.pixel_format.format_modifier.value = FORMAT_MODIFIER_LINEAR;
    let delivery = negotiate([images(&[image()]), images(&[linear.clone()])]).unwrap();
    // Whatever a participant has sent, it is told the modifier.
    let chosen = &delivery.settings.image_format_constraints.pixel_format;
    assert_eq!(chosen, &linear.pixel_format);

    let mut tiled = linear;
    tiled.pixel_format.format_modifier.value = FORMAT_MODIFIER_INTEL_I915_X_TILED;
    assert_eq!(count_of([images(&[image()]), images(&[tiled])]), Err(-2));
}

#[test]
fn sysmem1_c51_rows_hold_their_pixels() {
    let delivery = negotiate([with_image(|image| image.min_bytes_per_row = 1)]).unwrap();
    assert_eq!(delivery.settings.image_format_constraints.min_bytes_per_row, 640);
    assert_eq!(delivery.settings.buffer_settings.size_bytes, 640 * 480 * 3 / 2);
    let narrow = with_image(|image| image.max_bytes_per_row = 639);
    assert_eq!(count_of([narrow]), Err(-2));
}

#[test]
fn sysmem1_who_says_no_usage_gets_nothing() {
    let unused = BufferCollectionConstraints { usage: BufferUsage::default(), ..cpu(1, 64) };
    assert_eq!(count_of([unused, cpu(1, 64)]), Err(-2));
}

#[test]
fn sysmem1_results_are_in_structs() {
    let delivery = negotiate([with_image(|image| image.coded_width_divisor = 16)]).unwrap();
    let settings = &delivery.settings;
    let image = &settings.image_format_constraints;
    assert!(settings.has_image_format_constraints);
    assert_eq!(image.pixel_format.r#type, PixelFormatType::NV12);
    assert_eq!(image.color_spaces_count, 1);
    assert_eq!(image.color_space[0].r#type, ColorSpaceType::REC709);
    assert_eq!((image.min_coded_width, image.min_coded_height), (640, 480));
    assert_eq!((image.layers, image.coded_width_divisor), (1, 16));
    assert!(settings.buffer_settings.size_bytes >= 640 * 480 * 3 / 2);
}
