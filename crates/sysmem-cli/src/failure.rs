//! Why a command ends without success, and the exit status that says so.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sysmem_server::Discoverable;

use crate::demo::Role;
use crate::frame::LayoutError;
use crate::media::MediaError;
use crate::serve::ConfigError;

/// What scripts learn (`command-line.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Bad usage or input, and anything that has no number of its own.
    BadInput = 1,
    /// What was asked for is not possible.
    Impossible = 2,
    /// The service cannot be reached.
    Unreachable = 3,
}

/// Why a command ends without success.
#[derive(Debug)]
pub enum Failure {
    /// The command line is wrong.
    Usage(String),
    /// `SYSMEM_LOG` is not a filter.
    LogFilter(tracing_subscriber::filter::ParseError),
    /// The configuration cannot be used.
    Config { path: PathBuf, error: ConfigError },
    /// A configuration is not what it should be.
    ConfigFile { path: PathBuf, error: sysmem_driver::FileError },
    /// The sockets of the service manager cannot be used.
    Activation(zx::ActivationError),
    /// The broker cannot start.
    BindBroker(sysmem_driver::BindError),
    /// The broker ended by itself.
    RunBroker(sysmem_driver::RunError),
    /// The host of a bus cannot run.
    DriverHost(sysmem_driver::host::HostError),
    /// The host of a single device cannot run.
    Isolated(sysmem_driver::host::IsolatedError),
    /// The service cannot start.
    Bind(sysmem_server::BindError),
    /// The service ended by itself.
    Run(sysmem_server::RunError),
    /// The embedded service takes no connection.
    Embedded(sysmem_server::ConnectError),
    /// A file is not what it should be.
    Media { path: Option<PathBuf>, error: MediaError },
    /// A file, or standard input, cannot be read.
    Unreadable { path: PathBuf, error: io::Error },
    /// A file of constraints is not what it should be.
    Scenario { path: PathBuf, error: Box<sysmem_json::Error> },
    /// The constraints of a file have nothing in common.
    Refused { path: PathBuf, error: sysmem_fidl::fuchsia_sysmem2::Error },
    /// Input and output are the same file.
    SameFile(PathBuf),
    /// The service, or what it says.
    Sysmem(sysmem::Error),
    /// There is a service, or a broker in front of one, that cannot be looked into.
    NoInspector { directory: PathBuf },
    /// The service does not let this user look into it.
    MayNotInspect { directory: PathBuf },
    /// Nothing is known of a collection.
    NoSuchCollection { collection: String },
    /// The service has ended.
    ServiceGone,
    /// The buffers do not hold the pictures.
    Layout(LayoutError),
    /// Another participant, or the command itself, went away. Somebody else knows why.
    Alone { missing: &'static str },
    /// Another participant said something strange.
    Confused { about: &'static str },
    /// A participant has failed, and said so.
    Participant { role: Role, status: Status, message: String, is_consequence: bool },
    /// A participant was killed.
    Killed { role: Role, signal: i32 },
    /// A participant did not notice that another one is gone.
    Hung { role: Role },
    /// A participant ended without a word.
    Silent { role: Role },
    /// The system refused something.
    System { doing: &'static str, error: io::Error },
}

impl Failure {
    /// What to tell scripts.
    pub fn status(&self) -> Status {
        match self {
            Self::ServiceGone | Self::NoInspector { .. } | Self::MayNotInspect { .. } => {
                Status::Unreachable
            }
            Self::Sysmem(error) if error.is_service_gone() => Status::Unreachable,
            // Without anybody who died it is the negotiation that fails like this, for those whose
            // wait came too late to be answered (`sysmem2-protocols.md` 3.8).
            Self::Sysmem(sysmem::Error::Allocation { .. } | sysmem::Error::Closed { .. })
            | Self::Layout(_)
            | Self::Refused { .. } => Status::Impossible,
            Self::Participant { status, .. } => *status,
            _ => Status::BadInput,
        }
    }

    /// Whether it follows from the failure of somebody else.
    pub fn is_consequence(&self) -> bool {
        matches!(
            self,
            Self::Alone { .. }
                | Self::Hung { .. }
                | Self::Participant { is_consequence: true, .. }
                | Self::Sysmem(sysmem::Error::Closed { .. })
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::LogFilter(error) => write!(f, "SYSMEM_LOG: {error}"),
            Self::Config { path, error } => write!(f, "{}: {error}", path.display()),
            Self::ConfigFile { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Activation(error) => error.fmt(f),
            Self::BindBroker(error) => error.fmt(f),
            Self::DriverHost(error) => error.fmt(f),
            Self::Isolated(error) => error.fmt(f),
            Self::RunBroker(error) => error.fmt(f),
            Self::Bind(error @ sysmem_server::BindError::Listen(_)) => {
                write!(f, "{error}; --svc chooses another directory")
            }
            Self::Bind(error) => error.fmt(f),
            Self::Run(error) => error.fmt(f),
            Self::Embedded(error) => error.fmt(f),
            Self::Media { path: Some(path), error } => write!(f, "{}: {error}", path.display()),
            Self::Media { path: None, error } => write!(f, "the clip of the program: {error}"),
            Self::Unreadable { path, error } => {
                write!(f, "{}: cannot be read: {error}", path.display())
            }
            Self::Scenario { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Refused { path, error } => {
                let name = error.name().unwrap_or("refused");
                write!(f, "{}: no buffers suit everybody ({name})", path.display())
            }
            Self::SameFile(path) => {
                write!(f, "{}: input and output are the same file", path.display())
            }
            Self::Sysmem(error) => error.fmt(f),
            Self::NoInspector { directory } => write!(
                f,
                "the service at {} cannot be looked into; if it is a broker, give the directory of \
                 the service behind it",
                directory.display()
            ),
            Self::MayNotInspect { directory } => may_not_inspect(directory, f),
            Self::NoSuchCollection { collection } => write!(
                f,
                "there is no collection {collection:?}, and no buffer of it is left; `sysmem inspect` \
                 lists all"
            ),
            Self::ServiceGone => f.write_str("the service has ended"),
            Self::Layout(error) => error.fmt(f),
            Self::Alone { missing } => write!(f, "{missing} is gone"),
            Self::Confused { about } => write!(f, "another participant sent {about}"),
            Self::Participant { role, message, .. } => write!(f, "the {role}: {message}"),
            Self::Killed { role, signal } => {
                write!(f, "the {role} was killed by signal {signal}; the others ended with it")
            }
            Self::Hung { role } => write!(f, "the {role} did not end and was killed"),
            Self::Silent { role } => write!(f, "the {role} ended without saying why"),
            Self::System { doing, error } => write!(f, "cannot {doing}: {error}"),
        }
    }
}

/// Says who may.
fn may_not_inspect(directory: &Path, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "the service at {} does not let this user look into it", directory.display())?;
    match fs::metadata(directory.join(Discoverable::Inspector.name())) {
        Ok(socket) => write!(f, "; run this as user {} or root", socket.uid())?,
        Err(_) => f.write_str("; run this as its user or root")?,
    }
    f.write_str(", or add inspector_users to its configuration")
}

impl std::error::Error for Failure {}

impl From<sysmem::Error> for Failure {
    fn from(error: sysmem::Error) -> Self {
        Self::Sysmem(error)
    }
}

impl From<sysmem::MemoryError> for Failure {
    fn from(error: sysmem::MemoryError) -> Self {
        Self::Sysmem(error.into())
    }
}

impl From<LayoutError> for Failure {
    fn from(error: LayoutError) -> Self {
        Self::Layout(error)
    }
}
