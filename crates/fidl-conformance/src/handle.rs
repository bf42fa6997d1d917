//! Handles of the cases: numbers that report when they are closed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fidl::{Handle, HandleFault, ObjectType, Rights};

/// A handle of a case.
#[derive(Debug)]
pub struct TestHandle {
    id: u64,
    object_type: ObjectType,
    rights: Rights,
    closed: Rc<RefCell<BTreeMap<u64, u32>>>,
}

/// All handles of a case, and how often each was closed.
#[derive(Debug, Default)]
pub struct TestHandles {
    definitions: BTreeMap<u64, (ObjectType, Rights)>,
    closed: Rc<RefCell<BTreeMap<u64, u32>>>,
}

impl TestHandles {
    /// Declares a handle that exists before the case starts.
    pub fn define(&mut self, id: u64, object_type: ObjectType, rights: Rights) {
        self.definitions.insert(id, (object_type, rights));
    }

    /// The handle with this number; with other type and rights than declared where a decoder is
    /// expected to have changed them.
    pub fn take(&self, id: u64, changed: Option<(ObjectType, Rights)>) -> Option<TestHandle> {
        let (object_type, rights) = changed.or_else(|| self.definitions.get(&id).copied())?;
        Some(TestHandle { id, object_type, rights, closed: Rc::clone(&self.closed) })
    }

    /// How often the handle was closed.
    pub fn times_closed(&self, id: u64) -> u32 {
        self.closed.borrow().get(&id).copied().unwrap_or(0)
    }

    /// Numbers of all declared handles.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        self.definitions.keys().copied()
    }

    /// Forgets what was closed, so that one set of definitions serves two directions.
    pub fn reset(&self) {
        self.closed.borrow_mut().clear();
    }
}

impl TestHandle {
    /// Its number in the case.
    pub const fn id(&self) -> u64 {
        self.id
    }
}

impl Handle for TestHandle {
    fn receive(mut self, object_type: ObjectType, rights: Rights) -> Result<Self, HandleFault> {
        if object_type != ObjectType::ANY && object_type != self.object_type {
            return Err(HandleFault::WrongType);
        }
        if rights != Rights::SAME {
            if self.rights.0 & rights.0 != rights.0 {
                return Err(HandleFault::MissingRights);
            }
            self.rights = rights;
        }
        Ok(self)
    }
}

impl PartialEq for TestHandle {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.object_type, self.rights) == (other.id, other.object_type, other.rights)
    }
}

impl Drop for TestHandle {
    fn drop(&mut self) {
        *self.closed.borrow_mut().entry(self.id).or_insert(0) += 1;
    }
}
