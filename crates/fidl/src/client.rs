//! The client's side: requests out, replies and events in (`fidl-wire.md` 7.4).

use crate::codec::decode_body;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError, HeaderError, ReplyError};
use crate::handle::Handle;
use crate::message::{Header, Ordinal, Txid, encode_packet};
use crate::protocol::{OneWay, RequestValue, TwoWay, TwoWayRequestValue};
use crate::response::Response;
use crate::server::header;

/// What a two-way method gives its caller.
pub type ReplyValue<M, H> = <<M as TwoWay<H>>::Response as Response<H>>::Value;

/// A way to send requests: what the generated proxies are written against. Blocking and asynchronous
/// clients implement it alike.
pub trait Caller {
    /// The handles that requests and replies carry.
    type Handle: Handle;
    /// The outcome of sending a one-way request.
    type Sent;
    /// The outcome of a call: a result, or a future of one.
    type Reply<T>;

    /// Sends a one-way request.
    fn send<M: OneWay<Self::Handle>>(&self, request: RequestValue<M, Self::Handle>) -> Self::Sent;

    /// Sends a two-way request.
    fn call<M: TwoWay<Self::Handle>>(
        &self,
        request: TwoWayRequestValue<M, Self::Handle>,
    ) -> Self::Reply<ReplyValue<M, Self::Handle>>;
}

/// A packet of a server, its body not yet decoded.
#[derive(Debug, PartialEq, Eq)]
pub enum ServerMessage<'m> {
    /// The reply to the call with this transaction id; for [`decode_reply`].
    Reply {
        /// The call.
        txid: Txid,
        /// The method that the server says it answers.
        ordinal: u64,
        /// The body.
        body: &'m [u8],
    },
    /// An event.
    Event {
        /// The event's ordinal.
        ordinal: u64,
        /// Whether a receiver may not know it.
        flexible: bool,
        /// The body.
        body: &'m [u8],
    },
    /// The last message: why the server closes.
    Epitaph(i32),
}

/// Reads the header of a packet of a server, and the whole of an epitaph.
///
/// # Errors
///
/// A header that cannot be worked with; an epitaph that does not decode counts as one whose ordinal
/// is invalid.
pub fn receive_from_server(packet: &[u8]) -> Result<ServerMessage<'_>, HeaderError> {
    let (header, body) = Header::parse(packet)?;
    match (header.ordinal, header.txid) {
        (Ordinal::Method(ordinal), Some(txid)) => Ok(ServerMessage::Reply { txid, ordinal, body }),
        (Ordinal::Method(ordinal), None) => {
            Ok(ServerMessage::Event { ordinal, flexible: header.flexible, body })
        }
        (Ordinal::Epitaph, _) => epitaph(body)
            .map(ServerMessage::Epitaph)
            .map_err(|_| HeaderError::InvalidOrdinal(u64::MAX)),
    }
}

/// Decodes the reply to a call of method `M`. `handles` is left empty.
///
/// # Errors
///
/// A reply to another method, one that does not decode, or the word that the method is unknown.
pub fn decode_reply<M: TwoWay<H>, H: Handle>(
    ordinal: u64,
    body: &[u8],
    handles: &mut Vec<H>,
) -> Result<ReplyValue<M, H>, ReplyError> {
    if ordinal != M::ORDINAL {
        handles.clear();
        return Err(ReplyError::WrongOrdinal { expected: M::ORDINAL, received: ordinal });
    }
    let body = decode_body::<<M::Response as Response<H>>::Body, H>(body, handles)?;
    <M::Response as Response<H>>::unwrap(body)
}

/// Replaces the content of the encoder by a two-way request.
///
/// # Errors
///
/// Those of the value.
pub fn encode_call<M: TwoWay<H>, H>(
    txid: Txid,
    request: TwoWayRequestValue<M, H>,
    e: &mut Encoder<H>,
) -> Result<(), EncodeError> {
    encode_packet::<M::Request, H>(header::<M>(Some(txid)), request, e)
}

fn epitaph(body: &[u8]) -> Result<i32, DecodeError> {
    /// No handle: an epitaph has none.
    struct NoHandle;
    impl Handle for NoHandle {
        fn receive(
            self,
            _: crate::ObjectType,
            _: crate::Rights,
        ) -> Result<Self, crate::HandleFault> {
            Ok(self)
        }
    }
    decode_body::<i32, NoHandle>(body, &mut Vec::new())
}
