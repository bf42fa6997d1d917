//! The entries that all participants have in common (`sysmem2-constraints.md` 3.4).

use std::rc::Rc;

use image_format::FormatInfo;
use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::ImageFormatConstraints;

use super::combinations::Combinations;
use super::list::{Entry, ImageList};
use super::memo::Memo;
use super::required::RequiredSizes;
use super::{Format, ImageTerms, SharedTerms, Stage};
use crate::negotiation::budget::{Budget, Exhausted, Stop};
use crate::negotiation::failure::{Elimination, Fault, FormatConflict, ImageFault};
use crate::negotiation::formats::FormatPair;
use crate::negotiation::limits::{FAN_OUT_WORK, MAX_FAN_OUT, MAX_REQUIRED_SIZES};
use crate::negotiation::pair_index::PairIndex;

/// Terms by pair of format and modifier. No two pairs can be combined: that holds for each
/// participant, and what wildcards are replaced by are parts of them.
///
/// They are in the order of the page's lists, which decides when fanning out meets its limit.
#[derive(Debug, Default)]
pub(in crate::negotiation) struct CommonImages<'a> {
    entries: Vec<Entry<'a>>,
}

/// An entry that a layout can be chosen from: nothing about it is left open.
#[derive(Clone, Debug)]
pub(in crate::negotiation) struct Candidate<'a> {
    pub(in crate::negotiation) pair: FormatPair,
    pub(in crate::negotiation) info: &'static FormatInfo,
    pub(in crate::negotiation) color_space: ColorSpace,
    pub(in crate::negotiation) terms: SharedTerms<'a>,
}

impl Candidate<'_> {
    pub(in crate::negotiation) fn report(&self) -> ImageFormatConstraints {
        self.terms.report(self.pair, self.info, self.color_space)
    }
}

impl<'a> CommonImages<'a> {
    /// Leaves what this list and the next participant's have in common. Nothing is said by a
    /// participant without entries.
    pub(in crate::negotiation) fn combine(
        &mut self,
        other: &ImageList<'a>,
        budget: &mut Budget,
    ) -> Result<(), Stop<FormatConflict>> {
        if other.is_empty() {
            return Ok(());
        }
        if self.entries.is_empty() {
            budget.spend(other.entries.len())?;
            self.entries.clone_from(&other.entries);
            return Ok(());
        }
        if has_wildcard(&self.entries) {
            self.entries = fan_out(&self.entries, &other.index, budget)?;
        }
        if has_wildcard(&other.entries) {
            let own = PairIndex::new(self.entries.iter().map(|entry| entry.pair));
            let fanned = fan_out(&other.entries, &own, budget)?;
            self.keep_common(&ImageList::new(fanned), budget)
        } else {
            self.keep_common(other, budget)
        }
    }

    /// Combines what is in both lists and drops the rest.
    fn keep_common(
        &mut self,
        other: &ImageList<'a>,
        budget: &mut Budget,
    ) -> Result<(), Stop<FormatConflict>> {
        // What the other list has more of is skipped without a look at it.
        budget.spend(self.entries.len())?;
        let (mut eliminated, mut combinations) = (Vec::new(), Combinations::default());
        let (mut exhausted, mut lookup) = (Ok(()), other.lookup());
        self.entries.retain_mut(|Entry { pair, terms }| {
            let others = lookup(*pair).ok_or(Stop::Because(Elimination::NotOffered));
            match others.and_then(|others| combinations.combine(terms, others, budget)) {
                Ok(combined) => *terms = combined,
                Err(Stop::Because(reason)) => {
                    eliminated.push((*pair, reason));
                    return false;
                }
                Err(Stop::Exhausted) => exhausted = Err(Exhausted),
            }
            true
        });
        exhausted?;
        if self.entries.is_empty() {
            eliminated.sort_unstable_by_key(|(pair, _)| *pair);
            return Err(Stop::Because(FormatConflict::NoneInCommon { eliminated }));
        }
        Ok(())
    }

