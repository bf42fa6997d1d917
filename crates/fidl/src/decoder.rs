//! The shrinking side of a message.

use crate::error::DecodeError;
use crate::handle::{Handle, HandleFault, ObjectType, Rights};

/// A body that is being decoded: bytes not yet claimed by an object, handles not yet taken.
///
/// Handles that nobody took are dropped with the decoder.
#[derive(Debug)]
pub struct Decoder<'m, H> {
    bytes: &'m [u8],
    cursor: usize,
    handles: std::vec::Drain<'m, H>,
    checks_padding: bool,
}

impl<'m, H> Decoder<'m, H> {
    /// Starts on a body. `handles` is left empty whatever happens.
    pub fn new(body: &'m [u8], handles: &'m mut Vec<H>) -> Self {
        Self { bytes: body, cursor: 0, handles: handles.drain(..), checks_padding: true }
    }

    /// From now on padding may hold anything.
    pub(crate) fn ignore_padding(&mut self) {
        self.checks_padding = false;
    }

    /// Claims the next out-of-line object of `size` bytes, checks that the padding behind it is
    /// zero, and says where it starts.
    ///
    /// # Errors
    ///
    /// [`DecodeError::TooFewBytes`], [`DecodeError::InvalidPaddingByte`].
    pub fn claim(&mut self, size: usize) -> Result<usize, DecodeError> {
        let at = self.cursor;
        let end = size
            .checked_next_multiple_of(8)
            .and_then(|padded| at.checked_add(padded))
            .filter(|end| *end <= self.bytes.len())
            .ok_or(DecodeError::TooFewBytes)?;
        let object_end = at.saturating_add(size);
        self.padding(object_end, end.saturating_sub(object_end))?;
        self.cursor = end;
        Ok(at)
    }

    /// Reads `N` bytes at `at`, inside a claimed object.
    ///
    /// # Errors
    ///
    /// [`DecodeError::TooFewBytes`] past the end of the message.
    pub fn read<const N: usize>(&self, at: usize) -> Result<[u8; N], DecodeError> {
        self.bytes
            .get(at..)
            .and_then(<[u8]>::first_chunk::<N>)
            .copied()
            .ok_or(DecodeError::TooFewBytes)
    }

    /// Checks that `length` bytes at `at` are zero, unless the message is one whose padding is
    /// ignored ([`Codec::IGNORES_PADDING`](crate::Codec::IGNORES_PADDING)).
    ///
    /// # Errors
    ///
    /// [`DecodeError::InvalidPaddingByte`].
    pub fn padding(&self, at: usize, length: usize) -> Result<(), DecodeError> {
        let padding = self.slice(at, length)?;
        if self.checks_padding && padding.iter().any(|byte| *byte != 0) {
            return Err(DecodeError::InvalidPaddingByte);
        }
        Ok(())
    }

    /// Checks the one byte of an empty struct (`fidl-wire.md` 3.3).
    ///
    /// # Errors
    ///
    /// [`DecodeError::InvalidEmptyStruct`].
    pub fn empty_struct(&self, at: usize) -> Result<(), DecodeError> {
        match self.read(at)? {
            [0] => Ok(()),
            [_] => Err(DecodeError::InvalidEmptyStruct),
        }
    }

    pub(crate) fn slice(&self, at: usize, length: usize) -> Result<&'m [u8], DecodeError> {
        self.bytes.get(at..at.saturating_add(length)).ok_or(DecodeError::TooFewBytes)
    }

    /// Bytes that no object has claimed yet.
    pub(crate) fn bytes_left(&self) -> usize {
        self.bytes.len().saturating_sub(self.cursor)
    }

    /// Entries of the handle table that nobody has taken yet.
    pub(crate) fn handles_left(&self) -> usize {
        self.handles.len()
    }

    /// Passes over `length` bytes without looking at them.
    pub(crate) fn skip_bytes(&mut self, length: usize) {
        self.cursor = self.cursor.saturating_add(length);
    }

    /// Closes the next `count` handles.
    pub(crate) fn skip_handles(&mut self, count: usize) {
        self.handles.by_ref().take(count).for_each(drop);
    }
}

impl<H: Handle> Decoder<'_, H> {
    /// Takes the next entry of the handle table and checks it against its declaration.
    pub(crate) fn take_handle(
        &mut self,
        object_type: ObjectType,
        rights: Rights,
    ) -> Result<H, DecodeError> {
        let handle = self.handles.next().ok_or(DecodeError::TooFewHandles)?;
        handle.receive(object_type, rights).map_err(|fault| match fault {
            HandleFault::WrongType => DecodeError::IncorrectHandleType,
            HandleFault::MissingRights => DecodeError::MissingRequiredHandleRights,
        })
    }
}
