//! The tree of nodes of one logical collection: structure alone, no rules of the protocol.

mod census;
pub(crate) mod debug_info;
pub(crate) mod node;
pub(crate) mod rights;
pub(crate) mod selection;
pub(crate) mod waits;
pub(crate) mod weakness;

use std::collections::{BTreeMap, VecDeque};

use crate::interface::NodeId;
use census::{Census, Share};
use node::{FailureMode, Node};

/// Nodes by id. The root is the only node without parent, and goes last.
#[derive(Debug)]
pub(crate) struct Tree<H> {
    root: NodeId,
    slots: BTreeMap<NodeId, Slot<H>>,
    /// How many nodes hold the buffers strongly.
    strong: usize,
}

#[derive(Debug)]
struct Slot<H> {
    node: Node<H>,
    census: Census,
}

impl<H> Tree<H> {
    pub fn new(id: NodeId, root: Node<H>) -> Self {
        let Share { channels, unready, strong } = Share::of(&root);
        let census = Census { depth: 0, top: id, channels, unready };
        Self { root: id, slots: BTreeMap::from([(id, Slot { node: root, census })]), strong }
    }

    /// Appends `child` to the children of the parent that it names.
    pub fn insert(&mut self, id: NodeId, child: Node<H>) {
        let Some(parent) = child.parent.and_then(|parent| self.slots.get_mut(&parent)) else {
            return;
        };
        parent.node.children.push(id);
        let is_attached = child.failure_mode == FailureMode::DoNotPropagate;
        let census = Census {
            depth: parent.census.depth.saturating_add(1),
            top: if is_attached { id } else { parent.census.top },
            channels: 0,
            unready: 0,
        };
        let share = Share::of(&child);
        self.slots.insert(id, Slot { node: child, census });
        self.recount(id, Share::NONE, share);
    }

    /// Takes out `top` with all its descendants; breadth-first.
    pub fn take(&mut self, top: NodeId) -> Vec<(NodeId, Node<H>)> {
        let ids = self.breadth_first(top);
        let count = |ids: &[NodeId], is: fn(&Node<H>) -> bool| {
            ids.iter().filter(|id| self.get(**id).is_some_and(is)).count()
        };
        let unready = count(&self.pruned(top), |node| !node.is_ready());
        let strong = count(&ids, Node::is_strong);
        let share = Share { channels: self.channels(top), unready, strong };
        self.recount(top, share, Share::NONE);
        let parent = self.get(top).and_then(|node| node.parent);
        if let Some(parent) = parent.and_then(|parent| self.get_mut(parent)) {
            parent.children.retain(|child| *child != top);
        }
        ids.into_iter().filter_map(|id| Some((id, self.slots.remove(&id)?.node))).collect()
    }

    /// Lets `act` change a node's kind, channel and strength.
    pub fn change<R>(&mut self, id: NodeId, act: impl FnOnce(&mut Node<H>) -> R) -> Option<R> {
        let node = self.get_mut(id)?;
        let before = Share::of(node);
        let result = act(node);
        let after = Share::of(node);
        self.recount(id, before, after);
        Some(result)
    }

    pub const fn root(&self) -> NodeId {
        self.root
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn get(&self, id: NodeId) -> Option<&Node<H>> {
        self.slots.get(&id).map(|slot| &slot.node)
    }

    /// All nodes, in the order of their making.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node<H>)> {
        self.slots.iter().map(|(id, slot)| (*id, &slot.node))
    }

    /// For all of a node but its kind, channel and strength: those take [`Self::change`].
    pub fn get_mut(&mut self, id: NodeId) -> Option<&mut Node<H>> {
        self.slots.get_mut(&id).map(|slot| &mut slot.node)
    }

    /// How many channels a node and its descendants have. 0 if there is no such node.
    pub fn channels(&self, id: NodeId) -> usize {
        self.slots.get(&id).map_or(0, |slot| slot.census.channels)
    }

    /// How many nodes hold the buffers strongly.
    pub const fn strong(&self) -> usize {
        self.strong
    }

    /// The top of the pruned subtree that a node is in.
    pub fn top_of(&self, id: NodeId) -> Option<NodeId> {
        self.slots.get(&id).map(|slot| slot.census.top)
    }

    /// Whether everybody in the pruned subtree of `top` is ready.
    pub fn is_all_ready(&self, top: NodeId) -> bool {
        let census = self.slots.get(&top).map(|slot| slot.census);
        census.is_some_and(|census| census.top == top && census.unready == 0)
    }

    /// `top` and all its descendants, breadth-first. Nothing if there is no such node.
    pub fn breadth_first(&self, top: NodeId) -> Vec<NodeId> {
        self.walk(top, |_| true)
    }

    /// As [`Self::breadth_first`], but all below one child before the next.
    pub fn depth_first(&self, top: NodeId) -> Vec<NodeId> {
        let mut found = Vec::with_capacity(self.len());
        let mut stack: Vec<NodeId> =
            self.slots.contains_key(&top).then_some(top).into_iter().collect();
        while let Some(id) = stack.pop() {
            found.push(id);
            let children = self.get(id).into_iter().flat_map(|node| node.children.iter().rev());
            stack.extend(children);
        }
        found
    }

    /// The pruned subtree (`sysmem2-protocols.md` 3.6 C): without attached nodes below `top`, and
    /// what hangs on them; breadth-first.
    pub fn pruned(&self, top: NodeId) -> Vec<NodeId> {
        self.walk(top, |child| child.failure_mode != FailureMode::DoNotPropagate)
    }

    /// The node and its ancestors, upwards.
    pub fn upwards(&self, id: NodeId) -> impl Iterator<Item = (NodeId, &Node<H>)> {
        let start = self.get(id).map(|node| (id, node));
        std::iter::successors(start, |(_, node)| {
            let parent = node.parent?;
            self.get(parent).map(|node| (parent, node))
        })
    }

    /// Their lowest common ancestor; one of the two, if it is above the other.
    pub fn meeting_point(&self, mut a: NodeId, mut b: NodeId) -> Option<&Node<H>> {
        while a != b {
            let (slot_a, slot_b) = (self.slots.get(&a)?, self.slots.get(&b)?);
            if slot_a.census.depth < slot_b.census.depth {
                b = slot_b.node.parent?;
            } else {
                a = slot_a.node.parent?;
            }
        }
        self.get(a)
    }

    /// What `id` adds to the counts is no longer `before`, but `after`.
    fn recount(&mut self, id: NodeId, before: Share, after: Share) {
        let adjust = |count: &mut usize, before, after| {
            *count = count.saturating_add(after).saturating_sub(before);
        };
        if let Some(top) = self.top_of(id).and_then(|top| self.slots.get_mut(&top)) {
            adjust(&mut top.census.unready, before.unready, after.unready);
        }
        adjust(&mut self.strong, before.strong, after.strong);
        if before.channels == after.channels {
            return;
        }
        let mut next = Some(id);
        while let Some(slot) = next.and_then(|id| self.slots.get_mut(&id)) {
            adjust(&mut slot.census.channels, before.channels, after.channels);
            next = slot.node.parent;
        }
    }

    fn walk(&self, top: NodeId, enter: impl Fn(&Node<H>) -> bool) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut queue: VecDeque<NodeId> =
            self.slots.contains_key(&top).then_some(top).into_iter().collect();
        while let Some(id) = queue.pop_front() {
            found.push(id);
            let children = self.get(id).into_iter().flat_map(|node| &node.children);
            queue.extend(children.filter(|child| self.get(**child).is_some_and(&enter)));
        }
        found
    }
}
