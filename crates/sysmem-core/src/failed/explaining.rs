//! Looking into a failed allocation.

use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, BufferCollectionConstraints};

use super::explained::{Difference, EXISTING, Explained, ExplainedCombination, Reason};
use super::names::display_names;
use super::{FailedAllocation, FailedCombination, FailedParticipant, Rejection};
use crate::logical::Pinned;
use crate::negotiation::explain::{CountField, Effort, Field, MemoryField, explain_beside};
use crate::negotiation::{Agreement, Environment, negotiate, pin};

/// Of how many latecomers it is tried what they would change alone.
const LATECOMERS_TRIED: usize = 16;

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

    /// At most [`LATECOMERS_TRIED`] negotiations and one.
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
