//! Codes of DRM, V4L2, GStreamer and PipeWire, by the tables of `image-formats.md` section 8.

use image_format::linux::{
    Alpha, Cicp, ColorCodes, DrmModifier, DrmPlane, FormatNames, Fourcc, NoCounterpart, Samples,
    V4l2Color, drm_planes, gstreamer_drm_format,
};
use sysmem_fidl::fuchsia_images2::{ColorSpace as C, PixelFormat as F, PixelFormatModifier as M};

/// `image-formats.md` 8.1: number for DRM, number for V4L2, GStreamer, PipeWire; 0 and "" for none.
#[rustfmt::skip]
const CODES: &[(F, Alpha, u32, u32, &str, u32)] = &[
    (F::R8G8B8A8, Alpha::Present, 0x34324241, 0x34324241, "RGBA", 11),
    (F::R8G8B8A8, Alpha::Ignored, 0x34324258, 0x34324258, "RGBx", 7),
    (F::B8G8R8A8, Alpha::Present, 0x34325241, 0x34325241, "BGRA", 12),
    (F::B8G8R8A8, Alpha::Ignored, 0x34325258, 0x34325258, "BGRx", 8),
    (F::I420, Alpha::Present, 0x32315559, 0x32315559, "I420", 2),
    (F::M420, Alpha::Present, 0, 0x3032344d, "", 0),
    (F::NV12, Alpha::Present, 0x3231564e, 0x3231564e, "NV12", 23),
    (F::YUY2, Alpha::Present, 0x56595559, 0x56595559, "YUY2", 4),
    (F::MJPEG, Alpha::Present, 0, 0x47504a4d, "", 0),
    (F::YV12, Alpha::Present, 0x32315659, 0x32315659, "YV12", 3),
    (F::B8G8R8, Alpha::Present, 0x34324752, 0x33524742, "BGR", 16),
    (F::R8G8B8, Alpha::Present, 0x34324742, 0x33424752, "RGB", 15),
    (F::R5G6B5, Alpha::Present, 0x36314752, 0x50424752, "RGB16", 29),
    (F::R3G3B2, Alpha::Present, 0x38424752, 0x31424752, "", 0),
    (F::L8, Alpha::Present, 0x20203852, 0x59455247, "GRAY8", 25),
    (F::R8, Alpha::Present, 0x20203852, 0x59455247, "", 0),
    (F::R8G8, Alpha::Present, 0x38385247, 0, "", 0),
    (F::A2R10G10B10, Alpha::Present, 0x30335241, 0x30335241, "BGR10A2_LE", 84),
    (F::A2R10G10B10, Alpha::Ignored, 0x30335258, 0, "", 80),
    (F::A2B10G10R10, Alpha::Present, 0x30334241, 0, "RGB10A2_LE", 85),
    (F::A2B10G10R10, Alpha::Ignored, 0x30334258, 0, "", 81),
    (F::P010, Alpha::Present, 0x30313050, 0x30313050, "P010_10LE", 62),
    (F::R8G8B8X8, Alpha::Present, 0x34324258, 0x34324258, "RGBx", 7),
    (F::B8G8R8X8, Alpha::Ignored, 0x34325258, 0x34325258, "BGRx", 8),
];

#[test]
fn linux_8_1_names_of_formats() {
    for (format, alpha, drm, v4l2, gstreamer, pipewire) in CODES.iter().copied() {
        let names = FormatNames::of(format, alpha).expect("a format with names");
        let found = (
            names.drm.map_or(0, u32::from),
            names.v4l2.map_or(0, u32::from),
            names.gstreamer.unwrap_or(""),
            names.pipewire.map_or(0, |spa| spa.id),
        );
        assert_eq!(found, (drm, v4l2, gstreamer, pipewire), "{format:?} {alpha:?}");
    }
    for format in [F::INVALID, F::DO_NOT_CARE, F::R2G2B2X2, F::from_primitive(999)] {
        assert_eq!(FormatNames::of(format, Alpha::Present), None, "{format:?}");
    }
}

