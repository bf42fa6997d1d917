//! Service brokers (`sysmem1.md` 5): a service directory whose connections go to the driver.

mod config;
mod door;
mod error;
mod link;
mod policy;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use zx::{Channel, MessageBuffer};

use crate::limits::{MAX_LINKS, PER_TURN};
use crate::peer::Peer;
use crate::service::{CONNECTOR, Service};
use crate::undertaker::Undertaker;
use crate::uplink::{self, Limits, Overflow, Request, Uplink};

pub use config::BrokerConfig;
use door::{Door, Purpose};
pub use error::{BindError, RunError};
use link::{Link, Reason, Receipt};
pub use policy::{Policy, Rule};

const STOP: Token = Token(0);
const CONNECTION: Token = Token(1);
const WATCH: Token = Token(2);
/// Doors have the tokens from here on, links those after all doors.
const FIRST_DOOR: usize = 16;
const FIRST_LINK: usize = 32;

/// How many events are fetched at once.
const EVENTS_PER_TURN: usize = 128;

/// A service directory whose connections are handed on.
///
/// Existing connections do not need it: killing a broker disturbs nobody who was handed on.
pub struct Broker {
    poll: Poll,
    stop: Arc<Stop>,
    doors: Vec<Door>,
    links: BTreeMap<usize, Link>,
    next_link: usize,
    /// Links that may have packets left.
    ready: Vec<usize>,
    uplink: Uplink,
    policy: Policy,
    undertaker: Undertaker,
    buffer: MessageBuffer,
}

/// Stops a [`Broker`], from any thread.
#[derive(Clone)]
pub struct Stopper(Arc<Stop>);

struct Stop {
    is_set: AtomicBool,
    waker: Waker,
}

