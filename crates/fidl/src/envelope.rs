//! Envelopes, and the tables and unions made of them (`fidl-wire.md` 3.7 to 3.9).

use crate::codec::Codec;
use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};
use crate::wire::PRESENT64;

/// Content of at most this many bytes lies in the envelope itself.
const INLINE_MAX: usize = 4;

const FLAG_OUT_OF_LINE: u16 = 0;
const FLAG_INLINE: u16 = 1;

/// Writes the fields of a table, in ascending order.
#[derive(Debug)]
pub struct TableWriter {
    envelopes: usize,
    payload_depth: Result<Depth, EncodeError>,
}

/// Walks over the envelopes of a received table.
#[derive(Debug)]
pub struct TableReader {
    envelopes: usize,
    count: u64,
    next: u64,
    depth: Depth,
}

/// A present envelope that waits to be decoded or skipped.
#[derive(Debug)]
#[must_use = "the content of an envelope has to be decoded or skipped"]
pub struct Slot {
    ordinal: u64,
    at: usize,
    /// The eight bytes at `at`.
    envelope: u64,
    /// Depth of the object that holds the envelope.
    depth: Depth,
}

impl<H> Encoder<H> {
    /// Starts a table whose highest present ordinal is `max`; 0 for an empty one.
    ///
    /// # Errors
    ///
    /// When it stands too deep.
    pub fn table(&mut self, at: usize, max: u64, depth: Depth) -> Result<TableWriter, EncodeError> {
        self.write(at, max.to_le_bytes())?;
        self.write(at.saturating_add(8), PRESENT64.to_le_bytes())?;
        let depth = depth.deeper()?;
        let size = usize::try_from(max).ok().and_then(|count| count.checked_mul(8));
        let envelopes = self.claim(size.ok_or(EncodeError::OutOfBounds)?)?;
        Ok(TableWriter { envelopes, payload_depth: depth.deeper().map_err(EncodeError::from) })
    }

    /// Writes a union: ordinal, and the content in its envelope.
    ///
    /// # Errors
    ///
    /// Those of the content.
    pub fn union<C: Codec<H>>(
        &mut self,
        at: usize,
        ordinal: u64,
        value: C::Value,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        self.write(at, ordinal.to_le_bytes())?;
        self.envelope::<C>(at.saturating_add(8), value, depth.deeper()?)
    }

    fn envelope<C: Codec<H>>(
        &mut self,
        at: usize,
        value: C::Value,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        let handles_before = self.handles().len();
        let flags = if C::SIZE <= INLINE_MAX {
            C::encode(value, self, at, depth)?;
            FLAG_INLINE
        } else {
            let object = self.claim(C::SIZE)?;
            C::encode(value, self, object, depth)?;
            let length = self.bytes().len().saturating_sub(object);
            let length = u32::try_from(length).map_err(|_| EncodeError::EnvelopeTooLarge)?;
            self.write(at, length.to_le_bytes())?;
            FLAG_OUT_OF_LINE
        };
        let handles = self.handles().len().saturating_sub(handles_before);
        let handles = u16::try_from(handles).map_err(|_| EncodeError::EnvelopeTooLarge)?;
        self.write(at.saturating_add(4), handles.to_le_bytes())?;
        self.write(at.saturating_add(6), flags.to_le_bytes())
    }
}

impl TableWriter {
    /// Writes the field of `ordinal` if it is set.
    ///
    /// # Errors
    ///
    /// Those of the content.
    pub fn field<C: Codec<H>, H>(
        &mut self,
        e: &mut Encoder<H>,
        ordinal: u64,
        value: Option<C::Value>,
    ) -> Result<(), EncodeError> {
        let Some(value) = value else { return Ok(()) };
        let at = envelope_at(self.envelopes, ordinal).ok_or(EncodeError::OutOfBounds)?;
        e.envelope::<C>(at, value, self.payload_depth?)
    }
}

impl<H> Decoder<'_, H> {
    /// Starts on a table.
    ///
    /// # Errors
    ///
    /// A wrong presence word or count, or too few bytes for the envelopes.
    pub fn table(&mut self, at: usize, depth: Depth) -> Result<TableReader, DecodeError> {
        let count = u64::from_le_bytes(self.read(at)?);
        match u64::from_le_bytes(self.read(at.saturating_add(8))?) {
            PRESENT64 => {}
            0 => return Err(DecodeError::NonNullableTypeWithNullValue),
            _ => return Err(DecodeError::InvalidPresenceIndicator),
        }
        let count32 = u32::try_from(count).map_err(|_| DecodeError::TableCountExceeds32BitLimit)?;
        let depth = depth.deeper()?;
        let size = usize::try_from(count32).ok().and_then(|count| count.checked_mul(8));
        let envelopes = self.claim(size.ok_or(DecodeError::TooFewBytes)?)?;
        Ok(TableReader { envelopes, count, next: 1, depth })
    }

    /// Reads the ordinal of a union that has to be there.
    ///
    /// # Errors
    ///
    /// An absent union, or one without ordinal that has content.
    pub fn union(&mut self, at: usize, depth: Depth) -> Result<Slot, DecodeError> {
        self.optional_union(at, depth)?.ok_or(DecodeError::NonNullableTypeWithNullValue)
    }

    /// Reads the ordinal of a union that may be absent.
    pub(crate) fn optional_union(
        &mut self,
        at: usize,
        depth: Depth,
    ) -> Result<Option<Slot>, DecodeError> {
        let ordinal = u64::from_le_bytes(self.read(at)?);
        let at = at.saturating_add(8);
        match (ordinal, u64::from_le_bytes(self.read(at)?)) {
            (0, 0) => Ok(None),
            (0, _) => Err(DecodeError::UnionFieldNotSet),
            (_, envelope) => Ok(Some(Slot { ordinal, at, envelope, depth })),
        }
    }
}

