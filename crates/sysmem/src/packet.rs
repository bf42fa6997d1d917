//! Packets out and in.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU32, Ordering};

use fidl::{Encoder, ServerMessage, Txid};
use sysmem_fidl::Handle;
use zx::{Channel, MessageBuffer, RecvError, SendError};

use crate::error::{Error, ProtocolError};

/// What a server sent.
#[derive(Debug)]
pub enum Packet<'m> {
    /// The reply to a call.
    Reply { txid: Txid, ordinal: u64, body: &'m [u8], handles: Vec<Handle> },
    /// Something that may be ignored.
    Ignorable,
}

/// Why a channel is of no use any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server closed it, with or without a reason.
    Closed { epitaph: Option<i32> },
    /// It could not be received from.
    Receive(RecvError),
    /// It could not be sent on.
    Send(SendError),
    /// The server broke the protocol.
    Protocol(ProtocolError),
}

impl Fault {
    /// The fault as an error of a channel that `protocol` was spoken on.
    pub fn on(self, protocol: &'static str) -> Error {
        match self {
            Self::Closed { epitaph } => Error::Closed { protocol, epitaph },
            Self::Receive(error) => Error::Receive(error),
            Self::Send(error) => Error::Send(error),
            Self::Protocol(error) => Error::Protocol(error),
        }
    }
}

/// Sends what an encoder holds.
pub fn send(channel: &Channel, encoder: &Encoder<Handle>) -> Result<(), SendError> {
    let handles = encoder.handles().iter().map(|entry| entry.handle.as_fd());
    channel.send(encoder.bytes(), &handles.collect::<Vec<BorrowedFd<'_>>>())
}

/// Receives one packet; `None` when there is none now.
pub fn receive<'m>(
    channel: &Channel,
    buffer: &'m mut MessageBuffer,
) -> Result<Option<Packet<'m>>, Fault> {
    let received = match channel.recv(buffer) {
        Ok(received) => received,
        Err(RecvError::WouldBlock) => return Ok(None),
        Err(RecvError::PeerClosed) => return Err(Fault::Closed { epitaph: None }),
        Err(error) => return Err(Fault::Receive(error)),
    };
    let handles = received.handles.drain(..).map(Handle::from).collect();
    let message = fidl::receive_from_server(received.bytes)
        .map_err(|error| Fault::Protocol(ProtocolError::Header(error)))?;
    match message {
        ServerMessage::Reply { txid, ordinal, body } => {
            Ok(Some(Packet::Reply { txid, ordinal, body, handles }))
        }
        ServerMessage::Event { flexible: true, .. } => Ok(Some(Packet::Ignorable)),
        ServerMessage::Event { ordinal, .. } => {
            Err(Fault::Protocol(ProtocolError::UnexpectedEvent(ordinal)))
        }
        ServerMessage::Epitaph(status) => Err(Fault::Closed { epitaph: Some(status) }),
    }
}

/// Why sending failed, in the words of the server if it left any.
pub fn sending_failed(channel: &Channel, buffer: &mut MessageBuffer, error: SendError) -> Fault {
    if error != SendError::PeerClosed {
        return Fault::Send(error);
    }
    loop {
        match receive(channel, buffer) {
            // Replies to calls that nobody can wait for any more.
            Ok(Some(_)) => {}
            Ok(None) => return Fault::Closed { epitaph: None },
            Err(fault) => return fault,
        }
    }
}

/// Hands out transaction ids. They come again after four billion calls.
#[derive(Debug, Default)]
pub struct TxidCounter(AtomicU32);

impl TxidCounter {
    /// The next one.
    pub fn next(&self) -> Txid {
        loop {
            if let Some(txid) = Txid::new(self.0.fetch_add(1, Ordering::Relaxed)) {
                return txid;
            }
        }
    }
}
