//! What goes into the core and what comes out of it.
//!
//! The core names everything by numbers of its own. Whoever drives it keeps the sockets, the memory
//! and the events behind those numbers, and answers through [`Host`] which number a received handle
//! stands for.

use std::sync::Arc;

use fidl::Txid;
use sysmem_fidl::{fuchsia_sysmem as fsysmem, fuchsia_sysmem2 as fsysmem2};

use crate::failed::FailedAllocation;

pub mod v1;

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
    /// Of the first version of the protocol.
    AllocatorV1,
    /// A collection of the first version: a *view* in its words.
    View,
}

/// Something that happened to a channel or to memory.
#[derive(Debug)]
pub enum Input<H> {
    Allocator(ChannelId, fsysmem2::AllocatorRequest<H>),
    Token(ChannelId, fsysmem2::BufferCollectionTokenRequest<H>),
    Collection(ChannelId, fsysmem2::BufferCollectionRequest<H>),
    Group(ChannelId, fsysmem2::BufferCollectionTokenGroupRequest<H>),
    AllocatorV1(ChannelId, fsysmem::AllocatorRequest<H>),
    /// A token speaks both versions.
    TokenV1(ChannelId, fsysmem::BufferCollectionTokenRequest<H>),
    /// Boxed, as its constraints are far larger than anything else that comes in.
    View(ChannelId, Box<fsysmem::BufferCollectionRequest<H>>),
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
    /// No client has a strong handle to this buffer any more, and the core has let go of it
    /// ([`Effect::LetGo`]). Once for each buffer.
    StrongGone {
        allocation: AllocationId,
        index: u32,
    },
    /// Nobody has any handle to this buffer, strong or weak; its memory is freed. Comes after
    /// [`Input::StrongGone`], once for each buffer.
    BufferGone {
        allocation: AllocationId,
        index: u32,
    },
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
            | Self::AllocatorV1(channel, _)
            | Self::TokenV1(channel, _)
            | Self::View(channel, _)
            | Self::Closed(channel)
            | Self::Unknown { channel, .. }
            | Self::Broken { channel, .. }
            | Self::TurnedIn { channel, .. } => Some(*channel),
            Self::Allocated { .. }
            | Self::StrongGone { .. }
            | Self::BufferGone { .. }
            | Self::Tick => None,
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
    RefuseQueued { channel: ChannelId, refusal: Refusal },
    /// Close a channel; with an epitaph if there is one. Nothing more comes from it.
    Close { channel: ChannelId, epitaph: Option<i32> },
    /// Make the buffers of a plan; answer [`Input::Allocated`].
    Allocate { allocation: AllocationId, plan: AllocationPlan },
    /// The core holds the buffers no longer; each lives as long as clients hold it. From now on the
    /// driver tells what becomes of them: [`Input::StrongGone`] and [`Input::BufferGone`]. More
    /// weak handles may be delivered all the same.
    LetGo(AllocationId),
    /// The last strong handle to a buffer is gone: close the server's end of the eventpair that
    /// came with its weak handles, and of each that is made for it later.
    CloseWeakAsap { allocation: AllocationId, index: u32 },
    /// Weak handles to a buffer are still there [`COMPLAINT_AFTER_NS`] after
    /// [`Effect::CloseWeakAsap`]. Log an error for each delivery of which that is true
    /// (`sysmem2-protocols.md` 5.4): the collection, the buffer, who got the handle, and the
    /// identity of the memory.
    ComplainOfWeak { allocation: AllocationId, index: u32, collection: CollectionName },
    /// The node is gone, and with it its node ref.
    ForgetNode(NodeId),
    /// Send the events of a view to this client end, until the view is closed. Nothing is read from
    /// it, and what becomes of it is of no interest.
    SetSink { view: ChannelId, sink: H },
    /// Send an event to the sink of a view. One that cannot be sent is lost.
    Notify { view: ChannelId, event: v1::Event },
    /// Something that an operator wants to know.
    Log(Record),
    /// An allocation has failed, which an operator and those who took part want to know, and why.
    /// Comes before the channels of the latter close.
    Explain(Box<FailedAllocation>),
}

/// How long the weak handles to a buffer may stay when its strong ones are gone, in nanoseconds
/// (`sysmem2-protocols.md` 5.4).
pub const COMPLAINT_AFTER_NS: i64 = 5_000_000_000;

