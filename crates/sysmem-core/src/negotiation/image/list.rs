//! The entries of one participant (`sysmem2-constraints.md` 2.5).

use std::rc::Rc;

use sysmem_fidl::fuchsia_sysmem2::ImageFormatConstraints;

use super::memo::Memo;
use super::sanitize::Template;
use super::{Format, FormatKind, SharedTerms, Stage};
use crate::negotiation::failure::{Elimination, Fault, FormatFault, ImageFault};
use crate::negotiation::formats::FormatPair;
use crate::negotiation::pair_index::PairIndex;
use crate::negotiation::usage::Usage;

/// Terms by pair of format and modifier, in the order of the participant. No two pairs can be
/// combined.
#[derive(Debug, Default)]
pub(in crate::negotiation) struct ImageList<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) index: PairIndex,
}

/// The terms for one pair.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) pair: FormatPair,
    pub(super) terms: SharedTerms<'a>,
}

impl<'a> ImageList<'a> {
    /// The entries of one participant (C15, C16, C20).
    pub(in crate::negotiation) fn sanitize(
        tables: &'a [ImageFormatConstraints],
        usage: Usage,
        page_size_bytes: u64,
    ) -> Result<Self, Fault> {
        let mut list = Vec::new();
        let read = read(tables, usage, page_size_bytes, &mut list);
        let list = Self::new(list);
        // What has been read comes before what could not be.
        if let Some(duplicate) = list.index.first_duplicate() {
            let fault = FormatFault::Duplicate(duplicate.pair);
            return Err(Fault::Format { entry: table_with(tables, duplicate.place), fault });
        }
        read?;
        match list.first_combinable() {
            Some((a, b)) => Err(Fault::CombinableFormats { a, b }),
            None => Ok(list),
        }
    }

    pub(super) fn new(entries: Vec<Entry<'a>>) -> Self {
        let index = PairIndex::new(entries.iter().map(|entry| entry.pair));
        Self { entries, index }
    }

    pub(in crate::negotiation) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The pairs without wildcards, smallest first.
    pub(in crate::negotiation) fn specific(&self) -> impl Iterator<Item = FormatPair> {
        self.index.pairs().filter(|pair| pair.is_specific())
    }

    /// What is said about a specific pair, if only by a wildcard.
    pub(in crate::negotiation) fn terms_for(
        &self,
        pair: FormatPair,
    ) -> Result<SharedTerms<'a>, Elimination> {
        if let Some(terms) = self.get(pair) {
            return Ok(Rc::clone(terms));
        }
        let mut entries = self.entries.iter();
        let wildcard = entries
            .find(|entry| entry.pair.meet(pair) == Some(pair))
            .ok_or(Elimination::NotOffered)?;
        wildcard.terms.narrowed_to(pair).ok_or(Elimination::NoCommonColorSpace)
    }

    /// What is said about exactly this pair.
    fn get(&self, pair: FormatPair) -> Option<&SharedTerms<'a>> {
        self.entries.get(self.index.place_of(pair)?).map(|entry| &entry.terms)
    }

    /// The same for one pair after the other, as quickly as can be if they come in this order.
    pub(super) fn lookup<'s>(&'s self) -> impl FnMut(FormatPair) -> Option<&'s SharedTerms<'a>> {
        let mut rest = self.entries.iter();
        move |pair| {
            if let Some(next) = rest.next().filter(|next| next.pair == pair) {
                return Some(&next.terms);
            }
            let place = self.index.place_of(pair)?;
            rest = self.entries.get(place..)?.iter();
            rest.next().map(|entry| &entry.terms)
        }
    }

    /// Two entries of which others could not know which one is meant. Only a wildcard can be
    /// combined with another pair.
    fn first_combinable(&self) -> Option<(FormatPair, FormatPair)> {
        let mut wildcards = self.index.pairs().filter(|pair| !pair.is_specific());
        wildcards.find_map(|wildcard| {
            let others = self.index.candidates(wildcard).into_iter().map(|placed| placed.pair);
            let mut others = others.filter(|other| *other != wildcard);
            Some((wildcard, others.find(|other| other.meet(wildcard).is_some())?))
        })
    }
}

/// Reads what can be read, up to the first fault.
fn read<'a>(
    tables: &'a [ImageFormatConstraints],
    usage: Usage,
    page_size_bytes: u64,
    list: &mut Vec<Entry<'a>>,
) -> Result<(), Fault> {
    list.reserve(tables.iter().map(pairs_of).sum());
    for (entry, table) in tables.iter().enumerate() {
        let pairs =
            FormatPair::of_entry(table, usage).map_err(|fault| Fault::Format { entry, fault })?;
        let mut sanitized = Sanitized { table, template: None, known: Memo::default() };
        for pair in pairs {
            let terms = sanitized
                .terms_for(pair, page_size_bytes)
                .map_err(|fault| Fault::Image { pair, fault })?;
            list.push(Entry { pair, terms });
        }
    }
    Ok(())
}

/// A table for one format after the other.
struct Sanitized<'a> {
    table: &'a ImageFormatConstraints,
    /// Made for the first format.
    template: Option<Template<'a>>,
    known: Memo<FormatKind, SharedTerms<'a>>,
}

impl<'a> Sanitized<'a> {
    fn terms_for(
        &mut self,
        pair: FormatPair,
        page_size_bytes: u64,
    ) -> Result<SharedTerms<'a>, ImageFault> {
        let format = Format::of(pair)?;
        let Self { table, template, known } = self;
        known.get_or_try(format.kind(), || {
            let template = match template {
                Some(template) => template,
                None => template.insert(Template::of(table)?),
            };
            let mut terms = template.terms_for(format, page_size_bytes)?;
            terms.fit(format, Stage::Participant)?;
            Ok(Rc::new(terms))
        })
    }
}

/// How many pairs a table stands for (2.5).
pub(in crate::negotiation) fn pairs_of(table: &ImageFormatConstraints) -> usize {
    let listed = table.pixel_format_and_modifiers.as_ref().map_or(0, Vec::len);
    listed.saturating_add(usize::from(table.pixel_format.is_some()))
}

/// The index of the table that the pair at a place comes from.
fn table_with(tables: &[ImageFormatConstraints], place: usize) -> usize {
    let mut ends = tables.iter().scan(0_usize, |end, table| {
        *end = end.saturating_add(pairs_of(table));
        Some(*end)
    });
    ends.position(|end| place < end).unwrap_or(0)
}
