//! A second opinion about the trees: what the rules make of each input, from how a collection looks
//! before and after it.

use std::collections::{BTreeMap, BTreeSet};

use sysmem_core::inspect::{Collection, FailureMode, Link, Node, NodeKind, Stage};
use sysmem_core::{AllocationId, ChannelId, Core, Input, NodeId, Presence};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::handle::{Object, SimHandle};
use crate::memory::Memory;
use crate::wires::Wires;

/// What it knows.
#[derive(Default)]
pub struct Model {
    trees: BTreeMap<u64, Tree>,
    channels: BTreeMap<ChannelId, (u64, NodeId)>,
    weak: BTreeSet<NodeId>,
    /// Eventpairs by their numbers, as long as they have not closed.
    node_trackers: BTreeMap<u64, NodeId>,
    buffer_trackers: BTreeMap<u64, BufferTracker>,
    newest_collection: u64,
}

/// A collection when one last looked.
struct Tree {
    stage: Stage,
    nodes: BTreeMap<NodeId, Node>,
}

/// What `AttachLifetimeTracking` has left.
#[derive(Clone, Copy)]
struct BufferTracker {
    buffers_remaining: u32,
    follows: Follows,
}

#[derive(Clone, Copy)]
enum Follows {
    /// Until the node is allocated, the channel of the node.
    Node(NodeId),
    Buffers(AllocationId),
}

/// What an input is about, before the core has seen it.
pub struct Heard {
    collection: Option<u64>,
    said: Said,
}

enum Said {
    SetWeak(NodeId),
    AttachNodeTracking(NodeId, u64),
    AttachLifetimeTracking(NodeId, u64, u32),
    Anything,
}

impl Model {
    /// Notes what somebody is about to say.
    pub fn hear(&self, input: &Input<SimHandle>, wires: &Wires) -> Heard {
        let collection_of = |id| Some(wires.allocations.get(id)?.plan.collection);
        match input {
            Input::Allocated { allocation, .. }
            | Input::StrongGone { allocation, .. }
            | Input::BufferGone { allocation, .. } => {
                Heard { collection: collection_of(allocation), said: Said::Anything }
            }
            _ => match input.channel().and_then(|channel| self.channels.get(&channel)) {
                Some((collection, node)) => {
                    Heard { collection: Some(*collection), said: said(*node, input) }
                }
                None => Heard { collection: None, said: Said::Anything },
            },
        }
    }

    /// Checks what the core has made of it.
    pub fn follow(&mut self, heard: Heard, core: &Core<SimHandle>, wires: &mut Wires) {
        for (channel, is_weak) in std::mem::take(&mut wires.delivered) {
            let (_, node) = self.channels[&channel];
            assert_eq!(is_weak, self.weak.contains(&node), "the handles of {node:?}");
        }
        match heard.said {
            Said::SetWeak(node) => drop(self.weak.insert(node)),
            Said::AttachNodeTracking(node, end) => drop(self.node_trackers.insert(end, node)),
            Said::AttachLifetimeTracking(node, end, buffers_remaining) => {
                let follows = Follows::Node(node);
                self.buffer_trackers.insert(end, BufferTracker { buffers_remaining, follows });
            }
            Said::Anything => {}
        }
        if let Some(id) = heard.collection {
            let now = core.inspect_collections(id - 1).next().filter(|now| now.id == id);
            self.follow_collection(id, now, wires);
        }
        for new in core.inspect_collections(self.newest_collection).collect::<Vec<_>>() {
            self.newest_collection = new.id;
            self.follow_collection(new.id, Some(new), wires);
        }
        self.check_trackers(wires);
    }

    fn follow_collection(&mut self, id: u64, now: Option<Collection>, wires: &Wires) {
        let before = self.trees.remove(&id);
        let Some(now) = now else {
            if let Some(Tree { stage: Stage::Allocated { allocation, .. }, .. }) = before {
                assert_ne!(wires.allocations[&allocation].stage, Memory::Made, "nobody has it");
            }
            return;
        };
        let nodes = now.nodes.into_iter().map(|node| (node.id, node)).collect();
        let now = Tree { stage: now.stage, nodes };
        for node in now.nodes.values() {
            let is_new = before.as_ref().is_none_or(|before| !before.nodes.contains_key(&node.id));
            if is_new && node.parent.is_some_and(|parent| self.weak.contains(&parent)) {
                self.weak.insert(node.id);
            }
            self.channels.extend(channel(node).map(|channel| (channel, (id, node.id))));
        }
        if let Some(before) = before {
            now.check_failures(&before);
        }
        now.check_that_domains_are_inhabited();
        now.check_counts();
        self.check_hold(&now, wires);
        self.trees.insert(id, now);
    }

    /// The core holds the buffers as long as somebody is strong; without, it asks for none.
    fn check_hold(&self, now: &Tree, wires: &Wires) {
        let is_strong = |node: &Node| node.link != Link::Closed && !self.weak.contains(&node.id);
        let is_held = now.nodes.values().any(is_strong);
        let Stage::Allocated { allocation, .. } = now.stage else {
            assert!(is_held, "there will be no buffers");
            return;
        };
        let memory = &wires.allocations[&allocation];
        assert_eq!(memory.stage, if is_held { Memory::Made } else { Memory::LetGo });
        let is_left = memory.buffers.iter().any(|buffer| buffer.told == Presence::Strong);
        assert!(is_left, "there is nothing left to take part in");
    }

