//! `sysmem negotiate`: constraints from a file, without a service (`negotiate-json.md`).

mod columns;
mod people;
mod rows;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use sysmem_json::{Outcome, Report, Scenario, to_json};

use crate::args::NegotiateArguments;
use crate::failure::Failure;
pub use people::by_field;
pub use rows::rows;

/// Negotiates one scenario, or one a line.
pub fn run(arguments: NegotiateArguments) -> Result<(), Failure> {
    let NegotiateArguments { file, json, jsonl } = arguments;
    match (jsonl, json) {
        (true, _) => each_line(&file),
        (false, true) => for_programs(&file),
        (false, false) => for_people(&file),
    }
}

/// One JSON object.
fn for_programs(path: &Path) -> Result<(), Failure> {
    let outcome = sysmem_json::negotiate(&read(path)?);
    print(&format!("{}\n", to_json(&Report::from(&outcome))))?;
    status(path, &outcome)
}

/// What everybody wants, and what comes of it.
fn for_people(path: &Path) -> Result<(), Failure> {
    let scenario = people::with_names(read(path)?);
    let outcome = sysmem_json::negotiate(&scenario);
    print(&people::render(&scenario, &outcome))?;
    status(path, &outcome)
}

/// One JSON object for each line of the input, whatever is wrong with that line.
fn each_line(path: &Path) -> Result<(), Failure> {
    let input: Box<dyn Read> = if is_standard_input(path) {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| unreadable(path, error))?)
    };
    for line in BufReader::new(input).split(b'\n') {
        let line = line.map_err(|error| unreadable(path, error))?;
        print(&format!("{}\n", to_json(&report(&line))))?;
    }
    Ok(())
}

fn report(line: &[u8]) -> Report {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => return Report::BadInput { error: error.to_string() },
    };
    match Scenario::from_text(text) {
        Ok(scenario) => Report::from(&sysmem_json::negotiate(&scenario)),
        Err(error) => Report::from(&error),
    }
}

fn read(path: &Path) -> Result<Scenario, Failure> {
    let text = if is_standard_input(path) {
        io::read_to_string(io::stdin())
    } else {
        fs::read_to_string(path)
    };
    let text = text.map_err(|error| unreadable(path, error))?;
    Scenario::from_text(&text)
        .map_err(|error| Failure::Scenario { path: path.to_owned(), error: Box::new(error) })
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    Failure::Unreadable { path: path.to_owned(), error }
}

fn status(path: &Path, outcome: &Outcome) -> Result<(), Failure> {
    match outcome {
        Outcome::Agreed { .. } => Ok(()),
        Outcome::Refused(refusal) => {
            Err(Failure::Refused { path: path.to_owned(), error: refusal.error })
        }
    }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    let written = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| Failure::System { doing: "write to standard output", error })
}
