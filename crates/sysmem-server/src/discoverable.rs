//! The protocols that clients find by their names.

use fidl::Protocol;
use sysmem_fidl::fuchsia_hardware_sysmem::DriverConnectorMarker;
use sysmem_fidl::fuchsia_sysmem;
use sysmem_fidl::fuchsia_sysmem2::AllocatorMarker;
use sysmem_fidl::linux_sysmem::{DiagnosticsMarker, InspectorMarker};

/// A protocol that clients can connect to. In a service directory each has a socket of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Discoverable {
    /// `fuchsia.sysmem2.Allocator`: buffers.
    Allocator,
    /// `fuchsia.sysmem.Allocator`: buffers, by the first version of the protocol.
    AllocatorV1,
    /// `linux.sysmem.Diagnostics`: why there are none.
    Diagnostics,
    /// `linux.sysmem.Inspector`: what there is.
    Inspector,
    /// `fuchsia.hardware.sysmem.DriverConnector`: brokers hand connections over here.
    DriverConnector,
}

impl Discoverable {
    /// All of them. The Allocator, which the others are about, comes first, and is the first to go.
    pub const ALL: [Self; 5] = [
        Self::Allocator,
        Self::AllocatorV1,
        Self::Diagnostics,
        Self::Inspector,
        Self::DriverConnector,
    ];

    /// The name of its socket in a service directory (`linux-objects.md`, Service directories).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allocator => name_of::<AllocatorMarker>(),
            Self::AllocatorV1 => name_of::<fuchsia_sysmem::AllocatorMarker>(),
            Self::Diagnostics => name_of::<DiagnosticsMarker>(),
            Self::Inspector => name_of::<InspectorMarker>(),
            Self::DriverConnector => name_of::<DriverConnectorMarker>(),
        }
    }
}

const fn name_of<P: Protocol>() -> &'static str {
    match P::DISCOVERABLE {
        Some(name) => name,
        None => panic!("only discoverable protocols are offered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_protocols_are_found_by_their_own_names() {
        let names = Discoverable::ALL.map(Discoverable::name);
        let expected = [
            "fuchsia.sysmem2.Allocator",
            "fuchsia.sysmem.Allocator",
            "linux.sysmem.Diagnostics",
            "linux.sysmem.Inspector",
            "fuchsia.hardware.sysmem.DriverConnector",
        ];
        assert_eq!(names, expected);
    }
}
