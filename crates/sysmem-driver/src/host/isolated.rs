//! The host of one device: a process below the bus.
//!
//! Standard input is the lifeline, a channel to the bus. The bus first sends what is to be hosted, as
//! TOML, with the channel for the requests of proxies beside it if there are any. The host answers
//! once, with what became of it, and ends when the bus closes its end.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};
use zx::{Channel, Interest, MessageBuffer, RecvError};

use crate::host::device::{Device, Place};
use crate::host::error::IsolatedError;
use crate::host::library::{BindError, Bound, LoadError, LoadedDriver};
use crate::host::platform_proxy::{Calls, PlatformProxyHost};
use crate::host::registry::Registry;
use crate::service::Service;

/// What the bus tells a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) library: PathBuf,
    pub(super) kind: Kind,
    /// The shared object with the proxy for sysmem.
    pub(super) sysmem_proxy: Option<PathBuf>,
    pub(super) properties: BTreeMap<String, String>,
}

/// What kind of device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// A part of the bus.
    OfBus,
    /// Below the bus.
    Below,
    /// Not on the bus at all.
    Elsewhere,
}

/// What a host says when its driver drives the device. Anything else is why it does not.
pub(super) const BOUND: &[u8] = b"bound";

/// Why there is nothing to host.
#[derive(Debug)]
enum HostingError {
    Load(LoadError),
    /// A driver does not drive its device.
    Bind {
        driver: String,
        error: BindError,
    },
    /// The proxy has bound and does not offer what it stands in for.
    IdleProxy {
        library: PathBuf,
        missing: Service,
    },
}

/// Runs the host of one device, as the bus that has started this process says, until the bus ends.
/// Nothing else of the process may have used standard input.
///
/// A driver that cannot be loaded, or does not drive its device, is no error here: the bus is told
/// why, and there is nothing to run.
///
/// # Errors
///
/// See [`IsolatedError`].
pub fn run_isolated() -> Result<(), IsolatedError> {
    let lifeline = take_stdin()?;
    let (assignment, calls) = receive(&lifeline)?;
    let hosted = host(&assignment, calls);
    let report = match &hosted {
        Ok(_) => BOUND.to_vec(),
        Err(error) => error.to_string().into_bytes(),
    };
    lifeline.send(&report, &[]).map_err(|_| IsolatedError::BusGone)?;
    let Ok(bound) = hosted else { return Ok(()) };
    while !lifeline.wait(Interest::End, None).map_err(IsolatedError::System)? {}
    // The driver of the device first, then what it stands on.
    bound.into_iter().rev().for_each(drop);
    Ok(())
}

/// Takes the channel that is standard input, and leaves nothing in its place that could be read.
fn take_stdin() -> Result<Channel, IsolatedError> {
    let stdin = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)
        .map_err(|errno| IsolatedError::System(errno.into()))?;
    let channel = Channel::from_handle(stdin.into()).map_err(|_| IsolatedError::NoBus)?;
    // Number 0 stays taken: it is no handle in the C ABI.
    rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
        .and_then(|null| rustix::stdio::dup2_stdin(null.as_fd()))
        .map_err(|errno| IsolatedError::System(errno.into()))?;
    Ok(channel)
}

fn receive(lifeline: &Channel) -> Result<(Assignment, Option<Channel>), IsolatedError> {
    let mut buffer = MessageBuffer::new();
    loop {
        match lifeline.recv(&mut buffer) {
            Ok(message) => {
                let text = std::str::from_utf8(message.bytes).map_err(|_| IsolatedError::NoBus)?;
                let assignment = toml::from_str(text).map_err(|_| IsolatedError::NoBus)?;
                let calls = message.handles.pop().map(Channel::from_handle);
                let calls = calls.transpose().map_err(|_| IsolatedError::NoBus)?;
                return Ok((assignment, calls));
            }
            Err(RecvError::WouldBlock) => {
                lifeline.wait(Interest::Readable, None).map_err(IsolatedError::System)?;
            }
            Err(_) => return Err(IsolatedError::BusGone),
        }
    }
}

/// Binds the proxies and then, when everything is offered that it is to have, the driver.
fn host(assignment: &Assignment, calls: Option<Channel>) -> Result<Vec<Bound>, HostingError> {
    let registry = Registry::new();
    let mut bound = Vec::new();
    if let (Some(library), Some(calls)) = (&assignment.sysmem_proxy, calls) {
        let proxy = PlatformProxyHost::new(registry, Calls::new(calls));
        let name = format!("{}.sysmem-proxy", assignment.name);
        let device = Device::new(&name, &BTreeMap::new(), Place::Proxy(proxy));
        bound.push(bind(LoadedDriver::load(library).map_err(HostingError::Load)?, device)?);
        let is_missing = |service: &Service| registry.get(service.protocol_number()).is_none();
        if let Some(missing) = Service::ALL.into_iter().find(is_missing) {
            return Err(HostingError::IdleProxy { library: library.clone(), missing });
        }
    }
    let place = match assignment.kind {
        Kind::OfBus => Place::OfBus(registry),
        Kind::Below => Place::Below(registry),
        Kind::Elsewhere => Place::Elsewhere,
    };
    let device = Device::new(&assignment.name, &assignment.properties, place);
    let driver = LoadedDriver::load(&assignment.library).map_err(HostingError::Load)?;
    bound.push(bind(driver, device)?);
    Ok(bound)
}

fn bind(driver: LoadedDriver, device: &'static Device) -> Result<Bound, HostingError> {
    driver.bind(device).map_err(|error| HostingError::Bind { driver: driver.name(), error })
}

impl fmt::Display for HostingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(error) => error.fmt(f),
            Self::Bind { driver, error } => write!(f, "driver {driver}: {error}"),
            Self::IdleProxy { library, missing } => {
                write!(f, "{}: the proxy offers no {}", library.display(), missing.name())
            }
        }
    }
}
