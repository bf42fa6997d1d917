//! Replies and events of the first version of the protocol into packets.

use sysmem_core::v1::{Delivery, Event, Outcome, Reply};
use sysmem_core::{Breakage, ChannelId};
use sysmem_fidl::fuchsia_sysmem::{self as fsysmem, BufferCollectionInfo2, VmoBuffer};
use sysmem_fidl::{Handle, conversions::ToV1Error};

use crate::client_handle::ClientHandle;
use crate::driver::{Driver, now};
use crate::outbox::{self, Packet, Posted};
use crate::replies::ReplyError;

/// `ZX_OK`.
const OK: i32 = 0;

impl Driver {
    pub(crate) fn encode_reply_v1(
        &mut self,
        channel: ChannelId,
        reply: Reply,
    ) -> Result<(), ReplyError> {
        match reply {
            Reply::IsTokenKnown(responder, is_known) => {
                let response = fsysmem::AllocatorValidateBufferCollectionTokenResponse { is_known };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::TokenSync(responder) => responder.encode((), &mut self.encoder)?,
            Reply::ViewSync(responder) => responder.encode((), &mut self.encoder)?,
            Reply::Buffers(responder, outcome) => {
                let (status, buffer_collection_info) = self.deliver_v1(channel, outcome)?;
                let response = fsysmem::BufferCollectionWaitForBuffersAllocatedResponse {
                    status,
                    buffer_collection_info,
                };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::Check(responder, status) => {
                let response = fsysmem::BufferCollectionCheckBuffersAllocatedResponse { status };
                responder.encode(response, &mut self.encoder)?;
            }
            Reply::AuxBuffers(responder, delivery) => {
                let (status, buffer_collection_info_aux_buffers) =
                    self.deliver_v1(channel, Ok(delivery))?;
                let response = fsysmem::BufferCollectionGetAuxBuffersResponse {
                    status,
                    buffer_collection_info_aux_buffers,
                };
                responder.encode(response, &mut self.encoder)?;
            }
        }
        Ok(())
    }

    /// The events of a view have somewhere to go: unless it is somewhere here. The client end of a
    /// channel that is served, kept as a sink, would keep that channel open when its client is long
    /// gone; so would one in the queue of a sink.
    pub(crate) fn set_sink(&mut self, view: ChannelId, end: ClientHandle) {
        let is_unfit = |end: &zx::Channel| {
            self.objects.channels.has_served_peer(end) || self.closer.keep_empty(end).is_err()
        };
        if end.channel().is_none_or(is_unfit) {
            return self.break_off(view, Breakage::Unservable);
        }
        let id = self.connection_ids.draw();
        self.sinks.set(view, id, end);
    }

    /// Sends an event. What becomes of it is of no interest to the view, unless no handles for it
    /// can be made: the view's own replies would fail in the same way.
    pub(crate) fn notify(&mut self, view: ChannelId, event: Event) {
        let Some(sink) = self.sinks.of_view(view) else { return };
        match self.encode_event(view, event) {
            Ok(()) => self.send_event(sink),
            Err(error) => {
                tracing::error!(%error, client = self.client_pid(), "an event cannot be made");
                self.break_off(view, Breakage::Unservable);
            }
        }
    }

    fn encode_event(&mut self, view: ChannelId, event: Event) -> Result<(), ReplyError> {
        use fsysmem::BufferCollectionEventsOnBuffersAllocatedMethod as OnBuffers;
        use fsysmem::BufferCollectionEventsOnDuplicatedTokensKnownByServerMethod as OnTokens;
        match event {
            Event::DuplicatedTokensKnown => {
                fidl::encode_event::<OnTokens, Handle>((), &mut self.encoder)?;
            }
            Event::BuffersAllocated(outcome) => {
                let (status, buffer_collection_info) = self.deliver_v1(view, outcome)?;
                let event = fsysmem::BufferCollectionEventsOnBuffersAllocatedRequest {
                    status,
                    buffer_collection_info,
                };
                fidl::encode_event::<OnBuffers, Handle>(event, &mut self.encoder)?;
            }
        }
        Ok(())
    }

    /// Sends the event in the encoder, and gives up a sink that has no room for it.
    fn send_event(&mut self, sink: ChannelId) {
        let handles: Vec<zx::Handle> =
            self.encoder.take_handles().map(|disposition| disposition.handle.into()).collect();
        let Some(socket) = self.sinks.socket(sink) else { return };
        let posted = if self.outbox.has(sink) {
            Posted::Later
        } else {
            outbox::send(socket, self.encoder.bytes(), &handles)
        };
        let posted = match posted {
            Posted::Later => {
                let packet = Packet { bytes: self.encoder.bytes().to_vec(), handles };
                self.outbox.keep(sink, packet, now())
            }
            other => other,
        };
        if matches!(posted, Posted::Full | Posted::PeerGone) {
            self.sinks.give_up(sink);
        }
    }

    /// The status, and the buffers of a collection as the view on `channel` gets them: zeros unless
    /// the status is 0.
    fn deliver_v1(
        &mut self,
        channel: ChannelId,
        outcome: Outcome,
    ) -> Result<(i32, BufferCollectionInfo2<Handle>), ReplyError> {
        let Delivery { settings, buffers } = match outcome {
            Ok(delivery) => delivery,
            Err(status) => return Ok((status, BufferCollectionInfo2::default())),
        };
        let count = buffers.count;
        let memory = self.lend(channel, buffers)?;
        let mut info = BufferCollectionInfo2 {
            buffer_count: count,
            settings: std::sync::Arc::unwrap_or_clone(settings),
            ..Default::default()
        };
        if memory.len() > info.buffers.len() {
            let (field, count, limit) = ("buffers", memory.len(), info.buffers.len());
            return Err(ReplyError::Inexpressible(ToV1Error::TooMany { field, count, limit }));
        }
        for (place, vmo) in info.buffers.iter_mut().zip(memory) {
            *place = VmoBuffer { vmo: vmo.map(Handle::from), vmo_usable_start: 0 };
        }
        Ok((OK, info))
    }
}
