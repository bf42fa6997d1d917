//! The sockets in the service directory.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sysmem_core::Instant;
use zx::AcceptError;

use crate::config::ServerConfig;
use crate::discoverable::Discoverable;
use crate::error::BindError;

/// How many connections are accepted before the channels have their turn.
const CONNECTIONS_PER_TURN: usize = 64;

/// How long nothing is accepted after descriptors ran out, in nanoseconds.
const PAUSE_NS: i64 = 100_000_000;

/// Accepts connections to the protocols of a service directory. Empty where nobody connects from outside.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Vec<Acceptor>);

/// Accepts connections to one protocol.
#[derive(Debug)]
struct Acceptor {
    protocol: Discoverable,
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

impl Listeners {
    /// Most listening sockets of a server: one a protocol, and the driver's node.
    pub(crate) const MAX: usize = Discoverable::ALL.len() + 1;

    /// Listens on what is `open` already, in the directory of `config`, if it has one, and at the
    /// driver's node, if there is to be one. The directory is made if it is absent.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub(crate) fn bind(config: &ServerConfig, open: Vec<zx::Listener>) -> Result<Self, BindError> {
        let mut acceptors: Vec<Acceptor> =
            open.into_iter().map(Acceptor::of_open).collect::<Result<_, _>>()?;
        let is_open = |path: &PathBuf| acceptors.iter().any(|one| one.listener.path() == path);
        let mut places = Vec::new();
        if let Some(directory) = &config.directory {
            make_directory(directory, config.directory_mode)
                .map_err(|error| BindError::Directory { path: directory.to_owned(), error })?;
            let place = |protocol: Discoverable| (protocol, directory.join(protocol.name()));
            places.extend(Discoverable::ALL.map(place));
        }
        places.extend(config.driver_node.clone().map(|path| (Discoverable::DriverConnector, path)));
        places.retain(|(_, path)| !is_open(path));
        for (protocol, path) in places {
            let listener = zx::Listener::bind(path, config.mode_of(protocol));
            let listener = listener.map_err(BindError::Listen)?;
            acceptors.push(Acceptor { protocol, listener, state: State::Ready });
        }
        if acceptors.len() > Self::MAX {
            return Err(BindError::TooManySockets { most: Self::MAX });
        }
        Ok(Self(acceptors))
    }

    /// What becomes readable when somebody connects. The number of each is for [`Listeners::wake`].
    pub(crate) fn event_sources(&self) -> impl Iterator<Item = (usize, RawFd)> {
        self.0.iter().map(|acceptor| acceptor.listener.as_raw_fd()).enumerate()
    }

    /// The event loop has something to tell about a listening socket.
    pub(crate) fn wake(&mut self, number: usize) {
        if let Some(acceptor) = self.0.get_mut(number)
            && let State::Idle = acceptor.state
        {
            acceptor.state = State::Ready;
        }
    }

    /// When to accept again; `None` when the event loop will tell. A time in the past: at once.
    pub(crate) fn next_attempt(&self) -> Option<Instant> {
        self.0.iter().filter_map(Acceptor::next_attempt).min()
    }

    /// Accepts those who wait, a bounded number of them.
    pub(crate) fn accept(&mut self, now: Instant) -> Vec<(Discoverable, zx::Channel)> {
        let mut accepted = Vec::new();
        for acceptor in &mut self.0 {
            let connections = acceptor.accept(now).into_iter();
            accepted.extend(connections.map(|connection| (acceptor.protocol, connection)));
        }
        accepted
    }
}

impl Acceptor {
    /// What is spoken on a socket that somebody else has opened is told by its name.
    fn of_open(listener: zx::Listener) -> Result<Self, BindError> {
        let name = listener.path().file_name();
        let protocol = Discoverable::ALL.into_iter().find(|one| name == Some(one.name().as_ref()));
        match protocol {
            Some(protocol) => Ok(Self { protocol, listener, state: State::Ready }),
            None => Err(BindError::UnknownSocket(listener.path().to_owned())),
        }
    }

    fn next_attempt(&self) -> Option<Instant> {
        match self.state {
            State::Idle => None,
            State::Ready => Some(Instant(i64::MIN)),
            State::Paused { until } => Some(until),
        }
    }

    fn accept(&mut self, now: Instant) -> Vec<zx::Channel> {
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
