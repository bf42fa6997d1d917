//! What comes of looking into a failed allocation.

use std::collections::BTreeSet;
use std::fmt;

use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, BufferCollectionConstraints};

use super::{FailedAllocation, FailedCombination, Rejection};
use crate::interface::Recipient;
use crate::logical::Pinned;
use crate::negotiation::explain::{
    CountField, Effort, Field, Finding, MemoryField, Value, explain_beside,
};
use crate::negotiation::{Agreement, Environment, negotiate, pin};

/// Why an allocation has failed. Displays as a few lines, the last one without an end of line.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The combinations of group children that were followed up, the preferred one first; at least
    /// one.
    pub combinations: Vec<ExplainedCombination>,
    /// How many were tried; 1 without groups.
    pub combinations_tried: usize,
    /// What participants are told.
    pub error: fsysmem2::Error,
}

/// Why one combination of group children gets no buffers. Displays as a few lines, as
/// [`Explained`].
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedCombination {
    /// Who took part, by the number of the participant.
    pub clients: Vec<Recipient>,
    /// What texts call them; and at the end the buffers that there are already, if there are any.
    pub names: Vec<Option<String>>,
    pub reason: Reason,
}

/// Why participants get no buffers.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Nobody has set constraints: everybody gave up a token, or left.
    NobodyAsks,
    /// Constraints have nothing in common.
    Disagreement(Box<Finding>),
    /// Those who come late agree with everybody, but on other buffers than there are.
    OtherBuffers(Vec<Difference>),
}

/// What those who come late would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub field: Field,
    pub existing: Value,
    pub needed: Value,
}

/// What the buffers that there are are called among those who conflict.
const EXISTING: &str = "the existing allocation";

/// Characters of a client's name in texts; the rest does not help to tell clients apart.
const NAME_CHARS_MAX: usize = 64;

/// Of how many combinations the text says more than who is in it.
const DETAILED_COMBINATIONS: usize = 3;

/// Participants in the name of a combination.
const NAMED_PARTICIPANTS: usize = 8;

impl FailedAllocation {
    /// Finds out who conflicts with whom about what, and what would help. Takes milliseconds, and
    /// up to half a second if constraints are very large: nothing for a thread that serves.
    ///
    /// `environment` is that of the core that the failure is of.
    pub fn explain(&self, environment: &Environment<'_>) -> Explained {
        let effort = Effort::USUAL.share(self.combinations.len());
        let combinations = self.combinations.iter();
        Explained {
            combinations: combinations.map(|one| self.follow(one, environment, effort)).collect(),
            combinations_tried: self.combinations_tried,
            error: self.error,
        }
    }

    fn follow(
        &self,
        combination: &FailedCombination,
        environment: &Environment<'_>,
        effort: Effort,
    ) -> ExplainedCombination {
        let numbers = combination.participants.iter();
        let participants: Vec<_> =
            numbers.filter_map(|number| self.participants.get(*number)).collect();
        let clients: Vec<_> = participants.iter().map(|one| one.debug.recipient()).collect();
        let mut names = display_names(&clients);
        names.extend(self.existing.iter().map(|_| Some(EXISTING.to_owned())));
        let tables: Vec<_> = participants.iter().map(|one| &*one.constraints).collect();
        let facts: Vec<_> = self.existing.iter().map(Pinned::constraints).collect();
        let reason = match &combination.rejection {
            Rejection::NoParticipants => Reason::NobodyAsks,
            Rejection::Constraints { failure, .. } => Reason::Disagreement(Box::new(
                explain_beside(&tables, &facts, environment, failure.clone(), effort),
            )),
            Rejection::OtherSettings => {
                let all: Vec<_> = tables.iter().chain(&facts).copied().collect();
                let agreement = negotiate(&all, environment);
                let differences = agreement.ok().zip(self.existing.as_ref());
                Reason::OtherBuffers(
                    differences
                        .map_or(Vec::new(), |(needed, pinned)| differences_of(pinned, &needed)),
                )
            }
        };
        ExplainedCombination { clients, names, reason }
    }
}

/// What texts call clients: by their names, with the id if the name is not enough. `None`: by the
/// number of the participant.
fn display_names(clients: &[Recipient]) -> Vec<Option<String>> {
    let mut seen = BTreeSet::new();
    let ambiguous: BTreeSet<&str> =
        clients.iter().map(|client| &*client.name).filter(|name| !seen.insert(*name)).collect();
    let name_of = |client: &Recipient| match (&*client.name, client.id) {
        ("", 0) => None,
        ("", id) => Some(format!("client {id}")),
        (name, id) if ambiguous.contains(name) => Some(format!("{} {id}", cut(name))),
        (name, _) => Some(cut(name)),
    };
    clients.iter().map(name_of).collect()
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

fn differences_of(existing: &Pinned, needed: &Agreement) -> Vec<Difference> {
    let table = |settings: &fsysmem2::SingleBufferSettings, count| BufferCollectionConstraints {
        min_buffer_count: Some(count),
        ..pin(settings)
    };
    let before = table(existing.settings(), existing.count());
    let after = table(&needed.settings, needed.buffer_count);
    // Both ends of a range say the same of what has one value.
    let is_twin = |field: &Field| {
        matches!(field, Field::Count(CountField::Max) | Field::Memory(MemoryField::MaxSizeBytes))
    };
    let differences = Field::all(1).filter(|field| !is_twin(field)).map(|field| Difference {
        field,
        existing: field.get(&before),
        needed: field.get(&after),
    });
    differences.filter(|difference| difference.existing != difference.needed).collect()
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ([only], 1) = (&*self.combinations, self.combinations_tried) {
            return only.fmt(f);
        }
        let tried = self.combinations_tried;
        write!(f, "none of the {tried} combinations of group children ")?;
        if self.error == fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS {
            f.write_str("that are tried ")?;
        }
        f.write_str("works")?;
        for (index, combination) in self.combinations.iter().enumerate() {
            write!(f, "\n  {}. {}: ", index.saturating_add(1), combination.who())?;
            let text = combination.to_string();
            let mut lines = text.lines();
            lines.next().iter().try_for_each(|line| f.write_str(line))?;
            if index < DETAILED_COMBINATIONS {
                lines.try_for_each(|line| write!(f, "\n  {line}"))?;
            }
        }
        match tried.saturating_sub(self.combinations.len()) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl ExplainedCombination {
    fn who(&self) -> String {
        let names = self.names.iter().take(self.clients.len());
        let mut who: Vec<_> = names
            .take(NAMED_PARTICIPANTS)
            .enumerate()
            .map(|(number, name)| match name {
                Some(name) => name.escape_debug().to_string(),
                None => format!("participant {number}"),
            })
            .collect();
        match self.clients.len().saturating_sub(NAMED_PARTICIPANTS) {
            0 => {}
            more => who.push(format!("{more} more")),
        }
        if who.is_empty() { "nobody".to_owned() } else { who.join(", ") }
    }
}

impl fmt::Display for ExplainedCombination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::NobodyAsks => f.write_str("no participant has set constraints"),
            Reason::Disagreement(finding) => finding.with_names(&self.names).fmt(f),
            Reason::OtherBuffers(differences) => {
                write!(f, "those who come late would need other buffers than {EXISTING} has")?;
                differences.iter().try_for_each(|Difference { field, existing, needed }| {
                    write!(f, "\n  {field}: {needed} in place of {existing}")
                })
            }
        }
    }
}
