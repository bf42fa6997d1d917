//! What the core found out about a failure, as clients are told.

use std::fmt::{self, Write};

use sysmem_core::negotiation::explain::{Change, Clause, Finding, Repair, Suspect};
use sysmem_core::{Explained, ExplainedCombination, FailedAllocation, Reason, Recipient};
use sysmem_fidl::linux_sysmem as fidl_sysmem;
use sysmem_fidl::linux_sysmem::Explanation;

const TEXT_BYTES: usize = fidl_sysmem::MAX_TEXT_LENGTH as usize;
const FINDING_BYTES: usize = fidl_sysmem::MAX_FINDING_LENGTH as usize;
const EXPLANATION_BYTES: usize = fidl_sysmem::MAX_EXPLANATION_LENGTH as usize;
const LIST_ITEMS: usize = fidl_sysmem::MAX_FINDINGS as usize;
const REPAIRS: usize = fidl_sysmem::MAX_REPAIRS as usize;

/// Bytes of all findings together, about: an explanation has to fit into a packet, and the least
/// preferred combinations of group children are left out where it would not.
const ALL_FINDINGS_BYTES: usize = 54 << 10;

/// What a table takes beside its texts, about.
const TABLE_BYTES: usize = 64;

/// The explanation of a failure that was looked into.
pub(crate) fn in_full(failure: &FailedAllocation, explained: &Explained) -> Explanation {
    let mut bytes = 0;
    let findings = explained.combinations.iter().take(LIST_ITEMS).map(finding);
    let findings = findings.take_while(|finding| {
        bytes += size_of_finding(finding);
        bytes <= ALL_FINDINGS_BYTES
    });
    Explanation {
        text: Some(cut(explained, EXPLANATION_BYTES)),
        findings: Some(findings.collect()),
        ..in_short(failure)
    }
}

/// What is said of a failure that nobody looks into.
pub(crate) fn in_short(failure: &FailedAllocation) -> Explanation {
    let name = Some(&failure.name).filter(|name| !name.is_empty());
    Explanation {
        buffer_collection_id: Some(failure.collection),
        collection_name: name.map(|name| cut(name, TEXT_BYTES)),
        failed_at: Some(failure.failed_at.0),
        text: Some(cut(
            format_args!("{failure} (not explained: too much has failed at once)"),
            EXPLANATION_BYTES,
        )),
        findings: None,
        combinations: u32::try_from(failure.combinations_tried()).ok(),
    }
}

fn finding(combination: &ExplainedCombination) -> fidl_sysmem::Finding {
    let common = fidl_sysmem::Finding {
        text: Some(cut(combination, FINDING_BYTES)),
        rule: None,
        conflicts: Some(Vec::new()),
        is_minimal: Some(true),
        repairs: Some(Vec::new()),
    };
    match &combination.reason {
        Reason::NobodyAsks => common,
        Reason::OtherBuffers { participants, differences } => {
            let needed = differences.iter().take(LIST_ITEMS);
            let needed: Vec<_> = needed.map(|one| field_value(one.field, &one.needed)).collect();
            let late = participants.iter().take(LIST_ITEMS);
            let late = late.map(|number| fidl_sysmem::ConflictingParticipant {
                participant: participant(combination, *number),
                fields: Some(needed.clone()),
            });
            fidl_sysmem::Finding { conflicts: Some(late.collect()), ..common }
        }
        Reason::Disagreement(finding) => {
            let suspects = finding.suspects.iter().take(LIST_ITEMS);
            let repairs = finding.repairs.iter().take(REPAIRS);
            fidl_sysmem::Finding {
                rule: Some(cut(finding.failure.rule(), TEXT_BYTES)),
                conflicts: Some(suspects.map(|suspect| conflict(combination, suspect)).collect()),
                is_minimal: Some(finding.is_minimal),
                repairs: Some(repairs.map(|one| repair(combination, finding, one)).collect()),
                ..common
            }
        }
    }
}

fn conflict(
    combination: &ExplainedCombination,
    suspect: &Suspect,
) -> fidl_sysmem::ConflictingParticipant {
    let clauses = suspect.clauses.iter().take(LIST_ITEMS);
    let fields = clauses.map(|Clause { field, value }| field_value(*field, value));
    fidl_sysmem::ConflictingParticipant {
        participant: participant(combination, suspect.participant),
        fields: Some(fields.collect()),
    }
}

fn repair(
    combination: &ExplainedCombination,
    finding: &Finding,
    repair: &Repair,
) -> fidl_sysmem::Repair {
    let (field, from, to) = match &repair.change {
        Change::Set { field, from, to } => {
            let [field, from, to]: [&dyn fmt::Display; 3] = [field, from, to];
            (Some(field), Some(from), Some(to))
        }
        Change::Offer(_) => (None, None, None),
    };
    let text = |value: Option<&dyn fmt::Display>| value.map(|value| cut(value, TEXT_BYTES));
    fidl_sysmem::Repair {
        participant: participant(combination, repair.participant),
        text: Some(cut(finding.with_names(&combination.names).suggestion(repair), TEXT_BYTES)),
        field: text(field),
        from: text(from),
        to: text(to),
    }
}

