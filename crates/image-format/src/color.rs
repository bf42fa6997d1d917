//! Which color spaces go with which pixel formats (`image-formats.md` 3.1).

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat};

/// What kind of samples a format or a color space is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Components {
    /// Red, green, blue.
    Rgb,
    /// Luma and two of chroma.
    Yuv,
    /// A single one that can be taken for either.
    RgbOrYuv,
}

impl Components {
    /// The kind of samples of `format`, also for `MJPEG`, which has no layout. None for values that
    /// are not formats.
    pub fn of(format: PixelFormat) -> Option<Self> {
        use PixelFormat as F;
        match format {
            F::R8G8B8A8 | F::B8G8R8A8 | F::R8G8B8X8 | F::B8G8R8X8 => Some(Self::Rgb),
            F::A2R10G10B10 | F::A2B10G10R10 | F::B8G8R8 | F::R8G8B8 => Some(Self::Rgb),
            F::R5G6B5 | F::R3G3B2 | F::R2G2B2X2 | F::R8G8 | F::MJPEG => Some(Self::Rgb),
            F::I420 | F::M420 | F::NV12 | F::YUY2 | F::YV12 | F::P010 => Some(Self::Yuv),
            F::L8 | F::R8 => Some(Self::RgbOrYuv),
            _ => None,
        }
    }

    const fn overlaps(self, other: Self) -> bool {
        !matches!((self, other), (Self::Rgb, Self::Yuv) | (Self::Yuv, Self::Rgb))
    }
}

/// Whether images of `format` can have colors of `color_space`. The modifier does not matter.
///
/// `PASSTHROUGH` goes with every value, sentinels included. Otherwise the kind of samples and the
/// number of bits have to agree; formats of less than 8 bits and those of 10 bits in 2-10-10-10
/// words count as 8. `INVALID`, `DO_NOT_CARE` and values without a name go with nothing.
pub fn supports_color_space(format: PixelFormat, color_space: ColorSpace) -> bool {
    if color_space == ColorSpace::PASSTHROUGH {
        return true;
    }
    let Some(components) = Components::of(format) else { return false };
    let bits = if format == PixelFormat::P010 { 10 } else { 8 };
    let Some((kind, depths)) = samples_of(color_space) else { return false };
    components.overlaps(kind) && depths.contains(&bits)
}

/// The kind of samples that a color space is defined for, and the bits that they may have.
fn samples_of(color_space: ColorSpace) -> Option<(Components, &'static [u32])> {
    use ColorSpace as C;
    match color_space {
        C::SRGB => Some((Components::Rgb, &[8, 10, 12, 16])),
        C::REC601_NTSC
        | C::REC601_NTSC_FULL_RANGE
        | C::REC601_PAL
        | C::REC601_PAL_FULL_RANGE
        | C::REC709 => Some((Components::Yuv, &[8, 10])),
        C::REC2020 | C::REC2100 => Some((Components::Yuv, &[10, 12])),
        _ => None,
    }
}
