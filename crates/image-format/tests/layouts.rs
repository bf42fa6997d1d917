//! The worked layouts of `image-formats.md` section 9, and what constraints of rows make of widths.

use image_format::{
    Plane, RowConstraints, RowRule, image_size, is_supported, minimum_row_bytes, planes,
};
use sysmem_fidl::fuchsia_images2::{PixelFormat as F, PixelFormatModifier as M};

/// Number, format, modifier, width and height, bytes per row, size of the image, and for each plane
/// its index, offset and bytes per row.
///
/// The page also gives an offset for plane 3 where there is no side buffer; that is left out here,
/// as its section 10 suggests.
type Example = (u32, F, M, (u32, u32), u32, u64, &'static [(usize, u64, u32)]);

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    (1, F::R8G8B8A8, M::LINEAR, (1920, 1080), 7680, 8294400, &[(0, 0, 7680)]),
    (2, F::B8G8R8A8, M::LINEAR, (1366, 768), 5504, 4227072, &[(0, 0, 5504)]),
    (3, F::B8G8R8X8, M::LINEAR, (3, 2), 12, 24, &[(0, 0, 12)]),
    (4, F::B8G8R8, M::LINEAR, (641, 480), 1924, 923520, &[(0, 0, 1924)]),
    (5, F::R8G8B8, M::LINEAR, (100, 50), 300, 15000, &[(0, 0, 300)]),
    (6, F::R5G6B5, M::LINEAR, (800, 480), 1600, 768000, &[(0, 0, 1600)]),
    (7, F::R3G3B2, M::LINEAR, (320, 240), 320, 76800, &[(0, 0, 320)]),
    (8, F::R2G2B2X2, M::LINEAR, (33, 7), 48, 336, &[(0, 0, 48)]),
    (9, F::L8, M::LINEAR, (17, 9), 32, 288, &[(0, 0, 32)]),
    (10, F::R8, M::LINEAR, (640, 400), 640, 256000, &[(0, 0, 640)]),
    (11, F::R8G8, M::LINEAR, (256, 256), 512, 131072, &[(0, 0, 512)]),
    (12, F::A2R10G10B10, M::LINEAR, (1280, 720), 5120, 3686400, &[(0, 0, 5120)]),
    (13, F::A2B10G10R10, M::LINEAR, (3840, 2160), 15360, 33177600, &[(0, 0, 15360)]),
    (14, F::NV12, M::LINEAR, (1920, 1080), 1920, 3110400, &[(0, 0, 1920), (1, 2073600, 1920)]),
    (15, F::NV12, M::LINEAR, (1280, 720), 2048, 2211840, &[(0, 0, 2048), (1, 1474560, 2048)]),
    (16, F::NV12, M::LINEAR, (64, 63), 65, 6142, &[(0, 0, 65), (1, 4095, 65)]),
    (17, F::I420, M::LINEAR,
        (640, 480), 640, 460800, &[(0, 0, 640), (1, 307200, 320), (2, 384000, 320)]),
    (18, F::I420, M::LINEAR, (18, 22), 34, 1122, &[(0, 0, 34), (1, 748, 17), (2, 935, 17)]),
    (19, F::I420, M::LINEAR, (6, 5), 7, 52, &[(0, 0, 7), (1, 35, 3), (2, 41, 3)]),
    (20, F::YV12, M::LINEAR,
        (352, 288), 384, 165888, &[(0, 0, 384), (1, 110592, 192), (2, 138240, 192)]),
    (21, F::M420, M::LINEAR, (320, 240), 320, 115200, &[(0, 0, 320)]),
    (22, F::YUY2, M::LINEAR, (720, 576), 1440, 829440, &[(0, 0, 1440)]),
    (23, F::P010, M::LINEAR, (1920, 1080), 3840, 6220800, &[(0, 0, 3840), (1, 4147200, 3840)]),
    (24, F::P010, M::LINEAR, (3840, 2160), 8192, 26542080, &[(0, 0, 8192), (1, 17694720, 8192)]),
    (25, F::B8G8R8A8, M::GOOGLE_GOLDFISH_OPTIMAL, (800, 600), 3200, 1920000, &[(0, 0, 3200)]),
    (26, F::NV12, M::GOOGLE_GOLDFISH_OPTIMAL, (64, 64), 64, 6144, &[(0, 0, 64)]),
    (27, F::B8G8R8A8, M::INTEL_I915_X_TILED, (1920, 1080), 7680, 8294400, &[(0, 0, 7680)]),
    (28, F::B8G8R8A8, M::INTEL_I915_Y_TILED, (1920, 1080), 7680, 8355840, &[(0, 0, 7680)]),
    (29, F::R8G8B8A8, M::INTEL_I915_YF_TILED, (1000, 500), 4000, 2097152, &[(0, 0, 4096)]),
    (30, F::R8G8B8A8, M::INTEL_I915_Y_TILED_CCS,
        (1920, 1080), 7680, 8380416, &[(0, 0, 7680), (3, 8355840, 256)]),
    (31, F::B8G8R8A8, M::INTEL_I915_YF_TILED_CCS,
        (3840, 2160), 15360, 33505280, &[(0, 0, 15360), (3, 33423360, 512)]),
    (32, F::NV12, M::INTEL_I915_X_TILED,
        (1280, 720), 1280, 1658880, &[(0, 0, 1536), (1, 1105920, 1536)]),
    (33, F::NV12, M::INTEL_I915_Y_TILED,
        (1280, 720), 1280, 1433600, &[(0, 0, 1280), (1, 942080, 1280)]),
    (34, F::NV12, M::INTEL_I915_Y_TILED_CCS,
        (1920, 1080), 1920, 3141632, &[(0, 0, 1920), (1, 2088960, 1920), (3, 3133440, 128)]),
    (35, F::R8G8B8A8, M::ARM_AFBC_16X16, (1920, 1080), 0, 8486912, &[(0, 0, 0)]),
    (36, F::R8G8B8A8, M::ARM_AFBC_32X8, (1920, 1080), 0, 8424448, &[(0, 0, 0)]),
    (37, F::R8G8B8A8, M::ARM_AFBC_16X16_YUV_TILED_HEADER, (1920, 1080), 0, 8986624, &[(0, 0, 0)]),
    (38, F::B8G8R8A8, M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV, (100, 100), 0, 51200, &[(0, 0, 0)]),
    (39, F::B8G8R8A8, M::ARM_AFBC_16X16_TE, (64, 64), 0, 17728, &[(0, 0, 0), (3, 17408, 64)]),
    (40, F::R8G8B8A8, M::ARM_AFBC_32X8_TE,
        (1280, 720), 0, 3774272, &[(0, 0, 0), (3, 3744768, 640)]),
    (41, F::R8G8B8A8, M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER,
        (1920, 1080), 0, 9051968, &[(0, 0, 0), (3, 8986624, 960)]),
    (42, F::R8G8B8A8, M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TILED_HEADER,
        (1, 1), 0, 69632, &[(0, 0, 0)]),
    (43, F::R8G8B8A8, M::from_primitive(0x0800_0000_0000_2812),
        (500, 300), 0, 667648, &[(0, 0, 0)]),
    (44, F::R8G8B8A8, M::ARM_LINEAR_TE,
        (1920, 1080), 7680, 8359744, &[(0, 0, 7680), (3, 8294400, 960)]),
    (45, F::NV12, M::ARM_LINEAR_TE,
        (1280, 720), 1280, 1411904, &[(0, 0, 1280), (1, 921600, 1280), (3, 1382400, 640)]),
    (46, F::I420, M::ARM_LINEAR_TE,
        (100, 60), 100, 9344, &[(0, 0, 100), (1, 6000, 50), (2, 7500, 50), (3, 9024, 64)]),
];

