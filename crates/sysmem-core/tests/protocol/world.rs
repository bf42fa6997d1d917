//! Clients as objects. Whatever one does is handled at once, and the heap answers at once unless it
//! is told to wait.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use fidl::{ClientEnd, OneWay, RequestValue, ServerEnd, TwoWay, TwoWayRequestValue, Txid};
use fsysmem2::{BufferCollectionConstraints, Error};
use sysmem_core::{ChannelKind, Delivery, HeapFailure, Instant, NodeId, Record};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::driver::{Answer, Driver, Memory};
use crate::handle::{Object, Pair, SimHandle};

pub const SAME_RIGHTS: u32 = 0x8000_0000;
pub const NO_WRITE: u32 = !0x8;
pub const INTERNAL: Option<i32> = Some(-1);

/// A server and its clients.
#[derive(Clone)]
pub struct World {
    state: Rc<RefCell<State>>,
}

struct State {
    driver: Driver,
    heap: Heap,
}

enum Heap {
    Works,
    Fails,
    TakesItsTime,
}

/// A client's end of a channel. It stays open until [`Client::close`].
#[derive(Clone)]
pub struct Client {
    world: World,
    pub pair: Pair,
}

/// A call that has no answer yet, or nobody has looked at.
pub struct Call {
    client: Client,
    txid: Txid,
}

impl World {
    pub fn new() -> Self {
        let state = State { driver: Driver::new(), heap: Heap::Works };
        Self { state: Rc::new(RefCell::new(state)) }
    }

    /// A connection to the Allocator.
    pub fn allocator(&self) -> Client {
        let pair = self.driver().connect();
        Client { world: self.clone(), pair }
    }

    /// The root token of a new collection, made through an Allocator channel of its own.
    pub fn shared_token(&self) -> Client {
        self.allocator().shared_token()
    }

    /// Turns a token in, through an Allocator channel of its own.
    pub fn bind(&self, token: Client) -> Client {
        self.allocator().bind(token)
    }

    /// A root and `N` participants below it, all of them bound.
    pub fn participants<const N: usize>(&self) -> (Client, [Client; N]) {
        let root = self.shared_token();
        let tokens: [Client; N] = std::array::from_fn(|_| root.duplicate());
        (self.bind(root), tokens.map(|token| self.bind(token)))
    }

    /// An end of a channel that nobody knows.
    pub fn foreign_token(&self) -> Client {
        let pair = self.driver().wires.new_pair(ChannelKind::Token);
        Client { world: self.clone(), pair }
    }

    pub fn heap_fails(&self) {
        self.state.borrow_mut().heap = Heap::Fails;
    }

    /// From now on the heap answers when [`Self::heap_answers`] is called.
    pub fn heap_takes_its_time(&self) {
        self.state.borrow_mut().heap = Heap::TakesItsTime;
    }

    /// The heap answers all that it was asked.
    pub fn heap_answers(&self, result: Result<(), HeapFailure>) {
        for allocation in self.allocations_in(Memory::Wanted) {
            self.driver().answer_allocation(allocation, result.clone());
        }
        self.settle();
    }

    pub fn advance_to(&self, seconds: i64) {
        self.driver().tick(Instant(seconds * 1_000_000_000));
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.driver().core.next_deadline()
    }

    /// Log records whose text contains `part`.
    pub fn log(&self, part: &str) -> Vec<Record> {
        let log = &self.driver().wires.log;
        log.iter().filter(|record| record.text.contains(part)).cloned().collect()
    }

    pub fn allocations_in(&self, stage: Memory) -> Vec<sysmem_core::AllocationId> {
        let driver = self.driver();
        let allocations = driver.wires.allocations.iter();
        allocations.filter(|(_, memory)| memory.stage == stage).map(|(id, _)| *id).collect()
    }

    /// The name that buffers were allocated under.
    pub fn allocated_names(&self) -> Vec<String> {
        let driver = self.driver();
        driver.wires.allocations.values().map(|memory| memory.plan.name.clone()).collect()
    }

    pub fn handle(&self, object: Object) -> SimHandle {
        self.driver().wires.handle(object)
    }

