//! The tree of nodes of one logical collection: structure alone, no rules of the protocol.

pub(crate) mod debug_info;
pub(crate) mod node;
pub(crate) mod rights;
pub(crate) mod selection;

use std::collections::{BTreeMap, VecDeque};

use crate::interface::NodeId;
use node::{FailureMode, Node};

/// Nodes by id. The root is the only node without parent, and goes last.
#[derive(Debug)]
pub(crate) struct Tree<H> {
    root: NodeId,
    nodes: BTreeMap<NodeId, Node<H>>,
}

impl<H> Tree<H> {
    pub fn new(id: NodeId, root: Node<H>) -> Self {
        Self { root: id, nodes: BTreeMap::from([(id, root)]) }
    }

    /// Appends `child` to the children of the parent that it names.
    pub fn insert(&mut self, id: NodeId, child: Node<H>) {
        if let Some(parent) = child.parent.and_then(|parent| self.nodes.get_mut(&parent)) {
            parent.children.push(id);
            self.nodes.insert(id, child);
        }
    }

    /// Takes out `top` with all its descendants; breadth-first.
    pub fn take(&mut self, top: NodeId) -> Vec<(NodeId, Node<H>)> {
        let parent = self.nodes.get(&top).and_then(|node| node.parent);
        if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(&parent)) {
            parent.children.retain(|child| *child != top);
        }
        let ids = self.breadth_first(top);
        ids.into_iter().filter_map(|id| Some((id, self.nodes.remove(&id)?))).collect()
    }

    pub const fn root(&self) -> NodeId {
        self.root
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn get(&self, id: NodeId) -> Option<&Node<H>> {
        self.nodes.get(&id)
    }

    pub fn get_mut(&mut self, id: NodeId) -> Option<&mut Node<H>> {
        self.nodes.get_mut(&id)
    }

    /// `top` and all its descendants, breadth-first. Nothing if there is no such node.
    pub fn breadth_first(&self, top: NodeId) -> Vec<NodeId> {
        self.walk(top, |_| true)
    }

    /// The pruned subtree (`sysmem2-protocols.md` 3.6 C): without attached nodes below `top`, and
    /// what hangs on them; breadth-first.
    pub fn pruned(&self, top: NodeId) -> Vec<NodeId> {
        self.walk(top, |child| child.failure_mode != FailureMode::DoNotPropagate)
    }

    /// The node and its ancestors, upwards.
    pub fn upwards(&self, id: NodeId) -> impl Iterator<Item = (NodeId, &Node<H>)> {
        let start = self.nodes.get(&id).map(|node| (id, node));
        std::iter::successors(start, |(_, node)| {
            let parent = node.parent?;
            self.nodes.get(&parent).map(|node| (parent, node))
        })
    }

    /// Their lowest common ancestor; one of the two, if it is above the other.
    pub fn meeting_point(&self, a: NodeId, b: NodeId) -> Option<&Node<H>> {
        let above_a: Vec<NodeId> = self.upwards(a).map(|(id, _)| id).collect();
        self.upwards(b).find(|(id, _)| above_a.contains(id)).map(|(_, node)| node)
    }

    fn walk(&self, top: NodeId, enter: impl Fn(&Node<H>) -> bool) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut queue: VecDeque<NodeId> =
            self.nodes.contains_key(&top).then_some(top).into_iter().collect();
        while let Some(id) = queue.pop_front() {
            found.push(id);
            let children = self.nodes.get(&id).into_iter().flat_map(|node| &node.children);
            queue.extend(children.filter(|child| self.nodes.get(child).is_some_and(&enter)));
        }
        found
    }
}
