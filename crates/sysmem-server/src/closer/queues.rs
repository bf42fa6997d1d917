//! Channels are emptied before they are closed.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use zx::{Channel, MessageBuffer};

use super::piles::Pile;

/// How many packets are taken out of a channel before the rest is left to the thread that may be
/// stuck. A socket holds some hundreds.
const MAX_PACKETS: usize = 16_384;

/// Closes channels so that it waits for nothing that is in their queues.
#[derive(Debug)]
pub(super) struct ChannelCloser {
    buffer: MessageBuffer,
    foreign: Arc<Pile<OwnedFd>>,
}

impl ChannelCloser {
    pub(super) fn new(foreign: Arc<Pile<OwnedFd>>) -> Self {
        Self { buffer: MessageBuffer::new(), foreign }
    }

    pub(super) fn close(&mut self, channel: Channel) {
        if self.empty(&channel) {
            drop(channel);
        } else {
            self.foreign.add(channel.into());
        }
        self.foreign.flush();
    }

    /// Takes everything out of a queue; whether that is so.
    fn empty(&mut self, channel: &Channel) -> bool {
        if channel.stop_receiving().is_err() {
            return false;
        }
        for _ in 0..MAX_PACKETS {
            let Some(handles) = channel.take_queued(&mut self.buffer) else { return true };
            handles.drain(..).for_each(|handle| self.foreign.add(handle.into()));
        }
        false
    }
}
