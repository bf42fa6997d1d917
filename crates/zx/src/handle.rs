//! Handles: owned descriptors, and what kind of object they name.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::fs::{FileType, OFlags, StatFs};

use crate::vmo::Access;

/// A handle to a kernel object: a file descriptor that this value owns and closes.
///
/// A handle that arrived in a message may be anything; see [`Handle::kind`].
pub struct Handle(OwnedFd);

impl Handle {
    /// What kind of object the handle names, by `fstat` and `fstatfs` (`linux-platform.md` 1).
    ///
    /// # Errors
    ///
    /// Only what `fstat` and `fstatfs` report, which on an open descriptor is next to nothing.
    pub fn kind(&self) -> io::Result<Kind> {
        let stat = rustix::fs::fstat(&self.0)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Socket {
            return Ok(Kind::Socket);
        }
        let file_system = rustix::fs::fstatfs(&self.0)?;
        Ok(match memory_of(&file_system) {
            // Anonymous inodes of a dma-buf had no file type before Linux 6.15.
            Some(Memory::DmaBuf) => Kind::Memory(Memory::DmaBuf),
            Some(memory) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {
                Kind::Memory(memory)
            }
            _ => Kind::Other,
        })
    }

    /// The identity of the memory that the handle names: equal for two handles of one VMO.
    ///
    /// # Errors
    ///
    /// What `fstat` reports.
    pub fn identity(&self) -> io::Result<VmoIdentity> {
        Ok(VmoIdentity::of(self.as_fd())?)
    }

    /// What the handle allows to be done with memory: the mode that its description was opened with
    /// (`linux-objects.md`, "VMO handles, rights and lifetime").
    ///
    /// # Errors
    ///
    /// What `fcntl` reports, on an open descriptor nothing that is expected.
    pub fn access(&self) -> io::Result<Access> {
        let flags = rustix::fs::fcntl_getfl(&self.0)?;
        Ok(match flags & OFlags::RWMODE {
            OFlags::RDWR => Access::ReadWrite,
            _ => Access::ReadOnly,
        })
    }

    /// Another descriptor of the same open file description.
    ///
    /// # Errors
    ///
    /// `EMFILE` when descriptor numbers ran out.
    pub fn duplicate(&self) -> io::Result<Handle> {
        Ok(Handle(rustix::io::fcntl_dupfd_cloexec(&self.0, 0)?))
    }
}

/// What a [`Handle`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A socket: a channel or an eventpair, or neither. [`crate::Channel::from_handle`] tells.
    Socket,
    /// Memory that can be mapped.
    Memory(Memory),
    /// Anything else: a pipe, a device, a directory, a process.
    Other,
}

/// The kinds of memory of `linux-platform.md` 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Memory {
    /// A memfd, or a file on a tmpfs: the kernel has one file system for both.
    Memfd,
    /// A memfd of huge pages.
    HugePages {
        /// Size of one page in bytes.
        page_bytes: u64,
    },
    /// A `memfd_secret`.
    Secret,
    /// A dma-buf, of whatever exporter.
    DmaBuf,
}

/// Which memory, whatever the handle: `st_dev` and `st_ino` (`linux-objects.md`, summary).
///
/// Unique among the living only: the numbers of memory that is gone may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmoIdentity {
    /// `st_dev`.
    pub dev: u64,
    /// `st_ino`.
    pub ino: u64,
}

impl VmoIdentity {
    pub(crate) fn of(fd: BorrowedFd<'_>) -> Result<VmoIdentity, rustix::io::Errno> {
        let stat = rustix::fs::fstat(fd)?;
        Ok(VmoIdentity { dev: stat.st_dev, ino: stat.st_ino })
    }
}

impl From<OwnedFd> for Handle {
    fn from(fd: OwnedFd) -> Handle {
        Handle(fd)
    }
}

impl From<Handle> for OwnedFd {
    fn from(handle: Handle) -> OwnedFd {
        handle.0
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

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.0.as_raw_fd())
    }
}

/// The path that opens the object behind `fd` anew, with an open file description of its own.
pub(crate) fn proc_path(fd: BorrowedFd<'_>) -> String {
    format!("/proc/self/fd/{}", fd.as_raw_fd())
}

fn memory_of(file_system: &StatFs) -> Option<Memory> {
    const TMPFS: u64 = 0x0102_1994;
    const HUGETLBFS: u64 = 0x9584_58f6;
    const SECRETMEM: u64 = 0x5345_434d;
    const DMA_BUF: u64 = 0x444d_4142;
    // The width and the sign of both fields differ between architectures; the magic numbers are
    // 32 bits wide on all of them.
    match file_system.f_type as u64 & 0xffff_ffff {
        TMPFS => Some(Memory::Memfd),
        HUGETLBFS => Some(Memory::HugePages { page_bytes: file_system.f_bsize as u64 }),
        SECRETMEM => Some(Memory::Secret),
        DMA_BUF => Some(Memory::DmaBuf),
        _ => None,
    }
}
