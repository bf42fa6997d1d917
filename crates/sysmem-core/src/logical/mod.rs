//! A logical collection: the tree of everybody who takes part, and what becomes of it.
//!
//! Requests of one node are handled here, and what goes wrong stays here: the worst that a client
//! can do is to fail the collection that it takes part in.

mod allocation;
mod check;
mod collection;
mod explain;
mod failure;
mod group;
mod inspect;
mod late;
mod node;
mod search;
mod stall;
mod stored;
mod token;
mod tracking;
mod turn_in;
pub(crate) mod v1;
mod weak;

use std::collections::VecDeque;
use std::fmt;

use fidl::ServerEnd;

use crate::deviation::Deviation;
use crate::interface::{ChannelId, ChannelKind, Instant, NodeId, Severity};
use crate::limits::{LISTED_NODES_MAX, NODES_MAX};
use crate::shared::{Served, Shared};
use crate::tree::Tree;
use crate::tree::debug_info::DebugInfo;
use crate::tree::node::{FailureMode, Kind, Link, Node};
use allocation::Stage;
pub use check::Inconsistency;
pub(crate) use late::Pinned;
use stall::StallTimer;
use stored::Stored;
pub(crate) use stored::{constraint_bytes, settings_bytes};
pub(crate) use turn_in::log_unknown_token;

/// Everybody who shares one set of buffers.
#[derive(Debug)]
pub(crate) struct LogicalCollection<H> {
    id: u64,
    created: Instant,
    tree: Tree<H>,
    name: Option<Name>,
    verbose: bool,
    stall: StallTimer,
    stage: Stage,
    stored: Stored,
}

/// What the buffers are called (6.1).
#[derive(Debug)]
struct Name {
    priority: u32,
    text: String,
}

impl<H> LogicalCollection<H> {
    pub fn new(
        id: u64,
        root: NodeId,
        kind: Kind<H>,
        channel: ChannelId,
        debug: DebugInfo,
        now: Instant,
    ) -> Self {
        Self {
            id,
            created: now,
            tree: Tree::new(root, Node::root(kind, channel, debug)),
            name: None,
            verbose: false,
            stall: StallTimer::new(now),
            stage: Stage::Gathering,
            stored: Stored::default(),
        }
    }

    /// The root has failed, and with it everything.
    pub fn is_gone(&self) -> bool {
        self.tree.is_empty()
    }

    /// When [`Self::report_stall`] is wanted.
    pub fn deadline(&self) -> Option<Instant> {
        self.stall.deadline()
    }

    /// Whether a node is a token, turned in or not, but not yet converted.
    pub fn is_token(&self, id: NodeId) -> bool {
        self.tree.get(id).is_some_and(|node| matches!(node.kind, Kind::Token { .. }))
    }

    /// The client of a node has closed its end. Its channel is no longer served.
    pub fn closed(&mut self, shared: &mut Shared<H>, id: NodeId) {
        let Some(node) = self.tree.get_mut(id) else { return };
        if !node.is_released() {
            self.deviate(shared, id, None, &Deviation::ClosedWithoutRelease);
            return;
        }
        match &mut node.kind {
            Kind::Token { turn_ins } => turn_ins.clear(),
            Kind::Collection(participant) => {
                self.stored.drop_waits(participant.waits.len());
                participant.waits.clear();
                shared.close_trackers(participant.trackers.drain(..));
            }
            Kind::Group { .. } => {}
        }
        self.tree.change(id, |node| node.link = Link::Orphaned);
        self.sweep(shared, Some(id));
        self.settle(shared, id);
    }

    /// Lets `act` handle a request of a node. A deviation fails the node.
    fn perform(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        method: &'static str,
        act: impl FnOnce(&mut Self, &mut Shared<H>) -> Result<(), Deviation>,
    ) {
        let released = self.tree.get(id).is_none_or(Node::is_released);
        let result = if released { Err(Deviation::AfterRelease) } else { act(self, shared) };
        if let Err(deviation) = result {
            self.deviate(shared, id, Some(method), &deviation);
        }
    }

    /// A new last child of `parent`, served on an end that its client sent.
    fn serve_child(
        &mut self,
        shared: &mut Shared<H>,
        parent: NodeId,
        child: NewChild,
        end: H,
    ) -> Result<(), Deviation> {
        self.check_room(shared, 1)?;
        let node = NodeId(shared.number());
        let served = Served::Node { collection: self.id, node };
        let channel_kind = match child {
            NewChild::Token { .. } | NewChild::Attached { .. } => ChannelKind::Token,
            NewChild::Group => ChannelKind::Group,
        };
        let channel = shared.serve(channel_kind, end, served);
        self.insert(parent, node, child, channel);
        Ok(())
    }

    /// New last children of `parent`, tokens, whose channels the driver makes. In the masks' order.
    fn make_tokens(
        &mut self,
        shared: &mut Shared<H>,
        parent: NodeId,
        masks: &[u32],
    ) -> Result<Vec<ChannelId>, Deviation> {
        if masks.contains(&0) {
            return Err(Deviation::ZeroRights);
        }
        self.check_room(shared, masks.len())?;
        let mut channels = Vec::with_capacity(masks.len());
        for &mask in masks {
            let node = NodeId(shared.number());
            let channel = shared.add_channel(Served::Node { collection: self.id, node });
            self.insert(parent, node, NewChild::Token { mask }, channel);
            channels.push(channel);
        }
        Ok(channels)
    }

    fn insert(&mut self, parent: NodeId, id: NodeId, child: NewChild, channel: ChannelId) {
        let Some(node) = self.tree.get(parent) else { return };
        let token = || Kind::Token { turn_ins: VecDeque::new() };
        let child = match child {
            NewChild::Token { mask } => node.child(parent, token(), channel, mask),
            NewChild::Attached { mask } => Node {
                failure_mode: FailureMode::DoNotPropagate,
                debug: node.debug.attached(),
                ..node.child(parent, token(), channel, mask)
            },
            NewChild::Group => {
                node.child(parent, Kind::Group { complete: false }, channel, u32::MAX)
            }
        };
        self.tree.insert(id, child);
    }

    fn check_room(&self, shared: &Shared<H>, nodes: usize) -> Result<(), Deviation> {
        if self.tree.len().saturating_add(nodes) > NODES_MAX {
            return Err(Deviation::TooManyNodes { limit: NODES_MAX });
        }
        shared.owners.check_channels(self.id, nodes)
    }

    fn log(&self, shared: &mut Shared<H>, severity: Severity, text: impl fmt::Display) {
        shared.log(severity, self.id, format!("{self}: {text}"));
    }

    fn log_verbose(&self, shared: &mut Shared<H>, text: impl FnOnce() -> String) {
        if self.verbose {
            self.log(shared, Severity::Info, text());
        }
    }
}

/// What a node gets for a child.
#[derive(Clone, Copy, Debug)]
enum NewChild {
    Token {
        mask: u32,
    },
    /// A token that joins late, and fails alone (3.7).
    Attached {
        mask: u32,
    },
    Group,
}

/// Nodes in one line of the log: the first ones, and how many there are beyond.
fn listed(mut nodes: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = nodes.by_ref().take(LISTED_NODES_MAX).collect();
    let more = nodes.count();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("; ")
}

/// The end in a request that makes a token.
type TokenEnd<H> = ServerEnd<sysmem_fidl::fuchsia_sysmem2::BufferCollectionTokenMarker, H>;

impl<H> fmt::Display for LogicalCollection<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_ref().map_or("Unknown", |name| &name.text);
        write!(f, "collection {} ({})", self.id, name.escape_debug())
    }
}