impl Broker {
    /// Opens the sockets in `directory`, which is made if it is absent. `driver` is the socket of
    /// the driver's `DriverConnector`, or a directory of such sockets; it need not be there yet.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub fn bind(
        directory: &Path,
        driver: PathBuf,
        config: BrokerConfig,
    ) -> Result<Self, BindError> {
        Self::bind_with(directory, driver, config, Vec::new())
    }

    /// As [`Broker::bind`], with sockets of `directory` that are open already; the others are opened.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub fn bind_with(
        directory: &Path,
        driver: PathBuf,
        config: BrokerConfig,
        open: Vec<zx::Listener>,
    ) -> Result<Self, BindError> {
        if let Err(error) = zx::raise_descriptor_limit() {
            tracing::warn!(%error, "cannot raise the limit of open descriptors");
        }
        let poll = Poll::new().map_err(BindError::EventLoop)?;
        let waker = Waker::new(poll.registry(), STOP).map_err(BindError::EventLoop)?;
        let undertaker = Undertaker::spawn().map_err(BindError::EventLoop)?;
        let limits = Limits {
            max_waiting: usize::try_from(config.max_waiting).unwrap_or(usize::MAX),
            max_wait: config.max_wait,
        };
        let registry = poll.registry().try_clone().map_err(BindError::EventLoop)?;
        let tokens = uplink::Tokens { connection: CONNECTION, watch: WATCH };
        let uplink = Uplink::new(driver, limits, registry, tokens, undertaker.clone());
        door::make_directory(directory, config.directory_mode)
            .map_err(|error| BindError::Directory { path: directory.to_owned(), error })?;
        let broker = Self {
            doors: open_doors(directory, &config, open)?,
            poll,
            stop: Arc::new(Stop { is_set: AtomicBool::new(false), waker }),
            links: BTreeMap::new(),
            next_link: FIRST_LINK,
            ready: Vec::new(),
            uplink,
            policy: config.policy,
            undertaker,
            buffer: MessageBuffer::new(),
        };
        for (number, door) in broker.doors.iter().enumerate() {
            let token = Token(FIRST_DOOR + number);
            broker.watch(door.as_raw_fd(), token).map_err(BindError::EventLoop)?;
        }
        Ok(broker)
    }

    /// What stops the broker while it runs.
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.stop))
    }

    /// Hands connections on until it is stopped. Then the sockets are gone and whoever still waits
    /// for the driver is closed.
    ///
    /// # Errors
    ///
    /// See [`RunError`]; the sockets are gone then, too.
    pub fn run(mut self) -> Result<(), RunError> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        let result = loop {
            match self.poll.poll(&mut events, self.timeout()) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    break Err(RunError::Wait(error));
                }
                _ => {}
            }
            if self.stop.is_set.load(Ordering::Acquire) {
                break Ok(());
            }
            let now = Instant::now();
            for event in &events {
                self.wake(event.token(), now);
            }
            self.accept(now);
            self.read_links();
            self.uplink.drive(Instant::now());
        };
        self.doors.clear();
        self.uplink.shut_down();
        result
    }

    fn timeout(&self) -> Option<std::time::Duration> {
        if !self.ready.is_empty() {
            return Some(std::time::Duration::ZERO);
        }
        let looks = self.doors.iter().filter_map(Door::next_look);
        let next = looks.chain(self.uplink.next_deadline()).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    fn wake(&mut self, token: Token, now: Instant) {
        match token {
            STOP => {}
            CONNECTION => self.uplink.wake_connection(),
            WATCH => self.uplink.wake_watch(now),
            Token(link) if link >= FIRST_LINK => self.ready.push(link),
            Token(door) => {
                let door = door.checked_sub(FIRST_DOOR).and_then(|door| self.doors.get_mut(door));
                door.into_iter().for_each(|door| door.wake(now));
            }
        }
    }

    fn accept(&mut self, now: Instant) {
        let mut accepted = Vec::new();
        for door in &mut self.doors {
            let purpose = door.purpose;
            accepted.extend(door.accept(now).into_iter().map(|end| (purpose, end)));
        }
        for (purpose, end) in accepted {
            match purpose {
                Purpose::Service(service) => self.request(service, end),
                Purpose::Connector => self.join(end),
            }
        }
    }

    /// Lets a connection in, if it may, and puts it behind those who wait.
    fn request(&mut self, service: Service, end: Channel) {
        let Some((end, peer)) = self.admit(end, service.name()) else { return };
        let request = Request { service, end, peer, deadline: None };
        if let Err(overflow) = self.uplink.push(request) {
            tracing::warn!(%peer, protocol = service.name(), "closed: {overflow}");
            let Overflow(request) = overflow;
            self.undertaker.close(request.end);
        }
    }

    /// Lets another broker in, if it may.
    fn join(&mut self, end: Channel) {
        let Some((end, peer)) = self.admit(end, CONNECTOR) else { return };
        if self.links.len() >= MAX_LINKS {
            tracing::warn!(%peer, "closed: there are {MAX_LINKS} brokers behind this one");
            return self.undertaker.close(end);
        }
        let number = self.next_link;
        self.next_link += 1;
        match self.watch(end.as_raw_fd(), Token(number)) {
            Ok(()) => {
                self.links.insert(number, Link(end));
                // What it has sent already may not be told.
                self.ready.push(number);
            }
            Err(error) => {
                tracing::warn!(%peer, %error, "closed: the connection cannot be watched");
                self.undertaker.close(end);
            }
        }
    }

    /// Applies the policy. Whoever it denies is closed, and named in the log.
    fn admit(&self, end: Channel, protocol: &str) -> Option<(Channel, Peer)> {
        let result = match Peer::of(&end) {
            Ok(peer) => match self.policy.check(&end, peer, protocol) {
                Ok(()) => return Some((end, peer)),
                Err(denial) => Ok((peer, denial)),
            },
            Err(error) => Err(error),
        };
        match result {
            Ok((peer, denial)) => tracing::warn!(%peer, protocol, "denied: {denial}"),
            Err(error) => tracing::warn!(%error, protocol, "denied: nobody knows who it is"),
        }
        self.undertaker.close(end);
        None
    }

    fn read_links(&mut self) {
        for number in std::mem::take(&mut self.ready) {
            self.read_link(number);
        }
    }

    fn read_link(&mut self, number: usize) {
        for _ in 0..PER_TURN {
            let Some(link) = self.links.get(&number) else { return };
            match link.receive(&mut self.buffer, &self.undertaker) {
                Receipt::Nothing => return,
                Receipt::Request(service, end) => self.request(service, end),
                Receipt::End(reason) => return self.leave(number, reason),
            }
        }
        self.ready.push(number);
    }

    /// Ends a link. What it has handed over before goes on.
    fn leave(&mut self, number: usize, reason: Reason) {
        let Some(Link(end)) = self.links.remove(&number) else { return };
        if reason != Reason::Closed {
            match Peer::of(&end) {
                Ok(peer) => tracing::warn!(%peer, "a broker behind this one is closed: {reason}"),
                Err(error) => tracing::warn!(%error, "an unknown broker is closed: {reason}"),
            }
        }
        // It is registered, so there is nothing that could fail.
        let _ = self.poll.registry().deregister(&mut SourceFd(&end.as_raw_fd()));
        self.undertaker.close(end);
    }

    fn watch(&self, descriptor: i32, token: Token) -> io::Result<()> {
        self.poll.registry().register(&mut SourceFd(&descriptor), token, Interest::READABLE)
    }
}

impl Stopper {
    /// Makes [`Broker::run`] return soon. More than once is as good as once.
    pub fn stop(&self) {
        self.0.is_set.store(true, Ordering::Release);
        if let Err(error) = self.0.waker.wake() {
            tracing::warn!(%error, "cannot wake the event loop");
        }
    }
}

fn open_doors(
    directory: &Path,
    config: &BrokerConfig,
    open: Vec<zx::Listener>,
) -> Result<Vec<Door>, BindError> {
    let services = Service::ALL.map(|service| (Purpose::Service(service), config.socket_mode));
    let connector = (Purpose::Connector, config.connector_socket_mode);
    let purposes: Vec<(Purpose, u32)> = services.into_iter().chain([connector]).collect();
    let mut doors = Vec::new();
    for listener in open {
        let is_its = |purpose: &Purpose| listener.path() == directory.join(purpose.name());
        match purposes.iter().map(|(purpose, _)| *purpose).find(is_its) {
            Some(purpose) => doors.push(Door::new(purpose, listener)),
            None => return Err(BindError::UnknownSocket(listener.path().to_owned())),
        }
    }
    for (purpose, mode) in purposes {
        if doors.iter().all(|door| door.purpose != purpose) {
            let listener = zx::Listener::bind(directory.join(purpose.name()), mode);
            doors.push(Door::new(purpose, listener.map_err(BindError::Listen)?));
        }
    }
    Ok(doors)
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker").field("doors", &self.doors).finish_non_exhaustive()
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopper")
    }
}
