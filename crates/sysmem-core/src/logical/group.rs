//! Methods of groups (`sysmem2-protocols.md` 2.10).

use fidl::{Handle, RequestSet};
use fsysmem2::NodeRequest;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::node::match_request;
use super::{LogicalCollection, NewChild};
use crate::allocator::required;
use crate::deviation::Deviation;
use crate::interface::{Host, NodeId, Reply};
use crate::shared::Shared;
use crate::tree::node::Kind;

impl<H: Handle> LogicalCollection<H> {
    pub fn group_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: fsysmem2::BufferCollectionTokenGroupRequest<H>,
    ) {
        let method = request.method_name();
        self.perform(shared, id, method, |collection, shared| {
            collection.try_group_request(shared, host, id, request)
        });
    }

    fn try_group_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: fsysmem2::BufferCollectionTokenGroupRequest<H>,
    ) -> Result<(), Deviation> {
        match_request!(
            request, BufferCollectionTokenGroupRequest,
            Node(node) => self.node_request(shared, host, id, node),
            Request::CreateChild { payload } => {
                self.check_incomplete(id)?;
                let end = required(payload.token_request, "token_request")?;
                let mask = payload.rights_attenuation_mask.unwrap_or(u32::MAX);
                if mask == 0 {
                    return Err(Deviation::ZeroRights);
                }
                let child = NewChild::Token { mask };
                self.serve_child(shared, id, child, end.into_handle())
            },
            Request::CreateChildrenSync { payload, responder } => {
                self.check_incomplete(id)?;
                let masks = payload.rights_attenuation_masks;
                let masks = required(masks, "rights_attenuation_masks")?;
                let channels = self.make_tokens(shared, id, &masks)?;
                self.reply(shared, id, Reply::Children(responder, channels));
                Ok(())
            },
            Request::AllChildrenPresent => {
                self.check_incomplete(id)?;
                self.complete_group(shared, id)
            },
        )
    }

    fn check_incomplete(&self, id: NodeId) -> Result<(), Deviation> {
        match self.tree.get(id).map(|node| &node.kind) {
            Some(Kind::Group { complete: true }) => Err(Deviation::GroupIsComplete),
            _ => Ok(()),
        }
    }

    fn complete_group(&mut self, shared: &mut Shared<H>, id: NodeId) -> Result<(), Deviation> {
        if self.tree.get(id).is_some_and(|node| node.children.is_empty()) {
            return Err(Deviation::GroupWithoutChildren);
        }
        self.tree.change(id, |node| node.kind = Kind::Group { complete: true });
        self.settle(shared, id);
        Ok(())
    }
}
