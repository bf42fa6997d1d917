//! Methods of collections (`sysmem2-protocols.md` 2.9).

use std::sync::Arc;

use fidl::{Handle, RequestSet, Responder};
use fsysmem2::NodeRequest;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::node::match_request;
use super::stored::constraint_bytes;
use super::{LogicalCollection, NewChild};
use crate::allocator::required;
use crate::deviation::Deviation;
use crate::interface::{Host, NodeId, Reply};
use crate::limits::WAITS_MAX;
use crate::negotiation::Brief;
use crate::shared::Shared;
use crate::tree::node::{Kind, Participant};
use crate::tree::waits::Waits;

impl<H: Handle> LogicalCollection<H> {
    pub fn collection_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: fsysmem2::BufferCollectionRequest<H>,
    ) {
        let method = request.method_name();
        self.perform(shared, id, method, |collection, shared| {
            collection.try_collection_request(shared, host, id, request)
        });
    }

    fn try_collection_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: fsysmem2::BufferCollectionRequest<H>,
    ) -> Result<(), Deviation> {
        match_request!(
            request, BufferCollectionRequest,
            Node(node) => self.node_request(shared, host, id, node),
            Request::SetConstraints { payload } => {
                self.set_constraints(shared, host, id, payload)
            },
            Request::WaitForAllBuffersAllocated { responder } => self.wait(shared, id, responder),
            Request::CheckAllBuffersAllocated { responder } => {
                let allocated = self.tree.get(id).is_some_and(|node| node.allocated);
                let status = if allocated { Ok(()) } else { Err(fsysmem2::Error::PENDING) };
                self.reply(shared, id, Reply::Check(responder, status));
                Ok(())
            },
            Request::AttachToken { payload } => self.attach_token(shared, id, payload),
            Request::AttachLifetimeTracking { payload } => {
                let end = required(payload.server_end, "server_end")?;
                let buffers_remaining = required(payload.buffers_remaining, "buffers_remaining")?;
                self.attach_lifetime_tracking(shared, id, end, buffers_remaining)
            },
        )
    }

    /// The node becomes ready. Of a `must_match_vmo` the settings are read at once.
    fn set_constraints(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        payload: fsysmem2::BufferCollectionSetConstraintsRequest<H>,
    ) -> Result<(), Deviation> {
        if self.tree.get(id).is_some_and(|node| node.constraints().is_some()) {
            return Err(Deviation::ConstraintsSetTwice);
        }
        let must_match = match payload.must_match_vmo {
            Some(vmo) => Some(shared.settings_of(host, &vmo).ok_or(Deviation::MustMatchUnknown)?),
            None => None,
        };
        self.constrain(shared, id, payload.constraints.unwrap_or_default(), must_match)
    }

    /// The node becomes ready, whatever version of the protocol its client speaks.
    pub(super) fn constrain(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        constraints: fsysmem2::BufferCollectionConstraints,
        must_match: Option<Arc<fsysmem2::SingleBufferSettings>>,
    ) -> Result<(), Deviation> {
        let participant = self.participant(id).ok_or(Deviation::ConstraintsSetTwice)?;
        if participant.constraints.is_some() {
            return Err(Deviation::ConstraintsSetTwice);
        }
        let size = constraint_bytes(&constraints);
        let text = self.verbose.then(|| {
            let like = if must_match.is_some() { ", with must_match_vmo" } else { "" };
            format!("constraints of node {}{like}: {}", id.0, Brief(&constraints))
        });
        self.tree.change(id, |node| {
            if let Kind::Collection(participant) = &mut node.kind {
                participant.constraints = Some(Arc::new(constraints));
                participant.must_match = must_match;
            }
        });
        self.stored.add_constraints(size)?;
        if let Some(text) = text {
            self.log_verbose(shared, || text);
        }
        self.settle(shared, id);
        Ok(())
    }

    /// Answered when there is a result, in order.
    fn wait(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        responder: Responder<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>,
    ) -> Result<(), Deviation> {
        let may_wait = self.tree.get(id).is_some_and(|node| node.weakness.may_wait());
        let Some(participant) = self.participant(id) else { return Ok(()) };
        if participant.constraints.is_none() {
            return Err(Deviation::WaitBeforeConstraints);
        }
        if !may_wait {
            return Err(Deviation::WaitOfWeakWithoutOk);
        }
        // Views have no such request.
        let Waits::V2(waits) = &mut participant.waits else { return Ok(()) };
        if waits.len() >= WAITS_MAX {
            return Err(Deviation::TooManyWaits { limit: WAITS_MAX });
        }
        waits.push(responder);
        participant.has_waited = true;
        self.stored.add_wait()?;
        self.answer_waits(shared, id);
        Ok(())
    }

    /// A token for a participant that joins when this node has its buffers, and fails alone (3.7).
    fn attach_token(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        payload: fsysmem2::BufferCollectionAttachTokenRequest<H>,
    ) -> Result<(), Deviation> {
        let mask = required(payload.rights_attenuation_mask, "rights_attenuation_mask")?;
        let end = required(payload.token_request, "token_request")?;
        if mask == 0 {
            return Err(Deviation::ZeroRights);
        }
        if self.tree.get(id).is_some_and(|node| node.weakness.is_weak()) {
            return Err(Deviation::AttachToWeak);
        }
        self.serve_child(shared, id, NewChild::Attached { mask }, end.into_handle())
    }
}

impl<H> LogicalCollection<H> {
    pub(super) fn participant(&mut self, id: NodeId) -> Option<&mut Participant<H>> {
        match &mut self.tree.get_mut(id)?.kind {
            Kind::Collection(participant) => Some(participant),
            Kind::Token { .. } | Kind::Group { .. } => None,
        }
    }
}
