//! Methods of tokens (`sysmem2-protocols.md` 2.8).

use fidl::{Handle, Method, RequestSet};
use fsysmem2::NodeRequest;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::node::match_request;
use super::{LogicalCollection, NewChild, TokenEnd};
use crate::allocator::required;
use crate::deviation::Deviation;
use crate::interface::{Host, NodeId, Reply, Severity};
use crate::shared::Shared;
use crate::tree::node::FailureMode;

impl<H: Handle> LogicalCollection<H> {
    pub fn token_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: fsysmem2::BufferCollectionTokenRequest<H>,
    ) {
        let method = request.method_name();
        self.perform(shared, id, method, |collection, shared| {
            collection.try_token_request(shared, host, id, request)
        });
    }

    fn try_token_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: fsysmem2::BufferCollectionTokenRequest<H>,
    ) -> Result<(), Deviation> {
        match_request!(
            request, BufferCollectionTokenRequest,
            Node(node) => self.node_request(shared, host, id, node),
            Request::Duplicate { payload } => {
                let mask = required(payload.rights_attenuation_mask, "rights_attenuation_mask");
                let end = required(payload.token_request, "token_request");
                self.duplicate(shared, id, mask?, end?)
            },
            Request::DuplicateSync { payload, responder } => {
                let masks = payload.rights_attenuation_masks;
                let masks = required(masks, "rights_attenuation_masks")?;
                let channels = self.make_tokens(shared, id, &masks)?;
                self.reply(shared, id, Reply::Duplicates(responder, channels));
                Ok(())
            },
            Request::SetDispensable => {
                self.set_dispensable(id);
                Ok(())
            },
            Request::CreateBufferCollectionTokenGroup { payload } => {
                let end = required(payload.group_request, "group_request")?;
                self.serve_child(shared, id, NewChild::Group, end.into_handle())
            },
        )
    }

    /// A mask of 0 stands for all rights here, and only here (5.7).
    fn duplicate(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        mask: u32,
        end: TokenEnd<H>,
    ) -> Result<(), Deviation> {
        if mask == 0 {
            let method = fsysmem2::BufferCollectionTokenDuplicateMethod::NAME;
            let text = format!("{method}: a rights mask of 0 is taken for all rights");
            self.log(shared, Severity::Error, text);
        }
        let mask = if mask == 0 { u32::MAX } else { mask };
        self.serve_child(shared, id, NewChild::Token { mask }, end.into_handle())
    }

    /// Failures of the node stop at it once buffers are allocated. An attached one stays isolated.
    fn set_dispensable(&mut self, id: NodeId) {
        if let Some(node) = self.tree.get_mut(id)
            && node.failure_mode == FailureMode::Propagate
        {
            node.failure_mode = FailureMode::PropagateBeforeAllocation;
        }
    }
}
