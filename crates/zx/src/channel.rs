//! Channels: `AF_UNIX` `SOCK_SEQPACKET` connections, one packet a message.

mod drain;
mod error;

pub use error::{BindError, NotAChannel, RecvError, SendError};

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::num::NonZeroU32;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix,
    SocketFlags, SocketType, sockopt,
};

use crate::handle::Handle;
use crate::koid::Koid;
use crate::message::{MAX_MESSAGE_BYTES, MAX_MESSAGE_HANDLES, MessageBuffer, Received};
use crate::poll::wait_for;
use crate::sys;

/// One end of a channel (`linux-objects.md`, "Channels").
///
/// Sending and receiving never block; [`Channel::wait`] does, for clients without an event loop.
#[derive(Debug)]
pub struct Channel(Handle);

impl Channel {
    /// Both ends of a fresh channel. No round trip: a client keeps one end and sends the other.
    ///
    /// # Errors
    ///
    /// `EMFILE` and `ENFILE` when descriptors ran out, `ENOMEM`.
    pub fn pair() -> io::Result<(Channel, Channel)> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let kind = SocketType::SEQPACKET;
        let (a, b) = rustix::net::socketpair(AddressFamily::UNIX, kind, flags, None)?;
        Ok((Channel(a.into()), Channel(b.into())))
    }

    /// Takes a handle as a channel, if it is one: a connected `AF_UNIX` `SOCK_SEQPACKET` socket.
    ///
    /// # Errors
    ///
    /// Says what the handle is instead. It is closed then.
    pub fn from_handle(handle: Handle) -> Result<Channel, NotAChannel> {
        Channel::adopt(handle).map_err(|(_, error)| error)
    }

    /// As [`Channel::from_handle`], but what is no channel is given back: for an event loop that
    /// cannot afford to close descriptors itself.
    ///
    /// # Errors
    ///
    /// The handle, and what it is instead.
    pub fn adopt(handle: Handle) -> Result<Channel, (Handle, NotAChannel)> {
        match check(&handle) {
            Ok(()) => Ok(Channel(handle)),
            Err(error) => Err((handle, error)),
        }
    }

    /// A socket that is known to be a channel.
    pub(crate) fn connected(socket: Handle) -> Channel {
        Channel(socket)
    }

    /// Sends one message. The handles stay the caller's; the receiver gets copies.
    ///
    /// # Errors
    ///
    /// See [`SendError`]. Nothing was sent then, not in part either.
    pub fn send(&self, bytes: &[u8], handles: &[BorrowedFd<'_>]) -> Result<(), SendError> {
        if bytes.is_empty() || bytes.len() > MAX_MESSAGE_BYTES {
            return Err(SendError::BadLength { bytes: bytes.len() });
        }
        if handles.len() > MAX_MESSAGE_HANDLES {
            return Err(SendError::TooManyHandles { handles: handles.len() });
        }
        let mut space =
            [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_MESSAGE_HANDLES))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !handles.is_empty() {
            // There is room: the length is checked above.
            let fits = control.push(SendAncillaryMessage::ScmRights(handles));
            debug_assert!(fits);
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        let iov = [IoSlice::new(bytes)];
        rustix::io::retry_on_intr(|| rustix::net::sendmsg(&self.0, &iov, &mut control, flags))?;
        Ok(())
    }

    /// Sends one message and gives its handles away: they are closed here, also on an error.
    ///
    /// # Errors
    ///
    /// As [`Channel::send`].
    pub fn send_owned(&self, bytes: &[u8], handles: &mut Vec<Handle>) -> Result<(), SendError> {
        let borrowed: Vec<BorrowedFd<'_>> = handles.iter().map(AsFd::as_fd).collect();
        let result = self.send(bytes, &borrowed);
        handles.clear();
        result
    }

    /// Receives one message into `buffer`. Handles of an earlier message still in it are closed.
    ///
    /// Every descriptor that arrives is owned at once, and closed if the message is refused.
    ///
    /// # Errors
    ///
    /// See [`RecvError`]. Any but [`RecvError::WouldBlock`] is the end of the channel.
    pub fn recv<'a>(&self, buffer: &'a mut MessageBuffer) -> Result<Received<'a>, RecvError> {
        let received = self.recv_length(buffer);
        if received.is_err() {
            buffer.handles.clear();
        }
        received.map(|length| buffer.received(length))
    }

    /// As [`Channel::recv`], but the handles of a refused message stay in the buffer, where
    /// [`MessageBuffer::handles`] finds them: for an event loop that cannot afford to close
    /// descriptors itself, since closing some of them waits for others.
    ///
    /// # Errors
    ///
    /// As [`Channel::recv`].
    pub fn recv_keeping<'a>(
        &self,
        buffer: &'a mut MessageBuffer,
    ) -> Result<Received<'a>, RecvError> {
        self.recv_length(buffer).map(|length| buffer.received(length))
    }

    /// Blocks until `interest` can go on or the peer is closed; `false` when `timeout` passed
    /// first. `None` waits for ever.
    ///
    /// After `true` a call can still say "would block", if another user of the channel was faster.
    ///
    /// # Errors
    ///
    /// What `poll` reports (`ENOMEM`).
    pub fn wait(&self, interest: Interest, timeout: Option<Duration>) -> io::Result<bool> {
        let flags = match interest {
            Interest::Readable => PollFlags::IN,
            Interest::Writable => PollFlags::OUT,
            // What the kernel tells unasked.
            Interest::End => PollFlags::empty(),
        };
        Ok(!wait_for(self.0.as_fd(), flags, timeout)?.is_empty())
    }

    /// The koid that the peer is bound to, if it is bound to one. A claim, not a proof: see
    /// [`Koid`] and [`Nonce`](crate::Nonce).
    pub fn peer_name_koid(&self) -> Option<Koid> {
        let name = sys::peer_name(self.0.as_fd()).ok()?;
        Koid::from_abstract_name(name.as_bytes().strip_prefix(b"\0")?)
    }

    /// The name that this end has, if it has one: a koid, or where it was accepted.
    pub fn name(&self) -> Option<SocketName> {
        SocketName::of(&sys::own_name(self.0.as_fd()).ok()?)
    }

    /// The name that the peer has, if it has one; as far as it can be trusted, see [`Koid`].
    pub fn peer_name(&self) -> Option<SocketName> {
        SocketName::of(&sys::peer_name(self.0.as_fd()).ok()?)
    }

    /// Binds this end to the abstract name of `koid`, for the peer to read.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub fn bind_koid(&self, koid: Koid) -> Result<(), BindError> {
        let name = koid.abstract_name();
        let address = SocketAddrUnix::new_abstract_name(name.as_bytes())?;
        Ok(rustix::net::bind(&self.0, &address)?)
    }

    /// Who made the other end (`SO_PEERCRED`): for an accepted connection the process that
    /// connected, for a socketpair the process that made the pair.
    ///
    /// # Errors
    ///
    /// What `getsockopt` reports, on a channel nothing that is expected.
    pub fn peer_credentials(&self) -> io::Result<Credentials> {
        let raw = sys::peer_credentials(self.0.as_fd())?;
        let pid = u32::try_from(raw.pid).ok().and_then(NonZeroU32::new);
        Ok(Credentials { pid, uid: raw.uid, gid: raw.gid })
    }

    /// Receives a packet and adopts its descriptors; says how long it is.
    fn recv_length(&self, buffer: &mut MessageBuffer) -> Result<usize, RecvError> {
        buffer.handles.clear();
        let outcome = self.recv_packet(buffer)?;
        // SAFETY: `recv_packet` had the kernel write this many bytes of control data just now, and
        // nobody has looked at the descriptors in it.
        unsafe { buffer.adopt_descriptors(outcome.control) };
        if outcome.flags & libc::MSG_CTRUNC != 0 {
            Err(RecvError::ControlTruncated)
        } else if outcome.flags & libc::MSG_TRUNC != 0 {
            Err(RecvError::Truncated)
        } else if outcome.bytes == 0 {
            Err(RecvError::PeerClosed)
        } else {
            Ok(outcome.bytes)
        }
    }

    fn recv_packet(&self, buffer: &mut MessageBuffer) -> Result<sys::RecvOutcome, RecvError> {
        loop {
            match sys::recvmsg(self.0.as_fd(), &mut buffer.bytes, &mut buffer.control) {
                Ok(outcome) => return Ok(outcome),
                // A peer that closed with messages of ours unread sets this error once. What it
                // sent before is still in the queue behind it, and counts.
                Err(Errno::CONNRESET | Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) => return Err(RecvError::WouldBlock),
                Err(errno) => return Err(RecvError::Other(errno)),
            }
        }
    }
}

