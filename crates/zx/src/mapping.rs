//! Mapped VMOs.

use std::fmt;
use std::ops::Range;
use std::os::fd::AsFd;
use std::ptr::{self, NonNull};

use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::handle::Handle;
use crate::shared::{MemoryError, SharedSlice};
use crate::vmo::Access;

/// A VMO mapped into this process, from its start. Unmapped on drop.
///
/// The mapping keeps the memory, and the server's lock on its handle, alive without the handle.
pub struct Mapping {
    start: NonNull<u8>,
    length: usize,
    access: Access,
}

// SAFETY: a mapping belongs to the process, not to a thread, and all access is atomic.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps the first `size_bytes` of what `handle` names, shared.
    ///
    /// The size is checked against that of the object once. For a sealed memfd that holds for
    /// ever; an object that somebody can shrink faults (`SIGBUS`) when it is touched beyond its
    /// end afterwards. Map only what a server made that you trust.
    ///
    /// # Errors
    ///
    /// See [`MapError`].
    pub fn new(handle: &Handle, size_bytes: u64, access: Access) -> Result<Mapping, MapError> {
        let stat = rustix::fs::fstat(handle).map_err(MapError::Other)?;
        let object_bytes = u64::try_from(stat.st_size).unwrap_or(0);
        if size_bytes == 0 || size_bytes > object_bytes {
            return Err(MapError::BadSize { size_bytes, object_bytes });
        }
        // A slice of Rust cannot be longer than isize::MAX either.
        let length = isize::try_from(size_bytes).map_err(|_| MapError::NoAddressSpace)? as usize;
        let protection = match access {
            Access::ReadOnly => ProtFlags::READ,
            Access::ReadWrite => ProtFlags::READ | ProtFlags::WRITE,
        };
        // SAFETY: with a null hint the kernel picks a free range, so nothing of ours is replaced.
        let start = unsafe {
            mmap(ptr::null_mut(), length, protection, MapFlags::SHARED, handle.as_fd(), 0)
        };
        let start = start.map_err(|errno| match errno {
            Errno::ACCESS | Errno::PERM => MapError::AccessDenied,
            Errno::NOMEM => MapError::NoAddressSpace,
            Errno::NODEV => MapError::NotMemory,
            other => MapError::Other(other),
        })?;
        // A mapping at address 0 needs MAP_FIXED.
        let start = NonNull::new(start.cast()).ok_or(MapError::NoAddressSpace)?;
        Ok(Mapping { start, length, access })
    }

    /// The whole mapping as a slice.
    pub fn as_shared(&self) -> SharedSlice<'_> {
        // SAFETY: this range is mapped with this access until `self`, now borrowed, is dropped.
        unsafe { SharedSlice::new(self.start, self.length, self.access) }
    }

    /// A part of the mapping.
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`].
    pub fn slice(&self, range: Range<usize>) -> Result<SharedSlice<'_>, MemoryError> {
        self.as_shared().slice(range)
    }

    /// The length in bytes. Never 0.
    #[expect(clippy::len_without_is_empty, reason = "a mapping is never empty")]
    pub fn len(&self) -> usize {
        self.length
    }

    /// What the mapping allows.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The address, for foreign code. Valid for [`Mapping::len`] bytes while the mapping lives;
    /// others write there at any time, and writing through it needs [`Access::ReadWrite`].
    pub fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// See [`SharedSlice::read`].
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`].
    pub fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), MemoryError> {
        self.as_shared().read(offset, into)
    }

    /// See [`SharedSlice::write`].
    ///
    /// # Errors
    ///
    /// [`MemoryError`].
    pub fn write(&self, offset: usize, from: &[u8]) -> Result<(), MemoryError> {
        self.as_shared().write(offset, from)
    }

    /// See [`SharedSlice::load_u8`].
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`].
    pub fn load_u8(&self, offset: usize) -> Result<u8, MemoryError> {
        self.as_shared().load_u8(offset)
    }

    /// See [`SharedSlice::store_u8`].
    ///
    /// # Errors
    ///
    /// [`MemoryError`].
    pub fn store_u8(&self, offset: usize, value: u8) -> Result<(), MemoryError> {
        self.as_shared().store_u8(offset, value)
    }

    /// See [`SharedSlice::copy_within`].
    ///
    /// # Errors
    ///
    /// [`MemoryError`].
    pub fn copy_within(&self, source: Range<usize>, target: usize) -> Result<(), MemoryError> {
        self.as_shared().copy_within(source, target)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: exactly the range that `new` mapped; slices of it borrow `self` and are gone.
        let unmapped = unsafe { munmap(self.start.as_ptr().cast(), self.length) };
        debug_assert!(unmapped.is_ok());
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mapping({} bytes, {:?})", self.length, self.access)
    }
}

/// Why a handle could not be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapError {
    /// The size is 0, or the object is smaller.
    BadSize {
        /// The size that was asked for.
        size_bytes: u64,
        /// The size of the object.
        object_bytes: u64,
    },
    /// The handle does not have the rights.
    AccessDenied,
    /// The handle names nothing that can be mapped.
    NotMemory,
    /// There is no address space, or no huge page, for it.
    NoAddressSpace,
    /// Anything else.
    Other(Errno),
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MapError::BadSize { size_bytes, object_bytes } => {
                write!(f, "cannot map {size_bytes} bytes of an object of {object_bytes}")
            }
            MapError::AccessDenied => f.write_str("the handle does not allow this access"),
            MapError::NotMemory => f.write_str("the handle names nothing that can be mapped"),
            MapError::NoAddressSpace => f.write_str("there is no room to map the memory"),
            MapError::Other(errno) => write!(f, "cannot map the memory: {errno}"),
        }
    }
}

impl std::error::Error for MapError {}
