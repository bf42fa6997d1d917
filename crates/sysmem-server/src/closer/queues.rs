//! Channels are emptied before they are closed.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use zx::{Channel, MessageBuffer};

use super::piles::Pile;

/// How many packets are taken out of a channel, and the channels in its queue, before the rest is
/// left to the thread that may be stuck. A socket holds some hundreds.
const MAX_PACKETS: usize = 16_384;

/// Closes channels so that it waits for nothing that is in their queues.
#[derive(Debug)]
pub(super) struct ChannelCloser {
    buffer: MessageBuffer,
    foreign: Arc<Pile<OwnedFd>>,
    /// Channels that are to be emptied and closed.
    worklist: Vec<Channel>,
}

impl ChannelCloser {
    pub(super) fn new(foreign: Arc<Pile<OwnedFd>>) -> Self {
        Self { buffer: MessageBuffer::new(), foreign, worklist: Vec::new() }
    }

    pub(super) fn close(&mut self, channel: Channel) {
        let mut packets_left = MAX_PACKETS;
        self.worklist.push(channel);
        while let Some(channel) = self.worklist.pop() {
            if self.empty(&channel, &mut packets_left) {
                drop(channel);
            } else {
                self.foreign.add(channel.into());
            }
        }
        self.foreign.flush();
    }

    /// Takes everything out of a queue; whether that is so.
    fn empty(&mut self, channel: &Channel, packets_left: &mut usize) -> bool {
        if channel.stop_receiving().is_err() {
            return false;
        }
        while *packets_left > 0 {
            *packets_left -= 1;
            let Some(handles) = channel.take_queued(&mut self.buffer) else { return true };
            for handle in handles.drain(..) {
                match Channel::adopt(handle) {
                    Ok(channel) => self.worklist.push(channel),
                    Err((handle, _)) => self.foreign.add(handle.into()),
                }
            }
        }
        false
    }
}
