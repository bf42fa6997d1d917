//! The smallest conflict: lets go of participants and fields as long as the failure stays.

use sysmem_fidl::fuchsia_sysmem2::{
    self as fsysmem2, BufferCollectionConstraints, BufferMemoryConstraints, BufferUsage,
};

use super::field::{Field, spell_out_modifiers};
use super::trials::Trials;
use super::{Clause, Finding, Suspect};
use crate::negotiation::failure::{
    Conflict, CountShortfall, Failure, Fault, FormatFault, Shortfall,
};

/// Whether something is missing that any participant could say, so that nobody conflicts with
/// anybody.
pub fn is_omission(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::NoSize
            | Failure::Together(Fault::NobodyUsesBuffers)
            | Failure::Selection(Shortfall::Count(CountShortfall::Nobody))
    )
}

/// A participant that says what somebody has to say, and else nothing. Beside it, others can be let
/// go of without that being the failure.
pub fn filler() -> BufferCollectionConstraints {
    let none = fsysmem2::NONE_USAGE | fsysmem2::NONE_USAGE_PERMIT_ALLOCATION;
    BufferCollectionConstraints {
        usage: Some(BufferUsage { none: Some(none), ..BufferUsage::default() }),
        min_buffer_count: Some(1),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            min_size_bytes: Some(1),
            ..BufferMemoryConstraints::default()
        }),
        ..BufferCollectionConstraints::default()
    }
}

/// Those who conflict, reduced to what they conflict about as far as trials allow. The last `facts`
/// of the participants are let go of last.
pub(super) fn suspects(
    participants: &[&BufferCollectionConstraints],
    facts: usize,
    failure: &Failure,
    trials: &mut Trials<'_>,
) -> Vec<Suspect> {
    if is_omission(failure) {
        return Vec::new();
    }
    let mut suspects: Vec<_> = participants.iter().enumerate().map(Suspect::new).collect();
    // Those at the end are let go of first.
    suspects.rotate_right(facts.min(participants.len()));
    let mut shrinking = Shrinking { trials, failure, filler: Some(filler()) };
    if !shrinking.fails(&suspects) {
        // The filler hides the failure.
        shrinking.filler = None;
    }
    shrinking.drop_participants(facts, &mut suspects);
    // What could not be let go of can sometimes be once others are gone.
    while shrinking.pass(&mut suspects) {}
    suspects.sort_by_key(|suspect| suspect.participant);
    for suspect in suspects.iter_mut().take(Finding::MAX_SUSPECTS) {
        if let Some(table) = participants.get(suspect.participant) {
            suspect.find_clauses(table);
        }
    }
    suspects
}

impl Suspect {
    fn new((participant, table): (usize, &&BufferCollectionConstraints)) -> Self {
        let mut reduced = (*table).clone();
        spell_out_modifiers(&mut reduced);
        let count = reduced.image_format_constraints.as_ref().map_or(0, Vec::len);
        Self { participant, clauses: Vec::new(), reduced, entries: (0..count).collect() }
    }

    fn find_clauses(&mut self, original: &BufferCollectionConstraints) {
        for field in Field::all(self.entries.len()) {
            let mut table = self.reduced.clone();
            field.neutralize(&mut table);
            if table != self.reduced {
                let field = self.place_in_original(field);
                self.clauses.push(Clause { field, value: field.get(original) });
            }
        }
    }

    fn place_in_original(&self, field: Field) -> Field {
        match field {
            Field::Image { entry, field } => {
                Field::Image { entry: self.entries.get(entry).copied().unwrap_or(entry), field }
            }
            other => other,
        }
    }

    /// Smaller versions, those first that lack most.
    fn without_tables(&self) -> impl Iterator<Item = Self> {
        let memory = self.reduced.buffer_memory_constraints.is_some().then(|| {
            let mut smaller = self.clone();
            smaller.reduced.buffer_memory_constraints = None;
            smaller
        });
        let images = self.reduced.image_format_constraints.is_some().then(|| {
            let mut smaller = self.clone();
            smaller.reduced.image_format_constraints = None;
            smaller.entries.clear();
            smaller
        });
        memory.into_iter().chain(images)
    }

    fn without_entry(&self, entry: usize) -> Option<Self> {
        let mut smaller = self.clone();
        let images = smaller.reduced.image_format_constraints.as_mut()?;
        // Without any entry nothing is said about images, which is not what a smaller offer is.
        if images.len() < 2 || entry >= images.len() {
            return None;
        }
        images.remove(entry);
        smaller.entries.remove(entry);
        Some(smaller)
    }

