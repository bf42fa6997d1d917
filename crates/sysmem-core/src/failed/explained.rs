//! What comes of looking into a failed allocation.

use std::fmt;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::interface::Recipient;
use crate::negotiation::explain::{Field, Finding, Value};

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
pub(super) const EXISTING: &str = "the existing allocation";

/// Of how many combinations the text says more than who is in it.
const DETAILED_COMBINATIONS: usize = 3;

/// Participants in the name of a combination.
const NAMED_PARTICIPANTS: usize = 8;

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
