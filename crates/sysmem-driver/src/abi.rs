//! `include/sysmem/driver.h` in Rust: the same layouts, described there.

use std::ffi::{c_char, c_void};

/// `SYSMEM_DRIVER_ABI_VERSION`.
pub const ABI_VERSION: u32 = 1;

/// `ZX_PROTOCOL_SYSMEM`.
pub const PROTOCOL_SYSMEM: u32 = 0x7053_794d;
/// `ZX_PROTOCOL_SYSMEM_V1`.
pub const PROTOCOL_SYSMEM_V1: u32 = 0x7053_7931;
/// `ZX_PROTOCOL_PDEV`.
pub const PROTOCOL_PDEV: u32 = 0x7050_4456;
/// `ZX_PROTOCOL_PBUS`.
pub const PROTOCOL_PBUS: u32 = 0x7050_4255;
/// `ZX_PROTOCOL_PLATFORM_PROXY`.
pub const PROTOCOL_PLATFORM_PROXY: u32 = 0x7050_5052;

/// The symbol that a driver exports.
pub const RECORD_SYMBOL: &str = "sysmem_driver_record";

/// `zx_handle_t`: the number of a descriptor, 0 for none.
pub type RawHandle = u32;

/// `zx_status_t`.
pub type RawStatus = i32;

/// A table of functions without its type, and what they take first.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    pub ops: *const c_void,
    pub ctx: *mut c_void,
}

/// `sysmem_protocol_ops_t`.
#[repr(C)]
#[derive(Debug)]
pub struct SysmemOps {
    pub connect: unsafe extern "C" fn(ctx: *mut c_void, allocator_request: RawHandle) -> RawStatus,
}

/// `pbus_protocol_ops_t`.
#[repr(C)]
#[derive(Debug)]
pub struct PbusOps {
    pub register_protocol:
        unsafe extern "C" fn(ctx: *mut c_void, proto_id: u32, protocol: *const c_void) -> RawStatus,
}

/// `platform_proxy_protocol_ops_t`.
#[repr(C)]
#[derive(Debug)]
pub struct PlatformProxyOps {
    pub register_protocol:
        unsafe extern "C" fn(ctx: *mut c_void, proto_id: u32, protocol: *const c_void) -> RawStatus,
    pub proxy: unsafe extern "C" fn(
        ctx: *mut c_void,
        request: *const c_void,
        request_size: u32,
        handle: RawHandle,
    ) -> RawStatus,
}

/// `sysmem_device_ops_t`.
#[repr(C)]
#[derive(Debug)]
pub struct DeviceOps {
    pub get_protocol: unsafe extern "C" fn(
        ctx: *mut c_void,
        proto_id: u32,
        out_protocol: *mut c_void,
    ) -> RawStatus,
    pub get_property: unsafe extern "C" fn(ctx: *mut c_void, name: *const c_char) -> *const c_char,
    pub log: unsafe extern "C" fn(ctx: *mut c_void, severity: u32, message: *const c_char),
}

/// `sysmem_device_t`.
#[repr(C)]
#[derive(Debug)]
pub struct RawDevice {
    pub ops: *const DeviceOps,
    pub ctx: *mut c_void,
}

/// `sysmem_bind_rule_t`.
#[repr(C)]
#[derive(Debug)]
pub struct BindRule {
    pub property: *const c_char,
    pub value: *const c_char,
}

/// `sysmem_driver_t`.
#[repr(C)]
#[derive(Debug)]
pub struct DriverRecord {
    pub abi_version: u32,
    pub protocol: u32,
    pub name: *const c_char,
    pub rules: *const BindRule,
    pub rule_count: u32,
    pub bind:
        unsafe extern "C" fn(device: *const RawDevice, out_ctx: *mut *mut c_void) -> RawStatus,
    pub release: Option<unsafe extern "C" fn(ctx: *mut c_void)>,
}

// SAFETY: a record is constant, and so is everything that it points to.
unsafe impl Sync for DriverRecord {}

/// A request of a proxy: four numbers in the byte order of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyRequest {
    pub txid: u32,
    pub device_id: u32,
    pub proto_id: u32,
    pub op: u32,
}

/// `SYSMEM_PROXY_OP_CONNECT`.
pub const PROXY_OP_CONNECT: u32 = 0;

/// How long a request of a proxy may be.
pub const MAX_PROXY_REQUEST_BYTES: usize = 4096;

impl ProxyRequest {
    pub const BYTES: usize = 16;

    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let numbers = [self.txid, self.device_id, self.proto_id, self.op];
        for (place, number) in bytes.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_ne_bytes());
        }
        bytes
    }

    /// The numbers at the beginning of `bytes`; `None` if they are not all there.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, _) = bytes.as_chunks();
        let [txid, device_id, proto_id, op, ..] = numbers else { return None };
        let number = |bytes: &[u8; 4]| u32::from_ne_bytes(*bytes);
        Some(Self {
            txid: number(txid),
            device_id: number(device_id),
            proto_id: number(proto_id),
            op: number(op),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;

    /// `sysmem1.md` 4.1 and 4.5.
    #[test]
    fn r7_r8_layouts_and_numbers() {
        assert_eq!(size_of::<Protocol>(), 2 * size_of::<usize>());
        assert_eq!((offset_of!(Protocol, ops), offset_of!(Protocol, ctx)), (0, size_of::<usize>()));
        assert_eq!(size_of::<SysmemOps>(), size_of::<usize>(), "one slot");
        let letters = |id: u32| id.to_be_bytes();
        assert_eq!(&letters(PROTOCOL_SYSMEM), b"pSyM");
        assert_eq!(&letters(PROTOCOL_SYSMEM_V1), b"pSy1");
        assert_eq!(&letters(PROTOCOL_PDEV), b"pPDV");
        assert_eq!(&letters(PROTOCOL_PBUS), b"pPBU");
        assert_eq!(&letters(PROTOCOL_PLATFORM_PROXY), b"pPPR");
    }

    #[test]
    fn proxy_requests_are_written_and_read() {
        let request =
            ProxyRequest { txid: 7, device_id: 0, proto_id: PROTOCOL_SYSMEM, op: PROXY_OP_CONNECT };
        assert_eq!(ProxyRequest::from_bytes(&request.to_bytes()), Some(request));
        assert_eq!(ProxyRequest::from_bytes(&request.to_bytes()[..15]), None);
    }
}
