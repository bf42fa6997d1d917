//! The state machine: what comes in is brought to the collection that it concerns.

use std::collections::BTreeMap;

use fidl::Handle;

use crate::deadlines::Deadlines;
use crate::deviation::{Deviation, INTERNAL};
use crate::interface::{
    AllocationId, ChannelId, Effect, HeapFailure, Host, Input, Instant, NodeId, Reply, Subject,
};
use crate::logical::{Inconsistency, LogicalCollection};
use crate::negotiation::{Environment, FormatCost, HeapCatalog};
use crate::shared::{Served, Shared};

/// What a core is made for.
#[derive(Clone, Debug)]
pub struct Config {
    /// The heaps that buffers can come from.
    pub heaps: HeapCatalog,
    /// Preferences among formats that suit everybody alike.
    pub format_costs: Vec<FormatCost>,
    /// Buffers are multiples of this, in bytes.
    pub page_size_bytes: u64,
    /// The id of the first collection, the others follow; 0 stands for 1. Ids are unique for as
    /// long as the machine is up (`sysmem2-protocols.md` 2.7), so that a core that succeeds another
    /// one has to start elsewhere.
    pub first_collection_id: u64,
}

impl Config {
    /// What participants do not decide.
    pub fn environment(&self) -> Environment<'_> {
        Environment {
            heaps: &self.heaps,
            format_costs: &self.format_costs,
            page_size_bytes: self.page_size_bytes,
        }
    }
}

/// All of sysmem's logic, without I/O, clock, threads and randomness. Equal inputs lead to equal
/// effects.
///
/// The driver calls [`handle`](Self::handle) (or one of the other mutating methods), then carries
/// out effects until [`poll_effect`](Self::poll_effect) has no more.
#[derive(Debug)]
pub struct Core<H> {
    pub(crate) shared: Shared<H>,
    pub(crate) collections: BTreeMap<u64, LogicalCollection<H>>,
    deadlines: Deadlines,
}

impl<H: Handle> Core<H> {
    /// A core without any channel.
    pub fn new(config: Config) -> Self {
        let shared = Shared::new(config);
        Self { shared, collections: BTreeMap::new(), deadlines: Deadlines::default() }
    }

    /// A connection to an Allocator, of either version, was accepted: the number to serve it as.
    pub fn accept(&mut self) -> ChannelId {
        self.shared.add_channel(Served::Allocator(None))
    }

    /// Takes one thing that happened. What concerns a channel that was closed is ignored, and its
    /// handles are dropped.
    pub fn handle(&mut self, now: Instant, input: Input<H>, host: &impl Host<H>) {
        let host: &dyn Host<H> = host;
        self.shared.now = self.shared.now.max(now);
        match input {
            Input::Allocator(channel, request) => self.allocator_request(channel, request, host),
            Input::Token(channel, request) => self.on_node(channel, |collection, shared, node| {
                collection.token_request(shared, host, node, request);
            }),
            Input::Collection(channel, request) => {
                self.on_node(channel, |collection, shared, node| {
                    collection.collection_request(shared, host, node, request);
                });
            }
            Input::Group(channel, request) => self.on_node(channel, |collection, shared, node| {
                collection.group_request(shared, host, node, request);
            }),
            Input::AllocatorV1(channel, request) => {
                self.allocator_request_v1(channel, request, host);
            }
            Input::TokenV1(channel, request) => {
                self.on_node(channel, |collection, shared, node| {
                    collection.token_request_v1(shared, node, request);
                })
            }
            Input::View(channel, request) => self.on_node(channel, |collection, shared, node| {
                collection.view_request(shared, node, *request);
            }),
            Input::Unknown { channel, ordinal, txid } => {
                if let Some(txid) = txid {
                    self.shared.reply(channel, Reply::UnknownMethod { txid, ordinal });
                }
                self.deviate(channel, &Deviation::UnknownMethod { ordinal });
            }
            Input::Broken { channel, reason } => self.deviate(channel, &Deviation::Broken(reason)),
            Input::Closed(channel) => self.closed(channel),
            Input::TurnedIn { channel, proven } => {
                self.on_node(channel, |collection, shared, node| {
                    collection.turned_in(shared, node, proven);
                });
            }
            Input::Allocated { allocation, result } => self.allocated(allocation, result),
            Input::StrongGone { allocation, index } => self.strong_gone(allocation, index),
            Input::BufferGone { allocation, index } => {
                self.strong_gone(allocation, index);
                self.shared.buffer_gone(allocation, index);
            }
            Input::Tick => self.tick(),
        }
    }

    /// The next thing to do, oldest first.
    pub fn poll_effect(&mut self) -> Option<Effect<H>> {
        self.shared.poll_effect()
    }

    /// When [`Input::Tick`] is wanted next. May be in the past: then at once.
    pub fn next_deadline(&self) -> Option<Instant> {
        [self.deadlines.next(), self.shared.allocations.deadline()].into_iter().flatten().min()
    }

    /// Fails every collection and closes every channel.
    pub fn shut_down(&mut self) {
        let collections: Vec<u64> = self.collections.keys().copied().collect();
        for id in collections {
            self.on_collection(id, |collection, shared| collection.fail_all(shared));
        }
        for channel in self.shared.allocators() {
            self.shared.close(channel, None);
        }
    }

