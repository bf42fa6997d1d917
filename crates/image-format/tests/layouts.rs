//! The worked layouts of `image-formats.md` section 9, and what constraints of rows make of widths.

use image_format::{Plane, RowConstraints, image_size, minimum_row_bytes, planes};
use sysmem_fidl::fuchsia_images2::{PixelFormat as F, PixelFormatModifier as M};

struct Example {
    number: u32,
    format: F,
    modifier: M,
    size: (u32, u32),
    row_bytes: u32,
    image_size: u64,
    /// Index, offset, row bytes. The page also gives an offset for plane 3 where there is no side
    /// buffer; that is left out here, as its section 10 suggests.
    planes: &'static [(usize, u64, u32)],
}

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    Example { number: 1, format: F::R8G8B8A8, modifier: M::LINEAR, size: (1920, 1080), row_bytes: 7680, image_size: 8294400, planes: &[(0, 0, 7680)] },
    Example { number: 2, format: F::B8G8R8A8, modifier: M::LINEAR, size: (1366, 768), row_bytes: 5504, image_size: 4227072, planes: &[(0, 0, 5504)] },
    Example { number: 3, format: F::B8G8R8X8, modifier: M::LINEAR, size: (3, 2), row_bytes: 12, image_size: 24, planes: &[(0, 0, 12)] },
    Example { number: 4, format: F::B8G8R8, modifier: M::LINEAR, size: (641, 480), row_bytes: 1924, image_size: 923520, planes: &[(0, 0, 1924)] },
    Example { number: 5, format: F::R8G8B8, modifier: M::LINEAR, size: (100, 50), row_bytes: 300, image_size: 15000, planes: &[(0, 0, 300)] },
    Example { number: 6, format: F::R5G6B5, modifier: M::LINEAR, size: (800, 480), row_bytes: 1600, image_size: 768000, planes: &[(0, 0, 1600)] },
    Example { number: 7, format: F::R3G3B2, modifier: M::LINEAR, size: (320, 240), row_bytes: 320, image_size: 76800, planes: &[(0, 0, 320)] },
    Example { number: 8, format: F::R2G2B2X2, modifier: M::LINEAR, size: (33, 7), row_bytes: 48, image_size: 336, planes: &[(0, 0, 48)] },
    Example { number: 9, format: F::L8, modifier: M::LINEAR, size: (17, 9), row_bytes: 32, image_size: 288, planes: &[(0, 0, 32)] },
    Example { number: 10, format: F::R8, modifier: M::LINEAR, size: (640, 400), row_bytes: 640, image_size: 256000, planes: &[(0, 0, 640)] },
    Example { number: 11, format: F::R8G8, modifier: M::LINEAR, size: (256, 256), row_bytes: 512, image_size: 131072, planes: &[(0, 0, 512)] },
    Example { number: 12, format: F::A2R10G10B10, modifier: M::LINEAR, size: (1280, 720), row_bytes: 5120, image_size: 3686400, planes: &[(0, 0, 5120)] },
    Example { number: 13, format: F::A2B10G10R10, modifier: M::LINEAR, size: (3840, 2160), row_bytes: 15360, image_size: 33177600, planes: &[(0, 0, 15360)] },
    Example { number: 14, format: F::NV12, modifier: M::LINEAR, size: (1920, 1080), row_bytes: 1920, image_size: 3110400, planes: &[(0, 0, 1920), (1, 2073600, 1920)] },
    Example { number: 15, format: F::NV12, modifier: M::LINEAR, size: (1280, 720), row_bytes: 2048, image_size: 2211840, planes: &[(0, 0, 2048), (1, 1474560, 2048)] },
    Example { number: 16, format: F::NV12, modifier: M::LINEAR, size: (64, 63), row_bytes: 65, image_size: 6142, planes: &[(0, 0, 65), (1, 4095, 65)] },
    Example { number: 17, format: F::I420, modifier: M::LINEAR, size: (640, 480), row_bytes: 640, image_size: 460800, planes: &[(0, 0, 640), (1, 307200, 320), (2, 384000, 320)] },
    Example { number: 18, format: F::I420, modifier: M::LINEAR, size: (18, 22), row_bytes: 34, image_size: 1122, planes: &[(0, 0, 34), (1, 748, 17), (2, 935, 17)] },
    Example { number: 19, format: F::I420, modifier: M::LINEAR, size: (6, 5), row_bytes: 7, image_size: 52, planes: &[(0, 0, 7), (1, 35, 3), (2, 41, 3)] },
    Example { number: 20, format: F::YV12, modifier: M::LINEAR, size: (352, 288), row_bytes: 384, image_size: 165888, planes: &[(0, 0, 384), (1, 110592, 192), (2, 138240, 192)] },
    Example { number: 21, format: F::M420, modifier: M::LINEAR, size: (320, 240), row_bytes: 320, image_size: 115200, planes: &[(0, 0, 320)] },
    Example { number: 22, format: F::YUY2, modifier: M::LINEAR, size: (720, 576), row_bytes: 1440, image_size: 829440, planes: &[(0, 0, 1440)] },
    Example { number: 23, format: F::P010, modifier: M::LINEAR, size: (1920, 1080), row_bytes: 3840, image_size: 6220800, planes: &[(0, 0, 3840), (1, 4147200, 3840)] },
    Example { number: 24, format: F::P010, modifier: M::LINEAR, size: (3840, 2160), row_bytes: 8192, image_size: 26542080, planes: &[(0, 0, 8192), (1, 17694720, 8192)] },
    Example { number: 25, format: F::B8G8R8A8, modifier: M::GOOGLE_GOLDFISH_OPTIMAL, size: (800, 600), row_bytes: 3200, image_size: 1920000, planes: &[(0, 0, 3200)] },
    Example { number: 26, format: F::NV12, modifier: M::GOOGLE_GOLDFISH_OPTIMAL, size: (64, 64), row_bytes: 64, image_size: 6144, planes: &[(0, 0, 64)] },
    Example { number: 27, format: F::B8G8R8A8, modifier: M::INTEL_I915_X_TILED, size: (1920, 1080), row_bytes: 7680, image_size: 8294400, planes: &[(0, 0, 7680)] },
    Example { number: 28, format: F::B8G8R8A8, modifier: M::INTEL_I915_Y_TILED, size: (1920, 1080), row_bytes: 7680, image_size: 8355840, planes: &[(0, 0, 7680)] },
    Example { number: 29, format: F::R8G8B8A8, modifier: M::INTEL_I915_YF_TILED, size: (1000, 500), row_bytes: 4000, image_size: 2097152, planes: &[(0, 0, 4096)] },
    Example { number: 30, format: F::R8G8B8A8, modifier: M::INTEL_I915_Y_TILED_CCS, size: (1920, 1080), row_bytes: 7680, image_size: 8380416, planes: &[(0, 0, 7680), (3, 8355840, 256)] },
    Example { number: 31, format: F::B8G8R8A8, modifier: M::INTEL_I915_YF_TILED_CCS, size: (3840, 2160), row_bytes: 15360, image_size: 33505280, planes: &[(0, 0, 15360), (3, 33423360, 512)] },
    Example { number: 32, format: F::NV12, modifier: M::INTEL_I915_X_TILED, size: (1280, 720), row_bytes: 1280, image_size: 1658880, planes: &[(0, 0, 1536), (1, 1105920, 1536)] },
    Example { number: 33, format: F::NV12, modifier: M::INTEL_I915_Y_TILED, size: (1280, 720), row_bytes: 1280, image_size: 1433600, planes: &[(0, 0, 1280), (1, 942080, 1280)] },
    Example { number: 34, format: F::NV12, modifier: M::INTEL_I915_Y_TILED_CCS, size: (1920, 1080), row_bytes: 1920, image_size: 3141632, planes: &[(0, 0, 1920), (1, 2088960, 1920), (3, 3133440, 128)] },
    Example { number: 35, format: F::R8G8B8A8, modifier: M::ARM_AFBC_16X16, size: (1920, 1080), row_bytes: 0, image_size: 8486912, planes: &[(0, 0, 0)] },
    Example { number: 36, format: F::R8G8B8A8, modifier: M::ARM_AFBC_32X8, size: (1920, 1080), row_bytes: 0, image_size: 8424448, planes: &[(0, 0, 0)] },
    Example { number: 37, format: F::R8G8B8A8, modifier: M::ARM_AFBC_16X16_YUV_TILED_HEADER, size: (1920, 1080), row_bytes: 0, image_size: 8986624, planes: &[(0, 0, 0)] },
    Example { number: 38, format: F::B8G8R8A8, modifier: M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV, size: (100, 100), row_bytes: 0, image_size: 51200, planes: &[(0, 0, 0)] },
    Example { number: 39, format: F::B8G8R8A8, modifier: M::ARM_AFBC_16X16_TE, size: (64, 64), row_bytes: 0, image_size: 17728, planes: &[(0, 0, 0), (3, 17408, 64)] },
    Example { number: 40, format: F::R8G8B8A8, modifier: M::ARM_AFBC_32X8_TE, size: (1280, 720), row_bytes: 0, image_size: 3774272, planes: &[(0, 0, 0), (3, 3744768, 640)] },
    Example { number: 41, format: F::R8G8B8A8, modifier: M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER, size: (1920, 1080), row_bytes: 0, image_size: 9051968, planes: &[(0, 0, 0), (3, 8986624, 960)] },
    Example { number: 42, format: F::R8G8B8A8, modifier: M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TILED_HEADER, size: (1, 1), row_bytes: 0, image_size: 69632, planes: &[(0, 0, 0)] },
    Example { number: 43, format: F::R8G8B8A8, modifier: M::from_primitive(0x0800000000002812), size: (500, 300), row_bytes: 0, image_size: 667648, planes: &[(0, 0, 0)] },
    Example { number: 44, format: F::R8G8B8A8, modifier: M::ARM_LINEAR_TE, size: (1920, 1080), row_bytes: 7680, image_size: 8359744, planes: &[(0, 0, 7680), (3, 8294400, 960)] },
    Example { number: 45, format: F::NV12, modifier: M::ARM_LINEAR_TE, size: (1280, 720), row_bytes: 1280, image_size: 1411904, planes: &[(0, 0, 1280), (1, 921600, 1280), (3, 1382400, 640)] },
    Example { number: 46, format: F::I420, modifier: M::ARM_LINEAR_TE, size: (100, 60), row_bytes: 100, image_size: 9344, planes: &[(0, 0, 100), (1, 6000, 50), (2, 7500, 50), (3, 9024, 64)] },
];

