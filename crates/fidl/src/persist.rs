//! Values at rest: a header that names the wire format, and a body without handles.
//!
//! For what is larger than a packet and travels as memory, or lies in a file. The header is that of
//! persistent FIDL data: 8 bytes, of which the second is the magic number, the third and fourth are
//! the at-rest flags of a message header, and all others are 0. The pages say nothing about it
//! (unverified).

use std::convert::Infallible;

use crate::codec::{Codec, decode_body, encode_body};
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError, HeaderError};
use crate::handle::{Handle, HandleFault, ObjectType, Rights};

/// Bytes of the header.
pub const HEADER_SIZE: usize = 8;

const HEADER: [u8; HEADER_SIZE] = [0, 1, 2, 0, 0, 0, 0, 0];

/// The handle of values that have none: there is no such handle.
pub type NoHandle = Infallible;

impl Handle for Infallible {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        match self {}
    }
}

/// Why bytes are not a value at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpersistError {
    /// The header is not one that can be worked with.
    Header(HeaderError),
    /// The body is not a value of the type.
    Body(DecodeError),
}

/// A value as bytes at rest. However many: the limits of packets do not hold.
///
/// # Errors
///
/// Those of the value.
pub fn persist<C: Codec<NoHandle>>(value: C::Value) -> Result<Vec<u8>, EncodeError> {
    let mut e = Encoder::new();
    let at = e.claim(HEADER_SIZE)?;
    e.write(at, HEADER)?;
    encode_body::<C, NoHandle>(value, &mut e)?;
    Ok(e.into_bytes())
}

/// The value of bytes at rest.
///
/// # Errors
///
/// See [`UnpersistError`].
pub fn unpersist<C: Codec<NoHandle>>(bytes: &[u8]) -> Result<C::Value, UnpersistError> {
    let Some((header, body)) = bytes.split_first_chunk::<HEADER_SIZE>() else {
        return Err(UnpersistError::Header(HeaderError::TooShort { bytes: bytes.len() }));
    };
    let [_, magic, at_rest, ..] = *header;
    if magic != 1 {
        return Err(UnpersistError::Header(HeaderError::BadMagic(magic)));
    }
    if at_rest & 2 == 0 {
        return Err(UnpersistError::Header(HeaderError::NotVersion2));
    }
    decode_body::<C, NoHandle>(body, &mut Vec::new()).map_err(UnpersistError::Body)
}

impl std::fmt::Display for UnpersistError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::Body(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for UnpersistError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Str, Vector};

    type Names = Vector<Str<8>, 4>;

    #[test]
    fn a_value_at_rest_comes_back() {
        let names = vec!["camera".to_owned(), String::new()];
        let bytes = persist::<Names>(names.clone()).unwrap();
        assert_eq!(bytes.len() % 8, 0);
        assert_eq!(unpersist::<Names>(&bytes), Ok(names));
    }

    #[test]
    fn more_than_a_packet_carries_is_fine_at_rest() {
        let long = vec![7_u64; 100_000];
        let bytes = persist::<Vector<u64, { u32::MAX }>>(long.clone()).unwrap();
        assert_eq!(unpersist::<Vector<u64, { u32::MAX }>>(&bytes), Ok(long));
    }

    #[test]
    fn what_is_no_value_at_rest_is_refused() {
        use HeaderError::{BadMagic, NotVersion2, TooShort};
        for (bytes, error) in [
            (&[0, 1, 2][..], TooShort { bytes: 3 }),
            (&[0, 9, 2, 0, 0, 0, 0, 0], BadMagic(9)),
            (&[0, 1, 0, 0, 0, 0, 0, 0], NotVersion2),
        ] {
            assert_eq!(unpersist::<u64>(bytes), Err(UnpersistError::Header(error)));
        }
        let body = UnpersistError::Body(DecodeError::TooFewBytesInPrimaryObject);
        assert_eq!(unpersist::<u64>(&HEADER), Err(body));
    }
}