#[test]
fn names_lead_back_to_the_format() {
    for (format, alpha, drm, v4l2, gstreamer, pipewire) in CODES.iter().copied() {
        let pixel_format = match format {
            F::R8G8B8X8 => F::R8G8B8A8,
            F::B8G8R8X8 => F::B8G8R8A8,
            other => other,
        };
        let has_alpha =
            [F::R8G8B8A8, F::B8G8R8A8, F::A2R10G10B10, F::A2B10G10R10].contains(&pixel_format);
        let is_alpha = alpha == Alpha::Present && format == pixel_format;
        let expected =
            Some(Samples { pixel_format, is_alpha_present: has_alpha.then_some(is_alpha) });
        if drm != 0 && format != F::L8 {
            assert_eq!(Samples::from_drm(Fourcc::from(drm)), expected, "{format:?}");
        }
        if v4l2 != 0 && format != F::R8 {
            assert_eq!(Samples::from_v4l2(Fourcc::from(v4l2)), expected, "{format:?}");
        }
        if !gstreamer.is_empty() {
            assert_eq!(Samples::from_gstreamer(gstreamer), expected, "{format:?}");
        }
        if pipewire != 0 {
            assert_eq!(Samples::from_pipewire(pipewire), expected, "{format:?}");
        }
    }
}

#[test]
fn codes_that_sysmem_has_no_format_for_are_none() {
    assert_eq!(Samples::from_drm(Fourcc(*b"NV16")), None);
    assert_eq!(Samples::from_v4l2(Fourcc(*b"NM12")), None); // planes in buffers of their own
    assert_eq!(Samples::from_gstreamer(""), None);
    assert_eq!(Samples::from_pipewire(0), None);
}

#[test]
fn luminance_is_exported_to_drm_as_r8_and_accepted_as_grey() {
    let luminance = Some(Samples { pixel_format: F::L8, is_alpha_present: None });
    assert_eq!(Samples::from_drm(Fourcc(*b"GREY")), luminance);
    assert_eq!(Samples::from_v4l2(Fourcc(*b"GREY")), luminance);
}

#[test]
fn undecided_alpha_offers_both_codes() {
    assert_eq!(Alpha::candidates(None), [Alpha::Present, Alpha::Ignored]);
    assert_eq!(Alpha::candidates(Some(true)), [Alpha::Present]);
    assert_eq!(Alpha::candidates(Some(false)), [Alpha::Ignored]);
}

/// `image-formats.md` 8.2 and the last table of section 9.
#[test]
fn linux_8_2_modifiers_in_both_directions() {
    let pairs = [
        (M::LINEAR, 0),
        (M::INVALID, 0x00ff_ffff_ffff_ffff),
        (M::INTEL_I915_X_TILED, 0x0100_0000_0000_0001),
        (M::INTEL_I915_Y_TILED, 0x0100_0000_0000_0002),
        (M::INTEL_I915_YF_TILED, 0x0100_0000_0000_0003),
        (M::INTEL_I915_Y_TILED_CCS, 0x0100_0000_0000_0004),
        (M::INTEL_I915_YF_TILED_CCS, 0x0100_0000_0000_0005),
        (M::ARM_AFBC_16X16, 0x0800_0000_0000_0001),
        (M::ARM_AFBC_32X8, 0x0800_0000_0000_0002),
        (M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV, 0x0800_0000_0000_0071),
        (M::ARM_AFBC_16X16_YUV_TILED_HEADER, 0x0800_0000_0000_0111),
        (M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TILED_HEADER, 0x0800_0000_0000_0171),
        (M::from_primitive(0x0800_0000_0000_2871), 0x0800_0000_0000_0971),
    ];
    for (sysmem, drm) in pairs {
        assert_eq!(DrmModifier::try_from(sysmem), Ok(DrmModifier(drm)), "{sysmem:?}");
        assert_eq!(M::try_from(DrmModifier(drm)), Ok(sysmem), "{drm:#x}");
    }
}

#[test]
fn linux_8_2_modifiers_without_counterpart() {
    let sysmem = [
        M::DO_NOT_CARE,
        M::ARM_LINEAR_TE,
        M::ARM_AFBC_16X16_TE,
        M::ARM_AFBC_32X8_TE,
        M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE,
        M::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER,
        M::GOOGLE_GOLDFISH_OPTIMAL,
        M::from_primitive(0x0100_0000_0000_0004),
    ];
    for modifier in sysmem {
        assert_eq!(DrmModifier::try_from(modifier), Err(NoCounterpart), "{modifier:?}");
    }
    let drm = [
        0x0800_0000_0000_1001_u64, // USM, which sysmem would read as transaction elimination
        0x0800_0000_0000_0081,     // CBR
        0x0800_0000_0000_0201,     // SC
        0x0800_0000_0000_0401,     // DB
        0x0800_0000_0000_0003,     // superblocks of 64 by 4
        0x0800_0000_0000_2001,     // tiled headers by the number of sysmem
        0x0810_0000_0000_0001,     // another category of Arm
        0x0100_0000_0000_0006,     // a newer tiling of Intel
        0x0100_0000_0100_0002,     // CCS by the number of sysmem
        0x0900_0000_0000_0001,     // Allwinner, goldfish in v1
        0x6700_0000_0000_0001,
    ];
    for value in drm {
        assert_eq!(M::try_from(DrmModifier(value)), Err(NoCounterpart), "{value:#x}");
    }
}