    /// What an input is about, as long as it is not handled; `None` if it is about nothing that
    /// there is, or about nothing in particular.
    pub fn subject(&self, input: &Input<H>) -> Option<Subject> {
        if let Input::Allocated { allocation, .. }
        | Input::StrongGone { allocation, .. }
        | Input::BufferGone { allocation, .. } = input
        {
            let record = self.shared.allocations.get(*allocation);
            return record.map(|record| Subject::Collection(record.collection));
        }
        let channel = input.channel()?;
        match *self.shared.served(channel)? {
            Served::Allocator(_) => Some(Subject::Allocator(channel)),
            Served::Node { collection, .. } => Some(Subject::Collection(collection)),
        }
    }

    /// Fails a collection, or closes an Allocator: for a driver that has caught an unwind while the
    /// core handled something about it.
    pub fn abandon(&mut self, subject: Subject) {
        match subject {
            Subject::Allocator(channel) => self.shared.close(channel, Some(INTERNAL)),
            Subject::Collection(id) => {
                self.on_collection(id, |collection, shared| collection.fail_all(shared));
            }
        }
    }

    /// Whether nothing is left: no channel, no collection, no buffer, no effect.
    pub fn is_idle(&self) -> bool {
        self.collections.is_empty() && self.shared.is_idle() && self.deadlines.next().is_none()
    }

    /// Whether the core's own records fit together, for simulations to ask after every step. Takes
    /// time in proportion to all nodes.
    ///
    /// # Errors
    ///
    /// The first fault that is found.
    pub fn check(&self) -> Result<(), Inconsistency> {
        for (channel, collection, node) in self.shared.node_channels() {
            let owner = self.collections.get(&collection);
            if !owner.is_some_and(|collection| collection.owns(node, channel)) {
                return Err(Inconsistency::StrayChannel(channel));
            }
        }
        for (id, collection) in &self.collections {
            collection.check(&self.shared)?;
            if self.deadlines.of(*id) != collection.deadline() {
                return Err(Inconsistency::WrongDeadline(*id));
            }
        }
        if let Some(id) = self.shared.allocations.first_inconsistent() {
            return Err(Inconsistency::WrongRecord(id));
        }
        let mut trackers: BTreeMap<ChannelId, usize> = BTreeMap::new();
        let of_nodes = self.collections.values().flat_map(LogicalCollection::tracker_owners);
        for owner in of_nodes.chain(self.shared.allocations.tracker_owners()) {
            let count = trackers.entry(owner).or_default();
            *count = count.saturating_add(1);
        }
        if trackers != self.shared.owners.trackers() {
            return Err(Inconsistency::MiscountedTrackers);
        }
        Ok(())
    }

    /// Lets `act` work on a collection, and draws the conclusions.
    pub(crate) fn on_collection(
        &mut self,
        id: u64,
        act: impl FnOnce(&mut LogicalCollection<H>, &mut Shared<H>),
    ) {
        let Some(collection) = self.collections.get_mut(&id) else { return };
        act(collection, &mut self.shared);
        collection.check_strength(&mut self.shared);
        self.deadlines.set(id, collection.deadline());
        if collection.is_gone() {
            self.collections.remove(&id);
            self.shared.owners.end(id);
        }
    }

    /// As [`Self::on_collection`], for the node that a channel is served for, if it is one.
    pub(crate) fn on_node(
        &mut self,
        channel: ChannelId,
        act: impl FnOnce(&mut LogicalCollection<H>, &mut Shared<H>, NodeId),
    ) {
        if let Some(&Served::Node { collection, node }) = self.shared.served(channel) {
            self.on_collection(collection, |collection, shared| act(collection, shared, node));
        }
    }

    fn deviate(&mut self, channel: ChannelId, deviation: &Deviation) {
        match self.shared.served(channel) {
            Some(Served::Allocator(_)) => self.allocator_deviation(channel, None, deviation),
            Some(Served::Node { .. }) => self.on_node(channel, |collection, shared, node| {
                collection.deviate(shared, node, None, deviation);
            }),
            None => {}
        }
    }

    fn closed(&mut self, channel: ChannelId) {
        let Some(served) = self.shared.served(channel).cloned() else { return };
        self.shared.forget(channel);
        if let Served::Node { collection, node } = served {
            self.on_collection(collection, |collection, shared| collection.closed(shared, node));
        }
    }

    fn allocated(&mut self, allocation: AllocationId, result: Result<(), HeapFailure>) {
        if let Some(id) = self.shared.allocated(allocation, &result) {
            self.on_collection(id, |collection, shared| {
                collection.allocated(shared, result);
            });
        }
    }

    fn strong_gone(&mut self, allocation: AllocationId, index: u32) {
        if let Some(id) = self.shared.strong_gone(allocation, index) {
            self.on_collection(id, LogicalCollection::lost_strong_handles);
        }
    }

    fn tick(&mut self) {
        self.shared.complain();
        for id in self.deadlines.due(self.shared.now) {
            self.on_collection(id, |collection, shared| collection.report_stall(shared));
        }
    }
}