/// Whether a handle is a channel, asked in ways that no file system gets to hear of.
fn check(handle: &Handle) -> Result<(), NotAChannel> {
    match sockopt::socket_type(handle) {
        Ok(SocketType::SEQPACKET) => {}
        Ok(_) => return Err(NotAChannel::WrongSocket),
        Err(Errno::NOTSOCK) => return Err(NotAChannel::NotASocket),
        Err(errno) => return Err(NotAChannel::Other(errno)),
    }
    match sys::peer_name(handle.as_fd()) {
        Ok(_) => {}
        Err(Errno::NOTCONN) => return Err(NotAChannel::NotConnected),
        // Other families have sockets of this type, too.
        Err(Errno::AFNOSUPPORT | Errno::OPNOTSUPP) => return Err(NotAChannel::WrongSocket),
        Err(errno) => return Err(NotAChannel::Other(errno)),
    }
    // A courtesy to event loops. Nothing here relies on it.
    rustix::io::ioctl_fionbio(handle, true).map_err(NotAChannel::Other)
}

/// What [`Channel::wait`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// A message is there.
    Readable,
    /// There is room for a message.
    Writable,
    /// The peer is closed, whatever is still to be read.
    End,
}

/// The name of a socket, to compare with others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SocketName(Box<[u8]>);

impl SocketName {
    fn of(name: &sys::UnixName) -> Option<SocketName> {
        let bytes = name.as_bytes();
        (!bytes.is_empty()).then(|| SocketName(bytes.into()))
    }
}

/// Who is at the other end of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The process, unless it is invisible from this pid namespace.
    pub pid: Option<NonZeroU32>,
    /// Its effective user then.
    pub uid: u32,
    /// Its effective group then.
    pub gid: u32,
}

impl TryFrom<Handle> for Channel {
    type Error = NotAChannel;

    fn try_from(handle: Handle) -> Result<Channel, NotAChannel> {
        Channel::from_handle(handle)
    }
}

impl From<Channel> for Handle {
    fn from(channel: Channel) -> Handle {
        channel.0
    }
}

impl From<Channel> for OwnedFd {
    fn from(channel: Channel) -> OwnedFd {
        channel.0.into()
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Channel {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