    /// Turns a token in before the server looks at what is queued on it.
    pub fn bind_before_looking(&self, token: &Client) -> Client {
        let allocator = self.allocator();
        let (collection, end) = allocator.new_channel(ChannelKind::Collection);
        let token = Some(ClientEnd::new(self.handle(Object::ClientEnd(token.pair))));
        allocator.queue::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            fsysmem2::AllocatorBindSharedCollectionRequest {
                token,
                buffer_collection_request: end,
            },
        );
        assert!(self.driver().deliver(allocator.pair));
        self.settle();
        collection
    }

    /// As [`Self::assert_nothing_is_left`], after every Allocator was closed.
    pub fn assert_nothing_is_left_but_allocators(&self) {
        let driver = self.driver();
        let wires = driver.wires.channels.iter();
        let allocators = wires.filter(|(_, wire)| wire.kind == ChannelKind::Allocator);
        let allocators: Vec<Pair> = allocators.map(|(pair, _)| *pair).collect();
        drop(driver);
        for pair in allocators {
            self.driver().wires.close(pair);
        }
        self.settle();
        self.assert_nothing_is_left();
    }

    /// Frees what the core has let go of, and checks that nothing is left.
    pub fn assert_nothing_is_left(&self) {
        for allocation in self.allocations_in(Memory::LetGo) {
            self.driver().free(allocation);
        }
        assert!(self.driver().core.is_idle(), "the core keeps something");
        assert_eq!(self.driver().wires.register.alive(), 0, "handles leak");
    }

    pub fn driver(&self) -> RefMut<'_, Driver> {
        RefMut::map(self.state.borrow_mut(), |state| &mut state.driver)
    }

    /// Until nothing happens any more.
    pub fn settle(&self) {
        let mut state = self.state.borrow_mut();
        let State { driver, heap } = &mut *state;
        loop {
            let wanted: Vec<_> = driver.wires.allocations.iter().collect();
            let wanted = wanted.iter().find(|(_, memory)| memory.stage == Memory::Wanted);
            let wanted = wanted.map(|(id, _)| **id);
            match (&heap, wanted) {
                (Heap::Works, Some(id)) => driver.answer_allocation(id, Ok(())),
                (Heap::Fails, Some(id)) => driver.answer_allocation(id, Err(no_memory())),
                _ if !driver.wires.turn_ins.is_empty() => driver.drain_token(0),
                _ => match driver.pending().first() {
                    Some(&pair) => assert!(driver.deliver(pair)),
                    None => return,
                },
            }
        }
    }
}

pub fn no_memory() -> HeapFailure {
    HeapFailure { reason: "none left".into() }
}

/// Channels and what is common to all nodes.
impl Client {
    pub fn send<M: OneWay<SimHandle>>(&self, request: RequestValue<M, SimHandle>) {
        self.queue::<M>(request);
        self.world.settle();
    }

    /// Sends without the server looking yet.
    pub fn queue<M: OneWay<SimHandle>>(&self, request: RequestValue<M, SimHandle>) {
        self.world.driver().wires.send::<M>(self.pair, request);
    }

    pub fn call<M: TwoWay<SimHandle>>(&self, request: TwoWayRequestValue<M, SimHandle>) -> Call {
        let txid = self.world.driver().wires.call::<M>(self.pair, request);
        self.world.settle();
        Call { client: self.clone(), txid }
    }

    pub fn send_raw(&self, bytes: Vec<u8>) {
        self.world.driver().wires.send_raw(self.pair, bytes, Vec::new());
        self.world.settle();
    }

    pub fn close(&self) {
        self.world.driver().wires.close(self.pair);
        self.world.settle();
    }

    pub fn release(&self) {
        self.send::<fsysmem2::NodeReleaseMethod>(());
    }

    /// The clean way to leave.
    pub fn release_and_close(&self) {
        self.release();
        self.close();
    }

    pub fn sync(&self) -> Call {
        self.call::<fsysmem2::NodeSyncMethod>(())
    }

    pub fn is_open(&self) -> bool {
        self.world.driver().wires.channels[&self.pair].ended.is_none()
    }

    /// With what epitaph the server has closed.
    pub fn epitaph(&self) -> Option<i32> {
        let ended = self.world.driver().wires.channels[&self.pair].ended;
        ended.unwrap_or_else(|| panic!("{:?} is open", self.pair))
    }

    pub fn set_name(&self, priority: u32, name: &str) {
        self.send::<fsysmem2::NodeSetNameMethod>(fsysmem2::NodeSetNameRequest {
            priority: Some(priority),
            name: Some(name.into()),
        });
    }

