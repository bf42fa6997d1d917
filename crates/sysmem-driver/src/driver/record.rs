//! The record of a driver in Rust.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use crate::abi::{
    ABI_VERSION, DriverRecord, PROTOCOL_PBUS, PROTOCOL_PDEV, PROTOCOL_PLATFORM_PROXY, RawDevice,
    RawStatus,
};
use crate::driver::device::Device;
use crate::status::Status;

/// A driver. The value that [`Driver::bind`] makes is dropped when the host ends: stop threads then.
pub trait Driver: Sized + Send + 'static {
    /// What the driver is called.
    const NAME: &'static CStr;

    /// What kind of device it drives.
    const DRIVES: Drives = Drives::Device;

    /// Starts to drive a device. The host does nothing else meanwhile.
    ///
    /// # Errors
    ///
    /// Leaves the device without a driver.
    fn bind(device: Device) -> Result<Self, Status>;
}

/// Kinds of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drives {
    /// Devices below the bus.
    Device,
    /// Parts of the bus itself, such as sysmem.
    Bus,
    /// Stand-ins for a protocol of the bus in another process.
    Proxy,
}

impl Drives {
    pub(crate) const fn protocol(self) -> u32 {
        match self {
            Self::Device => PROTOCOL_PDEV,
            Self::Bus => PROTOCOL_PBUS,
            Self::Proxy => PROTOCOL_PLATFORM_PROXY,
        }
    }
}

/// For [`export_driver!`](crate::export_driver).
pub const fn record_of<D: Driver>() -> DriverRecord {
    DriverRecord {
        abi_version: ABI_VERSION,
        protocol: D::DRIVES.protocol(),
        name: D::NAME.as_ptr(),
        rules: ptr::null(),
        rule_count: 0,
        bind: bind::<D>,
        release: Some(release::<D>),
    }
}

unsafe extern "C" fn bind<D: Driver>(
    device: *const RawDevice,
    out_ctx: *mut *mut c_void,
) -> RawStatus {
    // SAFETY: the host passes a device that stays for as long as the process runs.
    let device = unsafe { Device::from_raw(device) };
    let bound = catch_unwind(AssertUnwindSafe(|| D::bind(device))).unwrap_or(Err(Status::INTERNAL));
    Status::raw(bound.map(|driver| {
        let driver = Box::into_raw(Box::new(driver));
        // SAFETY: the host passes a place for one pointer.
        unsafe { out_ctx.write(driver.cast()) };
    }))
}

unsafe extern "C" fn release<D: Driver>(ctx: *mut c_void) {
    // SAFETY: the host passes what `bind` has written, once.
    let driver = unsafe { Box::from_raw(ctx.cast::<D>()) };
    // A panic while the process ends is not worth more than its message.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(driver)));
}
