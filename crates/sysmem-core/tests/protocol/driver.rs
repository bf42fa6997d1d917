//! A driver without sockets: it takes what clients did to the core, and has every promise of the
//! core checked on the way.

use fidl::Method as _;
use sysmem_core::negotiation::HeapCatalog;
use sysmem_core::{
    AllocationId, Breakage, ChannelId, ChannelKind, Config, Core, HeapFailure, Input, Instant,
    Strength,
};
use sysmem_fidl::{fuchsia_sysmem as fsysmem, fuchsia_sysmem2 as fsysmem2};

use crate::handle::{Object, Pair, SimHandle};
use crate::memory::{Allocation, CloseWeakAsap, Memory, report_of};
use crate::model::Model;
use crate::wires::{Packet, Wires};

/// The core, and the world that it sees.
pub struct Driver {
    pub core: Core<SimHandle>,
    pub wires: Wires,
    model: Model,
    pub now: Instant,
}

/// One heap, no preferences.
pub fn config(first_collection_id: u64) -> Config {
    Config {
        heaps: HeapCatalog::system_ram(false),
        format_costs: Vec::new(),
        page_size_bytes: 4096,
        first_collection_id,
    }
}

impl Driver {
    pub fn new() -> Self {
        Self::with_first_collection(1)
    }

    pub fn with_first_collection(first_collection_id: u64) -> Self {
        let config = config(first_collection_id);
        let (core, wires, model) = (Core::new(config), Wires::default(), Model::default());
        Self { core, wires, model, now: Instant(0) }
    }

    /// A new connection to the Allocator.
    pub fn connect(&mut self) -> Pair {
        self.connect_to(ChannelKind::Allocator)
    }

    /// A new connection to an Allocator of either version.
    pub fn connect_to(&mut self, kind: ChannelKind) -> Pair {
        let channel = self.core.accept();
        let pair = self.wires.new_pair(kind);
        self.wires.attach(channel, pair);
        pair
    }

    /// Takes the next thing that a client did on a channel to the core. Whether there was one.
    pub fn deliver(&mut self, pair: Pair) -> bool {
        let Some(wire) = self.wires.channels.get_mut(&pair) else { return false };
        let Some(channel) = wire.served_as else { return false };
        if let Some(packet) = wire.to_server.pop_front() {
            self.feed_packet(pair, channel, packet);
        } else if !wire.client_open {
            self.wires.detach(channel, None);
            self.feed(Input::Closed(channel));
        } else {
            return false;
        }
        true
    }

    /// All calls but the one that waits are answered at once (`sysmem2-protocols.md` 2.1). What
    /// only looks like a call, since it has a transaction, is not (`sysmem1.md` section 8, 33).
    fn feed_packet(&mut self, pair: Pair, channel: ChannelId, packet: Packet) {
        let call = packet.call();
        let input = self.wires.decode(pair, channel, packet);
        self.feed(input);
        let wire = &self.wires.channels[&pair];
        if let Some((txid, ordinal)) = call.filter(|_| wire.ended.is_none()) {
            let unanswered = [
                fsysmem::BufferCollectionSetConstraintsMethod::ORDINAL,
                fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod::ORDINAL,
                fsysmem::BufferCollectionWaitForBuffersAllocatedMethod::ORDINAL,
            ];
            let may_wait = unanswered.contains(&ordinal);
            let is_answered = !wire.outstanding.contains(&txid);
            assert!(is_answered || may_wait, "{txid:?} on {pair:?} is not answered");
        }
    }

    /// Proves and drains the token of a [`Effect::TurnIn`]; its oldest one first.
    pub fn drain_token(&mut self, index: usize) {
        let (channel, _) = self.wires.turn_ins[index];
        let oldest = self.wires.turn_ins.iter().position(|(other, _)| *other == channel);
        let (_, client_end) = self.wires.turn_ins.remove(oldest.expect("itself, if no other"));
        let pair = self.wires.served.get(&channel).copied();
        let proven = pair.is_some_and(|pair| client_end.object() == Object::ClientEnd(pair));
        while let Some(pair) = pair
            && self.wires.channels[&pair].served_as.is_some()
            && let Some(packet) =
                self.wires.channels.get_mut(&pair).and_then(|wire| wire.to_server.pop_front())
        {
            self.feed_packet(pair, channel, packet);
        }
        self.feed(Input::TurnedIn { channel, proven });
        drop(client_end);
        self.wires.note_drops();
    }

