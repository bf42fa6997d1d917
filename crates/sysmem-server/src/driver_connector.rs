//! `fuchsia.hardware.sysmem/DriverConnector`: connections that somebody else accepted.

use sysmem_fidl::fuchsia_hardware_sysmem::DriverConnectorRequest;

use crate::client_handle::ClientHandle;
use crate::discoverable::Discoverable;
use crate::driver::Driver;

impl Driver {
    /// Serves a connection that was handed over, in the name of whoever made it: a broker lends
    /// nobody its own identity, and has no other to give (`linux-objects.md`, Service directories).
    ///
    /// What is wrong with the connection is no fault of the broker's: it closes that alone.
    pub(crate) fn take_over(&mut self, request: DriverConnectorRequest<ClientHandle>) {
        let (protocol, end) = match request {
            DriverConnectorRequest::ConnectV1 { payload } => {
                (Discoverable::AllocatorV1, payload.allocator_request.into_handle())
            }
            DriverConnectorRequest::ConnectV2 { payload } => {
                (Discoverable::Allocator, payload.allocator_request.into_handle())
            }
        };
        // It was checked when it came in that it is a channel.
        if let Some(connection) = end.into_channel() {
            self.accept(protocol, connection);
        }
    }
}
