//! Numbers and bool (`fidl-wire.md` 3.1). They describe themselves.

use crate::codec::Codec;
use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};

macro_rules! number {
    ($($number:ty)*) => {$(
        impl<H> Codec<H> for $number {
            type Value = Self;
            const SIZE: usize = size_of::<Self>();
            const ALIGN: usize = size_of::<Self>();

            #[inline]
            fn encode(
                value: Self,
                e: &mut Encoder<H>,
                at: usize,
                _: Depth,
            ) -> Result<(), EncodeError> {
                e.write(at, value.to_le_bytes())
            }

            #[inline]
            fn decode(d: &mut Decoder<'_, H>, at: usize, _: Depth) -> Result<Self, DecodeError> {
                d.read(at).map(Self::from_le_bytes)
            }
        }
    )*};
}

number! { u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 }

impl<H> Codec<H> for bool {
    type Value = Self;
    const SIZE: usize = 1;
    const ALIGN: usize = 1;

    #[inline]
    fn encode(value: Self, e: &mut Encoder<H>, at: usize, _: Depth) -> Result<(), EncodeError> {
        e.write(at, [u8::from(value)])
    }

    #[inline]
    fn decode(d: &mut Decoder<'_, H>, at: usize, _: Depth) -> Result<Self, DecodeError> {
        match d.read(at)? {
            [0] => Ok(false),
            [1] => Ok(true),
            [_] => Err(DecodeError::InvalidBoolean),
        }
    }
}