    pub fn set_debug_info(&self, name: &str, id: u64) {
        self.send::<fsysmem2::NodeSetDebugClientInfoMethod>(
            fsysmem2::NodeSetDebugClientInfoRequest { name: Some(name.into()), id: Some(id) },
        );
    }

    pub fn collection_id(&self) -> u64 {
        match self.call::<fsysmem2::NodeGetBufferCollectionIdMethod>(()).answer() {
            Answer::CollectionId(id) => id,
            other => panic!("{other:?}"),
        }
    }

    pub fn node_ref(&self) -> NodeId {
        match self.call::<fsysmem2::NodeGetNodeRefMethod>(()).answer() {
            Answer::NodeRef(node) => node,
            other => panic!("{other:?}"),
        }
    }

    pub fn is_alternate_for(&self, node: NodeId) -> Result<bool, Error> {
        let node_ref = Some(self.world.handle(Object::NodeRef(node)));
        let request = fsysmem2::NodeIsAlternateForRequest { node_ref };
        match self.call::<fsysmem2::NodeIsAlternateForMethod>(request).answer() {
            Answer::IsAlternate(result) => result,
            other => panic!("{other:?}"),
        }
    }

    /// A fresh channel, and the server's end of it.
    fn new_channel<P>(&self, kind: ChannelKind) -> (Self, Option<ServerEnd<P, SimHandle>>) {
        let pair = self.world.driver().wires.new_pair(kind);
        let end = self.world.handle(Object::ServerEnd(pair));
        (Self { world: self.world.clone(), pair }, Some(ServerEnd::new(end)))
    }
}

/// Allocator.
impl Client {
    pub fn shared_token(&self) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::AllocatorAllocateSharedCollectionMethod>(
            fsysmem2::AllocatorAllocateSharedCollectionRequest { token_request },
        );
        token
    }

    pub fn non_shared_collection(&self) -> Self {
        let (collection, collection_request) = self.new_channel(ChannelKind::Collection);
        self.send::<fsysmem2::AllocatorAllocateNonSharedCollectionMethod>(
            fsysmem2::AllocatorAllocateNonSharedCollectionRequest { collection_request },
        );
        collection
    }

    pub fn bind(&self, token: Self) -> Self {
        self.bind_end(Object::ClientEnd(token.pair))
    }

    /// Turns in whatever it is.
    pub fn bind_end(&self, object: Object) -> Self {
        let (collection, buffer_collection_request) = self.new_channel(ChannelKind::Collection);
        let token = Some(ClientEnd::new(self.world.handle(object)));
        self.send::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            fsysmem2::AllocatorBindSharedCollectionRequest { token, buffer_collection_request },
        );
        collection
    }

    pub fn knows(&self, token: &Self) -> bool {
        let token_server_koid = Some(token.pair.0);
        let request = fsysmem2::AllocatorValidateBufferCollectionTokenRequest { token_server_koid };
        let call = self.call::<fsysmem2::AllocatorValidateBufferCollectionTokenMethod>(request);
        match call.answer() {
            Answer::IsKnown(known) => known,
            other => panic!("{other:?}"),
        }
    }

    pub fn set_client_info(&self, name: &str, id: Option<u64>) {
        self.send::<fsysmem2::AllocatorSetDebugClientInfoMethod>(
            fsysmem2::AllocatorSetDebugClientInfoRequest { name: Some(name.into()), id },
        );
    }
}

/// Tokens and groups.
impl Client {
    pub fn duplicate(&self) -> Self {
        self.duplicate_with(SAME_RIGHTS)
    }

    pub fn duplicate_with(&self, mask: u32) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::BufferCollectionTokenDuplicateMethod>(
            fsysmem2::BufferCollectionTokenDuplicateRequest {
                rights_attenuation_mask: Some(mask),
                token_request,
            },
        );
        token
    }

    pub fn duplicate_sync(&self, masks: &[u32]) -> Call {
        self.call::<fsysmem2::BufferCollectionTokenDuplicateSyncMethod>(
            fsysmem2::BufferCollectionTokenDuplicateSyncRequest {
                rights_attenuation_masks: Some(masks.to_vec()),
            },
        )
    }

    pub fn set_dispensable(&self) {
        self.send::<fsysmem2::BufferCollectionTokenSetDispensableMethod>(());
    }

    pub fn group(&self) -> Self {
        let (group, group_request) = self.new_channel(ChannelKind::Group);
        self.send::<fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupMethod>(
            fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupRequest {
                group_request,
            },
        );
        group
    }

    pub fn child(&self) -> Self {
        self.child_with(None)
    }

    pub fn child_with(&self, mask: Option<u32>) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::BufferCollectionTokenGroupCreateChildMethod>(
            fsysmem2::BufferCollectionTokenGroupCreateChildRequest {
                token_request,
                rights_attenuation_mask: mask,
            },
        );
        token
    }

    pub fn all_children_present(&self) {
        self.send::<fsysmem2::BufferCollectionTokenGroupAllChildrenPresentMethod>(());
    }

    /// A group with `N` bound children, complete.
    pub fn group_of<const N: usize>(&self) -> (Self, [Self; N]) {
        let group = self.group();
        let children: [Self; N] = std::array::from_fn(|_| self.world.bind(group.child()));
        group.all_children_present();
        (group, children)
    }
}