/// `None` for the buffers that there are already.
fn participant(
    combination: &ExplainedCombination,
    number: usize,
) -> Option<fidl_sysmem::ParticipantName> {
    let Recipient { name, id } = combination.clients.get(number)?;
    Some(fidl_sysmem::ParticipantName {
        name: Some(name).filter(|name| !name.is_empty()).map(|name| cut(name, TEXT_BYTES)),
        id: Some(*id),
        number: u32::try_from(number).ok(),
    })
}

fn field_value(field: impl fmt::Display, value: impl fmt::Display) -> fidl_sysmem::FieldValue {
    fidl_sysmem::FieldValue {
        field: Some(cut(field, TEXT_BYTES)),
        value: Some(cut(value, TEXT_BYTES)),
    }
}

fn size_of_finding(finding: &fidl_sysmem::Finding) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, |text| text.len() + 24);
    let who = |who: &Option<fidl_sysmem::ParticipantName>| {
        who.as_ref().map_or(0, |who| text(&who.name) + TABLE_BYTES)
    };
    let conflicts = finding.conflicts.iter().flatten().map(|conflict| {
        let fields = conflict.fields.iter().flatten();
        let fields = fields.map(|one| text(&one.field) + text(&one.value) + TABLE_BYTES);
        who(&conflict.participant) + TABLE_BYTES + fields.sum::<usize>()
    });
    let repairs = finding.repairs.iter().flatten().map(|repair| {
        let texts = [&repair.text, &repair.field, &repair.from, &repair.to];
        who(&repair.participant) + TABLE_BYTES + texts.map(text).into_iter().sum::<usize>()
    });
    let lists = conflicts.sum::<usize>() + repairs.sum::<usize>();
    text(&finding.text) + text(&finding.rule) + TABLE_BYTES + lists
}

/// What is displayed, of at most so many bytes.
fn cut(value: impl fmt::Display, bytes: usize) -> String {
    const ELLIPSIS: char = '…';
    let mut room = Room { text: String::new(), bytes };
    if write!(room, "{value}").is_err() {
        let end = room.text.floor_char_boundary(bytes - ELLIPSIS.len_utf8());
        room.text.truncate(end);
        room.text.push(ELLIPSIS);
    }
    room.text
}

/// A string that grows so far and no further.
struct Room {
    text: String,
    bytes: usize,
}

impl Write for Room {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = self.bytes - self.text.len();
        let fits = more.floor_char_boundary(room);
        self.text.push_str(&more[..fits]);
        if fits == more.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use sysmem_fidl::Handle;
    use sysmem_fidl::linux_sysmem::ConflictingParticipant;

    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("ä", 2), "ä");
        assert_eq!(cut("äöü", 5), "ä…");
        assert_eq!(cut(format_args!("{}{}", "a".repeat(9), "b"), 9), format!("{}…", "a".repeat(6)));
        assert_eq!(cut("", 3), "");
    }

    /// As large as every limit lets it become.
    fn largest_finding() -> fidl_sysmem::Finding {
        let text = || Some("x".repeat(TEXT_BYTES));
        let name =
            || Some(fidl_sysmem::ParticipantName { name: text(), id: Some(1), number: Some(1) });
        let field = || fidl_sysmem::FieldValue { field: text(), value: text() };
        let conflict = || ConflictingParticipant {
            participant: name(),
            fields: Some((0..LIST_ITEMS).map(|_| field()).collect()),
        };
        let repair = || fidl_sysmem::Repair {
            participant: name(),
            text: text(),
            field: text(),
            from: text(),
            to: text(),
        };
        fidl_sysmem::Finding {
            text: Some("x".repeat(FINDING_BYTES)),
            rule: text(),
            conflicts: Some((0..LIST_ITEMS).map(|_| conflict()).collect()),
            is_minimal: Some(true),
            repairs: Some((0..REPAIRS).map(|_| repair()).collect()),
        }
    }

    /// Bytes of an explanation with these findings, in a body and as counted here.
    fn sizes(findings: Vec<fidl_sysmem::Finding>) -> (usize, usize) {
        let counted = findings.iter().map(size_of_finding).sum();
        let explanation = Explanation {
            buffer_collection_id: Some(1),
            collection_name: Some("x".repeat(TEXT_BYTES)),
            failed_at: Some(1),
            text: Some("x".repeat(EXPLANATION_BYTES)),
            findings: Some(findings),
            combinations: Some(1),
        };
        let mut encoder = fidl::Encoder::<Handle>::new();
        fidl::encode_body::<Explanation, Handle>(explanation, &mut encoder).unwrap();
        (encoder.bytes().len(), counted)
    }

    #[test]
    fn an_explanation_fits_into_a_packet() {
        // The header, and the envelope of a result.
        const AROUND_BYTES: usize = fidl::message::HEADER_SIZE + 16;
        let (empty, _) = sizes(Vec::new());
        let rest = fidl::message::MAX_BYTES - AROUND_BYTES - empty;
        assert!(rest >= ALL_FINDINGS_BYTES, "{rest}");
        let small = fidl_sysmem::Finding { conflicts: Some(Vec::new()), ..largest_finding() };
        for findings in [vec![largest_finding()], vec![small; LIST_ITEMS]] {
            let (bytes, counted) = sizes(findings);
            assert!(bytes - empty <= counted, "{bytes} {counted}");
        }
        let largest = size_of_finding(&largest_finding());
        assert!(largest <= ALL_FINDINGS_BYTES, "{largest}: one finding at least is told");
    }
}
