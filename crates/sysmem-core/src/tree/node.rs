//! One node of a tree (`sysmem2-protocols.md` 3.1, 3.2).

use std::collections::VecDeque;
use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::debug_info::DebugInfo;
use super::rights::RightsMask;
use super::waits::{Dialect, Waits};
use super::weakness::Weakness;
use crate::interface::{ChannelId, NodeId};
use crate::lifetime::Tracker;

/// A participant's place in the tree. It outlives its channel.
#[derive(Debug)]
pub(crate) struct Node<H> {
    pub parent: Option<NodeId>,
    /// In the order of their creation.
    pub children: Vec<NodeId>,
    pub kind: Kind<H>,
    pub link: Link,
    pub failure_mode: FailureMode,
    /// Its logical allocation has succeeded.
    pub allocated: bool,
    pub rights: RightsMask,
    pub weakness: Weakness,
    pub debug: DebugInfo,
    /// Eventpairs that close when the node is deleted (5.6).
    pub trackers: Vec<NodeTracker<H>>,
}

/// An eventpair; dropping it is what closes it.
#[derive(Debug)]
pub(crate) struct NodeTracker<H> {
    /// Never used, but owned.
    pub _end: H,
    /// The connection to the Allocator whose quota it counts against.
    pub owner: ChannelId,
}

/// The logical type of a node; it stays when the channel goes.
#[derive(Debug)]
pub(crate) enum Kind<H> {
    Token {
        /// What `BindSharedCollection` has asked for and is not proven yet, oldest first. Anybody
        /// can say that it has the token.
        turn_ins: VecDeque<TurnIn<H>>,
    },
    Collection(Participant<H>),
    Group {
        /// `AllChildrenPresent` was handled.
        complete: bool,
    },
}

/// The channel state of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Open(ChannelId),
    /// `Release` was handled; the client has yet to close.
    Released(ChannelId),
    /// Released and closed.
    Orphaned,
}

/// How far a failure of the node spreads upwards (3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureMode {
    Propagate,
    /// Dispensable.
    PropagateBeforeAllocation,
    /// Attached, or not selected by a group.
    DoNotPropagate,
}

/// What is parked on a token that somebody turns in.
#[derive(Debug)]
pub(crate) struct TurnIn<H> {
    /// What the client of the collection is going to speak.
    pub dialect: Dialect,
    pub collection: H,
    /// Of the Allocator at that moment.
    pub debug: Option<DebugInfo>,
}

/// What a collection node has heard from its client.
#[derive(Debug)]
pub(crate) struct Participant<H> {
    /// `None` until `SetConstraints`. Shared with whoever looks at them outside of the tree.
    pub constraints: Option<Arc<fsysmem2::BufferCollectionConstraints>>,
    /// What the buffers have to be like, by the `must_match_vmo` of the constraints.
    pub must_match: Option<Arc<fsysmem2::SingleBufferSettings>>,
    /// `WaitForAllBuffersAllocated` was handled, answered or not.
    pub has_waited: bool,
    pub waits: Waits,
    /// Eventpairs that are to follow the number of buffers once there are any (5.5).
    pub trackers: Vec<Tracker<H>>,
}

impl<H> Participant<H> {
    /// Has said nothing yet.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            constraints: None,
            must_match: None,
            has_waited: false,
            waits: Waits::new(dialect),
            trackers: Vec::new(),
        }
    }
}

impl<H> Node<H> {
    /// A root: no parent, nothing inherited.
    pub fn root(kind: Kind<H>, channel: ChannelId, debug: DebugInfo) -> Self {
        Self {
            parent: None,
            children: Vec::new(),
            kind,
            link: Link::Open(channel),
            failure_mode: FailureMode::Propagate,
            allocated: false,
            rights: RightsMask::ALL,
            weakness: Weakness::NONE,
            debug,
            trackers: Vec::new(),
        }
    }

    /// A child of this node, which has the id `parent` (3.1, what is inherited).
    pub fn child(&self, parent: NodeId, kind: Kind<H>, channel: ChannelId, mask: u32) -> Self {
        Self {
            parent: Some(parent),
            rights: self.rights.attenuated(mask),
            weakness: self.weakness.inherited(),
            ..Self::root(kind, channel, self.debug.clone())
        }
    }

    /// The channel, while there is one.
    pub const fn channel(&self) -> Option<ChannelId> {
        match self.link {
            Link::Open(channel) | Link::Released(channel) => Some(channel),
            Link::Orphaned => None,
        }
    }

    pub const fn is_released(&self) -> bool {
        !matches!(self.link, Link::Open(_))
    }

    /// Whether the allocation need not wait for this node (3.2).
    pub const fn is_ready(&self) -> bool {
        if matches!(self.link, Link::Orphaned) {
            return true;
        }
        match &self.kind {
            Kind::Token { .. } => false,
            Kind::Collection(participant) => participant.constraints.is_some(),
            Kind::Group { complete } => *complete,
        }
    }

    /// Whether the node keeps the buffers in use. One that has been left does not (5.2).
    pub const fn is_strong(&self) -> bool {
        !self.weakness.is_weak() && !matches!(self.link, Link::Orphaned)
    }

    pub const fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Group { .. })
    }

    /// What the node wants of the buffers, if it is a participant that has said so.
    pub fn constraints(&self) -> Option<&fsysmem2::BufferCollectionConstraints> {
        self.shared_constraints().map(Arc::as_ref)
    }

    /// The same, for whoever keeps them.
    pub fn shared_constraints(&self) -> Option<&Arc<fsysmem2::BufferCollectionConstraints>> {
        match &self.kind {
            Kind::Collection(participant) => participant.constraints.as_ref(),
            Kind::Token { .. } | Kind::Group { .. } => None,
        }
    }

    /// What the buffers have to be like for the participant, apart from its constraints.
    pub fn must_match(&self) -> Option<&Arc<fsysmem2::SingleBufferSettings>> {
        match &self.kind {
            Kind::Collection(participant) => participant.must_match.as_ref(),
            Kind::Token { .. } | Kind::Group { .. } => None,
        }
    }

    /// For logs.
    pub const fn state(&self) -> &'static str {
        match (&self.kind, self.link) {
            (Kind::Token { .. }, Link::Open(_)) => "token, not turned in",
            (Kind::Token { .. }, Link::Released(_)) => "token, released but open",
            (Kind::Token { .. }, Link::Orphaned) => "token, given up",
            (Kind::Collection(_), Link::Orphaned) => "collection, released and closed",
            (Kind::Collection(Participant { constraints: Some(_), .. }), _) => {
                "collection, constraints set"
            }
            (Kind::Collection(_), _) => "collection, no constraints yet",
            (Kind::Group { complete: true }, _) => "group, children complete",
            (Kind::Group { complete: false }, _) => "group, children not complete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_inherit_a_name_share_it() {
        let token = || Kind::<()>::Token { turn_ins: VecDeque::new() };
        let debug = DebugInfo { name: "somebody".into(), id: 1 };
        let root = Node::root(token(), ChannelId(1), debug);
        let child = root.child(NodeId(1), token(), ChannelId(2), u32::MAX);
        assert!(Arc::ptr_eq(&root.debug.name, &child.debug.name));
    }
}
