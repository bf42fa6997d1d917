//! Bounds on everything that a client can make grow. What goes past one is a protocol deviation of
//! the node that does it (`sysmem2-protocols.md` 4.4 lets a server add generous ones).

/// Collections that were made through one connection to the Allocator and still are there.
pub(crate) const OWNED_COLLECTIONS_MAX: usize = 1024;

/// Channels of all those collections.
pub(crate) const OWNED_CHANNELS_MAX: usize = 4096;

/// Eventpairs that those collections' nodes and buffers are tracked with.
pub(crate) const OWNED_TRACKERS_MAX: usize = 4096;

/// Eventpairs attached to one node by `AttachNodeTracking` (4.4).
pub(crate) const NODE_TRACKERS_MAX: usize = 256;

/// Nodes of one tree, orphans included. Much work is in proportion to them.
pub(crate) const NODES_MAX: usize = 1024;

/// Unanswered `WaitForAllBuffersAllocated` of one node. Their answers come all at once.
pub(crate) const WAITS_MAX: usize = 16;

/// Unanswered `WaitForBuffersAllocated` of one view: the first version's own number
/// (`sysmem1.md` 6.1).
pub(crate) const VIEW_WAITS_MAX: usize = 64;

/// Unanswered `WaitForAllBuffersAllocated` of all nodes of a collection: one for each node. Their
/// answers come all at once, each with a handle to each buffer.
pub(crate) const COLLECTION_WAITS_MAX: usize = NODES_MAX;

/// Bytes of the constraints of all nodes of a collection, about.
pub(crate) const CONSTRAINT_BYTES_MAX: usize = 4 << 20;

/// Group selections tried in one logical allocation (4.4).
pub const SELECTIONS_MAX: usize = 64;

/// Of those, how many are followed up when none works, to say why.
pub(crate) const EXPLAINED_COMBINATIONS_MAX: usize = 8;

/// Nodes that one line of the log lists.
pub(crate) const LISTED_NODES_MAX: usize = 32;

/// Bytes of a client name that grew by renaming (6.2).
pub(crate) const DEBUG_NAME_BYTES_MAX: usize = 4096;
