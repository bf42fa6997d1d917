//! What can be wrong with a message. Variants carry the names of `fidl-wire.md` section 6.

#![allow(
    missing_docs,
    reason = "the variants carry the names of the page, and Display says them in words"
)]

use std::fmt;

use crate::depth::TooDeep;
use crate::protocol::Openness;

/// Why a value cannot be put on the wire (`fidl-wire.md` 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// More than 32 indirections.
    ExceededMaxOutOfLineDepth,
    /// A string has more bytes than its type allows.
    StringTooLong { length: usize, bound: u32 },
    /// A vector has more elements than its type allows.
    CountExceedsLimit { count: usize, bound: u32 },
    /// Bits outside the declared ones of strict bits.
    StrictBitsUnknownBit,
    /// A flexible union holds a variant that this program does not know.
    FlexibleUnionUnknownField,
    /// The packet would hold more bytes than a channel carries.
    TooManyBytes { bytes: usize, limit: usize },
    /// The packet would hold more handles than a channel carries.
    TooManyHandles { handles: usize, limit: usize },
    /// The content of one envelope is larger than its 32-bit length or 16-bit handle count can say.
    EnvelopeTooLarge,
    /// Bytes outside of every claimed object were addressed: a fault in a codec, not in the value.
    OutOfBounds,
}

/// Why received bytes and handles are not a message of the expected type (`fidl-wire.md` 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    TooFewBytesInPrimaryObject,
    TooFewBytes,
    TooManyBytesInMessage,
    TooFewHandles,
    TooManyHandlesInMessage,
    ExceededMaxOutOfLineDepth,
    InvalidPaddingByte,
    InvalidBoolean,
    InvalidEmptyStruct,
    StrictEnumUnknownValue,
    StrictBitsUnknownBit,
    InvalidPresenceIndicator,
    InvalidHandlePresenceIndicator,
    NonNullableTypeWithNullValue,
    NonEmptyStringWithNullBody,
    NonEmptyVectorWithNullBody,
    StringCountExceeds32BitLimit,
    VectorCountExceeds32BitLimit,
    TableCountExceeds32BitLimit,
    StringTooLong,
    CountExceedsLimit,
    StringNotUtf8,
    InvalidInlineMarkerInEnvelope,
    InvalidInlineBitInEnvelope,
    InvalidNumBytesInEnvelope,
    InvalidNumHandlesInEnvelope,
    EnvelopeBytesExceedMessageLength,
    EnvelopeHandlesExceedMessageLength,
    UnionFieldNotSet,
    StrictUnionUnknownField,
    IncorrectHandleType,
    MissingRequiredHandleRights,
}

/// Why the first 16 bytes of a packet are not a header that can be worked with (section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// Fewer than 16 bytes.
    TooShort { bytes: usize },
    /// The magic number is not 1: the peer speaks another wire format.
    BadMagic(u8),
    /// The body is not in wire format v2.
    NotVersion2,
    /// Ordinal 0, or a control message other than the epitaph.
    InvalidOrdinal(u64),
}

/// Why a known request cannot be dispatched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The body does not decode.
    Decode(DecodeError),
    /// A one-way request that asks for a reply.
    UnexpectedTxid,
    /// A two-way request that leaves nothing to reply to.
    MissingTxid,
}

/// Why a packet ends the connection it came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiveError {
    Header(HeaderError),
    Request(RequestError),
    /// An ordinal that the protocol does not have, where its rules do not let it pass (section 7.5).
    UnknownMethod {
        ordinal: u64,
        flexible: bool,
        two_way: bool,
        openness: Openness,
    },
    /// An epitaph sent by a client.
    EpitaphFromClient,
}

/// Why a two-way call has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyError {
    Decode(DecodeError),
    /// The reply answers another method than the one that was called.
    WrongOrdinal {
        expected: u64,
        received: u64,
    },
    /// The server does not know the method.
    UnknownMethod,
}

impl From<TooDeep> for EncodeError {
    fn from(_: TooDeep) -> Self {
        Self::ExceededMaxOutOfLineDepth
    }
}

impl From<TooDeep> for DecodeError {
    fn from(_: TooDeep) -> Self {
        Self::ExceededMaxOutOfLineDepth
    }
}

