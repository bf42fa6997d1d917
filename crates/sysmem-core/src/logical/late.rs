//! Attached subtrees, which join when the buffers are there (`sysmem2-protocols.md` 3.7;
//! `sysmem2-constraints.md` 6.4).

use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::LogicalCollection;
use super::allocation::{Buffers, Stage};
use crate::interface::NodeId;
use crate::negotiation::Agreement;
use crate::shared::Shared;

/// The existing buffers, as late participants have to take them.
#[derive(Debug)]
pub(super) struct Pinned {
    count: u32,
    settings: Arc<fsysmem2::SingleBufferSettings>,
    constraints: fsysmem2::BufferCollectionConstraints,
}

impl Pinned {
    fn new(buffers: &Buffers) -> Self {
        let settings = Arc::clone(&buffers.settings);
        Self { count: buffers.count, constraints: synthetic(buffers), settings }
    }

    /// A participant that accepts nothing else.
    pub const fn constraints(&self) -> &fsysmem2::BufferCollectionConstraints {
        &self.constraints
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
            Err(error) => {
                self.reject(shared, top, error);
                Vec::new()
            }
        }
    }
}

/// The entry of `sysmem2-constraints.md` 6.4, but for its `max_size_bytes`: with that, no image
/// with padding would ever let anybody join, as the page notes. A size that differs is found when
/// the agreement is compared.
fn synthetic(buffers: &Buffers) -> fsysmem2::BufferCollectionConstraints {
    use fsysmem2::CoherencyDomain as Domain;
    let memory = buffers.settings.buffer_settings.clone().unwrap_or_default();
    let image = buffers.settings.image_format_constraints.clone();
    fsysmem2::BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage {
            none: Some(fsysmem2::NONE_USAGE),
            ..Default::default()
        }),
        min_buffer_count: Some(buffers.count),
        max_buffer_count: Some(buffers.count),
        buffer_memory_constraints: Some(fsysmem2::BufferMemoryConstraints {
            min_size_bytes: memory.size_bytes,
            physically_contiguous_required: memory.is_physically_contiguous.filter(|set| *set),
            secure_required: memory.is_secure.filter(|set| *set),
            cpu_domain_supported: Some(memory.coherency_domain == Some(Domain::CPU)),
            ram_domain_supported: Some(memory.coherency_domain == Some(Domain::RAM)),
            inaccessible_domain_supported: Some(
                memory.coherency_domain == Some(Domain::INACCESSIBLE),
            ),
            permitted_heaps: memory.heap.map(|heap| vec![heap]),
            ..Default::default()
        }),
        image_format_constraints: image.map(|image| vec![image]),
        ..Default::default()
    }
}
