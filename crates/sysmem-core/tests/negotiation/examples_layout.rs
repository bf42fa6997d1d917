//! The worked examples of `sysmem2-constraints.md` section 7 about sizes of images.

use sysmem_core::negotiation::Failure;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::{CoherencyDomain, PixelFormatAndModifier};

use crate::support::participants::*;

const LINEAR: PixelFormatModifier = PixelFormatModifier::LINEAR;
const ANY: PixelFormatModifier = PixelFormatModifier::DO_NOT_CARE;

#[test]
fn constraints_e07_linear_image() {
    let agreed = agree([vulkan().camping(1).images([at_least(100, 50, bgra())])]);
    assert_eq!((agreed.count(), agreed.sizes()), (1, (20000, 20480)));
    assert_eq!(agreed.domain(), CoherencyDomain::CPU);
    assert_eq!(agreed.image().bytes_per_row_divisor, Some(4));
}

#[test]
fn constraints_e08_stride_alignment() {
    let aligned = Image { bytes_per_row_divisor: Some(64), ..bgra() };
    let agreed = agree([
        vulkan().camping(1).images([at_least(101, 50, bgra())]),
        display().camping(1).images([aligned]),
    ]);
    assert_eq!((agreed.count(), agreed.sizes()), (2, (22400, 24576)));
    assert_eq!(agreed.domain(), CoherencyDomain::RAM);
    assert_eq!(agreed.image().min_bytes_per_row, Some(448));
}

#[test]
fn constraints_e09_nv12() {
    let image = required([(1919, 1079)], at_least(16, 16, nv12()));
    let agreed = agree([decoder().camping(1).images([image])]);
    assert_eq!(agreed.sizes(), (3110400, 3112960));
    assert_eq!(agreed.image().size_alignment, size(2, 2));
}

#[test]
fn constraints_e10_24_bit() {
    let image = Image { bytes_per_row_divisor: Some(4), ..at_least(101, 10, bgr()) };
    let writer = cpu_write().camping(1).images([image]);
    assert_eq!(agree([writer.clone()]).sizes(), (3040, 4096));
    let boundary = Image { require_bytes_per_row_at_pixel_boundary: Some(true), ..bgr() };
    let agreed = agree([writer, cpu_read().camping(1).images([boundary])]);
    assert_eq!(agreed.image().bytes_per_row_divisor, Some(12));
    assert_eq!(agreed.sizes().0, 3120);
}

#[test]
fn constraints_e11_two_orientations() {
    let image = required([(1920, 1080), (1080, 1920)], at_least(1, 1, bgra()));
    let agreed = agree([vulkan().camping(1).images([image])]);
    assert_eq!(agreed.sizes(), (8294400, 8294400));
    assert_eq!(agreed.required(), [(1080, 1920), (1920, 1080)]);

    let deprecated = |width, height| Image { required_max_size: size(width, height), ..bgra() };
    let agreed = agree([
        vulkan().camping(1).images([deprecated(1920, 1080)]),
        vulkan().images([deprecated(1080, 1920)]),
    ]);
    assert_eq!(agreed.sizes(), (14745600, 14745600));
    assert_eq!(agreed.required(), [(1920, 1920)]);

    let agreed = agree([
        vulkan().camping(1).images([required([(640, 480), (320, 240), (1280, 720)], bgra())]),
        vulkan().images([required([(480, 640)], bgra())]),
    ]);
    assert_eq!(agreed.sizes().0, 3686400);
    assert_eq!(agreed.required(), [(1280, 720)]);
}

#[test]
fn constraints_e12_required_above_maximum() {
    let failure = World::plain().negotiate(&[
        decoder().camping(1).images([required([(2000, 100)], bgra())]),
        display().images([at_most(1920, 1080, bgra())]),
    ]);
    let failure = failure.unwrap_err();
    assert!(matches!(failure, Failure::Together(_)));
    assert_eq!(failure.rule(), "2.6 step 20");
}

#[test]
fn constraints_e24_alignment() {
    let aligned = |width, height| Image { size_alignment: size(width, height), ..bgra() };
    let gpu = vulkan().camping(1).images([at_least(30, 10, aligned(16, 1))]);
    assert_eq!(agree([gpu.clone()]).image().min_size, size(32, 10));
    let agreed = agree([gpu, vulkan().images([aligned(1, 8)])]);
    assert_eq!(agreed.image().min_size, size(32, 16));
    assert_eq!(agreed.sizes(), (2048, 4096));
}

