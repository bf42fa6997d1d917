//! What can go wrong with a channel.

use std::fmt;

use rustix::io::Errno;

use crate::message::{MAX_MESSAGE_BYTES, MAX_MESSAGE_HANDLES};

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The socket is full: the peer does not read. For a server that is the peer's failure.
    WouldBlock,
    /// The peer is gone.
    PeerClosed,
    /// Too many descriptors of this user are in flight. Not this peer's fault: try later
    /// (`linux-objects.md`, "Limits of the sockets").
    TooManyReferences,
    /// The message is empty or longer than [`MAX_MESSAGE_BYTES`].
    BadLength {
        /// Its length.
        bytes: usize,
    },
    /// The message has more handles than [`MAX_MESSAGE_HANDLES`].
    TooManyHandles {
        /// Their number.
        handles: usize,
    },
    /// Anything else.
    Other(Errno),
}

impl From<Errno> for SendError {
    fn from(errno: Errno) -> SendError {
        match errno {
            Errno::WOULDBLOCK => SendError::WouldBlock,
            Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN => SendError::PeerClosed,
            Errno::TOOMANYREFS => SendError::TooManyReferences,
            other => SendError::Other(other),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::WouldBlock => f.write_str("the peer does not read its messages"),
            SendError::PeerClosed => f.write_str("the peer closed the channel"),
            SendError::TooManyReferences => f.write_str(
                "too many descriptors of this user are in flight; try later or raise the limit \
                 of open files",
            ),
            SendError::BadLength { bytes } => {
                write!(f, "a message of {bytes} bytes; 1 to {MAX_MESSAGE_BYTES} are possible")
            }
            SendError::TooManyHandles { handles } => {
                write!(f, "a message with {handles} handles; {MAX_MESSAGE_HANDLES} are possible")
            }
            SendError::Other(errno) => write!(f, "cannot send: {errno}"),
        }
    }
}

impl std::error::Error for SendError {}

/// Why no message was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// There is no message now.
    WouldBlock,
    /// The peer is gone and everything that it sent was received. Also a packet of zero bytes,
    /// which cannot be told from the end and is a protocol error (`linux-objects.md`).
    PeerClosed,
    /// The packet was longer than [`MAX_MESSAGE_BYTES`].
    Truncated,
    /// Not all of the control data arrived: descriptor numbers ran out. Those that did arrive are
    /// closed.
    ControlTruncated,
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecvError::WouldBlock => f.write_str("there is no message yet"),
            RecvError::PeerClosed => f.write_str("the peer closed the channel"),
            RecvError::Truncated => {
                write!(f, "the peer sent a message of more than {MAX_MESSAGE_BYTES} bytes")
            }
            RecvError::ControlTruncated => {
                f.write_str("handles were lost: this process has too many open files")
            }
            RecvError::Other(errno) => write!(f, "cannot receive: {errno}"),
        }
    }
}

impl std::error::Error for RecvError {}

/// Why a koid could not be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindError {
    /// This end already has a name, which nobody but us may give: the node fails.
    AlreadyNamed,
    /// Another socket has this koid: draw another one.
    KoidTaken,
    /// Anything else.
    Other(Errno),
}

impl From<Errno> for BindError {
    fn from(errno: Errno) -> BindError {
        match errno {
            Errno::INVAL => BindError::AlreadyNamed,
            Errno::ADDRINUSE => BindError::KoidTaken,
            other => BindError::Other(other),
        }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::AlreadyNamed => f.write_str("the socket already has a name"),
            BindError::KoidTaken => f.write_str("another socket is bound to this koid"),
            BindError::Other(errno) => write!(f, "cannot bind a koid: {errno}"),
        }
    }
}

impl std::error::Error for BindError {}

/// Why a handle is no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAChannel {
    /// It is no socket at all.
    NotASocket,
    /// It is a socket of another family or type.
    WrongSocket,
    /// It is a listening or an unconnected socket.
    NotConnected,
    /// It could not be asked.
    Other(Errno),
}

impl fmt::Display for NotAChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAChannel::NotASocket => f.write_str("the handle is not a socket"),
            NotAChannel::WrongSocket => {
                f.write_str("the handle is a socket, but not AF_UNIX of type SOCK_SEQPACKET")
            }
            NotAChannel::NotConnected => f.write_str("the handle is a socket without a peer"),
            NotAChannel::Other(errno) => write!(f, "cannot tell what the handle is: {errno}"),
        }
    }
}

impl std::error::Error for NotAChannel {}
