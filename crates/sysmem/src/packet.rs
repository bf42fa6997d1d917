//! Packets out and in.

use std::os::fd::{AsFd, BorrowedFd};

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

/// Sends what an encoder holds.
pub fn send(channel: &Channel, encoder: &Encoder<Handle>) -> Result<(), SendError> {
    let handles = encoder.handles().iter().map(|entry| entry.handle.as_fd());
    channel.send(encoder.bytes(), &handles.collect::<Vec<BorrowedFd<'_>>>())
}

/// Receives one packet; `None` when there is none now.
pub fn receive<'m>(
    channel: &Channel,
    buffer: &'m mut MessageBuffer,
    protocol: &'static str,
) -> Result<Option<Packet<'m>>, Error> {
    let received = match channel.recv(buffer) {
        Ok(received) => received,
        Err(RecvError::WouldBlock) => return Ok(None),
        Err(RecvError::PeerClosed) => return Err(Error::Closed { protocol, epitaph: None }),
        Err(error) => return Err(Error::Receive(error)),
    };
    let handles = received.handles.drain(..).map(Handle::from).collect();
    match fidl::receive_from_server(received.bytes).map_err(ProtocolError::Header)? {
        ServerMessage::Reply { txid, ordinal, body } => {
            Ok(Some(Packet::Reply { txid, ordinal, body, handles }))
        }
        ServerMessage::Event { flexible: true, .. } => Ok(Some(Packet::Ignorable)),
        ServerMessage::Event { ordinal, .. } => Err(ProtocolError::UnexpectedEvent(ordinal).into()),
        ServerMessage::Epitaph(status) => Err(Error::Closed { protocol, epitaph: Some(status) }),
    }
}

/// Why sending failed, in the words of the server if it left any.
pub fn sending_failed(
    channel: &Channel,
    buffer: &mut MessageBuffer,
    protocol: &'static str,
    error: SendError,
) -> Error {
    if error != SendError::PeerClosed {
        return Error::Send(error);
    }
    loop {
        match receive(channel, buffer, protocol) {
            // Replies to calls that nobody can wait for any more.
            Ok(Some(_)) => {}
            Ok(None) => return Error::Closed { protocol, epitaph: None },
            Err(reason) => return reason,
        }
    }
}

/// Hands out transaction ids. They come again after four billion calls.
#[derive(Debug, Default)]
pub struct TxidCounter(std::sync::atomic::AtomicU32);

impl TxidCounter {
    /// The next one.
    pub fn next(&self) -> Txid {
        loop {
            let number = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if let Some(txid) = Txid::new(number) {
                return txid;
            }
        }
    }
}
