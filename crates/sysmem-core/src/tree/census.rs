//! Counts that tell what is around a node, so that nobody has to walk there after every message.

use std::collections::BTreeMap;

use super::Tree;
use super::node::Node;
use crate::interface::NodeId;

/// What a tree knows of a node beyond the node itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Census {
    /// Steps up to the root.
    pub depth: usize,
    /// The top of the pruned subtree that the node is in (`sysmem2-protocols.md` 3.6 C).
    pub top: NodeId,
    /// Channels of the node and of everybody below it, attached nodes included.
    pub channels: usize,
    /// At a top: how many nodes of its pruned subtree are not ready. Elsewhere 0.
    pub unready: usize,
}

/// What a single node adds to the counts of those above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub channels: usize,
    pub unready: usize,
    pub strong: usize,
}

impl Share {
    pub const NONE: Self = Self { channels: 0, unready: 0, strong: 0 };

    pub const fn of<H>(node: &Node<H>) -> Self {
        Self {
            channels: node.channel().is_some() as usize,
            unready: !node.is_ready() as usize,
            strong: node.is_strong() as usize,
        }
    }
}

impl<H> Tree<H> {
    /// Whether the counts are what counting anew comes to. Takes time in proportion to all nodes.
    pub fn is_counted_right(&self) -> bool {
        let mut channels: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut unready: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut strong = 0_usize;
        let add = |counts: &mut BTreeMap<NodeId, usize>, id, more: usize| {
            let count = counts.entry(id).or_default();
            *count = count.saturating_add(more);
            *count
        };
        for id in self.breadth_first(self.root).into_iter().rev() {
            let Some(slot) = self.slots.get(&id) else { return false };
            let share = Share::of(&slot.node);
            let below = add(&mut channels, id, share.channels);
            slot.node.parent.map(|parent| add(&mut channels, parent, below));
            add(&mut unready, slot.census.top, share.unready);
            strong = strong.saturating_add(share.strong);
        }
        let count = |counts: &BTreeMap<NodeId, usize>, id| counts.get(id).copied().unwrap_or(0);
        strong == self.strong
            && self.slots.iter().all(|(id, slot)| {
                slot.census.channels == count(&channels, id)
                    && slot.census.unready == count(&unready, id)
            })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::interface::ChannelId;
    use crate::tree::debug_info::DebugInfo;
    use crate::tree::node::{FailureMode, Kind, Link};

    const ROOT: NodeId = NodeId(1);

    fn token() -> Kind<()> {
        Kind::Token { turn_ins: VecDeque::new() }
    }

    fn add(tree: &mut Tree<()>, parent: NodeId, id: u64, failure_mode: FailureMode) -> NodeId {
        let child = tree.get(parent).unwrap().child(parent, token(), ChannelId(id), u32::MAX);
        tree.insert(NodeId(id), Node { failure_mode, ..child });
        NodeId(id)
    }

    #[test]
    fn counts_follow_what_becomes_of_nodes() {
        let root = Node::root(token(), ChannelId(1), DebugInfo::default());
        let mut tree = Tree::new(ROOT, root);
        let child = add(&mut tree, ROOT, 2, FailureMode::Propagate);
        let attached = add(&mut tree, child, 3, FailureMode::DoNotPropagate);
        let below = add(&mut tree, attached, 4, FailureMode::PropagateBeforeAllocation);
        let counts = |tree: &Tree<()>| [ROOT, child, attached, below].map(|id| tree.channels(id));
        assert_eq!(counts(&tree), [4, 3, 2, 1]);

        for id in [ROOT, child] {
            assert!(!tree.is_all_ready(ROOT));
            tree.change(id, |node| node.link = Link::Orphaned);
        }
        assert!(tree.is_all_ready(ROOT) && !tree.is_all_ready(attached));
        assert_eq!(counts(&tree), [2, 2, 2, 1]);
        assert!(tree.is_counted_right());

        tree.change(attached, |node| node.link = Link::Orphaned);
        assert!(!tree.is_all_ready(attached));
        tree.take(below);
        assert!(tree.is_all_ready(attached) && tree.is_counted_right());
        assert_eq!(counts(&tree), [0, 0, 0, 0]);
    }

    #[test]
    fn the_meeting_point_of_nodes_at_any_depth_is_found() {
        let root = Node::root(token(), ChannelId(1), DebugInfo::default());
        let mut tree = Tree::new(ROOT, root);
        let mode = FailureMode::Propagate;
        let left = add(&mut tree, ROOT, 2, mode);
        let right = add(&mut tree, ROOT, 3, mode);
        let lower = add(&mut tree, right, 4, mode);
        let lowest = add(&mut tree, lower, 5, mode);
        let channel = |a, b| tree.meeting_point(a, b).and_then(Node::channel);
        for (a, b, expected) in [
            (left, lowest, ROOT),
            (lowest, left, ROOT),
            (right, lowest, right),
            (lowest, lower, lower),
            (left, left, left),
        ] {
            assert_eq!(channel(a, b), Some(ChannelId(expected.0)));
        }
        assert_eq!(channel(left, NodeId(9)), None);
    }
}
