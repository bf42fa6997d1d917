//! What the devices of a host can get: protocols that drivers offer.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zx::Channel;

use crate::abi::{PbusOps, Protocol, RawStatus};
use crate::driver::Sysmem;
use crate::service::Service;
use crate::status::Status;

/// Protocols by number. Stays for as long as the process runs, since drivers point to it.
#[derive(Debug, Default)]
pub(super) struct Registry(Mutex<BTreeMap<u32, Offered>>);

#[derive(Clone, Copy, Debug)]
struct Offered(Protocol);

// SAFETY: the ABI says that functions of protocols may be called from any thread.
unsafe impl Send for Offered {}

/// The protocol of the bus itself, whose context is a [`Registry`].
static PBUS_OPS: PbusOps = PbusOps { register_protocol };

impl Registry {
    pub(super) fn new() -> &'static Self {
        Box::leak(Box::default())
    }

    /// Offers a protocol to every device.
    ///
    /// # Errors
    ///
    /// `BAD_STATE` if it is offered already.
    pub(super) fn offer(&self, id: u32, protocol: Protocol) -> Result<(), Status> {
        let mut offered = self.lock();
        if offered.contains_key(&id) {
            return Err(Status::BAD_STATE);
        }
        offered.insert(id, Offered(protocol));
        Ok(())
    }

    pub(super) fn get(&self, id: u32) -> Option<Protocol> {
        self.lock().get(&id).map(|Offered(protocol)| *protocol)
    }

    /// Hands an end over to a version of sysmem.
    ///
    /// # Errors
    ///
    /// `NOT_SUPPORTED` if there is none. The end is closed on every error.
    pub(super) fn connect_sysmem(&self, service: Service, end: Channel) -> Result<(), Status> {
        let protocol = self.get(service.protocol_number()).ok_or(Status::NOT_SUPPORTED)?;
        // SAFETY: whoever offers a protocol under such a number says that it is one.
        unsafe { Sysmem::from_raw(protocol) }.connect(end)
    }

    /// This registry as a `pbus_protocol_t`.
    pub(super) fn as_bus(&'static self) -> Protocol {
        Protocol {
            ops: std::ptr::from_ref(&PBUS_OPS).cast(),
            ctx: std::ptr::from_ref(self).cast_mut().cast(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Offered>> {
        // Every change is complete in itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

unsafe extern "C" fn register_protocol(
    ctx: *mut c_void,
    proto_id: u32,
    protocol: *const c_void,
) -> RawStatus {
    if protocol.is_null() {
        return Status::raw(Err(Status::INVALID_ARGS));
    }
    // SAFETY: `Registry::as_bus` has put a registry behind the pointer, for ever.
    let registry = unsafe { &*ctx.cast::<Registry>() };
    // SAFETY: the contract of the function: a pair of pointers.
    let protocol = unsafe { protocol.cast::<Protocol>().read_unaligned() };
    Status::raw(registry.offer(proto_id, protocol))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::SysmemProvider;

    #[test]
    fn a_protocol_is_offered_once() {
        let registry = Registry::new();
        let (client, server) = Channel::pair().unwrap();
        let v2 = Service::AllocatorV2;
        assert_eq!(registry.connect_sysmem(v2, server), Err(Status::NOT_SUPPORTED));
        let end = client.recv(&mut zx::MessageBuffer::new()).unwrap_err();
        assert_eq!(end, zx::RecvError::PeerClosed);
        let (number, protocol) = SysmemProvider::new(v2, |_| Err(Status::TIMED_OUT)).raw();
        registry.offer(number, protocol).unwrap();
        assert_eq!(registry.offer(number, protocol), Err(Status::BAD_STATE));
        let connect = |service| registry.connect_sysmem(service, Channel::pair().unwrap().1);
        assert_eq!(connect(v2), Err(Status::TIMED_OUT));
        assert_eq!(connect(Service::AllocatorV1), Err(Status::NOT_SUPPORTED));
    }
}
