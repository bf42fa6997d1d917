//! Constants of formats, supported pairs and color spaces.

use image_format::{
    FormatInfo, is_compatible_with_protected_memory, is_supported, supports_color_space,
};
use sysmem_fidl::fuchsia_images2::{ColorSpace as C, PixelFormat as F, PixelFormatModifier as M};

/// Formats of four channels of 8 bits, which every family takes.
const FORMATS_8888: [F; 4] = [F::R8G8B8A8, F::R8G8B8X8, F::B8G8R8A8, F::B8G8R8X8];
const WITHOUT_LAYOUT: [F; 3] = [F::INVALID, F::MJPEG, F::DO_NOT_CARE];
const INTEL: [M; 5] = [
    M::INTEL_I915_X_TILED,
    M::INTEL_I915_Y_TILED,
    M::INTEL_I915_YF_TILED,
    M::INTEL_I915_Y_TILED_CCS,
    M::INTEL_I915_YF_TILED_CCS,
];

/// `sysmem2-constraints.md` 1.9: bpp, smp, wd and hd, mul over 2, A/X, 1p.
#[test]
fn constraints_1_9_constants_of_each_format() {
    let table = [
        (F::R8G8B8A8, 4, 4, 1, 2, true, true),
        (F::B8G8R8A8, 4, 4, 1, 2, true, true),
        (F::I420, 1, 2, 2, 3, false, false),
        (F::M420, 1, 2, 2, 3, false, false),
        (F::NV12, 1, 2, 2, 3, false, false),
        (F::YUY2, 2, 2, 2, 2, false, false),
        (F::YV12, 1, 2, 2, 3, false, false),
        (F::B8G8R8, 3, 1, 1, 2, false, true),
        (F::R5G6B5, 2, 2, 1, 2, false, true),
        (F::R3G3B2, 1, 1, 1, 2, false, true),
        (F::R2G2B2X2, 1, 1, 1, 2, true, true),
        (F::L8, 1, 1, 1, 2, false, true),
        (F::R8, 1, 1, 1, 2, false, true),
        (F::R8G8, 2, 2, 1, 2, false, true),
        (F::A2R10G10B10, 4, 4, 1, 2, true, true),
        (F::A2B10G10R10, 4, 4, 1, 2, true, true),
        (F::P010, 2, 4, 2, 3, false, true),
        (F::R8G8B8, 3, 1, 1, 2, false, true),
        (F::R8G8B8X8, 4, 4, 1, 2, true, true),
        (F::B8G8R8X8, 4, 4, 1, 2, true, true),
    ];
    assert_eq!(FormatInfo::all().len(), table.len());
    for (format, bytes, samples, divisor, halves, fourth, single) in table {
        let info = FormatInfo::of(format).expect("a format with a layout");
        let found = (
            info.stride_bytes_per_width_pixel,
            info.sample_alignment,
            (info.width_divisor, info.height_divisor),
            if info.planes.adds_half() { 3 } else { 2 },
            info.fourth_channel.is_present(),
            info.single_plane_for_padding,
        );
        let expected = (bytes, samples, (divisor, divisor), halves, fourth, single);
        assert_eq!(found, expected, "{format:?}");
    }
}

/// `image-formats.md` 1.1 and 1.2.
#[test]
fn formats_1_2_bits_and_planes() {
    let bits = |format| FormatInfo::of(format).map(|info| info.bits_per_pixel);
    let planes = |format| FormatInfo::of(format).map(|info| info.planes.count());
    assert_eq!(bits(F::B8G8R8), Some(24));
    assert_eq!(bits(F::YUY2), Some(16));
    assert_eq!(bits(F::NV12), Some(12));
    assert_eq!(bits(F::P010), Some(15));
    assert_eq!(planes(F::M420), Some(1));
    assert_eq!(planes(F::P010), Some(2));
    assert_eq!(planes(F::YV12), Some(3));
}

#[test]
fn formats_without_a_layout_have_no_constants() {
    for format in WITHOUT_LAYOUT.into_iter().chain([F::from_primitive(121)]) {
        assert_eq!(FormatInfo::of(format), None, "{format:?}");
    }
}

