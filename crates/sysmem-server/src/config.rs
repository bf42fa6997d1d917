//! What a server is told when it starts.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use sysmem_core::negotiation::{FormatCost, HeapCatalog, HeapDeclaration, SYSTEM_RAM};
use sysmem_heap::{Heap, SystemRam};

use crate::discoverable::Discoverable;

/// What a server serves, and where.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The service directory to listen in; it is made if it is absent. `None`: only this process
    /// connects.
    pub directory: Option<PathBuf>,
    /// Permissions of the directory, if it has to be made.
    pub directory_mode: u32,
    /// Permissions of the sockets in it, of the Allocator and of Diagnostics: whoever may write may
    /// connect.
    pub socket_mode: u32,
    /// Permissions of the socket of the Inspector. Whoever may connect has to be the user of the
    /// service, root, or one of `inspector_users`, too.
    pub inspector_mode: u32,
    /// Users that may look into the service beside its own and root.
    pub inspector_users: Vec<u32>,
    /// Permissions of the socket on which brokers hand connections over. Whoever may write may let
    /// others in, who keep the identity that the kernel knows them by.
    pub driver_socket_mode: u32,
    /// Another place for such a socket, beside the directory or without one: the driver's node.
    pub driver_node: Option<PathBuf>,
    /// Where buffers come from. One entry for each type and id; the last one counts.
    pub heaps: Vec<HeapEntry>,
    /// What pixel formats cost, for the choice between several that would do.
    pub format_costs: Vec<FormatCost>,
}

/// A heap under the name that collections know it by.
#[derive(Clone)]
pub struct HeapEntry {
    /// Its type, such as `fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM`.
    pub heap_type: String,
    /// Which of the heaps of this type; 0 if there is one.
    pub id: u64,
    /// The heap itself.
    pub heap: Arc<dyn Heap>,
}

impl ServerConfig {
    /// A server for this process alone, with system RAM.
    pub fn embedded() -> Self {
        Self {
            directory: None,
            directory_mode: 0o755,
            socket_mode: 0o666,
            inspector_mode: 0o600,
            inspector_users: Vec::new(),
            driver_socket_mode: 0o600,
            driver_node: None,
            heaps: vec![HeapEntry::system_ram()],
            format_costs: Vec::new(),
        }
    }

    /// A server that everybody on the machine may use, with system RAM.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self { directory: Some(directory.into()), ..Self::embedded() }
    }

    /// Permissions of the socket of a protocol.
    pub(crate) fn mode_of(&self, protocol: Discoverable) -> u32 {
        match protocol {
            // Whoever may fail may ask why.
            Discoverable::Allocator | Discoverable::AllocatorV1 | Discoverable::Diagnostics => {
                self.socket_mode
            }
            Discoverable::Inspector => self.inspector_mode,
            Discoverable::DriverConnector => self.driver_socket_mode,
        }
    }

    /// What negotiation has to know of the heaps.
    pub(crate) fn catalog(&self) -> HeapCatalog {
        HeapCatalog::new(self.heaps.iter().map(HeapEntry::declaration).collect())
    }
}

impl HeapEntry {
    /// Ordinary memory: type `fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM`, id 0.
    pub fn system_ram() -> Self {
        Self { heap_type: SYSTEM_RAM.to_owned(), id: 0, heap: Arc::new(SystemRam::new()) }
    }

    fn declaration(&self) -> HeapDeclaration {
        let properties = self.heap.properties();
        HeapDeclaration {
            heap_type: self.heap_type.clone(),
            id: self.id,
            cpu: properties.domains.cpu,
            ram: properties.domains.ram,
            inaccessible: properties.domains.inaccessible,
            secure: properties.secure,
            contiguous: properties.contiguous,
        }
    }
}

impl fmt::Debug for HeapEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeapEntry")
            .field("heap_type", &self.heap_type)
            .field("id", &self.id)
            .field("properties", &self.heap.properties())
            .finish()
    }
}
