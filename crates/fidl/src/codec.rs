//! The trait that every wire type implements, and whole bodies.

use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};
use crate::handle::Handle;

/// A type as it stands on the wire.
///
/// Implementors describe a FIDL type, bounds included. A generated struct describes itself; the
/// built-in types are described by [`wire`](crate::wire), so that `vector<uint8>:2` is
/// `Vector<u8, 2>`, whose values are `Vec<u8>`.
pub trait Codec<H> {
    /// What a program holds.
    type Value;
    /// Bytes of the inline part (`fidl-wire.md` section 2).
    const SIZE: usize;
    /// Alignment of the inline part: 1, 2, 4 or 8.
    const ALIGN: usize;
    /// As the body of a message: bytes between members and behind objects may be anything. So it is
    /// for simple layouts, since C programs send structs as they lie in memory (`sysmem1.md` 1.2).
    const IGNORES_PADDING: bool = false;

    /// Writes the inline part at `at` and appends everything out of line.
    ///
    /// # Errors
    ///
    /// The first rule of section 6.2 that the value breaks. Its handles are gone or in the encoder.
    fn encode(
        value: Self::Value,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError>;

    /// Reads the inline part at `at` and claims everything out of line.
    ///
    /// # Errors
    ///
    /// The first rule of section 6.1 that the bytes or handles break.
    fn decode(d: &mut Decoder<'_, H>, at: usize, depth: Depth) -> Result<Self::Value, DecodeError>;
}

/// Marks the codecs of unions, which are the ones that [`wire::OptUnion`](crate::wire::OptUnion)
/// takes.
pub trait UnionCodec {}

/// Appends a whole body to the encoder: the primary object and all below it.
///
/// # Errors
///
/// As [`Codec::encode`].
pub fn encode_body<C: Codec<H>, H>(value: C::Value, e: &mut Encoder<H>) -> Result<(), EncodeError> {
    let at = e.claim(C::SIZE)?;
    C::encode(value, e, at, Depth::PRIMARY)
}

/// Decodes a whole body; every byte and every handle has to be used. `handles` is left empty.
///
/// # Errors
///
/// As [`Codec::decode`], and the rules about the whole message (section 6.1, 1 to 5).
pub fn decode_body<C: Codec<H>, H: Handle>(
    body: &[u8],
    handles: &mut Vec<H>,
) -> Result<C::Value, DecodeError> {
    let mut d = Decoder::new(body, handles);
    if C::IGNORES_PADDING {
        d.ignore_padding();
    }
    let at = d.claim(C::SIZE).map_err(|error| match error {
        DecodeError::TooFewBytes => DecodeError::TooFewBytesInPrimaryObject,
        other => other,
    })?;
    let value = C::decode(&mut d, at, Depth::PRIMARY)?;
    if d.bytes_left() > 0 {
        return Err(DecodeError::TooManyBytesInMessage);
    }
    if d.handles_left() > 0 {
        return Err(DecodeError::TooManyHandlesInMessage);
    }
    Ok(value)
}
