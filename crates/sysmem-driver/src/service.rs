//! The protocols whose connections are handed on.

use fidl::{EncodeError, Encoder, Protocol, Received, ServerEnd};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_hardware_sysmem::{
    DriverConnectorConnectV1Method, DriverConnectorConnectV1Request,
    DriverConnectorConnectV2Method, DriverConnectorConnectV2Request, DriverConnectorMarker,
    DriverConnectorRequest,
};
use sysmem_fidl::fuchsia_sysmem;
use sysmem_fidl::fuchsia_sysmem2::AllocatorMarker;
use zx::Channel;

use crate::abi::{PROTOCOL_SYSMEM, PROTOCOL_SYSMEM_V1};

/// The name of `DriverConnector` in a service directory.
pub const CONNECTOR: &str = discoverable::<DriverConnectorMarker>();

/// A protocol that the sysmem driver serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// `fuchsia.sysmem2.Allocator`.
    AllocatorV2,
    /// `fuchsia.sysmem.Allocator`.
    AllocatorV1,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AllocatorV2, Self::AllocatorV1];

    /// Its name in a service directory.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllocatorV2 => discoverable::<AllocatorMarker>(),
            Self::AllocatorV1 => discoverable::<fuchsia_sysmem::AllocatorMarker>(),
        }
    }

    /// The number under which drivers get to it.
    pub const fn protocol_number(self) -> u32 {
        match self {
            Self::AllocatorV2 => PROTOCOL_SYSMEM,
            Self::AllocatorV1 => PROTOCOL_SYSMEM_V1,
        }
    }

    /// That to which drivers get under this number.
    pub(crate) fn of_protocol(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.protocol_number() == number)
    }

    /// Writes the request that hands a connection on.
    pub(crate) fn encode(
        self,
        end: Channel,
        encoder: &mut Encoder<Handle>,
    ) -> Result<(), EncodeError> {
        match self {
            Self::AllocatorV2 => {
                let allocator_request = ServerEnd::new(end.into());
                let request = DriverConnectorConnectV2Request { allocator_request };
                fidl::encode_event::<DriverConnectorConnectV2Method, _>(request, encoder)
            }
            Self::AllocatorV1 => {
                let allocator_request = ServerEnd::new(end.into());
                let request = DriverConnectorConnectV1Request { allocator_request };
                fidl::encode_event::<DriverConnectorConnectV1Method, _>(request, encoder)
            }
        }
    }

    /// Reads such a request; `None` if it is none.
    pub(crate) fn decode(bytes: &[u8], end: Channel) -> Option<(Self, Channel)> {
        let mut handles = vec![Handle::from(end)];
        let request =
            match fidl::receive_request::<DriverConnectorRequest<Handle>, _>(bytes, &mut handles) {
                Ok(Received::Request(request)) => request,
                Ok(Received::Unknown { .. }) | Err(_) => return None,
            };
        let (service, end) = match request {
            DriverConnectorRequest::ConnectV2 { payload } => {
                (Self::AllocatorV2, payload.allocator_request.into_handle())
            }
            DriverConnectorRequest::ConnectV1 { payload } => {
                (Self::AllocatorV1, payload.allocator_request.into_handle())
            }
        };
        Some((service, Channel::from_handle(end.into()).ok()?))
    }
}

const fn discoverable<P: Protocol>() -> &'static str {
    match P::DISCOVERABLE {
        Some(name) => name,
        None => panic!("only protocols that have a name are in service directories"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_what_is_handed_on_is_read_back() {
        for sent in Service::ALL {
            let (client, server) = Channel::pair().unwrap();
            let mut encoder = Encoder::new();
            sent.encode(server, &mut encoder).unwrap();
            let end = encoder.take_handles().next().unwrap().handle;
            let end = Channel::from_handle(end.into()).unwrap();
            let (service, end) = Service::decode(encoder.bytes(), end).unwrap();
            assert_eq!(service, sent);
            end.send(b"still connected", &[]).unwrap();
            let mut buffer = zx::MessageBuffer::new();
            assert_eq!(client.recv(&mut buffer).unwrap().bytes, b"still connected");
        }
    }

    #[test]
    fn brokers_other_messages_are_not_requests() {
        for bytes in [&b""[..], b"short", &[0; 16], &[0xff; 24]] {
            let (_client, server) = Channel::pair().unwrap();
            assert!(Service::decode(bytes, server).is_none(), "{bytes:?}");
        }
    }
}
