//! Closing where it may take long.
//!
//! Freeing committed memory takes milliseconds (`linux-platform.md` 11), and a client can send
//! descriptors whose close waits for whoever it likes: a file of its own file system, a socket that
//! lingers, another socket with those in its queue. The event loop closes none of them; three
//! threads do. One frees the server's own memory and waits for nobody. One closes channels, and
//! takes what is in their queues out before. One has what strangers made, and may be stuck for ever
//! without anybody missing it.

mod piles;
mod queues;

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, sockopt};

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
    channels: Pile<zx::Channel>,
    foreign: Arc<Pile<OwnedFd>>,
}

/// Tells when everything that was given to a [`Closer`] is closed, strangers' descriptors aside.
#[derive(Debug)]
pub(crate) struct Closed([Receiver<Never>; 2]);

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
        let (channels, channels_closed) =
            Pile::spawn("sysmem-channels", move |channel| closer.close(channel))?;
        let closer = Self(Arc::new(Piles { memory, channels, foreign }));
        Ok((closer, Closed([memory_freed, channels_closed])))
    }

    /// Frees memory that this server made.
    pub(crate) fn free(&self, memory: zx::Vmo) {
        self.0.memory.add(memory);
    }

    /// Closes a channel, in whose queue may be anything.
    pub(crate) fn close_channel(&self, channel: zx::Channel) {
        self.0.channels.add(channel);
    }

    /// Closes a descriptor of which only a stranger knows what it is.
    pub(crate) fn close_foreign(&self, descriptor: impl Into<OwnedFd>) {
        self.0.foreign.add(descriptor.into());
    }

    /// Has everything closed that was collected. Once a turn is enough: waking a thread costs more
    /// than most closes.
    pub(crate) fn flush(&self) {
        self.0.memory.flush();
        self.0.channels.flush();
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
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn objects_what_is_given_to_the_closer_is_closed_when_its_wait_returns() {
        let (closer, closed) = Closer::spawn().unwrap();
        let (kept, given) = zx::Channel::pair().unwrap();
        closer.close_channel(given);
        drop(closer);
        closed.wait();
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(kept.recv(&mut buffer).unwrap_err(), zx::RecvError::PeerClosed);
    }
    /// The innermost of sockets that lie in each other's queues, and its peer.
    fn nested(levels: usize) -> (zx::Channel, zx::Channel, zx::Channel) {
        let (innermost, peer) = zx::Channel::pair().unwrap();
        let mut inner = innermost.as_fd().try_clone_to_owned().unwrap();
        let (mut outer, mut last) = zx::Channel::pair().unwrap();
        for _ in 0..levels {
            last.send(b"x", &[inner.as_fd()]).unwrap();
            inner = outer.into();
            (outer, last) = zx::Channel::pair().unwrap();
        }
        last.send(b"x", &[inner.as_fd()]).unwrap();
        (outer, innermost, peer)
    }

    #[test]
    fn objects_channels_in_the_queue_of_a_channel_are_emptied_too() {
        let (closer, closed) = Closer::spawn().unwrap();
        let (outer, innermost, peer) = nested(3);
        let (file, _kept) = std::os::unix::net::UnixStream::pair().unwrap();
        peer.send(b"x", &[file.as_fd()]).unwrap();
        closer.close_channel(outer);
        drop(closer);
        closed.wait();
        // Somebody has looked into the innermost queue before it was closed.
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(innermost.recv(&mut buffer).unwrap_err(), zx::RecvError::PeerClosed);
        assert_eq!(peer.send(b"late", &[]), Err(zx::SendError::PeerClosed));
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
