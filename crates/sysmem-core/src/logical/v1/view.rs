//! Methods of views (`sysmem1.md` 1.5, 1.6).

use fidl::{Handle, RequestSet, Responder};
use sysmem_fidl::{fuchsia_sysmem as fsysmem, fuchsia_sysmem2 as fsysmem2};

use super::FaultV1;
use crate::deviation::Deviation;
use crate::interface::{Effect, NodeId, Reply, v1};
use crate::limits::VIEW_WAITS_MAX;
use crate::logical::LogicalCollection;
use crate::shared::Shared;
use crate::tree::node::Node;
use crate::tree::waits::{Sink, View};

/// `ZX_OK`.
const OK: i32 = 0;

impl<H: Handle> LogicalCollection<H> {
    pub fn view_request(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        request: fsysmem::BufferCollectionRequest<H>,
    ) {
        let method = request.method_name();
        if let Err(deviation) = self.try_view_request(shared, id, request) {
            self.deviate(shared, id, Some(method), &deviation);
        }
    }

    fn try_view_request(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        request: fsysmem::BufferCollectionRequest<H>,
    ) -> Result<(), Deviation> {
        use fsysmem::BufferCollectionRequest as Request;
        self.check_view(id, &request)?;
        match request {
            Request::SetEventSink { payload } => {
                self.set_sink(shared, id, payload.events.into_handle())?;
            }
            Request::Sync { responder } => {
                self.reply(shared, id, Reply::V1(v1::Reply::ViewSync(responder)));
            }
            Request::SetConstraints { payload } => self.constrain_view(shared, id, &payload)?,
            Request::WaitForBuffersAllocated { responder } => {
                self.wait_of_view(shared, id, responder)?;
            }
            Request::CheckBuffersAllocated { responder } => {
                let allocated = self.tree.get(id).is_some_and(|node| node.allocated);
                let pending = fsysmem2::Error::PENDING.into_v1_status();
                let status = if allocated { OK } else { pending };
                self.reply(shared, id, Reply::V1(v1::Reply::Check(responder, status)));
            }
            Request::CloseSingleBuffer { .. }
            | Request::AllocateSingleBuffer { .. }
            | Request::WaitForSingleBufferAllocated { .. }
            | Request::CheckSingleBufferAllocated { .. } => {
                return Err(FaultV1::SingleBuffers.into());
            }
            Request::Close => self.release(id)?,
            Request::SetName { payload } => self.name(shared, payload.priority, payload.name),
            Request::SetDebugClientInfo { payload } => self.rename(id, payload.name, payload.id),
            Request::SetConstraintsAuxBuffers { payload } => {
                self.constrain_aux(id, payload.constraints)?;
            }
            Request::GetAuxBuffers { responder } => {
                let Some(delivery) = self.aux_delivery(id)? else {
                    return Err(FaultV1::AuxBeforeBuffers.into());
                };
                self.reply(shared, id, Reply::V1(v1::Reply::AuxBuffers(responder, delivery)));
            }
        }
        Ok(())
    }

    /// What holds for every message. It counts against the cap while it is handled, whatever it is
    /// (section 8, 21). `Sync` is answered after `Close`, too (section 8, 30).
    fn check_view(
        &mut self,
        id: NodeId,
        request: &fsysmem::BufferCollectionRequest<H>,
    ) -> Result<(), FaultV1> {
        let limit = VIEW_WAITS_MAX;
        if self.view_mut(id).is_some_and(|view| view.waits.len() >= limit) {
            return Err(FaultV1::TooManyOutstanding { limit });
        }
        let is_sync = matches!(request, fsysmem::BufferCollectionRequest::Sync { .. });
        if !is_sync && self.tree.get(id).is_none_or(Node::is_released) {
            return Err(FaultV1::AfterClose);
        }
        Ok(())
    }

