//! Negotiations that only serve to find out why another one failed: so many and no more.

use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, Heap};

use crate::negotiation::{Agreement, Environment, Failure, negotiate};

/// Negotiates as often as is allowed.
#[derive(Debug)]
pub(super) struct Trials<'a> {
    environment: &'a Environment<'a>,
    left: u32,
    /// Whether something was not tried because of the limit.
    is_exhausted: bool,
}

impl<'a> Trials<'a> {
    pub(super) fn new(environment: &'a Environment<'a>, negotiations: u32) -> Self {
        Self { environment, left: negotiations, is_exhausted: false }
    }

    pub(super) fn left(&self) -> u32 {
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
        let Some(left) = self.left.checked_sub(1) else {
            self.is_exhausted = true;
            return None;
        };
        self.left = left;
        Some(negotiate(participants, self.environment))
    }
}
