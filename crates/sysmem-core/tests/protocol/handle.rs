//! Handles without a kernel: names of objects that count themselves.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use fidl::{Handle, HandleFault, ObjectType, Rights};
use sysmem_core::{AllocationId, NodeId};

/// A channel, by the number that both of its ends share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair(pub u64);

/// What a handle refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    ClientEnd(Pair),
    ServerEnd(Pair),
    /// A channel that says it is the peer of that one, and is not.
    Impostor(Pair),
    NodeRef(NodeId),
    /// An event of somebody else.
    Event,
    Buffer(AllocationId, u32),
    /// A weak handle to one.
    WeakBuffer(AllocationId, u32),
    /// Memory of somebody else.
    Vmo,
    EventPair(u64),
}

/// A handle. It has one owner, and reports to the register when it is dropped.
pub struct SimHandle {
    object: Object,
    register: Register,
}

/// How many handles there are, and which ones were dropped since one last looked.
#[derive(Clone, Debug, Default)]
pub struct Register(Rc<RefCell<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    alive: usize,
    dropped: Vec<Object>,
}

impl Register {
    pub fn handle(&self, object: Object) -> SimHandle {
        self.0.borrow_mut().alive += 1;
        SimHandle { object, register: self.clone() }
    }

    pub fn alive(&self) -> usize {
        self.0.borrow().alive
    }

    pub fn take_dropped(&self) -> Vec<Object> {
        std::mem::take(&mut self.0.borrow_mut().dropped)
    }
}

impl SimHandle {
    pub const fn object(&self) -> Object {
        self.object
    }
}

impl fmt::Debug for SimHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)
    }
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        let mut counts = self.register.0.borrow_mut();
        counts.alive -= 1;
        counts.dropped.push(self.object);
    }
}

impl Handle for SimHandle {
    fn receive(self, object_type: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        let own = match self.object {
            Object::ClientEnd(_) | Object::ServerEnd(_) | Object::Impostor(_) => 4,
            Object::Buffer(..) | Object::WeakBuffer(..) | Object::Vmo => 3,
            Object::NodeRef(_) | Object::Event => 5,
            Object::EventPair(_) => 16,
        };
        if object_type == ObjectType::ANY || object_type == ObjectType(own) {
            Ok(self)
        } else {
            Err(HandleFault::WrongType)
        }
    }
}
