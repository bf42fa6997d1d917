//! Configuration files, and what is wrong with them: in which line, about which key.

use std::fmt;
use std::ops::Range;

use serde::de::DeserializeOwned;

/// What is wrong with a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The line, counted from 1; `None` if it is about the file as a whole.
    pub line: Option<usize>,
    /// The key that the line is about, or the header of its table.
    pub key: Option<String>,
    /// What it is.
    pub problem: Problem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It is not TOML, or not of the form that is documented. In the words of the parser.
    Form(String),
    /// A mode has more than permission bits.
    BadMode(u32),
    /// A number that has to be at least 1 is 0.
    Zero,
    /// Nobody here serves a protocol of this name.
    UnknownProtocol(String),
    /// This key is needed beside the others.
    Missing(&'static str),
    /// This key does not go with the others.
    Contradiction(&'static str),
    /// Two devices have this name.
    SameName(String),
    /// There are more devices than may be.
    TooMany(usize),
}

/// Reads a file of form `T`.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, FileError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let problem = Problem::Form(error.message().replace('\n', " "));
        match error.span() {
            Some(span) => FileError::at(text, span, problem),
            None => FileError { line: None, key: None, problem },
        }
    })
}

impl FileError {
    /// Something is wrong at `span` of `text`.
    pub(crate) fn at(text: &str, span: Range<usize>, problem: Problem) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let key = match line.split_once('=') {
            Some((key, _)) => key.trim(),
            None => line.trim(),
        };
        Self {
            line: Some(before.matches('\n').count() + 1),
            key: (!key.is_empty()).then(|| key.to_owned()),
            problem,
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for FileError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(message) => f.write_str(message),
            Self::BadMode(mode) => {
                write!(f, "the mode {mode:#o} is more than permission bits; write octal as 0o660")
            }
            Self::Zero => f.write_str("has to be at least 1"),
            Self::UnknownProtocol(name) => write!(f, "there is no protocol {name} to be had here"),
            Self::Missing(key) => write!(f, "{key} is missing"),
            Self::Contradiction(key) => write!(f, "it does not go with {key}"),
            Self::SameName(name) => write!(f, "another device is called {name}, too"),
            Self::TooMany(max) => write!(f, "there may be {max} devices"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_line_and_key() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            #[expect(dead_code, reason = "it is only read")]
            number: u32,
        }
        let cases = [
            ("# one\nnumber = \"x\"", 2, "number"),
            ("number = 1\nnumbre = 2", 2, "numbre"),
            ("number = 1\n\n[table]", 3, "[table]"),
        ];
        for (text, line, key) in cases {
            let error = parse::<Form>(text).unwrap_err();
            assert_eq!((error.line, error.key.as_deref()), (Some(line), Some(key)), "{error}");
            assert!(!error.to_string().contains('\n'));
        }
    }
}
