//! What can go wrong, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use sysmem_fidl::linux_sysmem as flinux;
use zx::{ConnectError, MapError, MemoryError, RecvError, SendError};

use crate::diagnostics::Explanation;

/// Why a request of this library had no success.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The service cannot be reached.
    Connect {
        /// The directory that was looked in.
        directory: PathBuf,
        /// What is wrong with it.
        source: ConnectError,
    },
    /// The service closed the channel.
    Closed {
        /// What was spoken on it.
        protocol: &'static str,
        /// The status that the service gave as a reason.
        epitaph: Option<i32>,
    },
    /// The participants get no buffers.
    Allocation {
        /// What the service says to everybody.
        failure: AllocationFailure,
        /// What it says to those who ask, if it could be asked: who conflicts with whom.
        explanation: Option<Box<Explanation>>,
    },
    /// The service may not know the token yet, so whoever turned it in would find it refused.
    NotSynced,
    /// The service refused a question.
    Refused(fsysmem2::Error),
    /// This participant gets no memory, since it said that it does not use any.
    NoMemoryAccess,
    /// A buffer cannot be mapped.
    Map(MapError),
    /// An access outside of a mapping, or against its rights.
    Memory(MemoryError),
    /// A request cannot be encoded: a value exceeds what the protocol carries.
    Encode(fidl::EncodeError),
    /// A request could not be sent.
    Send(SendError),
    /// Nothing could be received.
    Receive(RecvError),
    /// The service sent something that the protocol does not allow.
    Protocol(ProtocolError),
    /// There is no snapshot of the service.
    Snapshot(SnapshotError),
    /// The system has no descriptors or memory left for a channel.
    System(io::Error),
}

/// Why there is no snapshot of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The service did not make one.
    Refused(flinux::InspectError),
    /// It cannot be read.
    Unreadable(zx::Errno),
    /// It is none: the versions of both ends may not fit.
    Malformed(fidl::persist::UnpersistError),
}

/// Why participants get no buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllocationFailure {
    /// No settings suit all participants.
    NoCommonSettings,
    /// The settings suit all, and the heap has no memory.
    NoMemory,
    /// Groups allow for more combinations than the service tries.
    TooManyCombinations,
    /// Anything else.
    Other(fsysmem2::Error),
}

/// What a service did wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A packet is no message.
    Header(fidl::HeaderError),
    /// A reply is not that to the call.
    Reply(fidl::ReplyError),
    /// An event that cannot be ignored.
    UnexpectedEvent(u64),
    /// What came to a sink is no event.
    Event(fidl::ReceiveError),
    /// A reply that nobody waits for.
    UnexpectedReply(u32),
    /// A field that is always set is not.
    MissingField(&'static str),
}

