//! Several negotiations among participants who are partly the same, as a search through groups
//! holds them (`sysmem2-constraints.md` section 6).

use std::cell::OnceCell;

use sysmem_fidl::fuchsia_sysmem2::BufferCollectionConstraints;

use super::failure::{Failure, Fault};
use super::terms::{CommonTerms, Terms, has_size};
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

    fn terms(&self, environment: &Environment<'_>) -> Result<&Terms<'a>, &Fault> {
        self.terms.get_or_init(|| Terms::sanitize(self.table, environment)).as_ref()
    }
}

/// The negotiations of one logical allocation.
#[derive(Debug)]
pub struct Negotiation<'e> {
    environment: Environment<'e>,
}

impl<'e> Negotiation<'e> {
    pub fn new(environment: Environment<'e>) -> Self {
        Self { environment }
    }

    /// Finds the buffers that suit all participants: the same as [`negotiate`](super::negotiate).
    pub fn agree(&mut self, participants: &[&Prepared<'_>]) -> Result<Agreement, Failure> {
        if !participants.iter().any(|participant| participant.has_size()) {
            return Err(Failure::NoSize);
        }
        let environment = &self.environment;
        let mut together = CommonTerms::unconstrained();
        for (participant, prepared) in participants.iter().enumerate() {
            let terms = prepared
                .terms(environment)
                .map_err(|fault| Failure::Participant { participant, fault: fault.clone() })?;
            together
                .combine(terms)
                .map_err(|conflict| Failure::Conflict { participant, conflict })?;
        }
        let settlement = together.settle(environment).map_err(Failure::Together)?;
        settlement.select(environment).map_err(Failure::Selection)
    }
}
