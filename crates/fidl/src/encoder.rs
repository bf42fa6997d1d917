//! The growing side of a message.

use crate::error::EncodeError;
use crate::handle::{HandleDisposition, ObjectType, Rights};

/// Bytes and handles of a message under construction. Reusable: [`Encoder::clear`] keeps the memory.
#[derive(Debug)]
pub struct Encoder<H> {
    bytes: Vec<u8>,
    handles: Vec<HandleDisposition<H>>,
}

impl<H> Default for Encoder<H> {
    fn default() -> Self {
        Self { bytes: Vec::new(), handles: Vec::new() }
    }
}

impl<H> Encoder<H> {
    /// An empty encoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Drops bytes and handles, keeps the allocated memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.handles.clear();
    }

    /// The bytes so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes alone; handles are dropped.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The handles so far, in the order of their places in the bytes.
    pub fn handles(&self) -> &[HandleDisposition<H>] {
        &self.handles
    }

    /// Moves the handles out, for a transport that sends them.
    pub fn take_handles(&mut self) -> std::vec::Drain<'_, HandleDisposition<H>> {
        self.handles.drain(..)
    }

    /// Appends a zeroed object of `size` bytes, padded to a multiple of 8, and says where it starts
    /// (`fidl-wire.md` section 1).
    ///
    /// # Errors
    ///
    /// [`EncodeError::OutOfBounds`] when the message would not fit into the address space.
    pub fn claim(&mut self, size: usize) -> Result<usize, EncodeError> {
        let at = self.bytes.len();
        let end = size
            .checked_next_multiple_of(8)
            .and_then(|padded| at.checked_add(padded))
            .ok_or(EncodeError::OutOfBounds)?;
        self.bytes.resize(end, 0);
        Ok(at)
    }

    /// Writes `value` at `at`, inside a claimed object.
    ///
    /// # Errors
    ///
    /// [`EncodeError::OutOfBounds`] outside of it.
    pub fn write<const N: usize>(&mut self, at: usize, value: [u8; N]) -> Result<(), EncodeError> {
        let chunk = self
            .bytes
            .get_mut(at..)
            .and_then(<[u8]>::first_chunk_mut::<N>)
            .ok_or(EncodeError::OutOfBounds)?;
        *chunk = value;
        Ok(())
    }

    /// Appends an object that consists of `content`.
    pub(crate) fn append(&mut self, content: &[u8]) -> Result<(), EncodeError> {
        self.bytes.extend_from_slice(content);
        let end = self.bytes.len().checked_next_multiple_of(8).ok_or(EncodeError::OutOfBounds)?;
        self.bytes.resize(end, 0);
        Ok(())
    }

    /// Adds the next entry of the handle table.
    pub(crate) fn push_handle(&mut self, handle: H, object_type: ObjectType, rights: Rights) {
        self.handles.push(HandleDisposition { handle, object_type, rights });
    }
}
