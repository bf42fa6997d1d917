//! Strings, vectors, arrays, boxes and optional unions (`fidl-wire.md` 3.2 to 3.5, 3.9).

use std::marker::PhantomData;

use crate::codec::{Codec, UnionCodec};
use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};
use crate::wire::PRESENT64;

/// No bound on a string or vector but the 32 bits of the wire format.
pub const UNBOUNDED: u32 = u32::MAX;

/// `string:MAX`, MAX in bytes.
#[derive(Debug)]
pub struct Str<const MAX: u32>;

/// `string:<MAX, optional>`.
#[derive(Debug)]
pub struct OptStr<const MAX: u32>;

/// `vector<C>:MAX`.
#[derive(Debug)]
pub struct Vector<C, const MAX: u32>(PhantomData<C>);

/// `vector<C>:<MAX, optional>`.
#[derive(Debug)]
pub struct OptVector<C, const MAX: u32>(PhantomData<C>);

/// `array<C, N>`.
#[derive(Debug)]
pub struct Array<C, const N: usize>(PhantomData<C>);

/// `box<C>`.
#[derive(Debug)]
pub struct Boxed<C>(PhantomData<C>);

/// `C:optional` for a union.
#[derive(Debug)]
pub struct OptUnion<C>(PhantomData<C>);

/// `C` on the wire, held in a `Box`: what breaks the cycle of a recursive type.
#[derive(Debug)]
pub struct Heap<C>(PhantomData<C>);

/// A message that is a header alone.
#[derive(Debug)]
pub struct NoBody;

impl<H, const MAX: u32> Codec<H> for Str<MAX> {
    type Value = String;
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn encode(
        value: String,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        if !within(value.len(), MAX) {
            return Err(EncodeError::StringTooLong { length: value.len(), bound: MAX });
        }
        depth.deeper()?;
        write_count(e, at, value.len())?;
        e.append(value.as_bytes())
    }

    fn decode(d: &mut Decoder<'_, H>, at: usize, depth: Depth) -> Result<String, DecodeError> {
        <OptStr<MAX> as Codec<H>>::decode(d, at, depth)?
            .ok_or(DecodeError::NonNullableTypeWithNullValue)
    }
}

impl<H, const MAX: u32> Codec<H> for OptStr<MAX> {
    type Value = Option<String>;
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn encode(
        value: Option<String>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        value.map_or(Ok(()), |value| Str::<MAX>::encode(value, e, at, depth))
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<Option<String>, DecodeError> {
        let Some(length) = read_count(d, at, MAX, &STRING_FAULTS)? else { return Ok(None) };
        depth.deeper()?;
        let object = d.claim(length)?;
        let bytes = d.slice(object, length)?;
        let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::StringNotUtf8)?;
        Ok(Some(text.to_owned()))
    }
}

impl<H, C: Codec<H>, const MAX: u32> Codec<H> for Vector<C, MAX> {
    type Value = Vec<C::Value>;
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn encode(
        value: Vec<C::Value>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        if !within(value.len(), MAX) {
            return Err(EncodeError::CountExceedsLimit { count: value.len(), bound: MAX });
        }
        let depth = depth.deeper()?;
        write_count(e, at, value.len())?;
        let size = value.len().checked_mul(C::SIZE).ok_or(EncodeError::OutOfBounds)?;
        let mut element = e.claim(size)?;
        for value in value {
            C::encode(value, e, element, depth)?;
            element = element.saturating_add(C::SIZE);
        }
        Ok(())
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<Vec<C::Value>, DecodeError> {
        <OptVector<C, MAX> as Codec<H>>::decode(d, at, depth)?
            .ok_or(DecodeError::NonNullableTypeWithNullValue)
    }
}

impl<H, C: Codec<H>, const MAX: u32> Codec<H> for OptVector<C, MAX> {
    type Value = Option<Vec<C::Value>>;
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn encode(
        value: Option<Vec<C::Value>>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        value.map_or(Ok(()), |value| Vector::<C, MAX>::encode(value, e, at, depth))
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<Option<Vec<C::Value>>, DecodeError> {
        let Some(count) = read_count(d, at, MAX, &VECTOR_FAULTS)? else { return Ok(None) };
        let depth = depth.deeper()?;
        let size = count.checked_mul(C::SIZE).ok_or(DecodeError::TooFewBytes)?;
        let mut element = d.claim(size)?;
        // The claim has shown that each element has its bytes, so a message of n bytes
        // makes room for at most n elements.
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(C::decode(d, element, depth)?);
            element = element.saturating_add(C::SIZE);
        }
        Ok(Some(values))
    }
}

impl<H, C: Codec<H>, const N: usize> Codec<H> for Array<C, N> {
    type Value = [C::Value; N];
    const SIZE: usize = C::SIZE.saturating_mul(N);
    const ALIGN: usize = C::ALIGN;

