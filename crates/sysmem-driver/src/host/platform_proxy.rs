//! The way of proxies to the bus (`sysmem1.md` 4.5), in the host of one device.

use std::ffi::c_void;
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use zx::{Channel, Interest, MessageBuffer, RecvError};

use crate::abi::{
    MAX_PROXY_REQUEST_BYTES, PlatformProxyOps, Protocol, ProxyRequest, RawHandle, RawStatus,
};
use crate::ends;
use crate::host::registry::Registry;
use crate::limits::PROXY_REPLY_WAIT;
use crate::service::Service;
use crate::status::Status;

/// What the proxy for sysmem gets: the right to offer its protocols, and calls to the bus about
/// them. Stays for as long as the process runs.
#[derive(Debug)]
pub(super) struct PlatformProxyHost {
    registry: &'static Registry,
    calls: &'static Calls,
}

/// The channel to the bus. One call at a time.
#[derive(Debug)]
pub(super) struct Calls(Mutex<CallState>);

#[derive(Debug)]
struct CallState {
    channel: Channel,
    buffer: MessageBuffer,
    last_txid: u32,
}

static OPS: PlatformProxyOps = PlatformProxyOps { register_protocol, proxy };

impl Calls {
    pub(super) fn new(channel: Channel) -> &'static Self {
        let buffer = MessageBuffer::new();
        Box::leak(Box::new(Self(Mutex::new(CallState { channel, buffer, last_txid: 0 }))))
    }

    /// Sends a request and waits for what the bus says of it.
    fn call(&self, request: &[u8], end: Channel) -> Result<(), Status> {
        // A call is complete or its reply is recognised as late.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let CallState { channel, buffer, last_txid } = &mut *state;
        *last_txid = last_txid.wrapping_add(1).max(1);
        let mut packet = request.to_vec();
        packet.get_mut(..4).ok_or(Status::OUT_OF_RANGE)?.copy_from_slice(&last_txid.to_ne_bytes());
        channel.send(&packet, &[end.as_fd()]).map_err(|error| match error {
            zx::SendError::PeerClosed => Status::PEER_CLOSED,
            _ => Status::INTERNAL,
        })?;
        // The bus has its copy.
        drop(end);
        let deadline = Instant::now() + PROXY_REPLY_WAIT;
        loop {
            match channel.recv(buffer) {
                Ok(reply) => match read_reply(reply.bytes) {
                    Some((txid, status)) if txid == *last_txid => return Status::check(status),
                    // It comes too late for whoever waited.
                    Some(_) => {}
                    None => return Err(Status::INTERNAL),
                },
                Err(RecvError::WouldBlock) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left == Duration::ZERO {
                        return Err(Status::TIMED_OUT);
                    }
                    channel.wait(Interest::Readable, Some(left)).map_err(|_| Status::INTERNAL)?;
                }
                Err(RecvError::PeerClosed) => return Err(Status::PEER_CLOSED),
                Err(_) => return Err(Status::INTERNAL),
            }
        }
    }
}

impl PlatformProxyHost {
    pub(super) fn new(registry: &'static Registry, calls: &'static Calls) -> &'static Self {
        Box::leak(Box::new(Self { registry, calls }))
    }

    pub(super) fn as_protocol(&'static self) -> Protocol {
        Protocol {
            ops: std::ptr::from_ref(&OPS).cast(),
            ctx: std::ptr::from_ref(self).cast_mut().cast(),
        }
    }

    fn proxy(&self, request: &[u8], end: Channel) -> Result<(), Status> {
        let header = ProxyRequest::from_bytes(request).ok_or(Status::OUT_OF_RANGE)?;
        if Service::of_protocol(header.proto_id).is_none() {
            return Err(Status::ACCESS_DENIED);
        }
        if header.device_id != 0 {
            return Err(Status::INVALID_ARGS);
        }
        self.calls.call(request, end)
    }
}

fn read_reply(bytes: &[u8]) -> Option<(u32, RawStatus)> {
    let (txid, rest) = bytes.split_first_chunk()?;
    let (status, _) = rest.split_first_chunk()?;
    Some((u32::from_ne_bytes(*txid), RawStatus::from_ne_bytes(*status)))
}

unsafe extern "C" fn register_protocol(
    ctx: *mut c_void,
    proto_id: u32,
    protocol: *const c_void,
) -> RawStatus {
    if protocol.is_null() {
        return Status::raw(Err(Status::INVALID_ARGS));
    }
    // SAFETY: `PlatformProxyHost::as_protocol` has put one behind the pointer, for ever.
    let proxy = unsafe { &*ctx.cast::<PlatformProxyHost>() };
    if Service::of_protocol(proto_id).is_none() {
        return Status::raw(Err(Status::ACCESS_DENIED));
    }
    // SAFETY: the contract of the function: a pair of pointers.
    let protocol = unsafe { protocol.cast::<Protocol>().read_unaligned() };
    Status::raw(proxy.registry.offer(proto_id, protocol))
}

unsafe extern "C" fn proxy(
    ctx: *mut c_void,
    request: *const c_void,
    request_size: u32,
    handle: RawHandle,
) -> RawStatus {
    // SAFETY: the contract of the function gives the handle away.
    let end = unsafe { ends::take(handle) };
    // SAFETY: `PlatformProxyHost::as_protocol` has put one behind the pointer, for ever.
    let proxy = unsafe { &*ctx.cast::<PlatformProxyHost>() };
    Status::raw(end.and_then(|end| {
        let size = usize::try_from(request_size).map_err(|_| Status::OUT_OF_RANGE)?;
        if request.is_null() || size > MAX_PROXY_REQUEST_BYTES {
            return Err(Status::OUT_OF_RANGE);
        }
        // SAFETY: the contract of the function: so many bytes.
        let request = unsafe { std::slice::from_raw_parts(request.cast::<u8>(), size) };
        proxy.proxy(request, end)
    }))
}
