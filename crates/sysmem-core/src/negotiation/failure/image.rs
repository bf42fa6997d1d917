//! What is wrong with image constraints.

use std::fmt;

use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_math::SizeU;

use crate::negotiation::formats::FormatPair;
use crate::negotiation::limits::{MAX_FAN_OUT, MAX_REQUIRED_SIZES};

/// Which formats an entry is about is not clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatFault {
    /// 2.5 step 1.
    ModifierWithoutFormat,
    /// 2.5 step 1.
    NoFormat,
    /// C20: the participant has this pair already.
    Duplicate(FormatPair),
}

/// What is asked of images of one format cannot be met (2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFault {
    /// Step 1.
    InvalidFormat,
    /// Step 3.
    SizeAlignment(SizeU),
    /// Step 6.
    EmptyRequiredSize(SizeU),
    /// Step 8a.
    UnsupportedFormat,
    /// Step 8: the goldfish modifier with a format that has no numbers.
    FormatWithoutLayout,
    /// Step 8c or 8d: the divisor, combined with that of the format, of its pixels or of blocks of
    /// padding, does not fit.
    DivisorTooLarge(u32),
    /// Step 11.
    NoColorSpace,
    /// Step 12, or step 9 if the minimum cannot be aligned.
    MinSizeAboveMax { min: SizeU, max: SizeU },
    /// Step 13, or step 9 if the minimum cannot be aligned.
    MinRowAboveMax { min: u32, max: u32 },
    /// Step 14.
    MinAreaAboveMax { min: SizeU, max: u64 },
    /// Step 15.
    DisplayRectAlignment(SizeU),
    /// Step 16.
    ZeroDivisor,
    /// Step 17.
    StartOffset { divisor: u32, page_size_bytes: u64 },
    /// Step 18: `DO_NOT_CARE` beside other color spaces.
    MixedColorSpaces,
    /// Step 19.
    UnsupportedColorSpace(ColorSpace),
    /// Step 20.
    RequiredMinBelowMin { required: SizeU, min: SizeU },
    /// Step 20.
    RequiredMaxAboveMax { required: SizeU, max: SizeU },
    /// Step 21.
    PadAlignment(SizeU),
    /// Step 21.
    PadOfTiledOrPlanar,
    /// Step 21.
    PadWithoutMaxWidth { max_width: u32 },
    /// 3.6.
    TooManyRequiredSizes { count: usize },
}

/// Why a format that was possible is so no longer (3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elimination {
    /// The participant does not offer it.
    NotOffered,
    NoCommonColorSpace,
    /// One wants alpha, the other wants none.
    Alpha,
    /// The bytes per row cannot be a multiple of both.
    DivisorTooLarge {
        a: u32,
        b: u32,
    },
}

/// What participants offer leaves no format (3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatConflict {
    /// Wildcards stand for more formats than are looked at.
    TooManyFormats,
    /// Every format that was possible until then, and why it is not. Empty if there were only
    /// wildcards, none of which the participant offers anything for.
    NoneInCommon { eliminated: Vec<(FormatPair, Elimination)> },
}

impl FormatFault {
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Self::ModifierWithoutFormat | Self::NoFormat => "2.5 step 1",
            Self::Duplicate(_) => "C20",
        }
    }
}

impl ImageFault {
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Self::InvalidFormat => "2.6 step 1",
            Self::SizeAlignment(_) => "2.6 step 3",
            Self::EmptyRequiredSize(_) => "2.6 step 6",
            Self::UnsupportedFormat => "2.6 step 8a",
            Self::FormatWithoutLayout | Self::DivisorTooLarge(_) => "2.6 step 8",
            Self::NoColorSpace => "2.6 step 11",
            Self::MinSizeAboveMax { .. } => "2.6 step 12",
            Self::MinRowAboveMax { .. } => "2.6 step 13",
            Self::MinAreaAboveMax { .. } => "2.6 step 14",
            Self::DisplayRectAlignment(_) => "2.6 step 15",
            Self::ZeroDivisor => "2.6 step 16",
            Self::StartOffset { .. } => "2.6 step 17",
            Self::MixedColorSpaces => "2.6 step 18",
            Self::UnsupportedColorSpace(_) => "2.6 step 19",
            Self::RequiredMinBelowMin { .. } | Self::RequiredMaxAboveMax { .. } => "2.6 step 20",
            Self::PadAlignment(_) | Self::PadOfTiledOrPlanar | Self::PadWithoutMaxWidth { .. } => {
                "2.6 step 21"
            }
            Self::TooManyRequiredSizes { .. } => "3.6",
        }
    }
}

