//! What clients do when they behave.

use fidl::{ClientEnd, OneWay, RequestValue, ServerEnd};
use fsysmem2::BufferCollectionConstraints;
use sysmem_core::ChannelKind;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use super::run::{Peer, Run};
use crate::client::SAME_RIGHTS;
use crate::constraints::{cpu, impossible, no_use, writer};
use crate::handle::{Object, Pair, SimHandle};
use crate::wires::Answer;

const TOKENS_MAX: usize = 12;

impl Run {
    /// Some client does something.
    pub fn act(&mut self) {
        let peers: Vec<Pair> = self.peers.keys().copied().collect();
        let Some(pair) = self.rng.pick(&peers).filter(|_| !self.rng.percent(4)) else {
            self.connect();
            return;
        };
        let peer = self.peers[&pair].clone();
        if self.rng.percent(self.manners.deaths) {
            self.close(pair);
        } else if self.rng.percent(self.manners.rudeness) {
            self.be_rude(pair);
        } else if peer.released {
            if self.is_at_rest(pair) {
                self.close(pair);
            }
        } else {
            match peer.kind {
                ChannelKind::Allocator => self.act_as_allocator(pair),
                ChannelKind::Token if self.rng.percent(10) => self.act_as_token_v1(pair, &peer),
                ChannelKind::Token => self.act_as_token(pair, &peer),
                ChannelKind::Collection => self.act_as_collection(pair, &peer),
                ChannelKind::Group => self.act_as_group(pair, &peer),
                ChannelKind::AllocatorV1 => self.act_as_allocator_v1(pair),
                ChannelKind::View => self.act_as_view(pair, &peer),
            }
        }
    }

