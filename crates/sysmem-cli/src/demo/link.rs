//! A channel between two processes of the demo.

use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sysmem::{Channel, Handle, Interest, MessageBuffer, RecvError, SendError};

use crate::failure::Failure;

/// Sends `O`, receives `I`.
pub struct Link<O, I> {
    channel: Channel,
    buffer: Box<MessageBuffer>,
    /// Who is at the other end, for people.
    peer: &'static str,
    speaks: PhantomData<fn(O) -> I>,
}

/// Both ends of a fresh channel.
pub fn pair() -> Result<[Channel; 2], Failure> {
    let (one, other) =
        Channel::pair().map_err(|error| Failure::System { doing: "make a channel", error })?;
    Ok([one, other])
}

impl<O: Serialize, I: DeserializeOwned> Link<O, I> {
    /// Speaks on a channel.
    pub fn new(channel: Channel, peer: &'static str) -> Self {
        Self { channel, buffer: Box::default(), peer, speaks: PhantomData }
    }

    /// Sends a message; waits for room if the other end is slow.
    ///
    /// # Errors
    ///
    /// [`Failure::Alone`] if the other end is gone.
    pub fn send(&self, message: &O) -> Result<(), Failure> {
        self.send_with(message, &[])
    }

    /// Sends a message with copies of channels.
    ///
    /// # Errors
    ///
    /// As [`Link::send`].
    pub fn send_with(&self, message: &O, handles: &[BorrowedFd<'_>]) -> Result<(), Failure> {
        let bytes =
            serde_json::to_vec(message).map_err(|error| self.refused(io::Error::from(error)))?;
        loop {
            match self.channel.send(&bytes, handles) {
                Ok(()) => return Ok(()),
                Err(SendError::PeerClosed) => return Err(Failure::Alone { missing: self.peer }),
                Err(SendError::WouldBlock) => self.wait(Interest::Writable)?,
                Err(error) => return Err(self.refused(io::Error::other(error))),
            }
        }
    }

    /// The next message and its handles; `None` if there is none now.
    ///
    /// # Errors
    ///
    /// [`Failure::Alone`] if the other end is gone, [`Failure::Confused`] for what is no message.
    pub fn try_receive(&mut self) -> Result<Option<(I, Vec<Handle>)>, Failure> {
        match self.channel.recv(&mut self.buffer) {
            Ok(received) => {
                let message = serde_json::from_slice(received.bytes)
                    .map_err(|_| Failure::Confused { about: "what is no message" })?;
                Ok(Some((message, received.handles.drain(..).collect())))
            }
            Err(RecvError::WouldBlock) => Ok(None),
            Err(RecvError::PeerClosed) => Err(Failure::Alone { missing: self.peer }),
            Err(error) => Err(self.refused(io::Error::other(error))),
        }
    }

    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// As [`Link::try_receive`].
    pub fn receive(&mut self) -> Result<(I, Vec<Handle>), Failure> {
        loop {
            match self.try_receive()? {
                Some(message) => return Ok(message),
                None => self.wait(Interest::Readable)?,
            }
        }
    }

    fn wait(&self, interest: Interest) -> Result<(), Failure> {
        self.channel.wait(interest, None).map(drop).map_err(|error| self.refused(error))
    }

    fn refused(&self, error: io::Error) -> Failure {
        Failure::System { doing: "speak to another process", error }
    }
}

impl<O, I> AsFd for Link<O, I> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.as_fd()
    }
}
