//! Whether a participant still has its handle: one locked byte per handle.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd};

use rustix::io::Errno;

use crate::handle::Handle;
use crate::sys;
use crate::vmo::Vmo;

/// Where the bytes lie that stand for handles: far beyond the end of any file, which locks do not
/// mind (`linux-objects.md`, "VMO handles, rights and lifetime").
const FIRST_SLOT_OFFSET: i64 = 1 << 62;

/// How many of them there are for either kind of handle: one for each `u32`.
const SLOTS: i64 = 1 << 32;

/// How much of the `fdinfo` of a handle is looked at: some hundred locks. A client that sets more
/// on its own description hides from itself what it was given.
const FDINFO_BYTES_MAX: u64 = 8 << 10;

/// What the disappearance of a handle means (`linux-objects.md`, "VMO handles, rights and
/// lifetime"): weak handles are to be given up when no strong one is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Keeps the buffer in use.
    Strong,
    /// Keeps the memory, and nothing else.
    Weak,
}

/// The byte that stands for a handle. Strong and weak ones have numbers of their own, so that one
/// question tells whether any of a kind is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// What kind of handle it stands for.
    pub strength: Strength,
    /// Which of them.
    pub number: u32,
}

impl Slot {
    /// The slot of a strong handle.
    pub const fn strong(number: u32) -> Slot {
        Slot { strength: Strength::Strong, number }
    }

    /// The slot of a weak handle.
    pub const fn weak(number: u32) -> Slot {
        Slot { strength: Strength::Weak, number }
    }

    fn offset(self) -> i64 {
        self.strength.first_offset() + i64::from(self.number)
    }

    fn at(offset: i64) -> Option<Slot> {
        [Strength::Strong, Strength::Weak].into_iter().find_map(|strength| {
            let number = u32::try_from(offset.checked_sub(strength.first_offset())?).ok()?;
            Some(Slot { strength, number })
        })
    }
}

impl Strength {
    const fn first_offset(self) -> i64 {
        match self {
            Strength::Strong => FIRST_SLOT_OFFSET,
            Strength::Weak => FIRST_SLOT_OFFSET + SLOTS,
        }
    }
}

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
    pub fn lock(&self, handle: &Handle, slot: Slot) -> Result<(), LockError> {
        if handle.identity().ok() != Some(self.identity()) {
            return Err(LockError::OtherVmo);
        }
        sys::lock_byte(handle.as_fd(), slot.offset()).map_err(|errno| match errno {
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
    pub fn is_held(&self, slot: Slot) -> io::Result<bool> {
        Ok(sys::is_locked(self.as_fd(), slot.offset(), 1)?)
    }

    /// Whether any description that was locked for a slot of this kind still exists: one question
    /// for all of them. The same restrictions hold as for [`Vmo::is_held`].
    ///
    /// # Errors
    ///
    /// As [`Vmo::is_held`].
    pub fn is_held_by_any(&self, strength: Strength) -> io::Result<bool> {
        Ok(sys::is_locked(self.as_fd(), strength.first_offset(), SLOTS)?)
    }

    /// Whether any description that was locked, for whatever slot, still exists. The same
    /// restrictions hold as for [`Vmo::is_held`].
    ///
    /// # Errors
    ///
    /// As [`Vmo::is_held`].
    pub fn is_held_by_anyone(&self) -> io::Result<bool> {
        Ok(sys::is_locked(self.as_fd(), FIRST_SLOT_OFFSET, 2 * SLOTS)?)
    }

    /// The slot that a received handle of this VMO was locked for; `None` if its description is
    /// not one that the server made, or if its holder has undone the lock. Locks on other
    /// descriptions make no difference.
    ///
    /// A few system calls (`linux-platform.md` 4): not for every message. They take longer the more
    /// locks there are on the description.
    ///
    /// # Errors
    ///
    /// `FileTooLarge` when there are so many locks on the description that whoever set them can
    /// only want to waste time; what reading `/proc/self/fdinfo` reports.
    pub fn slot_of(&self, handle: &Handle) -> io::Result<Option<Slot>> {
        if handle.identity()? != self.identity() {
            return Ok(None);
        }
        // The kernel lists those locks there, and nowhere else, that are on the description itself.
        let file = File::open(format!("/proc/self/fdinfo/{}", handle.as_raw_fd()))?;
        let mut info = String::new();
        let mut file = file.take(FDINFO_BYTES_MAX);
        file.read_to_string(&mut info)?;
        if file.limit() == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(info.lines().find_map(slot_in_fdinfo))
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

/// The slot of a line such as `lock: 1: OFDLCK ADVISORY READ -1 00:01:9271 FIRST LAST`.
fn slot_in_fdinfo(line: &str) -> Option<Slot> {
    let mut words = line.strip_prefix("lock:")?.split_ascii_whitespace();
    let [kind, first, last] = [words.nth(1)?, words.nth(4)?, words.next()?];
    (kind == "OFDLCK" && first == last).then(|| first.parse().ok().and_then(Slot::at))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_slots_of_both_kinds_are_found_again_at_their_offsets() {
        let offset = |slot: Slot| slot.offset();
        assert_eq!(offset(Slot::strong(3)), (1 << 62) + 3);
        for slot in [0, 1, u32::MAX].into_iter().flat_map(|n| [Slot::strong(n), Slot::weak(n)]) {
            assert_eq!(Slot::at(slot.offset()), Some(slot));
        }
        let last = Slot::weak(u32::MAX).offset();
        assert_eq!([0, FIRST_SLOT_OFFSET - 1, last + 1].map(Slot::at), [None; 3]);
    }

    #[test]
    fn platform_lines_of_fdinfo_that_are_no_lock_of_ours_name_no_slot() {
        let line = |kind, first, last| {
            format!("lock:\t1: {kind} ADVISORY  READ -1 00:01:927117 {first} {last}")
        };
        let ours = line("OFDLCK", "4611686018427387909", "4611686018427387909");
        assert_eq!(slot_in_fdinfo(&ours), Some(Slot::strong(5)));
        let others = [
            line("OFDLCK", "0", "EOF"),
            line("OFDLCK", "4611686018427387909", "4611686018427387910"),
            line("POSIX", "4611686018427387909", "4611686018427387909"),
            "flags:\t02100000".to_owned(),
            "lock:".to_owned(),
        ];
        for other in others {
            assert_eq!(slot_in_fdinfo(&other), None, "{other}");
        }
    }
}
