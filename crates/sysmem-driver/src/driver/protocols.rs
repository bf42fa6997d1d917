//! Protocols that drivers use and provide.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use zx::Channel;

use crate::abi::{
    PROXY_OP_CONNECT, PbusOps, PlatformProxyOps, Protocol, ProxyRequest, RawHandle, RawStatus,
    SysmemOps,
};
use crate::ends;
use crate::service::Service;
use crate::status::Status;

/// The way to one version of sysmem.
#[derive(Clone, Copy, Debug)]
pub struct Sysmem(Protocol);

/// Something that one version of sysmem can be reached by.
#[derive(Debug)]
pub struct SysmemProvider {
    service: Service,
    protocol: Protocol,
}

/// The way of a proxy to the bus.
#[derive(Clone, Copy, Debug)]
pub struct PlatformProxy(Protocol);

// SAFETY: the ABI says that functions of protocols may be called from any thread.
unsafe impl Send for Sysmem {}
// SAFETY: likewise.
unsafe impl Sync for Sysmem {}
// SAFETY: likewise.
unsafe impl Send for PlatformProxy {}
// SAFETY: likewise.
unsafe impl Sync for PlatformProxy {}

type Connect = Box<dyn Fn(Channel) -> Result<(), Status> + Send + Sync>;

static SYSMEM_OPS: SysmemOps = SysmemOps { connect };

impl Sysmem {
    /// # Safety
    ///
    /// A `sysmem_protocol_t` that stays for as long as the process runs.
    pub(crate) unsafe fn from_raw(protocol: Protocol) -> Self {
        Self(protocol)
    }

    /// Hands over the server end of a channel on which the caller speaks the `Allocator` that this
    /// was got for. Never waits for sysmem.
    ///
    /// # Errors
    ///
    /// The end is closed then, and its peer sees it.
    pub fn connect(self, allocator_request: Channel) -> Result<(), Status> {
        let ops = self.0.ops.cast::<SysmemOps>();
        // SAFETY: it was promised to be this protocol, and the end is given away.
        Status::check(unsafe { ((*ops).connect)(self.0.ctx, ends::give(allocator_request)) })
    }
}

impl SysmemProvider {
    /// Has `connect` called for every end that a driver hands over, on that driver's thread: it must
    /// not wait. It is never dropped, since drivers may call it as long as the process runs.
    pub fn new(
        service: Service,
        connect: impl Fn(Channel) -> Result<(), Status> + Send + Sync + 'static,
    ) -> Self {
        let connect: Connect = Box::new(connect);
        let connect: &'static Connect = Box::leak(Box::new(connect));
        let protocol = Protocol {
            ops: ptr::from_ref(&SYSMEM_OPS).cast(),
            ctx: ptr::from_ref(connect).cast_mut().cast(),
        };
        Self { service, protocol }
    }

    /// # Safety
    ///
    /// `bus` is a `pbus_protocol_t`.
    pub(crate) unsafe fn register_with_bus(&self, bus: Protocol) -> Result<(), Status> {
        let ops = bus.ops.cast::<PbusOps>();
        let (number, protocol) = self.raw();
        let protocol = ptr::from_ref(&protocol).cast();
        // SAFETY: the caller's promise, and a pair of pointers.
        Status::check(unsafe { ((*ops).register_protocol)(bus.ctx, number, protocol) })
    }

    /// The number of the protocol, and the protocol.
    pub(crate) fn raw(&self) -> (u32, Protocol) {
        (self.service.protocol_number(), self.protocol)
    }
}

impl PlatformProxy {
    /// # Safety
    ///
    /// A `platform_proxy_protocol_t` that stays for as long as the process runs.
    pub(crate) unsafe fn from_raw(protocol: Protocol) -> Self {
        Self(protocol)
    }

    /// Offers a version of sysmem to the device that this is a proxy for.
    ///
    /// # Errors
    ///
    /// `ACCESS_DENIED` if this is a proxy for something else, `BAD_STATE` if it is offered already.
    pub fn provide_sysmem(self, provider: &SysmemProvider) -> Result<(), Status> {
        let ops = self.0.ops.cast::<PlatformProxyOps>();
        let (number, protocol) = provider.raw();
        let protocol = ptr::from_ref(&protocol).cast();
        // SAFETY: it was promised to be this protocol, and a pair of pointers.
        Status::check(unsafe { ((*ops).register_protocol)(self.0.ctx, number, protocol) })
    }

    /// Has the bus connect an end to a version of sysmem.
    ///
    /// # Errors
    ///
    /// The end is closed then, and its peer sees it.
    pub fn connect_sysmem(
        self,
        service: Service,
        allocator_request: Channel,
    ) -> Result<(), Status> {
        let proto_id = service.protocol_number();
        let request = ProxyRequest { txid: 0, device_id: 0, proto_id, op: PROXY_OP_CONNECT };
        let bytes = request.to_bytes();
        let ops = self.0.ops.cast::<PlatformProxyOps>();
        let handle = ends::give(allocator_request);
        let (request, size) = (bytes.as_ptr().cast(), ProxyRequest::BYTES as u32);
        // SAFETY: it was promised to be this protocol, the request has this size, and the end is
        // given away.
        Status::check(unsafe { ((*ops).proxy)(self.0.ctx, request, size, handle) })
    }
}

unsafe extern "C" fn connect(ctx: *mut c_void, allocator_request: RawHandle) -> RawStatus {
    // SAFETY: the contract of the function gives the end away.
    let end = unsafe { ends::take(allocator_request) };
    // SAFETY: `SysmemProvider::new` has put this behind the pointer, for ever.
    let connect = unsafe { &*ctx.cast::<Connect>() };
    let result = catch_unwind(AssertUnwindSafe(|| end.and_then(connect)));
    Status::raw(result.unwrap_or(Err(Status::INTERNAL)))
}
