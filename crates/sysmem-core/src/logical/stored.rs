//! What a collection stores for its participants, all together, and how much that may be.

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::deviation::Deviation;
use crate::limits::{COLLECTION_WAITS_MAX, CONSTRAINT_BYTES_MAX};
use crate::tree::node::{Kind, Node};

/// Amounts, of which each node of [`NODES_MAX`](crate::limits::NODES_MAX) has a share.
///
/// What goes past a limit is counted, too: the node that it is stored for is about to fail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stored {
    waits: usize,
    constraint_bytes: usize,
}

impl Stored {
    pub fn add_wait(&mut self) -> Result<(), Deviation> {
        self.waits = self.waits.saturating_add(1);
        if self.waits > COLLECTION_WAITS_MAX {
            return Err(Deviation::TooManyWaitsOfAll { limit: COLLECTION_WAITS_MAX });
        }
        Ok(())
    }

    /// So many waits are answered, or nobody is there to be answered.
    pub const fn drop_waits(&mut self, waits: usize) {
        self.waits = self.waits.saturating_sub(waits);
    }

    /// Constraints with so many [`constraint_bytes`].
    pub fn add_constraints(&mut self, bytes: usize) -> Result<(), Deviation> {
        self.constraint_bytes = self.constraint_bytes.saturating_add(bytes);
        if self.constraint_bytes > CONSTRAINT_BYTES_MAX {
            return Err(Deviation::TooManyConstraints { limit_bytes: CONSTRAINT_BYTES_MAX });
        }
        Ok(())
    }

    /// A node is deleted, with all that is stored for it.
    pub fn forget<H>(&mut self, node: &Node<H>) {
        let own = Self::of(node);
        self.waits = self.waits.saturating_sub(own.waits);
        self.constraint_bytes = self.constraint_bytes.saturating_sub(own.constraint_bytes);
    }

    /// Adds what is stored for a node, whatever the limits.
    pub fn count<H>(&mut self, node: &Node<H>) {
        let own = Self::of(node);
        self.waits = self.waits.saturating_add(own.waits);
        self.constraint_bytes = self.constraint_bytes.saturating_add(own.constraint_bytes);
    }

    fn of<H>(node: &Node<H>) -> Self {
        let waits = match &node.kind {
            Kind::Collection(participant) => participant.waits.len(),
            Kind::Token { .. } | Kind::Group { .. } => 0,
        };
        Self { waits, constraint_bytes: node.constraints().map_or(0, constraint_bytes) }
    }
}

/// How much memory constraints take, in bytes: the tables and what their vectors hold.
pub(crate) fn constraint_bytes(constraints: &fsysmem2::BufferCollectionConstraints) -> usize {
    let memory = constraints.buffer_memory_constraints.as_ref();
    let heaps = memory.and_then(|memory| memory.permitted_heaps.as_deref()).unwrap_or_default();
    let heap_types = heaps.iter().filter_map(|heap| heap.heap_type.as_ref());
    let images = constraints.image_format_constraints.as_deref().unwrap_or_default();
    let parts = [
        size_of_val(constraints),
        size_of_val(heaps),
        heap_types.map(String::len).sum(),
        size_of_val(images),
        images.iter().map(vector_bytes).sum(),
    ];
    parts.into_iter().sum()
}

/// The same for settings.
pub(crate) fn settings_bytes(settings: &fsysmem2::SingleBufferSettings) -> usize {
    let memory = settings.buffer_settings.as_ref();
    let heap_type = memory.and_then(|memory| memory.heap.as_ref()?.heap_type.as_ref());
    let parts = [
        size_of_val(settings),
        heap_type.map_or(0, String::len),
        settings.image_format_constraints.as_ref().map_or(0, vector_bytes),
    ];
    parts.into_iter().sum()
}

fn vector_bytes(image: &fsysmem2::ImageFormatConstraints) -> usize {
    let parts = [
        size_of_val(image.color_spaces.as_deref().unwrap_or_default()),
        size_of_val(image.pixel_format_and_modifiers.as_deref().unwrap_or_default()),
        size_of_val(image.required_max_size_list.as_deref().unwrap_or_default()),
    ];
    parts.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use sysmem_fidl::fuchsia_images2::ColorSpace;

    use super::*;

    #[test]
    fn a_collection_stores_so_many_waits_and_no_more() {
        let mut stored = Stored { waits: COLLECTION_WAITS_MAX - 1, constraint_bytes: 0 };
        assert_eq!(stored.add_wait(), Ok(()));
        let limit = COLLECTION_WAITS_MAX;
        assert_eq!(stored.add_wait(), Err(Deviation::TooManyWaitsOfAll { limit }));
        stored.drop_waits(2);
        assert_eq!(stored.add_wait(), Ok(()));
    }

    #[test]
    fn a_collection_stores_so_many_bytes_of_constraints_and_no_more() {
        let mut stored = Stored::default();
        assert_eq!(stored.add_constraints(CONSTRAINT_BYTES_MAX), Ok(()));
        let limit_bytes = CONSTRAINT_BYTES_MAX;
        assert_eq!(stored.add_constraints(1), Err(Deviation::TooManyConstraints { limit_bytes }));
    }

    #[test]
    fn vectors_and_strings_count_as_bytes_of_constraints() {
        let mut constraints = fsysmem2::BufferCollectionConstraints::default();
        let empty = constraint_bytes(&constraints);
        let heap = fsysmem2::Heap { heap_type: Some("ninebytes".into()), id: None };
        constraints.buffer_memory_constraints = Some(fsysmem2::BufferMemoryConstraints {
            permitted_heaps: Some(vec![heap]),
            ..Default::default()
        });
        constraints.image_format_constraints = Some(vec![fsysmem2::ImageFormatConstraints {
            color_spaces: Some(vec![ColorSpace::SRGB; 3]),
            ..Default::default()
        }]);
        let expected = 9
            + size_of::<fsysmem2::Heap>()
            + size_of::<fsysmem2::ImageFormatConstraints>()
            + 3 * size_of::<ColorSpace>();
        assert_eq!(constraint_bytes(&constraints) - empty, expected);
    }
}
