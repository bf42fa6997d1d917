//! What can go wrong with a service directory.

use std::fmt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// Why a service cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// The directory of this path does not exist: no service was ever started here.
    NoDirectory(PathBuf),
    /// The directory exists and has no such protocol.
    NoService(PathBuf),
    /// There is a file and nobody listens: the service died.
    NobodyListens(PathBuf),
    /// This user may not connect.
    PermissionDenied(PathBuf),
    /// More clients are waiting than the service holds: try again.
    Busy(PathBuf),
    /// Something else listens there: a socket of another type.
    WrongSocket(PathBuf),
    /// Anything else.
    Other(PathBuf, Errno),
}

impl ConnectError {
    pub(super) fn at(path: &Path, errno: Errno) -> ConnectError {
        let path = path.to_path_buf();
        match errno {
            Errno::NOENT | Errno::NOTDIR if !has_directory(&path) => {
                ConnectError::NoDirectory(path)
            }
            Errno::NOENT => ConnectError::NoService(path),
            Errno::CONNREFUSED => ConnectError::NobodyListens(path),
            Errno::ACCESS | Errno::PERM => ConnectError::PermissionDenied(path),
            Errno::WOULDBLOCK => ConnectError::Busy(path),
            Errno::PROTOTYPE => ConnectError::WrongSocket(path),
            other => ConnectError::Other(path, other),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::NoDirectory(path) => write!(
                f,
                "{}: the directory does not exist; is the service running, and SYSMEM_SVC right?",
                path.display()
            ),
            ConnectError::NoService(path) => {
                write!(f, "{}: no such protocol in this directory", path.display())
            }
            ConnectError::NobodyListens(path) => {
                write!(f, "{}: nobody listens; the service is not running", path.display())
            }
            ConnectError::PermissionDenied(path) => {
                write!(f, "{}: this user may not connect", path.display())
            }
            ConnectError::Busy(path) => {
                write!(f, "{}: too many clients are waiting; try again", path.display())
            }
            ConnectError::WrongSocket(path) => {
                write!(f, "{}: not a socket of this system", path.display())
            }
            ConnectError::Other(path, errno) => {
                write!(f, "{}: cannot connect: {errno}", path.display())
            }
        }
    }
}

impl std::error::Error for ConnectError {}

/// Why a protocol cannot be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenError {
    /// The path does not end in a name.
    NoName(PathBuf),
    /// The directory does not exist: make it first.
    NoDirectory(PathBuf),
    /// This user may not make files there, or may not find out who serves there.
    PermissionDenied(PathBuf),
    /// A live service listens there.
    AlreadyServed(PathBuf),
    /// There is a file that is no socket. It is left alone.
    NotASocket(PathBuf),
    /// Anything else.
    Other(PathBuf, Errno),
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenError::NoName(path) => {
                write!(f, "{}: the path has no file name", path.display())
            }
            ListenError::NoDirectory(path) => {
                write!(f, "{}: the directory does not exist", path.display())
            }
            ListenError::PermissionDenied(path) => {
                write!(f, "{}: this user may not listen there", path.display())
            }
            ListenError::AlreadyServed(path) => {
                write!(f, "{}: another service listens there", path.display())
            }
            ListenError::NotASocket(path) => {
                write!(f, "{}: there is a file that is not a socket", path.display())
            }
            ListenError::Other(path, errno) => {
                write!(f, "{}: cannot listen: {errno}", path.display())
            }
        }
    }
}

impl std::error::Error for ListenError {}

/// Why a connection was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// Descriptors or memory ran out. The connection still waits: accept again later, unasked,
    /// since an edge-triggered event loop will not remind you of it.
    OutOfResources(Errno),
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for AcceptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AcceptError::OutOfResources(errno) => {
                write!(f, "no resources to accept a connection: {errno}")
            }
            AcceptError::Other(errno) => write!(f, "cannot accept a connection: {errno}"),
        }
    }
}

impl std::error::Error for AcceptError {}

fn has_directory(path: &Path) -> bool {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.is_dir(),
        _ => true,
    }
}
