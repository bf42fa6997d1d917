//! Listening sockets that somebody else has opened before this process began (`sd_listen_fds`(3)).

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{Errno, FdFlags};
use rustix::net::{AddressFamily, SocketType, sockopt};

use super::Listener;
use crate::sys;

/// The number of the first one.
const FIRST: RawFd = 3;

/// The most that are taken. More than any service directory has.
const MAX: RawFd = 64;

/// Why a socket that was passed to this process cannot be listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivationError {
    /// `LISTEN_FDS` promises descriptors that are not there, or is no number.
    BadCount(String),
    /// It is no listening `AF_UNIX` socket of type `SOCK_SEQPACKET`.
    NotAListener {
        /// The number of its descriptor.
        descriptor: RawFd,
    },
    /// It is not bound to a path, so that nobody knows what it is for.
    NoPath {
        /// The number of its descriptor.
        descriptor: RawFd,
    },
    /// Anything else.
    Other(Errno),
}

/// The listening sockets that a service manager has passed to this process, none if it has not. They
/// are bound to paths and stay there when they are dropped.
///
/// They are there to be taken once, at the beginning; the second call finds none.
///
/// # Errors
///
/// See [`ActivationError`]. All of them are closed then.
pub fn activated_listeners() -> Result<Vec<Listener>, ActivationError> {
    static ARE_TAKEN: AtomicBool = AtomicBool::new(false);
    let is_for_us = env::var("LISTEN_PID").is_ok_and(|pid| pid.parse() == Ok(std::process::id()));
    let Some(count) = env::var("LISTEN_FDS").ok().filter(|_| is_for_us) else {
        return Ok(Vec::new());
    };
    if ARE_TAKEN.swap(true, Ordering::Relaxed) {
        return Ok(Vec::new());
    }
    let number = count.parse().ok().filter(|number| (0..=MAX).contains(number));
    let number: RawFd = number.ok_or_else(|| ActivationError::BadCount(count.clone()))?;
    let descriptors = (FIRST..FIRST + number)
        .map(|descriptor| take(descriptor).map_err(|_| ActivationError::BadCount(count.clone())));
    // First all of them are owned, then looked at.
    let descriptors: Vec<OwnedFd> = descriptors.collect::<Result<_, _>>()?;
    (FIRST..).zip(descriptors).map(|(number, socket)| listener(number, socket)).collect()
}

/// Takes over a descriptor that was there when the process began.
fn take(descriptor: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: not -1. If nothing is open there, the kernel says so and nothing else happens.
    let probe = unsafe { BorrowedFd::borrow_raw(descriptor) };
    rustix::io::fcntl_setfd(probe, FdFlags::CLOEXEC)?;
    // SAFETY: it is open, and the service manager says, by our process id, that it was opened for us;
    // it is taken once.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

fn listener(descriptor: RawFd, socket: OwnedFd) -> Result<Listener, ActivationError> {
    let is_ours = sockopt::socket_domain(&socket) == Ok(AddressFamily::UNIX)
        && sockopt::socket_type(&socket) == Ok(SocketType::SEQPACKET)
        && sockopt::socket_acceptconn(&socket) == Ok(true);
    if !is_ours {
        return Err(ActivationError::NotAListener { descriptor });
    }
    let name = sys::own_name(socket.as_fd()).map_err(ActivationError::Other)?;
    let path = match name.as_bytes() {
        [] | [0, ..] => return Err(ActivationError::NoPath { descriptor }),
        path => path.split(|byte| *byte == 0).next().unwrap_or_default(),
    };
    let path = PathBuf::from(OsStr::from_bytes(path));
    // Whoever accepts does not wait.
    rustix::io::ioctl_fionbio(&socket, true).map_err(ActivationError::Other)?;
    Ok(Listener { socket, path, published: None })
}

impl fmt::Display for ActivationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCount(count) => write!(f, "LISTEN_FDS is {count}, and those are not there"),
            Self::NotAListener { descriptor } => write!(
                f,
                "descriptor {descriptor} is no listening socket of AF_UNIX and SOCK_SEQPACKET"
            ),
            Self::NoPath { descriptor } => {
                write!(f, "the socket of descriptor {descriptor} has no path")
            }
            Self::Other(errno) => write!(f, "the sockets of the service manager: {errno}"),
        }
    }
}

impl std::error::Error for ActivationError {}
