//! A driver without sockets: queues of packets, and every promise of the core checked on the way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Debug;

use fidl::{
    Encoder, Method as _, OneWay, Received, RequestValue, TwoWay, TwoWayRequestValue, Txid,
    encode_call, encode_event, receive_request,
};
use sysmem_core::negotiation::HeapCatalog;
use sysmem_core::{
    Access, AllocationId, Breakage, BufferHandle, ChannelId, ChannelKind, CollectionName, Config,
    Core, Delivery, Effect, FailedAllocation, Handles, HeapFailure, Host, Input, Instant, NodeId,
    Presence, Record, Reply, Severity, Strength, VmoInfo,
};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::handle::{Object, Pair, Register, SimHandle};
use crate::memory::{Allocation, Buffer, CloseWeakAsap, Memory, report_of};
use crate::model::Model;

/// Of one input or effect in a trace.
const TRACE_LINE_BYTES: usize = 300;

/// The core, and the world that it sees.
pub struct Driver {
    pub core: Core<SimHandle>,
    pub wires: Wires,
    model: Model,
    pub now: Instant,
}

/// Channels, nodes and memory, as the core's numbers for them stand.
pub struct Wires {
    now: Instant,
    pub register: Register,
    pub channels: BTreeMap<Pair, Wire>,
    pub served: BTreeMap<ChannelId, Pair>,
    /// Where answers were sent to since one last looked.
    answered: BTreeSet<Pair>,
    pub turn_ins: Vec<(ChannelId, SimHandle)>,
    pub allocations: BTreeMap<AllocationId, Allocation>,
    collections_allocated: BTreeSet<u64>,
    /// Nodes that somebody has a node ref of and that are still there.
    pub node_refs: BTreeSet<NodeId>,
    forgotten: BTreeSet<NodeId>,
    pub log: Vec<Record>,
    pub complaints: Vec<CollectionName>,
    /// Where buffers went to, and whether weakly.
    pub delivered: Vec<(ChannelId, bool)>,
    /// Eventpairs whose other end the core had, and has closed.
    pub closed_eventpairs: BTreeSet<u64>,
    /// What went into the core and what came out, if somebody wants to read it.
    pub trace: Option<Vec<String>>,
    last_eventpair: u64,
    /// The last failure that is to be explained.
    pub failure: Option<Box<FailedAllocation>>,
    /// Channels whose server end is gone, in that order.
    pub closed: Vec<Pair>,
    last_pair: u64,
    last_txid: u32,
}

/// One channel.
#[derive(Debug)]
pub struct Wire {
    pub kind: ChannelKind,
    pub served_as: Option<ChannelId>,
    to_server: VecDeque<Packet>,
    pub outstanding: BTreeSet<Txid>,
    pub answers: VecDeque<(Txid, Answer)>,
    pub client_open: bool,
    /// The server's end is gone, after that epitaph.
    pub ended: Option<Option<i32>>,
}

#[derive(Debug)]
struct Packet {
    bytes: Vec<u8>,
    handles: Vec<SimHandle>,
}

impl Packet {
    /// Which answer is expected by a caller of which method.
    fn call(&self) -> Option<(Txid, u64)> {
        let txid = u32::from_le_bytes(self.bytes.get(..4)?.try_into().ok()?);
        let ordinal = u64::from_le_bytes(self.bytes.get(8..16)?.try_into().ok()?);
        Some((Txid::new(txid)?, ordinal))
    }
}

/// A reply as a client has it.
#[derive(Debug)]
pub enum Answer {
    Sync,
    NodeRef(NodeId),
    IsAlternate(Result<bool, fsysmem2::Error>),
    CollectionId(u64),
    Tokens(Vec<Pair>),
    Buffers(Result<Box<Delivery>, fsysmem2::Error>),
    Check(Result<(), fsysmem2::Error>),
    IsKnown(bool),
    VmoInfo(Result<Box<VmoInfo>, fsysmem2::Error>),
    UnknownMethod,
}