    /// Turns a token in, mostly when the server knows it and has said all that it was asked.
    pub fn bind_token(&mut self, token: Pair) {
        let may_turn_in = self.is_at_rest(token) && !self.peers[&token].released;
        if !may_turn_in && !self.rng.percent(self.manners.rudeness) {
            return;
        }
        if self.speaks_v1(token) {
            return self.bind_as_view(token);
        }
        let allocators = self.open(ChannelKind::Allocator);
        let Some(allocator) = self.rng.pick(&allocators) else {
            self.connect();
            return;
        };
        let token_peer = self.peers[&token].clone();
        let peer = Peer { kind: ChannelKind::Collection, ..token_peer };
        let (_, end) = self.new_channel(peer, self.families[&token]);
        let client_end = self.driver.wires.handle(Object::ClientEnd(token));
        self.forget(token);
        self.driver.wires.send::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            allocator,
            fsysmem2::AllocatorBindSharedCollectionRequest {
                token: Some(ClientEnd::new(client_end)),
                buffer_collection_request: Some(end),
            },
        );
    }

    pub fn set_constraints(&mut self, collection: Pair) {
        let constraints = self.constraints();
        let has_to_match = !self.manners.agreeable && self.rng.percent(10);
        let must_match_vmo = has_to_match.then(|| self.some_vmo());
        self.driver.wires.send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
            collection,
            fsysmem2::BufferCollectionSetConstraintsRequest { constraints, must_match_vmo },
        );
        self.peer(collection).ready = true;
    }

    /// Waits for buffers, and looks until the answer comes or cannot come.
    pub fn wait_for(&mut self, collection: Pair) -> Option<Answer> {
        let txid = self
            .driver
            .wires
            .call::<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>(collection, ());
        while self.driver.deliver(collection) {}
        self.driver.wires.take_answer(collection, txid)
    }

    pub fn send<M: OneWay<SimHandle>>(&mut self, pair: Pair, request: RequestValue<M, SimHandle>) {
        self.driver.wires.send::<M>(pair, request);
    }

    /// The server knows the channel, and owes no reply on it: with one, tokens can come.
    fn is_at_rest(&self, pair: Pair) -> bool {
        let wire = &self.driver.wires.channels[&pair];
        wire.served_as.is_some() && wire.outstanding.is_empty()
    }

    pub fn peer(&mut self, pair: Pair) -> &mut Peer {
        self.peers.get_mut(&pair).expect("an open channel")
    }

    /// A fresh channel whose server end is about to be sent.
    pub fn new_channel<P>(&mut self, peer: Peer, family: usize) -> (Pair, ServerEnd<P, SimHandle>) {
        let pair = self.driver.wires.new_pair(peer.kind);
        self.meet(pair, peer, family);
        (pair, ServerEnd::new(self.driver.wires.handle(Object::ServerEnd(pair))))
    }

    fn connect(&mut self) {
        let pair = self.driver.connect();
        self.peers.insert(pair, Peer::new(ChannelKind::Allocator));
    }

    fn act_as_allocator(&mut self, pair: Pair) {
        let has_enough = self.open(ChannelKind::Token).len() >= TOKENS_MAX;
        match self.rng.below(8) {
            0..3 if !has_enough => {
                let family = self.new_family();
                let (_, end) = self.new_channel(Peer::new(ChannelKind::Token), family);
                self.driver.wires.send::<fsysmem2::AllocatorAllocateSharedCollectionMethod>(
                    pair,
                    fsysmem2::AllocatorAllocateSharedCollectionRequest { token_request: Some(end) },
                );
            }
            3 if !has_enough => {
                let family = self.new_family();
                let (_, end) = self.new_channel(Peer::new(ChannelKind::Collection), family);
                self.driver.wires.send::<fsysmem2::AllocatorAllocateNonSharedCollectionMethod>(
                    pair,
                    fsysmem2::AllocatorAllocateNonSharedCollectionRequest {
                        collection_request: Some(end),
                    },
                );
            }
            4 => {
                self.driver.wires.send::<fsysmem2::AllocatorSetDebugClientInfoMethod>(
                    pair,
                    fsysmem2::AllocatorSetDebugClientInfoRequest {
                        name: Some(format!("client {}", pair.0)),
                        id: Some(pair.0),
                    },
                );
            }
            5 => {
                let koid = self.rng.below(pair.0 as usize + 20) as u64;
                self.driver.wires.call::<fsysmem2::AllocatorValidateBufferCollectionTokenMethod>(
                    pair,
                    fsysmem2::AllocatorValidateBufferCollectionTokenRequest {
                        token_server_koid: Some(koid),
                    },
                );
            }
            6 => self.ask_about_vmo(pair),
            _ => {
                if let Some(token) = self.rng.pick(&self.open(ChannelKind::Token)) {
                    self.bind_token(token);
                }
            }
        }
    }

    fn act_as_token(&mut self, pair: Pair, peer: &Peer) {
        let has_enough = self.open(ChannelKind::Token).len() >= TOKENS_MAX;
        let child = peer.child();
        let family = self.families[&pair];
        match self.rng.below(12) {
            0..2 if !has_enough => {
                let rights_attenuation_mask = self.rng.pick(&[SAME_RIGHTS, u32::MAX, !8, 0]);
                let (_, end) = self.new_channel(child, family);
                self.driver.wires.send::<fsysmem2::BufferCollectionTokenDuplicateMethod>(
                    pair,
                    fsysmem2::BufferCollectionTokenDuplicateRequest {
                        rights_attenuation_mask,
                        token_request: Some(end),
                    },
                );
            }
            2 if !has_enough => {
                let masks = vec![SAME_RIGHTS; self.rng.below(4)];
                self.driver.wires.call::<fsysmem2::BufferCollectionTokenDuplicateSyncMethod>(
                    pair,
                    fsysmem2::BufferCollectionTokenDuplicateSyncRequest {
                        rights_attenuation_masks: Some(masks),
                    },
                );
            }
            3 if !self.manners.plain => {
                self.driver
                    .wires
                    .send::<fsysmem2::BufferCollectionTokenSetDispensableMethod>(pair, ());
            }
            4 if !self.manners.plain => {
                let group = Peer { kind: ChannelKind::Group, ..child };
                let (_, end) = self.new_channel(group, family);
                type Method = fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupMethod;
                type Request =
                    fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupRequest<
                        SimHandle,
                    >;
                self.driver.wires.send::<Method>(pair, Request { group_request: Some(end) });
            }
            5 => self.release(pair),
            6 => self.act_as_node(pair),
            7 if self.manners.weak => self.set_weak(pair),
            _ => self.bind_token(pair),
        }
    }

    fn act_as_collection(&mut self, pair: Pair, peer: &Peer) {
        match self.rng.below(10) {
            0..6 if !peer.ready => self.set_constraints(pair),
            0..4 if peer.weak && !peer.weak_ok && self.rng.percent(95) => self.set_weak_ok(pair),
            0..4 => {
                self.peer(pair).has_waited = true;
                self.driver
                    .wires
                    .call::<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>(pair, ());
            }
            4 => {
                self.driver
                    .wires
                    .call::<fsysmem2::BufferCollectionCheckAllBuffersAllocatedMethod>(pair, ());
            }
            5 | 6 if !self.manners.plain && (!peer.weak || self.rng.percent(3)) => {
                let child = Peer { attached: true, ..peer.child() };
                let (_, end) = self.new_channel(child, self.families[&pair]);
                self.driver.wires.send::<fsysmem2::BufferCollectionAttachTokenMethod>(
                    pair,
                    fsysmem2::BufferCollectionAttachTokenRequest {
                        rights_attenuation_mask: Some(SAME_RIGHTS),
                        token_request: Some(end),
                    },
                );
            }
            7 if self.rng.percent(30) => self.release(pair),
            8 if self.manners.weak && !peer.ready => self.set_weak(pair),
            _ => self.act_as_node(pair),
        }
    }

    fn act_as_group(&mut self, pair: Pair, peer: &Peer) {
        match self.rng.below(6) {
            0..3 if !peer.ready => {
                let child = peer.child();
                let (_, end) = self.new_channel(child, self.families[&pair]);
                self.peer(pair).has_children = true;
                self.driver.wires.send::<fsysmem2::BufferCollectionTokenGroupCreateChildMethod>(
                    pair,
                    fsysmem2::BufferCollectionTokenGroupCreateChildRequest {
                        token_request: Some(end),
                        rights_attenuation_mask: None,
                    },
                );
            }
            3 if !peer.ready => {
                self.peer(pair).has_children = true;
                type Method = fsysmem2::BufferCollectionTokenGroupCreateChildrenSyncMethod;
                type Request = fsysmem2::BufferCollectionTokenGroupCreateChildrenSyncRequest;
                let rights_attenuation_masks = Some(vec![SAME_RIGHTS; 2]);
                self.driver.wires.call::<Method>(pair, Request { rights_attenuation_masks });
            }
            4 if !peer.ready && peer.has_children => {
                self.peer(pair).ready = true;
                self.driver
                    .wires
                    .send::<fsysmem2::BufferCollectionTokenGroupAllChildrenPresentMethod>(pair, ());
            }
            5 if peer.ready => self.release(pair),
            _ => self.act_as_node(pair),
        }
    }

    fn release(&mut self, pair: Pair) {
        self.peer(pair).released = true;
        self.driver.wires.send::<fsysmem2::NodeReleaseMethod>(pair, ());
    }

    /// What all nodes can do.
    fn act_as_node(&mut self, pair: Pair) {
        if self.rng.percent(30) {
            self.act_about_lifetime(pair);
            return;
        }
        let wires = &mut self.driver.wires;
        match self.rng.below(8) {
            0 => wires.send::<fsysmem2::NodeSetNameMethod>(
                pair,
                fsysmem2::NodeSetNameRequest {
                    priority: Some(self.rng.below(3) as u32),
                    name: Some("simulated".into()),
                },
            ),
            1 => wires.send::<fsysmem2::NodeSetDebugClientInfoMethod>(
                pair,
                fsysmem2::NodeSetDebugClientInfoRequest { name: Some("node".into()), id: None },
            ),
            2 => wires.send::<fsysmem2::NodeSetDebugTimeoutLogDeadlineMethod>(
                pair,
                fsysmem2::NodeSetDebugTimeoutLogDeadlineRequest {
                    deadline: Some(self.rng.below(1 << 40) as i64),
                },
            ),
            3 => {
                wires.call::<fsysmem2::NodeGetNodeRefMethod>(pair, ());
            }
            4 => {
                let object = match self.rng.pick(&self.known_nodes) {
                    Some(node) => Object::NodeRef(node),
                    None => Object::Event,
                };
                let node_ref = Some(wires.handle(object));
                let request = fsysmem2::NodeIsAlternateForRequest { node_ref };
                wires.call::<fsysmem2::NodeIsAlternateForMethod>(pair, request);
            }
            5 => {
                wires.call::<fsysmem2::NodeGetBufferCollectionIdMethod>(pair, ());
            }
            6 if self.rng.percent(5) => {
                wires.send::<fsysmem2::NodeSetVerboseLoggingMethod>(pair, ());
            }
            _ => {
                wires.call::<fsysmem2::NodeSyncMethod>(pair, ());
            }
        }
    }

    fn constraints(&mut self) -> Option<BufferCollectionConstraints> {
        let count = self.rng.below(2) as u32;
        match self.rng.below(8) {
            0 | 1 => Some(writer(1, 4096)),
            2 if !self.manners.agreeable => Some(no_use(0)),
            3 if !self.manners.agreeable => None,
            4 if !self.manners.agreeable && self.rng.percent(20) => Some(impossible()),
            _ => Some(BufferCollectionConstraints { min_buffer_count: Some(2), ..cpu(count, 64) }),
        }
    }
}