/// A size the way people write it.
pub(super) struct Pixels(pub(super) SizeU);

impl fmt::Display for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.0.width, self.0.height)
    }
}

impl fmt::Display for FormatFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModifierWithoutFormat => {
                f.write_str("pixel_format_modifier is set without pixel_format")
            }
            Self::NoFormat => {
                f.write_str("neither pixel_format nor pixel_format_and_modifiers is set")
            }
            Self::Duplicate(pair) => write!(f, "{pair} is offered twice"),
        }
    }
}

impl fmt::Display for ImageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::InvalidFormat => f.write_str("INVALID is not offered by anybody"),
            Self::SizeAlignment(size) => not_powers_of_two(f, "size_alignment", size),
            Self::EmptyRequiredSize(size) => {
                write!(f, "required_max_size_list has {}, which is empty", Pixels(size))
            }
            Self::UnsupportedFormat => f.write_str("the format does not go with the modifier"),
            Self::FormatWithoutLayout => f.write_str("the format has no known layout"),
            Self::DivisorTooLarge(divisor) => {
                write!(f, "bytes_per_row_divisor {divisor} does not go with what the format needs")
            }
            Self::NoColorSpace => f.write_str("color_spaces is not set or empty"),
            Self::MinSizeAboveMax { min, max } => {
                write!(f, "the aligned min_size {} is above max_size {}", Pixels(min), Pixels(max))
            }
            Self::MinRowAboveMax { min, max } => {
                write!(f, "rows have at least {min} bytes, above max_bytes_per_row {max}")
            }
            Self::MinAreaAboveMax { min, max } => {
                write!(f, "min_size {} has more than {max} pixels", Pixels(min))
            }
            Self::DisplayRectAlignment(size) => {
                not_powers_of_two(f, "display_rect_alignment", size)
            }
            Self::ZeroDivisor => f.write_str("bytes_per_row_divisor is 0"),
            Self::StartOffset { divisor, page_size_bytes } => write!(
                f,
                "start_offset_divisor {divisor} is not a power of two up to {page_size_bytes}"
            ),
            Self::MixedColorSpaces => {
                f.write_str("color_spaces has DO_NOT_CARE beside other color spaces")
            }
            Self::UnsupportedColorSpace(color_space) => match color_space.name() {
                Some(name) => write!(f, "the format does not go with color space {name}"),
                None => write!(f, "color space {} is unknown", color_space.into_primitive()),
            },
            Self::RequiredMinBelowMin { required, min } => write!(
                f,
                "required_min_size {} is below min_size {}",
                Pixels(required),
                Pixels(min)
            ),
            Self::RequiredMaxAboveMax { required, max } => write!(
                f,
                "the required size {} is above max_size {}",
                Pixels(required),
                Pixels(max)
            ),
            Self::PadAlignment(size) => not_powers_of_two(f, "pad_for_block_size", size),
            Self::PadOfTiledOrPlanar => {
                f.write_str("pad_for_block_size goes only with linear formats of one plane")
            }
            Self::PadWithoutMaxWidth { max_width } => {
                write!(f, "pad_for_block_size needs a max_size.width below {max_width}")
            }
            Self::TooManyRequiredSizes { count } => write!(
                f,
                "{count} required sizes that do not cover each other are more than \
                 {MAX_REQUIRED_SIZES}"
            ),
        }
    }
}

fn not_powers_of_two(f: &mut fmt::Formatter<'_>, field: &str, size: SizeU) -> fmt::Result {
    write!(f, "{field} {} is not made of powers of two", Pixels(size))
}

impl fmt::Display for Elimination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => f.write_str("is not offered"),
            Self::NoCommonColorSpace => f.write_str("no color space in common"),
            Self::Alpha => f.write_str("is_alpha_present differs"),
            Self::DivisorTooLarge { a, b } => {
                write!(f, "no bytes_per_row is a multiple of {a} and {b}")
            }
        }
    }
}

/// Formats in a sentence: there can be thousands, and one sentence for each selection.
const SHOWN: usize = 16;

impl fmt::Display for FormatConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyFormats => write!(f, "formats not cared for stand for {MAX_FAN_OUT}"),
            Self::NoneInCommon { eliminated } => {
                f.write_str("no pixel format in common")?;
                let mut separator = ": ";
                for (pair, reason) in eliminated.iter().take(SHOWN) {
                    write!(f, "{separator}{pair} ({reason})")?;
                    separator = ", ";
                }
                match eliminated.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    more => write!(f, ", and {more} more"),
                }
            }
        }
    }
}
