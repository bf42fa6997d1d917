//! What a driver is bound to.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use crate::abi::{PROTOCOL_PBUS, PROTOCOL_PLATFORM_PROXY, Protocol, RawDevice};
use crate::driver::protocols::{PlatformProxy, Sysmem, SysmemProvider};
use crate::service::Service;
use crate::status::Status;

/// A device. It stays for as long as the process runs, and any thread may use it.
#[derive(Clone, Copy, Debug)]
pub struct Device(&'static RawDevice);

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something is lost.
    Error = 0,
    /// Something should be looked at.
    Warning = 1,
    /// Something has happened.
    Info = 2,
}

// SAFETY: the ABI says that everything of a device may be called from any thread.
unsafe impl Send for Device {}
// SAFETY: likewise.
unsafe impl Sync for Device {}

impl Device {
    /// # Safety
    ///
    /// A device as the header describes it, which is never freed.
    pub(crate) unsafe fn from_raw(device: *const RawDevice) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { &*device })
    }

    /// The way to sysmem, in one of its versions.
    ///
    /// # Errors
    ///
    /// `NOT_SUPPORTED` if this device has none: it is not below the bus, or is in a host of its own
    /// and does not list the protocol.
    pub fn sysmem(self, service: Service) -> Result<Sysmem, Status> {
        let protocol = self.protocol(service.protocol_number())?;
        // SAFETY: the protocols of these numbers are `sysmem_protocol_t`.
        Ok(unsafe { Sysmem::from_raw(protocol) })
    }

    /// Offers a version of sysmem to all devices below the bus. For drivers of the bus.
    ///
    /// # Errors
    ///
    /// `NOT_SUPPORTED` if this is no such driver, `BAD_STATE` if somebody offers it already.
    pub fn provide_sysmem(self, provider: SysmemProvider) -> Result<(), Status> {
        let bus = self.protocol(PROTOCOL_PBUS)?;
        // SAFETY: the protocol of this number is a `pbus_protocol_t`.
        unsafe { provider.register_with_bus(bus) }
    }

    /// The way to the bus. For proxies.
    ///
    /// # Errors
    ///
    /// `NOT_SUPPORTED` if this is no proxy.
    pub fn platform_proxy(self) -> Result<PlatformProxy, Status> {
        let proxy = self.protocol(PROTOCOL_PLATFORM_PROXY)?;
        // SAFETY: the protocol of this number is a `platform_proxy_protocol_t`.
        Ok(unsafe { PlatformProxy::from_raw(proxy) })
    }

    /// The pair of pointers of a protocol.
    ///
    /// # Errors
    ///
    /// `NOT_SUPPORTED` if this device has no such protocol.
    pub fn protocol(self, id: u32) -> Result<Protocol, Status> {
        let mut protocol = MaybeUninit::<Protocol>::uninit();
        // SAFETY: a device as the header describes it, and room for a pair of pointers.
        let status =
            unsafe { ((*self.0.ops).get_protocol)(self.0.ctx, id, protocol.as_mut_ptr().cast()) };
        // SAFETY: it is written on success.
        Status::check(status).map(|()| unsafe { protocol.assume_init() })
    }

    /// The value that the bus file has for a property of this device.
    pub fn property(self, name: &CStr) -> Option<&'static str> {
        // SAFETY: a device as the header describes it, and a string.
        let value = unsafe { ((*self.0.ops).get_property)(self.0.ctx, name.as_ptr()) };
        if value.is_null() {
            return None;
        }
        // SAFETY: a string that stays for as long as the device.
        unsafe { CStr::from_ptr(value) }.to_str().ok()
    }

    /// Writes to the log of the host. What comes after a NUL is left out.
    pub fn log(self, severity: Severity, message: &str) {
        let message = message.split('\0').next().unwrap_or_default();
        let Ok(message) = CString::new(message) else { return };
        // SAFETY: a device as the header describes it, and a string.
        unsafe { ((*self.0.ops).log)(self.0.ctx, severity as u32, message.as_ptr()) };
    }
}
