//! Requests of proxies, at the bus (`sysmem1.md` 4.5).

use std::fmt;

use zx::{Channel, MessageBuffer, RecvError};

use crate::abi::{PROXY_OP_CONNECT, ProxyRequest};
use crate::host::registry::Registry;
use crate::service::Service;
use crate::status::Status;
use crate::undertaker::Undertaker;

/// What was in the queue of a proxy's channel.
#[derive(Debug)]
pub(super) enum Receipt {
    Nothing,
    /// A request, and what came of it.
    Done(Result<(), Status>),
    End(Reason),
}

/// Why a proxy's channel has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Closed,
    Short,
    Device(u32),
    Protocol(u32),
    Operation(u32),
    Handles(usize),
    /// It does not read its replies.
    Full,
    Lost(RecvError),
}

/// Handles one packet. Nothing that a proxy sends does harm to anything but its own channel.
pub(super) fn serve(
    channel: &Channel,
    registry: &Registry,
    buffer: &mut MessageBuffer,
    undertaker: &Undertaker,
) -> Receipt {
    let (txid, service) = match receive(channel, buffer) {
        Ok(Some(request)) => request,
        Ok(None) => return Receipt::Nothing,
        Err(reason) => {
            buffer.handles().drain(..).for_each(|handle| undertaker.close(handle));
            return Receipt::End(reason);
        }
    };
    let result = match buffer.handles().pop().map(Channel::adopt) {
        Some(Ok(end)) => registry.connect_sysmem(service, end),
        Some(Err((handle, _))) => {
            undertaker.close(handle);
            Err(Status::WRONG_TYPE)
        }
        None => Err(Status::BAD_HANDLE),
    };
    let mut reply = [0; 8];
    reply[..4].copy_from_slice(&txid.to_ne_bytes());
    reply[4..].copy_from_slice(&Status::raw(result).to_ne_bytes());
    match channel.send(&reply, &[]) {
        Ok(()) => Receipt::Done(result),
        Err(zx::SendError::PeerClosed) => Receipt::End(Reason::Closed),
        Err(_) => Receipt::End(Reason::Full),
    }
}

/// The next request, by its number and what it wants, with one handle in the buffer.
fn receive(
    channel: &Channel,
    buffer: &mut MessageBuffer,
) -> Result<Option<(u32, Service)>, Reason> {
    let packet = match channel.recv_keeping(buffer) {
        Ok(packet) => packet,
        Err(RecvError::WouldBlock) => return Ok(None),
        Err(RecvError::PeerClosed) => return Err(Reason::Closed),
        Err(error) => return Err(Reason::Lost(error)),
    };
    let request = ProxyRequest::from_bytes(packet.bytes).ok_or(Reason::Short)?;
    if request.device_id != 0 {
        return Err(Reason::Device(request.device_id));
    }
    let service =
        Service::of_protocol(request.proto_id).ok_or(Reason::Protocol(request.proto_id))?;
    if request.op != PROXY_OP_CONNECT {
        return Err(Reason::Operation(request.op));
    }
    match packet.handles.len() {
        1 => Ok(Some((request.txid, service))),
        count => Err(Reason::Handles(count)),
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::Short => f.write_str("a request was too short"),
            Self::Device(id) => write!(f, "there is no device {id}"),
            Self::Protocol(id) => write!(f, "there is no proxy for protocol {id:#010x}"),
            Self::Operation(op) => write!(f, "there is no operation {op}"),
            Self::Handles(count) => write!(f, "a request had {count} handles"),
            Self::Full => f.write_str("it does not read its replies"),
            Self::Lost(error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::abi::PROTOCOL_SYSMEM;
    use crate::driver::SysmemProvider;

    const GOOD: ProxyRequest =
        ProxyRequest { txid: 9, device_id: 0, proto_id: PROTOCOL_SYSMEM, op: PROXY_OP_CONNECT };

    /// Sends a request with so many ends of channels; what came of it, and the other ends.
    fn send(registry: &Registry, bytes: &[u8], handles: usize) -> (Receipt, Channel, Vec<Channel>) {
        let (proxy, bus) = Channel::pair().unwrap();
        let (mine, theirs): (Vec<_>, Vec<_>) =
            (0..handles).map(|_| Channel::pair().unwrap()).unzip();
        let borrowed: Vec<_> = theirs.iter().map(AsFd::as_fd).collect();
        proxy.send(bytes, &borrowed).unwrap();
        drop(theirs);
        let undertaker = Undertaker::spawn().unwrap();
        let receipt = serve(&bus, registry, &mut MessageBuffer::new(), &undertaker);
        (receipt, proxy, mine)
    }

    fn assert_closed(ends: &[Channel]) {
        for end in ends {
            assert!(end.wait(zx::Interest::Readable, Some(Duration::from_secs(20))).unwrap());
            let error = end.recv(&mut MessageBuffer::new()).unwrap_err();
            assert_eq!(error, RecvError::PeerClosed);
        }
    }

    #[test]
    fn edge_56_without_sysmem_a_proxy_is_told_so() {
        let (receipt, proxy, ends) = send(Registry::new(), &GOOD.to_bytes(), 1);
        assert!(matches!(receipt, Receipt::Done(Err(Status::NOT_SUPPORTED))), "{receipt:?}");
        let mut buffer = MessageBuffer::new();
        let reply = proxy.recv(&mut buffer).unwrap();
        assert_eq!(reply.bytes, [9u32.to_ne_bytes(), (-2i32).to_ne_bytes()].concat());
        assert!(reply.handles.is_empty());
        assert_closed(&ends);
    }

    #[test]
    fn edge_57_58_malformed_requests_end_the_channel_and_leave_nothing_open() {
        let good = GOOD.to_bytes();
        let other = |request: ProxyRequest| request.to_bytes().to_vec();
        let cases = [
            (good.to_vec(), 0, Reason::Handles(0)),
            (good.to_vec(), 2, Reason::Handles(2)),
            (good[..15].to_vec(), 1, Reason::Short),
            (vec![1], 3, Reason::Short),
            (other(ProxyRequest { device_id: 1, ..GOOD }), 1, Reason::Device(1)),
            (other(ProxyRequest { proto_id: 5, ..GOOD }), 1, Reason::Protocol(5)),
            (other(ProxyRequest { op: 1, ..GOOD }), 1, Reason::Operation(1)),
        ];
        for (bytes, handles, expected) in cases {
            let (receipt, _proxy, ends) = send(Registry::new(), &bytes, handles);
            assert!(matches!(receipt, Receipt::End(reason) if reason == expected), "{receipt:?}");
            assert_closed(&ends);
        }
    }

    #[test]
    fn proxied_ends_reach_sysmem() {
        let registry = Registry::new();
        let (sender, receiver) = mpsc::channel();
        for service in Service::ALL {
            let sender = sender.clone();
            let provider = SysmemProvider::new(service, move |end| {
                sender.send((service, end)).map_err(|_| Status::INTERNAL)
            });
            let (number, protocol) = provider.raw();
            registry.offer(number, protocol).unwrap();
        }
        for service in Service::ALL {
            let request = ProxyRequest { proto_id: service.protocol_number(), ..GOOD };
            let (receipt, _proxy, ends) = send(registry, &request.to_bytes(), 1);
            assert!(matches!(receipt, Receipt::Done(Ok(()))), "{receipt:?}");
            let (reached, end) = receiver.recv().unwrap();
            assert_eq!(reached, service);
            end.send(b"hello", &[]).unwrap();
            assert_eq!(ends[0].recv(&mut MessageBuffer::new()).unwrap().bytes, b"hello");
        }
    }
}
