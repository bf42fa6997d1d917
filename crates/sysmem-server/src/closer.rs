//! Closing where it may take long.
//!
//! Freeing committed memory takes milliseconds (`linux-platform.md` 11), and a client can send
//! descriptors whose close waits for whoever it likes: a file of its own file system, a socket that
//! lingers. The event loop closes neither; two threads do. One has what is quick or at least ends,
//! the other has what strangers made, and may be stuck for ever without anybody missing it.

use std::io;
use std::mem;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a stopped server waits for its memory to be free.
const PATIENCE: Duration = Duration::from_secs(1);

/// Collects what is to be closed, until [`Closer::flush`] gives it to the closing threads. They end
/// when the last of these is gone.
#[derive(Clone, Debug)]
pub(crate) struct Closer(Arc<Piles>);

#[derive(Debug)]
struct Piles {
    own: Pile,
    foreign: Pile,
}

/// What one thread is to close.
#[derive(Debug)]
struct Pile {
    collected: Mutex<Vec<Condemned>>,
    thread: Sender<Vec<Condemned>>,
}

/// Tells when everything that was given to a [`Closer`] is closed, strangers' descriptors aside.
#[derive(Debug)]
pub(crate) struct Closed(Receiver<Never>);

/// Something to close.
#[derive(Debug)]
pub(crate) enum Condemned {
    Descriptor(OwnedFd),
    Memory(zx::Vmo),
}

/// Never sent: a channel of it only tells that the other end is gone.
#[derive(Debug)]
enum Never {}

impl Closer {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the process may have no more threads.
    pub(crate) fn spawn() -> io::Result<(Self, Closed)> {
        let (own, own_closed) = Pile::spawn("sysmem-closer")?;
        let (foreign, _) = Pile::spawn("sysmem-foreign")?;
        Ok((Self(Arc::new(Piles { own, foreign })), Closed(own_closed)))
    }

    /// Closes something of a kind that this server knows.
    pub(crate) fn close(&self, condemned: impl Into<Condemned>) {
        self.0.own.add(condemned.into());
    }

    /// Closes a descriptor of which only a stranger knows what it is.
    pub(crate) fn close_foreign(&self, descriptor: impl Into<OwnedFd>) {
        self.0.foreign.add(Condemned::Descriptor(descriptor.into()));
    }

    /// Has everything closed that was collected. Once a turn is enough: waking a thread costs more
    /// than most closes.
    pub(crate) fn flush(&self) {
        self.0.own.flush();
        self.0.foreign.flush();
    }
}

impl Pile {
    fn spawn(name: &str) -> io::Result<(Self, Receiver<Never>)> {
        let (thread, piles) = mpsc::channel::<Vec<Condemned>>();
        let (alive, closed) = mpsc::channel::<Never>();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            piles.into_iter().flatten().for_each(Condemned::close);
            drop(alive);
        })?;
        Ok((Self { collected: Mutex::default(), thread }, closed))
    }

    fn add(&self, condemned: Condemned) {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner).push(condemned);
    }

    fn flush(&self) {
        let pile = mem::take(&mut *self.collected.lock().unwrap_or_else(PoisonError::into_inner));
        if !pile.is_empty() {
            // Without the thread, which ends only with the last sender, it is closed right here.
            let _ = self.thread.send(pile);
        }
    }
}

impl Drop for Pile {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Condemned {
    fn close(self) {
        match self {
            Self::Descriptor(descriptor) => drop(descriptor),
            Self::Memory(memory) => drop(memory),
        }
    }
}

impl Closed {
    /// Waits until all is closed, but not for ever: a client may have left something in a socket
    /// that takes its time.
    pub(crate) fn wait(self) {
        match self.0.recv_timeout(PATIENCE) {
            Ok(never) => match never {},
            Err(RecvTimeoutError::Disconnected) => {}
            Err(RecvTimeoutError::Timeout) => {
                tracing::warn!("descriptors that a client left behind are still being closed");
            }
        }
    }
}

impl From<zx::Handle> for Condemned {
    fn from(handle: zx::Handle) -> Self {
        Self::Descriptor(handle.into())
    }
}

impl From<zx::Channel> for Condemned {
    fn from(channel: zx::Channel) -> Self {
        Self::Descriptor(channel.into())
    }
}

impl From<zx::Vmo> for Condemned {
    fn from(vmo: zx::Vmo) -> Self {
        Self::Memory(vmo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_what_is_given_to_the_closer_is_closed_when_its_wait_returns() {
        let (closer, closed) = Closer::spawn().unwrap();
        let (kept, given) = zx::Channel::pair().unwrap();
        closer.close(given);
        drop(closer);
        closed.wait();
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(kept.recv(&mut buffer).unwrap_err(), zx::RecvError::PeerClosed);
    }
}
