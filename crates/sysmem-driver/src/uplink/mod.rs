//! The way to the sysmem driver, and those who wait for it (`sysmem1.md` 5.2).

mod node;
mod waiting;

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fidl::Encoder;
use mio::unix::SourceFd;
use mio::{Interest, Token};
use sysmem_fidl::Handle;
use zx::{Channel, MessageBuffer, RecvError, SendError};

use crate::limits::{FIRST_RETRY, LONGEST_RETRY};
use crate::undertaker::Undertaker;

use node::{Node, NodeWatch};
use waiting::Waiting;
pub(crate) use waiting::{Limits, Overflow, Request};

/// How often a connection that breaks at once is made anew before there is a pause.
const ATTEMPTS: u32 = 2;

/// Hands requests on to the driver, in their order, as soon as there is one.
///
/// A request leaves the queue only when the kernel has taken it, so a driver that dies between two
/// requests costs none of them. One that the dying driver had not read yet is closed by the kernel:
/// its client sees that at once.
pub(crate) struct Uplink {
    node: Node,
    connection: Option<Channel>,
    waiting: Waiting,
    watch: Option<NodeWatch>,
    /// When to look for the driver, or to send, again; `None` while there is nothing to do.
    retry_at: Option<Instant>,
    /// How long the next pause is.
    pause: Duration,
    /// The driver does not read: the event loop will tell when it does.
    is_full: bool,
    registry: mio::Registry,
    tokens: Tokens,
    encoder: Encoder<Handle>,
    buffer: MessageBuffer,
    undertaker: Undertaker,
}

/// What the event loop calls the descriptors of an uplink.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens {
    /// The connection to the driver.
    pub(crate) connection: Token,
    /// The watch for the driver's node.
    pub(crate) watch: Token,
}

/// What became of an attempt to send.
enum Sent {
    Done,
    /// The driver is gone, and the request is still here.
    Gone,
    /// Not now.
    Later,
}

impl Uplink {
    /// A way to the driver whose socket, or directory of sockets, is at `path`. Nothing is connected
    /// before there is a request.
    pub(crate) fn new(
        path: PathBuf,
        limits: Limits,
        registry: mio::Registry,
        tokens: Tokens,
        undertaker: Undertaker,
    ) -> Self {
        Self {
            node: Node::new(path),
            connection: None,
            waiting: Waiting::new(limits),
            watch: None,
            retry_at: None,
            pause: FIRST_RETRY,
            is_full: false,
            registry,
            tokens,
            encoder: Encoder::new(),
            buffer: MessageBuffer::new(),
            undertaker,
        }
    }

    /// Puts a request behind the others. [`Uplink::drive`] sends it.
    ///
    /// # Errors
    ///
    /// Gives it back when as many wait as may.
    pub(crate) fn push(&mut self, request: Request) -> Result<(), Overflow> {
        self.waiting.push(request)
    }

    /// The event loop has something to tell about the connection.
    pub(crate) fn wake_connection(&mut self) {
        self.is_full = false;
        if !self.is_connected() {
            self.disconnect();
        }
    }

    /// The event loop has something to tell about the directory of the node.
    pub(crate) fn wake_watch(&mut self, now: Instant) {
        if let Some(watch) = &mut self.watch {
            if !watch.drain() {
                self.watch = None;
            }
            self.retry_at = self.retry_at.map(|_| now);
        }
    }

    /// Sends what can be sent now, and closes what has waited too long.
    pub(crate) fn drive(&mut self, now: Instant) {
        for request in self.waiting.expired(now) {
            tracing::warn!(peer = %request.peer, "closed: the driver did not come in time");
            self.undertaker.close(request.end);
        }
        let mut attempts = 0;
        while let Some(request) = self.waiting.pop() {
            if self.retry_at.is_some_and(|at| at > now) || self.is_full {
                return self.waiting.put_back(request);
            }
            if self.connection.is_some() && !self.is_connected() {
                self.disconnect();
            }
            if self.connection.is_none() {
                attempts += 1;
                if attempts > ATTEMPTS || !self.connect() {
                    self.waiting.put_back(request);
                    return self.rest(now);
                }
            }
            match self.send(request) {
                Sent::Done => self.pause = FIRST_RETRY,
                Sent::Gone => self.disconnect(),
                Sent::Later => {
                    self.retry_at = (!self.is_full).then(|| now + FIRST_RETRY);
                    return;
                }
            }
        }
        self.retry_at = None;
        self.watch = None;
    }

