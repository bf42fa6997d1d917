//! What goes into the core and what comes out of it.
//!
//! The core names everything by numbers of its own. Whoever drives it keeps the sockets, the memory
//! and the events behind those numbers, and answers through [`Host`] which number a received handle
//! stands for.

use std::sync::Arc;

use fidl::Txid;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

/// A channel that the driver serves for the core. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub u64);

/// A node of a tree; it survives the conversion from token to collection. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

/// The buffers of one logical collection, allocated at once. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllocationId(pub u64);

/// Absolute monotonic time in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// Which requests arrive on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    Allocator,
    Token,
    Collection,
    Group,
}

/// Something that happened to a channel or to memory.
#[derive(Debug)]
pub enum Input<H> {
    Allocator(ChannelId, fsysmem2::AllocatorRequest<H>),
    Token(ChannelId, fsysmem2::BufferCollectionTokenRequest<H>),
    Collection(ChannelId, fsysmem2::BufferCollectionRequest<H>),
    Group(ChannelId, fsysmem2::BufferCollectionTokenGroupRequest<H>),
    /// A flexible request that the protocol does not have (`sysmem2-protocols.md` 1.3).
    Unknown {
        channel: ChannelId,
        ordinal: u64,
        txid: Option<Txid>,
    },
    /// A packet that is no request of the protocol, or a channel that cannot be served. The core
    /// answers with [`Effect::Close`].
    Broken {
        channel: ChannelId,
        reason: Breakage,
    },
    /// The client closed its end; everything it sent before has been fed in. The driver drops the
    /// channel with this input: no effect names it any more.
    Closed(ChannelId),
    /// The answer to the oldest [`Effect::TurnIn`] of a channel that has none: the queue of the
    /// token was fed in up to the proof, or it had no proof in it and the client end was not that
    /// of the token.
    TurnedIn {
        channel: ChannelId,
        proven: bool,
    },
    /// The answer to [`Effect::Allocate`].
    Allocated {
        allocation: AllocationId,
        result: Result<(), HeapFailure>,
    },
    /// Nobody holds any buffer of an allocation that the core has let go of.
    BuffersGone(AllocationId),
    /// The deadline of [`Core::next_deadline`](crate::Core::next_deadline) has come.
    Tick,
}

impl<H> Input<H> {
    /// The channel on which it happened, if it was one.
    pub const fn channel(&self) -> Option<ChannelId> {
        match self {
            Self::Allocator(channel, _)
            | Self::Token(channel, _)
            | Self::Collection(channel, _)
            | Self::Group(channel, _)
            | Self::Closed(channel)
            | Self::Unknown { channel, .. }
            | Self::Broken { channel, .. }
            | Self::TurnedIn { channel, .. } => Some(*channel),
            Self::Allocated { .. } | Self::BuffersGone(_) | Self::Tick => None,
        }
    }
}

/// What is given up if the core panics over an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A connection to the Allocator.
    Allocator(ChannelId),
    /// A collection, by its id.
    Collection(u64),
}

/// Why a channel cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breakage {
    /// The packet was not a request that the protocol lets pass.
    Malformed(fidl::ReceiveError),
    /// Truncated, or more descriptors than arrived.
    Truncated,
    /// The client does not read: its socket is full.
    Full,
    /// The endpoint that the client sent cannot be served, for instance since it already has a
    /// name.
    Unservable,
}

/// Why a heap made no buffers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapFailure {
    /// For the log: what the heap says.
    pub reason: String,
}

/// Something that the driver has to do, in the order of the queue.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "an effect is moved twice: into the queue and out of it"
)]
pub enum Effect<H> {
    /// Serve this end as that channel from now on.
    Serve { channel: ChannelId, kind: ChannelKind, end: H },
    /// Send a reply. One that cannot be sent comes back as [`Input::Broken`].
    Reply { channel: ChannelId, reply: Reply },
    /// Prove that `client_end` is the peer of the token `channel`, and feed in what is queued there
    /// before the proof (`linux-objects.md`, Token identity); then answer [`Input::TurnedIn`]. Best
    /// at once, and for each channel in the order of these effects.
    TurnIn { channel: ChannelId, client_end: H },
    /// This collection channel is about to be closed since there are no buffers. Answer the waits
    /// that lie in its queue with the error, up to the first packet that is none: its client sent
    /// them before it could know, right behind its constraints.
    RefuseQueued { channel: ChannelId, error: fsysmem2::Error },
    /// Close a channel; with an epitaph if there is one. Nothing more comes from it.
    Close { channel: ChannelId, epitaph: Option<i32> },
    /// Make the buffers of a plan; answer [`Input::Allocated`].
    Allocate { allocation: AllocationId, plan: AllocationPlan },
    /// The core holds the buffers no longer; they live as long as clients hold them.
    LetGo(AllocationId),
    /// The node is gone, and with it its node ref.
    ForgetNode(NodeId),
    /// Something that an operator wants to know.
    Log(Record),
}