    fn without_field(&self, field: Field) -> Option<Self> {
        let mut smaller = self.clone();
        field.neutralize(&mut smaller.reduced);
        (smaller.reduced != self.reduced).then_some(smaller)
    }
}

struct Shrinking<'t, 'a> {
    trials: &'t mut Trials<'a>,
    failure: &'t Failure,
    filler: Option<BufferCollectionConstraints>,
}

impl Shrinking<'_, '_> {
    /// Whether the failure stays; false as well if there is no trial left.
    fn fails<'s>(&mut self, suspects: impl IntoIterator<Item = &'s Suspect>) -> bool {
        let tables = suspects.into_iter().map(|suspect| &suspect.reduced);
        let filler = self.filler.clone();
        let tables: Vec<_> = tables.chain(&filler).collect();
        match self.trials.negotiate(&tables) {
            Some(Err(failure)) => failure.rule() == self.failure.rule() && !is_omission(&failure),
            Some(Ok(_)) | None => false,
        }
    }

    /// Tries to do without half of them at once, then a quarter, and so on; but not without the
    /// first `facts`.
    fn drop_participants(&mut self, facts: usize, suspects: &mut Vec<Suspect>) {
        let mut size = suspects.len().saturating_sub(facts) / 2;
        while size > 1 {
            self.drop_by(size, facts, suspects);
            size /= 2;
        }
    }

    /// Tries to do without so many at once, of those after the first `facts`. From the end: nobody
    /// after the one at fault has anything to do with it. Whether anybody was let go of.
    fn drop_by(&mut self, size: usize, facts: usize, suspects: &mut Vec<Suspect>) -> bool {
        let before = suspects.len();
        let mut end = before;
        while end > facts {
            let range = end.saturating_sub(size).max(facts)..end;
            let others = suspects.iter().enumerate().filter(|(index, _)| !range.contains(index));
            if self.fails(others.map(|(_, suspect)| suspect)) {
                suspects.drain(range.clone());
            }
            end = range.start;
        }
        suspects.len() < before
    }

    /// Tries to do without each participant and each field once. Whether anything could be let go
    /// of.
    fn pass(&mut self, suspects: &mut Vec<Suspect>) -> bool {
        let mut is_smaller = self.drop_by(1, 0, suspects);
        for index in 0..suspects.len() {
            is_smaller |= self.reduce(suspects, index);
        }
        is_smaller
    }

    fn reduce(&mut self, suspects: &mut [Suspect], index: usize) -> bool {
        let suspect = suspects.get(index).filter(|_| !self.trials.is_exhausted()).cloned();
        let Some(suspect) = suspect else { return false };
        let mut is_smaller = false;
        for smaller in suspect.without_tables() {
            is_smaller |= self.replace(suspects, index, smaller);
        }
        for entry in (0..suspect.entries.len()).rev() {
            let smaller = suspects.get(index).and_then(|suspect| suspect.without_entry(entry));
            if let Some(smaller) = smaller.filter(|_| self.may_drop_entries()) {
                is_smaller |= self.replace(suspects, index, smaller);
            }
        }
        let left = suspects.get(index).map_or(0, |suspect| suspect.entries.len());
        for field in Field::all(left) {
            let smaller = suspects.get(index).and_then(|suspect| suspect.without_field(field));
            if let Some(smaller) = smaller {
                is_smaller |= self.replace(suspects, index, smaller);
            }
        }
        is_smaller
    }

    /// Puts a smaller version in the place of a suspect if the failure stays.
    fn replace(&mut self, suspects: &mut [Suspect], index: usize, smaller: Suspect) -> bool {
        let Some(place) = suspects.get_mut(index) else { return false };
        let larger = std::mem::replace(place, smaller);
        if self.fails(suspects.iter()) {
            return true;
        }
        if let Some(place) = suspects.get_mut(index) {
            *place = larger;
        }
        false
    }

    /// Entries are alternatives. One can be left out where it is an error of another one that
    /// fails, but not where it is the matter that no alternative works.
    fn may_drop_entries(&self) -> bool {
        !matches!(
            self.failure,
            Failure::Conflict { conflict: Conflict::Format(_), .. }
                | Failure::Selection(Shortfall::NoProtectedFormat)
                | Failure::Participant {
                    fault: Fault::Format { fault: FormatFault::Duplicate(_), .. },
                    ..
                }
        )
    }
}
