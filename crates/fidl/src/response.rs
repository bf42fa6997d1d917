//! The four kinds of reply bodies (`fidl-wire.md` 7.2).
//!
//! A strict method without error replies with its payload alone. In all other cases a union made by
//! the compiler stands around it: ordinal 1 the payload, 2 the error of the method, 3 the word of the
//! runtime that it does not know the method.

use std::marker::PhantomData;

use crate::codec::Codec;
use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError, ReplyError};
use crate::handle::Handle;

const SUCCESS: u64 = 1;
const ERROR: u64 = 2;
const FRAMEWORK_ERROR: u64 = 3;
const UNKNOWN_METHOD: i32 = -2;

/// Strict, no error: the payload itself.
#[derive(Debug)]
pub struct Plain<C>(PhantomData<C>);

/// Flexible, no error.
#[derive(Debug)]
pub struct Flexible<C>(PhantomData<C>);

/// Strict, `error E`.
#[derive(Debug)]
pub struct Fallible<C, E>(PhantomData<(C, E)>);

/// Flexible, `error E`.
#[derive(Debug)]
pub struct FlexibleFallible<C, E>(PhantomData<(C, E)>);

/// The body of a reply.
pub trait Response<H> {
    /// What the method gives its caller.
    type Value;
    /// The body on the wire.
    type Body: Codec<H>;

    /// What to encode for a value.
    fn wrap(value: Self::Value) -> <Self::Body as Codec<H>>::Value;

    /// What a decoded body says.
    ///
    /// # Errors
    ///
    /// [`ReplyError::UnknownMethod`] when the server does not know the method.
    fn unwrap(body: <Self::Body as Codec<H>>::Value) -> Result<Self::Value, ReplyError>;
}

impl<H, C: Codec<H>> Response<H> for Plain<C> {
    type Value = C::Value;
    type Body = C;

    fn wrap(value: C::Value) -> C::Value {
        value
    }

    fn unwrap(body: C::Value) -> Result<C::Value, ReplyError> {
        Ok(body)
    }
}

impl<H: Handle, C: Codec<H>> Response<H> for Flexible<C> {
    type Value = C::Value;
    type Body = ResultUnion<C, Never, true>;

    fn wrap(value: C::Value) -> Outcome<C::Value, NeverValue> {
        Outcome::Success(value)
    }

    fn unwrap(body: Outcome<C::Value, NeverValue>) -> Result<C::Value, ReplyError> {
        match body {
            Outcome::Success(value) => Ok(value),
            Outcome::Error(never) => match never {},
            Outcome::UnknownMethod => Err(ReplyError::UnknownMethod),
        }
    }
}

impl<H: Handle, C: Codec<H>, E: Codec<H>> Response<H> for Fallible<C, E> {
    type Value = Result<C::Value, E::Value>;
    type Body = ResultUnion<C, E, false>;

    fn wrap(value: Self::Value) -> Outcome<C::Value, E::Value> {
        value.into()
    }

    fn unwrap(body: Outcome<C::Value, E::Value>) -> Result<Self::Value, ReplyError> {
        body.into_result()
    }
}

impl<H: Handle, C: Codec<H>, E: Codec<H>> Response<H> for FlexibleFallible<C, E> {
    type Value = Result<C::Value, E::Value>;
    type Body = ResultUnion<C, E, true>;

    fn wrap(value: Self::Value) -> Outcome<C::Value, E::Value> {
        value.into()
    }

    fn unwrap(body: Outcome<C::Value, E::Value>) -> Result<Self::Value, ReplyError> {
        body.into_result()
    }
}

/// The content of a result union.
#[derive(Debug)]
pub enum Outcome<T, E> {
    /// Ordinal 1.
    Success(T),
    /// Ordinal 2.
    Error(E),
    /// Ordinal 3 with its one value.
    UnknownMethod,
}

impl<T, E> From<Result<T, E>> for Outcome<T, E> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(value) => Self::Success(value),
            Err(error) => Self::Error(error),
        }
    }
}

impl<T, E> Outcome<T, E> {
    fn into_result(self) -> Result<Result<T, E>, ReplyError> {
        match self {
            Self::Success(value) => Ok(Ok(value)),
            Self::Error(error) => Ok(Err(error)),
            Self::UnknownMethod => Err(ReplyError::UnknownMethod),
        }
    }
}

/// The codec of a result union with payload `C`, error `E`, and ordinal 3 if the method is flexible.
#[derive(Debug)]
pub struct ResultUnion<C, E, const FLEXIBLE: bool>(PhantomData<(C, E)>);

impl<H: Handle, C: Codec<H>, E: Codec<H>, const FLEXIBLE: bool> Codec<H>
    for ResultUnion<C, E, FLEXIBLE>
{
    type Value = Outcome<C::Value, E::Value>;
    const SIZE: usize = 16;
    const ALIGN: usize = 8;

    fn encode(
        value: Self::Value,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        match value {
            Outcome::Success(value) => e.union::<Payload<C>>(at, SUCCESS, value, depth),
            Outcome::Error(error) => e.union::<E>(at, ERROR, error, depth),
            Outcome::UnknownMethod => e.union::<i32>(at, FRAMEWORK_ERROR, UNKNOWN_METHOD, depth),
        }
    }

    fn decode(d: &mut Decoder<'_, H>, at: usize, depth: Depth) -> Result<Self::Value, DecodeError> {
        let slot = d.union(at, depth)?;
        match slot.ordinal() {
            SUCCESS => slot.payload::<Payload<C>, H>(d).map(Outcome::Success),
            ERROR if E::SIZE > 0 => slot.payload::<E, H>(d).map(Outcome::Error),
            FRAMEWORK_ERROR if FLEXIBLE => match slot.payload::<i32, H>(d)? {
                UNKNOWN_METHOD => Ok(Outcome::UnknownMethod),
                _ => Err(DecodeError::StrictEnumUnknownValue),
            },
            _ => Err(DecodeError::StrictUnionUnknownField),
        }
    }
}

/// The success payload inside a result union: `()` is an empty struct there, not nothing.
struct Payload<C>(PhantomData<C>);

impl<H, C: Codec<H>> Codec<H> for Payload<C> {
    type Value = C::Value;
    const SIZE: usize = if C::SIZE == 0 { 1 } else { C::SIZE };
    const ALIGN: usize = C::ALIGN;

    fn encode(
        value: C::Value,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        C::encode(value, e, at, depth)
    }

    fn decode(d: &mut Decoder<'_, H>, at: usize, depth: Depth) -> Result<C::Value, DecodeError> {
        if C::SIZE == 0 {
            d.empty_struct(at)?;
        }
        C::decode(d, at, depth)
    }
}

/// The error of a method that declares none. It has no size, by which [`ResultUnion`] knows it.
#[derive(Debug)]
pub struct Never;

/// No value.
#[derive(Debug)]
pub enum NeverValue {}

impl<H> Codec<H> for Never {
    type Value = NeverValue;
    const SIZE: usize = 0;
    const ALIGN: usize = 1;

    fn encode(
        value: NeverValue,
        _: &mut Encoder<H>,
        _: usize,
        _: Depth,
    ) -> Result<(), EncodeError> {
        match value {}
    }

    fn decode(_: &mut Decoder<'_, H>, _: usize, _: Depth) -> Result<NeverValue, DecodeError> {
        Err(DecodeError::StrictUnionUnknownField)
    }
}
