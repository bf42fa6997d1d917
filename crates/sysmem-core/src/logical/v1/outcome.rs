//! What views are told about the allocation (`sysmem1.md` 1.5, 1.6).

use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem as fsysmem;

use super::FaultV1;
use crate::interface::{ChannelId, Delivery, Effect, NodeId, Refusal, Reply, v1};
use crate::logical::LogicalCollection;
use crate::shared::Shared;
use crate::tree::node::{Kind, Node};
use crate::tree::rights::RightsMask;
use crate::tree::waits::{Sink, View};

impl View {
    /// Answers all waits, then sends the event, each with handles of its own.
    pub(in crate::logical) fn tell<H>(
        &mut self,
        shared: &mut Shared<H>,
        channel: ChannelId,
        outcome: &v1::Outcome,
    ) {
        for responder in self.waits.drain(..) {
            let reply = v1::Reply::Buffers(responder, outcome.clone());
            shared.reply(channel, Reply::V1(reply));
        }
        if self.sink == Sink::Waiting {
            self.sink = Sink::Done;
            let event = v1::Event::BuffersAllocated(outcome.clone());
            shared.emit(Effect::Notify { view: channel, event });
        }
    }
}

/// The result of an allocation as a view with these rights is told.
pub(in crate::logical) fn outcome(
    result: &Result<Delivery, Refusal>,
    rights: RightsMask,
) -> Result<v1::Outcome, FaultV1> {
    match result {
        Ok(buffers) => delivery(buffers, rights).map(Ok),
        Err(refusal) => Ok(Err(refusal.v1_status)),
    }
}

/// The buffers as a view with these rights gets them.
fn delivery(buffers: &Delivery, rights: RightsMask) -> Result<v1::Delivery, FaultV1> {
    if buffers.handles.access().is_some() && !rights.lets_transfer() {
        return Err(FaultV1::NoTransfer);
    }
    let settings = fsysmem::SingleBufferSettings::try_from(&*buffers.settings);
    let settings = Arc::new(settings.map_err(FaultV1::Buffers)?);
    Ok(v1::Delivery { settings, buffers: buffers.clone() })
}

impl<H> LogicalCollection<H> {
    /// As many auxiliary buffers as there are buffers, and none of them has a VMO: there are no
    /// auxiliary buffers. `None` before there are any others.
    pub(super) fn aux_delivery(&self, id: NodeId) -> Result<Option<v1::Delivery>, FaultV1> {
        let Some(node) = self.tree.get(id) else { return Ok(None) };
        let buffers = self.delivery_without_handles(node);
        buffers.map(|buffers| delivery(&buffers, node.rights)).transpose()
    }

    /// Closes the views below `top` that are to go for this reason. The others' channels close in
    /// due course, without one.
    pub(in crate::logical) fn dismiss_views(
        &self,
        shared: &mut Shared<H>,
        top: NodeId,
        refusal: Refusal,
    ) {
        for id in self.tree.breadth_first(top).into_iter().rev() {
            let view = self.tree.get(id).filter(|node| is_view(node));
            if let Some(channel) = view.and_then(Node::channel) {
                shared.close(channel, Some(refusal.v1_status));
            }
        }
    }
}

/// Whether the client of a node speaks the first version on it.
pub(in crate::logical) const fn is_view<H>(node: &Node<H>) -> bool {
    matches!(&node.kind, Kind::Collection(participant) if participant.waits.view().is_some())
}
