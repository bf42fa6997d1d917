//! The handle that messages carry: a file descriptor, checked on arrival.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use ::zx::{Channel, Kind};
use fidl::{HandleFault, ObjectType, Rights};

use crate::zx::ObjType;

/// A handle in a message: a [`::zx::Handle`], with what FIDL has to know of it.
#[derive(Debug)]
pub struct Handle(::zx::Handle);

impl fidl::Handle for Handle {
    /// Checks that the descriptor is the kind of object that was declared (`linux-objects.md`,
    /// summary): a connected `SOCK_SEQPACKET` socket for a channel or an eventpair, memory for a
    /// VMO or an event. Which of the two it is nobody can tell from the descriptor; an event that
    /// no node has given out, for instance, fails later, where it is used.
    ///
    /// Rights are not checked. They are the kernel's own: a descriptor that was opened for reading
    /// does not write, whatever a message says about it.
    fn receive(self, object_type: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        match ObjType::from_primitive(object_type.0) {
            ObjType::NONE => Ok(self),
            ObjType::CHANNEL | ObjType::EVENTPAIR => match Channel::from_handle(self.0) {
                Ok(channel) => Ok(Self(channel.into())),
                Err(_) => Err(HandleFault::WrongType),
            },
            ObjType::VMO | ObjType::EVENT => match self.0.kind() {
                Ok(Kind::Memory(_)) => Ok(self),
                _ => Err(HandleFault::WrongType),
            },
            // The libraries here declare nothing else.
            _ => Err(HandleFault::WrongType),
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
