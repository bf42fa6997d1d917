//! The entries of one participant, or those that all have in common (`sysmem2-constraints.md` 2.5,
//! 3.4).

use std::collections::BTreeMap;

use image_format::FormatInfo;
use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_sysmem2::ImageFormatConstraints;

use super::sanitize::sanitize;
use super::{Format, ImageTerms, Joins, Stage};
use crate::negotiation::failure::{Elimination, Fault, FormatConflict, FormatFault, ImageFault};
use crate::negotiation::formats::FormatPair;
use crate::negotiation::limits::{MAX_FAN_OUT, MAX_REQUIRED_SIZES};
use crate::negotiation::pair_index::PairIndex;
use crate::negotiation::usage::Usage;

/// Terms by pair of format and modifier. No two pairs can be combined: that is checked for each
/// participant, and what wildcards are replaced by are parts of them.
#[derive(Clone, Debug, Default)]
pub(in crate::negotiation) struct ImageList<'a> {
    entries: BTreeMap<FormatPair, ImageTerms<'a>>,
}

/// An entry that a layout can be chosen from: nothing about it is left open.
#[derive(Clone, Debug)]
pub(in crate::negotiation) struct Candidate<'a> {
    pub(in crate::negotiation) pair: FormatPair,
    pub(in crate::negotiation) info: &'static FormatInfo,
    pub(in crate::negotiation) color_space: ColorSpace,
    pub(in crate::negotiation) terms: ImageTerms<'a>,
}

impl Candidate<'_> {
    pub(in crate::negotiation) fn report(&self) -> ImageFormatConstraints {
        self.terms.report(self.pair, self.info, self.color_space)
    }
}

impl<'a> ImageList<'a> {
    /// The entries of one participant (C15, C16, C20).
    pub(in crate::negotiation) fn sanitize(
        tables: &'a [ImageFormatConstraints],
        usage: Usage,
        page_size_bytes: u64,
    ) -> Result<Self, Fault> {
        let mut entries = BTreeMap::new();
        for (index, table) in tables.iter().enumerate() {
            let pairs = FormatPair::of_entry(table, usage)
                .map_err(|fault| Fault::Format { entry: index, fault })?;
            for pair in pairs {
                let terms = sanitize_for(table, pair, page_size_bytes)
                    .map_err(|fault| Fault::Image { pair, fault })?;
                if entries.insert(pair, terms).is_some() {
                    let fault = FormatFault::Duplicate(pair);
                    return Err(Fault::Format { entry: index, fault });
                }
            }
        }
        match first_combinable(&entries) {
            Some((a, b)) => Err(Fault::CombinableFormats { a, b }),
            None => Ok(Self { entries }),
        }
    }

    pub(in crate::negotiation) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The pairs without wildcards.
    pub(in crate::negotiation) fn specific(&self) -> impl Iterator<Item = FormatPair> {
        self.entries.keys().copied().filter(|pair| pair.is_specific())
    }

