//! What all collections share: numbers, the table of channels, and the queue of effects.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::core::Config;
use crate::interface::{
    AllocationId, AllocationPlan, ChannelId, ChannelKind, Effect, HeapFailure, Instant, NodeId,
    Record, Reply, Severity,
};
use crate::owners::Owners;
use crate::tree::debug_info::DebugInfo;

/// See the module's words.
#[derive(Debug)]
pub(crate) struct Shared<H> {
    pub config: Config,
    pub now: Instant,
    pub owners: Owners,
    channels: BTreeMap<ChannelId, Served>,
    allocations: BTreeMap<AllocationId, Allocation>,
    effects: VecDeque<Effect<H>>,
    last_number: u64,
    next_collection: u64,
}

/// What a live channel is served for.
#[derive(Clone, Debug)]
pub(crate) enum Served {
    /// With the client's word about itself, if it gave any.
    Allocator(Option<DebugInfo>),
    Node {
        collection: u64,
        node: NodeId,
    },
}

/// The buffers of a collection, for as long as anybody may ask about them.
#[derive(Debug)]
struct Allocation {
    collection: u64,
    stage: Stage,
    /// Indices of buffers whose memory is still there.
    present: BTreeSet<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The heap is at work.
    Making,
    /// The heap is at work for a collection that has failed in the meantime.
    Unwanted,
    Held,
    LetGo,
}

impl<H> Shared<H> {
    pub fn new(config: Config) -> Self {
        Self {
            next_collection: config.first_collection_id,
            config,
            now: Instant(i64::MIN),
            owners: Owners::default(),
            channels: BTreeMap::new(),
            allocations: BTreeMap::new(),
            effects: VecDeque::new(),
            last_number: 0,
        }
    }

    /// The id of a new collection, not 0. Counted on its own, since people read it in logs.
    pub fn collection_number(&mut self) -> u64 {
        let id = self.next_collection.max(1);
        self.next_collection = id.wrapping_add(1);
        id
    }

    /// A number that no other channel, node or allocation has.
    pub fn number(&mut self) -> u64 {
        self.last_number = self.last_number.wrapping_add(1);
        self.last_number
    }

    /// A channel that the driver makes or has made.
    pub fn add_channel(&mut self, served: Served) -> ChannelId {
        let channel = ChannelId(self.number());
        if let Served::Node { collection, .. } = served {
            self.owners.add_channel(collection);
        }
        self.channels.insert(channel, served);
        channel
    }

    /// A channel on an end that a client sent.
    pub fn serve(&mut self, kind: ChannelKind, end: H, served: Served) -> ChannelId {
        let channel = self.add_channel(served);
        self.emit(Effect::Serve { channel, kind, end });
        channel
    }

    pub fn served(&self, channel: ChannelId) -> Option<&Served> {
        self.channels.get(&channel)
    }

    pub fn served_mut(&mut self, channel: ChannelId) -> Option<&mut Served> {
        self.channels.get_mut(&channel)
    }

    /// The live channels of allocators.
    pub fn allocators(&self) -> Vec<ChannelId> {
        let allocators = self.channels.iter().filter(|(_, s)| matches!(s, Served::Allocator(_)));
        allocators.map(|(channel, _)| *channel).collect()
    }

    /// What the live channels are served for, in the order of their numbers.
    pub fn channels(&self) -> impl Iterator<Item = (ChannelId, &Served)> {
        self.channels.iter().map(|(channel, served)| (*channel, served))
    }

    /// The live channels of nodes, with the collections and nodes that they are served for.
    pub fn node_channels(&self) -> impl Iterator<Item = (ChannelId, u64, NodeId)> {
        self.channels.iter().filter_map(|(channel, served)| match *served {
            Served::Allocator(_) => None,
            Served::Node { collection, node } => Some((*channel, collection, node)),
        })
    }

    pub fn reply(&mut self, channel: ChannelId, reply: Reply) {
        if self.channels.contains_key(&channel) {
            self.emit(Effect::Reply { channel, reply });
        }
    }

    /// Closes a channel, if it still is there.
    pub fn close(&mut self, channel: ChannelId, epitaph: Option<i32>) {
        if self.forget(channel) {
            self.emit(Effect::Close { channel, epitaph });
        }
    }

    /// The client has closed a channel. Whether it was there.
    pub fn forget(&mut self, channel: ChannelId) -> bool {
        let served = self.channels.remove(&channel);
        if let Some(Served::Node { collection, .. }) = served {
            self.owners.remove_channel(collection);
        }
        served.is_some()
    }

    /// Has buffers made.
    pub fn allocate(&mut self, plan: AllocationPlan) -> AllocationId {
        let allocation = AllocationId(self.number());
        let stage = Stage::Making;
        let present = (0..plan.count).collect();
        let collection = plan.collection;
        self.allocations.insert(allocation, Allocation { collection, stage, present });
        self.emit(Effect::Allocate { allocation, plan });
        allocation
    }

    /// A heap has answered. The collection that waits for it, unless nobody does any more.
    pub fn allocated(&mut self, id: AllocationId, result: &Result<(), HeapFailure>) -> Option<u64> {
        let allocation = self.allocations.get_mut(&id)?;
        let waiting = match allocation.stage {
            Stage::Making => Some(allocation.collection),
            Stage::Unwanted => None,
            Stage::Held | Stage::LetGo => return None,
        };
        allocation.stage = Stage::Held;
        if result.is_err() {
            self.allocations.remove(&id);
        } else if waiting.is_none() {
            self.let_go(id);
        }
        waiting
    }

    /// A collection needs its buffers no longer, made or not.
    pub fn let_go(&mut self, id: AllocationId) {
        let Some(allocation) = self.allocations.get_mut(&id) else { return };
        match allocation.stage {
            Stage::Making => allocation.stage = Stage::Unwanted,
            Stage::Held => {
                allocation.stage = Stage::LetGo;
                self.emit(Effect::LetGo(id));
            }
            Stage::Unwanted | Stage::LetGo => {}
        }
    }

    /// The memory of a buffer is freed. After the last one nobody can ask about them any more.
    pub fn buffer_gone(&mut self, id: AllocationId, index: u32) {
        let Some(allocation) = self.allocations.get_mut(&id) else { return };
        if allocation.stage == Stage::LetGo {
            allocation.present.remove(&index);
            if allocation.present.is_empty() {
                self.allocations.remove(&id);
            }
        }
    }

    /// The collection that buffers were made for.
    pub fn collection_of(&self, id: AllocationId) -> Option<u64> {
        self.allocations.get(&id).map(|allocation| allocation.collection)
    }

    /// For the log; `collection` 0 if it concerns none.
    pub fn log(&mut self, severity: Severity, collection: u64, text: String) {
        self.emit(Effect::Log(Record { severity, collection, text }));
    }

    pub fn emit(&mut self, effect: Effect<H>) {
        self.effects.push_back(effect);
    }

    pub fn poll_effect(&mut self) -> Option<Effect<H>> {
        self.effects.pop_front()
    }

    /// Whether no channel, buffer or effect is left.
    pub fn is_idle(&self) -> bool {
        self.channels.is_empty()
            && self.owners.is_empty()
            && self.allocations.is_empty()
            && self.effects.is_empty()
    }
}