impl Driver {
    pub fn new() -> Self {
        Self::with_first_collection(1)
    }

    pub fn with_first_collection(first_collection_id: u64) -> Self {
        let config = Config {
            heaps: HeapCatalog::system_ram(false),
            format_costs: Vec::new(),
            page_size_bytes: 4096,
            first_collection_id,
        };
        let (core, wires, model) = (Core::new(config), Wires::default(), Model::default());
        Self { core, wires, model, now: Instant(0) }
    }

    /// A new connection to the Allocator.
    pub fn connect(&mut self) -> Pair {
        let channel = self.core.accept();
        let pair = self.wires.new_pair(ChannelKind::Allocator);
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

    /// All calls but the one that waits are answered at once (`sysmem2-protocols.md` 2.1).
    fn feed_packet(&mut self, pair: Pair, channel: ChannelId, packet: Packet) {
        let call = packet.call();
        let input = self.wires.decode(pair, channel, packet);
        self.feed(input);
        let wire = &self.wires.channels[&pair];
        if let Some((txid, ordinal)) = call.filter(|_| wire.ended.is_none()) {
            let may_wait =
                ordinal == fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod::ORDINAL;
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

impl Default for Wires {
    fn default() -> Self {
        Self {
            now: Instant(0),
            register: Register::default(),
            channels: BTreeMap::new(),
            served: BTreeMap::new(),
            answered: BTreeSet::new(),
            turn_ins: Vec::new(),
            allocations: BTreeMap::new(),
            collections_allocated: BTreeSet::new(),
            node_refs: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            log: Vec::new(),
            failure: None,
            complaints: Vec::new(),
            delivered: Vec::new(),
            closed_eventpairs: BTreeSet::new(),
            trace: None,
            closed: Vec::new(),
            last_eventpair: 0,
            last_pair: 0,
            last_txid: 0,
        }
    }
}

impl Wires {
    /// A channel whose server end is not served yet.
    pub fn new_pair(&mut self, kind: ChannelKind) -> Pair {
        self.last_pair += 1;
        let pair = Pair(self.last_pair);
        let wire = Wire {
            kind,
            served_as: None,
            to_server: VecDeque::new(),
            outstanding: BTreeSet::new(),
            answers: VecDeque::new(),
            client_open: true,
            ended: None,
        };
        self.channels.insert(pair, wire);
        pair
    }

    /// A handle that a client makes to send it.
    pub fn handle(&mut self, object: Object) -> SimHandle {
        if let Some(handles) = self.handles_to(object) {
            *handles += 1;
        }
        self.register.handle(object)
    }

    /// How many handles are under way, if it is a buffer that is still there.
    fn handles_to(&mut self, object: Object) -> Option<&mut usize> {
        let (Object::Buffer(id, index) | Object::WeakBuffer(id, index)) = object else {
            return None;
        };
        let buffer = self.allocations.get_mut(&id)?.buffers.get_mut(index as usize)?;
        let is_strong = matches!(object, Object::Buffer(..));
        let handles = if is_strong { &mut buffer.strong_sent } else { &mut buffer.weak_sent };
        (buffer.told != Presence::Gone).then_some(handles)
    }

    pub fn send<M: OneWay<SimHandle>>(&mut self, pair: Pair, request: RequestValue<M, SimHandle>) {
        let mut e = Encoder::new();
        encode_event::<M, SimHandle>(request, &mut e).expect("a request that can be encoded");
        self.send_encoded(pair, e);
    }

    pub fn call<M: TwoWay<SimHandle>>(
        &mut self,
        pair: Pair,
        request: TwoWayRequestValue<M, SimHandle>,
    ) -> Txid {
        let txid = self.next_txid(pair);
        let mut e = Encoder::new();
        encode_call::<M, SimHandle>(txid, request, &mut e).expect("a request that can be encoded");
        self.send_encoded(pair, e);
        txid
    }

    /// Sends whatever bytes and handles one likes.
    pub fn send_raw(&mut self, pair: Pair, bytes: Vec<u8>, handles: Vec<SimHandle>) {
        let wire = self.channels.get_mut(&pair).expect("a channel");
        if wire.client_open && wire.ended.is_none() {
            wire.to_server.push_back(Packet { bytes, handles });
        }
        self.note_drops();
    }

    /// A transaction id that a reply is expected for.
    pub fn next_txid(&mut self, pair: Pair) -> Txid {
        self.last_txid += 1;
        let txid = Txid::new(self.last_txid).expect("not 0");
        self.channels.get_mut(&pair).expect("a channel").outstanding.insert(txid);
        txid
    }

    /// The client closes its end.
    pub fn close(&mut self, pair: Pair) {
        self.channels.get_mut(&pair).expect("a channel").client_open = false;
    }

    pub fn take_answer(&mut self, pair: Pair, txid: Txid) -> Option<Answer> {
        let wire = self.channels.get_mut(&pair)?;
        let at = wire.answers.iter().position(|(id, _)| *id == txid)?;
        wire.answers.remove(at).map(|(_, answer)| answer)
    }

    /// Every answer that nobody has looked at, in order for each channel.
    pub fn take_all_answers(&mut self) -> Vec<(Pair, Txid, Answer)> {
        let mut taken = Vec::new();
        for pair in std::mem::take(&mut self.answered) {
            let wire = self.channels.get_mut(&pair).expect("a channel");
            taken.extend(wire.answers.drain(..).map(|(txid, answer)| (pair, txid, answer)));
        }
        taken
    }

    /// One end of a new eventpair, by its number.
    pub fn new_eventpair(&mut self) -> (u64, SimHandle) {
        self.last_eventpair += 1;
        (self.last_eventpair, self.handle(Object::EventPair(self.last_eventpair)))
    }

    fn send_encoded(&mut self, pair: Pair, mut e: Encoder<SimHandle>) {
        let handles = e.take_handles().map(|disposition| disposition.handle).collect();
        self.send_raw(pair, e.bytes().to_vec(), handles);
    }

    fn attach(&mut self, channel: ChannelId, pair: Pair) {
        let wire = self.channels.get_mut(&pair).expect("a channel");
        assert!(wire.served_as.replace(channel).is_none(), "{pair:?} is served twice");
        assert!(self.served.insert(channel, pair).is_none(), "{channel:?} is used twice");
    }

    fn detach(&mut self, channel: ChannelId, epitaph: Option<i32>) {
        let pair = self.served.remove(&channel).expect("a live channel");
        let wire = self.channels.get_mut(&pair).expect("a channel");
        wire.served_as = None;
        wire.to_server.clear();
        wire.ended = Some(epitaph);
        self.closed.push(pair);
        self.note_drops();
    }

    fn decode(&mut self, pair: Pair, channel: ChannelId, packet: Packet) -> Input<SimHandle> {
        let Packet { bytes, mut handles } = packet;
        let decoded = match self.channels[&pair].kind {
            ChannelKind::Allocator => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Allocator)),
            ChannelKind::Token => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Token)),
            ChannelKind::Collection => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Collection)),
            ChannelKind::Group => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Group)),
        };
        decoded
            .unwrap_or_else(|error| Input::Broken { channel, reason: Breakage::Malformed(error) })
    }

    fn note(&mut self, direction: &str, what: &impl Debug) {
        if let Some(trace) = &mut self.trace {
            let mut line = format!("{direction}{what:?}");
            line.truncate(line.floor_char_boundary(TRACE_LINE_BYTES));
            trace.push(line);
        }
    }

    fn carry_out(&mut self, effect: Effect<SimHandle>) {
        self.note("   <- ", &effect);
        match effect {
            Effect::Serve { channel, kind, end } => {
                let Object::ServerEnd(pair) = end.object() else {
                    panic!("{:?} is served", end.object())
                };
                assert_eq!(self.channels[&pair].kind, kind, "the protocol of {pair:?}");
                self.attach(channel, pair);
            }
            Effect::Reply { channel, reply } => self.reply(channel, reply),
            Effect::TurnIn { channel, client_end } => {
                assert!(self.served.contains_key(&channel), "{channel:?} is not live");
                self.turn_ins.push((channel, client_end));
            }
            // Clients of this world have nothing in their queues: what they send is fed at once.
            Effect::RefuseQueued { channel, .. } => {
                assert!(self.served.contains_key(&channel), "{channel:?} is not live");
            }
            Effect::Close { channel, epitaph } => self.detach(channel, epitaph),
            Effect::Allocate { allocation, plan } => {
                let first = self.collections_allocated.insert(plan.collection);
                assert!(first, "collection {} is allocated twice", plan.collection);
                let memory = Allocation::new(plan);
                assert!(self.allocations.insert(allocation, memory).is_none());
            }
            Effect::LetGo(allocation) => {
                let memory = self.allocations.get_mut(&allocation).expect("an allocation");
                assert_eq!(memory.stage, Memory::Made, "let go of once, and when it is there");
                memory.stage = Memory::LetGo;
            }
            Effect::CloseWeakAsap { allocation, index } => {
                let now = self.now;
                self.buffer(allocation, index).close_weak_asap(now);
            }
            Effect::ComplainOfWeak { allocation, index, collection } => {
                assert_eq!(self.allocations[&allocation].plan.collection, collection.id);
                let now = self.now;
                self.buffer(allocation, index).complain(now);
                self.complaints.push(collection);
            }
            Effect::ForgetNode(node) => {
                assert!(self.forgotten.insert(node), "{node:?} is forgotten twice");
                self.node_refs.remove(&node);
            }
            Effect::Log(record) => self.log.push(record),
            Effect::Explain(failure) => self.failed(failure),
        }
    }

    fn failed(&mut self, failure: Box<FailedAllocation>) {
        for channel in &failure.channels {
            assert!(self.served.contains_key(channel), "{channel:?} closes before the failure");
        }
        let (severity, collection) = (Severity::Error, failure.collection);
        let text = format!("collection {collection}: {failure}");
        self.log.push(Record { severity, collection, text });
        self.failure = Some(failure);
    }

    fn reply(&mut self, channel: ChannelId, reply: Reply) {
        let pair = *self.served.get(&channel).expect("a reply goes to a live channel");
        let (txid, answer) = match reply {
            Reply::Sync(responder) => (responder.txid(), Answer::Sync),
            Reply::NodeRef(responder, node) => {
                assert!(!self.forgotten.contains(&node), "{node:?} is gone");
                self.node_refs.insert(node);
                (responder.txid(), Answer::NodeRef(node))
            }
            Reply::IsAlternateFor(responder, result) => {
                (responder.txid(), Answer::IsAlternate(result))
            }
            Reply::CollectionId(responder, id) => (responder.txid(), Answer::CollectionId(id)),
            Reply::Duplicates(responder, channels) => {
                (responder.txid(), Answer::Tokens(self.new_tokens(channels)))
            }
            Reply::Children(responder, channels) => {
                (responder.txid(), Answer::Tokens(self.new_tokens(channels)))
            }
            Reply::Buffers(responder, result) => {
                if let Ok(delivery) = &result {
                    let memory = self.allocations.get_mut(&delivery.allocation);
                    memory.expect("an allocation").deliver(delivery, self.now);
                    let is_weak = matches!(delivery.handles, Handles::Weak { .. });
                    self.delivered.push((channel, is_weak));
                }
                (responder.txid(), Answer::Buffers(result.map(Box::new)))
            }
            Reply::Check(responder, result) => (responder.txid(), Answer::Check(result)),
            Reply::IsTokenKnown(responder, known) => (responder.txid(), Answer::IsKnown(known)),
            Reply::VmoInfo(responder, result) => {
                if let Ok(info) = &result
                    && info.weak.is_some()
                {
                    let memory = self.allocations.get_mut(&info.allocation).expect("an allocation");
                    memory.deliver_new_weak(info.name.index as u32, self.now);
                }
                (responder.txid(), Answer::VmoInfo(result.map(Box::new)))
            }
            Reply::UnknownMethod { txid, .. } => (txid, Answer::UnknownMethod),
        };
        let wire = self.channels.get_mut(&pair).expect("a channel");
        assert!(wire.outstanding.remove(&txid), "{txid:?} on {pair:?} is not waited for");
        wire.answers.push_back((txid, answer));
        self.answered.insert(pair);
    }

    fn new_tokens(&mut self, channels: Vec<ChannelId>) -> Vec<Pair> {
        let mut new_token = |channel| {
            let pair = self.new_pair(ChannelKind::Token);
            self.attach(channel, pair);
            pair
        };
        channels.into_iter().map(&mut new_token).collect()
    }

    /// Dropping the handle of an end closes that end.
    fn note_drops(&mut self) {
        loop {
            let dropped = self.register.take_dropped();
            if dropped.is_empty() {
                return;
            }
            for object in dropped {
                match object {
                    Object::ClientEnd(pair) => self.close(pair),
                    Object::ServerEnd(pair) => self.server_end_dropped(pair),
                    Object::Buffer(..) | Object::WeakBuffer(..) => {
                        if let Some(handles) = self.handles_to(object) {
                            *handles -= 1;
                        }
                    }
                    Object::EventPair(number) => drop(self.closed_eventpairs.insert(number)),
                    _ => {}
                }
            }
        }
    }

    fn server_end_dropped(&mut self, pair: Pair) {
        let wire = self.channels.get_mut(&pair).expect("a channel");
        if wire.served_as.is_none() {
            wire.ended.get_or_insert(None);
            wire.to_server.clear();
        }
    }
}

