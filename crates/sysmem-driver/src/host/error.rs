//! What can go wrong with a host as a whole.

use std::fmt;
use std::io;

use crate::host::library::LoadError;

/// Why the host of a bus cannot run.
#[derive(Debug)]
#[non_exhaustive]
pub enum HostError {
    /// A driver cannot be loaded.
    Load(LoadError),
    /// The event loop, or a thread, cannot be set up.
    EventLoop(io::Error),
    /// Waiting for events failed.
    Wait(io::Error),
}

/// Why the host of one device cannot run.
#[derive(Debug)]
#[non_exhaustive]
pub enum IsolatedError {
    /// Standard input is not the channel of a bus: this is started by [`DevHost`] alone.
    ///
    /// [`DevHost`]: crate::host::DevHost
    NoBus,
    /// The bus has ended, or said something strange.
    BusGone,
    /// The system refused something.
    System(io::Error),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => error.fmt(f),
            Self::EventLoop(error) => write!(f, "cannot set up the event loop: {error}"),
            Self::Wait(error) => write!(f, "cannot wait for events: {error}"),
        }
    }
}

impl fmt::Display for IsolatedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBus => f.write_str("standard input is not a bus; `sysmem devhost` starts this"),
            Self::BusGone => f.write_str("the bus has ended"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HostError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Load(error) => Some(error),
            Self::EventLoop(error) | Self::Wait(error) => Some(error),
        }
    }
}

impl std::error::Error for IsolatedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::System(error) => Some(error),
            Self::NoBus | Self::BusGone => None,
        }
    }
}
