//! Why there is no agreement, for whoever has to change something: who conflicts with whom, about
//! which fields, and what would help.
//!
//! A [`Finding`] is made after a negotiation has failed, and only by negotiating again: fields are
//! let go of as long as the failure stays (`shrink`), and a change is suggested only if everybody
//! agrees once it is made (`repair`). So no rule is written down a second time here, and no
//! suggestion can be wrong.

mod field;
mod formats;
mod numbers;
mod offers;
mod render;
mod repair;
mod shrink;
mod trials;
mod value;

use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, ImageFormatConstraints};

pub use self::field::{CountField, Field, ImageField, MemoryField};
pub use self::formats::{FormatEnd, FormatFinding};
pub use self::render::Explanation;
pub use self::shrink::{filler, is_omission};
use self::trials::Trials;
pub use self::value::Value;
use super::limits::MAX_WORK;
use super::{Environment, Failure};

/// Why a negotiation has failed. [`Finding::with_names`] is what people read.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was decided, by which [rule](Failure::rule).
    pub failure: Failure,
    /// Those who conflict, in the order of the participants. Empty if something is missing that
    /// anybody could say ([`is_omission`]).
    pub suspects: Vec<Suspect>,
    /// Whether without any one of the suspects, or of their clauses, the failure would go away.
    /// False if the allowed negotiations did not suffice to be sure.
    pub is_minimal: bool,
    /// How far each format got that somebody names; at most [`Finding::MAX_FORMATS`].
    pub formats: Vec<FormatFinding>,
    /// Any one of these, and there is an agreement. At most [`Finding::MAX_REPAIRS`].
    pub repairs: Vec<Repair>,
    /// Who has this number or a higher one is no participant but a fact ([`explain_beside`]).
    pub first_fact: usize,
}

/// A participant without which the failure would go away.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// Its number.
    pub participant: usize,
    /// What it says to the matter.
    pub clauses: Vec<Clause>,
    /// Its constraints without anything that the failure does not need. Everybody's together fail
    /// by the same rule, beside a [`filler`] if need be.
    pub reduced: BufferCollectionConstraints,
    /// Which image entries are left in `reduced`.
    entries: Vec<usize>,
}

/// A field of a participant, with what stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub field: Field,
    /// Can be unset, where what that stands for is the matter.
    pub value: Value,
}

/// A change of one participant's constraints.
#[derive(Clone, Debug, PartialEq)]
pub struct Repair {
    pub participant: usize,
    pub change: Change,
}

/// What to change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Another value.
    Set { field: Field, from: Value, to: Value },
    /// One more entry of `image_format_constraints`.
    Offer(Box<ImageFormatConstraints>),
}

impl Finding {
    /// How many formats are followed up.
    pub const MAX_FORMATS: usize = 64;
    /// Of how many suspects it is said what they say.
    pub const MAX_SUSPECTS: usize = 64;
    /// How many changes are suggested.
    pub const MAX_REPAIRS: usize = 4;
}

/// How much may be done to find something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// So many negotiations.
    pub negotiations: u32,
    /// So many items of constraints that are looked at in them, as in [`MAX_WORK`]; the last
    /// negotiation can exceed it.
    pub items: usize,
}

impl Effort {
    /// Enough for ordinary pipelines, and a few tenths of a second at most.
    pub const USUAL: Self = Self { negotiations: 2000, items: MAX_WORK.saturating_mul(8) };

    /// An equal share of it for each of so many.
    #[must_use]
    pub fn share(self, among: usize) -> Self {
        let negotiations = u32::try_from(among).ok().and_then(|n| self.negotiations.checked_div(n));
        let items = self.items.checked_div(among);
        Self { negotiations: negotiations.unwrap_or(0), items: items.unwrap_or(0) }
    }

    fn and(self, more: Self) -> Self {
        Self {
            negotiations: self.negotiations.saturating_add(more.negotiations),
            items: self.items.saturating_add(more.items),
        }
    }
}

impl Suspect {
    /// Its reduced constraints with one clause let go of.
    pub fn without(&self, field: Field) -> BufferCollectionConstraints {
        let mut table = self.reduced.clone();
        if let Some(field) = self.place_in_reduced(field) {
            field.neutralize(&mut table);
        }
        table
    }

    fn place_in_reduced(&self, field: Field) -> Option<Field> {
        match field {
            Field::Image { entry, field } => {
                let entry = self.entries.iter().position(|left| *left == entry)?;
                Some(Field::Image { entry, field })
            }
            other => Some(other),
        }
    }
}

impl Repair {
    /// Makes the change in the constraints of its participant.
    pub fn apply(&self, table: &mut BufferCollectionConstraints) {
        match &self.change {
            Change::Set { field, to, .. } => field.set(table, to),
            Change::Offer(image) => {
                table.image_format_constraints.get_or_insert_default().push((**image).clone());
            }
        }
    }
}

/// Finds out why these participants have failed to agree.
///
/// `participants` and `environment` are those of [`negotiate`](super::negotiate), and `failure`
/// what came of it.
pub fn explain(
    participants: &[&BufferCollectionConstraints],
    environment: &Environment<'_>,
    failure: Failure,
    effort: Effort,
) -> Finding {
    explain_beside(participants, &[], environment, failure, effort)
}

/// As [`explain`] for participants who have negotiated beside facts: buffers that there are
/// already, as constraints ([`pin`](super::pin)). Facts follow the participants, in `failure` as in
/// the finding. Nothing suggests to change one, and where either will do, participants conflict
/// with a fact and not with those who agreed to it.
pub fn explain_beside(
    participants: &[&BufferCollectionConstraints],
    facts: &[&BufferCollectionConstraints],
    environment: &Environment<'_>,
    failure: Failure,
    effort: Effort,
) -> Finding {
    let first_fact = participants.len();
    let all: Vec<_> = participants.iter().chain(facts).copied().collect();
    // To find the culprits is worth as much as to find what helps.
    let half = effort.share(2);
    let mut trials = Trials::new(environment, half);
    let suspects = shrink::suspects(&all, facts.len(), &failure, &mut trials);
    let is_minimal = !trials.is_exhausted();
    let trials = Trials::new(environment, half.and(trials.left()));
    let changeable: Vec<_> =
        suspects.iter().filter(|suspect| suspect.participant < first_fact).collect();
    let repairs = repair::repairs(&all, &failure, &changeable, trials);
    let formats = formats::formats(&all, environment);
    Finding { failure, suspects, is_minimal, formats, repairs, first_fact }
}
