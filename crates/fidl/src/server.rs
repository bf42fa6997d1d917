//! The server's side: requests in, replies and events out (`fidl-wire.md` 7.4, 7.5).

use std::fmt;
use std::marker::PhantomData;

use crate::codec::decode_body;
use crate::encoder::Encoder;
use crate::error::{EncodeError, ReceiveError, RequestError};
use crate::handle::Handle;
use crate::message::{Header, Ordinal, Txid, encode_packet};
use crate::protocol::{
    Method, OneWay, Openness, Protocol, RequestValue, TwoWay, TwoWayRequestValue,
};
use crate::response::{Never, Outcome, Response, ResultUnion};
use crate::wire::NoBody;

/// The requests of a protocol: implemented by generated enums.
pub trait RequestSet<H>: Sized {
    /// The protocol's marker.
    type Protocol: Protocol;

    /// Decodes the request with this ordinal; `None` when the protocol has none.
    ///
    /// # Errors
    ///
    /// A body or a transaction id that does not fit the method.
    fn decode(ordinal: u64, message: Incoming<'_, H>) -> Result<Option<Self>, RequestError>;

    /// The method's name, for logs.
    fn method_name(&self) -> &'static str;
}

/// The events of a protocol: implemented by generated enums.
pub trait EventSet<H>: Sized {
    /// The protocol's marker.
    type Protocol: Protocol;

    /// Decodes the event with this ordinal; `None` when the protocol has none.
    ///
    /// # Errors
    ///
    /// A body that does not fit the event.
    fn decode(ordinal: u64, message: Incoming<'_, H>) -> Result<Option<Self>, RequestError>;
}

/// A message whose header was read and whose body waits for its type to be known.
#[derive(Debug)]
pub struct Incoming<'m, H> {
    txid: Option<Txid>,
    body: &'m [u8],
    handles: &'m mut Vec<H>,
}

/// What a packet was.
#[derive(Debug, PartialEq)]
pub enum Received<R> {
    /// A request of the protocol.
    Request(R),
    /// An unknown request that the protocol's openness lets pass. Its handles are closed. With a
    /// transaction id it is owed an answer: [`encode_unknown_reply`].
    Unknown {
        /// The ordinal that nobody knows.
        ordinal: u64,
        /// Set for a two-way method.
        txid: Option<Txid>,
    },
}

/// The right, and the duty, to reply to one two-way request of method `M`.
#[must_use = "a request without reply leaves its client waiting"]
pub struct Responder<M> {
    txid: Txid,
    method: PhantomData<fn() -> M>,
}

/// Reads one packet of a client. `handles` is left empty.
///
/// # Errors
///
/// Whatever ends the connection; all handles are closed then.
pub fn receive_request<R: RequestSet<H>, H: Handle>(
    packet: &[u8],
    handles: &mut Vec<H>,
) -> Result<Received<R>, ReceiveError> {
    let result = dispatch(packet, handles);
    handles.clear();
    result
}

/// Encodes the automatic reply to a two-way method that the server does not know.
///
/// # Errors
///
/// None in practice; the packet has 32 bytes.
pub fn encode_unknown_reply<H: Handle>(
    txid: Txid,
    ordinal: u64,
    e: &mut Encoder<H>,
) -> Result<(), EncodeError> {
    let header = Header { txid: Some(txid), flexible: true, ordinal: Ordinal::Method(ordinal) };
    encode_packet::<ResultUnion<NoBody, Never, true>, H>(header, Outcome::UnknownMethod, e)
}

/// Encodes an event, or a one-way request.
///
/// # Errors
///
/// Those of the value.
pub fn encode_event<M: OneWay<H>, H>(
    value: RequestValue<M, H>,
    e: &mut Encoder<H>,
) -> Result<(), EncodeError> {
    encode_packet::<M::Request, H>(header::<M>(None), value, e)
}

impl<'m, H: Handle> Incoming<'m, H> {
    pub(crate) fn new(txid: Option<Txid>, body: &'m [u8], handles: &'m mut Vec<H>) -> Self {
        Self { txid, body, handles }
    }