#[test]
fn layout_ex01_to_ex46_image_sizes() {
    for (number, format, modifier, (width, height), row_bytes, expected, _) in EXAMPLES {
        let found = image_size(*format, *modifier, *width, *height, *row_bytes);
        assert_eq!(found, Some(*expected), "example {number}");
    }
}

#[test]
fn layout_ex01_to_ex46_planes() {
    for (number, format, modifier, (width, height), row_bytes, _, expected) in EXAMPLES {
        let found: Vec<_> = planes(*format, *modifier, *width, *height, *row_bytes)
            .map(|(index, Plane { offset, row_bytes })| (index, offset, row_bytes))
            .collect();
        assert_eq!(found, *expected, "example {number}");
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

/// Whoever lays out many formats computes the rows of one for all that have its rule.
#[test]
fn modifiers_with_one_rule_have_rows_alike() {
    let flags = [0x10, 0x40, 0x1000, 0x2000, 0x3070];
    let afbc = [M::ARM_AFBC_16X16, M::ARM_AFBC_32X8]
        .into_iter()
        .flat_map(|base| flags.map(|flags| M::from_primitive(base.into_primitive() | flags)));
    let modifiers: Vec<_> = M::MEMBERS.iter().copied().chain(afbc).collect();
    let constraints = RowConstraints { min_width: 3, max_width: 900, ..NONE };
    for format in F::MEMBERS.iter().copied() {
        for first in modifiers.iter().copied() {
            for second in modifiers.iter().copied() {
                let are_supported = is_supported(format, first) && is_supported(format, second);
                if !are_supported || RowRule::of(first) != RowRule::of(second) {
                    continue;
                }
                for width in [1, 3, 17, 130, 900, 1000] {
                    let row = |modifier| minimum_row_bytes(format, modifier, &constraints, width);
                    assert_eq!(row(first), row(second), "{format:?} {first:?} {second:?}");
                }
            }
        }
    }
    assert_ne!(RowRule::of(M::INTEL_I915_X_TILED), RowRule::of(M::INTEL_I915_Y_TILED));
    assert_eq!(RowRule::of(M::ARM_LINEAR_TE), RowRule::Linear);
}
