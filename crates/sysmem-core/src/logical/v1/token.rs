//! Methods of tokens (`sysmem1.md` 1.4).

use fidl::{Handle, RequestSet};
use sysmem_fidl::fuchsia_sysmem as fsysmem;

use super::FaultV1;
use crate::deviation::Deviation;
use crate::interface::{Instant, NodeId, Reply, v1};
use crate::logical::{LogicalCollection, NewChild};
use crate::shared::Shared;
use crate::tree::node::Node;

impl<H: Handle> LogicalCollection<H> {
    pub fn token_request_v1(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        request: fsysmem::BufferCollectionTokenRequest<H>,
    ) {
        let method = request.method_name();
        if let Err(deviation) = self.try_token_request_v1(shared, id, request) {
            self.deviate(shared, id, Some(method), &deviation);
        }
    }

    fn try_token_request_v1(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        request: fsysmem::BufferCollectionTokenRequest<H>,
    ) -> Result<(), Deviation> {
        use fsysmem::BufferCollectionTokenRequest as Request;
        if self.tree.get(id).is_none_or(Node::is_released) {
            return Err(FaultV1::AfterClose.into());
        }
        match request {
            Request::Duplicate { payload } => {
                // No mask stands for another one here. Whoever is left without the right to have
                // handles sent fails when there are any.
                let mask = payload.rights_attenuation_mask;
                let end = payload.token_request.into_handle();
                self.serve_child(shared, id, NewChild::Token { mask }, end)?;
            }
            Request::Sync { responder } => {
                self.reply(shared, id, Reply::V1(v1::Reply::TokenSync(responder)));
            }
            Request::Close => self.release(id)?,
            Request::SetName { payload } => self.name(shared, payload.priority, payload.name),
            Request::SetDebugClientInfo { payload } => self.rename(id, payload.name, payload.id),
            Request::SetDebugTimeoutLogDeadline { payload } => {
                self.stall.move_first(Instant(payload.deadline));
            }
        }
        Ok(())
    }
}