#[test]
fn constraints_e25_maximum_rounded_down() {
    let image = Image { size_alignment: size(16, 16), ..required([(97, 10)], bgra()) };
    let gpu = vulkan().camping(1).images([image]);
    assert_eq!(fail([gpu, vulkan().images([at_most(100, 100, bgra())])]), "2.6 step 20");
}

#[test]
fn constraints_e26_one_bad_entry_kills_all() {
    let gpu = vulkan().camping(1).images([at_least(200, 200, rgba()), at_least(16, 16, nv12())]);
    let other = vulkan().images([at_most(100, 100, rgba()), at_most(4096, 4096, nv12())]);
    assert_eq!(fail([gpu, other]), "2.6 step 12");
}

/// The participants of E34; the first with this maximum width.
fn padded(max_width: Option<u32>) -> [Participant; 2] {
    let max_size = max_width.and_then(|width| size(width, u32::MAX));
    let image = Image { max_size, pad_for_block_size: size(16, 16), ..at_least(1, 1, rgba()) };
    [decoder().camping(1).images([image]), vulkan().images([required([(100, 50)], rgba())])]
}

#[test]
fn constraints_e34_block_padding() {
    let agreed = agree(padded(Some(1024)));
    assert_eq!(agreed.sizes(), (22400, 86016));
    assert_eq!(agreed.image().bytes_per_row_divisor, Some(64));

    let failure = World::plain().negotiate(&padded(None)).unwrap_err();
    assert_eq!((failure.rule(), failure.participant()), ("2.6 step 21", Some(0)));
    let failure = World::plain().negotiate(&padded(Some(0x8000_0000))).unwrap_err();
    assert!(matches!(failure, Failure::Together(_)));
    assert_eq!(failure.rule(), "2.6 step 21");
}

/// 4.8: how wide the widest image is, at which padding is largest.
#[test]
fn constraints_block_padding_keeps_to_maximums() {
    let narrowed = |max_width, max_bytes_per_row| {
        let [codec, gpu] = padded(Some(max_width));
        let codec = codec.with(|table| {
            table.image_format_constraints.as_mut().unwrap()[0].max_bytes_per_row =
                max_bytes_per_row;
        });
        agree([codec, gpu]).sizes()
    };
    // 22400 + 15 rows of 2048.
    assert_eq!(narrowed(1024, Some(2048)), (22400, 53248));
    assert_eq!(narrowed(512, None), (22400, 53248));
    // 22400 + 15 rows of 4032, although a block goes beyond the maximum width.
    assert_eq!(narrowed(1000, None), (22400, 86016));
}

#[test]
fn constraints_e35_tail_padding() {
    let image = Image { pad_beyond_image_size_bytes: Some(16), ..at_least(1024, 1, rgba()) };
    assert_eq!(agree([decoder().camping(1).images([image])]).sizes(), (4096, 8192));
}

#[test]
fn constraints_e36_paddings_overlap() {
    let [codec, gpu] = padded(Some(1024));
    let gpu = gpu.with(|table| {
        let images = table.image_format_constraints.as_mut().unwrap();
        images[0].pad_beyond_image_size_bytes = Some(100);
    });
    assert_eq!(agree([codec, gpu]).sizes(), (22400, 86016));
}

#[test]
fn constraints_e37_area_limit() {
    let image = Image { max_width_times_height: Some(9999), ..required([(100, 100)], rgba()) };
    assert_eq!(fail([vulkan().camping(1).images([image.clone()])]), "4.6");
    let image = Image { max_width_times_height: Some(10000), ..image };
    assert_eq!(agree([vulkan().camping(1).images([image])]).sizes().0, 40000);
}

