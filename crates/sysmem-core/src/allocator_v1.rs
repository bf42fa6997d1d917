//! The Allocator protocol of the first version (`sysmem1.md` 1.3).

use fidl::{Handle, RequestSet};
use sysmem_fidl::fuchsia_sysmem as fsysmem;

use crate::core::Core;
use crate::deviation::Deviation;
use crate::interface::{ChannelId, Host, Reply, v1};
use crate::logical::v1::epitaph;
use crate::shared::Served;
use crate::tree::debug_info::DebugInfo;
use crate::tree::waits::Dialect;

impl<H: Handle> Core<H> {
    /// Handles a request; a deviation closes this channel alone.
    pub(crate) fn allocator_request_v1(
        &mut self,
        channel: ChannelId,
        request: fsysmem::AllocatorRequest<H>,
        host: &dyn Host<H>,
    ) {
        let Some(Served::Allocator(debug)) = self.shared.served(channel) else { return };
        let debug = debug.clone();
        let method = request.method_name();
        if let Err(deviation) = self.try_allocator_request_v1(channel, debug, request, host) {
            self.end_allocator(channel, Some(method), &deviation, epitaph(&deviation));
        }
    }

    fn try_allocator_request_v1(
        &mut self,
        channel: ChannelId,
        debug: Option<DebugInfo>,
        request: fsysmem::AllocatorRequest<H>,
        host: &dyn Host<H>,
    ) -> Result<(), Deviation> {
        use fsysmem::AllocatorRequest as Request;
        match request {
            Request::AllocateNonSharedCollection { payload } => {
                let end = payload.collection_request.into_handle();
                self.new_private_collection(channel, Dialect::V1, end, debug)?;
            }
            Request::AllocateSharedCollection { payload } => {
                self.new_shared_collection(channel, payload.token_request.into_handle(), debug)?;
            }
            Request::BindSharedCollection { payload } => {
                let (token, view) = (payload.token, payload.buffer_collection_request);
                self.bind(Dialect::V1, token.into_handle(), view.into_handle(), debug, host);
            }
            Request::ValidateBufferCollectionToken { payload, responder } => {
                let is_known = self.is_token_known(payload.token_server_koid, host);
                let reply = v1::Reply::IsTokenKnown(responder, is_known);
                self.shared.reply(channel, Reply::V1(reply));
            }
            Request::SetDebugClientInfo { payload } => {
                self.name_allocator(channel, payload.name, payload.id);
            }
        }
        Ok(())
    }
}
