//! Results of negotiations as JSON (`negotiate-json.md`, "Output").

use serde_json::{Value, json};
use sysmem_fidl::fuchsia_sysmem2::{self as fsysmem2, SingleBufferSettings};

use crate::error::Error;
use crate::form::{Form, List, Text, to_json};
use crate::negotiate::Outcome;
use crate::reader::Reader;

type AnyText = Text<{ usize::MAX }>;
type Names = List<AnyText, { usize::MAX }>;

/// One line of `sysmem negotiate --json` or `--jsonl`.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    Ok {
        buffer_count: u32,
        settings: Box<SingleBufferSettings>,
        /// The names of the participants whose constraints applied, breadth-first.
        chosen: Vec<String>,
    },
    Error {
        error: fsysmem2::Error,
        /// For people, a few lines.
        explanation: Option<String>,
    },
    /// The input was wrong.
    BadInput {
        /// Where, and what.
        error: String,
    },
}

impl From<&Outcome> for Report {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Agreed { agreement, chosen, .. } => Self::Ok {
                buffer_count: agreement.buffer_count,
                settings: Box::new(agreement.settings.clone()),
                chosen: chosen.clone(),
            },
            Outcome::Refused(refusal) => {
                Self::Error { error: refusal.error, explanation: Some(refusal.to_string()) }
            }
        }
    }
}

impl From<&Error> for Report {
    fn from(error: &Error) -> Self {
        Self::BadInput { error: error.to_string() }
    }
}

impl Form for Report {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        let results: [(&str, ReadFields); 3] =
            [("ok", ok), ("error", error), ("bad_input", bad_input)];
        let known = &["result", "buffer_count", "settings", "chosen", "error", "explanation"];
        let result = from.fields(known)?.need("result")?.name(results.into_iter())?;
        result(from)
    }

    fn write(value: &Self) -> Value {
        match value {
            Self::Ok { buffer_count, settings, chosen } => json!({
                "result": "ok",
                "buffer_count": buffer_count,
                "settings": to_json(settings.as_ref()),
                "chosen": chosen,
            }),
            Self::Error { error, explanation: None } => json!({
                "result": "error",
                "error": to_json(error),
            }),
            Self::Error { error, explanation: Some(explanation) } => json!({
                "result": "error",
                "error": to_json(error),
                "explanation": explanation,
            }),
            Self::BadInput { error } => json!({ "result": "bad_input", "error": error }),
        }
    }
}

/// Reads the fields of one kind of result.
type ReadFields = fn(&Reader<'_>) -> Result<Report, Error>;

fn ok(from: &Reader<'_>) -> Result<Report, Error> {
    let fields = from.fields(&["result", "buffer_count", "settings", "chosen"])?;
    Ok(Report::Ok {
        buffer_count: fields.required::<u32>("buffer_count")?,
        settings: Box::new(fields.required::<SingleBufferSettings>("settings")?),
        chosen: fields.required::<Names>("chosen")?,
    })
}

fn error(from: &Reader<'_>) -> Result<Report, Error> {
    let fields = from.fields(&["result", "error", "explanation"])?;
    Ok(Report::Error {
        error: fields.required::<fsysmem2::Error>("error")?,
        explanation: fields.optional::<AnyText>("explanation")?,
    })
}

fn bad_input(from: &Reader<'_>) -> Result<Report, Error> {
    let fields = from.fields(&["result", "error"])?;
    Ok(Report::BadInput { error: fields.required::<AnyText>("error")? })
}