#[test]
fn layout_ex01_to_ex46_image_sizes() {
    for example in EXAMPLES {
        let Example { number, format, modifier, size: (width, height), row_bytes, .. } = *example;
        assert_eq!(
            image_size(format, modifier, width, height, row_bytes),
            Some(example.image_size),
            "example {number}"
        );
    }
}

#[test]
fn layout_ex01_to_ex46_planes() {
    for example in EXAMPLES {
        let Example { number, format, modifier, size: (width, height), row_bytes, .. } = *example;
        let found: Vec<_> = planes(format, modifier, width, height, row_bytes)
            .map(|(index, Plane { offset, row_bytes })| (index, offset, row_bytes))
            .collect();
        assert_eq!(found, example.planes, "example {number}");
    }
}

const NONE: RowConstraints = RowConstraints {
    min_width: 0,
    max_width: u32::MAX,
    size_alignment_width: 1,
    min_bytes_per_row: 0,
    max_bytes_per_row: u32::MAX,
    bytes_per_row_divisor: 1,
};

#[test]
fn layout_r01_to_r13_minimum_row_bytes() {
    let divisor = |bytes_per_row_divisor| RowConstraints { bytes_per_row_divisor, ..NONE };
    let aligned = |size_alignment_width| RowConstraints { size_alignment_width, ..NONE };
    let cases = [
        (1, F::R8G8B8A8, M::LINEAR, 1366, NONE, Some(5464)),
        (2, F::B8G8R8, M::LINEAR, 641, divisor(4), Some(1924)),
        (
            3,
            F::NV12,
            M::LINEAR,
            1919,
            RowConstraints { bytes_per_row_divisor: 64, ..aligned(16) },
            Some(1920),
        ),
        (
            4,
            F::P010,
            M::LINEAR,
            1920,
            RowConstraints { min_bytes_per_row: 4096, ..NONE },
            Some(4096),
        ),
        (5, F::R8G8B8A8, M::LINEAR, 200, RowConstraints { max_bytes_per_row: 799, ..NONE }, None),
        (6, F::R8G8B8A8, M::INTEL_I915_X_TILED, 100, NONE, Some(512)),
        (7, F::R8G8B8A8, M::INTEL_I915_Y_TILED, 100, NONE, Some(512)),
        (8, F::R8G8B8A8, M::INTEL_I915_Y_TILED, 100, divisor(600), Some(640)),
        (9, F::NV12, M::INTEL_I915_YF_TILED, 1281, aligned(2), Some(1408)),
        (10, F::R8G8B8A8, M::ARM_AFBC_16X16, 1920, NONE, Some(7680)),
        (11, F::R8G8B8A8, M::ARM_AFBC_16X16_YUV_TILED_HEADER, 1920, NONE, Some(960)),
        (12, F::R8G8B8A8, M::ARM_AFBC_32X8, 1000, NONE, Some(4096)),
        (13, F::R8G8B8A8, M::GOOGLE_GOLDFISH_OPTIMAL, 64, NONE, None),
    ];
    for (number, format, modifier, width, constraints, expected) in cases {
        let found = minimum_row_bytes(format, modifier, &constraints, width);
        assert_eq!(found, expected, "example R{number}");
    }
}

