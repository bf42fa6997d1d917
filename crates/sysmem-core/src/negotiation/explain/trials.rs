//! Negotiations that only serve to find out why another one failed: so many and no more.

use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, Heap};

use super::Effort;
use crate::negotiation::{Agreement, Environment, Failure, Negotiation, Prepared};

/// Negotiates as often as is allowed.
#[derive(Debug)]
pub(super) struct Trials<'a> {
    environment: &'a Environment<'a>,
    left: Effort,
    /// Whether something was not tried because of the limit.
    is_exhausted: bool,
}

impl<'a> Trials<'a> {
    pub(super) fn new(environment: &'a Environment<'a>, effort: Effort) -> Self {
        Self { environment, left: effort, is_exhausted: false }
    }

    pub(super) fn left(&self) -> Effort {
        self.left
    }

    pub(super) fn page_size_bytes(&self) -> u64 {
        self.environment.page_size_bytes
    }

    /// All that there are.
    pub(super) fn heaps(&self) -> impl Iterator<Item = Heap> + use<'a> {
        let declared = self.environment.heaps.heaps().iter();
        declared.map(|heap| Heap { heap_type: Some(heap.heap_type.clone()), id: Some(heap.id) })
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// None if there is no trial left.
    pub(super) fn negotiate(
        &mut self,
        participants: &[&BufferCollectionConstraints],
    ) -> Option<Result<Agreement, Failure>> {
        let Effort { negotiations, items } = self.left;
        let Some(negotiations) = negotiations.checked_sub(1).filter(|_| items > 0) else {
            self.is_exhausted = true;
            return None;
        };
        let prepared: Vec<_> = participants.iter().map(|table| Prepared::new(table)).collect();
        let mut negotiation = Negotiation::new(*self.environment);
        let result = negotiation.agree(&prepared.iter().collect::<Vec<_>>());
        self.left = Effort { negotiations, items: items.saturating_sub(negotiation.work()) };
        Some(result)
    }
}
