//! FIDL wire format version 2, without I/O.
//!
//! The crate holds what generated bindings stand on: an [`Encoder`] and a strict [`Decoder`], the
//! descriptors of the built-in types ([`wire`]), the response bodies of two-way methods
//! ([`response`]), and the framing of messages on a channel ([`message`]). Rules are cited as sections
//! of `fidl-wire.md`.
//!
//! Handles are a type parameter: anything that implements [`Handle`]. Tests use plain numbers, the
//! service uses descriptors. A handle has one owner at any time. It moves from a value into the
//! encoder, or from the received list into a value, and is dropped on every error path.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a failing test is a panic"
    )
)]

mod client;
mod codec;
mod decoder;
mod depth;
mod encoder;
mod envelope;
mod error;
mod handle;
pub mod message;
pub mod persist;
mod protocol;
pub mod response;
mod server;
mod simple;
pub mod wire;

pub use client::{
    Caller, ReplyValue, ServerMessage, decode_reply, encode_call, receive_from_server,
};
pub use codec::{Codec, UnionCodec, decode_body, encode_body};
pub use decoder::Decoder;
pub use depth::Depth;
pub use encoder::Encoder;
pub use envelope::{Slot, TableReader, TableWriter};
pub use error::{DecodeError, EncodeError, HeaderError, ReceiveError, ReplyError, RequestError};
pub use handle::{
    ClientEnd, Handle, HandleDisposition, HandleFault, ObjectType, Rights, ServerEnd,
};
pub use message::{Header, Txid};
pub use persist::{persist, unpersist};
pub use protocol::{Method, OneWay, Openness, Protocol, RequestValue, TwoWay, TwoWayRequestValue};
pub use server::{
    EventSet, Incoming, Received, RequestSet, Responder, encode_event, encode_unknown_reply,
    receive_request,
};
