//! The socket in the service directory.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use fidl::Protocol;
use sysmem_core::Instant;
use sysmem_fidl::fuchsia_sysmem2::AllocatorMarker;
use zx::AcceptError;

use crate::error::BindError;

/// The name of the protocol in a service directory.
const PROTOCOL: &str = match <AllocatorMarker as Protocol>::DISCOVERABLE {
    Some(name) => name,
    None => panic!("the Allocator is discoverable"),
};

/// How many connections are accepted before the channels have their turn.
const CONNECTIONS_PER_TURN: usize = 64;

/// How long nothing is accepted after descriptors ran out, in nanoseconds.
const PAUSE_NS: i64 = 100_000_000;

/// Accepts connections to the Allocator.
#[derive(Debug)]
pub(crate) struct Acceptor {
    listener: zx::Listener,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nobody waits: the event loop will tell.
    Idle,
    /// Connections may wait.
    Ready,
    /// Connections wait and there are no descriptors for them.
    Paused { until: Instant },
}

impl Acceptor {
    /// Listens in `directory`, which is made if it is absent.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub(crate) fn bind(
        directory: &Path,
        directory_mode: u32,
        socket_mode: u32,
    ) -> Result<Self, BindError> {
        make_directory(directory, directory_mode)
            .map_err(|error| BindError::Directory { path: directory.to_owned(), error })?;
        let listener =
            zx::Listener::bind(directory.join(PROTOCOL), socket_mode).map_err(BindError::Listen)?;
        Ok(Self { listener, state: State::Ready })
    }

    /// What becomes readable when somebody connects.
    pub(crate) fn event_source(&self) -> RawFd {
        self.listener.as_raw_fd()
    }

    /// The event loop has something to tell about the listening socket.
    pub(crate) fn wake(&mut self) {
        if let State::Idle = self.state {
            self.state = State::Ready;
        }
    }

    /// When to accept again; `None` when the event loop will tell. A time in the past: at once.
    pub(crate) fn next_attempt(&self) -> Option<Instant> {
        match self.state {
            State::Idle => None,
            State::Ready => Some(Instant(i64::MIN)),
            State::Paused { until } => Some(until),
        }
    }

    /// Accepts those who wait, a bounded number of them.
    pub(crate) fn accept(&mut self, now: Instant) -> Vec<zx::Channel> {
        let mut accepted = Vec::new();
        if self.next_attempt().is_none_or(|at| at > now) {
            return accepted;
        }
        self.state = State::Ready;
        while accepted.len() < CONNECTIONS_PER_TURN {
            match self.listener.accept() {
                Ok(Some(connection)) => accepted.push(connection),
                Ok(None) => {
                    self.state = State::Idle;
                    break;
                }
                Err(error) => {
                    // The socket stays readable and the loop would spin on it.
                    self.state = State::Paused { until: Instant(now.0.saturating_add(PAUSE_NS)) };
                    report(&error);
                    break;
                }
            }
        }
        accepted
    }
}

fn report(error: &AcceptError) {
    tracing::warn!(%error, "accepting connections pauses");
}

fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(mode).create(path) {
        // The umask may have taken bits away.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}
