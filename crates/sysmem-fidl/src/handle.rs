//! The handle that messages carry: a file descriptor, checked on arrival.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use ::zx::{Channel, Kind};
use fidl::{HandleFault, ObjectType, Rights};

use crate::zx::ObjType;

/// A handle in a message: a [`::zx::Handle`], with what FIDL has to know of it.
#[derive(Debug)]
pub struct Handle(::zx::Handle);

/// What a descriptor has to be for an object type (`linux-objects.md`, summary). Which of two types
/// it is nobody can tell from the descriptor; an event that no node has given out, for instance,
/// fails later, where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// No type is declared.
    Anything,
    /// A channel or an eventpair: a connected `SOCK_SEQPACKET` socket.
    Channel,
    /// A VMO or an event: memory.
    Memory,
}

impl Expected {
    /// What is expected where this type is declared; `None`: the libraries here declare no such
    /// type, and nothing will do.
    pub fn of(object_type: ObjectType) -> Option<Self> {
        match ObjType::from_primitive(object_type.0) {
            ObjType::NONE => Some(Self::Anything),
            ObjType::CHANNEL | ObjType::EVENTPAIR => Some(Self::Channel),
            ObjType::VMO | ObjType::EVENT => Some(Self::Memory),
            _ => None,
        }
    }
}

impl fidl::Handle for Handle {
    /// Checks that the descriptor is the kind of object that was declared, see [`Expected`].
    ///
    /// Rights are not checked. They are the kernel's own: a descriptor that was opened for reading
    /// does not write, whatever a message says about it.
    fn receive(self, object_type: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        match Expected::of(object_type) {
            Some(Expected::Anything) => Ok(self),
            Some(Expected::Channel) => match Channel::from_handle(self.0) {
                Ok(channel) => Ok(Self(channel.into())),
                Err(_) => Err(HandleFault::WrongType),
            },
            Some(Expected::Memory) => match self.0.kind() {
                Ok(Kind::Memory(_)) => Ok(self),
                _ => Err(HandleFault::WrongType),
            },
            None => Err(HandleFault::WrongType),
        }
    }
}

impl From<::zx::Handle> for Handle {
    fn from(handle: ::zx::Handle) -> Self {
        Self(handle)
    }
}

impl From<Handle> for ::zx::Handle {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

impl From<::zx::Channel> for Handle {
    fn from(channel: Channel) -> Self {
        Self(channel.into())
    }
}

impl From<::zx::EventPair> for Handle {
    fn from(end: ::zx::EventPair) -> Self {
        Self(end.into())
    }
}

impl From<OwnedFd> for Handle {
    fn from(descriptor: OwnedFd) -> Self {
        Self(descriptor.into())
    }
}

impl From<Handle> for OwnedFd {
    fn from(handle: Handle) -> Self {
        handle.0.into()
    }
}

impl AsFd for Handle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Handle {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
