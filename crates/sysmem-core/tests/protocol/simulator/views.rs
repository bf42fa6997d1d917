//! What clients of the first version of the protocol do.

use fidl::{ClientEnd, ServerEnd};
use sysmem_core::{ChannelKind, v1};
use sysmem_fidl::fuchsia_sysmem::*;

use super::run::{Peer, Run};
use crate::handle::{Object, Pair};
use crate::sysmem1::constraints::{cpu, writer};
use crate::wires::Answer;

/// Fewer than would fail the view.
const WAITS_MAX: usize = 8;

impl Run {
    /// Whether whoever got this token speaks the first version. It cannot say that it watches weak
    /// buffers.
    pub fn speaks_v1(&mut self, token: Pair) -> bool {
        let peer = &self.peers[&token];
        (!peer.weak || peer.weak_ok) && self.rng.percent(20)
    }

    fn connect_v1(&mut self) -> Pair {
        let pair = self.driver.connect_to(ChannelKind::AllocatorV1);
        self.peers.insert(pair, Peer::new(ChannelKind::AllocatorV1));
        pair
    }

    pub fn bind_as_view(&mut self, token: Pair) {
        let allocators = self.open(ChannelKind::AllocatorV1);
        let allocator = self.rng.pick(&allocators).unwrap_or_else(|| self.connect_v1());
        let peer = Peer { kind: ChannelKind::View, ..self.peers[&token].clone() };
        let (_, buffer_collection_request) = self.new_channel(peer, self.families[&token]);
        let token_end = ClientEnd::new(self.driver.wires.handle(Object::ClientEnd(token)));
        self.forget(token);
        self.send::<AllocatorBindSharedCollectionMethod>(
            allocator,
            AllocatorBindSharedCollectionRequest { token: token_end, buffer_collection_request },
        );
    }

    pub fn act_as_allocator_v1(&mut self, pair: Pair) {
        let family = self.new_family();
        match self.rng.below(4) {
            0 => {
                let (_, token_request) = self.new_channel(Peer::new(ChannelKind::Token), family);
                self.send::<AllocatorAllocateSharedCollectionMethod>(
                    pair,
                    AllocatorAllocateSharedCollectionRequest { token_request },
                );
            }
            1 => {
                let (_, end) = self.new_channel(Peer::new(ChannelKind::View), family);
                self.send::<AllocatorAllocateNonSharedCollectionMethod>(
                    pair,
                    AllocatorAllocateNonSharedCollectionRequest { collection_request: end },
                );
            }
            _ => {
                if let Some(token) = self.rng.pick(&self.open(ChannelKind::Token)) {
                    self.bind_token(token);
                }
            }
        }
    }

    /// The first version on a token, whoever made it.
    pub fn act_as_token_v1(&mut self, pair: Pair, peer: &Peer) {
        match self.rng.below(3) {
            0 => {
                let child = self.driver.wires.new_pair(ChannelKind::Token);
                self.meet(child, peer.child(), self.families[&pair]);
                let end = self.driver.wires.handle(Object::ServerEnd(child));
                self.send::<BufferCollectionTokenDuplicateMethod>(
                    pair,
                    BufferCollectionTokenDuplicateRequest {
                        rights_attenuation_mask: u32::MAX,
                        token_request: ServerEnd::new(end),
                    },
                );
            }
            1 => {
                self.driver.wires.call::<BufferCollectionTokenSyncMethod>(pair, ());
            }
            _ => {
                self.peer(pair).released = true;
                self.send::<BufferCollectionTokenCloseMethod>(pair, ());
            }
        }
    }

    pub fn act_as_view(&mut self, pair: Pair, peer: &Peer) {
        let waits = self.driver.wires.channels[&pair].outstanding.len();
        match self.rng.below(10) {
            0..3 if !peer.ready && !peer.has_sink => self.set_sink(pair),
            0..5 if !peer.ready => self.constrain_view(pair),
            0..5 if waits < WAITS_MAX => {
                self.driver.wires.call::<BufferCollectionWaitForBuffersAllocatedMethod>(pair, ());
            }
            5 | 6 if waits < WAITS_MAX => {
                self.driver.wires.call::<BufferCollectionCheckBuffersAllocatedMethod>(pair, ());
            }
            7 if self.rng.percent(30) => {
                self.peer(pair).released = true;
                self.send::<BufferCollectionCloseMethod>(pair, ());
            }
            _ => {
                self.driver.wires.call::<BufferCollectionSyncMethod>(pair, ());
            }
        }
    }

    pub fn constrain_view(&mut self, pair: Pair) {
        let (has_constraints, constraints) = match self.rng.below(6) {
            0 => (true, writer(1, 4096)),
            1 if !self.manners.agreeable => (false, Default::default()),
            2 if !self.manners.agreeable && self.rng.percent(20) => (true, cpu(65, 64)),
            _ => (true, BufferCollectionConstraints { min_buffer_count: 2, ..cpu(0, 64) }),
        };
        self.peer(pair).ready = true;
        self.send::<BufferCollectionSetConstraintsMethod>(
            pair,
            BufferCollectionSetConstraintsRequest { has_constraints, constraints },
        );
    }

    /// Waits for buffers, and looks until the answer comes or cannot come.
    pub fn wait_for_view(&mut self, view: Pair) -> Option<Answer> {
        let wires = &mut self.driver.wires;
        let txid = wires.call::<BufferCollectionWaitForBuffersAllocatedMethod>(view, ());
        while self.driver.deliver(view) {}
        self.driver.wires.take_answer(view, txid)
    }

    pub fn note_reply_v1(&mut self, pair: Pair, reply: v1::Reply) {
        match reply {
            v1::Reply::Buffers(_, Ok(delivery)) => {
                self.tally.deliveries_v1 += 1;
                self.note_delivery(pair, delivery.buffers);
            }
            v1::Reply::Buffers(_, Err(_)) => self.tally.refusals += 1,
            _ => {}
        }
    }

    fn set_sink(&mut self, pair: Pair) {
        self.peer(pair).has_sink = true;
        let sink = self.driver.wires.new_pair(ChannelKind::View);
        let events = ClientEnd::new(self.driver.wires.handle(Object::ClientEnd(sink)));
        let request = BufferCollectionSetEventSinkRequest { events };
        self.send::<BufferCollectionSetEventSinkMethod>(pair, request);
    }
}
