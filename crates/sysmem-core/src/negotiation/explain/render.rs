//! Findings as people read them: a few lines.

use std::fmt;

use super::{Change, Clause, Field, Finding, FormatEnd, FormatFinding, Repair, Suspect, Value};
use crate::negotiation::failure::{Conflict, Elimination, Failure, Fault, Shortfall};
use crate::negotiation::formats::FormatPair;

/// A [`Finding`] with the names of the participants. Displays as a few lines, the last one without
/// an end of line: the failure, who conflicts about what, how far formats got if that matters, and
/// what would help.
#[derive(Clone, Copy, Debug)]
pub struct Explanation<'a> {
    finding: &'a Finding,
    names: &'a [Option<String>],
}

impl Finding {
    /// With debug names by the number of the participant. Those without one are called by their
    /// number.
    pub fn with_names<'a>(&'a self, names: &'a [Option<String>]) -> Explanation<'a> {
        Explanation { finding: self, names }
    }
}

impl<'a> Explanation<'a> {
    /// One of the repairs as a sentence without its end, such as "set camera's min_size to 64x64".
    pub fn suggestion(self, repair: &'a Repair) -> impl fmt::Display + use<'a> {
        Suggestion { explanation: self, repair }
    }
}

struct Suggestion<'a> {
    explanation: Explanation<'a>,
    repair: &'a Repair,
}

impl fmt::Display for Suggestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.explanation.repair(f, self.repair)
    }
}

/// Of each list at most so many lines.
const MAX_LINES: usize = 8;

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { failure, suspects, is_minimal, formats, repairs, .. } = self.finding;
        self.headline(f, failure)?;
        for suspect in suspects.iter().take(MAX_LINES) {
            self.suspect(f, suspect)?;
        }
        rest(f, suspects.len())?;
        if !is_minimal {
            f.write_str("\n  (it may be about less than this: not everything could be tried)")?;
        }
        if is_about_formats(failure) || formats.len() > 1 && is_about_images(failure) {
            for format in formats.iter().take(MAX_LINES) {
                self.format(f, format)?;
            }
            rest(f, formats.len())?;
        }
        for (index, repair) in repairs.iter().enumerate() {
            f.write_str(if index == 0 { "\n  to fix it: " } else { "\n         or: " })?;
            self.repair(f, repair)?;
        }
        if repairs.is_empty() {
            f.write_str("\n  no single change was found that would be enough")?;
        }
        Ok(())
    }
}

impl Explanation<'_> {
    fn headline(&self, f: &mut fmt::Formatter<'_>, failure: &Failure) -> fmt::Result {
        match failure {
            Failure::Participant { participant, fault } => {
                let name = self.name(*participant);
                write!(f, "the constraints of {name} cannot be met: {fault}")
            }
            Failure::Conflict { participant, conflict } => {
                self.disagreement(f, *participant)?;
                match conflict {
                    // The list of formats follows, with what became of each.
                    Conflict::Format(_) if !self.finding.formats.is_empty() => {
                        f.write_str(": no pixel format in common")
                    }
                    conflict => write!(f, ": {conflict}"),
                }
            }
            other => write!(f, "{other}"),
        }?;
        write!(f, " (rule {})", failure.rule())
    }

    fn disagreement(&self, f: &mut fmt::Formatter<'_>, participant: usize) -> fmt::Result {
        let name = self.name(participant);
        if participant >= self.finding.first_fact {
            write!(f, "what is asked for does not fit {name}")
        } else {
            write!(f, "{name} does not agree with those before")
        }
    }

    fn suspect(&self, f: &mut fmt::Formatter<'_>, suspect: &Suspect) -> fmt::Result {
        write!(f, "\n  {}", self.name(suspect.participant))?;
        let mut separator = ": ";
        for Clause { field, value } in suspect.clauses.iter().take(MAX_LINES) {
            write!(f, "{separator}{} {}", Short(*field), Meaning { field: *field, value })?;
            separator = ", ";
        }
        match suspect.clauses.len().saturating_sub(MAX_LINES) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }

    fn format(&self, f: &mut fmt::Formatter<'_>, format: &FormatFinding) -> fmt::Result {
        let FormatFinding { pair, accepted_by, of, end } = format;
        write!(f, "\n  {pair}: ")?;
        match end {
            FormatEnd::Eliminated { participant, reason: Elimination::NotOffered } => {
                let name = self.name(*participant);
                write!(f, "{accepted_by} of {of} take it; {name} does not offer it")
            }
            FormatEnd::Eliminated { participant, reason } => {
                let name = self.name(*participant);
                write!(f, "{accepted_by} of {of} take it; {name}: {reason}")
            }
            FormatEnd::Unusable(fault) => write!(f, "all take it; {fault}"),
            FormatEnd::Possible => f.write_str("all take it"),
        }
    }

    fn repair(&self, f: &mut fmt::Formatter<'_>, repair: &Repair) -> fmt::Result {
        let name = self.name(repair.participant);
        match &repair.change {
            Change::Offer(image) => {
                let pair = image.pixel_format.zip(image.pixel_format_modifier);
                let colors = image.color_spaces.clone().unwrap_or_default();
                write!(f, "let {name} offer ")?;
                match pair.map(|(pixel_format, modifier)| FormatPair { pixel_format, modifier }) {
                    Some(pair) => write!(f, "{pair} as well")?,
                    None => f.write_str("one more format")?,
                }
                write!(f, ", with color_spaces {}", Value::ColorSpaces(colors))
            }
            Change::Set { field, from, to: Value::Unset } => {
                write!(f, "leave out {name}'s {}, which is {from}", Short(*field))
            }
            // An entry without a list has a pair of its own, which stays.
            Change::Set { field, from: Value::Unset, to: to @ Value::Formats(_) } => {
                write!(f, "add {to} to {name}'s {}", Short(*field))
            }
            Change::Set { field, from: Value::Unset, to } => {
                write!(f, "set {name}'s {} to {to}", Short(*field))
            }
            Change::Set { field, from, to } => match added(from, to) {
                Some(added) => write!(f, "add {added} to {name}'s {}", Short(*field)),
                None => {
                    let verb = direction(from, to);
                    write!(f, "{verb} {name}'s {} from {from} to {to}", Short(*field))
                }
            },
        }
    }

    fn name(&self, participant: usize) -> Name<'_> {
        Name { name: self.names.get(participant).and_then(Option::as_deref), participant }
    }
}

