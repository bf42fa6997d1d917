//! What channels are served for.

use sysmem_core::{ChannelId, ChannelKind};

/// The first number of a connection that the core does not know. It counts up from 1 itself, and
/// will not get there.
const FIRST_OWN: u64 = 1 << 62;

/// Who answers what arrives on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The core.
    Core(ChannelKind),
    /// The server itself: `linux.sysmem/Diagnostics`.
    Diagnostics,
    /// The server itself: `linux.sysmem/Inspector`.
    Inspector,
    /// The server itself: `fuchsia.hardware.sysmem/DriverConnector`.
    DriverConnector,
}

/// Numbers for the connections that the server answers itself. Never reused.
#[derive(Debug, Default)]
pub(crate) struct ConnectionIds {
    drawn: u64,
}

impl Service {
    /// Whether clients connect to it, in place of sending an end of a channel. Such a connection
    /// can have been accepted, and has the name of the listening socket then.
    pub(crate) fn is_connected_to(self) -> bool {
        match self {
            Self::Core(kind) => {
                matches!(kind, ChannelKind::Allocator | ChannelKind::AllocatorV1)
            }
            Self::Diagnostics | Self::Inspector | Self::DriverConnector => true,
        }
    }
}

impl ConnectionIds {
    pub(crate) fn draw(&mut self) -> ChannelId {
        let id = ChannelId(FIRST_OWN + self.drawn);
        self.drawn += 1;
        id
    }
}

/// Whether a channel is one that the core does not know.
pub(crate) fn is_own(channel: ChannelId) -> bool {
    channel.0 >= FIRST_OWN
}
