//! Channels without sockets: queues of packets, and what stands behind the core's numbers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fidl::{
    Encoder, OneWay, Received, RequestValue, TwoWay, TwoWayRequestValue, Txid, encode_call,
    encode_event, receive_request,
};
use sysmem_core::{
    Access, AllocationId, Breakage, BufferHandle, ChannelId, ChannelKind, CollectionName, Delivery,
    FailedAllocation, Host, Input, Instant, NodeId, Presence, Record, Strength, TokenRequest,
    VmoInfo, v1,
};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::handle::{Object, Pair, Register, SimHandle};
use crate::memory::{Allocation, Buffer, Memory};
use crate::sysmem1::Notice;

/// Channels, nodes and memory, as the core's numbers for them stand.
pub struct Wires {
    pub now: Instant,
    pub register: Register,
    pub channels: BTreeMap<Pair, Wire>,
    pub served: BTreeMap<ChannelId, Pair>,
    /// Where events of views go.
    pub sinks: BTreeMap<ChannelId, SimHandle>,
    /// What came there.
    pub events: BTreeMap<Pair, Vec<Notice>>,
    /// Where answers were sent to since one last looked.
    pub answered: BTreeSet<Pair>,
    pub turn_ins: Vec<(ChannelId, SimHandle)>,
    pub allocations: BTreeMap<AllocationId, Allocation>,
    pub collections_allocated: BTreeSet<u64>,
    /// Nodes that somebody has a node ref of and that are still there.
    pub node_refs: BTreeSet<NodeId>,
    pub forgotten: BTreeSet<NodeId>,
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
    pub to_server: VecDeque<Packet>,
    pub outstanding: BTreeSet<Txid>,
    pub answers: VecDeque<(Txid, Answer)>,
    pub client_open: bool,
    /// The server's end is gone, after that epitaph.
    pub ended: Option<Option<i32>>,
}

#[derive(Debug)]
pub struct Packet {
    bytes: Vec<u8>,
    handles: Vec<SimHandle>,
}

impl Packet {
    /// Which answer is expected by a caller of which method.
    pub fn call(&self) -> Option<(Txid, u64)> {
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
    V1(Box<v1::Reply>),
}

impl Default for Wires {
    fn default() -> Self {
        Self {
            now: Instant(0),
            register: Register::default(),
            channels: BTreeMap::new(),
            served: BTreeMap::new(),
            sinks: BTreeMap::new(),
            events: BTreeMap::new(),
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
    pub fn handles_to(&mut self, object: Object) -> Option<&mut usize> {
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
            let packet = Packet { bytes, handles };
            // Garbage may happen to look like a call.
            wire.outstanding.extend(packet.call().map(|(txid, _)| txid));
            wire.to_server.push_back(packet);
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

    pub fn attach(&mut self, channel: ChannelId, pair: Pair) {
        let wire = self.channels.get_mut(&pair).expect("a channel");
        assert!(wire.served_as.replace(channel).is_none(), "{pair:?} is served twice");
        assert!(self.served.insert(channel, pair).is_none(), "{channel:?} is used twice");
    }

    pub fn detach(&mut self, channel: ChannelId, epitaph: Option<i32>) {
        let pair = self.served.remove(&channel).expect("a live channel");
        let wire = self.channels.get_mut(&pair).expect("a channel");
        wire.served_as = None;
        wire.to_server.clear();
        wire.ended = Some(epitaph);
        self.closed.push(pair);
        self.sinks.remove(&channel);
        self.note_drops();
    }

    pub fn decode(&mut self, pair: Pair, channel: ChannelId, packet: Packet) -> Input<SimHandle> {
        let Packet { bytes, mut handles } = packet;
        let decoded = match self.channels[&pair].kind {
            ChannelKind::Allocator => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Allocator)),
            ChannelKind::Token => receive_request(&bytes, &mut handles).map(|received| {
                known(channel, received, |id, it: TokenRequest<_>| it.into_input(id))
            }),
            ChannelKind::Collection => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Collection)),
            ChannelKind::Group => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::Group)),
            ChannelKind::AllocatorV1 => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, Input::AllocatorV1)),
            ChannelKind::View => receive_request(&bytes, &mut handles)
                .map(|received| known(channel, received, |id, it| Input::View(id, Box::new(it)))),
        };
        decoded
            .unwrap_or_else(|error| Input::Broken { channel, reason: Breakage::Malformed(error) })
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
    pub fn buffer(&mut self, allocation: AllocationId, index: u32) -> &mut Buffer {
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
