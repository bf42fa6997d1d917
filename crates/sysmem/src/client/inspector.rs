//! Looking into a running service.

use std::path::Path;

use fidl::Protocol;
use sysmem_fidl::linux_sysmem as flinux;
use zx::Channel;

use crate::error::{Error, ProtocolError, SnapshotError};
use crate::transport::Transport;

/// What errors call a connection to the Inspector.
const INSPECTOR: &str = "inspector";

/// Looks into a running service: who takes part in what, who keeps whom waiting, who holds which
/// buffer. For the user of the service and for root, unless the service is told otherwise.
#[derive(Debug)]
pub struct Inspector<C> {
    caller: C,
}

impl<C: Transport> Inspector<C> {
    /// Connects to the service in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`].
    pub fn connect_in(directory: &Path) -> Result<Self, Error> {
        let name = flinux::InspectorMarker::DISCOVERABLE.unwrap_or("linux.sysmem.Inspector");
        match zx::connect(directory.join(name)) {
            Ok(channel) => Self::from_channel(channel),
            Err(source) => Err(Error::Connect { directory: directory.to_path_buf(), source }),
        }
    }

    /// Speaks to an Inspector over a channel that comes from elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::System`].
    pub fn from_channel(channel: Channel) -> Result<Self, Error> {
        Ok(Self { caller: C::over(channel, INSPECTOR)? })
    }

    /// Everything there is. Fields are as `fidl/linux.sysmem/inspector.fidl` describes them.
    ///
    /// # Errors
    ///
    /// A closed channel: with epitaph [`ACCESS_DENIED`](crate::ACCESS_DENIED), if the service does
    /// not let this user look. [`Error::Snapshot`].
    pub fn take_snapshot(&self) -> C::Reply<flinux::Snapshot> {
        C::map(self.caller.call::<flinux::InspectorTakeSnapshotMethod>(()), |result| {
            let response = result.map_err(SnapshotError::Refused)?;
            let missing = |field| Error::from(ProtocolError::MissingField(field));
            let memory = response.snapshot.ok_or_else(|| missing("snapshot"))?;
            let size_bytes = response.size_bytes.ok_or_else(|| missing("size_bytes"))?;
            let bytes = zx::read_frozen(&memory.into(), size_bytes);
            let bytes = bytes.map_err(SnapshotError::Unreadable)?;
            let snapshot = fidl::unpersist::<flinux::Snapshot>(&bytes);
            Ok(snapshot.map_err(SnapshotError::Malformed)?)
        })
    }
}
