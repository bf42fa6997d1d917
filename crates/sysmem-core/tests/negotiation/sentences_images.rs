//! The sentences of `sysmem2-constraints.md` section 8 about sizes, rows and padding of images; 53
//! is tested beside the code.

use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};

use crate::support::participants::*;

const X_TILED: PixelFormatModifier = PixelFormatModifier::INTEL_I915_X_TILED;
const ANY: PixelFormatModifier = PixelFormatModifier::DO_NOT_CARE;

/// One that needs a buffer for images of at least 64x64.
fn gpu<const N: usize>(images: [Image; N]) -> Participant {
    let images = images.map(|image| match image.min_size {
        None => at_least(64, 64, image),
        Some(_) => image,
    });
    vulkan().camping(1).images(images)
}

#[test]
fn constraints_s42_alignments_are_powers_of_two() {
    for alignment in [size(3, 1), size(1, 0)] {
        let aligned = Image { size_alignment: alignment, ..rgba() };
        assert_eq!(fail([gpu([aligned])]), "2.6 step 3");
        let aligned = Image { display_rect_alignment: alignment, ..rgba() };
        assert_eq!(fail([gpu([aligned])]), "2.6 step 15");
        let padded = Image { pad_for_block_size: alignment, ..rgba() };
        assert_eq!(fail([gpu([padded])]), "2.6 step 21");
    }
}

#[test]
fn constraints_s43_minimum_is_raised_to_the_alignment() {
    let aligned = Image { size_alignment: size(32, 64), ..at_least(1, 65, rgba()) };
    assert_eq!(agree([gpu([aligned])]).image().min_size, size(32, 128));
}

#[test]
fn constraints_s44_maximum_is_rounded_down_unless_unlimited() {
    let aligned = |max| Image { size_alignment: size(32, 32), max_size: max, ..rgba() };
    let agreed = agree([gpu([aligned(size(u32::MAX, 100))])]);
    assert_eq!(agreed.image().max_size, size(u32::MAX, 96));
    let agreed = agree([gpu([aligned(size(u32::MAX - 1, 100))])]);
    assert_eq!(agreed.image().max_size, size(u32::MAX - 31, 96));
}

#[test]
fn constraints_s45_divisors_combine() {
    let divided = |divisor, image| Image { bytes_per_row_divisor: Some(divisor), ..image };
    let agreed = agree([gpu([divided(3, bgr())]), gpu([divided(4, bgr())])]);
    assert_eq!(agreed.image().bytes_per_row_divisor, Some(12));
    // Too large a multiple eliminates the one format, not the other.
    let small = |divisor| divided(divisor, at_least(1, 1, bgr()));
    let agreed = agree([gpu([small(0x8000_0000), rgba()]), gpu([small(3), rgba()])]);
    assert_eq!(agreed.format().0, PixelFormat::R8G8B8A8);
    assert_eq!(fail([gpu([divided(0, rgba())])]), "2.6 step 16");
    assert_eq!(fail([gpu([divided(u32::MAX, rgba())])]), "2.6 step 8");
}

#[test]
fn constraints_s46_s47_what_formats_ask_for() {
    let agreed = agree([gpu([rgba()])]);
    assert_eq!(agreed.image().bytes_per_row_divisor, Some(4));
    assert_eq!(agreed.image().start_offset_divisor, Some(4));
    let agreed = agree([gpu([required([(65, 67)], nv12())])]);
    assert_eq!(agreed.image().size_alignment, size(2, 2));
    assert_eq!(agreed.sizes().0, 66 * 68 * 3 / 2);
}

#[test]
fn constraints_s48_start_offset() {
    let offset = |divisor| gpu([Image { start_offset_divisor: Some(divisor), ..rgba() }]);
    assert_eq!(fail([offset(8192)]), "2.6 step 17");
    assert_eq!(fail([offset(5)]), "2.6 step 17");
    assert_eq!(agree([offset(4096)]).image().start_offset_divisor, Some(4096));
    // The alignment of samples comes before the check.
    assert_eq!(agree([offset(3)]).image().start_offset_divisor, Some(4));
    let wild = Image { start_offset_divisor: Some(0), ..tiled(rgba(), ANY) };
    assert_eq!(fail([gpu([wild])]), "2.6 step 17");
}

#[test]
fn constraints_s49_required_minimum() {
    let required_min = |width, height| Image { required_min_size: size(width, height), ..rgba() };
    assert_eq!(fail([gpu([required_min(63, 64)])]), "2.6 step 20");
    assert_eq!(fail([gpu([required_min(0, 64)])]), "2.6 step 20");
    let above = at_most(100, 100, required_min(200, 200));
    assert_eq!(agree([gpu([above])]).image().required_min_size, size(200, 200));
}