#[test]
fn linear_and_linear_te_test_the_width_before_rounding_it() {
    let constraints = RowConstraints { max_width: 100, size_alignment_width: 64, ..NONE };
    for modifier in [M::LINEAR, M::ARM_LINEAR_TE] {
        assert_eq!(minimum_row_bytes(F::R8G8B8A8, modifier, &constraints, 100), Some(512));
        assert_eq!(minimum_row_bytes(F::R8G8B8A8, modifier, &constraints, 101), None);
    }
}

#[test]
fn intel_tests_the_width_after_rounding_it() {
    let constraints =
        RowConstraints { min_width: 64, max_width: 100, size_alignment_width: 64, ..NONE };
    let row_bytes =
        |width| minimum_row_bytes(F::R8G8B8A8, M::INTEL_I915_Y_TILED, &constraints, width);
    assert_eq!(row_bytes(1), Some(256));
    assert_eq!(row_bytes(64), Some(256));
    assert_eq!(row_bytes(65), None);
}

#[test]
fn a_width_of_zero_has_no_layout() {
    for modifier in M::MEMBERS.iter().copied() {
        assert_eq!(minimum_row_bytes(F::R8G8B8A8, modifier, &NONE, 0), None, "{modifier:?}");
        assert_eq!(image_size(F::R8G8B8A8, modifier, 0, 16, 4096), None, "{modifier:?}");
        assert_eq!(planes(F::R8G8B8A8, modifier, 0, 16, 4096).count(), 0, "{modifier:?}");
    }
}