    /// When to [`Uplink::drive`] if nothing happens before; `None`: never.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        if self.waiting.is_empty() {
            return None;
        }
        [self.waiting.next_expiry(), self.retry_at].into_iter().flatten().min()
    }

    /// Closes everything that waits.
    pub(crate) fn shut_down(&mut self) {
        while let Some(request) = self.waiting.pop() {
            self.undertaker.close(request.end);
        }
        self.disconnect();
    }

    fn send(&mut self, request: Request) -> Sent {
        let Request { service, end, peer, deadline } = request;
        // It fails for values that no request of this protocol can have.
        if let Err(error) = service.encode(end, &mut self.encoder) {
            tracing::error!(%error, "a request cannot be written");
            return Sent::Done;
        }
        let Some(end) = self.encoder.take_handles().next() else { return Sent::Done };
        let end = zx::Handle::from(end.handle);
        let result = match &self.connection {
            Some(connection) => connection.send(self.encoder.bytes(), &[end.as_fd()]),
            None => Err(SendError::PeerClosed),
        };
        let sent = match result {
            Ok(()) => {
                tracing::info!(%peer, protocol = service.name(), "handed on");
                self.undertaker.close(end);
                return Sent::Done;
            }
            Err(SendError::WouldBlock) => {
                self.is_full = true;
                Sent::Later
            }
            Err(SendError::TooManyReferences) => Sent::Later,
            Err(error) => {
                tracing::info!(%error, "the driver is gone");
                Sent::Gone
            }
        };
        if let Ok(end) = Channel::from_handle(end) {
            self.waiting.put_back(Request { service, end, peer, deadline });
        }
        sent
    }

    /// Whether the driver is still there. It never says anything, so a message is its end, too.
    fn is_connected(&mut self) -> bool {
        let Some(connection) = &self.connection else { return false };
        match connection.recv_keeping(&mut self.buffer) {
            Err(RecvError::WouldBlock) => true,
            _ => {
                let handles = self.buffer.handles().drain(..);
                handles.for_each(|handle| self.undertaker.close(handle));
                false
            }
        }
    }

    fn connect(&mut self) -> bool {
        // The watch comes first: what appears after the look below is told.
        self.watch_node();
        let Some((path, connection)) = self.node.connect() else { return false };
        let mut source = SourceFd(&connection.as_raw_fd());
        let interest = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.registry.register(&mut source, self.tokens.connection, interest) {
            tracing::warn!(%error, "the connection to the driver cannot be watched");
            return false;
        }
        tracing::info!(node = %path.display(), "connected to the driver");
        self.connection = Some(connection);
        self.watch = None;
        true
    }

    fn watch_node(&mut self) {
        if self.watch.as_ref().is_some_and(|watch| watch.is_for(&self.node)) {
            return;
        }
        // Without a watch there is the retry.
        self.watch = NodeWatch::new(&self.node)
            .and_then(|watch| self.register_watch(&watch).map(|()| watch))
            .inspect_err(|error| tracing::debug!(%error, "the driver's node cannot be watched"))
            .ok();
    }

    fn register_watch(&self, watch: &NodeWatch) -> io::Result<()> {
        let raw = watch.as_raw_fd();
        self.registry.register(&mut SourceFd(&raw), self.tokens.watch, Interest::READABLE)
    }

    fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take() {
            // It is registered, so there is nothing that could fail.
            let _ = self.registry.deregister(&mut SourceFd(&connection.as_raw_fd()));
            self.undertaker.close(connection);
        }
        self.is_full = false;
    }

    /// Waits a while before the next look for the driver.
    fn rest(&mut self, now: Instant) {
        if self.retry_at.is_none() {
            let (node, waiting) = (self.node.path().display(), self.waiting.len());
            tracing::warn!(%node, waiting, "the driver is not there; requests wait for it");
        }
        self.retry_at = Some(now + self.pause);
        self.pause = (self.pause * 2).min(LONGEST_RETRY);
    }
}
