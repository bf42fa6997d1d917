//! What comes of looking into a failed allocation.

use std::collections::BTreeSet;
use std::fmt;

use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, BufferCollectionConstraints};

use super::{FailedAllocation, FailedCombination, FailedParticipant, Rejection};
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
    /// What texts call them; and behind them what there is already, such as buffers that those who
    /// come late would have to take.
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
    OtherBuffers {
        /// Those of them who would do so alone; all of them if only several together do.
        participants: Vec<usize>,
        differences: Vec<Difference>,
    },
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

/// Of how many latecomers it is tried what they would change alone.
const LATECOMERS_TRIED: usize = 16;

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
        let tables: Vec<_> = participants.iter().map(|one| &*one.constraints).collect();
        let facts = self.facts(&participants, &mut names);
        let facts: Vec<_> = facts.iter().collect();
        let reason = match &combination.rejection {
            Rejection::NoParticipants => Reason::NobodyAsks,
            Rejection::Constraints { failure, .. } => Reason::Disagreement(Box::new(
                explain_beside(&tables, &facts, environment, failure.clone(), effort),
            )),
            Rejection::OtherSettings => {
                self.other_buffers(&tables, &facts, combination.present, environment)
            }
        };
        ExplainedCombination { clients, names, reason }
    }
}

impl FailedAllocation {
    fn other_buffers(
        &self,
        tables: &[&BufferCollectionConstraints],
        facts: &[&BufferCollectionConstraints],
        present: usize,
        environment: &Environment<'_>,
    ) -> Reason {
        let differences = |latecomers: &[&BufferCollectionConstraints]| {
            let present = tables.iter().take(present);
            let all: Vec<_> = present.chain(latecomers).chain(facts).copied().collect();
            let needed = negotiate(&all, environment).ok();
            self.existing
                .as_ref()
                .zip(needed)
                .map_or(Vec::new(), |(before, needed)| differences_of(before, &needed))
        };
        let latecomers = tables.get(present..).unwrap_or_default();
        let alone = latecomers.iter().enumerate().take(LATECOMERS_TRIED);
        let alone = alone.filter(|(_, one)| !differences(&[*one]).is_empty());
        let mut participants: Vec<_> =
            alone.map(|(index, _)| present.saturating_add(index)).collect();
        if participants.is_empty() {
            participants.extend(present..tables.len());
        }
        Reason::OtherBuffers { participants, differences: differences(latecomers) }
    }

    /// What there is already, in the order of the core's negotiation: the buffers of the
    /// collection, and those that participants have to match. Adds what texts call it.
    fn facts(
        &self,
        participants: &[&FailedParticipant],
        names: &mut Vec<Option<String>>,
    ) -> Vec<BufferCollectionConstraints> {
        let existing = self.existing.iter();
        let mut facts: Vec<_> = existing.map(|existing| existing.constraints().clone()).collect();
        names.extend(facts.iter().map(|_| Some(EXISTING.to_owned())));
        for (number, participant) in participants.iter().enumerate() {
            let Some(settings) = &participant.must_match else { continue };
            let name = match names.get(number) {
                Some(Some(name)) => format!("the must_match_vmo of {name}"),
                _ => format!("the must_match_vmo of participant {number}"),
            };
            facts.push(pin(settings));
            names.push(Some(name));
        }
        facts
    }
}

/// What texts call clients: by their present names, with the id if the name is not enough. `None`:
/// by the number of the participant.
fn display_names(clients: &[Recipient]) -> Vec<Option<String>> {
    let mut seen = BTreeSet::new();
    let names = clients.iter().map(present_name);
    let ambiguous: BTreeSet<&str> = names.filter(|name| !seen.insert(*name)).collect();
    let name_of = |client: &Recipient| match (present_name(client), client.id) {
        ("", 0) => None,
        ("", id) => Some(format!("client {id}")),
        (name, id) if ambiguous.contains(name) => Some(format!("{} {id}", cut(name))),
        (name, _) => Some(cut(name)),
    };
    clients.iter().map(name_of).collect()
}

/// Without the names that it had before (`sysmem2-protocols.md` 6.2).
fn present_name(client: &Recipient) -> &str {
    match client.name.split_once(" (was ") {
        Some((present, _)) if !present.is_empty() => present,
        _ => &client.name,
    }
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
        let named = self.clients.len().min(NAMED_PARTICIPANTS);
        let mut who: Vec<_> = (0..named).map(|number| self.name(number)).collect();
        match self.clients.len().saturating_sub(NAMED_PARTICIPANTS) {
            0 => {}
            more => who.push(format!("{more} more")),
        }
        if who.is_empty() { "nobody".to_owned() } else { who.join(", ") }
    }

    fn name(&self, number: usize) -> String {
        match self.names.get(number) {
            Some(Some(name)) => name.escape_debug().to_string(),
            _ => format!("participant {number}"),
        }
    }
}

impl fmt::Display for ExplainedCombination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::NobodyAsks => f.write_str("no participant has set constraints"),
            Reason::Disagreement(finding) => finding.with_names(&self.names).fmt(f),
            Reason::OtherBuffers { participants, differences } => {
                for (index, number) in participants.iter().take(NAMED_PARTICIPANTS).enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{}", self.name(*number))?;
                }
                write!(f, " would need other buffers than {EXISTING} has")?;
                differences.iter().try_for_each(|Difference { field, existing, needed }| {
                    write!(f, "\n  {field}: {needed} in place of {existing}")
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_apart_by_name_if_that_is_enough() {
        let client = |name: &str, id| Recipient { name: name.into(), id };
        let long = "x".repeat(100);
        let clients = [
            client("isp (was camera)", 1),
            client("gpu", 2),
            client("gpu (was cpu)", 3),
            client("", 4),
            client("", 0),
            client(&long, 5),
        ];
        let cut = format!("{}…", "x".repeat(NAME_CHARS_MAX));
        let expected = ["isp", "gpu 2", "gpu 3", "client 4", "", &cut];
        let names = display_names(&clients);
        assert_eq!(
            names.iter().map(|name| name.as_deref().unwrap_or("")).collect::<Vec<_>>(),
            expected
        );
        assert_eq!(names[4], None);
    }
}
