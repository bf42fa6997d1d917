//! Clients that do everything that clients do, at random.

use std::any::Any;

use sysmem_fidl::fuchsia_sysmem2::*;
use zx::EventPair;

use crate::common::memory::{close_weak_asap, eventpair, track_lifetime};
use crate::common::*;

/// Numbers that look random and come from a seed: SplitMix64.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

/// What a client has, and what ends when it closes it.
enum Thing {
    Token(Token),
    Collection(Collection),
    Group(Group),
    /// A connection, a handle to memory, or a mapping.
    Other(#[expect(dead_code, reason = "it is there to be dropped")] Box<dyn Any>),
}

impl Thing {
    /// Closes it, after a good-bye or without one.
    fn end(self, release: bool) {
        match self {
            Self::Token(token) if release => token.release(),
            Self::Collection(collection) if release => collection.release(),
            Self::Group(group) if release => group.release(),
            _ => {}
        }
    }
}

/// Clients at work.
pub struct Crowd {
    pub rng: Rng,
    clients: Vec<Allocator>,
    things: Vec<Thing>,
    /// Eventpairs whose other ends are closed when something is gone.
    trackers: Vec<EventPair>,
}

impl Crowd {
    pub fn new(seed: u64, clients: Vec<Allocator>) -> Self {
        Self { rng: Rng(seed), clients, things: Vec::new(), trackers: Vec::new() }
    }

    /// Ends half of everything, in random order.
    pub fn tidy_up(&mut self) {
        self.rng.shuffle(&mut self.things);
        for thing in self.things.split_off(self.things.len() / 2) {
            thing.end(self.rng.percent(50));
        }
        self.trackers.truncate(self.trackers.len() / 2);
    }

    /// Makes a collection of some shape, and brings it some way along.
    pub fn make_collection(&mut self) {
        let client = self.rng.below(self.clients.len());
        let root = shared_token(&self.clients[client]);
        let mut tokens = self.make_children(&root);
        let group =
            if self.rng.percent(30) { Some(self.make_group(&root, &mut tokens)) } else { None };
        root.sync().unwrap();
        self.track_nodes(&tokens);
        tokens.insert(0, root);
        if self.rng.percent(15) {
            // Never turned in.
            self.things.extend(tokens.into_iter().map(Thing::Token));
            self.things.extend(group.map(Thing::Group));
            return;
        }
        let mut collections = Vec::new();
        for token in tokens {
            let client = self.rng.below(self.clients.len());
            collections.push(bind(&self.clients[client], token));
        }
        let speak_up = if self.rng.percent(75) { 100 } else { 50 };
        let mut silent = false;
        for collection in &collections {
            if self.rng.percent(speak_up) {
                let count = u32::try_from(1 + self.rng.below(3)).unwrap();
                set_constraints(collection, CPU_USAGE_READ | CPU_USAGE_WRITE, count);
            } else {
                silent = true;
            }
        }
        if let Some(group) = group {
            if self.rng.percent(speak_up) {
                group.all_children_present();
            } else {
                silent = true;
            }
            self.things.push(Thing::Group(group));
        }
        self.track_lifetime(&collections[0]);
        if !silent {
            self.take_buffers(&collections);
        }
        self.attach(&collections[0], silent);
        self.things.extend(collections.into_iter().map(Thing::Collection));
    }

    fn make_children(&mut self, root: &Token) -> Vec<Token> {
        (0..self.rng.below(4))
            .map(|_| {
                let child = duplicate(root);
                if self.rng.percent(30) {
                    child.set_dispensable();
                }
                if self.rng.percent(30) {
                    child.set_weak();
                }
                child
            })
            .collect()
    }

    fn make_group(&mut self, parent: &Token, tokens: &mut Vec<Token>) -> Group {
        let (group, group_request) = Wire::pair();
        parent.create_buffer_collection_token_group(
            BufferCollectionTokenCreateBufferCollectionTokenGroupRequest {
                group_request: Some(group_request),
            },
        );
        let group = Group::new(group);
        for _ in 0..1 + self.rng.below(3) {
            let (child, token_request) = Wire::pair();
            group.create_child(BufferCollectionTokenGroupCreateChildRequest {
                token_request: Some(token_request),
                rights_attenuation_mask: None,
            });
            tokens.push(Token::new(child));
        }
        group.sync().unwrap();
        group
    }

    fn track_nodes(&mut self, tokens: &[Token]) {
        for token in tokens {
            if self.rng.percent(30) {
                let (ours, server_end) = eventpair();
                token.attach_node_tracking(NodeAttachNodeTrackingRequest { server_end });
                self.trackers.push(ours);
            }
        }
    }

    fn track_lifetime(&mut self, collection: &Collection) {
        for buffers_remaining in [0, 1, 2] {
            if self.rng.percent(30) {
                self.trackers.push(track_lifetime(collection, buffers_remaining));
            }
        }
    }

    /// A participant that comes later, and may not get what it wants.
    fn attach(&mut self, collection: &Collection, silent: bool) {
        if !self.rng.percent(40) {
            return;
        }
        let (token, token_request) = Wire::pair();
        collection.attach_token(BufferCollectionAttachTokenRequest {
            rights_attenuation_mask: Some(u32::MAX),
            token_request: Some(token_request),
        });
        if collection.sync().is_err() {
            return;
        }
        let token = Token::new(token);
        if self.rng.percent(30) {
            self.things.push(Thing::Token(token));
            return;
        }
        let attached = bind(&self.clients[0], token);
        set_constraints(&attached, CPU_USAGE_READ, 1);
        if !silent {
            self.take_buffers(std::slice::from_ref(&attached));
        }
        self.things.push(Thing::Collection(attached));
    }

    /// Waits for buffers, of which some are given back at once, and some are mapped.
    fn take_buffers(&mut self, collections: &[Collection]) {
        for collection in collections {
            if self.rng.percent(20) {
                continue;
            }
            // A group may have chosen another one, and an attached one may have come too late.
            let Ok(Ok(response)) = collection.wait_for_all_buffers_allocated() else { continue };
            for mut buffer in response.buffer_collection_info.unwrap().buffers.unwrap() {
                if buffer.close_weak_asap.is_some() {
                    self.trackers.push(close_weak_asap(&mut buffer));
                }
                let memory = buffer.vmo.take().map(zx::Handle::from);
                match (memory, self.rng.below(4)) {
                    (Some(memory), 1) => {
                        let map = zx::Mapping::new(&memory, 4096, zx::Access::ReadOnly).unwrap();
                        self.things.push(Thing::Other(Box::new(map)));
                    }
                    (Some(memory), 2 | 3) => self.things.push(Thing::Other(Box::new(memory))),
                    _ => {}
                }
            }
        }
    }

    /// Everybody goes, in random order. Leaves the trackers behind.
    pub fn go(mut self) -> Vec<EventPair> {
        let connections = self.clients.into_iter().map(|client| Thing::Other(Box::new(client)));
        self.things.extend(connections);
        self.rng.shuffle(&mut self.things);
        for thing in self.things {
            thing.end(self.rng.percent(50));
        }
        self.trackers
    }
}
