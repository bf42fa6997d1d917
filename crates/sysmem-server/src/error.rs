//! What can go wrong with a server as a whole. What goes wrong with one client is logged and ends
//! with that client.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a server cannot be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum BindError {
    /// The service directory does not exist and cannot be made.
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the kernel said.
        error: io::Error,
    },
    /// The socket of the protocol cannot be put there; among the reasons: another server is alive.
    Listen(zx::ListenError),
    /// A socket that was open already has the name of no protocol that is served here.
    UnknownSocket(PathBuf),
    /// More sockets were open already than there are protocols.
    TooManySockets {
        /// How many there may be, those included that are opened here.
        most: usize,
    },
    /// The event loop cannot be set up.
    EventLoop(io::Error),
    /// A thread cannot be started.
    Thread(io::Error),
}

/// Why a running server ended before it was told to.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// Waiting for events failed.
    Wait(io::Error),
    /// The thread of an embedded server panicked. Its clients have lost their channels.
    Panicked,
}

/// Why there is no connection to an embedded server.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// No channel can be made: descriptors ran out.
    NoChannel(io::Error),
    /// The server has stopped.
    Stopped,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path, error } => {
                write!(f, "{}: cannot make the service directory: {error}", path.display())
            }
            Self::Listen(error) => error.fmt(f),
            Self::UnknownSocket(path) => {
                write!(f, "{}: no protocol of this name is served here", path.display())
            }
            Self::TooManySockets { most } => write!(f, "there are more sockets than {most}"),
            Self::EventLoop(error) => write!(f, "cannot set up the event loop: {error}"),
            Self::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(error) => write!(f, "cannot wait for events: {error}"),
            Self::Panicked => f.write_str("the server's thread panicked"),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChannel(error) => write!(f, "cannot make a channel: {error}"),
            Self::Stopped => f.write_str("the server has stopped"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Directory { error, .. } | Self::EventLoop(error) | Self::Thread(error) => {
                Some(error)
            }
            Self::Listen(error) => Some(error),
            Self::UnknownSocket(_) | Self::TooManySockets { .. } => None,
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Wait(error) => Some(error),
            Self::Panicked => None,
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoChannel(error) => Some(error),
            Self::Stopped => None,
        }
    }
}
