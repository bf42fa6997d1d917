//! Closing where it may take long.
//!
//! Freeing committed memory takes milliseconds (`linux-platform.md` 11), and a client can send
//! descriptors whose close waits for whoever it likes: a file of its own file system, a socket that
//! lingers, another socket with those in its queue. The event loop closes none of them; threads do.
//! One frees the server's own memory and waits for nobody. One closes channels that were the
//! server's alone, and takes what is in their queues out before. One closes other channels, of which
//! the client may have a copy that is in use, if nothing is in their queues. One has all that
//! strangers made, and may be stuck for ever without anybody missing it.

mod piles;
mod queues;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, sockopt};

use piles::{Never, Pile};
use queues::ChannelCloser;

/// How long a stopped server waits for its memory to be free and its channels to be closed.
const PATIENCE: Duration = Duration::from_secs(1);

/// Collects what is to be closed, until [`Closer::flush`] gives it to the closing threads. They end
/// when the last of these is gone.
#[derive(Clone, Debug)]
pub(crate) struct Closer(Arc<Piles>);

#[derive(Debug)]
struct Piles {
    memory: Pile<zx::Vmo>,
    served: Pile<zx::Channel>,
    unserved: Pile<zx::Channel>,
    foreign: Arc<Pile<OwnedFd>>,
}

/// Tells when everything that was given to a [`Closer`] is closed, strangers' descriptors aside.
#[derive(Debug)]
pub(crate) struct Closed([Receiver<Never>; 3]);

impl Closer {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// When the process may have no more threads.
    pub(crate) fn spawn() -> io::Result<(Self, Closed)> {
        let (memory, memory_freed) = Pile::spawn("sysmem-closer", drop)?;
        let (foreign, _) = Pile::spawn("sysmem-foreign", close_foreign)?;
        let foreign = Arc::new(foreign);
        let mut closer = ChannelCloser::new(Arc::clone(&foreign));
        let (served, served_closed) =
            Pile::spawn("sysmem-served", move |channel| closer.close(channel))?;
        let foreign_too = Arc::clone(&foreign);
        let (unserved, unserved_closed) = Pile::spawn("sysmem-unserved", move |channel| {
            close_if_empty(channel, &foreign_too);
        })?;
        let closer = Self(Arc::new(Piles { memory, served, unserved, foreign }));
        Ok((closer, Closed([memory_freed, served_closed, unserved_closed])))
    }

    /// Frees memory that this server made.
    pub(crate) fn free(&self, memory: zx::Vmo) {
        self.0.memory.add(memory);
    }

    /// Closes a channel that nobody uses any more, whoever has a copy of it.
    pub(crate) fn close_served(&self, channel: zx::Channel) {
        self.0.served.add(channel);
    }

    /// Lets nothing more into the queue of a channel that is never read from, and closes what is in
    /// it. The rest of the channel stays as it is.
    ///
    /// What is in a queue is kept open by it, and may be the client end of a channel that is served
    /// here: its close would never be seen.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn keep_empty(&self, channel: &zx::Channel) -> io::Result<()> {
        let copy = channel.as_fd().try_clone_to_owned()?;
        let copy = zx::Channel::from_handle(copy.into()).map_err(io::Error::other)?;
        self.close_served(copy);
        Ok(())
    }

    /// Closes a channel that its sender may have kept a copy of, to use it.
    pub(crate) fn close_unserved(&self, channel: zx::Channel) {
        self.0.unserved.add(channel);
    }

    /// Closes a descriptor of which only a stranger knows what it is.
    pub(crate) fn close_foreign(&self, descriptor: impl Into<OwnedFd>) {
        self.0.foreign.add(descriptor.into());
    }

    /// Has everything closed that was collected. Once a turn is enough: waking a thread costs more
    /// than most closes.
    pub(crate) fn flush(&self) {
        self.0.memory.flush();
        self.0.served.flush();
        self.0.unserved.flush();
        self.0.foreign.flush();
    }
}

impl Closed {
    /// Waits until all is closed, but not for ever: a client may have left something in a socket
    /// that takes its time.
    pub(crate) fn wait(self) {
        let deadline = Instant::now() + PATIENCE;
        for thread in self.0 {
            match thread.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(never) => match never {},
                Err(RecvTimeoutError::Disconnected) => {}
                Err(RecvTimeoutError::Timeout) => {
                    tracing::warn!("descriptors that a client left behind are still being closed");
                }
            }
        }
    }
}

/// Closes a channel here only if nothing can be in its queue whose close waits. Nothing is taken
/// out: it may be meant for a copy.
///
/// Who sends at the very moment can hold this thread up all the same, and with it channels that
/// were refused.
fn close_if_empty(channel: zx::Channel, foreign: &Pile<OwnedFd>) {
    let look = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    match rustix::net::recv(&channel, &mut [0; 1], look) {
        Err(Errno::WOULDBLOCK) => drop(channel),
        _ => {
            foreign.add(channel.into());
            foreign.flush();
        }
    }
}

/// Closes what a stranger made. A network connection is cut off, so that it does not linger.
fn close_foreign(descriptor: OwnedFd) {
    if let Ok(AddressFamily::INET | AddressFamily::INET6) = sockopt::socket_domain(&descriptor) {
        // Not every protocol knows the word; then its sockets do not linger either.
        let _ = sockopt::set_socket_linger(&descriptor, Some(Duration::ZERO));
    }
    drop(descriptor);
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn objects_what_is_given_to_the_closer_is_closed_when_its_wait_returns() {
        let (closer, closed) = Closer::spawn().unwrap();
        let (kept, given) = zx::Channel::pair().unwrap();
        closer.close_served(given);
        drop(closer);
        closed.wait();
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(kept.recv(&mut buffer).unwrap_err(), zx::RecvError::PeerClosed);
    }

    #[test]
    fn objects_a_queue_that_is_kept_empty_keeps_nothing_open() {
        let (closer, closed) = Closer::spawn().unwrap();
        let (theirs, ours) = zx::Channel::pair().unwrap();
        let (client_end, server_end) = zx::Channel::pair().unwrap();
        theirs.send(b"x", &[client_end.as_fd()]).unwrap();
        drop(client_end);
        closer.keep_empty(&ours).unwrap();
        closer.flush();
        let hang_up = server_end.wait(zx::Interest::Readable, Some(PATIENCE));
        assert!(hang_up.unwrap());
        drop(closer);
        closed.wait();
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(theirs.recv(&mut buffer).unwrap_err(), zx::RecvError::WouldBlock);
        assert_eq!(theirs.send(b"more", &[]), Err(zx::SendError::PeerClosed));
        ours.send(b"event", &[]).unwrap();
    }

    #[test]
    fn objects_a_channel_that_was_not_served_leaves_a_copy_as_it_is() {
        let (closer, closed) = Closer::spawn().unwrap();
        let (kept, peer) = zx::Channel::pair().unwrap();
        let copy = |end: &zx::Channel| {
            zx::Channel::from_handle(end.as_fd().try_clone_to_owned().unwrap().into()).unwrap()
        };
        closer.close_unserved(copy(&kept));
        peer.send(b"message", &[]).unwrap();
        closer.close_unserved(copy(&kept));
        drop(closer);
        closed.wait();
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(kept.recv(&mut buffer).unwrap().bytes, b"message");
        peer.send(b"more", &[]).unwrap();
    }

    #[test]
    fn objects_a_connection_that_lingers_is_cut_off() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        sockopt::set_socket_linger(&stream, Some(Duration::from_secs(1800))).unwrap();
        close_foreign(stream.into());
        let error = peer.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