#[test]
fn divisors_and_alignments_of_zero_fail() {
    for modifier in [M::LINEAR, M::ARM_LINEAR_TE, M::INTEL_I915_X_TILED] {
        for constraints in [
            RowConstraints { bytes_per_row_divisor: 0, ..NONE },
            RowConstraints { size_alignment_width: 0, ..NONE },
        ] {
            let found = minimum_row_bytes(F::NV12, modifier, &constraints, 64);
            assert_eq!(found, None, "{modifier:?} {constraints:?}");
        }
    }
}

#[test]
fn rows_of_more_than_32_bits_do_not_exist() {
    let row_bytes = |width| minimum_row_bytes(F::R8G8B8A8, M::LINEAR, &NONE, width);
    assert_eq!(row_bytes(0x3fff_ffff), Some(0xffff_fffc));
    assert_eq!(row_bytes(0x4000_0000), None);
}

/// Rounding up has an intermediate sum above 32 bits here; only the result counts
/// (`sysmem2-constraints.md` section 9).
#[test]
fn only_the_result_of_a_row_has_to_fit() {
    let constraints = RowConstraints { bytes_per_row_divisor: 0xffff_fff0, ..NONE };
    assert_eq!(minimum_row_bytes(F::R8, M::LINEAR, &constraints, 17), Some(0xffff_fff0));
}

#[test]
fn extreme_sizes_never_panic() {
    let extremes = [1, 2, 31, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX];
    for format in F::MEMBERS.iter().copied() {
        for modifier in M::MEMBERS.iter().copied() {
            for width in extremes {
                for height in [0, 1, u32::MAX] {
                    for row_bytes in [0, 1, u32::MAX] {
                        let size = image_size(format, modifier, width, height, row_bytes);
                        let last = planes(format, modifier, width, height, row_bytes)
                            .map(|(_, plane)| plane.offset)
                            .max();
                        if let (Some(size), Some(last)) = (size, last) {
                            assert!(last <= size, "{format:?} {modifier:?} {width}x{height}");
                        }
                    }
                }
            }
        }
    }
}

/// Three times the product is formed before it is halved (`image-formats.md` 5.7).
#[test]
fn linear_sizes_that_do_not_fit_are_none() {
    let largest = u64::from(u32::MAX) * u64::from(u32::MAX);
    let size = |format| image_size(format, M::LINEAR, 2, u32::MAX, u32::MAX);
    assert_eq!(size(F::R8), Some(largest));
    assert_eq!(size(F::NV12), None);
}

/// `sysmem2-constraints.md` E43.
#[test]
fn constraints_e43_intel_planar_and_ccs() {
    let row = minimum_row_bytes(F::NV12, M::INTEL_I915_Y_TILED, &NONE, 200);
    assert_eq!(row, Some(256));
    assert_eq!(image_size(F::NV12, M::INTEL_I915_Y_TILED, 200, 100, 256), Some(49_152));

    let row = minimum_row_bytes(F::R8G8B8A8, M::INTEL_I915_Y_TILED_CCS, &NONE, 1000);
    assert_eq!(row, Some(4096));
    let size = image_size(F::R8G8B8A8, M::INTEL_I915_Y_TILED_CCS, 1000, 600, 4096);
    assert_eq!(size, Some(2_498_560));
}
