//! What other threads have to say to the event loop.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sysmem_core::{AllocationId, HeapFailure};
use sysmem_fidl::linux_sysmem::Explanation;

use crate::discoverable::Discoverable;
use crate::error::ConnectError;
use crate::failures::FailureId;
use crate::inspector::{WriteError, Written};

/// Letters to the loop, and the bell that wakes it.
#[derive(Debug)]
pub(crate) struct Mailbox {
    letters: Mutex<Letters>,
    waker: mio::Waker,
}

/// What has arrived since the loop looked last.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    /// Somebody wants the server to stop. Stays set.
    pub(crate) stop: bool,
    /// Server ends of connections from this process, and what they are to speak.
    pub(crate) connections: Vec<(Discoverable, zx::Channel)>,
    /// What slow heaps have made.
    pub(crate) allocations: Vec<(AllocationId, Result<Vec<zx::Vmo>, HeapFailure>)>,
    /// What the Inspector has asked for.
    pub(crate) snapshot: Option<Result<Written, WriteError>>,
    /// What the explaining thread has found out; `None` if it cannot tell.
    pub(crate) explanations: Vec<(FailureId, Option<Explanation>)>,
    /// Nobody will look any more.
    shut: bool,
}

/// Stops a [`Server`](crate::Server), from any thread.
#[derive(Clone)]
pub struct Stopper(Arc<Mailbox>);

/// Connects to a [`Server`](crate::Server) in the same process, without a service directory.
#[derive(Clone)]
pub struct Connector(Arc<Mailbox>);

impl Mailbox {
    pub(crate) fn new(waker: mio::Waker) -> Arc<Self> {
        Arc::new(Self { letters: Mutex::default(), waker })
    }

    /// Puts something in and rings. If nobody will look any more, it is dropped.
    pub(crate) fn post(&self, write: impl FnOnce(&mut Letters)) {
        let mut letters = self.open();
        write(&mut letters);
        if letters.shut {
            letters.clear();
        }
        drop(letters);
        self.ring();
    }

    /// Takes everything out.
    pub(crate) fn collect(&self) -> Letters {
        let mut letters = self.open();
        let rest = Letters { stop: letters.stop, shut: letters.shut, ..Letters::default() };
        mem::replace(&mut letters, rest)
    }

    /// Refuses connections from now on, and drops those that came too late.
    pub(crate) fn shut(&self) {
        let mut letters = self.open();
        letters.shut = true;
        letters.clear();
    }

    fn open(&self) -> MutexGuard<'_, Letters> {
        // Every change is complete in itself, so a panic elsewhere has left nothing half done.
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        if let Err(error) = self.waker.wake() {
            // An eventfd takes 2^64 - 2 wake-ups before it says no, and it is awake then.
            tracing::warn!(%error, "cannot wake the event loop");
        }
    }
}

impl Letters {
    fn clear(&mut self) {
        self.connections.clear();
        self.allocations.clear();
        self.snapshot = None;
        self.explanations.clear();
    }
}

/// The loop's end of its mailbox. With it the mailbox is shut, however the loop came to its end.
#[derive(Debug)]
pub(crate) struct Inbox(pub(crate) Arc<Mailbox>);

impl Drop for Inbox {
    fn drop(&mut self) {
        self.0.shut();
    }
}

impl Stopper {
    pub(crate) fn new(mailbox: Arc<Mailbox>) -> Self {
        Self(mailbox)
    }

    /// Makes [`Server::run`](crate::Server::run) return soon. Every collection fails, every channel
    /// closes, and the sockets in the service directory go away. More than once is as good as once.
    pub fn stop(&self) {
        self.0.post(|letters| letters.stop = true);
    }
}

impl Connector {
    pub(crate) fn new(mailbox: Arc<Mailbox>) -> Self {
        Self(mailbox)
    }

    /// A new connection to the Allocator of the server. Does not wait for it.
    ///
    /// # Errors
    ///
    /// When there are no descriptors left, or the server has stopped.
    pub fn connect(&self) -> Result<zx::Channel, ConnectError> {
        self.connect_to(Discoverable::Allocator)
    }

    /// A new connection to a protocol of the server. Does not wait for it.
    ///
    /// # Errors
    ///
    /// As [`Connector::connect`].
    pub fn connect_to(&self, protocol: Discoverable) -> Result<zx::Channel, ConnectError> {
        let (client, server) = zx::Channel::pair().map_err(ConnectError::NoChannel)?;
        self.serve(protocol, server)?;
        Ok(client)
    }

    /// Has the server end of a connection served that somebody else made. Does not wait for it, and
    /// nothing is read from it here.
    ///
    /// # Errors
    ///
    /// When the server has stopped. The end is closed then, on this thread.
    pub fn serve(&self, protocol: Discoverable, end: zx::Channel) -> Result<(), ConnectError> {
        let mut letters = self.0.open();
        if letters.shut {
            return Err(ConnectError::Stopped);
        }
        letters.connections.push((protocol, end));
        drop(letters);
        self.0.ring();
        Ok(())
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopper")
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_what_comes_after_the_end_is_dropped() {
        let poll = mio::Poll::new().unwrap();
        let mailbox = Mailbox::new(mio::Waker::new(poll.registry(), mio::Token(0)).unwrap());
        let early = Connector::new(Arc::clone(&mailbox)).connect().unwrap();
        drop(Inbox(Arc::clone(&mailbox)));
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(early.recv(&mut buffer).unwrap_err(), zx::RecvError::PeerClosed);
        mailbox.post(|letters| letters.allocations.push((AllocationId(1), Ok(Vec::new()))));
        assert!(mailbox.collect().allocations.is_empty());
        let late = Connector::new(mailbox).connect();
        assert!(matches!(late, Err(ConnectError::Stopped)));
    }
}
