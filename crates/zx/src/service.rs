//! Service directories: one listening socket per protocol, named by the protocol.

mod activation;
mod error;
mod place;

pub use activation::{ActivationError, activated_listeners};
pub use error::{AcceptError, ConnectError, ListenError};

use std::env;
use std::ffi::OsString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use place::{Claim, Place};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::channel::Channel;
use crate::handle::{VmoIdentity, proc_path};

/// Where the protocols of this system are found: the value of `SYSMEM_SVC`, else
/// `$XDG_RUNTIME_DIR/sysmem`, else `/run/sysmem` (`linux-objects.md`, "Service directories"). An
/// empty variable counts as none.
pub fn service_directory() -> PathBuf {
    directory_from(|name| env::var_os(name))
}

/// Connects to the protocol at `path`. Does not block.
///
/// The path may be longer than a socket address can hold.
///
/// # Errors
///
/// See [`ConnectError`].
pub fn connect(path: impl AsRef<Path>) -> Result<Channel, ConnectError> {
    let path = path.as_ref();
    connect_socket(path)
        .map(|socket| Channel::connected(socket.into()))
        .map_err(|errno| ConnectError::at(path, errno))
}

/// A listening socket in a service directory. Removes its file on drop, if it was made here and is
/// still its own.
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    path: PathBuf,
    /// `None` for one that somebody else has opened; see [`activated_listeners`].
    #[expect(dead_code, reason = "it is held, not used")]
    published: Option<Published>,
}

/// A file that was made here.
#[derive(Debug)]
struct Published {
    place: Place,
    identity: VmoIdentity,
    /// Held as long as this lives; see [`Place::claim`].
    claim: Claim,
}

impl Listener {
    /// Listens at `path`, whose directory must exist. The file has the permissions `mode` (its
    /// last nine bits): whoever may write it may connect.
    ///
    /// What a service that died left behind is replaced; the name leads to a socket that listens
    /// from its first moment. Two that start at once cannot both succeed: a lock on a file beside
    /// the socket (`.NAME.lock`) decides, and lives as long as the listener.
    ///
    /// # Errors
    ///
    /// See [`ListenError`].
    pub fn bind(path: impl AsRef<Path>, mode: u32) -> Result<Listener, ListenError> {
        let path = path.as_ref();
        let place = Place::open(path)?;
        let claim = place.claim()?;
        place.check_vacant()?;
        let mode = Mode::from_raw_mode(mode & 0o777);
        let (socket, identity) = place.publish(mode)?;
        let path = path.to_path_buf();
        Ok(Listener { socket, path, published: Some(Published { place, identity, claim }) })
    }

    /// The next connection, `None` when there is none. Does not block.
    ///
    /// # Errors
    ///
    /// See [`AcceptError`].
    pub fn accept(&self) -> Result<Option<Channel>, AcceptError> {
        loop {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            match rustix::net::accept_with(&self.socket, flags) {
                Ok(socket) => return Ok(Some(Channel::connected(socket.into()))),
                Err(Errno::WOULDBLOCK) => return Ok(None),
                // A client that was gone before we came; look for the next.
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(errno @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOBUFS)) => {
                    return Err(AcceptError::OutOfResources(errno));
                }
                Err(errno) => return Err(AcceptError::Other(errno)),
            }
        }
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        self.place.vacate(self.identity, &self.claim);
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

fn directory_from(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("SYSMEM_SVC")
        .or_else(|| set("XDG_RUNTIME_DIR").map(|runtime| runtime.join("sysmem")))
        .unwrap_or_else(|| PathBuf::from("/run/sysmem"))
}

/// A connection to the socket at `path`, however long the path is.
fn connect_socket(path: &Path) -> Result<OwnedFd, Errno> {
    let socket = unconnected_socket()?;
    match SocketAddrUnix::new(path) {
        Ok(address) => rustix::net::connect(&socket, &address)?,
        Err(Errno::NAMETOOLONG) => {
            // The kernel follows the link of an open descriptor to the socket itself.
            let file = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
            rustix::net::connect(&socket, &SocketAddrUnix::new(proc_path(file.as_fd()))?)?;
        }
        Err(errno) => return Err(errno),
    }
    Ok(socket)
}

fn unconnected_socket() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_service_directory_order() {
        let cases = [
            (Some("/a"), Some("/b"), "/a"),
            (None, Some("/b"), "/b/sysmem"),
            (Some(""), Some("/b"), "/b/sysmem"),
            (None, Some(""), "/run/sysmem"),
            (None, None, "/run/sysmem"),
        ];
        for (svc, runtime, expected) in cases {
            let directory = directory_from(|name| match name {
                "SYSMEM_SVC" => svc.map(OsString::from),
                "XDG_RUNTIME_DIR" => runtime.map(OsString::from),
                _ => None,
            });
            assert_eq!(directory, Path::new(expected), "{svc:?} {runtime:?}");
        }
    }
}
