//! What a client did that ends its channel (`sysmem2-protocols.md` 2.2, 2.3).

use std::fmt;

use crate::interface::Breakage;
use crate::logical::v1::FaultV1;

/// `ZX_ERR_INTERNAL`: the epitaph of nearly every close by the server (1.3).
pub(crate) const INTERNAL: i32 = -1;
/// `ZX_ERR_NOT_SUPPORTED`: what the runtime says about an unknown strict method (1.3).
pub(crate) const NOT_SUPPORTED: i32 = -2;
/// `ZX_ERR_INVALID_ARGS`: what the runtime says about a message that does not decode.
pub(crate) const INVALID_ARGS: i32 = -10;
/// `ZX_ERR_BAD_STATE`: a token turned in after `Release` (2.5).
pub(crate) const BAD_STATE: i32 = -20;

/// A protocol deviation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deviation {
    MissingField(&'static str),
    /// Rights of 0 where they are no synonym of all rights (5.7).
    ZeroRights,
    AfterRelease,
    ReleaseOfIncompleteGroup,
    ClosedWithoutRelease,
    TurnedInAfterRelease,
    ConstraintsSetTwice,
    WaitBeforeConstraints,
    WeakOkAfterWait,
    WeakWhenReady,
    WaitOfWeakWithoutOk,
    AttachToWeak,
    MustMatchUnknown,
    GroupIsComplete,
    GroupWithoutChildren,
    TooManyCollections {
        limit: usize,
    },
    TooManyChannels {
        limit: usize,
    },
    TooManyTrackers {
        limit: usize,
    },
    TooManyTrackersOfNode {
        limit: usize,
    },
    TooManyNodes {
        limit: usize,
    },
    TooManyWaits {
        limit: usize,
    },
    TooManyWaitsOfAll {
        limit: usize,
    },
    TooManyConstraints {
        limit_bytes: usize,
    },
    UnknownMethod {
        ordinal: u64,
    },
    Broken(Breakage),
    /// By the rules of the first version of the protocol.
    V1(FaultV1),
}

impl From<FaultV1> for Deviation {
    fn from(fault: FaultV1) -> Self {
        Self::V1(fault)
    }
}

impl Deviation {
    /// What the client is told; `None` if it cannot be told anything.
    ///
    /// 2.2 step 2 has `ZX_ERR_INTERNAL` for every deviation, decode errors and unknown methods
    /// among them. By 1.3, it is the runtime that closes over those which it notices itself, with a
    /// status of its own; that is the more specific rule, and is followed here.
    pub const fn epitaph(&self) -> Option<i32> {
        match self {
            Self::TurnedInAfterRelease => Some(BAD_STATE),
            Self::Broken(Breakage::Malformed(fidl::ReceiveError::UnknownMethod { .. })) => {
                Some(NOT_SUPPORTED)
            }
            Self::Broken(Breakage::Malformed(_) | Breakage::Truncated) => Some(INVALID_ARGS),
            Self::V1(fault) => Some(fault.status()),
            Self::ClosedWithoutRelease | Self::Broken(Breakage::Full) => None,
            _ => Some(INTERNAL),
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingField(field) => write!(f, "the field {field} has to be set"),
            Self::ZeroRights => f.write_str("a rights mask of 0"),
            Self::AfterRelease => f.write_str("a message after Release"),
            Self::ReleaseOfIncompleteGroup => f.write_str("Release before AllChildrenPresent"),
            Self::ClosedWithoutRelease => {
                f.write_str("the client closed its end without Release before")
            }
            Self::TurnedInAfterRelease => f.write_str("the token was released before"),
            Self::ConstraintsSetTwice => f.write_str("a second SetConstraints"),
            Self::WaitBeforeConstraints => {
                f.write_str("WaitForAllBuffersAllocated before SetConstraints")
            }
            Self::WeakOkAfterWait => f.write_str("SetWeakOk after WaitForAllBuffersAllocated"),
            Self::WeakWhenReady => {
                f.write_str("SetWeak after SetConstraints or AllChildrenPresent")
            }
            Self::WaitOfWeakWithoutOk => {
                f.write_str("the node is weak, and nobody has sent SetWeakOk")
            }
            Self::AttachToWeak => f.write_str("the node is weak"),
            Self::MustMatchUnknown => f.write_str("must_match_vmo is no buffer of this service"),
            Self::GroupIsComplete => f.write_str("a message after AllChildrenPresent"),
            Self::GroupWithoutChildren => f.write_str("AllChildrenPresent without any child"),
            Self::TooManyCollections { limit } => {
                write!(f, "more than {limit} collections through one Allocator")
            }
            Self::TooManyChannels { limit } => {
                write!(f, "more than {limit} channels of collections through one Allocator")
            }
            Self::TooManyTrackers { limit } => {
                write!(f, "more than {limit} eventpairs for tracking through one Allocator")
            }
            Self::TooManyTrackersOfNode { limit } => {
                write!(f, "more than {limit} eventpairs track the node")
            }
            Self::TooManyNodes { limit } => {
                write!(f, "the collection would have more than {limit} nodes")
            }
            Self::TooManyWaits { limit } => {
                write!(f, "more than {limit} unanswered WaitForAllBuffersAllocated")
            }
            Self::TooManyWaitsOfAll { limit } => {
                write!(f, "more than {limit} waits of the whole collection are unanswered")
            }
            Self::TooManyConstraints { limit_bytes } => {
                write!(f, "the constraints of the collection would take over {limit_bytes} bytes")
            }
            Self::UnknownMethod { ordinal } => write!(f, "unknown method {ordinal:#x}"),
            Self::V1(fault) => fault.fmt(f),
            Self::Broken(Breakage::Malformed(error)) => write!(f, "malformed message: {error}"),
            Self::Broken(Breakage::Truncated) => f.write_str("truncated message"),
            Self::Broken(Breakage::Full) => f.write_str("the client does not read its messages"),
            Self::Broken(Breakage::Unservable) => {
                f.write_str("the endpoint that was sent cannot be served")
            }
        }
    }
}