    /// The view exists, so every message on its token was handled: the first event is due at once.
    fn set_sink(&mut self, shared: &mut Shared<H>, id: NodeId, sink: H) -> Result<(), Deviation> {
        let Some(node) = self.tree.get(id) else { return Ok(()) };
        let (constrained, may_wait) = (node.constraints().is_some(), node.weakness.view_may_wait());
        let channel = node.channel();
        let (Some(view), Some(channel)) = (self.view_mut(id), channel) else { return Ok(()) };
        if view.sink != Sink::None {
            return Err(FaultV1::SecondSink.into());
        }
        if constrained {
            return Err(FaultV1::SinkAfterConstraints.into());
        }
        if !may_wait {
            return Err(Deviation::WaitOfWeakWithoutOk);
        }
        view.sink = Sink::Waiting;
        shared.emit(Effect::SetSink { view: channel, sink });
        shared.emit(Effect::Notify { view: channel, event: v1::Event::DuplicatedTokensKnown });
        Ok(())
    }

    /// The view becomes ready.
    fn constrain_view(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        payload: &fsysmem::BufferCollectionSetConstraintsRequest,
    ) -> Result<(), Deviation> {
        let aux = self.view_mut(id).and_then(|view| view.aux);
        let constraints = if payload.has_constraints {
            let constraints = (&payload.constraints).try_into().map_err(FaultV1::Constraints)?;
            without_invisible_memory(constraints)
        } else if aux.is_some() {
            return Err(FaultV1::AuxWithoutConstraints.into());
        } else {
            fsysmem2::BufferCollectionConstraints::default()
        };
        if aux.is_some_and(is_contradiction) {
            return Err(FaultV1::AuxContradiction.into());
        }
        self.constrain(shared, id, constraints, None)
    }

    /// Auxiliary buffers are for memory that is protected from the CPU and are made by nobody
    /// (`sysmem2-constraints.md` 5.4), so that what a client says about them changes nothing.
    fn constrain_aux(
        &mut self,
        id: NodeId,
        aux: fsysmem::BufferCollectionConstraintsAuxBuffers,
    ) -> Result<(), FaultV1> {
        let constrained = self.tree.get(id).is_some_and(|node| node.constraints().is_some());
        let Some(view) = self.view_mut(id) else { return Ok(()) };
        if view.aux.is_some() {
            return Err(FaultV1::SecondAux);
        }
        if constrained {
            return Err(FaultV1::AuxAfterConstraints);
        }
        view.aux = Some(aux);
        Ok(())
    }

    /// Answered when there is a result, in order. May come before the constraints.
    fn wait_of_view(
        &mut self,
        shared: &mut Shared<H>,
        id: NodeId,
        responder: Responder<fsysmem::BufferCollectionWaitForBuffersAllocatedMethod>,
    ) -> Result<(), Deviation> {
        if !self.tree.get(id).is_some_and(|node| node.weakness.view_may_wait()) {
            return Err(Deviation::WaitOfWeakWithoutOk);
        }
        let Some(view) = self.view_mut(id) else { return Ok(()) };
        view.waits.push(responder);
        self.stored.add_wait()?;
        self.answer_waits(shared, id);
        Ok(())
    }
}

impl<H> LogicalCollection<H> {
    pub(super) fn view_mut(&mut self, id: NodeId) -> Option<&mut View> {
        self.participant(id)?.waits.view_mut()
    }
}

const fn is_contradiction(aux: fsysmem::BufferCollectionConstraintsAuxBuffers) -> bool {
    aux.need_clear_aux_buffers_for_secure && !aux.allow_clear_aux_buffers_for_secure
}

/// A CPU that would use what it cannot see: nothing suits it, by the rules of the first version
/// (`sysmem1.md` section 8, 48). By those of the second it may. So it is made to say that no domain
/// suits it, which nothing does in either.
fn without_invisible_memory(
    mut constraints: fsysmem2::BufferCollectionConstraints,
) -> fsysmem2::BufferCollectionConstraints {
    let uses_cpu = constraints.usage.as_ref().is_some_and(|usage| usage.cpu.is_some());
    if let Some(memory) = &mut constraints.buffer_memory_constraints
        && uses_cpu
        && memory.inaccessible_domain_supported == Some(true)
    {
        memory.cpu_domain_supported = Some(false);
        memory.ram_domain_supported = Some(false);
        memory.inaccessible_domain_supported = Some(false);
    }
    constraints
}
