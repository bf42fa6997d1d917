//! Finds what a wildcard can be combined with, without a look at every pair.
//!
//! A participant can name some thousand pairs, most of which need not exist; comparing all of one
//! list with all of another would let one client keep everybody waiting.

use std::collections::BTreeSet;

use image_format::FormatInfo;
use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};

use super::formats::FormatPair;

/// Some pairs, by both halves.
#[derive(Debug, Default)]
pub(super) struct PairIndex {
    by_format: BTreeSet<(PixelFormat, PixelFormatModifier)>,
    by_modifier: BTreeSet<(PixelFormatModifier, PixelFormat)>,
}

const ANY_FORMAT: PixelFormat = PixelFormat::DO_NOT_CARE;
const ANY_MODIFIER: PixelFormatModifier = PixelFormatModifier::DO_NOT_CARE;
const GOLDFISH: PixelFormatModifier = PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL;

impl PairIndex {
    pub(super) fn new(pairs: impl Iterator<Item = FormatPair>) -> Self {
        let mut index = Self::default();
        for FormatPair { pixel_format, modifier } in pairs {
            index.by_format.insert((pixel_format, modifier));
            index.by_modifier.insert((modifier, pixel_format));
        }
        index
    }

    /// The pairs that can be combined with `wildcard`, each with what comes of it.
    pub(super) fn partners(
        &self,
        wildcard: FormatPair,
    ) -> impl Iterator<Item = (FormatPair, FormatPair)> {
        let FormatPair { pixel_format, modifier } = wildcard;
        let candidates = match (pixel_format, modifier) {
            (ANY_FORMAT, ANY_MODIFIER) => self.all().collect(),
            (_, ANY_MODIFIER) => self.for_format(pixel_format),
            (ANY_FORMAT, _) => self.for_modifier(modifier),
            _ => Vec::new(),
        };
        candidates.into_iter().filter_map(move |other| Some((other, other.meet(wildcard)?)))
    }

    fn all(&self) -> impl Iterator<Item = FormatPair> {
        self.by_format.iter().map(|&(pixel_format, modifier)| FormatPair { pixel_format, modifier })
    }

    /// Those that may go with a format and any modifier.
    fn for_format(&self, format: PixelFormat) -> Vec<FormatPair> {
        let mut pairs: Vec<_> = self.with_format(format).collect();
        if FormatInfo::of(format).is_some() {
            pairs.extend(self.with_format(ANY_FORMAT));
        } else {
            // No other modifier lays it out.
            let loose = [ANY_MODIFIER, GOLDFISH];
            let loose = loose.map(|modifier| FormatPair { pixel_format: ANY_FORMAT, modifier });
            pairs.extend(loose.into_iter().filter(|pair| self.contains(*pair)));
        }
        pairs
    }

    /// Those that may go with a modifier and any format.
    fn for_modifier(&self, modifier: PixelFormatModifier) -> Vec<FormatPair> {
        let mut pairs: Vec<_> = self.with_modifier(modifier).collect();
        let lays_out = |info: &FormatInfo| image_format::is_supported(info.pixel_format, modifier);
        if FormatInfo::all().iter().any(lays_out) {
            pairs.extend(self.with_modifier(ANY_MODIFIER));
        } else {
            let loose = FormatPair { pixel_format: ANY_FORMAT, modifier: ANY_MODIFIER };
            pairs.extend(Some(loose).filter(|pair| self.contains(*pair)));
        }
        pairs
    }

    fn contains(&self, pair: FormatPair) -> bool {
        self.by_format.contains(&(pair.pixel_format, pair.modifier))
    }

    fn with_format(&self, pixel_format: PixelFormat) -> impl Iterator<Item = FormatPair> {
        let bound = |modifier| (pixel_format, PixelFormatModifier::from_primitive(modifier));
        let pairs = self.by_format.range(bound(0)..=bound(u64::MAX));
        pairs.map(|&(pixel_format, modifier)| FormatPair { pixel_format, modifier })
    }

    fn with_modifier(&self, modifier: PixelFormatModifier) -> impl Iterator<Item = FormatPair> {
        let bound = |format| (modifier, PixelFormat::from_primitive(format));
        let pairs = self.by_modifier.range(bound(0)..=bound(u32::MAX));
        pairs.map(|&(modifier, pixel_format)| FormatPair { pixel_format, modifier })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair() -> impl Strategy<Value = FormatPair> {
        let formats = PixelFormat::MEMBERS.to_vec();
        let format = prop_oneof![
            Just(ANY_FORMAT),
            prop::sample::select(formats),
            (900_u32..905).prop_map(PixelFormat::from_primitive),
        ];
        let modifier = prop_oneof![
            Just(ANY_MODIFIER),
            prop::sample::select(PixelFormatModifier::MEMBERS),
            (900_u64..905).prop_map(PixelFormatModifier::from_primitive),
        ];
        (format, modifier)
            .prop_map(|(pixel_format, modifier)| FormatPair { pixel_format, modifier })
    }

    proptest! {
        #[test]
        fn partners_are_those_that_meet(
            pairs in prop::collection::btree_set(pair(), 0..40),
            wildcard in pair().prop_filter("a wildcard", |pair| !pair.is_specific()),
        ) {
            let index = PairIndex::new(pairs.iter().copied());
            let mut found: Vec<_> = index.partners(wildcard).collect();
            found.sort_unstable();
            let compared = pairs.iter().filter_map(|pair| Some((*pair, pair.meet(wildcard)?)));
            prop_assert_eq!(found, compared.collect::<Vec<_>>());
        }
    }
}
