//! The proxy for sysmem (`sysmem1.md` 4.5): gives a driver in a host of its own the same protocols
//! that drivers in the host of the bus have, and hands everything on to the bus.

use sysmem_driver::driver::{Device, Driver, Drives, Service, Status, SysmemProvider};
use sysmem_driver::export_driver;

/// The proxy. What it offers stays for as long as the process runs.
#[derive(Debug)]
pub struct SysmemProxy;

impl Driver for SysmemProxy {
    const NAME: &'static std::ffi::CStr = c"sysmem_proxy";
    const DRIVES: Drives = Drives::Proxy;

    fn bind(device: Device) -> Result<Self, Status> {
        let bus = device.platform_proxy()?;
        for service in Service::ALL {
            let connect = move |end| bus.connect_sysmem(service, end);
            bus.provide_sysmem(&SysmemProvider::new(service, connect))?;
        }
        Ok(Self)
    }
}

export_driver!(SysmemProxy);
