//! Packets that wait because too many descriptors are in flight.
//!
//! The kernel counts descriptors that were sent and not yet received, per user over all sockets. At
//! the limit nobody gets any, and that is not the fault of whoever is next: so the packet waits
//! (`linux-objects.md`, Limits of the sockets).

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::{AsFd, BorrowedFd};

use sysmem_core::{ChannelId, Instant};
use zx::SendError;

/// The most packets that wait for one channel. A client that asks for more is one that does not
/// read.
const MAX_PACKETS: usize = 16;

/// The first and the longest wait between two attempts, in nanoseconds.
const FIRST_WAIT_NS: i64 = 1_000_000;
const LONGEST_WAIT_NS: i64 = 64_000_000;

/// One packet, whole.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) handles: Vec<zx::Handle>,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Posted {
    /// It is sent.
    Sent,
    /// It cannot be sent for want of descriptors in flight.
    Later,
    /// The peer is gone, which its channel will tell when everything before it is read.
    PeerGone,
    /// The peer does not read.
    Full,
}

/// The packets that wait, by channel, in order.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: BTreeMap<ChannelId, VecDeque<Packet>>,
    next_attempt: Option<Instant>,
    wait_ns: i64,
}

impl Outbox {
    /// Whether packets wait for a channel, so that another one must not overtake them.
    pub(crate) fn has(&self, channel: ChannelId) -> bool {
        self.waiting.contains_key(&channel)
    }

    /// Keeps a packet for later.
    pub(crate) fn keep(&mut self, channel: ChannelId, packet: Packet, now: Instant) -> Posted {
        let queue = self.waiting.entry(channel).or_default();
        if queue.len() >= MAX_PACKETS {
            return Posted::Full;
        }
        queue.push_back(packet);
        if self.next_attempt.is_none() {
            self.wait_ns = FIRST_WAIT_NS;
            self.next_attempt = Some(later(now, self.wait_ns));
        }
        Posted::Later
    }

    /// Drops what waits for a channel that is closed.
    pub(crate) fn forget(&mut self, channel: ChannelId) {
        self.waiting.remove(&channel);
    }

    /// When [`Outbox::retry`] has something to do.
    pub(crate) fn next_attempt(&self) -> Option<Instant> {
        self.next_attempt
    }

    /// Sends again what is due. `send` is given one packet at a time, in order; the channels whose
    /// peers do not read are returned.
    pub(crate) fn retry(
        &mut self,
        now: Instant,
        mut send: impl FnMut(ChannelId, &Packet) -> Posted,
    ) -> Vec<ChannelId> {
        if self.next_attempt.is_none_or(|at| at > now) {
            return Vec::new();
        }
        let mut full = Vec::new();
        self.waiting.retain(|channel, queue| {
            while let Some(packet) = queue.front() {
                match send(*channel, packet) {
                    Posted::Sent => drop(queue.pop_front()),
                    Posted::Later => return true,
                    Posted::PeerGone => return false,
                    Posted::Full => {
                        full.push(*channel);
                        return false;
                    }
                }
            }
            false
        });
        self.wait_ns = self.wait_ns.saturating_mul(2).min(LONGEST_WAIT_NS);
        self.next_attempt = (!self.waiting.is_empty()).then(|| later(now, self.wait_ns));
        full
    }
}

/// Sends one packet, without waiting. The handles stay where they are.
pub(crate) fn send(socket: &zx::Channel, bytes: &[u8], handles: &[zx::Handle]) -> Posted {
    let borrowed: Vec<BorrowedFd<'_>> = handles.iter().map(AsFd::as_fd).collect();
    match socket.send(bytes, &borrowed) {
        Ok(()) => Posted::Sent,
        Err(SendError::TooManyReferences) => Posted::Later,
        Err(SendError::PeerClosed) => Posted::PeerGone,
        Err(SendError::WouldBlock) => Posted::Full,
        Err(error) => {
            // Too long, too many handles, no memory: nothing that another attempt would cure.
            tracing::error!(%error, "a packet cannot be sent");
            Posted::Full
        }
    }
}

fn later(now: Instant, wait_ns: i64) -> Instant {
    Instant(now.0.saturating_add(wait_ns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(first: u8) -> Packet {
        Packet { bytes: vec![first], handles: Vec::new() }
    }

    #[test]
    fn objects_packets_wait_in_order_and_attempts_become_rarer() {
        let mut outbox = Outbox::default();
        let (one, two) = (ChannelId(1), ChannelId(2));
        let start = Instant(0);
        for number in 0..3 {
            assert_eq!(outbox.keep(one, packet(number), start), Posted::Later);
        }
        assert_eq!(outbox.keep(two, packet(9), start), Posted::Later);
        assert!(outbox.retry(start, |_, _| panic!("too early")).is_empty());

        let first = outbox.next_attempt().unwrap();
        let mut sent = Vec::new();
        let mut space = 2;
        let full = outbox.retry(first, |channel, packet| {
            if channel == two {
                return Posted::Full;
            }
            if space == 0 {
                return Posted::Later;
            }
            space -= 1;
            sent.extend_from_slice(&packet.bytes);
            Posted::Sent
        });
        assert_eq!((sent.as_slice(), full.as_slice()), (&[0, 1][..], &[two][..]));
        assert!(outbox.has(one) && !outbox.has(two));

        let second = outbox.next_attempt().unwrap();
        assert_eq!(second.0 - first.0, 2 * first.0);
        assert!(outbox.retry(second, |_, _| Posted::Sent).is_empty());
        assert!(!outbox.has(one));
        assert_eq!(outbox.next_attempt(), None);
    }

    #[test]
    fn objects_a_client_that_makes_the_outbox_grow_has_failed() {
        let mut outbox = Outbox::default();
        for _ in 0..MAX_PACKETS {
            assert_eq!(outbox.keep(ChannelId(1), packet(0), Instant(0)), Posted::Later);
        }
        assert_eq!(outbox.keep(ChannelId(1), packet(0), Instant(0)), Posted::Full);
        outbox.forget(ChannelId(1));
        assert!(!outbox.has(ChannelId(1)));
    }
}
