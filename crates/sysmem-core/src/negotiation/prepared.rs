//! Several negotiations among participants who are partly the same, as a search through groups
//! holds them (`sysmem2-constraints.md` section 6).

use std::cell::OnceCell;

use sysmem_fidl::fuchsia_sysmem2::BufferCollectionConstraints;

use super::budget::{Budget, Stop};
use super::failure::{Failure, Fault};
use super::image::pairs_of;
use super::limits::PAIR_WORK;
use super::terms::{CommonTerms, Settlement, Terms, has_size};
use super::{Agreement, Environment};

/// The constraints of one participant, ready to be combined any number of times.
///
/// They are sanitized when a negotiation gets to them, not before, and then once: whoever comes
/// after a participant that is at fault is not looked at (2.1).
#[derive(Debug)]
pub struct Prepared<'a> {
    table: &'a BufferCollectionConstraints,
    has_size: OnceCell<bool>,
    terms: OnceCell<Result<Terms<'a>, Fault>>,
}

impl<'a> Prepared<'a> {
    /// An empty table for a participant that set no constraints. To be used with negotiations in
    /// one and the same environment.
    pub fn new(table: &'a BufferCollectionConstraints) -> Self {
        Self { table, has_size: OnceCell::new(), terms: OnceCell::new() }
    }

    fn has_size(&self) -> bool {
        *self.has_size.get_or_init(|| has_size(self.table))
    }

    fn terms(
        &self,
        environment: &Environment<'_>,
        budget: &mut Budget,
    ) -> Result<&Terms<'a>, Stop<Fault>> {
        if self.terms.get().is_none() {
            budget.spend(work(self.table))?;
        }
        let terms = self.terms.get_or_init(|| Terms::sanitize(self.table, environment));
        terms.as_ref().map_err(|fault| Stop::Because(fault.clone()))
    }
}

/// The negotiations of one logical allocation.
#[derive(Debug)]
pub struct Negotiation<'e> {
    environment: Environment<'e>,
    budget: Budget,
}

impl<'e> Negotiation<'e> {
    pub fn new(environment: Environment<'e>) -> Self {
        Self { environment, budget: Budget::full() }
    }

    /// Finds the buffers that suit all participants: the same as [`negotiate`](super::negotiate),
    /// but that all calls together have to do with [`MAX_WORK`](super::limits::MAX_WORK).
    pub fn agree(&mut self, participants: &[&Prepared<'_>]) -> Result<Agreement, Failure> {
        let settlement = self.settle(participants).map_err(|stop| match stop {
            Stop::Exhausted => Failure::TooMuch,
            Stop::Because(failure) => failure,
        })?;
        settlement.select(&self.environment).map_err(Failure::Selection)
    }

    /// What all ask for together, for people to read; None if that cannot be met, or takes too much
    /// work.
    pub fn aggregate(
        &mut self,
        participants: &[&Prepared<'_>],
    ) -> Option<BufferCollectionConstraints> {
        self.settle(participants).ok().map(|settlement| settlement.to_table())
    }

    /// Of [`MAX_WORK`](super::limits::MAX_WORK), what all calls have taken so far.
    pub(super) fn work(&self) -> usize {
        self.budget.spent()
    }

    fn settle<'a>(
        &mut self,
        participants: &[&Prepared<'a>],
    ) -> Result<Settlement<'a>, Stop<Failure>> {
        if !participants.iter().any(|participant| participant.has_size()) {
            return Err(Stop::Because(Failure::NoSize));
        }
        let Self { environment, budget } = self;
        let mut together = CommonTerms::unconstrained();
        for (participant, prepared) in participants.iter().enumerate() {
            let terms = prepared
                .terms(environment, budget)
                .map_err(|stop| stop.map(|fault| Failure::Participant { participant, fault }))?;
            together
                .combine(terms, budget)
                .map_err(|stop| stop.map(|conflict| Failure::Conflict { participant, conflict }))?;
        }
        together.settle(environment, budget).map_err(|stop| stop.map(Failure::Together))
    }
}

/// What it takes to sanitize a table.
fn work(table: &BufferCollectionConstraints) -> usize {
    let images = table.image_format_constraints.iter().flatten();
    let of_images = images.map(|image| {
        let pairs = pairs_of(image).saturating_mul(PAIR_WORK);
        pairs.saturating_add(image.required_max_size_list.as_ref().map_or(0, Vec::len))
    });
    let memory = table.buffer_memory_constraints.as_ref();
    let heaps = memory.and_then(|memory| memory.permitted_heaps.as_ref()).map_or(0, Vec::len);
    of_images.fold(heaps, usize::saturating_add)
}