    /// The heap's answer.
    pub fn answer_allocation(&mut self, allocation: AllocationId, result: Result<(), HeapFailure>) {
        let memory = self.memory(allocation);
        assert_eq!(memory.stage, Memory::Wanted, "the heap answers once");
        memory.stage = if result.is_ok() { Memory::Made } else { Memory::Gone };
        self.feed(Input::Allocated { allocation, result });
    }

    /// Clients drop all their handles to the buffers, and the core hears of it.
    pub fn free(&mut self, allocation: AllocationId) {
        for buffer in &mut self.memory(allocation).buffers {
            (buffer.strong, buffer.weak) = (0, 0);
            (buffer.strong_sent, buffer.weak_sent) = (0, 0);
        }
        assert_eq!(self.memory(allocation).stage, Memory::LetGo, "the core holds on to them");
        for index in 0..self.memory(allocation).plan.count {
            while self.report(allocation, index) {}
        }
    }

    /// A client drops one handle. The core does not hear of it yet.
    pub fn drop_handle(&mut self, allocation: AllocationId, index: u32, strength: Strength) {
        self.memory(allocation).buffers[index as usize].drop_one(strength);
    }

    /// Tells the core the next thing about a buffer; whether there was one.
    pub fn report(&mut self, allocation: AllocationId, index: u32) -> bool {
        let memory = self.memory(allocation);
        let Some(told) = memory.report(index) else { return false };
        memory.note_told(index, told);
        self.feed(report_of(allocation, index, told));
        let buffer = &self.memory(allocation).buffers[index as usize];
        assert_ne!(buffer.close_weak_asap, CloseWeakAsap::Open, "whoever has weak handles is told");
        true
    }

    /// What the core could be told about buffers.
    pub fn reports(&self) -> Vec<(AllocationId, u32)> {
        let all = self.wires.allocations.iter();
        let all =
            all.flat_map(|(id, memory)| (0..memory.plan.count).map(move |i| (*id, i, memory)));
        let due = all.filter(|(_, index, memory)| memory.report(*index).is_some());
        due.map(|(id, index, _)| (id, index)).collect()
    }

    fn memory(&mut self, allocation: AllocationId) -> &mut Allocation {
        self.wires.allocations.get_mut(&allocation).expect("an allocation")
    }

    /// A channel breaks for another reason than a packet.
    pub fn break_channel(&mut self, pair: Pair, reason: Breakage) {
        if let Some(channel) = self.wires.channels[&pair].served_as {
            self.feed(Input::Broken { channel, reason });
        }
    }

    pub fn tick(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.feed(Input::Tick);
    }

    pub fn feed(&mut self, input: Input<SimHandle>) {
        self.wires.now = self.now;
        self.wires.note("-> ", &input);
        let heard = self.model.hear(&input, &self.wires);
        self.core.handle(self.now, input, &self.wires);
        self.carry_out();
        self.model.follow(heard, &self.core, &mut self.wires);
    }

    /// Carries out the effects; memory and tokens being drained are left for later.
    pub fn carry_out(&mut self) {
        while let Some(effect) = self.core.poll_effect() {
            self.wires.carry_out(effect);
        }
        self.wires.note_drops();
        if let Err(fault) = self.core.check() {
            panic!("the core is inconsistent: {fault:?}");
        }
    }

    /// What clients did and the core has not heard of.
    pub fn pending(&self) -> Vec<Pair> {
        let is_pending = |pair: &Pair| {
            let wire = &self.wires.channels[pair];
            !wire.to_server.is_empty() || !wire.client_open
        };
        self.wires.served.values().copied().filter(is_pending).collect()
    }
}