    fn encode(
        value: [C::Value; N],
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        let mut element = at;
        for value in value {
            C::encode(value, e, element, depth)?;
            element = element.saturating_add(C::SIZE);
        }
        Ok(())
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<[C::Value; N], DecodeError> {
        let mut values = Vec::with_capacity(N);
        let mut element = at;
        for _ in 0..N {
            values.push(C::decode(d, element, depth)?);
            element = element.saturating_add(C::SIZE);
        }
        // The loop made exactly N values.
        values.try_into().map_err(|_| DecodeError::TooFewBytes)
    }
}

impl<H, C: Codec<H>> Codec<H> for Boxed<C> {
    type Value = Option<Box<C::Value>>;
    const SIZE: usize = 8;
    const ALIGN: usize = 8;

    fn encode(
        value: Option<Box<C::Value>>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        let Some(value) = value else { return Ok(()) };
        let depth = depth.deeper()?;
        e.write(at, PRESENT64.to_le_bytes())?;
        let object = e.claim(C::SIZE)?;
        C::encode(*value, e, object, depth)
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<Option<Box<C::Value>>, DecodeError> {
        match u64::from_le_bytes(d.read(at)?) {
            0 => Ok(None),
            PRESENT64 => {
                let depth = depth.deeper()?;
                let object = d.claim(C::SIZE)?;
                Ok(Some(Box::new(C::decode(d, object, depth)?)))
            }
            _ => Err(DecodeError::InvalidPresenceIndicator),
        }
    }
}

impl<H, C: Codec<H> + UnionCodec> Codec<H> for OptUnion<C> {
    type Value = Option<Box<C::Value>>;
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn encode(
        value: Option<Box<C::Value>>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        value.map_or(Ok(()), |value| C::encode(*value, e, at, depth))
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<Option<Box<C::Value>>, DecodeError> {
        if d.optional_union(at, depth)?.is_none() {
            return Ok(None);
        }
        C::decode(d, at, depth).map(|value| Some(Box::new(value)))
    }
}

impl<H, C: Codec<H>> Codec<H> for Heap<C> {
    type Value = Box<C::Value>;
    const SIZE: usize = C::SIZE;
    const ALIGN: usize = C::ALIGN;

    fn encode(
        value: Box<C::Value>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        C::encode(*value, e, at, depth)
    }

    fn decode(
        d: &mut Decoder<'_, H>,
        at: usize,
        depth: Depth,
    ) -> Result<Box<C::Value>, DecodeError> {
        C::decode(d, at, depth).map(Box::new)
    }
}

impl<H> Codec<H> for NoBody {
    type Value = ();
    const SIZE: usize = 0;
    const ALIGN: usize = 1;

    fn encode((): (), _: &mut Encoder<H>, _: usize, _: Depth) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(_: &mut Decoder<'_, H>, _: usize, _: Depth) -> Result<(), DecodeError> {
        Ok(())
    }
}

/// What a string and a vector call the same faults of their 16-byte header.
struct CountFaults {
    null_body: DecodeError,
    over_32_bits: DecodeError,
    over_bound: DecodeError,
}

const STRING_FAULTS: CountFaults = CountFaults {
    null_body: DecodeError::NonEmptyStringWithNullBody,
    over_32_bits: DecodeError::StringCountExceeds32BitLimit,
    over_bound: DecodeError::StringTooLong,
};

const VECTOR_FAULTS: CountFaults = CountFaults {
    null_body: DecodeError::NonEmptyVectorWithNullBody,
    over_32_bits: DecodeError::VectorCountExceeds32BitLimit,
    over_bound: DecodeError::CountExceedsLimit,
};

/// Reads count and presence word, in the order of checks of section 6.3. `None`: absent.
fn read_count<H>(
    d: &Decoder<'_, H>,
    at: usize,
    bound: u32,
    faults: &CountFaults,
) -> Result<Option<usize>, DecodeError> {
    let count = u64::from_le_bytes(d.read(at)?);
    match (u64::from_le_bytes(d.read(at.saturating_add(8))?), count) {
        (PRESENT64, _) => {}
        (0, 0) => return Ok(None),
        (0, _) => return Err(faults.null_body),
        _ => return Err(DecodeError::InvalidPresenceIndicator),
    }
    let count = u32::try_from(count).map_err(|_| faults.over_32_bits)?;
    if count > bound {
        return Err(faults.over_bound);
    }
    usize::try_from(count).map(Some).map_err(|_| faults.over_bound)
}

fn write_count<H>(e: &mut Encoder<H>, at: usize, count: usize) -> Result<(), EncodeError> {
    let count = u64::try_from(count).map_err(|_| EncodeError::OutOfBounds)?;
    e.write(at, count.to_le_bytes())?;
    e.write(at.saturating_add(8), PRESENT64.to_le_bytes())
}

/// Whether a length fits its bound; without a bound the 32 bits of the wire format are one.
fn within(length: usize, bound: u32) -> bool {
    u32::try_from(length).is_ok_and(|length| length <= bound)
}
