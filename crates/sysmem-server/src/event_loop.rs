//! The server's one loop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use crate::channels::{FIRST_EVENT_TOKEN, channel_of};
use crate::closer::Closed;
use crate::config::ServerConfig;
use crate::driver::{Driver, now};
use crate::error::{BindError, RunError};
use crate::listener::Listeners;
use crate::mailbox::{Connector, Inbox, Letters, Mailbox, Stopper};

/// Tokens of what is not a channel; those of channels start above.
const MAILBOX: Token = Token(0);
const BUFFERS: Token = Token(1);
/// The first listening socket; the others follow.
const FIRST_LISTENER: usize = 2;
const LAST_LISTENER: usize = FIRST_LISTENER + Listeners::MAX - 1;
const _: () = assert!(LAST_LISTENER < FIRST_EVENT_TOKEN, "channels come after everything else");

/// How many events are fetched at once.
const EVENTS_PER_TURN: usize = 256;

/// A sysmem service that is ready to run.
pub struct Server {
    poll: Poll,
    mailbox: Inbox,
    listeners: Listeners,
    driver: Driver,
    closed: Closed,
}

impl Server {
    /// Sets a server up. Clients can connect from now on, and are served once it runs.
    ///
    /// Raises the process's limit of open descriptors as far as it goes.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub fn bind(config: ServerConfig) -> Result<Self, BindError> {
        Self::bind_with(config, Vec::new())
    }

    /// As [`Server::bind`], with sockets that are open already. The name of each tells the protocol;
    /// those that `config` asks for and that are not among them are opened.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub fn bind_with(config: ServerConfig, open: Vec<zx::Listener>) -> Result<Self, BindError> {
        if let Err(error) = zx::raise_descriptor_limit() {
            tracing::warn!(%error, "cannot raise the limit of open descriptors");
        }
        let poll = Poll::new().map_err(BindError::EventLoop)?;
        let waker = mio::Waker::new(poll.registry(), MAILBOX).map_err(BindError::EventLoop)?;
        let mailbox = Mailbox::new(waker);
        let listeners = Listeners::bind(&config, open)?;
        let (driver, closed) = Driver::new(config, poll.registry(), Arc::clone(&mailbox))
            .map_err(BindError::EventLoop)?;
        let server = Self { poll, mailbox: Inbox(mailbox), listeners, driver, closed };
        server.register().map_err(BindError::EventLoop)?;
        Ok(server)
    }

    /// What stops the server while it runs.
    pub fn stopper(&self) -> Stopper {
        Stopper::new(Arc::clone(&self.mailbox.0))
    }

    /// What connects to the server from within this process.
    pub fn connector(&self) -> Connector {
        Connector::new(Arc::clone(&self.mailbox.0))
    }

    /// Serves until it is stopped. Then every channel is closed and the sockets are gone.
    ///
    /// # Errors
    ///
    /// See [`RunError`]; the channels and sockets are gone then, too.
    pub fn run(mut self) -> Result<(), RunError> {
        let result = self.serve();
        // First the sockets: whoever finds the server gone finds its names gone, too.
        self.listeners = Listeners::default();
        self.mailbox.0.shut();
        self.driver.shut_down();
        drop(self.driver);
        self.closed.wait();
        result
    }

    fn register(&self) -> io::Result<()> {
        let registry = self.poll.registry();
        if let Some(buffers) = self.driver.objects.buffers.event_source() {
            registry.register(&mut SourceFd(&buffers), BUFFERS, Interest::READABLE)?;
        }
        for (number, listener) in self.listeners.event_sources() {
            let token = Token(FIRST_LISTENER + number);
            registry.register(&mut SourceFd(&listener), token, Interest::READABLE)?;
        }
        Ok(())
    }

    fn serve(&mut self) -> Result<(), RunError> {
        let mut events = Events::with_capacity(EVENTS_PER_TURN);
        loop {
            match self.poll.poll(&mut events, self.timeout()) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    return Err(RunError::Wait(error));
                }
                _ => {}
            }
            for event in &events {
                match event.token() {
                    MAILBOX => {
                        if self.read_mail() == Flow::Stop {
                            return Ok(());
                        }
                    }
                    BUFFERS => self.driver.wake_buffers(),
                    Token(number @ FIRST_LISTENER..=LAST_LISTENER) => {
                        self.listeners.wake(number - FIRST_LISTENER);
                    }
                    token => channel_of(token).into_iter().for_each(|id| self.driver.wake(id)),
                }
            }
            self.accept();
            self.driver.turn();
        }
    }

    fn read_mail(&mut self) -> Flow {
        let Letters { stop, connections, allocations, snapshot, explanations, .. } =
            self.mailbox.0.collect();
        if stop {
            return Flow::Stop;
        }
        for (protocol, connection) in connections {
            self.driver.accept(protocol, connection);
        }
        for (allocation, result) in allocations {
            self.driver.allocated(allocation, result);
        }
        if let Some(written) = snapshot {
            self.driver.snapshot_written(written);
        }
        for (failure, explanation) in explanations {
            self.driver.explained(failure, explanation);
        }
        Flow::Go
    }

    fn accept(&mut self) {
        for (protocol, connection) in self.listeners.accept(now()) {
            self.driver.accept(protocol, connection);
        }
    }

    /// How long to wait for events; `None`: until there are some.
    fn timeout(&self) -> Option<Duration> {
        let next =
            [self.listeners.next_attempt(), self.driver.next_turn()].into_iter().flatten().min()?;
        let wait_ns = next.0.saturating_sub(now().0);
        Some(Duration::from_nanos(u64::try_from(wait_ns).unwrap_or(0)))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Go,
    Stop,
}
