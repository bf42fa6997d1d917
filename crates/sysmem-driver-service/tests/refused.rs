//! The sysmem driver on a bus that does not want it.

use std::ffi::{CStr, CString, c_char, c_void};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;

use sysmem_driver::abi::{
    DeviceOps, PROTOCOL_PBUS, PROTOCOL_SYSMEM, PROTOCOL_SYSMEM_V1, PbusOps, Protocol, RawDevice,
    RawStatus,
};
use sysmem_driver_service::sysmem_driver_record;

const OK: RawStatus = 0;
const NOT_SUPPORTED: RawStatus = -2;
const BAD_STATE: RawStatus = -20;

/// A bus on which somebody offers a protocol already.
struct Bus {
    taken: u32,
    node: CString,
    svc: CString,
}

static DEVICE_OPS: DeviceOps = DeviceOps { get_protocol, get_property, log };
static BUS_OPS: PbusOps = PbusOps { register_protocol };

/// The bus behind a context of the C ABI.
///
/// # Safety
///
/// The context is one that the test has made.
unsafe fn bus<'b>(ctx: *mut c_void) -> &'b Bus {
    // SAFETY: the caller's promise; the test keeps the bus until the driver is done.
    unsafe { &*ctx.cast::<Bus>() }
}

unsafe extern "C" fn get_protocol(ctx: *mut c_void, id: u32, out: *mut c_void) -> RawStatus {
    if id != PROTOCOL_PBUS {
        return NOT_SUPPORTED;
    }
    let protocol = Protocol { ops: ptr::from_ref(&BUS_OPS).cast(), ctx };
    // SAFETY: the driver passes room for a pair of pointers.
    unsafe { out.cast::<Protocol>().write_unaligned(protocol) };
    OK
}

unsafe extern "C" fn get_property(ctx: *mut c_void, name: *const c_char) -> *const c_char {
    // SAFETY: the context of the device, and a string.
    let (bus, name) = unsafe { (bus(ctx), CStr::from_ptr(name)) };
    match name.to_bytes() {
        b"node" => bus.node.as_ptr(),
        b"svc" => bus.svc.as_ptr(),
        _ => ptr::null(),
    }
}

unsafe extern "C" fn log(_: *mut c_void, _: u32, _: *const c_char) {}

unsafe extern "C" fn register_protocol(ctx: *mut c_void, id: u32, _: *const c_void) -> RawStatus {
    // SAFETY: the context of the bus is that of the device.
    let bus = unsafe { bus(ctx) };
    assert!(Path::new(bus.node.to_str().unwrap()).exists(), "it could be reached before");
    if id == bus.taken { BAD_STATE } else { OK }
}

#[test]
fn edge_60_a_driver_that_cannot_register_leaves_no_node() {
    for taken in [PROTOCOL_SYSMEM, PROTOCOL_SYSMEM_V1] {
        let directory = tempfile::tempdir().unwrap();
        let path = |name| CString::new(directory.path().join(name).as_os_str().as_bytes()).unwrap();
        let bus = Bus { taken, node: path("node"), svc: path("svc") };
        let device = RawDevice { ops: &DEVICE_OPS, ctx: ptr::from_ref(&bus).cast_mut().cast() };
        // The record has a device for as long as the process runs.
        let device: &'static RawDevice = Box::leak(Box::new(device));
        let mut driver = ptr::null_mut();
        // SAFETY: a device as the header describes it, and room for a pointer.
        let status = unsafe { (sysmem_driver_record.bind)(device, &raw mut driver) };
        assert_eq!(status, BAD_STATE);
        assert!(driver.is_null(), "there is nothing to release");
        assert!(!directory.path().join("node").exists());
        let left = fs::read_dir(directory.path().join("svc")).unwrap().count();
        assert_eq!(left, 0, "sockets were left behind");
    }
}
