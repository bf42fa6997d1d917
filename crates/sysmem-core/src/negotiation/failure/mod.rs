//! Why there is no agreement.
//!
//! Everything here is `CONSTRAINTS_INTERSECTION_EMPTY` for the participants
//! (`sysmem2-constraints.md` 4.10); the values are for whoever has to find out why.

mod image;
mod memory;
mod selection;

use std::fmt;

pub use self::image::{Elimination, FormatConflict, FormatFault, ImageFault};
pub use self::memory::{HeapConflict, MemoryFault};
pub use self::selection::{
    CountShortfall, DomainShortfall, HeapShortfall, Shortfall, SizeShortfall,
};
use super::formats::FormatPair;
use super::limits::MAX_WORK;
use super::usage::Usage;

/// Why constraints have no buffers in common. Participants are numbered from 0, as they were given.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Nobody has said how large anything is (2.1, pre-check).
    NoSize,
    /// The constraints of one participant cannot be met by themselves.
    Participant { participant: usize, fault: Fault },
    /// What a participant asks for has nothing in common with what those before it ask for.
    Conflict { participant: usize, conflict: Conflict },
    /// What all ask for together cannot be met.
    Together(Fault),
    /// Everybody would agree, but such buffers cannot be made here.
    Selection(Shortfall),
    /// It would take more than [`MAX_WORK`] to find out whether there are any.
    TooMuch,
}

/// What is wrong with constraints.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    Usage(UsageFault),
    /// All participants have `NONE_USAGE` and none has `NONE_USAGE_PERMIT_ALLOCATION` (C8).
    NobodyUsesBuffers,
    Count(CountFault),
    Memory(MemoryFault),
    /// An entry of `image_format_constraints`, by its index, does not say what it is about.
    Format {
        entry: usize,
        fault: FormatFault,
    },
    /// What is asked of images of this format cannot be met.
    Image {
        pair: FormatPair,
        fault: ImageFault,
    },
    /// Two formats of one participant stand for common ones (C20).
    CombinableFormats {
        a: FormatPair,
        b: FormatPair,
    },
    /// No format is left that is not `DO_NOT_CARE` (C17).
    OnlyWildcardFormats,
    /// No format is left for which anybody named a color space (C18).
    OnlyWildcardColorSpaces,
}

/// What is wrong with the usage of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageFault {
    /// Constraints that are not empty and have no usage (C5).
    Unset,
    /// `none` beside another word (C6).
    NoneWithOthers(Usage),
    /// `NONE_USAGE_PERMIT_ALLOCATION` without `NONE_USAGE` (C7).
    PermitWithoutNone(Usage),
}

/// What is wrong with the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountFault {
    /// C9: 0 is not "unlimited".
    MaxIsZero,
    /// C10.
    MinAboveMax { min: u32, max: u32 },
}

/// What two participants disagree about.
#[derive(Clone, Debug, PartialEq)]
pub enum Conflict {
    /// The sum of the buffers that each needs does not fit into 32 bits (3.2).
    CountOverflow,
    Heap(HeapConflict),
    Format(FormatConflict),
}

impl Failure {
    /// The rule of `sysmem2-constraints.md` that is not kept: the name of a step, or a section. A
    /// limit that is not of that page is "limit of this service".
    pub fn rule(&self) -> &'static str {
        match self {
            Self::NoSize => "2.1 pre-check",
            Self::Participant { fault, .. } | Self::Together(fault) => fault.rule(),
            Self::Conflict { conflict, .. } => conflict.rule(),
            Self::Selection(shortfall) => shortfall.rule(),
            Self::TooMuch => "limit of this service",
        }
    }

    /// The participant at fault, or the first one that does not agree with those before it. None if
    /// it is nobody's in particular.
    pub fn participant(&self) -> Option<usize> {
        match self {
            Self::Participant { participant, .. } | Self::Conflict { participant, .. } => {
                Some(*participant)
            }
            Self::NoSize | Self::Together(_) | Self::Selection(_) | Self::TooMuch => None,
        }
    }
}

impl Fault {
    fn rule(&self) -> &'static str {
        match self {
            Self::Usage(UsageFault::Unset) => "C5",
            Self::Usage(UsageFault::NoneWithOthers(_)) => "C6",
            Self::Usage(UsageFault::PermitWithoutNone(_)) => "C7",
            Self::NobodyUsesBuffers => "C8",
            Self::Count(CountFault::MaxIsZero) => "C9",
            Self::Count(CountFault::MinAboveMax { .. }) => "C10",
            Self::Memory(fault) => fault.rule(),
            Self::Format { fault, .. } => fault.rule(),
            Self::Image { fault, .. } => fault.rule(),
            Self::CombinableFormats { .. } => "C20",
            Self::OnlyWildcardFormats => "C17",
            Self::OnlyWildcardColorSpaces => "C18",
        }
    }
}

impl Conflict {
    fn rule(&self) -> &'static str {
        match self {
            Self::CountOverflow => "3.2",
            Self::Heap(_) => "3.3",
            Self::Format(_) => "3.4",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSize => f.write_str("no participant says how large the buffers are"),
            Self::Participant { participant, fault } => {
                write!(f, "the constraints of participant {participant} cannot be met: {fault}")
            }
            Self::Conflict { participant, conflict } => {
                write!(f, "participant {participant} does not agree with those before: {conflict}")
            }
            Self::Together(fault) => {
                write!(f, "all constraints together cannot be met: {fault}")
            }
            Self::Selection(shortfall) => {
                write!(f, "no buffers can be made that meet all constraints: {shortfall}")
            }
            Self::TooMuch => write!(
                f,
                "too much to negotiate: what participants ask for makes more than {MAX_WORK} \
                 steps"
            ),
        }
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(fault) => fault.fmt(f),
            Self::NobodyUsesBuffers => f.write_str("nobody uses the buffers"),
            Self::Count(fault) => fault.fmt(f),
            Self::Memory(fault) => fault.fmt(f),
            Self::Format { entry, fault } => write!(f, "image entry {entry}: {fault}"),
            Self::Image { pair, fault } => write!(f, "{pair}: {fault}"),
            Self::CombinableFormats { a, b } => {
                write!(f, "{a} and {b} are both offered, and the one includes the other")
            }
            Self::OnlyWildcardFormats => {
                f.write_str("nobody names a pixel format and modifier other than DO_NOT_CARE")
            }
            Self::OnlyWildcardColorSpaces => {
                f.write_str("nobody names a color space other than DO_NOT_CARE")
            }
        }
    }
}

impl fmt::Display for UsageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => f.write_str("there is no usage bit, not even NONE_USAGE"),
            Self::NoneWithOthers(usage) => {
                write!(f, "NONE_USAGE does not go with other usage ({usage})")
            }
            Self::PermitWithoutNone(_) => {
                f.write_str("NONE_USAGE_PERMIT_ALLOCATION goes only with NONE_USAGE")
            }
        }
    }
}

impl fmt::Display for CountFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxIsZero => f.write_str("max_buffer_count is 0"),
            Self::MinAboveMax { min, max } => {
                write!(f, "min_buffer_count {min} is above max_buffer_count {max}")
            }
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CountOverflow => f.write_str("the number of buffers needed exceeds 32 bits"),
            Self::Heap(conflict) => conflict.fmt(f),
            Self::Format(conflict) => conflict.fmt(f),
        }
    }
}
