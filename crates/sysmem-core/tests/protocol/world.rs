//! A server for clients that are objects. Whatever one does is handled at once, and the heap
//! answers at once unless it is told to wait.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use fidl::ClientEnd;
use sysmem_core::{
    AllocationId, ChannelKind, CollectionName, HeapFailure, Instant, Record, Strength,
};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::Client;
use crate::driver::Driver;
use crate::handle::{Object, Pair, SimHandle};
use crate::memory::{Buffer, Memory};

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

impl World {
    pub fn new() -> Self {
        Self::with_driver(Driver::new())
    }

    pub fn with_driver(driver: Driver) -> Self {
        let state = State { driver, heap: Heap::Works };
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

    /// A client drops a handle to a buffer, and the core is told what that means for it.
    pub fn drop_handle(&self, allocation: AllocationId, index: u32, strength: Strength) {
        self.driver().drop_handle(allocation, index, strength);
        self.tell();
    }

    /// Tells the core what there is to be told about buffers.
    pub fn tell(&self) {
        loop {
            let due = self.driver().reports();
            let Some((allocation, index)) = due.first().copied() else { return };
            assert!(self.driver().report(allocation, index));
        }
    }

    /// Collections whose weak handles the core has complained about, for each buffer.
    pub fn complaints(&self) -> Vec<CollectionName> {
        self.driver().wires.complaints.clone()
    }

    /// What is known about a buffer.
    pub fn buffer(&self, allocation: AllocationId, index: u32) -> Buffer {
        self.driver().wires.allocations[&allocation].buffers[index as usize]
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

    pub fn allocations_in(&self, stage: Memory) -> Vec<AllocationId> {
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
        assert!(self.driver().wires.node_refs.is_empty(), "node refs leak");
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
