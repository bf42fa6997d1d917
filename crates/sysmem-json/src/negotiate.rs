//! Negotiating a scenario, without a service.

use std::collections::BTreeMap;
use std::fmt;
use std::iter;
use std::ptr;

use sysmem_core::SELECTIONS_MAX;
use sysmem_core::negotiation::explain::{Effort, Finding, explain};
use sysmem_core::negotiation::{Agreement, Environment, Failure, Negotiation, Prepared};
use sysmem_core::selection::{Branch, Selections};
use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, BufferCollectionConstraints};

use crate::scenario::{Group, Node, Participant, Scenario};

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

/// No selection gets buffers. Displays as a few lines: why not, and what would help.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// What participants would be told.
    pub error: fsysmem2::Error,
    /// All selections that were tried, in that order; at least one.
    pub rejections: Vec<Rejection>,
    /// Why the preferred selection, the first one, was rejected. What it suggests makes that
    /// selection work.
    pub finding: Box<Finding>,
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
/// `TOO_MANY_GROUP_CHILD_COMBINATIONS` if [`SELECTIONS_MAX`] selections do not and there are more
/// (`sysmem2-constraints.md` 6.2).
pub fn negotiate(scenario: &Scenario) -> Outcome {
    let environment = Environment {
        heaps: &scenario.heaps,
        format_costs: &scenario.format_costs,
        page_size_bytes: PAGE_SIZE_BYTES,
    };
    let none = BufferCollectionConstraints::default();
    let mut selections = Selections::new(NodeRef::Participant(&scenario.root)).map(participants);
    let preferred = selections.next().unwrap_or_default();
    let mut rejections = Vec::new();
    let mut error = fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY;
    let mut attempts = Attempts::new(environment, &none);
    for selected in iter::once(preferred.clone()).chain(selections) {
        if rejections.len() == SELECTIONS_MAX {
            error = fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS;
            break;
        }
        let names = selected.iter().map(|participant| participant.name.clone());
        match attempts.agree(&selected) {
            Ok(agreement) => {
                let (agreement, chosen) = (Box::new(agreement), names.flatten().collect());
                return Outcome::Agreed { agreement, chosen, rejections };
            }
            Err(failure) => {
                rejections.push(Rejection { participants: names.collect(), failure });
            }
        }
    }
    let failure = rejections.first().map_or(Failure::NoSize, |first| first.failure.clone());
    let preferred = tables(&preferred, &none);
    let finding = explain(&preferred, &environment, failure, Effort::USUAL);
    Outcome::Refused(Refusal { error, rejections, finding: Box::new(finding) })
}

/// What the selections have in common: a participant is prepared once, and all selections together
/// have to do with one budget of work, as in the service.
struct Attempts<'a> {
    negotiation: Negotiation<'a>,
    /// By participant. Those who did not say what they want are `none`.
    prepared: BTreeMap<*const Participant, Prepared<'a>>,
    none: &'a BufferCollectionConstraints,
}

impl<'a> Attempts<'a> {
    fn new(environment: Environment<'a>, none: &'a BufferCollectionConstraints) -> Self {
        Self { negotiation: Negotiation::new(environment), prepared: BTreeMap::new(), none }
    }

    fn agree(&mut self, selected: &[&'a Participant]) -> Result<Agreement, Failure> {
        for (participant, table) in selected.iter().zip(tables(selected, self.none)) {
            let prepared = self.prepared.entry(ptr::from_ref(*participant));
            prepared.or_insert_with(|| Prepared::new(table));
        }
        let participants = selected.iter().map(|own| self.prepared.get(&ptr::from_ref(*own)));
        self.negotiation.agree(&participants.flatten().collect::<Vec<_>>())
    }
}

/// Those of the nodes that want something.
fn participants(nodes: Vec<NodeRef<'_>>) -> Vec<&Participant> {
    nodes.into_iter().filter_map(NodeRef::participant).collect()
}

/// What they want; `none` if they did not say.
fn tables<'a>(
    participants: &[&'a Participant],
    none: &'a BufferCollectionConstraints,
) -> Vec<&'a BufferCollectionConstraints> {
    participants.iter().map(|own| own.constraints.as_ref().unwrap_or(none)).collect()
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
        let tried = self.rejections.len();
        if tried > 1 {
            write!(f, "none of the {tried} combinations of group children ")?;
            if self.error == fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS {
                f.write_str("that are tried ")?;
            }
            f.write_str("works; in the preferred one, ")?;
        }
        let names = self.rejections.first().map_or(&[][..], |first| &first.participants);
        self.finding.with_names(names).fmt(f)
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
