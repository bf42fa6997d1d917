//! Terms of two participants put together, once for all entries that share both.

use std::rc::Rc;

use super::memo::Memo;
use super::required::Joins;
use super::{ImageTerms, SharedTerms};
use crate::negotiation::budget::{Budget, Exhausted, Stop};
use crate::negotiation::failure::Elimination;

/// What has been combined already.
#[derive(Debug, Default)]
pub(super) struct Combinations<'a> {
    known: Memo<[*const ImageTerms<'a>; 2], Combination<'a>>,
    joins: Joins<'a>,
}

#[derive(Clone, Debug)]
struct Combination<'a> {
    /// What was combined: nothing else may come to be in its place meanwhile.
    _parts: [SharedTerms<'a>; 2],
    whole: Result<SharedTerms<'a>, Elimination>,
}

impl<'a> Combinations<'a> {
    /// The terms of both (3.5).
    pub(super) fn combine(
        &mut self,
        own: &SharedTerms<'a>,
        others: &SharedTerms<'a>,
        budget: &mut Budget,
    ) -> Result<SharedTerms<'a>, Stop<Elimination>> {
        let joins = &mut self.joins;
        let combination = self.known.get_or_try([Rc::as_ptr(own), Rc::as_ptr(others)], || {
            Ok::<_, Exhausted>(Combination {
                _parts: [Rc::clone(own), Rc::clone(others)],
                whole: combine(own, others, joins, budget)?,
            })
        })?;
        combination.whole.map_err(Stop::Because)
    }
}

fn combine<'a>(
    own: &SharedTerms<'a>,
    others: &SharedTerms<'a>,
    joins: &mut Joins<'a>,
    budget: &mut Budget,
) -> Result<Result<SharedTerms<'a>, Elimination>, Exhausted> {
    let mut whole = ImageTerms::clone(own);
    if let Err(reason) = whole.combine_but_sizes(others) {
        return Ok(Err(reason));
    }
    let lists = (&own.required_max_sizes, &others.required_max_sizes);
    whole.required_max_sizes = joins.join(lists.0, lists.1, budget)?;
    Ok(Ok(Rc::new(whole)))
}
