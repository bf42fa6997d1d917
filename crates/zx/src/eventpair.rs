//! Eventpairs: how one side learns that the other is gone.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::handle::Handle;
use crate::poll::wait_for;

/// One end of an eventpair: a `SOCK_SEQPACKET` socketpair on which nothing is sent
/// (`linux-objects.md`, summary). Its one signal is that the peer is closed, `EPOLLHUP`.
///
/// The end of an eventpair that a client sent is whatever the client made it: one that is no
/// socket pair never signals. That harms nobody but the client, so it is not checked.
#[derive(Debug)]
pub struct EventPair(Handle);

impl EventPair {
    /// Both ends of a fresh eventpair.
    ///
    /// # Errors
    ///
    /// `EMFILE` and `ENFILE` when descriptors ran out, `ENOMEM`.
    pub fn pair() -> io::Result<(EventPair, EventPair)> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let (a, b) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
        Ok((EventPair(a.into()), EventPair(b.into())))
    }

    /// Whether the last descriptor of the other end is gone. Does not block.
    ///
    /// # Errors
    ///
    /// What `poll` reports (`ENOMEM`).
    pub fn is_peer_closed(&self) -> io::Result<bool> {
        self.wait_for_close(Some(Duration::ZERO))
    }

    /// Waits until the last descriptor of the other end is gone, but no longer than `timeout`
    /// (`None`: for as long as it takes); false if it is still there then.
    ///
    /// # Errors
    ///
    /// What `poll` reports (`ENOMEM`).
    pub fn wait_for_close(&self, timeout: Option<Duration>) -> io::Result<bool> {
        Ok(wait_for(self.as_fd(), PollFlags::empty(), timeout)?.contains(PollFlags::HUP))
    }
}

impl From<Handle> for EventPair {
    fn from(handle: Handle) -> EventPair {
        EventPair(handle)
    }
}

impl From<EventPair> for Handle {
    fn from(pair: EventPair) -> Handle {
        pair.0
    }
}

impl From<EventPair> for OwnedFd {
    fn from(pair: EventPair) -> OwnedFd {
        pair.0.into()
    }
}

impl AsFd for EventPair {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for EventPair {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
