//! What there is, for people who look into a running service: plain data, made when somebody asks.
//!
//! Looking changes nothing. One collection costs time in proportion to its nodes; their constraints
//! are shared and not copied.

use std::ops::Bound;
use std::sync::Arc;

use fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::core::Core;
use crate::interface::{AllocationId, ChannelId, Instant, NodeId, Recipient, Strength};
use crate::shared::Served;
use crate::tree::debug_info::DebugInfo;

/// A logical collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// As `GetBufferCollectionId` tells it.
    pub id: u64,
    /// As `SetName` made it.
    pub name: Option<String>,
    /// As `SetVerboseLogging` made it.
    pub verbose: bool,
    pub created: Instant,
    /// When the next report about a stall is due (`sysmem2-protocols.md` 6.4).
    pub stall_deadline: Option<Instant>,
    pub stage: Stage,
    /// Depth-first, each behind its parent, children in the order in which they were made. The
    /// first is the root.
    pub nodes: Vec<Node>,
}

/// How far a collection is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Somebody is not ready.
    Gathering,
    /// The heap is at work.
    Allocating(AllocationId),
    /// The buffers are there.
    Allocated {
        allocation: AllocationId,
        count: u32,
        settings: Arc<fsysmem2::SingleBufferSettings>,
    },
}

/// A node of a collection's tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: NodeId,
    /// `None` at the root.
    pub parent: Option<NodeId>,
    pub kind: NodeKind,
    pub link: Link,
    /// What the client calls itself.
    pub client: Recipient,
    pub failure_mode: FailureMode,
    /// It has its buffers.
    pub allocated: bool,
    /// `zx_rights_t` bits that are left of the masks from the root down.
    pub rights: u32,
    /// How it holds the buffers (`sysmem2-protocols.md` 5.3).
    pub strength: Strength,
    pub weak_ok: WeakOk,
    pub constraints: Option<Arc<fsysmem2::BufferCollectionConstraints>>,
    /// What has to happen before the node is ready; `None`: it is.
    pub awaited: Option<Awaited>,
    /// Unanswered `WaitForAllBuffersAllocated`.
    pub waits: usize,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Token,
    Collection,
    Group,
}

/// What became of the channel of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Open(ChannelId),
    /// Released; the client has yet to close.
    Released(ChannelId),
    /// Released and closed.
    Closed,
}

/// How far a failure of the node spreads upwards (`sysmem2-protocols.md` 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureMode {
    Propagate,
    /// Dispensable.
    PropagateBeforeAllocation,
    /// Attached.
    DoNotPropagate,
}

/// How far somebody puts up with weak nodes (`sysmem2-protocols.md` 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WeakOk {
    No,
    ForNode,
    /// Also for what is made below the node.
    ForNodeAndChildren,
}

/// What would make a node ready (`sysmem2-protocols.md` 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// That the token is turned in, or given up.
    TurnIn,
    /// `SetConstraints`.
    Constraints,
    /// `AllChildrenPresent`.
    AllChildrenPresent,
    /// That the client closes the channel that it has released.
    Close,
}

/// Buffers that were made for a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// The id of the collection, which may have ended.
    pub collection: u64,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The collection still holds the buffers itself.
    pub held: bool,
}

/// A connection to the Allocator.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub channel: ChannelId,
    /// What the client calls itself, if it has said so.
    pub client: Option<Recipient>,
    /// Live collections that were made through it.
    pub collections: usize,
    /// Open channels of those collections.
    pub channels: usize,
}

impl<H: Handle> Core<H> {
    /// The live collections with ids above `after`, in order. Each is looked at when the iterator
    /// comes to it.
    pub fn inspect_collections(&self, after: u64) -> impl Iterator<Item = Collection> {
        let above = (Bound::Excluded(after), Bound::Unbounded);
        self.collections.range(above).map(|(_, collection)| collection.inspect())
    }

    /// What the core knows of some buffers, as long as they are not all gone.
    pub fn inspect_allocation(&self, id: AllocationId) -> Option<Allocation> {
        let record = self.shared.allocations.get(id)?;
        Some(Allocation {
            collection: record.collection,
            name: Some(record.name.clone()).filter(|name| !name.is_empty()),
            held: record.is_held(),
        })
    }

    /// The id of the collection that was made last, of those that are live.
    pub fn newest_collection(&self) -> Option<u64> {
        self.collections.last_key_value().map(|(id, _)| *id)
    }

    /// The open connections to the Allocator, in the order of their numbers. Takes time in proportion
    /// to all channels, though not much for each.
    pub fn inspect_connections(&self) -> impl Iterator<Item = Connection> {
        self.shared.channels().filter_map(|(channel, served)| {
            let Served::Allocator(client) = served else { return None };
            let owned = self.shared.owners.owned_by(channel);
            Some(Connection {
                channel,
                client: client.as_ref().map(DebugInfo::recipient),
                collections: owned.collections,
                channels: owned.channels,
            })
        })
    }
}
