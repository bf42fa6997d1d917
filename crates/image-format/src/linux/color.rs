//! Codes of color spaces (`image-formats.md` 8.5).

use sysmem_fidl::fuchsia_images2::ColorSpace;

/// What a color space is called elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColorCodes {
    /// ISO/IEC 23091-2.
    pub cicp: Cicp,
    /// Video4Linux.
    pub v4l2: V4l2Color,
    /// GStreamer's `colorimetry` in caps: range, matrix, transfer, primaries.
    pub gstreamer: &'static str,
    /// Properties of a DRM plane; none for RGB, which needs no conversion.
    pub drm: Option<DrmColor>,
}

/// Coding-independent code points of ISO/IEC 23091-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cicp {
    /// `ColourPrimaries`
    pub primaries: u8,
    /// `TransferCharacteristics`
    pub transfer: u8,
    /// `MatrixCoefficients`
    pub matrix: u8,
    /// `VideoFullRangeFlag`
    pub full_range: bool,
}

/// The four numbers in a `v4l2_pix_format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct V4l2Color {
    /// `V4L2_COLORSPACE_*`
    pub colorspace: u32,
    /// `V4L2_XFER_FUNC_*`
    pub xfer_func: u32,
    /// `V4L2_YCBCR_ENC_*`
    pub ycbcr_enc: u32,
    /// `V4L2_QUANTIZATION_*`
    pub quantization: u32,
}

/// Values of the properties of a DRM plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DrmColor {
    /// `COLOR_ENCODING`
    pub encoding: &'static str,
    /// `COLOR_RANGE`
    pub range: &'static str,
}

impl ColorCodes {
    /// What `color_space` is called. None for `PASSTHROUGH`, which has no codes, and for values
    /// that are not color spaces.
    ///
    /// The code points of `REC2020` are those of 10 bits, the only depth that a format has.
    pub fn of(color_space: ColorSpace) -> Option<&'static Self> {
        ROWS.iter().find(|(row, _)| *row == color_space).map(|(_, codes)| codes)
    }

    /// The color space that code points stand for. None where sysmem has no such color space, as
    /// for HLG, Display P3, constant luminance, or BT.709 of full range.
    pub fn color_space_of_cicp(cicp: Cicp) -> Option<ColorSpace> {
        Self::find(|codes| codes.cicp == cicp)
    }

    /// The color space that the numbers of a V4L2 format stand for, all of them explicit. None
    /// where sysmem has no such color space, as for that of JPEG.
    pub fn color_space_of_v4l2(v4l2: V4l2Color) -> Option<ColorSpace> {
        Self::find(|codes| codes.v4l2 == v4l2)
    }

    /// The color space that a `colorimetry` of GStreamer stands for, written as numbers.
    pub fn color_space_of_gstreamer(colorimetry: &str) -> Option<ColorSpace> {
        Self::find(|codes| codes.gstreamer == colorimetry)
    }

    fn find(matches: impl Fn(&Self) -> bool) -> Option<ColorSpace> {
        ROWS.iter().find(|(_, codes)| matches(codes)).map(|(color_space, _)| *color_space)
    }
}

const BT_601: &str = "ITU-R BT.601 YCbCr";
const BT_709: &str = "ITU-R BT.709 YCbCr";
const BT_2020: &str = "ITU-R BT.2020 YCbCr";

/// Arguments in the order of the page's columns.
const fn codes(
    (primaries, transfer, matrix, full_range): (u8, u8, u8, bool),
    (colorspace, xfer_func, ycbcr_enc, quantization): (u32, u32, u32, u32),
    gstreamer: &'static str,
    encoding: Option<&'static str>,
) -> ColorCodes {
    ColorCodes {
        cicp: Cicp { primaries, transfer, matrix, full_range },
        v4l2: V4l2Color { colorspace, xfer_func, ycbcr_enc, quantization },
        gstreamer,
        drm: match encoding {
            Some(encoding) => Some(DrmColor {
                encoding,
                range: if full_range { "YCbCr full range" } else { "YCbCr limited range" },
            }),
            None => None,
        },
    }
}

#[rustfmt::skip]
const ROWS: &[(ColorSpace, ColorCodes)] = {
    use ColorSpace as C;
    &[
        (C::SRGB, codes((1, 13, 0, true), (8, 2, 0, 1), "1:1:7:1", None)),
        (C::REC601_NTSC, codes((6, 6, 6, false), (1, 1, 1, 2), "2:4:16:4", Some(BT_601))),
        (C::REC601_NTSC_FULL_RANGE, codes((6, 6, 6, true), (1, 1, 1, 1), "1:4:16:4", Some(BT_601))),
        (C::REC601_PAL, codes((5, 6, 5, false), (6, 1, 1, 2), "2:4:16:3", Some(BT_601))),
        (C::REC601_PAL_FULL_RANGE, codes((5, 6, 5, true), (6, 1, 1, 1), "1:4:16:3", Some(BT_601))),
        (C::REC709, codes((1, 1, 1, false), (3, 1, 2, 2), "2:3:5:1", Some(BT_709))),
        (C::REC2020, codes((9, 14, 9, false), (10, 1, 6, 2), "2:6:13:7", Some(BT_2020))),
        (C::REC2100, codes((9, 16, 9, false), (10, 7, 6, 2), "2:6:14:7", Some(BT_2020))),
    ]
};