#[test]
fn constraints_e38_overlapping_formats_of_one_participant() {
    let pair = |pixel_format, modifier| {
        let image = image(pixel_format, modifier, ColorSpace::PASSTHROUGH);
        at_least(64, 64, image)
    };
    use PixelFormat as F;
    let fails = [
        [pair(F::R8G8B8A8, LINEAR), pair(F::R8G8B8A8, ANY)],
        [pair(F::DO_NOT_CARE, ANY), pair(F::R8G8B8A8, LINEAR)],
        [pair(F::R8G8B8A8, ANY), pair(F::DO_NOT_CARE, LINEAR)],
    ];
    for images in fails {
        assert_eq!(fail([vulkan().camping(1).images(images)]), "C20");
    }
    let images = [pair(F::MJPEG, ANY), pair(F::DO_NOT_CARE, LINEAR)];
    let other = vulkan().images([pair(F::R8G8B8A8, LINEAR)]);
    let agreed = agree([vulkan().camping(1).images(images), other]);
    assert_eq!(agreed.format(), (F::R8G8B8A8, LINEAR));
}

#[test]
fn constraints_e39_unsupported_pair() {
    let mjpeg = |modifier| at_least(64, 64, image(PixelFormat::MJPEG, modifier, ColorSpace::SRGB));
    let rgba = |modifier| tiled(at_least(64, 64, rgba()), modifier);
    let listed = vulkan().camping(1).images([mjpeg(LINEAR), rgba(LINEAR)]);
    assert_eq!(fail([listed]), "2.6 step 8a");
    let wild = vulkan().camping(1).images([mjpeg(ANY), rgba(ANY)]);
    let linear = image(PixelFormat::DO_NOT_CARE, LINEAR, ColorSpace::SRGB);
    let agreed = agree([wild, vulkan().images([linear])]);
    assert_eq!(agreed.format(), (PixelFormat::R8G8B8A8, LINEAR));
}

#[test]
fn constraints_e40_row_limits() {
    let limited = Image { max_bytes_per_row: Some(1001), ..rgba() };
    let gpu = vulkan().camping(1).images([limited]);
    let other = |width| vulkan().images([required([(width, 10)], rgba())]);
    assert_eq!(fail([gpu.clone(), other(300)]), "4.6");
    let agreed = agree([gpu, other(250)]);
    assert_eq!(agreed.image().max_bytes_per_row, Some(1000));
    assert_eq!(agreed.sizes(), (10000, 12288));
}

#[test]
fn constraints_e41_minimum_row() {
    let image = Image { min_bytes_per_row: Some(500), ..at_least(100, 10, rgba()) };
    assert_eq!(agree([vulkan().camping(1).images([image])]).sizes(), (5000, 8192));
}

#[test]
fn constraints_e42_colors_of_formats() {
    let p010 = at_least(64, 64, image(PixelFormat::P010, LINEAR, ColorSpace::REC2020));
    assert_eq!(agree([vulkan().camping(1).images([p010])]).sizes(), (12288, 12288));

    let wrong = colors(nv12(), [ColorSpace::SRGB]);
    let gpu = vulkan().camping(1).images([wrong, at_least(64, 64, rgba())]);
    assert_eq!(fail([gpu]), "2.6 step 19");

    let linear = at_least(64, 64, image(PixelFormat::DO_NOT_CARE, LINEAR, ColorSpace::SRGB));
    let agreed = agree([vulkan().camping(1).images([linear]), vulkan().images([nv12(), rgba()])]);
    assert_eq!(agreed.format().0, PixelFormat::R8G8B8A8);
}

#[test]
fn constraints_e43_intel_planar_and_ccs() {
    use PixelFormatModifier as M;
    let bytes = |image| agree([vulkan().camping(1).images([image])]).sizes().0;
    assert_eq!(bytes(tiled(at_least(200, 100, nv12()), M::INTEL_I915_Y_TILED)), 49152);
    assert_eq!(bytes(tiled(at_least(1000, 600, rgba()), M::INTEL_I915_Y_TILED_CCS)), 2498560);
}

/// Sentence 27 of section 8: the entry's own format goes to the end of its list.
#[test]
fn constraints_s27_own_format_and_list() {
    let pair =
        |pixel_format| PixelFormatAndModifier { pixel_format, pixel_format_modifier: LINEAR };
    let image = Image {
        pixel_format_and_modifiers: Some(vec![pair(PixelFormat::B8G8R8A8)]),
        ..at_least(64, 64, rgba())
    };
    let gpu = vulkan().camping(1).images([image]);
    let format = |other| agree([gpu.clone(), vulkan().images([other])]).format().0;
    assert_eq!(format(rgba()), PixelFormat::R8G8B8A8);
    assert_eq!(format(bgra()), PixelFormat::B8G8R8A8);
}
