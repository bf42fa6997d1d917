//! Devices: what drivers are bound to.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;

use crate::abi::{
    DeviceOps, PROTOCOL_PBUS, PROTOCOL_PDEV, PROTOCOL_PLATFORM_PROXY, Protocol, RawDevice,
    RawStatus,
};
use crate::host::platform_proxy::PlatformProxyHost;
use crate::host::registry::Registry;
use crate::status::Status;

/// A device. Stays for as long as the process runs, since its driver points to it.
#[derive(Debug)]
pub(super) struct Device {
    raw: RawDevice,
    name: String,
    properties: BTreeMap<CString, CString>,
    place: Place,
}

/// Where a device is, which decides what it can get.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Part of the bus: what is offered there, and the right to offer.
    OfBus(&'static Registry),
    /// Below the bus, or a stand-in for it: what is offered there.
    Below(&'static Registry),
    /// A proxy: the way to the bus.
    Proxy(&'static PlatformProxyHost),
    /// Somewhere else: nothing.
    Elsewhere,
}

// SAFETY: nothing of a device changes, and the raw part only points to the device itself and to a
// constant.
unsafe impl Sync for Device {}

static OPS: DeviceOps = DeviceOps { get_protocol, get_property, log };

impl Device {
    /// A device with these properties; those that cannot be C strings are left out.
    pub(super) fn new(
        name: &str,
        properties: &BTreeMap<String, String>,
        place: Place,
    ) -> &'static Self {
        let text = |text: &String| CString::new(text.as_str()).ok();
        let properties = properties.iter();
        let device = Box::into_raw(Box::new(Self {
            raw: RawDevice { ops: &OPS, ctx: ptr::null_mut() },
            name: name.to_owned(),
            properties: properties
                .filter_map(|(key, value)| Some((text(key)?, text(value)?)))
                .collect(),
            place,
        }));
        // SAFETY: it was made just now, and nobody else knows of it.
        unsafe {
            (*device).raw.ctx = device.cast();
            &*device
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn as_raw(&'static self) -> *const RawDevice {
        &self.raw
    }

    /// The protocol that drivers of such a device bind to.
    pub(super) fn kind(&self) -> u32 {
        match self.place {
            Place::OfBus(_) => PROTOCOL_PBUS,
            Place::Below(_) | Place::Elsewhere => PROTOCOL_PDEV,
            Place::Proxy(_) => PROTOCOL_PLATFORM_PROXY,
        }
    }

    pub(super) fn property(&self, name: &CStr) -> Option<&CStr> {
        self.properties.get(name).map(CString::as_c_str)
    }

    /// `sysmem1.md` 4.4: what was registered, and nothing under a wrong number.
    fn protocol(&self, id: u32) -> Option<Protocol> {
        match (self.place, id) {
            (Place::OfBus(bus), PROTOCOL_PBUS) => Some(bus.as_bus()),
            (Place::OfBus(bus) | Place::Below(bus), id) => bus.get(id),
            (Place::Proxy(proxy), PROTOCOL_PLATFORM_PROXY) => Some(proxy.as_protocol()),
            (Place::Proxy(_) | Place::Elsewhere, _) => None,
        }
    }
}

unsafe extern "C" fn get_protocol(
    ctx: *mut c_void,
    proto_id: u32,
    out_protocol: *mut c_void,
) -> RawStatus {
    // SAFETY: `Device::new` has put a device behind the pointer, for ever.
    let device = unsafe { &*ctx.cast::<Device>() };
    if out_protocol.is_null() {
        return Status::raw(Err(Status::INVALID_ARGS));
    }
    Status::raw(device.protocol(proto_id).ok_or(Status::NOT_SUPPORTED).map(|protocol| {
        // SAFETY: the contract of the function: room for a pair of pointers.
        unsafe { out_protocol.cast::<Protocol>().write_unaligned(protocol) };
    }))
}

unsafe extern "C" fn get_property(ctx: *mut c_void, name: *const c_char) -> *const c_char {
    if name.is_null() {
        return ptr::null();
    }
    // SAFETY: `Device::new` has put a device behind the pointer, for ever.
    let device = unsafe { &*ctx.cast::<Device>() };
    // SAFETY: the contract of the function: a string.
    let name = unsafe { CStr::from_ptr(name) };
    device.property(name).map_or(ptr::null(), CStr::as_ptr)
}

unsafe extern "C" fn log(ctx: *mut c_void, severity: u32, message: *const c_char) {
    if message.is_null() {
        return;
    }
    // SAFETY: `Device::new` has put a device behind the pointer, for ever.
    let device = unsafe { &*ctx.cast::<Device>() };
    // SAFETY: the contract of the function: a string.
    let message = unsafe { CStr::from_ptr(message) }.to_string_lossy();
    let device = device.name();
    match severity {
        0 => tracing::error!(device, "{message}"),
        1 => tracing::warn!(device, "{message}"),
        _ => tracing::info!(device, "{message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::PROTOCOL_SYSMEM;
    use crate::driver;
    use crate::driver::{Service, SysmemProvider};

    const V2: Service = Service::AllocatorV2;

    fn view(device: &'static Device) -> driver::Device {
        // SAFETY: a device of a host, which stays.
        unsafe { driver::Device::from_raw(device.as_raw()) }
    }

    /// What a driver sees, by way of the C ABI.
    #[test]
    fn edge_61_devices_hand_out_what_was_registered_and_nothing_else() {
        let bus = Registry::new();
        let properties = BTreeMap::from([("model".to_owned(), "7".to_owned())]);
        let device = |place| view(Device::new("device", &properties, place));
        let (sysmem, child, other) =
            (device(Place::OfBus(bus)), device(Place::Below(bus)), device(Place::Elsewhere));
        for device in [sysmem, child, other] {
            assert_eq!(device.sysmem(V2).unwrap_err(), Status::NOT_SUPPORTED);
            assert_eq!((device.property(c"model"), device.property(c"x")), (Some("7"), None));
        }
        let provider = || SysmemProvider::new(V2, |_| Err(Status::TIMED_OUT));
        assert_eq!(child.provide_sysmem(provider()), Err(Status::NOT_SUPPORTED));
        sysmem.provide_sysmem(provider()).unwrap();
        assert_eq!(sysmem.provide_sysmem(provider()), Err(Status::BAD_STATE));
        for device in [sysmem, child] {
            let (_client, server) = zx::Channel::pair().unwrap();
            let table = device.protocol(PROTOCOL_SYSMEM).unwrap().ops;
            assert_eq!(table, bus.get(PROTOCOL_SYSMEM).unwrap().ops);
            assert_eq!(device.sysmem(V2).unwrap().connect(server), Err(Status::TIMED_OUT));
        }
        assert_eq!(other.sysmem(V2).unwrap_err(), Status::NOT_SUPPORTED);
    }
}