    /// Trackers close exactly when they should.
    fn check_trackers(&mut self, wires: &Wires) {
        let node = |node| self.trees.values().find_map(|tree| tree.nodes.get(&node));
        self.node_trackers.retain(|end, id| {
            let is_closed = wires.closed_eventpairs.contains(end);
            assert_eq!(is_closed, node(*id).is_none(), "the tracker {end} of {id:?}");
            !is_closed
        });
        self.buffer_trackers.retain(|end, tracker| {
            if let Follows::Node(id) = tracker.follows
                && node(id).is_some_and(|node| node.allocated)
            {
                let mut trees = self.trees.values();
                let tree = trees.find(|tree| tree.nodes.contains_key(&id)).expect("its tree");
                let Stage::Allocated { allocation, .. } = tree.stage else {
                    panic!("{id:?} is allocated before its collection")
                };
                tracker.follows = Follows::Buffers(allocation);
            }
            let should_be_closed = match tracker.follows {
                Follows::Node(id) => node(id).is_none_or(|node| node.link == Link::Closed),
                Follows::Buffers(allocation) => {
                    let buffers = wires.allocations[&allocation].buffers.iter();
                    let left = buffers.filter(|buffer| buffer.told != Presence::Gone).count();
                    left <= tracker.buffers_remaining as usize
                }
            };
            let is_closed = wires.closed_eventpairs.contains(end);
            assert_eq!(is_closed, should_be_closed, "the tracker {end}");
            !is_closed
        });
    }
}

impl Tree {
    /// Whoever is gone has failed with its whole domain, and nobody else (3.5).
    fn check_failures(&self, before: &Self) {
        for node in before.nodes.values().filter(|node| !self.nodes.contains_key(&node.id)) {
            let parent = node.parent.and_then(|parent| self.nodes.get(&parent));
            let Some(parent) = parent else {
                assert!(node.parent.is_some(), "the root has gone alone");
                continue;
            };
            let is_loser = parent.kind == NodeKind::Group && parent.allocated && !node.allocated;
            let stops_here = match node.failure_mode {
                FailureMode::Propagate => false,
                FailureMode::PropagateBeforeAllocation => node.allocated,
                FailureMode::DoNotPropagate => true,
            };
            assert!(stops_here || is_loser, "{:?} has outlived {node:?}", parent.id);
        }
    }

    /// Where nobody is left, the zero-client rule has struck (3.6 A).
    fn check_that_domains_are_inhabited(&self) {
        let mut inhabited: BTreeSet<NodeId> = BTreeSet::new();
        for node in self.nodes.values().filter(|node| node.link != Link::Closed) {
            let mut next = Some(node.id);
            while let Some(id) = next.filter(|id| inhabited.insert(*id)) {
                next = self.nodes[&id].parent;
            }
        }
        for node in self.nodes.values() {
            let is_top = node.parent.is_none() || node.failure_mode != FailureMode::Propagate;
            assert!(!is_top || inhabited.contains(&node.id), "nobody is left below {node:?}");
        }
    }

    /// Nobody is promised more buffers than there are.
    fn check_counts(&self) {
        let Stage::Allocated { count, .. } = self.stage else { return };
        let allocated = self.nodes.values().filter(|node| node.allocated);
        let tables: Vec<_> = allocated.filter_map(|node| node.constraints.as_deref()).collect();
        let own = |table: &&fsysmem2::BufferCollectionConstraints| {
            table.min_buffer_count_for_camping.unwrap_or(0)
                + table.min_buffer_count_for_dedicated_slack.unwrap_or(0)
        };
        let shared = tables.iter().filter_map(|table| table.min_buffer_count_for_shared_slack);
        let needed = tables.iter().map(own).sum::<u32>() + shared.max().unwrap_or(0);
        assert!(needed <= count, "{needed} of {count} buffers are promised");
    }
}

fn channel(node: &Node) -> Option<ChannelId> {
    match node.link {
        Link::Open(channel) | Link::Released(channel) => Some(channel),
        Link::Closed => None,
    }
}

/// What the model cares about of a node's message.
fn said(node: NodeId, input: &Input<SimHandle>) -> Said {
    use fsysmem2::{
        BufferCollectionRequest as Collection, BufferCollectionTokenGroupRequest as Group,
        BufferCollectionTokenRequest as Token,
    };
    match input {
        Input::Token(_, Token::SetWeak)
        | Input::Collection(_, Collection::SetWeak)
        | Input::Group(_, Group::SetWeak) => Said::SetWeak(node),
        Input::Token(_, Token::AttachNodeTracking { payload })
        | Input::Collection(_, Collection::AttachNodeTracking { payload })
        | Input::Group(_, Group::AttachNodeTracking { payload }) => {
            let end = payload.server_end.as_ref().and_then(number);
            end.map_or(Said::Anything, |end| Said::AttachNodeTracking(node, end))
        }
        Input::Collection(_, Collection::AttachLifetimeTracking { payload }) => {
            match (payload.server_end.as_ref().and_then(number), payload.buffers_remaining) {
                (Some(end), Some(remaining)) => Said::AttachLifetimeTracking(node, end, remaining),
                _ => Said::Anything,
            }
        }
        _ => Said::Anything,
    }
}

fn number(end: &SimHandle) -> Option<u64> {
    match end.object() {
        Object::EventPair(number) => Some(number),
        _ => None,
    }
}
