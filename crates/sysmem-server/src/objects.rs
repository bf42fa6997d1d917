//! What stands behind the numbers of the core.

use sysmem_core::{Access, AllocationId, BufferHandle, ChannelId, Host, NodeId, Strength};
use zx::Koid;

use crate::buffers::{BufferId, Buffers};
use crate::channels::Channels;
use crate::client_handle::ClientHandle;
use crate::node_refs::NodeRefs;

/// The sockets, the memory and the events of all collections.
#[derive(Debug)]
pub(crate) struct Objects {
    pub(crate) channels: Channels,
    pub(crate) buffers: Buffers,
    pub(crate) node_refs: NodeRefs,
}

impl Host<ClientHandle> for Objects {
    fn token_of(&self, client_end: &ClientHandle) -> Option<ChannelId> {
        self.channels.token(client_end.channel()?.peer_name_koid()?)
    }

    fn token_with_koid(&self, koid: u64) -> Option<ChannelId> {
        self.channels.token(Koid::new(koid)?)
    }

    fn node_of(&self, event: &ClientHandle) -> Option<NodeId> {
        self.node_refs.node_of(event.memory()?)
    }

    fn buffer_of(&self, vmo: &ClientHandle) -> Option<BufferHandle> {
        let handle = vmo.memory()?;
        let buffer = self.buffers.buffer_of(handle)?;
        let strength = match self.buffers.strength_of(buffer, handle) {
            zx::Strength::Strong => Strength::Strong,
            zx::Strength::Weak => Strength::Weak,
        };
        // What cannot be asked allows as little as possible.
        let access = match handle.access().unwrap_or(zx::Access::ReadOnly) {
            zx::Access::ReadOnly => Access::ReadOnly,
            zx::Access::ReadWrite => Access::ReadWrite,
        };
        let BufferId { allocation, index } = buffer;
        Some(BufferHandle { allocation, index, strength, access })
    }

    fn has_strong_handle(&self, allocation: AllocationId, index: u32) -> bool {
        self.buffers.has_strong_handle(BufferId { allocation, index })
    }
}
