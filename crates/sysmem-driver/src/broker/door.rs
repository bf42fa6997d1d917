//! The sockets of a broker's service directory.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::time::Instant;

use zx::{Channel, Listener};

use crate::limits::{ACCEPT_PAUSE, PER_TURN};
use crate::service::{CONNECTOR, Service};

/// What is behind a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Its connections are handed on.
    Service(Service),
    /// Other brokers hand theirs over here.
    Connector,
}

/// A listening socket.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) purpose: Purpose,
    listener: Listener,
    /// When to look whether somebody is there; `None` when the event loop will tell.
    look_at: Option<Instant>,
}

impl Purpose {
    /// The protocol's name in the directory.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Service(service) => service.name(),
            Self::Connector => CONNECTOR,
        }
    }
}

impl Door {
    pub(super) fn new(purpose: Purpose, listener: Listener) -> Self {
        Self { purpose, listener, look_at: Some(Instant::now()) }
    }

    pub(super) fn wake(&mut self, now: Instant) {
        self.look_at.get_or_insert(now);
    }

    pub(super) fn next_look(&self) -> Option<Instant> {
        self.look_at
    }

    /// Those who are there, a bounded number of them.
    pub(super) fn accept(&mut self, now: Instant) -> Vec<Channel> {
        let mut accepted = Vec::new();
        if self.look_at.is_none_or(|at| at > now) {
            return accepted;
        }
        while accepted.len() < PER_TURN {
            match self.listener.accept() {
                Ok(Some(connection)) => accepted.push(connection),
                Ok(None) => {
                    self.look_at = None;
                    break;
                }
                Err(error) => {
                    // The socket stays readable, and nobody tells again.
                    tracing::warn!(%error, "accepting connections pauses");
                    self.look_at = Some(now + ACCEPT_PAUSE);
                    break;
                }
            }
        }
        accepted
    }
}

impl AsRawFd for Door {
    fn as_raw_fd(&self) -> RawFd {
        self.listener.as_raw_fd()
    }
}

/// Makes the directory if it is absent.
pub(super) fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
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
