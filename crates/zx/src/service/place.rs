//! A place for a listening socket: a name in a directory that others may want, too.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::SocketAddrUnix;

use super::{ListenError, connect_socket, unconnected_socket};
use crate::handle::{VmoIdentity, proc_path};
use crate::koid::random_bytes;

/// How many connections wait to be accepted before more are refused.
const BACKLOG: i32 = 1024;

/// A name in an open directory. All work goes by the directory's descriptor, so that renaming the
/// directory meanwhile changes nothing, and the length of its path does not matter.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    directory: OwnedFd,
    name: OsString,
}

impl Place {
    pub(super) fn open(path: &Path) -> Result<Place, ListenError> {
        let name = path.file_name().ok_or_else(|| ListenError::NoName(path.to_path_buf()))?;
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::open(parent, flags, Mode::empty()).map_err(|errno| {
            let path = path.to_path_buf();
            match errno {
                Errno::NOENT | Errno::NOTDIR => ListenError::NoDirectory(path),
                Errno::ACCESS => ListenError::PermissionDenied(path),
                other => ListenError::Other(path, other),
            }
        })?;
        Ok(Place { path: path.to_path_buf(), directory, name: name.to_os_string() })
    }

    /// Claims the place against all others that use this function, for as long as the claim lives.
    ///
    /// The claim is a lock on `.NAME.lock`. The file may be left over: only the lock counts. It is
    /// removed under the lock, so one that was opened just before and is locked after that is no
    /// longer the one that others open: then look again.
    pub(super) fn claim(&self) -> Result<Claim, ListenError> {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(".lock");
        loop {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let mode = Mode::RUSR | Mode::WUSR;
            let file = rustix::fs::openat(&self.directory, &name, flags, mode)
                .map_err(|errno| self.error(errno))?;
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Err(Errno::WOULDBLOCK) => {
                    return Err(ListenError::AlreadyServed(self.path.clone()));
                }
                result => result.map_err(|errno| self.error(errno))?,
            }
            let identity = VmoIdentity::of(file.as_fd()).map_err(|errno| self.error(errno))?;
            if self.holds(&name, identity) {
                return Ok(Claim { file, name, identity });
            }
        }
    }

    /// Errors unless nothing is at the place, or only a socket that nobody listens on.
    pub(super) fn check_vacant(&self) -> Result<(), ListenError> {
        let stat = match rustix::fs::statat(&self.directory, &self.name, AtFlags::SYMLINK_NOFOLLOW)
        {
            Err(Errno::NOENT) => return Ok(()),
            result => result.map_err(|errno| self.error(errno))?,
        };
        if FileType::from_raw_mode(stat.st_mode) != FileType::Socket {
            return Err(ListenError::NotASocket(self.path.clone()));
        }
        let mut path = PathBuf::from(proc_path(self.directory.as_fd()));
        path.push(&self.name);
        match connect_socket(&path) {
            Err(Errno::CONNREFUSED | Errno::NOENT) => Ok(()),
            // A full queue and another type of socket are signs of life, too.
            Ok(_) | Err(Errno::WOULDBLOCK | Errno::PROTOTYPE) => {
                Err(ListenError::AlreadyServed(self.path.clone()))
            }
            Err(errno) => Err(self.error(errno)),
        }
    }

    /// Puts a listening socket at the place, over whatever is there.
    ///
    /// It is made under a temporary name first: the real one never leads to a socket that does not
    /// listen, or that has other permissions than `mode`.
    pub(super) fn publish(&self, mode: Mode) -> Result<(OwnedFd, VmoIdentity), ListenError> {
        let temporary = format!(".{:016x}.new", u64::from_ne_bytes(random_bytes()));
        self.listen_as(&temporary, mode)
            .and_then(|(socket, identity)| {
                rustix::fs::renameat(&self.directory, &temporary, &self.directory, &self.name)?;
                Ok((socket, identity))
            })
            .map_err(|errno| {
                // It may not exist, and nothing can be done if it stays.
                let _ = rustix::fs::unlinkat(&self.directory, &temporary, AtFlags::empty());
                self.error(errno)
            })
    }

    /// Removes what [`Place::publish`] put there, if it still is that, then ends the claim.
    pub(super) fn vacate(&self, socket: VmoIdentity, claim: &Claim) {
        // Nothing can be done about a failure; what stays is replaced by the next.
        if self.holds(&self.name, socket) {
            let _ = rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty());
        }
        if self.holds(&claim.name, claim.identity) {
            let _ = rustix::fs::unlinkat(&self.directory, &claim.name, AtFlags::empty());
        }
    }

    fn listen_as(&self, name: &str, mode: Mode) -> Result<(OwnedFd, VmoIdentity), Errno> {
        let socket = unconnected_socket()?;
        // The file that `bind` makes takes the mode of the socket, less the umask.
        rustix::fs::fchmod(&socket, mode)?;
        let path = format!("{}/{name}", proc_path(self.directory.as_fd()));
        rustix::net::bind(&socket, &SocketAddrUnix::new(path)?)?;
        // And here comes back what the umask took away.
        rustix::fs::chmodat(&self.directory, name, mode, AtFlags::empty())?;
        rustix::net::listen(&socket, BACKLOG)?;
        Ok((socket, self.identity_of(OsStr::new(name))?))
    }

    fn holds(&self, name: &OsStr, identity: VmoIdentity) -> bool {
        self.identity_of(name) == Ok(identity)
    }

    fn identity_of(&self, name: &OsStr) -> Result<VmoIdentity, Errno> {
        let stat = rustix::fs::statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(VmoIdentity { dev: stat.st_dev, ino: stat.st_ino })
    }

    fn error(&self, errno: Errno) -> ListenError {
        let path = self.path.clone();
        match errno {
            Errno::ACCESS | Errno::PERM | Errno::ROFS => ListenError::PermissionDenied(path),
            // The directory was removed while we hold it open.
            Errno::NOENT => ListenError::NoDirectory(path),
            other => ListenError::Other(path, other),
        }
    }
}

/// A locked lock file. The lock goes with it, also when the process is killed.
#[derive(Debug)]
pub(super) struct Claim {
    #[expect(dead_code, reason = "it is held, not used")]
    file: OwnedFd,
    name: OsString,
    identity: VmoIdentity,
}
