//! Events: unforgeable objects that name a node (`GetNodeRef`).

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use rustix::fs::{Mode, SealFlags};
use rustix::io::Errno;

use crate::handle::{Handle, VmoIdentity};
use crate::sys;
use crate::vmo::sealable_memfd;

/// The server's own handle to the event of a node: an empty, sealed memfd (`linux-objects.md`,
/// summary). Whoever shows a duplicate of it knows the node.
#[derive(Debug)]
pub struct Event {
    own: Handle,
    identity: EventIdentity,
}

impl Event {
    /// A fresh event.
    ///
    /// # Errors
    ///
    /// `EMFILE` and `ENFILE` when descriptors ran out, `ENOMEM`.
    pub fn create() -> io::Result<Event> {
        let own = Handle::from(sealable_memfd("sysmem-event")?);
        // It has no content and never will. Mode 0: nobody has a reason to open it anew.
        rustix::fs::fchmod(&own, Mode::empty())?;
        rustix::fs::fcntl_add_seals(
            &own,
            SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL,
        )?;
        let identity = EventIdentity::of(&own)?;
        Ok(Event { own, identity })
    }

    /// A handle to give away: the same open file description.
    ///
    /// # Errors
    ///
    /// `EMFILE` when descriptor numbers ran out.
    pub fn duplicate(&self) -> io::Result<Handle> {
        self.own.duplicate()
    }

    /// A key to find this event by, before [`Event::same_file`] confirms.
    pub fn identity(&self) -> EventIdentity {
        self.identity
    }

    /// Whether `other` is a duplicate of this event.
    ///
    /// The rule: the inodes must be equal, and `kcmp(KCMP_FILE)` must find one open file
    /// description. Where `kcmp` is not to be had (`ENOSYS`, or `EPERM` and `EACCES` from a
    /// sandbox) the inodes alone decide. That is safe: every event is an inode of its own that no
    /// path leads to, so whoever shows a descriptor of it was once given one. All that is lost is
    /// the difference between a duplicate and an opening anew through `/proc`, which mode 0 leaves
    /// to the privileged.
    ///
    /// # Errors
    ///
    /// What `fstat` and `kcmp` report otherwise, on open descriptors nothing that is expected.
    pub fn same_file(&self, other: &Handle) -> io::Result<bool> {
        if EventIdentity::of(other)? != self.identity {
            return Ok(false);
        }
        match sys::same_description(self.own.as_fd(), other.as_fd()) {
            Err(Errno::NOSYS | Errno::PERM | Errno::ACCESS) => Ok(true),
            result => Ok(result?),
        }
    }
}

/// The inode of an event: equal for all its handles, and cheap to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventIdentity(VmoIdentity);

impl EventIdentity {
    /// The identity that a received handle claims.
    ///
    /// # Errors
    ///
    /// What `fstat` reports.
    pub fn of(handle: &Handle) -> io::Result<EventIdentity> {
        Ok(EventIdentity(handle.identity()?))
    }
}

impl AsFd for Event {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.own.as_fd()
    }
}

impl AsRawFd for Event {
    fn as_raw_fd(&self) -> RawFd {
        self.own.as_raw_fd()
    }
}
