//! What can go wrong with a broker as a whole.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a broker cannot be started.
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
    /// A socket cannot be put there; among the reasons: somebody else serves there.
    Listen(zx::ListenError),
    /// A socket that was open already is none of this directory's.
    UnknownSocket(PathBuf),
    /// The event loop cannot be set up.
    EventLoop(io::Error),
}

/// Why a running broker ended before it was told to.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// Waiting for events failed.
    Wait(io::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { path, error } => {
                write!(f, "{}: cannot make the service directory: {error}", path.display())
            }
            Self::Listen(error) => error.fmt(f),
            Self::UnknownSocket(path) => {
                write!(f, "{}: this socket is none of the service directory's", path.display())
            }
            Self::EventLoop(error) => write!(f, "cannot set up the event loop: {error}"),
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(error) => write!(f, "cannot wait for events: {error}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Directory { error, .. } | Self::EventLoop(error) => Some(error),
            Self::Listen(error) => Some(error),
            Self::UnknownSocket(_) => None,
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Wait(error) => Some(error),
        }
    }
}