    /// What is said about a specific pair, if only by a wildcard.
    pub(in crate::negotiation) fn terms_for(
        &self,
        pair: FormatPair,
    ) -> Result<ImageTerms<'a>, Elimination> {
        if let Some(terms) = self.entries.get(&pair) {
            return Ok(terms.clone());
        }
        let mut entries = self.entries.iter();
        let (_, wildcard) =
            entries.find(|(own, _)| own.meet(pair) == Some(pair)).ok_or(Elimination::NotOffered)?;
        wildcard.narrowed_to(pair).ok_or(Elimination::NoCommonColorSpace)
    }

    /// Leaves what this list and the next participant's have in common (3.4). Nothing is said by a
    /// participant without entries.
    pub(in crate::negotiation) fn combine(
        &mut self,
        mut other: Self,
    ) -> Result<(), FormatConflict> {
        if other.is_empty() {
            return Ok(());
        }
        if self.is_empty() {
            *self = other;
            return Ok(());
        }
        self.fan_out(&other)?;
        other.fan_out(self)?;
        let (mut eliminated, mut joins) = (Vec::new(), Joins::default());
        self.entries.retain(|pair, terms| {
            let combined = match other.entries.get(pair) {
                Some(others) => terms.combine_but_sizes(others).map(|()| {
                    let sizes = &mut terms.required_max_sizes;
                    *sizes = joins.join(sizes, &others.required_max_sizes);
                }),
                None => Err(Elimination::NotOffered),
            };
            combined.map_err(|reason| eliminated.push((*pair, reason))).is_ok()
        });
        if self.is_empty() {
            return Err(FormatConflict::NoneInCommon { eliminated });
        }
        Ok(())
    }

    /// Replaces each wildcard by one entry for each pair of `others` that it can be combined with.
    fn fan_out(&mut self, others: &Self) -> Result<(), FormatConflict> {
        let wildcards = wildcards(&self.entries);
        if wildcards.is_empty() {
            return Ok(());
        }
        let others = PairIndex::new(others.entries.keys().copied());
        for wildcard in wildcards {
            let Some(terms) = self.entries.remove(&wildcard) else { continue };
            for (_, pair) in others.partners(wildcard) {
                let Some(narrowed) = terms.narrowed_to(pair) else { continue };
                self.entries.insert(pair, narrowed);
                if self.entries.len() >= MAX_FAN_OUT {
                    return Err(FormatConflict::TooManyFormats);
                }
            }
        }
        Ok(())
    }

    /// What is left to choose from when all participants are in: required sizes are pruned (3.6),
    /// the entries fitted to their formats, wildcards dropped (C16 to C19). Empty only if there was
    /// no entry.
    pub(in crate::negotiation) fn settle(mut self) -> Result<Vec<Candidate<'a>>, Fault> {
        for (pair, terms) in &mut self.entries {
            prune(terms).map_err(|fault| Fault::Image { pair: *pair, fault })?;
        }
        let is_constrained = !self.is_empty();
        let mut specific = Vec::new();
        for (pair, mut terms) in self.entries {
            let format = Format::of(pair)
                .and_then(|format| terms.fit(format, Stage::Aggregate).map(|()| format))
                .map_err(|fault| Fault::Image { pair, fault })?;
            if let Format::Specific(pair, info) = format {
                specific.push((pair, info, terms));
            }
        }
        if is_constrained && specific.is_empty() {
            return Err(Fault::OnlyWildcardFormats);
        }
        let candidates: Vec<_> = specific
            .into_iter()
            .filter_map(|(pair, info, terms)| {
                let color_space = terms.color_spaces.best()?;
                Some(Candidate { pair, info, color_space, terms })
            })
            .collect();
        if is_constrained && candidates.is_empty() {
            return Err(Fault::OnlyWildcardColorSpaces);
        }
        Ok(candidates)
    }
}

fn sanitize_for(
    table: &ImageFormatConstraints,
    pair: FormatPair,
    page_size_bytes: u64,
) -> Result<ImageTerms<'_>, ImageFault> {
    let format = Format::of(pair)?;
    let mut terms = sanitize(table, format, page_size_bytes)?;
    terms.fit(format, Stage::Participant)?;
    Ok(terms)
}

fn wildcards(entries: &BTreeMap<FormatPair, ImageTerms<'_>>) -> Vec<FormatPair> {
    entries.keys().copied().filter(|pair| !pair.is_specific()).collect()
}

/// Two entries of which others could not know which one is meant. Only a wildcard can be combined
/// with another pair.
fn first_combinable(
    entries: &BTreeMap<FormatPair, ImageTerms<'_>>,
) -> Option<(FormatPair, FormatPair)> {
    let wildcards = wildcards(entries);
    if wildcards.is_empty() {
        return None;
    }
    let index = PairIndex::new(entries.keys().copied());
    wildcards.into_iter().find_map(|wildcard| {
        let (other, _) = index.partners(wildcard).find(|(other, _)| *other != wildcard)?;
        Some((wildcard, other))
    })
}

fn prune(terms: &mut ImageTerms<'_>) -> Result<(), ImageFault> {
    terms.required_max_sizes = terms.required_max_sizes.settled(terms.required_max_size);
    match terms.required_max_sizes.as_slice().len() {
        count if count > MAX_REQUIRED_SIZES => Err(ImageFault::TooManyRequiredSizes { count }),
        _ => Ok(()),
    }
}
