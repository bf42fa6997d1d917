//! What the demo prints: as lines for people while it runs, or as one object for scripts.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::demo::message::{Account, Agreement, Report};
use crate::demo::role::Role;
use crate::failure::Failure;

/// What is known so far.
pub struct Facts {
    is_quiet: bool,
    /// In the order of [`Role::ALL`].
    asked: [Option<Value>; 3],
    agreed: [Option<Agreement>; 3],
    begun_at: Option<i64>,
    account: Option<Account>,
}

/// What there is to know in the end.
pub struct Summary {
    participants: Vec<(Role, Value)>,
    agreement: Agreement,
    negotiation_ns: i64,
    account: Account,
}

/// The object for scripts, its fields in the order of `command-line.md`.
#[derive(Serialize)]
struct Object<'s> {
    participants: Vec<Asked<'s>>,
    settings: &'s Value,
    buffer_count: usize,
    negotiation_us: f64,
    frames: u64,
    fps: f64,
    /// Of all frames: they stayed in place.
    frame_bytes: u64,
}

#[derive(Serialize)]
struct Asked<'s> {
    name: &'static str,
    constraints: &'s Value,
}

impl Facts {
    /// Nothing yet. Without `is_quiet` lines are printed as soon as they are known.
    pub fn new(is_quiet: bool) -> Self {
        Self {
            is_quiet,
            asked: Default::default(),
            agreed: Default::default(),
            begun_at: None,
            account: None,
        }
    }

    /// Takes in what a participant reports.
    pub fn note(&mut self, role: Role, report: Report) {
        match report {
            Report::Asks(constraints) => {
                self.asked[role as usize] = Some(constraints);
                if self.asked.iter().all(Option::is_some) {
                    self.print_asked();
                }
            }
            Report::Begins(at) => self.begun_at = Some(at),
            Report::Agrees(agreement) => {
                self.agreed[role as usize] = Some(agreement);
                if self.agreed.iter().all(Option::is_some) {
                    self.print_agreed();
                }
            }
            Report::Finished(account) => {
                self.account = Some(account);
                self.print_account(account);
            }
            Report::Expects(_) | Report::Wrote(_) | Report::Failed { .. } => {}
        }
    }

    /// Everything, once all have finished.
    ///
    /// # Errors
    ///
    /// A participant that returned without having said what it should.
    pub fn into_summary(self) -> Result<Summary, Failure> {
        let negotiation_ns = self.negotiation_ns();
        let [agreement, ..] = self.agreed;
        let mut participants = Vec::new();
        for (role, asked) in Role::ALL.into_iter().zip(self.asked) {
            participants.push((role, asked.ok_or(Failure::Silent { role })?));
        }
        Ok(Summary {
            participants,
            agreement: agreement.ok_or(Failure::Silent { role: Role::Source })?,
            negotiation_ns,
            account: self.account.ok_or(Failure::Silent { role: Role::Sink })?,
        })
    }

    /// From the first request to the last participant's answer.
    fn negotiation_ns(&self) -> i64 {
        let last = self.agreed.iter().flatten().map(|agreement| agreement.at).max();
        last.zip(self.begun_at).map_or(0, |(last, first)| last.saturating_sub(first))
    }

    fn print_asked(&self) {
        for (role, constraints) in Role::ALL.iter().zip(self.asked.iter().flatten()) {
            self.print(&format!("{role:?} asks for"), asked(constraints));
        }
    }