impl Error {
    /// Why there are no buffers, if that is what this is about, and the service could tell.
    pub fn explanation(&self) -> Option<&Explanation> {
        match self {
            Self::Allocation { explanation, .. } => explanation.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn no_buffers(error: fsysmem2::Error) -> Self {
        Self::Allocation { failure: error.into(), explanation: None }
    }

    /// The service cannot be reached, or has closed the connection to its Allocator. A collection
    /// closes for other reasons, too.
    pub fn is_service_gone(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::Closed { protocol: ALLOCATOR, .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { directory, source } => not_connected(directory, source, f),
            Self::Closed { protocol, epitaph: None } => {
                write!(
                    f,
                    "the service closed the {protocol} without a word; is it still running, and are \
                     all participants?"
                )
            }
            Self::Closed { protocol, epitaph: Some(BAD_STATE) } => write!(
                f,
                "the service closed the {protocol}: a token was turned in twice or after its \
                 release; duplicate it for every further participant"
            ),
            Self::Closed { protocol, epitaph: Some(status) } => write!(
                f,
                "the service closed the {protocol} (status {status}): a participant is gone or \
                 broke the protocol, or there are no buffers that suit everybody; its log says \
                 which"
            ),
            Self::Allocation { explanation: Some(explanation), .. } => {
                write!(f, "the allocation failed: {explanation}")
            }
            Self::Allocation { failure, explanation: None } => write!(f, "no buffers: {failure}"),
            Self::NotSynced => f.write_str(
                "the service may not know this token yet; call sync() on it, or on the token it \
                 was made from, and then pass it on",
            ),
            Self::Refused(error) => write!(f, "the service refused: {error:?}"),
            Self::NoMemoryAccess => f.write_str(
                "this participant has no memory to map; state a usage in its constraints",
            ),
            Self::Map(error) => error.fmt(f),
            Self::Memory(error) => error.fmt(f),
            Self::Encode(error) => write!(f, "cannot send this: {error}"),
            Self::Send(error) => error.fmt(f),
            Self::Receive(error) => error.fmt(f),
            Self::Protocol(error) => write!(
                f,
                "the service broke the protocol ({error}); do the versions of both ends fit?"
            ),
            Self::Snapshot(error) => write!(f, "no snapshot of the service: {error}"),
            Self::System(error) => {
                write!(f, "cannot make a channel: {error}; are too many files open?")
            }
        }
    }
}

fn not_connected(
    directory: &Path,
    source: &ConnectError,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let directory = directory.display();
    match source {
        ConnectError::NoDirectory(_)
        | ConnectError::NoService(_)
        | ConnectError::NobodyListens(_) => write!(
            f,
            "no service at {directory}: start one with `sysmem serve --svc {directory}`, or set \
             SYSMEM_SVC to the directory of a running one"
        ),
        ConnectError::PermissionDenied(_) => write!(
            f,
            "the service at {directory} does not let this user connect; its sockets' permissions \
             are set with `sysmem serve --config`"
        ),
        other => write!(f, "cannot reach the service at {directory}: {other}"),
    }
}

impl fmt::Display for AllocationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCommonSettings => f.write_str(
                "no settings suit all participants; the service's log says whose constraints \
                 conflict",
            ),
            Self::NoMemory => f.write_str("the heap has not enough memory; ask for less"),
            Self::TooManyCombinations => f.write_str("groups have too many combinations"),
            Self::Other(error) => write!(f, "{error:?}"),
        }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(flinux::InspectError::NO_RESOURCES) => {
                f.write_str("it is out of memory or descriptors")
            }
            Self::Refused(error) => write!(f, "it refused ({error:?})"),
            Self::Unreadable(errno) => write!(f, "it cannot be read: {errno}"),
            Self::Malformed(error) => {
                write!(f, "it cannot be understood ({error}); do the versions of both ends fit?")
            }
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::Reply(error) => error.fmt(f),
            Self::Event(error) => error.fmt(f),
            Self::UnexpectedEvent(ordinal) => write!(f, "an unknown event {ordinal:#x}"),
            Self::UnexpectedReply(txid) => write!(f, "a reply {txid} that nobody waits for"),
            Self::MissingField(field) => write!(f, "{field} is not set"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect { source, .. } => Some(source),
            Self::System(error) => Some(error),
            _ => None,
        }
    }
}

impl std::error::Error for ProtocolError {}

impl From<fsysmem2::Error> for AllocationFailure {
    fn from(error: fsysmem2::Error) -> Self {
        match error {
            fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY => Self::NoCommonSettings,
            fsysmem2::Error::NO_MEMORY => Self::NoMemory,
            fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS => Self::TooManyCombinations,
            other => Self::Other(other),
        }
    }
}

impl From<MapError> for Error {
    fn from(error: MapError) -> Self {
        Self::Map(error)
    }
}

impl From<MemoryError> for Error {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl From<fidl::EncodeError> for Error {
    fn from(error: fidl::EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<SnapshotError> for Error {
    fn from(error: SnapshotError) -> Self {
        Self::Snapshot(error)
    }
}

impl From<ProtocolError> for Error {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}

/// What errors call a connection to the Allocator.
pub(crate) const ALLOCATOR: &str = "allocator";

/// `ZX_ERR_ACCESS_DENIED`: the epitaph of a protocol that this user may not speak.
pub const ACCESS_DENIED: i32 = -30;

/// `ZX_ERR_BAD_STATE`, the one epitaph that says more than "internal" (`sysmem2-protocols.md` 2.5).
const BAD_STATE: i32 = -20;
