//! Attached subtrees, which join when the buffers are there (`sysmem2-protocols.md` 3.7;
//! `sysmem2-constraints.md` 6.4).

use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::LogicalCollection;
use super::allocation::{Buffers, Stage};
use super::stored::{constraint_bytes, settings_bytes};
use crate::interface::NodeId;
use crate::negotiation::{Agreement, pin};
use crate::shared::Shared;

/// The existing buffers, as late participants have to take them.
#[derive(Clone, Debug)]
pub(crate) struct Pinned {
    count: u32,
    settings: Arc<fsysmem2::SingleBufferSettings>,
    constraints: fsysmem2::BufferCollectionConstraints,
}

impl Pinned {
    fn new(buffers: &Buffers) -> Self {
        let settings = Arc::clone(&buffers.settings);
        let constraints = fsysmem2::BufferCollectionConstraints {
            min_buffer_count: Some(buffers.count),
            max_buffer_count: Some(buffers.count),
            ..pin(&settings)
        };
        Self { count: buffers.count, constraints, settings }
    }

    /// How much memory it takes besides itself, in bytes.
    pub fn bytes(&self) -> usize {
        settings_bytes(&self.settings).saturating_add(constraint_bytes(&self.constraints))
    }

    /// A participant that accepts nothing else.
    pub const fn constraints(&self) -> &fsysmem2::BufferCollectionConstraints {
        &self.constraints
    }

    pub const fn count(&self) -> u32 {
        self.count
    }

    pub fn settings(&self) -> &fsysmem2::SingleBufferSettings {
        &self.settings
    }

    /// Whether an agreement is about exactly these buffers.
    pub fn is(&self, agreement: &Agreement) -> bool {
        agreement.buffer_count == self.count && agreement.settings == *self.settings
    }
}

impl<H> LogicalCollection<H> {
    /// Gives a subtree the buffers that there are, or fails it alone. Returns what is attached to
    /// it, whose turn it is now.
    pub(super) fn attempt_late(&mut self, shared: &mut Shared<H>, top: NodeId) -> Vec<NodeId> {
        let Stage::Allocated(buffers) = &self.stage else { return Vec::new() };
        let pinned = Pinned::new(buffers);
        match self.search(shared, top, Some(&pinned)) {
            Ok((selected, _)) => self.conclude(shared, top, &selected),
            Err(refusal) => {
                self.reject(shared, top, refusal);
                Vec::new()
            }
        }
    }
}
