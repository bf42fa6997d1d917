//! The constants of each pixel format (`image-formats.md` 1.2, `sysmem2-constraints.md` 1.9).

use sysmem_fidl::fuchsia_images2::PixelFormat;

/// What is fixed about a pixel format, whatever the modifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatInfo {
    /// The format that this describes.
    pub pixel_format: PixelFormat,
    /// Bytes of plane 0 for each pixel of width.
    pub stride_bytes_per_width_pixel: u32,
    /// Significant bits of all planes together for each pixel of plane 0. For `P010` this is less
    /// than what it occupies.
    pub bits_per_pixel: u32,
    /// The start of an image and its number of bytes per row are multiples of this.
    pub sample_alignment: u32,
    /// The width of an image is a multiple of this.
    pub width_divisor: u32,
    /// The height of an image is a multiple of this.
    pub height_divisor: u32,
    /// How samples are spread over planes when the layout is linear.
    pub planes: Planes,
    /// What the channel beside the colors is, if there is one.
    pub fourth_channel: FourthChannel,
    /// Whether `pad_for_block_size` may be used with the format ("1p" in `sysmem2-constraints.md`
    /// 1.9, "non-tiled single plane" in `image-formats.md` 5.9).
    ///
    /// This is the table as Fuchsia's server has it: `P010` counts although it has two planes, and
    /// `YUY2` does not although it has one. `image-formats.md` section 10 suggests to correct both
    /// "unless bit-compatibility is wanted"; the negotiation wants it. [`Planes::is_single`] says
    /// how it really is.
    pub single_plane_for_padding: bool,
}

/// How the samples of a format are spread over planes when the layout is linear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planes {
    /// All in one plane of `height` rows.
    One,
    /// All in one plane, in which a row of chroma follows every two rows of luma.
    OneWithChromaRows,
    /// A plane of luma, then half as many rows of pairs of chroma, equally long.
    LumaAndChroma,
    /// A plane of luma, then two of chroma, with half as many rows of half the length.
    LumaAndTwoChroma,
}

impl Planes {
    /// Number of planes, 1 to 3.
    pub const fn count(self) -> usize {
        match self {
            Self::One | Self::OneWithChromaRows => 1,
            Self::LumaAndChroma => 2,
            Self::LumaAndTwoChroma => 3,
        }
    }

    /// Whether everything is in a single plane.
    pub const fn is_single(self) -> bool {
        self.count() == 1
    }

    /// Whether chroma adds half as many rows to those of luma, so that a linear image is 3/2 times
    /// `height` rows large.
    pub const fn adds_half(self) -> bool {
        !matches!(self, Self::One)
    }
}

/// What the channel beside the colors of a format is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FourthChannel {
    /// There is no such channel, and `is_alpha_present` has no meaning.
    Absent,
    /// Alpha or without meaning; `is_alpha_present` says which.
    AlphaOrIgnored,
    /// Without meaning, by the definition of the format.
    Ignored,
}

impl FourthChannel {
    /// Whether the format has such a channel at all ("A/X" in `sysmem2-constraints.md` 1.9).
    pub const fn is_present(self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl FormatInfo {
    /// The constants of `format`. None for `INVALID`, `DO_NOT_CARE`, `MJPEG` and values without a
    /// name, which have no layout.
    pub fn of(format: PixelFormat) -> Option<&'static Self> {
        ALL.iter().find(|info| info.pixel_format == format)
    }

    /// All formats that have a layout.
    pub const fn all() -> &'static [Self] {
        ALL
    }
}

/// An RGB-like format: one plane, no divisors.
const fn packed(
    pixel_format: PixelFormat,
    bytes: u32,
    sample_alignment: u32,
    fourth_channel: FourthChannel,
) -> FormatInfo {
    FormatInfo {
        pixel_format,
        stride_bytes_per_width_pixel: bytes,
        bits_per_pixel: bytes.saturating_mul(8),
        sample_alignment,
        width_divisor: 1,
        height_divisor: 1,
        planes: Planes::One,
        fourth_channel,
        single_plane_for_padding: true,
    }
}

/// A YUV format of 8 bits: even sizes.
const fn yuv(
    pixel_format: PixelFormat,
    bytes: u32,
    bits_per_pixel: u32,
    planes: Planes,
) -> FormatInfo {
    FormatInfo {
        pixel_format,
        stride_bytes_per_width_pixel: bytes,
        bits_per_pixel,
        sample_alignment: 2,
        width_divisor: 2,
        height_divisor: 2,
        planes,
        fourth_channel: FourthChannel::Absent,
        single_plane_for_padding: false,
    }
}

const ALL: &[FormatInfo] = {
    use FourthChannel::{Absent, AlphaOrIgnored, Ignored};
    use PixelFormat as F;
    &[
        packed(F::R8G8B8A8, 4, 4, AlphaOrIgnored),
        packed(F::B8G8R8A8, 4, 4, AlphaOrIgnored),
        yuv(F::I420, 1, 12, Planes::LumaAndTwoChroma),
        yuv(F::M420, 1, 12, Planes::OneWithChromaRows),
        yuv(F::NV12, 1, 12, Planes::LumaAndChroma),
        yuv(F::YUY2, 2, 16, Planes::One),
        yuv(F::YV12, 1, 12, Planes::LumaAndTwoChroma),
        packed(F::B8G8R8, 3, 1, Absent),
        packed(F::R5G6B5, 2, 2, Absent),
        packed(F::R3G3B2, 1, 1, Absent),
        packed(F::R2G2B2X2, 1, 1, AlphaOrIgnored),
        packed(F::L8, 1, 1, Absent),
        packed(F::R8, 1, 1, Absent),
        packed(F::R8G8, 2, 2, Absent),
        packed(F::A2R10G10B10, 4, 4, AlphaOrIgnored),
        packed(F::A2B10G10R10, 4, 4, AlphaOrIgnored),
        FormatInfo {
            sample_alignment: 4,
            single_plane_for_padding: true,
            ..yuv(F::P010, 2, 15, Planes::LumaAndChroma)
        },
        packed(F::R8G8B8, 3, 1, Absent),
        packed(F::R8G8B8X8, 4, 4, Ignored),
        packed(F::B8G8R8X8, 4, 4, Ignored),
    ]
};