#[test]
fn drm_planes_number_what_sysmem_numbers() {
    let plane = |offset, pitch| DrmPlane { offset, pitch };
    assert_eq!(
        drm_planes(F::I420, M::LINEAR, 640, 480, 640),
        Some(vec![plane(0, 640), plane(307_200, 320), plane(384_000, 320)])
    );
    assert_eq!(
        drm_planes(F::NV12, M::INTEL_I915_Y_TILED, 1280, 720, 1280),
        Some(vec![plane(0, 1280), plane(942_080, 1280)])
    );
    assert_eq!(
        drm_planes(F::R8G8B8A8, M::INTEL_I915_Y_TILED_CCS, 1920, 1080, 7680),
        Some(vec![plane(0, 7680), plane(8_355_840, 256)])
    );
    assert_eq!(
        drm_planes(F::R8G8B8A8, M::ARM_AFBC_16X16_YUV_TILED_HEADER, 1900, 1080, 0),
        Some(vec![plane(0, 7680)])
    );
}

#[test]
fn drm_has_no_planes_for_what_it_cannot_express() {
    assert_eq!(drm_planes(F::NV12, M::INTEL_I915_Y_TILED_CCS, 64, 64, 128), None);
    assert_eq!(drm_planes(F::R8G8B8A8, M::ARM_LINEAR_TE, 64, 64, 256), None);
    assert_eq!(drm_planes(F::NV12, M::ARM_AFBC_16X16, 64, 64, 64), None);
    assert_eq!(drm_planes(F::R8G8B8A8, M::LINEAR, 0, 64, 256), None);
    assert_eq!(drm_planes(F::R8G8B8A8, M::INVALID, 64, 64, 256), None);
}

#[test]
fn linux_8_4_gstreamer_spells_modifiers_unless_linear() {
    let nv12 = Fourcc(*b"NV12");
    let tiled = DrmModifier(0x0100_0000_0000_0002);
    assert_eq!(gstreamer_drm_format(nv12, DrmModifier::LINEAR), "NV12");
    assert_eq!(gstreamer_drm_format(nv12, tiled), "NV12:0x0100000000000002");
    assert_eq!(gstreamer_drm_format(Fourcc(*b"R8  "), DrmModifier::LINEAR), "R8  ");
}

#[test]
fn linux_8_5_color_spaces() {
    let sdr = ColorCodes::of(C::REC709).expect("codes");
    assert_eq!(sdr.cicp, Cicp { primaries: 1, transfer: 1, matrix: 1, full_range: false });
    assert_eq!(sdr.gstreamer, "2:3:5:1");
    assert_eq!(sdr.drm.map(|drm| drm.range), Some("YCbCr limited range"));
    let srgb = ColorCodes::of(C::SRGB).expect("codes");
    assert_eq!(srgb.v4l2, V4l2Color { colorspace: 8, xfer_func: 2, ycbcr_enc: 0, quantization: 1 });
    assert_eq!(srgb.drm, None);
    for color_space in [C::INVALID, C::PASSTHROUGH, C::DO_NOT_CARE] {
        assert_eq!(ColorCodes::of(color_space), None, "{color_space:?}");
    }
}

#[test]
fn color_codes_lead_back_to_the_color_space() {
    for color_space in C::MEMBERS.iter().copied() {
        let Some(codes) = ColorCodes::of(color_space) else { continue };
        assert_eq!(ColorCodes::color_space_of_cicp(codes.cicp), Some(color_space));
        assert_eq!(ColorCodes::color_space_of_v4l2(codes.v4l2), Some(color_space));
        assert_eq!(ColorCodes::color_space_of_gstreamer(codes.gstreamer), Some(color_space));
    }
    let hlg = Cicp { primaries: 9, transfer: 18, matrix: 9, full_range: false };
    assert_eq!(ColorCodes::color_space_of_cicp(hlg), None);
}
