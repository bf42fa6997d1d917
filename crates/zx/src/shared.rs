//! Access to memory that others write while we look at it.
//!
//! Such memory is never a `&[u8]`: a reference promises that nothing changes behind it, and the
//! compiler may read twice what the source reads once. All access goes through [`SharedSlice`],
//! which copies between the mapping and private memory with relaxed atomic loads and stores, a
//! word at a time. Each byte is read once; a copy that races with a writer may be torn between
//! words, but it is a private copy from then on.
//!
//! # Why this is sound
//!
//! A mapping lies outside of every Rust allocation, and no reference into it as plain memory ever
//! exists: only `&AtomicU64` and `&AtomicU8` for the length of one access. Any bit pattern is a
//! valid byte. Writers in other processes, and through other mappings in this one, are beyond what
//! the compiler can see; against those an atomic access is what is needed, since it is done exactly
//! once and not invented anew. Threads of this process that race through one mapping race with
//! atomics on both sides. What Rust's model leaves open is a race between atomics of different
//! sizes, a byte at the edge of one range against a word inside of another; the hardware that Linux
//! runs on defines it, and the compiler has nothing to assume about memory that it did not
//! allocate.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::mapping::Mapping;
use crate::vmo::Access;

/// Bytes of the words that bulk copies go by.
const WORD: usize = size_of::<u64>();

/// A bounded part of a [`Mapping`].
#[derive(Clone, Copy)]
pub struct SharedSlice<'a> {
    start: NonNull<u8>,
    length: usize,
    access: Access,
    mapping: PhantomData<&'a Mapping>,
}

// SAFETY: it is a `&Mapping` with bounds.
unsafe impl Send for SharedSlice<'_> {}
// SAFETY: as above.
unsafe impl Sync for SharedSlice<'_> {}

