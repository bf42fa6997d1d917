//! How far each format got.

use std::collections::BTreeSet;

use sysmem_fidl::fuchsia_sysmem2::BufferCollectionConstraints;

use crate::negotiation::Environment;
use crate::negotiation::failure::{Elimination, ImageFault};
use crate::negotiation::formats::FormatPair;
use crate::negotiation::image::{Format, ImageList, ImageTerms, Stage};
use crate::negotiation::usage::Usage;

/// How far a format got that a participant names.
#[derive(Clone, Debug, PartialEq)]
pub struct FormatFinding {
    pub pair: FormatPair,
    /// How many of those that want images can do with it.
    pub accepted_by: usize,
    /// How many want images.
    pub of: usize,
    pub end: FormatEnd,
}

/// What became of a format.
#[derive(Clone, Debug, PartialEq)]
pub enum FormatEnd {
    /// A participant, the first one to do so, rules it out.
    Eliminated { participant: usize, reason: Elimination },
    /// What all ask for together cannot be met.
    Unusable(ImageFault),
    /// Images alone would not have been the problem.
    Possible,
}

/// Follows each format that is named through all participants. Those whose image constraints are
/// wrong by themselves are passed over.
pub(super) fn formats(
    participants: &[&BufferCollectionConstraints],
    environment: &Environment<'_>,
) -> Vec<FormatFinding> {
    let lists = participants.iter().enumerate().filter_map(|(participant, table)| {
        let usage = table.usage.as_ref().map(Usage::from).unwrap_or_default();
        let images = table.image_format_constraints.as_deref().unwrap_or_default();
        let list = ImageList::sanitize(images, usage, environment.page_size_bytes).ok()?;
        (!list.is_empty()).then_some((participant, list))
    });
    let lists: Vec<_> = lists.collect();
    let pairs: BTreeSet<_> = lists.iter().flat_map(|(_, list)| list.specific()).collect();
    pairs.into_iter().take(super::Finding::MAX_FORMATS).map(|pair| follow(pair, &lists)).collect()
}

fn follow(pair: FormatPair, lists: &[(usize, ImageList<'_>)]) -> FormatFinding {
    let mut together: Option<ImageTerms<'_>> = None;
    let mut elimination = None;
    let mut accepted_by = 0_usize;
    for (participant, list) in lists {
        let joined = list.terms_for(pair).and_then(|terms| match &mut together {
            Some(together) => together.combine(&terms),
            None => {
                together = Some(ImageTerms::clone(&terms));
                Ok(())
            }
        });
        match joined {
            Ok(()) => accepted_by = accepted_by.saturating_add(1),
            Err(reason) => {
                elimination
                    .get_or_insert(FormatEnd::Eliminated { participant: *participant, reason });
            }
        }
    }
    let end = elimination.unwrap_or_else(|| together.map_or(FormatEnd::Possible, |t| fit(pair, t)));
    FormatFinding { pair, accepted_by, of: lists.len(), end }
}

fn fit(pair: FormatPair, mut terms: ImageTerms<'_>) -> FormatEnd {
    let fitted = Format::of(pair).and_then(|format| terms.fit(format, Stage::Aggregate));
    fitted.map_or_else(FormatEnd::Unusable, |()| FormatEnd::Possible)
}
