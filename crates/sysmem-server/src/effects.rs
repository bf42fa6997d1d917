//! Effects of the core into system calls.

use sysmem_core::{
    AllocationId, AllocationPlan, Breakage, ChannelId, ChannelKind, Effect, HeapFailure, Input,
    Record, Refusal, Reply, Severity, v1,
};
use sysmem_fidl::fuchsia_sysmem::BufferCollectionRequest as ViewRequest;
use sysmem_fidl::fuchsia_sysmem2::BufferCollectionRequest;

use crate::buffers::BufferId;
use crate::client_handle::ClientHandle;
use crate::dispatch::Receipt;
use crate::driver::{Driver, PACKETS_PER_TURN, now};
use crate::heaps::Progress;
use crate::outbox::{self, Packet, Posted};
use crate::service::Service;

impl Driver {
    /// Does one thing that the core has said. What comes of it is fed back to the core.
    pub(crate) fn perform(&mut self, effect: Effect<ClientHandle>) {
        match effect {
            Effect::Serve { channel, kind, end } => self.serve_end(channel, kind, end),
            Effect::Reply { channel, reply } => self.reply(channel, reply),
            Effect::TurnIn { channel, client_end } => self.turn_in(channel, client_end),
            Effect::RefuseQueued { channel, refusal } => self.refuse_queued(channel, refusal),
            Effect::Close { channel, epitaph } => self.close_with(channel, epitaph),
            Effect::Allocate { allocation, plan } => self.allocate(allocation, plan),
            Effect::LetGo(allocation) => {
                let mut losses = Vec::new();
                self.objects.buffers.let_go(allocation, now(), &mut losses);
                self.report(losses);
            }
            Effect::CloseWeakAsap { allocation, index } => {
                self.objects.buffers.signal_close_weak_asap(BufferId { allocation, index });
            }
            Effect::ComplainOfWeak { allocation, index, collection } => {
                self.complain_of_weak(BufferId { allocation, index }, &collection);
            }
            Effect::ForgetNode(node) => self.objects.node_refs.forget(node),
            Effect::SetSink { view, sink } => self.set_sink(view, sink),
            Effect::Notify { view, event } => self.notify(view, event),
            Effect::Log(record) => self.log(&record),
            Effect::Explain(failure) => self.failed(failure),
        }
    }

    /// Serves a channel whose other end somebody has.
    pub(crate) fn serve(&mut self, channel: ChannelId, kind: ChannelKind, socket: zx::Channel) {
        match self.objects.channels.serve(channel, Service::Core(kind), socket, self.client) {
            // What was sent before the event loop knew of the channel is reported by the loop, too.
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, ?kind, client = self.client_pid(), "cannot serve");
                self.break_off(channel, Breakage::Unservable);
            }
        }
    }

    /// Tells the core that a channel cannot go on, and hears nothing from it any more.
    pub(crate) fn break_off(&mut self, channel: ChannelId, reason: Breakage) {
        self.deafen(channel);
        self.feed(Input::Broken { channel, reason });
    }

    /// Sends what is in the encoder. If the client does not read, its channel has failed.
    pub(crate) fn send_encoded(&mut self, channel: ChannelId) {
        let handles: Vec<zx::Handle> =
            self.encoder.take_handles().map(|disposition| disposition.handle.into()).collect();
        let Some(served) = self.objects.channels.get(channel) else { return };
        let posted = if self.outbox.has(channel) {
            Posted::Later
        } else {
            outbox::send(&served.socket, self.encoder.bytes(), &handles)
        };
        let posted = match posted {
            Posted::Later => {
                let packet = Packet { bytes: self.encoder.bytes().to_vec(), handles };
                self.outbox.keep(channel, packet, now())
            }
            other => other,
        };
        if let Posted::Full = posted {
            self.break_off(channel, Breakage::Full);
        }
    }

    /// Answers the waits in the queue of a channel that has come to its end.
    fn refuse_queued(&mut self, channel: ChannelId, refusal: Refusal) {
        for _ in 0..PACKETS_PER_TURN {
            let Some(served) = self.objects.channels.get(channel).filter(|served| !served.deaf)
            else {
                return;
            };
            match self.receiver.receive(channel, served, None) {
                Receipt::Input(Input::Collection(
                    _,
                    BufferCollectionRequest::WaitForAllBuffersAllocated { responder },
                )) => self.reply(channel, Reply::Buffers(responder, Err(refusal.error))),
                Receipt::Input(Input::View(_, request)) => match *request {
                    ViewRequest::WaitForBuffersAllocated { responder } => {
                        let reply = v1::Reply::Buffers(responder, Err(refusal.v1_status));
                        self.reply(channel, Reply::V1(reply));
                    }
                    _ => return,
                },
                _ => return,
            }
        }
    }

    /// Takes the outcome of an allocation to the store and to the core.
    pub(crate) fn finish_allocation(
        &mut self,
        allocation: AllocationId,
        result: Result<Vec<zx::Vmo>, HeapFailure>,
    ) {
        if result.is_err() {
            self.buffer_quota.not_made(allocation);
        }
        let result = result.map(|buffers| self.objects.buffers.insert(allocation, buffers));
        self.feed(Input::Allocated { allocation, result });
    }

    fn serve_end(&mut self, channel: ChannelId, kind: ChannelKind, end: ClientHandle) {
        match end.into_channel() {
            Some(socket) => self.serve(channel, kind, socket),
            // Not while the protocols declare what they mean: it was checked when it came in.
            None => self.break_off(channel, Breakage::Unservable),
        }
    }

    fn close_with(&mut self, channel: ChannelId, epitaph: Option<i32>) {
        if let (Some(served), Some(status)) = (self.objects.channels.get(channel), epitaph) {
            // As good as it gets: whoever does not read has no use for last words either.
            if fidl::message::encode_epitaph(status, &mut self.encoder).is_ok() {
                let _ = served.socket.send(self.encoder.bytes(), &[]);
            }
        }
        self.close(channel);
    }

    fn allocate(&mut self, allocation: AllocationId, plan: AllocationPlan) {
        let client = self.client.and_then(|client| client.pid);
        if let Err(exceeded) = self.buffer_quota.take(allocation, client, plan.count) {
            let failure = HeapFailure { reason: exceeded.to_string() };
            return self.finish_allocation(allocation, Err(failure));
        }
        match self.heaps.start(allocation, plan) {
            Progress::Done(result) => self.finish_allocation(allocation, result),
            Progress::UnderWay => {}
        }
    }

    fn log(&self, Record { severity, collection, text }: &Record) {
        let client = self.client_pid();
        match severity {
            Severity::Error => tracing::error!(collection, client, "{text}"),
            Severity::Warning => tracing::warn!(collection, client, "{text}"),
            Severity::Info => tracing::info!(collection, client, "{text}"),
        }
    }
}
