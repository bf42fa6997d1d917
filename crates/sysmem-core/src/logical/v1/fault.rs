//! What clients of the first version can do wrong, and the statuses that they are told for it.

use std::fmt;

use sysmem_fidl::conversions::{FromV1Error, ToV1Error};

use crate::deviation::{BAD_STATE, Deviation, INTERNAL, INVALID_ARGS, NOT_SUPPORTED};

/// `ZX_ERR_NO_RESOURCES`.
const NO_RESOURCES: i32 = -3;
/// `ZX_ERR_ACCESS_DENIED`.
const ACCESS_DENIED: i32 = -30;

/// What goes wrong on views and tokens only by the rules of the first version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FaultV1 {
    AfterClose,
    SecondSink,
    SinkAfterConstraints,
    /// Not implemented, as in every server that there was (`sysmem1.md` 1.5).
    SingleBuffers,
    SecondAux,
    AuxAfterConstraints,
    AuxWithoutConstraints,
    /// Needed, but not allowed.
    AuxContradiction,
    AuxBeforeBuffers,
    /// The binding's cap (`sysmem1.md` section 8, 21).
    TooManyOutstanding {
        limit: usize,
    },
    Constraints(FromV1Error),
    /// The buffers cannot be described to it.
    Buffers(ToV1Error),
    /// Its token took the right to transfer handles away, so that none can be sent to it.
    NoTransfer,
}

impl FaultV1 {
    pub const fn status(&self) -> i32 {
        match self {
            Self::AfterClose | Self::AuxBeforeBuffers => BAD_STATE,
            Self::SecondSink
            | Self::SinkAfterConstraints
            | Self::AuxWithoutConstraints
            | Self::AuxContradiction
            | Self::Constraints(_) => INVALID_ARGS,
            Self::SingleBuffers | Self::SecondAux | Self::AuxAfterConstraints => NOT_SUPPORTED,
            Self::TooManyOutstanding { .. } => NO_RESOURCES,
            Self::Buffers(_) => INTERNAL,
            Self::NoTransfer => ACCESS_DENIED,
        }
    }
}

/// The epitaph of a channel of the first version. Its first server sent none; later ones sent the
/// status, and clients have to live with either (`sysmem1.md` 6.6).
pub(crate) const fn epitaph(deviation: &Deviation) -> Option<i32> {
    match deviation {
        Deviation::ConstraintsSetTwice => Some(NOT_SUPPORTED),
        Deviation::AfterRelease => Some(BAD_STATE),
        Deviation::WaitOfWeakWithoutOk => Some(INVALID_ARGS),
        Deviation::TooManyCollections { .. }
        | Deviation::TooManyChannels { .. }
        | Deviation::TooManyNodes { .. }
        | Deviation::TooManyWaitsOfAll { .. }
        | Deviation::TooManyConstraints { .. } => Some(NO_RESOURCES),
        other => other.epitaph(),
    }
}

impl fmt::Display for FaultV1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AfterClose => f.write_str("a message after Close"),
            Self::SecondSink => f.write_str("a second SetEventSink"),
            Self::SinkAfterConstraints => f.write_str("SetEventSink after SetConstraints"),
            Self::SingleBuffers => f.write_str("single buffers are not implemented"),
            Self::SecondAux => f.write_str("a second SetConstraintsAuxBuffers"),
            Self::AuxAfterConstraints => {
                f.write_str("SetConstraintsAuxBuffers after SetConstraints")
            }
            Self::AuxWithoutConstraints => {
                f.write_str("constraints on auxiliary buffers, but none on buffers")
            }
            Self::AuxContradiction => f.write_str("auxiliary buffers are needed, but not allowed"),
            Self::AuxBeforeBuffers => f.write_str("GetAuxBuffers before there are buffers"),
            Self::TooManyOutstanding { limit } => {
                write!(f, "a message while {limit} requests are unanswered")
            }
            Self::Constraints(error) => error.fmt(f),
            Self::Buffers(error) => write!(f, "the buffers cannot be described: {error}"),
            Self::NoTransfer => f.write_str("its token lets no handles be transferred"),
        }
    }
}
