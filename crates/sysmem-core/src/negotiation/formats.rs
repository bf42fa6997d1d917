//! Pixel format and modifier together, with their wildcards (`sysmem2-constraints.md` 3.4).

use std::fmt;

use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::{ImageFormatConstraints, PixelFormatAndModifier};

use super::failure::FormatFault;
use super::usage::Usage;

/// A pixel format and a modifier; either can be `DO_NOT_CARE`. The order is that of preference
/// among formats of equal cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormatPair {
    pub pixel_format: PixelFormat,
    pub modifier: PixelFormatModifier,
}

impl FormatPair {
    /// Whether neither half is `DO_NOT_CARE`.
    pub fn is_specific(self) -> bool {
        self.pixel_format != PixelFormat::DO_NOT_CARE
            && self.modifier != PixelFormatModifier::DO_NOT_CARE
    }

    /// Whether a half is `INVALID` (2.6 step 1).
    pub(super) fn is_invalid(self) -> bool {
        self.pixel_format == PixelFormat::INVALID || self.modifier == PixelFormatModifier::INVALID
    }

    /// Whether images can be laid out like this (2.7).
    pub(super) fn is_supported(self) -> bool {
        image_format::is_supported(self.pixel_format, self.modifier)
    }

    /// What both stand for in common: each half of one, or the other's half where it is a wildcard.
    /// None if the two cannot be combined.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let met = Self {
            pixel_format: meet(self.pixel_format, other.pixel_format, PixelFormat::DO_NOT_CARE)?,
            modifier: meet(self.modifier, other.modifier, PixelFormatModifier::DO_NOT_CARE)?,
        };
        (!met.is_specific() || met.is_supported()).then_some(met)
    }

    /// All pairs that an entry stands for, in the order of 2.5.
    pub(super) fn of_entry(
        table: &ImageFormatConstraints,
        usage: Usage,
    ) -> Result<impl Iterator<Item = Self>, FormatFault> {
        let list = table.pixel_format_and_modifiers.as_deref().unwrap_or_default();
        let own = match (table.pixel_format, table.pixel_format_modifier) {
            (None, Some(_)) => return Err(FormatFault::ModifierWithoutFormat),
            (None, None) if list.is_empty() => return Err(FormatFault::NoFormat),
            (None, None) => None,
            (Some(pixel_format), modifier) => {
                let modifier = modifier.unwrap_or_else(|| default_modifier(pixel_format, usage));
                Some(Self { pixel_format, modifier })
            }
        };
        Ok(list.iter().map(Self::from).chain(own))
    }
}

/// A participant that uses the buffers and says nothing about tiling can do linear images only.
fn default_modifier(pixel_format: PixelFormat, usage: Usage) -> PixelFormatModifier {
    if pixel_format != PixelFormat::DO_NOT_CARE && usage.is_real() {
        PixelFormatModifier::LINEAR
    } else {
        PixelFormatModifier::DO_NOT_CARE
    }
}

fn meet<T: Copy + PartialEq>(a: T, b: T, wildcard: T) -> Option<T> {
    if a == wildcard { Some(b) } else { (a == b || b == wildcard).then_some(a) }
}

impl From<&PixelFormatAndModifier> for FormatPair {
    fn from(pair: &PixelFormatAndModifier) -> Self {
        Self { pixel_format: pair.pixel_format, modifier: pair.pixel_format_modifier }
    }
}

impl fmt::Display for FormatPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pixel_format.name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "{:#x}", self.pixel_format.into_primitive())?,
        }
        match self.modifier.name() {
            Some(name) => write!(f, "/{name}"),
            None => write!(f, "/{:#x}", self.modifier.into_primitive()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn pair(pixel_format: PixelFormat, modifier: PixelFormatModifier) -> FormatPair {
        FormatPair { pixel_format, modifier }
    }

    #[test]
    fn pairs_meet_where_wildcards_let_them() {
        use {PixelFormat as F, PixelFormatModifier as M};
        let rgba = pair(F::R8G8B8A8, M::LINEAR);
        let any = pair(F::DO_NOT_CARE, M::DO_NOT_CARE);
        let rgba_any = pair(F::R8G8B8A8, M::DO_NOT_CARE);
        let any_linear = pair(F::DO_NOT_CARE, M::LINEAR);
        assert_eq!(any.meet(any), Some(any));
        assert_eq!(any.meet(rgba), Some(rgba));
        assert_eq!(rgba_any.meet(any_linear), Some(rgba));
        assert_eq!(rgba_any.meet(any), Some(rgba_any));
        assert_eq!(rgba.meet(pair(F::R8G8B8A8, M::INTEL_I915_X_TILED)), None);
        assert_eq!(rgba.meet(pair(F::NV12, M::DO_NOT_CARE)), None);
        // Nothing lays out MJPEG.
        assert_eq!(pair(F::MJPEG, M::DO_NOT_CARE).meet(any_linear), None);
    }
}
