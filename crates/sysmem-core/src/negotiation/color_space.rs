//! What sample values mean (`sysmem2-constraints.md` 1.11, 3.5, 4.5).

use std::rc::Rc;

use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat};

use super::failure::ImageFault;

/// The color spaces that will do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ColorSpaces<'a> {
    /// Whatever others want.
    DoNotCare,
    /// At least one.
    Listed(Listed<'a>),
}

/// Some color spaces, none of them `DO_NOT_CARE`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Listed<'a> {
    /// The list that these are from, or are a part of.
    given: &'a [ColorSpace],
    /// A bit for each of [`PREFERENCE`].
    known: u16,
    /// Others, in order. No format can have them, but a wildcard may.
    unknown: Option<Rc<Vec<ColorSpace>>>,
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
            list => Ok(Self::Listed(Listed::new(list))),
        }
    }

    /// Those in both; none if there are none (3.5).
    pub(super) fn intersect(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::DoNotCare, list) | (list, Self::DoNotCare) => Some(list.clone()),
            (Self::Listed(own), Self::Listed(others)) => own.intersect(others).map(Self::Listed),
        }
    }

    /// Those that images of `format` can have; none if there are none (3.4).
    pub(super) fn supported_by(&self, format: PixelFormat) -> Option<Self> {
        let Self::Listed(own) = self else { return Some(Self::DoNotCare) };
        let known = own.supported_by(format);
        (known != 0).then_some(Self::Listed(Listed { known, unknown: None, ..*own }))
    }

    /// Step 19 of 2.6: every one has to go with `format`.
    pub(super) fn check(&self, format: PixelFormat) -> Result<(), ImageFault> {
        let Self::Listed(own) = self else { return Ok(()) };
        if own.unknown.is_none() && own.supported_by(format) == own.known {
            return Ok(());
        }
        let supports = |of: &ColorSpace| image_format::supports_color_space(format, *of);
        match own.given.iter().find(|color_space| !supports(color_space)) {
            Some(color_space) => Err(ImageFault::UnsupportedColorSpace(*color_space)),
            None => Ok(()),
        }
    }

    /// The one to use (4.5); none if nobody has named any.
    pub(super) fn best(&self) -> Option<ColorSpace> {
        match self {
            Self::DoNotCare => None,
            Self::Listed(own) => own.known().next().map(|(_, color_space)| color_space),
        }
    }
}

impl<'a> Listed<'a> {
    fn new(given: &'a [ColorSpace]) -> Self {
        let (mut known, mut unknown) = (0, Vec::new());
        for color_space in given {
            match bits().find(|(_, of)| of == color_space) {
                Some((bit, _)) => known |= bit,
                None => unknown.push(*color_space),
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        Self { given, known, unknown: (!unknown.is_empty()).then(|| Rc::new(unknown)) }
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        let known = self.known & other.known;
        let unknown = match (&self.unknown, &other.unknown) {
            (Some(own), Some(others)) => common(own, others),
            _ => None,
        };
        (known != 0 || unknown.is_some()).then_some(Self { given: self.given, known, unknown })
    }

    fn supported_by(&self, format: PixelFormat) -> u16 {
        let supports = |of: &ColorSpace| image_format::supports_color_space(format, *of);
        let supported = self.known().filter(|(_, color_space)| supports(color_space));
        supported.fold(0, |all, (bit, _)| all | bit)
    }

    /// Those that some format has, the best one first.
    fn known(&self) -> impl Iterator<Item = (u16, ColorSpace)> {
        let known = self.known;
        bits().filter(move |(bit, _)| known & bit != 0)
    }
}

fn bits() -> impl Iterator<Item = (u16, ColorSpace)> {
    let bits = std::iter::successors(Some(1_u16), |bit| Some(bit << 1));
    bits.zip(PREFERENCE)
}

/// What two lists in order have in common.
fn common(own: &Rc<Vec<ColorSpace>>, others: &[ColorSpace]) -> Option<Rc<Vec<ColorSpace>>> {
    if own.as_slice() == others {
        return Some(Rc::clone(own));
    }
    let is_common = |color_space: &ColorSpace| others.binary_search(color_space).is_ok();
    let common: Vec<_> = own.iter().copied().filter(is_common).collect();
    (!common.is_empty()).then(|| Rc::new(common))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences 36 and 37 of `sysmem2-constraints.md` section 8.
    #[test]
    fn constraints_s37_preference_of_color_spaces() {
        let listed = |list: &'static [ColorSpace]| ColorSpaces::sanitize(Some(list)).unwrap();
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
    #[test]
    fn color_spaces_without_a_name_are_kept_for_wildcards_only() {
        let list = |numbers: &[u32]| -> Vec<_> {
            numbers.iter().map(|number| ColorSpace::from_primitive(*number)).collect()
        };
        let (a, b) = (list(&[77, 1, 99, 77]), list(&[88, 77, 6]));
        let a = ColorSpaces::sanitize(Some(&a)).unwrap();
        let common = a.intersect(&ColorSpaces::sanitize(Some(&b)).unwrap()).unwrap();
        let only = list(&[77]);
        let only = ColorSpaces::sanitize(Some(&only)).unwrap();
        assert_eq!(common.intersect(&only), Some(common.clone()));
        assert_eq!(common.best(), None);
        assert_eq!(common.supported_by(PixelFormat::R8G8B8A8), None);
        let narrowed = a.supported_by(PixelFormat::R8G8B8A8).unwrap();
        assert_eq!(narrowed.best(), Some(ColorSpace::SRGB));
        assert_eq!(narrowed.intersect(&only), None);
        assert_eq!(narrowed.check(PixelFormat::R8G8B8A8), Ok(()));
        let unsupported = ImageFault::UnsupportedColorSpace(ColorSpace::from_primitive(77));
        assert_eq!(a.check(PixelFormat::R8G8B8A8), Err(unsupported));
    }
}