#[test]
fn constraints_s50_empty_required_sizes() {
    let half = Image { required_max_size: size(0, 100), ..rgba() };
    let agreed = agree([gpu([half])]);
    assert_eq!((agreed.sizes().0, agreed.required()), (16384, vec![]));
    assert_eq!(agreed.image().required_max_size, size(0, 100));
    assert_eq!(fail([gpu([required([(0, 100)], rgba())])]), "2.6 step 6");
}

#[test]
fn constraints_s51_required_sizes_meet_the_rounded_maximum() {
    let aligned = |max| Image { size_alignment: size(16, 16), ..at_most(max, max, rgba()) };
    let other = || gpu([required([(97, 10)], rgba())]);
    assert_eq!(fail([gpu([aligned(100)]), other()]), "2.6 step 20");
    assert_eq!(agree([gpu([aligned(112)]), other()]).sizes().0, 112 * 4 * 64);
}

#[test]
fn constraints_s52_number_of_required_sizes() {
    // Sizes on a falling line do not cover each other.
    let sizes =
        |from: u32| std::array::from_fn::<_, 64, _>(|i| (from + i as u32, 500 - i as u32 - from));
    let first = gpu([required(sizes(64), rgba())]);
    assert_eq!(agree([first.clone()]).required().len(), 64);
    let other = gpu([required([(63, 450)], rgba())]);
    assert_eq!(fail([first.clone(), other]), "3.6");
    let covering = gpu([required([(600, 600)], rgba())]);
    assert_eq!(agree([first, covering]).required(), [(600, 600)]);
}

#[test]
fn constraints_s54_reported_and_real_sizes() {
    let agreed = agree([gpu([at_least(100, 50, rgba())])]);
    assert_eq!(agreed.sizes(), (20000, 20480));
    let padded = Image { pad_beyond_image_size_bytes: Some(481), ..at_least(100, 50, rgba()) };
    assert_eq!(agree([gpu([padded])]).sizes(), (20000, 24576));
}

#[test]
fn constraints_s55_the_larger_padding_counts() {
    // 63 rows of 256 bytes are missing from the block.
    let padded = |beyond| {
        let image = at_most(64, 64, at_least(64, 1, rgba()));
        gpu([Image {
            pad_for_block_size: size(1, 64),
            pad_beyond_image_size_bytes: Some(beyond),
            ..image
        }])
    };
    assert_eq!(agree([padded(0)]).sizes(), (256, 16384));
    assert_eq!(agree([padded(63 * 256)]).sizes(), (256, 16384));
    assert_eq!(agree([padded(63 * 256 + 1)]).sizes(), (256, 20480));
}

#[test]
fn constraints_s56_padding_above_max_size_bytes() {
    let padded = Image { pad_beyond_image_size_bytes: Some(16), ..at_least(1024, 1, rgba()) };
    let gpu = gpu([padded]);
    assert_eq!(agree([gpu.clone().max_bytes(4112)]).sizes(), (4096, 8192));
    assert_eq!(fail([gpu.max_bytes(4111)]), "4.7");
}

#[test]
fn constraints_s57_padding_of_tiled_or_planar_images() {
    let padded = |width, height, image| {
        let image = at_most(1024, 1024, image);
        gpu([Image { pad_for_block_size: size(width, height), ..image }])
    };
    // Fuchsia's server lets {1, 16} pass.
    for (width, height) in [(16, 16), (16, 1), (1, 16)] {
        assert_eq!(fail([padded(width, height, nv12())]), "2.6 step 21");
        assert_eq!(fail([padded(width, height, tiled(rgba(), X_TILED))]), "2.6 step 21");
        assert_eq!(fail([padded(width, height, tiled(rgba(), ANY))]), "2.6 step 21");
        assert!(agree([padded(width, height, rgba())]).sizes().1 >= 16384);
    }
}

#[test]
fn constraints_s58_s59_padding_needs_a_bound_on_the_width() {
    let padded = |max_width| {
        let image = at_most(max_width, u32::MAX, at_least(1, 1, rgba()));
        gpu([Image { pad_for_block_size: size(16, 16), ..image }])
    };
    let bounding = || gpu([at_most(1024, 1024, rgba())]);
    assert_eq!(fail([padded(u32::MAX), bounding()]), "2.6 step 21");
    assert_eq!(fail([padded(0x8000_0000)]), "2.6 step 21");
    assert_eq!(agree([padded(0x8000_0000), bounding()]).sizes().0, 16384);
    assert_eq!(agree([padded(0x7FFF_FFFF)]).image().pad_for_block_size, size(16, 16));
}