/// What people know a collection by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionName {
    pub id: u64,
    /// Empty if nobody gave one.
    pub name: String,
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
    /// A weak handle that cannot be made is an error of its own, and no reason to close the channel
    /// (`sysmem2-protocols.md` 2.6).
    VmoInfo(fidl::Responder<fsysmem2::AllocatorGetVmoInfoMethod>, Result<VmoInfo, fsysmem2::Error>),
    /// The runtime's word that a method is unknown.
    UnknownMethod {
        txid: Txid,
        ordinal: u64,
    },
    /// To a client of the first version.
    V1(v1::Reply),
}

/// Why participants get no buffers, in the words of either version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub error: fsysmem2::Error,
    /// A `zx_status_t`. Mostly what the error stands for; but the first version distinguishes more.
    pub v1_status: i32,
}

impl From<fsysmem2::Error> for Refusal {
    fn from(error: fsysmem2::Error) -> Self {
        Self { error, v1_status: error.into_v1_status() }
    }
}

/// Which buffer a VMO is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferName {
    pub collection: u64,
    pub index: u64,
}

/// What is known about a VMO (`sysmem2-protocols.md` 2.6).
#[derive(Clone, Debug, PartialEq)]
pub struct VmoInfo {
    pub name: BufferName,
    pub allocation: AllocationId,
    /// The reply carries `close_weak_asap` of this buffer: signalled, if the last strong handle is
    /// gone.
    pub close_weak_asap: bool,
    /// The reply carries a new weak handle.
    pub weak: Option<NewWeak>,
    pub settings: Option<Arc<fsysmem2::SingleBufferSettings>>,
    pub constraints_ok: Option<bool>,
    pub vmo_settings_match: Option<bool>,
}

/// A weak handle to make for whoever has asked about a VMO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWeak {
    /// No more than the handle had that was asked about.
    pub access: Access,
    pub recipient: Recipient,
}

/// The buffers as one participant gets them: the same settings for all, handles of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub allocation: AllocationId,
    pub collection: u64,
    /// One copy for everybody, as there may be thousands of waits.
    pub settings: Arc<fsysmem2::SingleBufferSettings>,
    pub count: u32,
    pub handles: Handles,
    pub recipient: Recipient,
}

/// Which handles come with the buffers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handles {
    /// The participant uses no memory and gets none (`sysmem2-protocols.md` 5.8).
    None,
    /// One strong handle to each buffer.
    Strong(Access),
    /// Of a weak node (5.3, 5.4). A buffer that has gone in the meantime, unknown to the core when
    /// it said this, is delivered like one that is [`Presence::Gone`].
    Weak {
        /// `None`: the participant uses no memory; it gets the eventpairs alone.
        access: Option<Access>,
        /// For each buffer, what is left of it.
        presence: Vec<Presence>,
    },
}

impl Handles {
    /// What the participant may do with its handles to memory, if it gets any.
    pub const fn access(&self) -> Option<Access> {
        match self {
            Self::None => None,
            Self::Strong(access) => Some(*access),
            Self::Weak { access, .. } => *access,
        }
    }
}

/// How much is left of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Held strongly, by the core or by a client. A weak participant gets a weak handle and
    /// `close_weak_asap`.
    Strong,
    /// Nobody holds it strongly any more; weak handles keep its memory. A weak participant gets no
    /// handle, and a `close_weak_asap` that is signalled already.
    Weak,
    /// The memory is freed. A weak participant gets neither.
    Gone,
}

/// Whom handles are for, as clients call themselves (`sysmem2-protocols.md` 6.2): for complaints
/// and for whoever looks into the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Empty if it has no name.
    pub name: Arc<str>,
    pub id: u64,
}

/// A handle to a buffer, as the driver made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferHandle {
    pub allocation: AllocationId,
    pub index: u32,
    pub strength: Strength,
    pub access: Access,
}

/// What a handle to a buffer does for its lifetime (`sysmem2-protocols.md` 5.2, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Keeps the buffer in use. Also what a client has opened anew, from whatever handle.
    Strong,
    /// Keeps its memory alone.
    Weak,
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
    /// The buffer whose handle this is, and what kind of handle.
    fn buffer_of(&self, vmo: &H) -> Option<BufferHandle>;
    /// Whether any client has a strong handle to the buffer at this moment. The core's own hold
    /// does not count. Only asked about buffers that the core has let go of.
    fn has_strong_handle(&self, allocation: AllocationId, index: u32) -> bool;
}
