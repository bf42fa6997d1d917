//! For drivers in Rust: the C ABI of `include/sysmem/driver.h` without its pointers.
//!
//! ```no_run
//! use sysmem_driver::driver::{Device, Driver, Service, Status};
//!
//! struct Camera {
//!     allocator: zx::Channel,
//! }
//!
//! impl Driver for Camera {
//!     const NAME: &'static std::ffi::CStr = c"camera";
//!
//!     fn bind(device: Device) -> Result<Self, Status> {
//!         let (allocator, request) = zx::Channel::pair().map_err(|_| Status::INTERNAL)?;
//!         device.sysmem(Service::AllocatorV2)?.connect(request)?;
//!         Ok(Self { allocator }) // and speaks fuchsia.sysmem2/Allocator from now on
//!     }
//! }
//!
//! sysmem_driver::export_driver!(Camera);
//! # fn main() {}
//! ```

mod device;
mod protocols;
mod record;

pub use device::{Device, Severity};
pub use protocols::{PlatformProxy, Sysmem, SysmemProvider};
pub use record::{Driver, Drives, record_of};

pub use crate::service::Service;
pub use crate::status::Status;

/// Exports a type that implements [`Driver`] as the driver of the shared object.
#[macro_export]
macro_rules! export_driver {
    ($driver:ty) => {
        #[allow(non_upper_case_globals, reason = "the C ABI names it")]
        // SAFETY: the one symbol of this name in a shared object that is a driver.
        #[unsafe(no_mangle)]
        pub static sysmem_driver_record: $crate::abi::DriverRecord =
            $crate::driver::record_of::<$driver>();
    };
}
