//! Negotiating a scenario, without a service.

use std::fmt;

use sysmem_core::negotiation::{Agreement, Environment, Failure, negotiate as agree};
use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, BufferCollectionConstraints};

use crate::scenario::{Group, Node, Participant, Scenario};
use crate::selection::{Branch, Selections};

/// How many selections of group children are tried (`sysmem2-constraints.md` 1.1).
pub const MAX_SELECTIONS: usize = 64;

/// The page size that scenarios are negotiated with, whatever machine this is: the one that
/// `sysmem2-constraints.md` calculates with.
pub const PAGE_SIZE_BYTES: u64 = 4096;

/// What comes out of a negotiation.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Agreed {
        agreement: Box<Agreement>,
        /// The names of the participants whose constraints applied, breadth-first. Those without a
        /// name are not in it.
        chosen: Vec<String>,
        /// The selections that would have been preferred, and why they were not possible.
        rejections: Vec<Rejection>,
    },
    Refused(Refusal),
}

/// No selection gets buffers. Displays as one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// What participants would be told.
    pub error: fsysmem2::Error,
    /// All selections that were tried, in that order; at least one.
    pub rejections: Vec<Rejection>,
}

/// Why one selection of group children gets no buffers. Displays as one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection {
    /// The names of the participants, breadth-first. [`Failure`] gives indices into it.
    pub participants: Vec<Option<String>>,
    pub failure: Failure,
}

/// Tries what groups leave open, in the order of preference, until there is an agreement.
///
/// The error of a refusal is `CONSTRAINTS_INTERSECTION_EMPTY` if nothing works, and
/// `TOO_MANY_GROUP_CHILD_COMBINATIONS` if [`MAX_SELECTIONS`] selections do not and there are more
/// (`sysmem2-constraints.md` 6.2).
pub fn negotiate(scenario: &Scenario) -> Outcome {
    let environment = Environment {
        heaps: &scenario.heaps,
        format_costs: &scenario.format_costs,
        page_size_bytes: PAGE_SIZE_BYTES,
    };
    let mut rejections = Vec::new();
    for selected in Selections::new(NodeRef::Participant(&scenario.root)) {
        if rejections.len() == MAX_SELECTIONS {
            let error = fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS;
            return Outcome::Refused(Refusal { error, rejections });
        }
        let participants: Vec<_> = selected.into_iter().filter_map(NodeRef::participant).collect();
        let names = participants.iter().map(|participant| participant.name.clone());
        match attempt(&participants, &environment) {
            Ok(agreement) => {
                let (agreement, chosen) = (Box::new(agreement), names.flatten().collect());
                return Outcome::Agreed { agreement, chosen, rejections };
            }
            Err(failure) => {
                rejections.push(Rejection { participants: names.collect(), failure });
            }
        }
    }
    let error = fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY;
    Outcome::Refused(Refusal { error, rejections })
}

fn attempt(
    participants: &[&Participant],
    environment: &Environment<'_>,
) -> Result<Agreement, Failure> {
    let none = BufferCollectionConstraints::default();
    let tables = participants.iter().map(|own| own.constraints.as_ref().unwrap_or(&none));
    agree(&tables.collect::<Vec<_>>(), environment)
}

/// Any node of a scenario.
#[derive(Clone, Copy)]
enum NodeRef<'a> {
    Participant(&'a Participant),
    Group(&'a Group),
}

impl<'a> NodeRef<'a> {
    fn participant(self) -> Option<&'a Participant> {
        match self {
            Self::Participant(participant) => Some(participant),
            Self::Group(_) => None,
        }
    }
}

impl<'a> From<&'a Node> for NodeRef<'a> {
    fn from(node: &'a Node) -> Self {
        match node {
            Node::Participant(participant) => Self::Participant(participant),
            Node::Group(group) => Self::Group(group),
        }
    }
}

impl Branch for NodeRef<'_> {
    fn is_group(self) -> bool {
        matches!(self, Self::Group(_))
    }

    fn children(self) -> impl DoubleEndedIterator<Item = Self> {
        let (nodes, choices): (&[Node], &[Participant]) = match self {
            Self::Participant(participant) => (&participant.children, &[]),
            Self::Group(group) => (&[], &group.children),
        };
        nodes.iter().map(Self::from).chain(choices.iter().map(Self::Participant))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rejections.as_slice() {
            [] => Ok(()),
            [only] => only.fmt(f),
            [first, ..] => {
                let tried = self.rejections.len();
                write!(f, "none of the {tried} combinations of group children ")?;
                if self.error == fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS {
                    f.write_str("that are tried ")?;
                }
                write!(f, "works; in the preferred one, {first}")
            }
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)?;
        let participant = self.failure.participant();
        let name = participant.and_then(|index| self.participants.get(index)?.as_deref());
        match (participant, name) {
            (Some(index), Some(name)) => write!(f, " (participant {index} is {name:?})"),
            _ => Ok(()),
        }
    }
}
