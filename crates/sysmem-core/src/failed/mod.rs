//! A failed allocation, with all that it takes to explain it later and elsewhere.
//!
//! To find out who conflicts with whom takes as long as thousands of negotiations. So the core only
//! puts together what was negotiated about: constraints are shared with the nodes and not copied,
//! and outlive them. Whoever drives the core has the rest done where nobody waits for it.

mod explained;
mod explaining;
mod names;

use std::fmt;
use std::sync::Arc;

use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, BufferCollectionConstraints};

pub use self::explained::{Difference, Explained, ExplainedCombination, Reason};
use crate::interface::{ChannelId, Instant};
use crate::logical::{Pinned, constraint_bytes, settings_bytes};
use crate::negotiation::Failure;
use crate::tree::debug_info::DebugInfo;

/// Why and for whom there are no buffers, since constraints have nothing in common. Displays as one
/// sentence; [`FailedAllocation::explain`] says it all.
#[derive(Clone, Debug)]
pub struct FailedAllocation {
    /// The id of the collection.
    pub collection: u64,
    /// Its name; empty if nobody gave one.
    pub name: String,
    /// What participants are told.
    pub error: fsysmem2::Error,
    pub failed_at: Instant,
    /// The channels that close with it: whoever has one of them wants to know why.
    pub channels: Vec<ChannelId>,
    /// Everybody in the combinations.
    pub(crate) participants: Vec<FailedParticipant>,
    /// The preferred ones, at most
    /// [`EXPLAINED_COMBINATIONS_MAX`](crate::limits::EXPLAINED_COMBINATIONS_MAX); at least one.
    pub(crate) combinations: Vec<FailedCombination>,
    /// How many there were in all.
    pub(crate) combinations_tried: usize,
    /// What those who come late have to take.
    pub(crate) existing: Option<Pinned>,
}

/// Somebody who has set constraints.
#[derive(Clone, Debug)]
pub(crate) struct FailedParticipant {
    pub debug: DebugInfo,
    pub constraints: Arc<BufferCollectionConstraints>,
    /// What the buffers had to be like besides (`sysmem2-constraints.md` 6.5).
    pub must_match: Option<Arc<fsysmem2::SingleBufferSettings>>,
}

/// One choice of children of all groups.
#[derive(Clone, Debug)]
pub(crate) struct FailedCombination {
    /// In the order in which they negotiated; numbers of participants of the allocation.
    pub participants: Vec<usize>,
    /// How many of the first ones have their buffers already.
    pub present: usize,
    pub rejection: Rejection,
}

/// Why one combination gets no buffers.
#[derive(Clone, Debug)]
pub(crate) enum Rejection {
    /// Nobody has set constraints: everybody gave up a token, or left.
    NoParticipants,
    Constraints {
        failure: Failure,
        client: Option<DebugInfo>,
    },
    /// Late participants do not get along with the buffers that there are.
    OtherSettings,
}

impl FailedAllocation {
    /// How many combinations of group children were tried; 1 without groups.
    pub const fn combinations_tried(&self) -> usize {
        self.combinations_tried
    }

    /// How much memory it keeps, in bytes, about: most of it is constraints.
    pub fn bytes(&self) -> usize {
        let participants = self.participants.iter().map(FailedParticipant::bytes);
        let combinations = self.combinations.iter().map(FailedCombination::bytes);
        let own = [
            size_of::<Self>(),
            self.name.len(),
            size_of_val(self.channels.as_slice()),
            self.existing.as_ref().map_or(0, Pinned::bytes),
        ];
        let parts = own.into_iter().chain(participants).chain(combinations);
        parts.fold(0, usize::saturating_add)
    }

    /// Whether there are buffers already, and it was about joining those who have them.
    pub const fn is_late(&self) -> bool {
        self.existing.is_some()
    }
}

impl FailedParticipant {
    fn bytes(&self) -> usize {
        let parts = [
            size_of::<Self>(),
            constraint_bytes(&self.constraints),
            self.must_match.as_deref().map_or(0, settings_bytes),
        ];
        parts.into_iter().sum()
    }
}

impl FailedCombination {
    const fn bytes(&self) -> usize {
        size_of::<Self>().saturating_add(size_of_val(self.participants.as_slice()))
    }
}

impl fmt::Display for FailedAllocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no buffers")?;
        if self.combinations_tried > 1 {
            write!(f, " in {} combinations of group children", self.combinations_tried)?;
        }
        match self.combinations.first() {
            Some(first) if self.combinations_tried > 1 => {
                write!(f, "; in the preferred one, {}", first.rejection)
            }
            Some(first) => write!(f, ": {}", first.rejection),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParticipants => f.write_str("no participant has set constraints"),
            Self::Constraints { failure, client } => {
                failure.fmt(f)?;
                client.iter().try_for_each(|client| write!(f, " ({client})"))
            }
            Self::OtherSettings => {
                f.write_str("a late participant would need other settings or more buffers")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_a_failure_keeps_counts_as_bytes() {
        let mut failure = FailedAllocation {
            collection: 1,
            name: String::new(),
            error: fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY,
            failed_at: Instant(0),
            channels: Vec::new(),
            participants: Vec::new(),
            combinations: Vec::new(),
            combinations_tried: 1,
            existing: None,
        };
        let empty = failure.bytes();
        failure.name.push_str("frames");
        failure.channels = vec![ChannelId(1); 3];
        failure.participants.push(FailedParticipant {
            debug: DebugInfo { name: "somebody".into(), id: 1 },
            constraints: Arc::default(),
            must_match: Some(Arc::default()),
        });
        failure.combinations.push(FailedCombination {
            participants: vec![0; 5],
            present: 0,
            rejection: Rejection::NoParticipants,
        });
        let expected = 6
            + 3 * size_of::<ChannelId>()
            + size_of::<FailedParticipant>()
            + size_of::<BufferCollectionConstraints>()
            + size_of::<fsysmem2::SingleBufferSettings>()
            + size_of::<FailedCombination>()
            + 5 * size_of::<usize>();
        assert_eq!(failure.bytes() - empty, expected);
    }
}