fn rest(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    match count.saturating_sub(MAX_LINES) {
        0 => Ok(()),
        more => write!(f, "\n  and {more} more"),
    }
}

/// Whether it is the matter that no format is left.
fn is_about_formats(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Conflict { conflict: Conflict::Format(_), .. }
            | Failure::Together(Fault::OnlyWildcardFormats | Fault::OnlyWildcardColorSpaces)
            | Failure::Selection(Shortfall::NoProtectedFormat)
    )
}

/// Whether another format might do.
fn is_about_images(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Together(Fault::Image { .. }) | Failure::Selection(Shortfall::Size { .. })
    )
}

/// What a list is longer by.
fn added(from: &Value, to: &Value) -> Option<Value> {
    match (from, to) {
        (Value::ColorSpaces(from), Value::ColorSpaces(to)) => {
            to.strip_prefix(from.as_slice()).map(|added| Value::ColorSpaces(added.to_vec()))
        }
        (Value::Heaps(from), Value::Heaps(to)) => {
            to.strip_prefix(from.as_slice()).map(|added| Value::Heaps(added.to_vec()))
        }
        (Value::Formats(from), Value::Formats(to)) => {
            to.strip_prefix(from.as_slice()).map(|added| Value::Formats(added.to_vec()))
        }
        _ => None,
    }
}

fn direction(from: &Value, to: &Value) -> &'static str {
    match (from, to) {
        (Value::Number(from), Value::Number(to)) if to > from => "raise",
        (Value::Number(_), Value::Number(_)) => "lower",
        (Value::Size(from), Value::Size(to))
            if to.width >= from.width && to.height >= from.height =>
        {
            "raise"
        }
        (Value::Size(_), Value::Size(_)) => "lower",
        _ => "change",
    }
}

/// A participant; what clients call themselves cannot break out of its line.
struct Name<'a> {
    name: Option<&'a str>,
    participant: usize,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |c: char| c.is_alphanumeric() || "-_.:/() ".contains(c);
        match self.name {
            Some(name) if !name.is_empty() && name.chars().all(is_plain) => f.write_str(name),
            Some(name) => write!(f, "{name:?}"),
            None => write!(f, "participant {}", self.participant),
        }
    }
}

/// A field by its last name, with the entry unless it is the first.
struct Short(Field);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Field::Image { entry, .. } if entry > 0 => self.0.fmt(f),
            field => f.write_str(field.name()),
        }
    }
}

/// What stands in a field, and what it stands for if that is nothing.
struct Meaning<'a> {
    field: Field,
    value: &'a Value,
}

impl fmt::Display for Meaning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_modifier = self.field.name() == "pixel_format_modifier";
        match self.value {
            Value::Unset if is_modifier => f.write_str("unset, which is LINEAR"),
            value => value.fmt(f),
        }
    }
}