    /// The same message for one of several sets of requests that may know it.
    pub fn reborrow(&mut self) -> Incoming<'_, H> {
        Incoming { txid: self.txid, body: self.body, handles: self.handles }
    }

    /// Decodes the body as that of a one-way method or an event.
    ///
    /// # Errors
    ///
    /// A transaction id, or a body that does not decode.
    pub fn one_way<M: OneWay<H>>(self) -> Result<RequestValue<M, H>, RequestError> {
        if self.txid.is_some() {
            return Err(RequestError::UnexpectedTxid);
        }
        self.one_way_with_any_txid::<M>()
    }

    /// As [`Incoming::one_way`], but a transaction id is no error, and gets no reply. Old C
    /// programs send one-way requests with such ids (`sysmem1.md` section 8, 33).
    ///
    /// # Errors
    ///
    /// A body that does not decode.
    pub fn one_way_with_any_txid<M: OneWay<H>>(self) -> Result<RequestValue<M, H>, RequestError> {
        Ok(decode_body::<M::Request, H>(self.body, self.handles)?)
    }

    /// Decodes the body as the request of a two-way method.
    ///
    /// # Errors
    ///
    /// No transaction id, or a body that does not decode.
    pub fn two_way<M: TwoWay<H>>(
        self,
    ) -> Result<(TwoWayRequestValue<M, H>, Responder<M>), RequestError> {
        let txid = self.txid.ok_or(RequestError::MissingTxid)?;
        let value = decode_body::<M::Request, H>(self.body, self.handles)?;
        Ok((value, Responder { txid, method: PhantomData }))
    }
}

impl<M> Responder<M> {
    /// The transaction that waits for the reply.
    pub const fn txid(&self) -> Txid {
        self.txid
    }

    /// Replaces the content of the encoder by the reply.
    ///
    /// # Errors
    ///
    /// Those of the value.
    pub fn encode<H>(
        self,
        value: <M::Response as Response<H>>::Value,
        e: &mut Encoder<H>,
    ) -> Result<(), EncodeError>
    where
        M: TwoWay<H>,
    {
        type Body<M, H> = <<M as TwoWay<H>>::Response as Response<H>>::Body;
        let body = <M::Response as Response<H>>::wrap(value);
        encode_packet::<Body<M, H>, H>(header::<M>(Some(self.txid)), body, e)
    }
}

impl<M> fmt::Debug for Responder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Responder({})", self.txid.get())
    }
}

impl<M> PartialEq for Responder<M> {
    fn eq(&self, other: &Self) -> bool {
        self.txid == other.txid
    }
}

/// The header of a message of method `M`.
pub(crate) fn header<M: Method>(txid: Option<Txid>) -> Header {
    Header { txid, flexible: M::FLEXIBLE, ordinal: Ordinal::Method(M::ORDINAL) }
}

fn dispatch<R: RequestSet<H>, H: Handle>(
    packet: &[u8],
    handles: &mut Vec<H>,
) -> Result<Received<R>, ReceiveError> {
    let (Header { txid, flexible, ordinal }, body) = Header::parse(packet)?;
    let Ordinal::Method(ordinal) = ordinal else { return Err(ReceiveError::EpitaphFromClient) };
    if let Some(request) = R::decode(ordinal, Incoming::new(txid, body, handles))? {
        return Ok(Received::Request(request));
    }
    let openness = R::Protocol::OPENNESS;
    let two_way = txid.is_some();
    let passes = match openness {
        Openness::Open => flexible,
        Openness::Ajar => flexible && !two_way,
        Openness::Closed => false,
    };
    if passes {
        Ok(Received::Unknown { ordinal, txid })
    } else {
        Err(ReceiveError::UnknownMethod { ordinal, flexible, two_way, openness })
    }
}