/// What to allocate.
#[derive(Clone, Debug, PartialEq)]
pub struct AllocationPlan {
    pub collection: u64,
    /// The collection's name, for labels; empty if nobody gave one.
    pub name: String,
    pub count: u32,
    /// Size of each buffer's memory, a multiple of the page size.
    pub raw_size_bytes: u64,
    pub heap_type: String,
    pub heap_id: u64,
    pub physically_contiguous: bool,
    /// Bytes, a power of two, if anybody asked for one.
    pub physical_alignment_bytes: Option<u64>,
}

/// A reply to a two-way request. Each variant holds the one right to answer it.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a reply is moved once, from the core to its encoder")]
pub enum Reply {
    Sync(fidl::Responder<fsysmem2::NodeSyncMethod>),
    NodeRef(fidl::Responder<fsysmem2::NodeGetNodeRefMethod>, NodeId),
    IsAlternateFor(
        fidl::Responder<fsysmem2::NodeIsAlternateForMethod>,
        Result<bool, fsysmem2::Error>,
    ),
    CollectionId(fidl::Responder<fsysmem2::NodeGetBufferCollectionIdMethod>, u64),
    /// Make a channel for each, serve it as a token, and send the client ends in this order.
    Duplicates(fidl::Responder<fsysmem2::BufferCollectionTokenDuplicateSyncMethod>, Vec<ChannelId>),
    /// As [`Reply::Duplicates`], for the children of a group.
    Children(
        fidl::Responder<fsysmem2::BufferCollectionTokenGroupCreateChildrenSyncMethod>,
        Vec<ChannelId>,
    ),
    Buffers(
        fidl::Responder<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>,
        Result<Delivery, fsysmem2::Error>,
    ),
    Check(
        fidl::Responder<fsysmem2::BufferCollectionCheckAllBuffersAllocatedMethod>,
        Result<(), fsysmem2::Error>,
    ),
    IsTokenKnown(fidl::Responder<fsysmem2::AllocatorValidateBufferCollectionTokenMethod>, bool),
    VmoInfo(
        fidl::Responder<fsysmem2::AllocatorGetVmoInfoMethod>,
        Result<BufferName, fsysmem2::Error>,
    ),
    /// The runtime's word that a method is unknown.
    UnknownMethod {
        txid: Txid,
        ordinal: u64,
    },
}

/// Which buffer a VMO is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferName {
    pub collection: u64,
    pub index: u64,
}

/// The buffers as one participant gets them: the same settings for all, handles of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub allocation: AllocationId,
    pub collection: u64,
    /// One copy for everybody, as there may be thousands of waits.
    pub settings: Arc<fsysmem2::SingleBufferSettings>,
    pub count: u32,
    /// `None`: the participant uses no memory and gets none (`sysmem2-protocols.md` 5.8).
    pub access: Option<Access>,
}

/// What a participant may do with its handles (`sysmem2-protocols.md` 5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadOnly,
    ReadWrite,
}

/// A line for the log: what happened, where, to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub severity: Severity,
    /// 0 if it concerns no collection.
    pub collection: u64,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Info,
}

/// Which number a received handle stands for. Pure look-ups: nothing that a client does between two
/// of them changes an answer.
pub trait Host<H> {
    /// The live token whose client end this is, by the name that its peer carries. Not a proof.
    fn token_of(&self, client_end: &H) -> Option<ChannelId>;
    /// The live token whose server end has this koid.
    fn token_with_koid(&self, koid: u64) -> Option<ChannelId>;
    /// The node whose node ref this is.
    fn node_of(&self, event: &H) -> Option<NodeId>;
    /// The buffer whose handle this is.
    fn buffer_of(&self, vmo: &H) -> Option<(AllocationId, u32)>;
}
