//! What sample values mean (`sysmem2-constraints.md` 1.11, 3.5, 4.5).

use std::borrow::Cow;

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat};

use super::failure::ImageFault;

/// The color spaces that will do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ColorSpaces<'a> {
    /// Whatever others want.
    DoNotCare,
    /// At least one, none of them `DO_NOT_CARE`. Values without a name are kept, since a wildcard
    /// format may have them.
    Listed(Cow<'a, [ColorSpace]>),
}

/// From the one to take first to the one to take last.
const PREFERENCE: [ColorSpace; 9] = [
    ColorSpace::SRGB,
    ColorSpace::REC2100,
    ColorSpace::REC2020,
    ColorSpace::REC709,
    ColorSpace::REC601_PAL_FULL_RANGE,
    ColorSpace::REC601_PAL,
    ColorSpace::REC601_NTSC_FULL_RANGE,
    ColorSpace::REC601_NTSC,
    ColorSpace::PASSTHROUGH,
];

impl<'a> ColorSpaces<'a> {
    /// Steps 11 and 18 of 2.6. Duplicates are let pass.
    pub(super) fn sanitize(list: Option<&'a [ColorSpace]>) -> Result<Self, ImageFault> {
        match list.unwrap_or_default() {
            [] => Err(ImageFault::NoColorSpace),
            [ColorSpace::DO_NOT_CARE] => Ok(Self::DoNotCare),
            list if list.contains(&ColorSpace::DO_NOT_CARE) => Err(ImageFault::MixedColorSpaces),
            list => Ok(Self::Listed(Cow::Borrowed(list))),
        }
    }

    /// Those in both; none if there are none (3.5).
    pub(super) fn intersect(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::DoNotCare, list) | (list, Self::DoNotCare) => Some(list.clone()),
            (Self::Listed(_), Self::Listed(others)) => self.filter(|own| others.contains(&own)),
        }
    }

    /// Those that images of `format` can have; none if there are none (3.4).
    pub(super) fn supported_by(&self, format: PixelFormat) -> Option<Self> {
        self.filter(|color_space| image_format::supports_color_space(format, color_space))
    }

    /// Step 19 of 2.6: every one has to go with `format`.
    pub(super) fn check(&self, format: PixelFormat) -> Result<(), ImageFault> {
        let supports = |of: &ColorSpace| image_format::supports_color_space(format, *of);
        match self.listed().iter().find(|color_space| !supports(color_space)) {
            Some(color_space) => Err(ImageFault::UnsupportedColorSpace(*color_space)),
            None => Ok(()),
        }
    }

    /// The one to use (4.5); none if nobody has named any.
    pub(super) fn best(&self) -> Option<ColorSpace> {
        PREFERENCE.into_iter().find(|color_space| self.listed().contains(color_space))
    }

    fn listed(&self) -> &[ColorSpace] {
        match self {
            Self::DoNotCare => &[],
            Self::Listed(list) => list,
        }
    }

    fn filter(&self, mut keep: impl FnMut(ColorSpace) -> bool) -> Option<Self> {
        let Self::Listed(list) = self else { return Some(Self::DoNotCare) };
        if list.iter().all(|color_space| keep(*color_space)) {
            return Some(self.clone());
        }
        let kept: Vec<_> = list.iter().copied().filter(|color_space| keep(*color_space)).collect();
        (!kept.is_empty()).then_some(Self::Listed(Cow::Owned(kept)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences 36 and 37 of `sysmem2-constraints.md` section 8.
    #[test]
    fn constraints_s37_preference_of_color_spaces() {
        let listed = |list: &[ColorSpace]| ColorSpaces::Listed(Cow::Owned(list.to_vec()));
        let best = |list| listed(list).best();
        assert_eq!(best(&[ColorSpace::REC709, ColorSpace::REC2100]), Some(ColorSpace::REC2100));
        assert_eq!(best(&[ColorSpace::REC2100, ColorSpace::SRGB]), Some(ColorSpace::SRGB));
        assert_eq!(
            best(&[ColorSpace::PASSTHROUGH, ColorSpace::REC601_NTSC]),
            Some(ColorSpace::REC601_NTSC)
        );
        assert_eq!(ColorSpaces::DoNotCare.best(), None);
        let passthrough = listed(&[ColorSpace::PASSTHROUGH]);
        assert_eq!(passthrough.intersect(&listed(&[ColorSpace::SRGB])), None);
        assert_eq!(passthrough.intersect(&ColorSpaces::DoNotCare), Some(passthrough));
    }
}