/// Collections.
impl Client {
    pub fn set_constraints(&self, constraints: BufferCollectionConstraints) {
        self.send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
            fsysmem2::BufferCollectionSetConstraintsRequest {
                constraints: Some(constraints),
                must_match_vmo: None,
            },
        );
    }

    pub fn wait(&self) -> Call {
        self.call::<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>(())
    }

    pub fn check(&self) -> Result<(), Error> {
        match self.call::<fsysmem2::BufferCollectionCheckAllBuffersAllocatedMethod>(()).answer() {
            Answer::Check(result) => result,
            other => panic!("{other:?}"),
        }
    }

    pub fn attach(&self) -> Self {
        self.attach_with(SAME_RIGHTS)
    }

    pub fn attach_with(&self, mask: u32) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::BufferCollectionAttachTokenMethod>(
            fsysmem2::BufferCollectionAttachTokenRequest {
                rights_attenuation_mask: Some(mask),
                token_request,
            },
        );
        token
    }
}

impl Call {
    pub fn try_answer(&self) -> Option<Answer> {
        let mut driver = self.client.world.driver();
        driver.wires.take_answer(self.client.pair, self.txid)
    }

    pub const fn txid(&self) -> Txid {
        self.txid
    }

    pub fn is_unanswered(&self) -> bool {
        self.try_answer().is_none()
    }

    pub fn answer(&self) -> Answer {
        self.try_answer().unwrap_or_else(|| panic!("no answer on {:?}", self.client.pair))
    }

    /// Of a wait.
    pub fn buffers(&self) -> Delivery {
        self.result().unwrap_or_else(|error| panic!("no buffers: {error:?}"))
    }

    /// Of a wait that has failed.
    pub fn error(&self) -> Error {
        self.result().expect_err("an error")
    }

    /// Of `DuplicateSync` and `CreateChildrenSync`.
    pub fn tokens(&self) -> Vec<Client> {
        match self.answer() {
            Answer::Tokens(pairs) => {
                let world = &self.client.world;
                pairs.into_iter().map(|pair| Client { world: world.clone(), pair }).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn result(&self) -> Result<Delivery, Error> {
        match self.answer() {
            Answer::Buffers(result) => result.map(|delivery| *delivery),
            other => panic!("{other:?}"),
        }
    }
}

/// A CPU that reads, wants `count` buffers for itself, of at least `size_bytes`.
pub fn cpu(count: u32, size_bytes: u64) -> BufferCollectionConstraints {
    with_usage(fsysmem2::CPU_USAGE_READ_OFTEN, count, size_bytes)
}

/// As [`cpu`], but it writes.
pub fn writer(count: u32, size_bytes: u64) -> BufferCollectionConstraints {
    with_usage(fsysmem2::CPU_USAGE_WRITE_OFTEN, count, size_bytes)
}

/// Nobody can meet these: a minimum above the maximum.
pub fn impossible() -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        min_buffer_count: Some(2),
        max_buffer_count: Some(1),
        ..cpu(1, 64)
    }
}

/// `NONE_USAGE`, and more bits of it if one likes.
pub fn no_use(more: u32) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage {
            none: Some(fsysmem2::NONE_USAGE | more),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn with_usage(cpu: u32, count: u32, size_bytes: u64) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(fsysmem2::BufferUsage { cpu: Some(cpu), ..Default::default() }),
        min_buffer_count_for_camping: Some(count),
        buffer_memory_constraints: Some(fsysmem2::BufferMemoryConstraints {
            min_size_bytes: Some(size_bytes),
            cpu_domain_supported: Some(true),
            ..Default::default()
        }),
        ..Default::default()
    }
}
