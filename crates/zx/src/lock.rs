//! Whether a participant still has its handle: one locked byte per handle.

use std::fmt;
use std::io;
use std::os::fd::AsFd;

use rustix::io::Errno;

use crate::handle::Handle;
use crate::sys;
use crate::vmo::Vmo;

/// Where the bytes lie that stand for handles: far beyond the end of any file, which locks do not
/// mind (`linux-objects.md`, "VMO handles, rights and lifetime").
const FIRST_SLOT_OFFSET: i64 = 1 << 62;

/// How many of them there are: one for each `u32`.
const SLOTS: i64 = 1 << 32;

impl Vmo {
    /// Locks the byte `slot` for `handle`, a handle of this VMO by [`Vmo::reopen`].
    ///
    /// Before a handle is sent, the server takes a shared OFD lock on a byte of its own for that
    /// handle, on the handle's own open file description. The lock lives exactly as long as the
    /// description does: through `dup`, `fork`, a copy in flight and a mapping without descriptor
    /// (`linux-platform.md` 4). Lock all handles of a buffer before the first is sent: afterwards a
    /// client can take bytes that are not in use yet.
    ///
    /// # Errors
    ///
    /// See [`LockError`].
    pub fn lock(&self, handle: &Handle, slot: u32) -> Result<(), LockError> {
        if handle.identity().ok() != Some(self.identity()) {
            return Err(LockError::OtherVmo);
        }
        sys::lock_byte(handle.as_fd(), offset_of(slot)).map_err(|errno| match errno {
            Errno::AGAIN | Errno::ACCESS => LockError::Taken,
            other => LockError::Other(other),
        })
    }

    /// Whether the description that was locked for `slot` still exists.
    ///
    /// A client can unlock its own byte or lock all of them, and can pin pages past the end of its
    /// handle. Nothing that another client's safety hangs on may depend on the answer: never
    /// recycle memory because of it.
    ///
    /// # Errors
    ///
    /// What `fcntl` reports, on an open memfd nothing that is expected.
    pub fn is_held(&self, slot: u32) -> io::Result<bool> {
        Ok(sys::is_locked(self.as_fd(), offset_of(slot), 1)?)
    }

    /// Whether any description that was locked, for whatever slot, still exists: one question for
    /// all of them. The same restrictions hold as for [`Vmo::is_held`].
    ///
    /// # Errors
    ///
    /// As [`Vmo::is_held`].
    pub fn is_held_by_anyone(&self) -> io::Result<bool> {
        Ok(sys::is_locked(self.as_fd(), FIRST_SLOT_OFFSET, SLOTS)?)
    }
}

/// Why a handle could not be locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockError {
    /// A client holds an exclusive lock on this byte: the client's doing, not an error of the
    /// server. Track this handle by its connection instead.
    Taken,
    /// The handle is not one of this VMO.
    OtherVmo,
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LockError::Taken => f.write_str("a client has locked the byte of this handle"),
            LockError::OtherVmo => f.write_str("the handle belongs to another VMO"),
            LockError::Other(errno) => write!(f, "cannot lock a handle: {errno}"),
        }
    }
}

impl std::error::Error for LockError {}

fn offset_of(slot: u32) -> i64 {
    FIRST_SLOT_OFFSET + i64::from(slot)
}
