//! Packets into inputs of the core.

use fidl::{DecodeError, ReceiveError, Received, RequestError, RequestSet};
use sysmem_core::{Breakage, ChannelId, ChannelKind, Input, TokenRequest};
use zx::{MessageBuffer, Nonce, RecvError};

use crate::channels::Served;
use crate::client_handle::{ClientHandle, Gatekeeper};
use crate::linux_sysmem::Question;
use crate::service::Service;

/// Receives packets, one at a time, with room that is made once.
#[derive(Debug)]
pub(crate) struct Receiver {
    buffer: MessageBuffer,
    handles: Vec<ClientHandle>,
    gate: Gatekeeper,
}

/// What was in the queue of a channel.
#[derive(Debug)]
pub(crate) enum Receipt {
    /// Nothing, for now.
    Nothing,
    /// Something for the core. Unless it is a request, the channel has come to its end.
    Input(Input<ClientHandle>),
    /// Something that the server answers itself.
    Question(Question),
    /// The nonce that was waited for.
    Proof,
    /// Something that changes nothing.
    Ignored,
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
        match served.service {
            Service::Core(ChannelKind::Allocator) => {
                decode(id, bytes, handles, |request| Receipt::Input(Input::Allocator(id, request)))
            }
            Service::Core(ChannelKind::Token) => {
                decode(id, bytes, handles, |request: TokenRequest<_>| {
                    Receipt::Input(request.into_input(id))
                })
            }
            Service::Core(ChannelKind::AllocatorV1) => {
                let receipt = decode(id, bytes, handles, |request| {
                    Receipt::Input(Input::AllocatorV1(id, request))
                });
                unless_wrong_type(receipt)
            }
            Service::Core(ChannelKind::View) => decode(id, bytes, handles, |request| {
                Receipt::Input(Input::View(id, Box::new(request)))
            }),
            Service::Core(ChannelKind::Collection) => {
                decode(id, bytes, handles, |request| Receipt::Input(Input::Collection(id, request)))
            }
            Service::Core(ChannelKind::Group) => {
                decode(id, bytes, handles, |request| Receipt::Input(Input::Group(id, request)))
            }
            Service::Diagnostics => decode(id, bytes, handles, |request| {
                Receipt::Question(Question::Diagnostics(request))
            }),
            Service::Inspector => decode(id, bytes, handles, |request| {
                Receipt::Question(Question::Inspector(request))
            }),
            Service::DriverConnector => decode(id, bytes, handles, |request| {
                Receipt::Question(Question::DriverConnector(request))
            }),
        }
    }
}

fn decode<R: RequestSet<ClientHandle>>(
    id: ChannelId,
    bytes: &[u8],
    handles: &mut Vec<ClientHandle>,
    receipt: impl FnOnce(R) -> Receipt,
) -> Receipt {
    match fidl::receive_request::<R, ClientHandle>(bytes, handles) {
        Ok(Received::Request(request)) => {
            tracing::trace!(channel = id.0, method = request.method_name());
            receipt(request)
        }
        Ok(Received::Unknown { ordinal, txid }) => {
            Receipt::Input(Input::Unknown { channel: id, ordinal, txid })
        }
        Err(error) => Receipt::Input(broken(id, Breakage::Malformed(error))),
    }
}

/// A handle that is no channel is not looked at closely by the Allocator of the first version: the
/// message's handles are closed, and that is all (`sysmem1.md` 1.3).
fn unless_wrong_type(receipt: Receipt) -> Receipt {
    const WRONG_TYPE: Breakage = Breakage::Malformed(ReceiveError::Request(RequestError::Decode(
        DecodeError::IncorrectHandleType,
    )));
    match receipt {
        Receipt::Input(Input::Broken { channel, reason: WRONG_TYPE }) => {
            tracing::debug!(channel = channel.0, "a message with a handle that is no channel");
            Receipt::Ignored
        }
        other => other,
    }
}

fn broken(channel: ChannelId, reason: Breakage) -> Input<ClientHandle> {
    Input::Broken { channel, reason }
}