    fn print_agreed(&self) {
        let [Some(agreement), ..] = &self.agreed else { return };
        let settings = &agreement.settings;
        let image = &settings["image_format_constraints"];
        let memory = &settings["buffer_settings"];
        self.print(
            "agreed",
            format!(
                "{} {}, {}, {}, {} bytes a row",
                text(&image["pixel_format"]),
                text(&image["pixel_format_modifier"]),
                text(&image["color_spaces"][0]),
                size(&image["min_size"]),
                agreement.bytes_per_row,
            ),
        );
        let heap = text(&memory["heap"]["heap_type"]);
        self.print(
            "",
            format!(
                "{} buffers of {} bytes, heap {}, domain {}",
                agreement.buffer_count,
                text(&memory["size_bytes"]),
                heap.rsplit('.').next().unwrap_or(&heap),
                text(&memory["coherency_domain"]),
            ),
        );
        let microseconds = self.negotiation_ns() as f64 / 1000.0;
        self.print("", format!("{microseconds:.0} µs from the first request to the last answer"));
    }

    fn print_account(&self, account: Account) {
        self.print("moved", format!("{} frames, {:.0} a second", account.frames, account.fps()));
        self.print("", format!("{} bytes that stayed in place", account.bytes));
    }

    fn print(&self, what: &str, text: impl Display) {
        if !self.is_quiet {
            // Whoever stopped reading does not want to know.
            let _ = writeln!(io::stdout(), "{what:16}{text}");
        }
    }
}

impl Summary {
    /// Prints one object.
    pub fn print_json(&self) {
        let participants = self.participants.iter();
        let object = Object {
            participants: participants
                .map(|(role, constraints)| Asked { name: role.name(), constraints })
                .collect(),
            settings: &self.agreement.settings,
            buffer_count: self.agreement.buffer_count,
            negotiation_us: self.negotiation_ns as f64 / 1000.0,
            frames: self.account.frames,
            fps: self.account.fps(),
            frame_bytes: self.account.bytes,
        };
        let object = serde_json::to_string(&object).unwrap_or_default();
        let _ = writeln!(io::stdout(), "{object}");
    }
}

impl Account {
    /// Pictures a second; 0 for none.
    pub fn fps(self) -> f64 {
        let seconds = self.nanoseconds as f64 / 1e9;
        if seconds > 0.0 { self.frames as f64 / seconds } else { 0.0 }
    }
}

/// Constraints in a line: formats, size, rows, usage, number.
fn asked(constraints: &Value) -> String {
    let images = constraints["image_format_constraints"].as_array();
    let images = images.map(Vec::as_slice).unwrap_or_default();
    let mut parts = vec![join(
        &images.iter().map(|image| text(&image["pixel_format"])).collect::<Vec<_>>(),
        "or",
    )];
    if let Some(image) = images.first() {
        if image["min_size"].is_object() {
            parts.push(size(&image["min_size"]));
        }
        if let Some(divisor) = image["bytes_per_row_divisor"].as_u64() {
            parts.push(format!("rows at multiples of {divisor} bytes"));
        }
    }
    let cpu = constraints["usage"]["cpu"].as_array().into_iter().flatten().map(text);
    let cpu: Vec<String> =
        cpu.filter(|word| !word.ends_with("_OFTEN")).map(|word| word.to_lowercase()).collect();
    parts.push(format!("CPU {}", join(&cpu, "and")));
    let camping = text(&constraints["min_buffer_count_for_camping"]);
    parts.push(format!("holds {camping}"));
    parts.join("; ")
}

fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

fn size(value: &Value) -> String {
    format!("{}x{}", value["width"], value["height"])
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn constraints_fit_in_a_line() {
        let constraints = json!({
            "usage": {"cpu": ["READ", "READ_OFTEN", "WRITE"]},
            "min_buffer_count_for_camping": 2,
            "image_format_constraints": [
                {"pixel_format": "I420", "min_size": {"width": 4, "height": 2}},
                {"pixel_format": "NV12"},
            ],
        });
        assert_eq!(asked(&constraints), "I420 or NV12; 4x2; CPU read and write; holds 2");
    }

    #[test]
    fn rates_of_nothing_are_0() {
        assert_eq!(Account { frames: 0, bytes: 0, nanoseconds: 0 }.fps(), 0.0);
        assert_eq!(Account { frames: 3, bytes: 0, nanoseconds: 500_000_000 }.fps(), 6.0);
    }
}
