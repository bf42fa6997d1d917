//! Handles and the ends of channels (`fidl-wire.md` 3.6).

use std::marker::PhantomData;

use crate::codec::Codec;
use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::encoder::Encoder;
use crate::error::{DecodeError, EncodeError};
use crate::handle::{ClientEnd, Handle, ObjectType, Rights, ServerEnd};
use crate::wire::PRESENT32;

/// `zx.Handle:<TYPE, RIGHTS>`; type 0 is any, rights `0x80000000` are those that the handle has.
#[derive(Debug)]
pub struct HandleOf<const TYPE: u32, const RIGHTS: u32>;

/// `zx.Handle:<TYPE, RIGHTS, optional>`.
#[derive(Debug)]
pub struct OptHandleOf<const TYPE: u32, const RIGHTS: u32>;

/// `client_end:P`.
#[derive(Debug)]
pub struct ClientEndOf<P>(PhantomData<P>);

/// `client_end:<P, optional>`.
#[derive(Debug)]
pub struct OptClientEndOf<P>(PhantomData<P>);

/// `server_end:P`.
#[derive(Debug)]
pub struct ServerEndOf<P>(PhantomData<P>);

/// `server_end:<P, optional>`.
#[derive(Debug)]
pub struct OptServerEndOf<P>(PhantomData<P>);

impl<H: Handle, const TYPE: u32, const RIGHTS: u32> Codec<H> for HandleOf<TYPE, RIGHTS> {
    type Value = H;
    const SIZE: usize = 4;
    const ALIGN: usize = 4;

    fn encode(value: H, e: &mut Encoder<H>, at: usize, _: Depth) -> Result<(), EncodeError> {
        e.write(at, PRESENT32.to_le_bytes())?;
        e.push_handle(value, ObjectType(TYPE), Rights(RIGHTS));
        Ok(())
    }

    fn decode(d: &mut Decoder<'_, H>, at: usize, depth: Depth) -> Result<H, DecodeError> {
        OptHandleOf::<TYPE, RIGHTS>::decode(d, at, depth)?
            .ok_or(DecodeError::NonNullableTypeWithNullValue)
    }
}

impl<H: Handle, const TYPE: u32, const RIGHTS: u32> Codec<H> for OptHandleOf<TYPE, RIGHTS> {
    type Value = Option<H>;
    const SIZE: usize = 4;
    const ALIGN: usize = 4;

    fn encode(
        value: Option<H>,
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        value.map_or(Ok(()), |value| HandleOf::<TYPE, RIGHTS>::encode(value, e, at, depth))
    }

    fn decode(d: &mut Decoder<'_, H>, at: usize, _: Depth) -> Result<Option<H>, DecodeError> {
        match u32::from_le_bytes(d.read(at)?) {
            0 => Ok(None),
            PRESENT32 => d.take_handle(ObjectType(TYPE), Rights(RIGHTS)).map(Some),
            _ => Err(DecodeError::InvalidHandlePresenceIndicator),
        }
    }
}

type ChannelHandle = HandleOf<{ ObjectType::CHANNEL.0 }, { Rights::CHANNEL_DEFAULT.0 }>;
type OptChannelHandle = OptHandleOf<{ ObjectType::CHANNEL.0 }, { Rights::CHANNEL_DEFAULT.0 }>;

macro_rules! channel_end {
    ($end:ident, $required:ident, $optional:ident) => {
        impl<H: Handle, P> Codec<H> for $required<P> {
            type Value = $end<P, H>;
            const SIZE: usize = 4;
            const ALIGN: usize = 4;

            fn encode(
                value: $end<P, H>,
                e: &mut Encoder<H>,
                at: usize,
                depth: Depth,
            ) -> Result<(), EncodeError> {
                ChannelHandle::encode(value.into_handle(), e, at, depth)
            }

            fn decode(
                d: &mut Decoder<'_, H>,
                at: usize,
                depth: Depth,
            ) -> Result<$end<P, H>, DecodeError> {
                ChannelHandle::decode(d, at, depth).map($end::new)
            }
        }

        impl<H: Handle, P> Codec<H> for $optional<P> {
            type Value = Option<$end<P, H>>;
            const SIZE: usize = 4;
            const ALIGN: usize = 4;

            fn encode(
                value: Option<$end<P, H>>,
                e: &mut Encoder<H>,
                at: usize,
                depth: Depth,
            ) -> Result<(), EncodeError> {
                OptChannelHandle::encode(value.map($end::into_handle), e, at, depth)
            }

            fn decode(
                d: &mut Decoder<'_, H>,
                at: usize,
                depth: Depth,
            ) -> Result<Option<$end<P, H>>, DecodeError> {
                Ok(OptChannelHandle::decode(d, at, depth)?.map($end::new))
            }
        }
    };
}

channel_end!(ClientEnd, ClientEndOf, OptClientEndOf);
channel_end!(ServerEnd, ServerEndOf, OptServerEndOf);
