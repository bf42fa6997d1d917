//! Packets into inputs of the core.

use fidl::{Received, RequestSet};
use sysmem_core::{Breakage, ChannelId, ChannelKind, Input};
use zx::{MessageBuffer, Nonce, RecvError};

use crate::channels::Served;
use crate::client_handle::{ClientHandle, Gatekeeper};

/// Receives packets, one at a time, with room that is made once.
#[derive(Debug)]
pub(crate) struct Receiver {
    buffer: MessageBuffer,
    handles: Vec<ClientHandle>,
    gate: Gatekeeper,
}

/// What was in the queue of a channel.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it goes from hand to hand once and is never kept")]
pub(crate) enum Receipt {
    /// Nothing, for now.
    Nothing,
    /// Something for the core. Unless it is a request, the channel has come to its end.
    Input(Input<ClientHandle>),
    /// The nonce that was waited for.
    Proof,
}

impl Receiver {
    pub(crate) fn new(gate: Gatekeeper) -> Self {
        Self { buffer: MessageBuffer::new(), handles: Vec::new(), gate }
    }

    /// Receives the next packet of a channel. `awaited` is the nonce that may be in its queue.
    pub(crate) fn receive(
        &mut self,
        id: ChannelId,
        served: &Served,
        awaited: Option<&Nonce>,
    ) -> Receipt {
        let packet = match served.socket.recv_keeping(&mut self.buffer) {
            Ok(packet) => packet,
            Err(RecvError::WouldBlock) => return Receipt::Nothing,
            Err(error) => {
                // What came with a refused packet may be slow to close.
                self.gate.turn_away(self.buffer.handles());
                return Receipt::Input(match error {
                    RecvError::PeerClosed => Input::Closed(id),
                    error => {
                        tracing::debug!(channel = id.0, %error, "a packet did not arrive whole");
                        broken(id, Breakage::Truncated)
                    }
                });
            }
        };
        if awaited.is_some_and(|nonce| nonce.matches(packet.bytes)) {
            self.gate.turn_away(packet.handles);
            return Receipt::Proof;
        }
        if let Err(error) = self.gate.admit(packet.handles, &mut self.handles) {
            tracing::debug!(channel = id.0, %error, "cannot take the handles of a packet");
            return Receipt::Input(broken(id, Breakage::Truncated));
        }
        let (bytes, handles) = (packet.bytes, &mut self.handles);
        Receipt::Input(match served.kind {
            ChannelKind::Allocator => decode(id, bytes, handles, Input::Allocator),
            ChannelKind::Token => decode(id, bytes, handles, Input::Token),
            ChannelKind::Collection => decode(id, bytes, handles, Input::Collection),
            ChannelKind::Group => decode(id, bytes, handles, Input::Group),
        })
    }
}

fn decode<R: RequestSet<ClientHandle>>(
    id: ChannelId,
    bytes: &[u8],
    handles: &mut Vec<ClientHandle>,
    input: fn(ChannelId, R) -> Input<ClientHandle>,
) -> Input<ClientHandle> {
    match fidl::receive_request::<R, ClientHandle>(bytes, handles) {
        Ok(Received::Request(request)) => {
            tracing::trace!(channel = id.0, method = request.method_name());
            input(id, request)
        }
        Ok(Received::Unknown { ordinal, txid }) => Input::Unknown { channel: id, ordinal, txid },
        Err(error) => broken(id, Breakage::Malformed(error)),
    }
}

fn broken(channel: ChannelId, reason: Breakage) -> Input<ClientHandle> {
    Input::Broken { channel, reason }
}
