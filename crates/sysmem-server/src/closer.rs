//! Closing where it may take long.
//!
//! Freeing committed memory takes milliseconds (`linux-platform.md` 11), and a client can send
//! descriptors whose close waits for whoever it likes: a file of its own file system, a socket that
//! lingers. The event loop closes neither; two threads do. One has what is quick or at least ends,
//! the other has what strangers made, and may be stuck for ever without anybody missing it.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// How long a stopped server waits for its memory to be free.
const PATIENCE: Duration = Duration::from_secs(1);

/// Gives things to the closing threads. Each thread ends when the last of these is gone.
#[derive(Clone, Debug)]
pub(crate) struct Closer {
    own: Sender<Condemned>,
    foreign: Sender<Condemned>,
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
        let (own, own_closed) = spawn_thread("sysmem-closer")?;
        let (foreign, _) = spawn_thread("sysmem-foreign")?;
        Ok((Self { own, foreign }, Closed(own_closed)))
    }

    /// Closes something of a kind that this server knows.
    pub(crate) fn close(&self, condemned: impl Into<Condemned>) {
        // Without the thread, which ends only with the last sender, it is closed right here.
        let _ = self.own.send(condemned.into());
    }

    /// Closes a descriptor of which only a stranger knows what it is.
    pub(crate) fn close_foreign(&self, descriptor: impl Into<OwnedFd>) {
        let _ = self.foreign.send(Condemned::Descriptor(descriptor.into()));
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

fn spawn_thread(name: &str) -> io::Result<(Sender<Condemned>, Receiver<Never>)> {
    let (sender, condemned) = mpsc::channel::<Condemned>();
    let (alive, closed) = mpsc::channel::<Never>();
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        for one in condemned {
            match one {
                Condemned::Descriptor(descriptor) => drop(descriptor),
                Condemned::Memory(memory) => drop(memory),
            }
        }
        drop(alive);
    })?;
    Ok((sender, closed))
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
