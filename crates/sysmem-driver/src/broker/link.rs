//! Connections from brokers behind this one.

use std::fmt;

use zx::{Channel, MessageBuffer, RecvError};

use crate::service::Service;
use crate::undertaker::Undertaker;

/// A channel on which another broker speaks `DriverConnector`.
#[derive(Debug)]
pub(super) struct Link(pub(super) Channel);

/// What was in the queue of a link.
pub(super) enum Receipt {
    Nothing,
    /// A connection that is to be handed on.
    Request(Service, Channel),
    End(Reason),
}

/// Why a link has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Closed,
    Malformed,
    Lost(RecvError),
}

impl Link {
    /// Receives one packet. Whatever comes with one that is no request goes to `undertaker`.
    pub(super) fn receive(&self, buffer: &mut MessageBuffer, undertaker: &Undertaker) -> Receipt {
        let packet = match self.0.recv_keeping(buffer) {
            Ok(packet) => packet,
            Err(RecvError::WouldBlock) => return Receipt::Nothing,
            Err(error) => {
                bury(buffer.handles(), undertaker);
                return Receipt::End(match error {
                    RecvError::PeerClosed => Reason::Closed,
                    error => Reason::Lost(error),
                });
            }
        };
        // Only a single channel gets as far as the decoder, which closes what it refuses here.
        if packet.handles.len() == 1
            && let Some(handle) = packet.handles.pop()
        {
            match Channel::adopt(handle) {
                Ok(end) => {
                    return match Service::decode(packet.bytes, end) {
                        Some((service, end)) => Receipt::Request(service, end),
                        None => Receipt::End(Reason::Malformed),
                    };
                }
                Err((handle, _)) => undertaker.close(handle),
            }
        }
        bury(packet.handles, undertaker);
        Receipt::End(Reason::Malformed)
    }
}

fn bury(handles: &mut Vec<zx::Handle>, undertaker: &Undertaker) {
    handles.drain(..).for_each(|handle| undertaker.close(handle));
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed"),
            Self::Malformed => f.write_str("it sent something that is no request"),
            Self::Lost(error) => error.fmt(f),
        }
    }
}