impl Host<SimHandle> for Wires {
    fn token_of(&self, client_end: &SimHandle) -> Option<ChannelId> {
        match client_end.object() {
            Object::ClientEnd(pair) | Object::Impostor(pair) => self.live_token(pair),
            _ => None,
        }
    }

    fn token_with_koid(&self, koid: u64) -> Option<ChannelId> {
        self.live_token(Pair(koid))
    }

    fn node_of(&self, event: &SimHandle) -> Option<NodeId> {
        match event.object() {
            Object::NodeRef(node) if !self.forgotten.contains(&node) => Some(node),
            _ => None,
        }
    }

    fn buffer_of(&self, vmo: &SimHandle) -> Option<BufferHandle> {
        let (allocation, index, strength, access) = match vmo.object() {
            Object::Buffer(allocation, index) => {
                (allocation, index, Strength::Strong, Access::ReadWrite)
            }
            Object::WeakBuffer(allocation, index) => {
                (allocation, index, Strength::Weak, Access::ReadOnly)
            }
            _ => return None,
        };
        let buffer = self.allocations.get(&allocation)?.buffers.get(index as usize)?;
        let is_there = buffer.told != Presence::Gone;
        is_there.then_some(BufferHandle { allocation, index, strength, access })
    }

    fn has_strong_handle(&self, allocation: AllocationId, index: u32) -> bool {
        let memory = &self.allocations[&allocation];
        assert_eq!(memory.stage, Memory::LetGo, "of others the core knows it");
        memory.buffers[index as usize].has_strong()
    }
}

impl Wires {
    fn buffer(&mut self, allocation: AllocationId, index: u32) -> &mut Buffer {
        &mut self.allocations.get_mut(&allocation).expect("an allocation").buffers[index as usize]
    }

    fn live_token(&self, pair: Pair) -> Option<ChannelId> {
        let wire = self.channels.get(&pair)?;
        wire.served_as.filter(|_| wire.kind == ChannelKind::Token)
    }
}

fn known<R>(
    channel: ChannelId,
    received: Received<R>,
    request: impl FnOnce(ChannelId, R) -> Input<SimHandle>,
) -> Input<SimHandle> {
    match received {
        Received::Request(value) => request(channel, value),
        Received::Unknown { ordinal, txid } => Input::Unknown { channel, ordinal, txid },
    }
}
