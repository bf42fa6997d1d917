//! Methods that every node has (`sysmem2-protocols.md` 2.7).

use fsysmem2::NodeRequest;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::{LogicalCollection, Name};
use crate::allocator::required;
use crate::deviation::Deviation;
use crate::interface::{Host, Instant, NodeId, Reply};
use crate::shared::Shared;
use crate::tree::node::{Kind, Link, Node};

/// A match over the requests of a protocol that composes `Node`: the methods of `Node` go to one
/// arm, as a [`NodeRequest`]; the others are written out.
macro_rules! match_request {
    (
        $request:expr, $protocol:ident,
        Node($node:ident) => $common:expr,
        $($own:pat => $act:expr,)+
    ) => {{
        use fsysmem2::$protocol as Request;
        let $node = match $request {
            Request::Sync { responder } => NodeRequest::Sync { responder },
            Request::Release => NodeRequest::Release,
            Request::SetName { payload } => NodeRequest::SetName { payload },
            Request::SetDebugClientInfo { payload } => NodeRequest::SetDebugClientInfo { payload },
            Request::SetDebugTimeoutLogDeadline { payload } => {
                NodeRequest::SetDebugTimeoutLogDeadline { payload }
            }
            Request::SetVerboseLogging => NodeRequest::SetVerboseLogging,
            Request::GetNodeRef { responder } => NodeRequest::GetNodeRef { responder },
            Request::IsAlternateFor { payload, responder } => {
                NodeRequest::IsAlternateFor { payload, responder }
            }
            Request::GetBufferCollectionId { responder } => {
                NodeRequest::GetBufferCollectionId { responder }
            }
            Request::SetWeak => NodeRequest::SetWeak,
            Request::SetWeakOk { payload } => NodeRequest::SetWeakOk { payload },
            Request::AttachNodeTracking { payload } => NodeRequest::AttachNodeTracking { payload },
            $($own => return $act,)+
        };
        $common
    }};
}
pub(super) use match_request;

impl<H> LogicalCollection<H> {
    pub(super) fn node_request(
        &mut self,
        shared: &mut Shared<H>,
        host: &dyn Host<H>,
        id: NodeId,
        request: NodeRequest<H>,
    ) -> Result<(), Deviation> {
        match request {
            NodeRequest::Sync { responder } => self.reply(shared, id, Reply::Sync(responder)),
            NodeRequest::Release => self.release(id)?,
            NodeRequest::SetName { payload } => {
                let priority = required(payload.priority, "priority")?;
                self.name(shared, priority, required(payload.name, "name")?);
            }
            NodeRequest::SetDebugClientInfo { payload } => {
                let name = required(payload.name, "name")?;
                self.rename(id, name, payload.id.unwrap_or_default());
            }
            NodeRequest::SetDebugTimeoutLogDeadline { payload } => {
                let deadline = required(payload.deadline, "deadline")?;
                self.stall.move_first(Instant(deadline));
            }
            NodeRequest::SetVerboseLogging => self.verbose = true,
            NodeRequest::GetNodeRef { responder } => {
                self.reply(shared, id, Reply::NodeRef(responder, id));
            }
            NodeRequest::IsAlternateFor { payload, responder } => {
                let node_ref = required(payload.node_ref, "node_ref")?;
                let answer = self.is_alternate_for(id, host.node_of(&node_ref));
                self.reply(shared, id, Reply::IsAlternateFor(responder, answer));
            }
            NodeRequest::GetBufferCollectionId { responder } => {
                self.reply(shared, id, Reply::CollectionId(responder, self.id));
            }
            NodeRequest::SetWeak => self.set_weak(id)?,
            NodeRequest::SetWeakOk { payload } => {
                self.set_weak_ok(id, payload.for_child_nodes_also.unwrap_or_default())?;
            }
            NodeRequest::AttachNodeTracking { payload } => {
                let end = required(payload.server_end, "server_end")?;
                self.attach_node_tracking(shared, id, end)?;
            }
        }
        Ok(())
    }

    /// Replies on the channel of a node.
    pub(super) fn reply(&self, shared: &mut Shared<H>, id: NodeId, reply: Reply) {
        if let Some(channel) = self.tree.get(id).and_then(Node::channel) {
            shared.reply(channel, reply);
        }
    }

    /// From here on closing is clean. The client closes first (3.3).
    ///
    /// A token that somebody turns in takes note of it and fails when that is proven; if whoever
    /// turned it in did not hold it, the `Release` was in order.
    pub(super) fn release(&mut self, id: NodeId) -> Result<(), Deviation> {
        let Some(node) = self.tree.get_mut(id) else { return Ok(()) };
        if matches!(node.kind, Kind::Group { complete: false }) {
            return Err(Deviation::ReleaseOfIncompleteGroup);
        }
        if let Link::Open(channel) = node.link {
            node.link = Link::Released(channel);
        }
        Ok(())
    }

    /// The first name wins over later ones of no higher priority (6.1).
    pub(super) fn name(&mut self, shared: &mut Shared<H>, priority: u32, text: String) {
        if self.name.as_ref().is_none_or(|current| priority > current.priority) {
            if let Some(allocation) = self.stage.allocation() {
                shared.allocations.rename(allocation, &text);
            }
            self.name = Some(Name { priority, text });
        }
    }

    /// What the client of a node calls itself (6.2).
    pub(super) fn rename(&mut self, id: NodeId, name: String, debug_id: u64) {
        if let Some(node) = self.tree.get_mut(id) {
            node.debug.rename(name, debug_id);
        }
    }

    /// Whether at most one of two nodes can get buffers: their lowest common ancestor is a group.
    fn is_alternate_for(&self, id: NodeId, other: Option<NodeId>) -> Result<bool, fsysmem2::Error> {
        let meeting_point = other.and_then(|other| self.tree.meeting_point(id, other));
        meeting_point.map(Node::is_group).ok_or(fsysmem2::Error::NOT_FOUND)
    }
}
