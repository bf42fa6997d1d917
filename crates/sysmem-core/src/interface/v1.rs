//! What goes to clients of the first version of the protocol.

use std::sync::Arc;

use fidl::Responder;
use sysmem_fidl::fuchsia_sysmem as fsysmem;

/// A reply to a two-way request. Each variant holds the one right to answer it.
#[derive(Debug)]
pub enum Reply {
    IsTokenKnown(Responder<fsysmem::AllocatorValidateBufferCollectionTokenMethod>, bool),
    TokenSync(Responder<fsysmem::BufferCollectionTokenSyncMethod>),
    ViewSync(Responder<fsysmem::BufferCollectionSyncMethod>),
    Buffers(Responder<fsysmem::BufferCollectionWaitForBuffersAllocatedMethod>, Outcome),
    /// With a `zx_status_t`.
    Check(Responder<fsysmem::BufferCollectionCheckBuffersAllocatedMethod>, i32),
    AuxBuffers(Responder<fsysmem::BufferCollectionGetAuxBuffersMethod>, Delivery),
}

/// An event for the sink of a view. Each comes at most once.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `OnDuplicatedTokensKnownByServer`.
    DuplicatedTokensKnown,
    /// `OnBuffersAllocated`.
    BuffersAllocated(Outcome),
}

/// What became of the allocation: the buffers, or a `zx_status_t` other than 0.
pub type Outcome = Result<Delivery, i32>;

/// The buffers as a view gets them.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    pub settings: Arc<fsysmem::SingleBufferSettings>,
    /// The same in the words of the second version. Whoever gets weak handles gets no
    /// `close_weak_asap` with them: there is no room for it.
    pub buffers: super::Delivery,
}
