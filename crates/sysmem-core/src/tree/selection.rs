//! Live nodes as the group selection sees them (`sysmem2-protocols.md` 4.3).

use super::Tree;
use super::node::{FailureMode, Node};
use crate::interface::NodeId;
use crate::selection::Branch;

/// A node of a pruned subtree: what is attached below it is not seen.
#[derive(Debug)]
pub(crate) struct PrunedNode<'a, H> {
    tree: &'a Tree<H>,
    id: NodeId,
}

impl<'a, H> PrunedNode<'a, H> {
    pub const fn new(tree: &'a Tree<H>, id: NodeId) -> Self {
        Self { tree, id }
    }

    pub const fn id(self) -> NodeId {
        self.id
    }
}

// Derived, these would ask the same of `H`.
impl<H> Clone for PrunedNode<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for PrunedNode<'_, H> {}

impl<H> Branch for PrunedNode<'_, H> {
    fn is_group(self) -> bool {
        self.tree.get(self.id).is_some_and(Node::is_group)
    }

    fn children(self) -> impl DoubleEndedIterator<Item = Self> {
        let children = self.tree.get(self.id).map_or(&[][..], |node| &node.children);
        children.iter().map(move |id| Self::new(self.tree, *id)).filter(|child| {
            let node = self.tree.get(child.id);
            node.is_some_and(|node| node.failure_mode != FailureMode::DoNotPropagate)
        })
    }
}
