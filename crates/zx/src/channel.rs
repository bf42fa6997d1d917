//! Channels: `AF_UNIX` `SOCK_SEQPACKET` connections, one packet a message.

use std::fmt;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::num::NonZeroU32;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketAddrUnix,
    SocketFlags, SocketType, sockopt,
};

use crate::handle::Handle;
use crate::koid::Koid;
use crate::message::{MAX_MESSAGE_BYTES, MAX_MESSAGE_HANDLES, MessageBuffer, Received};
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
        match sockopt::socket_type(&handle) {
            Err(Errno::NOTSOCK) => return Err(NotAChannel::NotASocket),
            result => {
                let kind = result.map_err(NotAChannel::Other)?;
                let domain = sockopt::socket_domain(&handle).map_err(NotAChannel::Other)?;
                if kind != SocketType::SEQPACKET || domain != AddressFamily::UNIX {
                    return Err(NotAChannel::WrongSocket);
                }
            }
        }
        match sys::peer_name(handle.as_fd()) {
            Err(Errno::NOTCONN) => return Err(NotAChannel::NotConnected),
            result => result.map(drop).map_err(NotAChannel::Other)?,
        }
        // A courtesy to event loops. Nothing here relies on it.
        rustix::io::ioctl_fionbio(&handle, true).map_err(NotAChannel::Other)?;
        Ok(Channel(handle))
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
        buffer.handles.clear();
        let outcome = self.recv_packet(buffer)?;
        // SAFETY: `recv_packet` had the kernel write this many bytes of control data just now, and
        // nobody has looked at the descriptors in it.
        unsafe { buffer.adopt_descriptors(outcome.control) };
        let refused = if outcome.flags & libc::MSG_CTRUNC != 0 {
            Some(RecvError::ControlTruncated)
        } else if outcome.flags & libc::MSG_TRUNC != 0 {
            Some(RecvError::Truncated)
        } else if outcome.bytes == 0 {
            Some(RecvError::PeerClosed)
        } else {
            None
        };
        if let Some(error) = refused {
            buffer.handles.clear();
            return Err(error);
        }
        Ok(Received { bytes: &buffer.bytes[..outcome.bytes], handles: &mut buffer.handles })
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
        };
        // A time too far away to be represented is for ever.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            // A rest too long for the kernel's type is for ever, too.
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let mut fds = [PollFd::new(&self.0, flags)];
            match poll(&mut fds, left.as_ref()) {
                Ok(ready) => return Ok(ready > 0),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// The koid that the peer is bound to, if it is bound to one. A claim, not a proof: see the
    /// module documentation of [`Koid`] and `linux-objects.md`, "Token identity".
    pub fn peer_name_koid(&self) -> Option<Koid> {
        let name = sys::peer_name(self.0.as_fd()).ok()?;
        Koid::from_abstract_name(name.as_bytes().strip_prefix(b"\0")?)
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

/// What [`Channel::wait`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// A message is there.
    Readable,
    /// There is room for a message.
    Writable,
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

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The socket is full: the peer does not read. For a server that is the peer's failure.
    WouldBlock,
    /// The peer is gone.
    PeerClosed,
    /// Too many descriptors of this user are in flight. Not this peer's fault: try later
    /// (`linux-objects.md`, "Limits of the sockets").
    TooManyReferences,
    /// The message is empty or longer than [`MAX_MESSAGE_BYTES`].
    BadLength {
        /// Its length.
        bytes: usize,
    },
    /// The message has more handles than [`MAX_MESSAGE_HANDLES`].
    TooManyHandles {
        /// Their number.
        handles: usize,
    },
    /// Anything else.
    Other(Errno),
}

impl From<Errno> for SendError {
    fn from(errno: Errno) -> SendError {
        match errno {
            Errno::WOULDBLOCK => SendError::WouldBlock,
            Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN => SendError::PeerClosed,
            Errno::TOOMANYREFS => SendError::TooManyReferences,
            other => SendError::Other(other),
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::WouldBlock => f.write_str("the peer does not read its messages"),
            SendError::PeerClosed => f.write_str("the peer closed the channel"),
            SendError::TooManyReferences => f.write_str(
                "too many descriptors of this user are in flight; try later or raise the limit \
                 of open files",
            ),
            SendError::BadLength { bytes } => {
                write!(f, "a message of {bytes} bytes; 1 to {MAX_MESSAGE_BYTES} are possible")
            }
            SendError::TooManyHandles { handles } => {
                write!(f, "a message with {handles} handles; {MAX_MESSAGE_HANDLES} are possible")
            }
            SendError::Other(errno) => write!(f, "cannot send: {errno}"),
        }
    }
}

impl std::error::Error for SendError {}

/// Why no message was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// There is no message now.
    WouldBlock,
    /// The peer is gone and everything that it sent was received. Also a packet of zero bytes,
    /// which cannot be told from the end and is a protocol error (`linux-objects.md`).
    PeerClosed,
    /// The packet was longer than [`MAX_MESSAGE_BYTES`].
    Truncated,
    /// Not all of the control data arrived: descriptor numbers ran out. Those that did arrive are
    /// closed.
    ControlTruncated,
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecvError::WouldBlock => f.write_str("there is no message yet"),
            RecvError::PeerClosed => f.write_str("the peer closed the channel"),
            RecvError::Truncated => {
                write!(f, "the peer sent a message of more than {MAX_MESSAGE_BYTES} bytes")
            }
            RecvError::ControlTruncated => {
                f.write_str("handles were lost: this process has too many open files")
            }
            RecvError::Other(errno) => write!(f, "cannot receive: {errno}"),
        }
    }
}

impl std::error::Error for RecvError {}

/// Why a koid could not be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindError {
    /// This end already has a name, which nobody but us may give: the node fails.
    AlreadyNamed,
    /// Another socket has this koid: draw another one.
    KoidTaken,
    /// Anything else.
    Other(Errno),
}

impl From<Errno> for BindError {
    fn from(errno: Errno) -> BindError {
        match errno {
            Errno::INVAL => BindError::AlreadyNamed,
            Errno::ADDRINUSE => BindError::KoidTaken,
            other => BindError::Other(other),
        }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::AlreadyNamed => f.write_str("the socket already has a name"),
            BindError::KoidTaken => f.write_str("another socket is bound to this koid"),
            BindError::Other(errno) => write!(f, "cannot bind a koid: {errno}"),
        }
    }
}

impl std::error::Error for BindError {}

/// Why a handle is no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAChannel {
    /// It is no socket at all.
    NotASocket,
    /// It is a socket of another family or type.
    WrongSocket,
    /// It is a listening or an unconnected socket.
    NotConnected,
    /// It could not be asked.
    Other(Errno),
}

impl fmt::Display for NotAChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAChannel::NotASocket => f.write_str("the handle is not a socket"),
            NotAChannel::WrongSocket => {
                f.write_str("the handle is a socket, but not AF_UNIX of type SOCK_SEQPACKET")
            }
            NotAChannel::NotConnected => f.write_str("the handle is a socket without a peer"),
            NotAChannel::Other(errno) => write!(f, "cannot tell what the handle is: {errno}"),
        }
    }
}

impl std::error::Error for NotAChannel {}

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