impl TableReader {
    /// The next present envelope.
    ///
    /// # Errors
    ///
    /// None for a table that [`Decoder::table`] has accepted.
    pub fn next<H>(&mut self, d: &Decoder<'_, H>) -> Result<Option<Slot>, DecodeError> {
        while self.next <= self.count {
            let ordinal = self.next;
            self.next = ordinal.saturating_add(1);
            let at = envelope_at(self.envelopes, ordinal).ok_or(DecodeError::TooFewBytes)?;
            let envelope = u64::from_le_bytes(d.read(at)?);
            if envelope != 0 {
                return Ok(Some(Slot { ordinal, at, envelope, depth: self.depth }));
            }
        }
        Ok(None)
    }
}

impl Slot {
    /// The ordinal of the field or variant.
    pub const fn ordinal(&self) -> u64 {
        self.ordinal
    }

    /// Decodes the content.
    ///
    /// # Errors
    ///
    /// Those of the content, and an envelope that does not match it.
    pub fn payload<C: Codec<H>, H>(self, d: &mut Decoder<'_, H>) -> Result<C::Value, DecodeError> {
        let header = EnvelopeHeader::parse(self.envelope)?;
        header.check_limits(d)?;
        let handles_before = d.handles_left();
        let depth = self.depth.deeper()?;
        let value = match header.form {
            Form::Inline if C::SIZE <= INLINE_MAX => {
                let end = self.at.saturating_add(C::SIZE);
                d.padding(end, INLINE_MAX.saturating_sub(C::SIZE))?;
                C::decode(d, self.at, depth)?
            }
            Form::OutOfLine { length } if C::SIZE > INLINE_MAX => {
                let bytes_before = d.bytes_left();
                let object = d.claim(C::SIZE)?;
                let value = C::decode(d, object, depth)?;
                if bytes_before.saturating_sub(d.bytes_left()) != length {
                    return Err(DecodeError::InvalidNumBytesInEnvelope);
                }
                value
            }
            _ => return Err(DecodeError::InvalidInlineBitInEnvelope),
        };
        if handles_before.saturating_sub(d.handles_left()) != header.handles {
            return Err(DecodeError::InvalidNumHandlesInEnvelope);
        }
        Ok(value)
    }

    /// Passes over content that this program does not know, without looking into it, and closes its
    /// handles (section 4).
    ///
    /// # Errors
    ///
    /// An envelope that is wrong in itself, or larger than the message.
    pub fn skip<H>(self, d: &mut Decoder<'_, H>) -> Result<(), DecodeError> {
        let header = EnvelopeHeader::parse(self.envelope)?;
        header.check_limits(d)?;
        // The content counts as an indirection even when nobody looks into it.
        self.depth.deeper()?;
        if let Form::OutOfLine { length } = header.form {
            if length == 0 {
                return Err(DecodeError::InvalidNumBytesInEnvelope);
            }
            d.skip_bytes(length);
        }
        d.skip_handles(header.handles);
        Ok(())
    }
}

struct EnvelopeHeader {
    form: Form,
    handles: usize,
}

enum Form {
    Inline,
    OutOfLine { length: usize },
}

impl EnvelopeHeader {
    fn parse(envelope: u64) -> Result<Self, DecodeError> {
        let [l0, l1, l2, l3, h0, h1, f0, f1] = envelope.to_le_bytes();
        let form = match u16::from_le_bytes([f0, f1]) {
            FLAG_INLINE => Form::Inline,
            FLAG_OUT_OF_LINE => {
                let length = u32::from_le_bytes([l0, l1, l2, l3]);
                if !length.is_multiple_of(8) {
                    return Err(DecodeError::InvalidNumBytesInEnvelope);
                }
                let length = usize::try_from(length).map_err(|_| DecodeError::TooFewBytes)?;
                Form::OutOfLine { length }
            }
            _ => return Err(DecodeError::InvalidInlineMarkerInEnvelope),
        };
        Ok(Self { form, handles: usize::from(u16::from_le_bytes([h0, h1])) })
    }

    fn check_limits<H>(&self, d: &Decoder<'_, H>) -> Result<(), DecodeError> {
        if let Form::OutOfLine { length } = self.form
            && length > d.bytes_left()
        {
            return Err(DecodeError::EnvelopeBytesExceedMessageLength);
        }
        if self.handles > d.handles_left() {
            return Err(DecodeError::EnvelopeHandlesExceedMessageLength);
        }
        Ok(())
    }
}

/// Where the envelope of `ordinal` stands in an array that starts at `envelopes`.
fn envelope_at(envelopes: usize, ordinal: u64) -> Option<usize> {
    let index = usize::try_from(ordinal.checked_sub(1)?).ok()?;
    index.checked_mul(8)?.checked_add(envelopes)
}