impl From<DecodeError> for RequestError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<DecodeError> for ReplyError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<HeaderError> for ReceiveError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl From<RequestError> for ReceiveError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExceededMaxOutOfLineDepth => f.write_str(TOO_DEEP),
            Self::StringTooLong { length, bound } => {
                write!(f, "a string of {length} bytes where {bound} are allowed")
            }
            Self::CountExceedsLimit { count, bound } => {
                write!(f, "a vector of {count} elements where {bound} are allowed")
            }
            Self::StrictBitsUnknownBit => f.write_str("undeclared bits in strict bits"),
            Self::FlexibleUnionUnknownField => {
                f.write_str("an unknown variant of a union cannot be sent on")
            }
            Self::TooManyBytes { bytes, limit } => {
                write!(f, "a message of {bytes} bytes where {limit} fit")
            }
            Self::TooManyHandles { handles, limit } => {
                write!(f, "a message with {handles} handles where {limit} fit")
            }
            Self::EnvelopeTooLarge => f.write_str("an envelope's content exceeds its counters"),
            Self::OutOfBounds => f.write_str("a codec addressed bytes it had not claimed"),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooFewBytesInPrimaryObject => "too few bytes for the primary object",
            Self::TooFewBytes => "an object runs past the end of the message",
            Self::TooManyBytesInMessage => "bytes are left over",
            Self::TooFewHandles => "a handle is missing",
            Self::TooManyHandlesInMessage => "handles are left over",
            Self::ExceededMaxOutOfLineDepth => TOO_DEEP,
            Self::InvalidPaddingByte => "a padding byte is not zero",
            Self::InvalidBoolean => "a bool is neither 0 nor 1",
            Self::InvalidEmptyStruct => "the byte of an empty struct is not 0",
            Self::StrictEnumUnknownValue => "an undeclared value of a strict enum",
            Self::StrictBitsUnknownBit => "an undeclared bit of strict bits",
            Self::InvalidPresenceIndicator => "a presence word is neither 0 nor all ones",
            Self::InvalidHandlePresenceIndicator => "a handle word is neither 0 nor all ones",
            Self::NonNullableTypeWithNullValue => "a required value is absent",
            Self::NonEmptyStringWithNullBody => "an absent string has a length",
            Self::NonEmptyVectorWithNullBody => "an absent vector has elements",
            Self::StringCountExceeds32BitLimit => "a string's length exceeds 32 bits",
            Self::VectorCountExceeds32BitLimit => "a vector's count exceeds 32 bits",
            Self::TableCountExceeds32BitLimit => "a table's highest ordinal exceeds 32 bits",
            Self::StringTooLong => "a string is longer than its bound",
            Self::CountExceedsLimit => "a vector has more elements than its bound",
            Self::StringNotUtf8 => "a string is not UTF-8",
            Self::InvalidInlineMarkerInEnvelope => "an envelope's flags are neither 0 nor 1",
            Self::InvalidInlineBitInEnvelope => "an envelope has the wrong form for its content",
            Self::InvalidNumBytesInEnvelope => "an envelope's byte count is wrong",
            Self::InvalidNumHandlesInEnvelope => "an envelope's handle count is wrong",
            Self::EnvelopeBytesExceedMessageLength => "an envelope has more bytes than the message",
            Self::EnvelopeHandlesExceedMessageLength => {
                "an envelope has more handles than the message"
            }
            Self::UnionFieldNotSet => "a union without ordinal has content",
            Self::StrictUnionUnknownField => "an undeclared variant of a strict union",
            Self::IncorrectHandleType => "a handle refers to the wrong kind of object",
            Self::MissingRequiredHandleRights => "a handle lacks a required right",
        })
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { bytes } => write!(f, "{bytes} bytes are no message, a header has 16"),
            Self::BadMagic(magic) => write!(f, "magic number {magic} where 1 is spoken"),
            Self::NotVersion2 => f.write_str("the body is not in wire format v2"),
            Self::InvalidOrdinal(ordinal) => write!(f, "{ordinal:#x} is no method ordinal"),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::UnexpectedTxid => f.write_str("a one-way message with a transaction id"),
            Self::MissingTxid => f.write_str("a two-way request without a transaction id"),
        }
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
            Self::UnknownMethod { ordinal, flexible, two_way, openness } => write!(
                f,
                "unknown {} {} method {ordinal:#x} of an {openness:?} protocol",
                if *flexible { "flexible" } else { "strict" },
                if *two_way { "two-way" } else { "one-way" },
            ),
            Self::EpitaphFromClient => f.write_str("a client sent an epitaph"),
        }
    }
}

impl fmt::Display for ReplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::WrongOrdinal { expected, received } => {
                write!(f, "a reply to {received:#x} where {expected:#x} was called")
            }
            Self::UnknownMethod => f.write_str("the server does not know the method"),
        }
    }
}

impl std::error::Error for EncodeError {}
impl std::error::Error for DecodeError {}
impl std::error::Error for HeaderError {}
impl std::error::Error for RequestError {}
impl std::error::Error for ReceiveError {}
impl std::error::Error for ReplyError {}

const TOO_DEEP: &str = "more than 32 levels of indirection";
