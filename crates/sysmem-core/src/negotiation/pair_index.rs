//! Finds what a wildcard can be combined with, without a look at every pair.
//!
//! A participant can name some thousand pairs, most of which need not exist; comparing all of one
//! list with all of another would let one client keep everybody waiting.

use std::cell::OnceCell;
use std::cmp::Ordering;

use image_format::FormatInfo;
use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};

use super::formats::FormatPair;

/// The pairs of a list with their places in it, by both halves.
#[derive(Debug, Default)]
pub(super) struct PairIndex {
    by_format: Vec<Placed>,
    /// By modifier first; few lists are ever asked for that.
    by_modifier: OnceCell<Vec<Placed>>,
}

/// A pair, and where it is in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placed {
    pub(super) pair: FormatPair,
    pub(super) place: usize,
}

const ANY_FORMAT: PixelFormat = PixelFormat::DO_NOT_CARE;
const ANY_MODIFIER: PixelFormatModifier = PixelFormatModifier::DO_NOT_CARE;
const GOLDFISH: PixelFormatModifier = PixelFormatModifier::GOOGLE_GOLDFISH_OPTIMAL;

impl PairIndex {
    pub(super) fn new(pairs: impl Iterator<Item = FormatPair>) -> Self {
        let placed = pairs.enumerate().map(|(place, pair)| Placed { pair, place });
        let mut by_format: Vec<_> = placed.collect();
        by_format.sort_unstable();
        Self { by_format, by_modifier: OnceCell::new() }
    }

    /// All pairs, smallest first.
    pub(super) fn pairs(&self) -> impl Iterator<Item = FormatPair> {
        self.by_format.iter().map(|placed| placed.pair)
    }

    /// Where a pair is.
    pub(super) fn place_of(&self, pair: FormatPair) -> Option<usize> {
        let found = self.by_format.binary_search_by_key(&pair, |placed| placed.pair).ok()?;
        self.by_format.get(found).map(|placed| placed.place)
    }

    /// The first place with a pair that is at an earlier place, too.
    pub(super) fn first_duplicate(&self) -> Option<Placed> {
        let neighbours = self.by_format.iter().zip(self.by_format.iter().skip(1));
        let duplicates = neighbours.filter(|(a, b)| a.pair == b.pair).map(|(_, b)| *b);
        duplicates.min_by_key(|placed| placed.place)
    }

    /// A few pairs, among them all that can be combined with `wildcard`.
    pub(super) fn candidates(&self, wildcard: FormatPair) -> Vec<Placed> {
        let FormatPair { pixel_format, modifier } = wildcard;
        match (pixel_format, modifier) {
            (ANY_FORMAT, ANY_MODIFIER) => self.by_format.clone(),
            (_, ANY_MODIFIER) => self.for_format(pixel_format),
            (ANY_FORMAT, _) => self.for_modifier(modifier),
            _ => Vec::new(),
        }
    }

    /// Those that may go with a format and any modifier.
    fn for_format(&self, format: PixelFormat) -> Vec<Placed> {
        let mut found = self.with_format(format).to_vec();
        if FormatInfo::of(format).is_some() {
            found.extend_from_slice(self.with_format(ANY_FORMAT));
        } else {
            // No other modifier lays it out.
            let loose = [ANY_MODIFIER, GOLDFISH];
            let loose = loose.map(|modifier| FormatPair { pixel_format: ANY_FORMAT, modifier });
            found.extend(loose.into_iter().filter_map(|pair| self.find(pair)));
        }
        found
    }

    /// Those that may go with a modifier and any format.
    fn for_modifier(&self, modifier: PixelFormatModifier) -> Vec<Placed> {
        let mut found = self.with_modifier(modifier).to_vec();
        if modifier == GOLDFISH {
            found.extend_from_slice(self.with_modifier(ANY_MODIFIER));
            return found;
        }
        // No other format is laid out by it.
        let known = FormatInfo::all().iter().map(|info| info.pixel_format);
        let loose = known.filter(|format| image_format::is_supported(*format, modifier));
        let loose = loose.chain([ANY_FORMAT]);
        let loose = loose.map(|pixel_format| FormatPair { pixel_format, modifier: ANY_MODIFIER });
        found.extend(loose.filter_map(|pair| self.find(pair)));
        found
    }

    fn find(&self, pair: FormatPair) -> Option<Placed> {
        self.place_of(pair).map(|place| Placed { pair, place })
    }

    fn with_format(&self, format: PixelFormat) -> &[Placed] {
        run(&self.by_format, |placed| placed.pair.pixel_format.cmp(&format))
    }

    fn with_modifier(&self, modifier: PixelFormatModifier) -> &[Placed] {
        let by_modifier = self.by_modifier.get_or_init(|| {
            let mut placed = self.by_format.clone();
            placed.sort_unstable_by_key(|placed| (placed.pair.modifier, placed.pair.pixel_format));
            placed
        });
        run(by_modifier, |placed| placed.pair.modifier.cmp(&modifier))
    }
}

/// What is equal, of a list in that order.
fn run(list: &[Placed], order: impl Fn(&Placed) -> Ordering) -> &[Placed] {
    let start = list.partition_point(|placed| order(placed).is_lt());
    let end = list.partition_point(|placed| order(placed).is_le());
    list.get(start..end).unwrap_or_default()
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
            pairs in prop::collection::btree_set(pair(), 0..40)
                .prop_map(Vec::from_iter).prop_shuffle(),
            wildcard in pair().prop_filter("a wildcard", |pair| !pair.is_specific()),
        ) {
            let index = PairIndex::new(pairs.iter().copied());
            let candidates = index.candidates(wildcard).into_iter();
            let met = candidates.filter_map(|placed| {
                assert_eq!(index.place_of(placed.pair), Some(placed.place));
                Some((placed.place, placed.pair.meet(wildcard)?))
            });
            let mut found: Vec<_> = met.collect();
            found.sort_unstable();
            let compared = pairs.iter().enumerate();
            let compared = compared.filter_map(|(place, pair)| Some((place, pair.meet(wildcard)?)));
            prop_assert_eq!(found, compared.collect::<Vec<_>>());
        }

        #[test]
        fn the_first_duplicate_is_found(pairs in prop::collection::vec(pair(), 0..12)) {
            let place = (0..pairs.len()).find(|place| pairs[..*place].contains(&pairs[*place]));
            let index = PairIndex::new(pairs.iter().copied());
            prop_assert_eq!(index.first_duplicate().map(|placed| placed.place), place);
        }
    }
}