/// `sysmem2-constraints.md` 2.7.
#[test]
fn constraints_2_7_supported_pairs() {
    for format in F::MEMBERS.iter().copied() {
        let has_layout = !WITHOUT_LAYOUT.contains(&format);
        let is_8888 = FORMATS_8888.contains(&format);
        assert_eq!(is_supported(format, M::LINEAR), has_layout, "{format:?}");
        assert_eq!(is_supported(format, M::ARM_LINEAR_TE), has_layout, "{format:?}");
        assert!(is_supported(format, M::GOOGLE_GOLDFISH_OPTIMAL), "{format:?}");
        for modifier in INTEL {
            let expected = is_8888 || format == F::NV12;
            assert_eq!(is_supported(format, modifier), expected, "{format:?} {modifier:?}");
        }
        for block in [1, 2] {
            for flags in [0, 0x10, 0x3870, 0x2812] {
                let modifier = M::from_primitive(0x0800_0000_0000_0000 | block | flags & !0xf);
                assert_eq!(is_supported(format, modifier), is_8888, "{format:?} {modifier:?}");
            }
        }
    }
}

#[test]
fn modifiers_outside_the_families_are_unsupported() {
    let outside = [
        M::INVALID,
        M::DO_NOT_CARE,
        M::from_primitive(0x0800_0000_0000_0000), // linear of Arm, without the TE bit
        M::from_primitive(0x0800_0000_0000_3000), // linear with TE and a flag of AFBC
        M::from_primitive(0x0800_0000_0000_0003), // a superblock that only DRM has
        M::from_primitive(0x0800_0000_0000_0101), // tiled headers by the number of DRM
        M::from_primitive(0x0100_0000_0100_0001), // X tiling has no control surface
        M::from_primitive(0x0100_0000_0000_0004), // Y_TILED_CCS by the number of DRM
        M::from_primitive(0x0900_0000_0000_0001), // goldfish by the number of v1
    ];
    for modifier in outside {
        for format in F::MEMBERS.iter().copied() {
            assert!(!is_supported(format, modifier), "{format:?} {modifier:?}");
        }
    }
}

/// `image-formats.md` 3.1.
#[test]
fn formats_3_1_color_spaces() {
    let rec601_and_709 = [
        C::REC601_NTSC,
        C::REC601_NTSC_FULL_RANGE,
        C::REC601_PAL,
        C::REC601_PAL_FULL_RANGE,
        C::REC709,
    ];
    for format in F::MEMBERS.iter().copied() {
        let is_yuv = [F::I420, F::M420, F::NV12, F::YUY2, F::YV12, F::P010].contains(&format);
        let is_either = [F::L8, F::R8].contains(&format);
        let is_format = ![F::INVALID, F::DO_NOT_CARE].contains(&format);
        let allowed = |color_space| {
            if color_space == C::PASSTHROUGH {
                true
            } else if rec601_and_709.contains(&color_space) {
                is_yuv || is_either
            } else if [C::REC2020, C::REC2100].contains(&color_space) {
                format == F::P010
            } else {
                color_space == C::SRGB && is_format && !is_yuv
            }
        };
        for color_space in C::MEMBERS.iter().copied().chain([C::from_primitive(10)]) {
            let found = supports_color_space(format, color_space);
            assert_eq!(found, allowed(color_space), "{format:?} {color_space:?}");
        }
    }
}

/// `sysmem2-constraints.md` 4.4, and test sentence 66.
#[test]
fn constraints_s66_transaction_elimination_is_not_for_protected_memory() {
    let excluded = [
        M::ARM_LINEAR_TE,
        M::ARM_AFBC_16X16_TE,
        M::ARM_AFBC_32X8_TE,
        M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE,
        M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER,
    ];
    for modifier in M::MEMBERS.iter().copied() {
        let expected = !excluded.contains(&modifier);
        assert_eq!(is_compatible_with_protected_memory(modifier), expected, "{modifier:?}");
    }
}
