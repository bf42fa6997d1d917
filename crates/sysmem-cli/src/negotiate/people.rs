//! What people read: who wants what, and what comes of it.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;

use serde_json::Value;
use sysmem_json::{Node, Outcome, Participant, Report, Scenario, to_json};

use super::columns::{Column, render as render_columns};
use super::rows::{Row, rows};

/// Names those without a name by their number in breadth-first order, so that the table and the
/// explanation call them the same. A root that only holds participants together stays nameless.
pub fn with_names(mut scenario: Scenario) -> Scenario {
    let mut waiting = VecDeque::from([&mut scenario.root]);
    let mut number = 0_usize;
    while let Some(participant) = waiting.pop_front() {
        let Participant { name, constraints, children } = participant;
        if number > 0 || constraints.is_some() {
            name.get_or_insert_with(|| format!("participant {number}"));
        }
        number += 1;
        for child in children {
            match child {
                Node::Participant(child) => waiting.push_back(child),
                Node::Group(group) => waiting.extend(&mut group.children),
            }
        }
    }
    scenario
}

/// A table of participants against fields, and the result or the explanation.
pub fn render(scenario: &Scenario, outcome: &Outcome) -> String {
    let table = wishes(&scenario.root);
    match outcome {
        Outcome::Agreed { rejections, chosen, .. } => {
            let mut text = format!("{table}\nagreed\n{}", result(outcome));
            text.push_str(&format!("  chosen: {}\n", chosen.join(", ")));
            if let Some(first) = rejections.first() {
                let count = rejections.len();
                text.push_str(&format!(
                    "  preferred combinations that do not work: {count}; the first: {first}\n"
                ));
            }
            text
        }
        Outcome::Refused(refusal) => format!("{table}\nno agreement\n{refusal}\n"),
    }
}

/// What everybody wants.
fn wishes(root: &Participant) -> String {
    let mut columns = Vec::new();
    add_columns(&mut columns, root, String::new());
    by_field(&columns)
}

/// Participants side by side, under what they are called, with a row for each field that one of
/// them sets.
pub fn by_field(columns: &[(String, Vec<Row>)]) -> String {
    let rows = columns.iter().flat_map(|(_, rows)| rows);
    let labels: BTreeSet<_> = rows.map(Label::of).collect();
    let cells = |rows: &[Row]| {
        let cell = |label: &Label| {
            let row = rows.iter().find(|row| Label::of(row) == *label);
            row.map(|row| row.lines.clone()).unwrap_or_default()
        };
        labels.iter().map(cell).collect()
    };
    let columns: Vec<_> = columns
        .iter()
        .map(|(header, rows)| Column { header: header.clone(), cells: cells(rows) })
        .collect();
    let labels = labels.iter().map(|label| vec![label.to_string()]).collect();
    render_columns(&Column { header: String::new(), cells: labels }, &columns)
}

/// Depth-first, so that a group's children stand beside each other.
fn add_columns(columns: &mut Vec<(String, Vec<Row>)>, participant: &Participant, choice: String) {
    let Participant { name, constraints, children } = participant;
    if let Some(name) = name {
        let rows = constraints.as_ref().map(|table| rows(&to_json(table))).unwrap_or_default();
        columns.push((format!("{}{choice}", plain(name)), rows));
    }
    for child in children {
        match child {
            Node::Participant(child) => add_columns(columns, child, String::new()),
            Node::Group(group) => {
                for (index, child) in group.children.iter().enumerate() {
                    let choice = format!(" (choice {})", index + 1);
                    add_columns(columns, child, choice);
                }
            }
        }
    }
}

/// What stands before a row. The order is that of the rows: what is done with the buffers, how
/// many, what memory, what images; formats before what is asked of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    rank: usize,
    section: String,
    is_detail: bool,
    field: String,
}

impl Label {
    fn of(row: &Row) -> Self {
        const SECTIONS: [&str; 3] = ["usage", "", "buffer_memory_constraints"];
        let Row { section, field, .. } = row;
        let rank = SECTIONS.iter().position(|known| known == section);
        Self {
            rank: rank.unwrap_or(SECTIONS.len()),
            section: section
                .replace("image_format_constraints", "image")
                .replace("buffer_memory_constraints", "memory")
                .replace("buffer_settings", "buffer"),
            is_detail: !field.starts_with("pixel_format"),
            field: field.clone(),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.section.is_empty() { "" } else { "." };
        write!(f, "{}{separator}{}", self.section, self.field)
    }
}

/// The settings, a field a line.
fn result(outcome: &Outcome) -> String {
    let report = to_json(&Report::from(outcome));
    let count = report.get("buffer_count").cloned().unwrap_or(Value::Null);
    let settings = report.get("settings").cloned().unwrap_or(Value::Null);
    let mut lines = vec![("buffer_count".to_owned(), count.to_string())];
    for row in rows(&settings) {
        lines.push((Label::of(&row).to_string(), row.lines.join(", ")));
    }
    let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    lines.iter().map(|(label, value)| format!("  {label:<width$}  {value}\n")).collect()
}

/// Names are anybody's text, and stay on their line.
fn plain(name: &str) -> String {
    if name.chars().any(char::is_control) { format!("{name:?}") } else { name.to_owned() }
}