impl<'a> SharedSlice<'a> {
    /// # Safety
    ///
    /// The `length` bytes from `start` are mapped with `access` for as long as `'a`.
    pub(crate) unsafe fn new(start: NonNull<u8>, length: usize, access: Access) -> SharedSlice<'a> {
        SharedSlice { start, length, access, mapping: PhantomData }
    }

    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether the length is 0.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// What the mapping allows.
    pub fn access(&self) -> Access {
        self.access
    }

    /// The address, for foreign code; see [`Mapping::as_ptr`].
    pub fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// A part of this slice.
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`], also for a range that ends before it starts.
    pub fn slice(&self, range: Range<usize>) -> Result<SharedSlice<'a>, MemoryError> {
        let length = range.end.checked_sub(range.start).ok_or(MemoryError::OutOfBounds {
            offset: range.start,
            bytes: 0,
            length: self.length,
        })?;
        let start = self.at(range.start, length)?;
        Ok(SharedSlice { start, length, ..*self })
    }

    /// Copies from `offset` on into private memory, all of `into`.
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`]; nothing was copied then.
    pub fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), MemoryError> {
        let start = self.at(offset, into.len())?;
        let (head, words) = into.split_at_mut(head_length(start, into.len()));
        let (words, tail) = words.as_chunks_mut::<WORD>();
        let mut at = start;
        for byte in head {
            // SAFETY: `at` checked that all bytes of `into` have their like in the mapping, and
            // head, words and tail are those bytes in order.
            (*byte, at) = unsafe { (atomic_u8(at).load(Ordering::Relaxed), at.add(1)) };
        }
        for word in words {
            // SAFETY: as above, and `head_length` put the words where they are aligned.
            let value = unsafe { atomic_u64(at).load(Ordering::Relaxed) };
            *word = value.to_ne_bytes();
            // SAFETY: as above.
            at = unsafe { at.add(WORD) };
        }
        for byte in tail {
            // SAFETY: as for the head.
            (*byte, at) = unsafe { (atomic_u8(at).load(Ordering::Relaxed), at.add(1)) };
        }
        Ok(())
    }

    /// Copies all of `from` to `offset` on.
    ///
    /// # Errors
    ///
    /// [`MemoryError`]; nothing was copied then.
    pub fn write(&self, offset: usize, from: &[u8]) -> Result<(), MemoryError> {
        let start = self.writable_at(offset, from.len())?;
        let (head, words) = from.split_at(head_length(start, from.len()));
        let (words, tail) = words.as_chunks::<WORD>();
        let mut at = start;
        for byte in head {
            // SAFETY: `writable_at` checked that all bytes of `from` have their like in the
            // mapping, that it is writable, and head, words and tail are those bytes in order.
            at = unsafe {
                atomic_u8(at).store(*byte, Ordering::Relaxed);
                at.add(1)
            };
        }
        for word in words {
            // SAFETY: as above, and `head_length` put the words where they are aligned.
            at = unsafe {
                atomic_u64(at).store(u64::from_ne_bytes(*word), Ordering::Relaxed);
                at.add(WORD)
            };
        }
        for byte in tail {
            // SAFETY: as for the head.
            at = unsafe {
                atomic_u8(at).store(*byte, Ordering::Relaxed);
                at.add(1)
            };
        }
        Ok(())
    }

    /// Reads one byte.
    ///
    /// # Errors
    ///
    /// [`MemoryError::OutOfBounds`].
    pub fn load_u8(&self, offset: usize) -> Result<u8, MemoryError> {
        let at = self.at(offset, 1)?;
        // SAFETY: `at` checked that the byte is in the mapping.
        Ok(unsafe { atomic_u8(at).load(Ordering::Relaxed) })
    }

    /// Writes one byte.
    ///
    /// # Errors
    ///
    /// [`MemoryError`].
    pub fn store_u8(&self, offset: usize, value: u8) -> Result<(), MemoryError> {
        let at = self.writable_at(offset, 1)?;
        // SAFETY: `writable_at` checked that the byte is in the mapping and can be written.
        unsafe { atomic_u8(at).store(value, Ordering::Relaxed) };
        Ok(())
    }

    /// Copies a range to `target` on; the two may overlap.
    ///
    /// # Errors
    ///
    /// [`MemoryError`]; nothing was copied then.
    pub fn copy_within(&self, source: Range<usize>, target: usize) -> Result<(), MemoryError> {
        let from = self.slice(source.clone())?;
        self.writable_at(target, from.length)?;
        // Through private memory, piece by piece. When the target lies behind the source, start
        // at the end, so that no piece is overwritten before it was read.
        const PIECE: usize = 4096;
        let mut piece = [0; PIECE];
        let mut copy = |offset: usize| {
            let length = PIECE.min(from.length - offset);
            from.read(offset, &mut piece[..length])?;
            self.write(target + offset, &piece[..length])
        };
        let mut offsets = (0..from.length).step_by(PIECE);
        if target > source.start {
            offsets.rev().try_for_each(&mut copy)
        } else {
            offsets.try_for_each(&mut copy)
        }
    }

    /// The address of `offset`, if `bytes` bytes from there lie inside.
    fn at(&self, offset: usize, bytes: usize) -> Result<NonNull<u8>, MemoryError> {
        match self.length.checked_sub(offset) {
            // SAFETY: `offset` is at most the length of the slice, so the address is inside of
            // the mapping or just behind it.
            Some(left) if bytes <= left => Ok(unsafe { self.start.add(offset) }),
            _ => Err(MemoryError::OutOfBounds { offset, bytes, length: self.length }),
        }
    }

    fn writable_at(&self, offset: usize, bytes: usize) -> Result<NonNull<u8>, MemoryError> {
        match self.access {
            Access::ReadWrite => self.at(offset, bytes),
            Access::ReadOnly => Err(MemoryError::ReadOnly),
        }
    }
}

impl fmt::Debug for SharedSlice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedSlice({} bytes, {:?})", self.length, self.access)
    }
}

/// Why memory could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryError {
    /// The range does not lie inside.
    OutOfBounds {
        /// Where it starts.
        offset: usize,
        /// How long it is.
        bytes: usize,
        /// The length of what it should lie in.
        length: usize,
    },
    /// The mapping allows no writing.
    ReadOnly,
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MemoryError::OutOfBounds { offset, bytes, length } => {
                write!(f, "{bytes} bytes at {offset} do not lie inside of {length} bytes")
            }
            MemoryError::ReadOnly => f.write_str("the memory is mapped for reading only"),
        }
    }
}

impl std::error::Error for MemoryError {}

/// How many of `length` bytes lie before the first aligned word.
fn head_length(start: NonNull<u8>, length: usize) -> usize {
    start.as_ptr().align_offset(WORD).min(length)
}

/// # Safety
///
/// The byte lies in a live mapping, writable if it is stored to.
unsafe fn atomic_u8<'a>(at: NonNull<u8>) -> &'a AtomicU8 {
    // SAFETY: the caller's promise; only atomics ever refer to mapped memory.
    unsafe { AtomicU8::from_ptr(at.as_ptr()) }
}

/// # Safety
///
/// The eight bytes lie in a live mapping, aligned, writable if they are stored to.
unsafe fn atomic_u64<'a>(at: NonNull<u8>) -> &'a AtomicU64 {
    // SAFETY: the caller's promise; only atomics ever refer to mapped memory.
    unsafe { AtomicU64::from_ptr(at.cast().as_ptr()) }
}
