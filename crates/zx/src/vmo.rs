//! VMOs: sealed memfds, and the handles to them with rights of their own.

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::fs::{FallocateFlags, MemfdFlags, Mode, OFlags, SealFlags};
use rustix::io::Errno;

use crate::handle::{Handle, VmoIdentity, proc_path};

/// The server's own handle to a buffer: the parent memfd, which is never sent
/// (`linux-objects.md`, "VMO handles, rights and lifetime").
///
/// Participants get what [`Vmo::reopen`] makes. Whether they still have it, [`Vmo::lock`] and
/// [`Vmo::is_held`] tell.
#[derive(Debug)]
pub struct Vmo {
    parent: Handle,
    size_bytes: u64,
    identity: VmoIdentity,
}

impl Vmo {
    /// A fresh VMO of exactly `size_bytes` zero bytes, whose size can never change.
    ///
    /// `name` is what `/proc/PID/fd` and `/proc/PID/maps` show: at most 249 bytes, no NUL. No
    /// memory is committed yet.
    ///
    /// # Errors
    ///
    /// See [`VmoError`].
    pub fn create(name: &str, size_bytes: u64) -> Result<Vmo, VmoError> {
        let parent = Handle::from(sealable_memfd(name).map_err(VmoStep::Create.failed())?);
        rustix::fs::fchmod(&parent, Mode::RUSR | Mode::WUSR).map_err(VmoStep::Mode.failed())?;
        rustix::fs::ftruncate(&parent, size_bytes).map_err(VmoStep::Size.failed())?;
        // Never F_SEAL_EXEC: on a file with x bits it makes the memory read-only for ever.
        let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&parent, seals).map_err(VmoStep::Seal.failed())?;
        let identity = VmoIdentity::of(parent.as_fd()).map_err(VmoStep::Identify.failed())?;
        Ok(Vmo { parent, size_bytes, identity })
    }

    /// Commits all pages, so that no later touch can fail for want of memory.
    ///
    /// Takes a third of a second per GiB (`linux-platform.md` 11): not for an event loop. And
    /// nothing limits a memfd but memory itself, so check the budget first (section 3).
    ///
    /// # Errors
    ///
    /// [`VmoStep::Commit`], with `ENOSPC` or `ENOMEM` when there is no memory.
    pub fn commit(&self) -> Result<(), VmoError> {
        if self.size_bytes == 0 {
            return Ok(());
        }
        let no_flags = FallocateFlags::empty();
        rustix::io::retry_on_intr(|| {
            rustix::fs::fallocate(&self.parent, no_flags, 0, self.size_bytes)
        })
        .map_err(VmoStep::Commit.failed())
    }

    /// A new handle for a participant: an open file description of its own with these rights.
    ///
    /// # Errors
    ///
    /// [`VmoStep::Reopen`], with `EMFILE` or `ENFILE` when descriptors ran out, and `ENOENT` when
    /// `/proc` is not mounted; [`VmoStep::Lease`] when a participant has a lease (`F_SETLEASE`)
    /// that stands against it.
    pub fn reopen(&self, access: Access) -> Result<Handle, VmoError> {
        // Without O_NONBLOCK the open waits until the participant gives its lease up, or for
        // fs.lease-break-time, 45 seconds.
        let flags = OFlags::CLOEXEC | OFlags::NONBLOCK | access.open_flags();
        let opened = rustix::fs::open(proc_path(self.as_fd()), flags, Mode::empty());
        let handle = Handle::from(opened.map_err(|errno| match errno {
            Errno::WOULDBLOCK => VmoStep::Lease.failed()(errno),
            errno => VmoStep::Reopen.failed()(errno),
        })?);
        // Nobody is to find a flag that it did not ask for.
        rustix::fs::fcntl_setfl(&handle, access.open_flags()).map_err(VmoStep::Reopen.failed())?;
        Ok(handle)
    }

    /// Which memory this is, whatever the handle.
    pub fn identity(&self) -> VmoIdentity {
        self.identity
    }

    /// The size in bytes, as it was created.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

/// What a handle or a mapping allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Reading only.
    ReadOnly,
    /// Reading and writing.
    ReadWrite,
}

impl Access {
    fn open_flags(self) -> OFlags {
        match self {
            Access::ReadOnly => OFlags::RDONLY,
            Access::ReadWrite => OFlags::RDWR,
        }
    }
}

/// Why something could not be done with a VMO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VmoError {
    /// What was being done.
    pub step: VmoStep,
    /// What the kernel said.
    pub errno: Errno,
}

/// What can be done with a VMO, and fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VmoStep {
    /// `memfd_create`: descriptors ran out, or a name that the kernel does not take (`EINVAL`).
    Create,
    /// `fchmod`.
    Mode,
    /// `ftruncate`: a size that the kernel does not take (`EINVAL`, `EFBIG`).
    Size,
    /// Adding seals.
    Seal,
    /// Writing its content.
    Write,
    /// `fstat`.
    Identify,
    /// `fallocate`: no memory.
    Commit,
    /// Opening through `/proc/self/fd`.
    Reopen,
    /// Opening what somebody else has a lease of.
    Lease,
}

impl VmoStep {
    pub(crate) fn failed(self) -> impl FnOnce(Errno) -> VmoError {
        move |errno| VmoError { step: self, errno }
    }
}

impl fmt::Display for VmoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.step {
            VmoStep::Create => "create a memfd",
            VmoStep::Mode => "set the mode of a memfd",
            VmoStep::Size => "set the size of a memfd",
            VmoStep::Seal => "seal a memfd",
            VmoStep::Write => "write a memfd",
            VmoStep::Identify => "identify a memfd",
            VmoStep::Commit => "commit the pages of a memfd",
            VmoStep::Reopen => "open a memfd anew through /proc/self/fd",
            VmoStep::Lease => "open a memfd that a participant has a lease (F_SETLEASE) of",
        };
        write!(f, "cannot {what}: {}", self.errno)
    }
}

impl std::error::Error for VmoError {}

impl AsFd for Vmo {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.parent.as_fd()
    }
}

impl AsRawFd for Vmo {
    fn as_raw_fd(&self) -> RawFd {
        self.parent.as_raw_fd()
    }
}

/// A memfd that can be sealed and, where the kernel knows how, never be executed.
pub(crate) fn sealable_memfd(name: &str) -> Result<OwnedFd, Errno> {
    match rustix::fs::memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::NOEXEC_SEAL) {
        // Up to Linux 6.2 the flag is unknown.
        Err(Errno::INVAL) => {
            rustix::fs::memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
        }
        result => result,
    }
}
