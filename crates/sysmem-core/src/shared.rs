//! What all collections share: numbers, the table of channels, and the queue of effects.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::core::Config;
use crate::interface::{
    AllocationId, AllocationPlan, ChannelId, ChannelKind, Effect, HeapFailure, Instant, NodeId,
    Record, Reply, Severity,
};
use crate::lifetime::{Allocation, Allocations, HeapAnswer, Tracker};
use crate::owners::Owners;
use crate::tree::debug_info::DebugInfo;

/// See the module's words.
#[derive(Debug)]
pub(crate) struct Shared<H> {
    pub config: Config,
    pub now: Instant,
    pub owners: Owners,
    channels: BTreeMap<ChannelId, Served>,
    pub allocations: Allocations<H>,
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

impl<H> Shared<H> {
    pub fn new(config: Config) -> Self {
        Self {
            next_collection: config.first_collection_id,
            config,
            now: Instant(i64::MIN),
            owners: Owners::default(),
            channels: BTreeMap::new(),
            allocations: Allocations::default(),
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
    pub fn allocate(
        &mut self,
        plan: AllocationPlan,
        settings: Arc<fsysmem2::SingleBufferSettings>,
    ) -> AllocationId {
        let allocation = AllocationId(self.number());
        let name = plan.name.clone();
        let record = Allocation::new(plan.collection, name, settings, plan.count);
        self.allocations.begin(allocation, record);
        self.emit(Effect::Allocate { allocation, plan });
        allocation
    }

    /// A heap has answered. The collection that waits for it, unless nobody does any more.
    pub fn allocated(&mut self, id: AllocationId, result: &Result<(), HeapFailure>) -> Option<u64> {
        match self.allocations.answered(id, result.is_ok()) {
            HeapAnswer::For(collection) => Some(collection),
            HeapAnswer::Unwanted => {
                self.emit(Effect::LetGo(id));
                None
            }
            HeapAnswer::Nothing => None,
        }
    }

    /// A collection needs its buffers no longer, made or not.
    pub fn let_go(&mut self, id: AllocationId) {
        if self.allocations.let_go(id) {
            self.emit(Effect::LetGo(id));
        }
    }

    /// No strong handle to a buffer is left. The collection that has none to any buffer now.
    pub fn strong_gone(&mut self, id: AllocationId, index: u32) -> Option<u64> {
        let loss = self.allocations.strong_gone(id, index, self.now)?;
        // Also where nobody has weak handles: who waits later gets an eventpair all the same.
        self.emit(Effect::CloseWeakAsap { allocation: id, index });
        loss.last_of
    }

    /// The memory of a buffer is freed.
    pub fn buffer_gone(&mut self, id: AllocationId, index: u32) {
        let trackers = self.allocations.buffer_gone(id, index);
        self.close_trackers(trackers);
    }

    /// Closes the eventpairs.
    pub fn close_trackers(&mut self, trackers: impl IntoIterator<Item = Tracker<H>>) {
        for tracker in trackers {
            self.owners.remove_trackers(tracker.owner, 1);
        }
    }

    /// Complains about weak handles whose time is over.
    pub fn complain(&mut self) {
        while let Some((allocation, index, collection)) = self.allocations.next_complaint(self.now)
        {
            self.emit(Effect::ComplainOfWeak { allocation, index, collection });
        }
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