    /// What is left to choose from when all participants are in: required sizes are pruned (3.6),
    /// the entries fitted to their formats, wildcards dropped (C16 to C19). Empty only if there was
    /// no entry. If several entries fail, the smallest pair is the reason.
    pub(in crate::negotiation) fn settle(
        self,
        budget: &mut Budget,
    ) -> Result<Vec<Candidate<'a>>, Stop<Fault>> {
        let sizes = self.entries.iter().map(|entry| entry.terms.required_max_sizes.len());
        budget.spend(sizes.fold(self.entries.len(), usize::saturating_add))?;
        let is_constrained = !self.entries.is_empty();
        let mut specific = self.fitted()?;
        specific.retain(|entry| entry.pair.is_specific());
        if is_constrained && specific.is_empty() {
            return Err(Stop::Because(Fault::OnlyWildcardFormats));
        }
        let candidates = specific.into_iter().filter_map(|Entry { pair, terms }| {
            let info = FormatInfo::of(pair.pixel_format)?;
            let color_space = terms.color_spaces.best()?;
            Some(Candidate { pair, info, color_space, terms })
        });
        let candidates: Vec<_> = candidates.collect();
        if is_constrained && candidates.is_empty() {
            return Err(Stop::Because(Fault::OnlyWildcardColorSpaces));
        }
        Ok(candidates)
    }

    /// The entries pruned and fitted; those that share their terms and are of one kind go on
    /// sharing them.
    fn fitted(&self) -> Result<Vec<Entry<'a>>, Stop<Fault>> {
        let (mut known, mut pruning) = (Memo::default(), Pruning::default());
        let mut fitted = Vec::with_capacity(self.entries.len());
        let faults = self.entries.iter().filter_map(|Entry { pair, terms }| {
            let settled = Format::of(*pair).and_then(|format| {
                let place = (Rc::as_ptr(terms), format.kind());
                known.get_or_try(place, || fit(terms, format, &mut pruning))
            });
            match settled {
                Ok(terms) => {
                    fitted.push(Entry { pair: *pair, terms });
                    None
                }
                Err(fault) => Some((*pair, fault)),
            }
        });
        match faults.min_by_key(|(pair, _)| *pair) {
            Some((pair, fault)) => Err(Stop::Because(Fault::Image { pair, fault })),
            None => Ok(fitted),
        }
    }
}

fn fit<'a>(
    terms: &ImageTerms<'a>,
    format: Format,
    pruning: &mut Pruning<'a>,
) -> Result<SharedTerms<'a>, ImageFault> {
    let mut terms = terms.clone();
    terms.required_max_sizes = pruning.settled(&terms)?;
    terms.fit(format, Stage::Aggregate)?;
    Ok(Rc::new(terms))
}

/// Prunes required sizes. Neighbours mostly have the same list, and then share what is left of it.
#[derive(Default)]
struct Pruning<'a> {
    last: Option<(RequiredSizes<'a>, SizeU, RequiredSizes<'a>)>,
}

impl<'a> Pruning<'a> {
    fn settled(&mut self, terms: &ImageTerms<'a>) -> Result<RequiredSizes<'a>, ImageFault> {
        let (list, largest) = (&terms.required_max_sizes, terms.required_max_size);
        let settled = match &self.last {
            Some((of, with, settled)) if of.is(list) && *with == largest => settled.clone(),
            _ => list.settled(largest),
        };
        let count = settled.len();
        if count > MAX_REQUIRED_SIZES {
            return Err(ImageFault::TooManyRequiredSizes { count });
        }
        self.last = Some((list.clone(), largest, settled.clone()));
        Ok(settled)
    }
}

fn has_wildcard(entries: &[Entry<'_>]) -> bool {
    entries.iter().any(|entry| !entry.pair.is_specific())
}

/// A list with each wildcard replaced by one entry for each pair of `others` that it can be
/// combined with, in the order of `others`.
///
/// The list is walked from its beginning, and wildcards that are still to come count towards the
/// limit whether or not they have a partner.
fn fan_out<'a>(
    entries: &[Entry<'a>],
    others: &PairIndex,
    budget: &mut Budget,
) -> Result<Vec<Entry<'a>>, Stop<FormatConflict>> {
    budget.spend(entries.len())?;
    let mut fanned = Vec::with_capacity(entries.len());
    let mut rest = entries.iter();
    while let Some(entry) = rest.next() {
        if entry.pair.is_specific() {
            fanned.push(entry.clone());
            continue;
        }
        let candidates = others.candidates(entry.pair);
        budget.spend(candidates.len().saturating_mul(FAN_OUT_WORK))?;
        let partners = candidates
            .into_iter()
            .filter_map(|other| Some((other.place, other.pair.meet(entry.pair)?)));
        let mut partners: Vec<_> = partners.collect();
        partners.sort_unstable();
        for (_, pair) in partners {
            let Some(terms) = entry.terms.narrowed_to(pair) else { continue };
            fanned.push(Entry { pair, terms });
            if fanned.len().saturating_add(rest.len()) >= MAX_FAN_OUT {
                return Err(Stop::Because(FormatConflict::TooManyFormats));
            }
        }
    }
    Ok(fanned)
}
