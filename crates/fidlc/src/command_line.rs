//! The command line of the compiler.

use std::fmt;
use std::path::PathBuf;

use fidlc::Version;

/// What `--help` prints.
pub const HELP: &str = "\
Compiles FIDL libraries to Rust modules, to C and to JSON.

Usage: fidlc --files FILE... [--files FILE...]... [OPTIONS]

A library is one or more files. Give --files once for each library, those that it imports
included, in any order. Without --rust, --c and --json the files are only checked.

Options:
  --files FILE...               The files of one library
  --available PLATFORM:VERSION  The version to compile a platform's libraries at: a number, NEXT
                                or HEAD; once for each platform. By default HEAD
  --name LIBRARY                A library to make output of; may be given more than once. By
                                default the one that comes last when each follows its imports
  --rust DIR                    Write <DIR>/<library>.rs, dots in the name as underscores
  --c DIR                       Write <DIR>/<library>.h and .c, dots in the name as underscores, with
                                what of the library has simple layout
  --json FILE                   Write the intermediate representation as JSON; - is standard
                                output
  -h, --help                    Print this

Exit status: 0 for success, 1 if something is wrong with the files, 2 with the command line.

Example: fidlc --files zx/*.fidl --files fuchsia.sysmem2/*.fidl --rust out
";

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Compile.
    Compile(Arguments),
}

/// What to compile to what.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    /// The files of each library.
    pub libraries: Vec<Vec<PathBuf>>,
    /// Versions by platform.
    pub versions: Vec<(String, Version)>,
    /// Libraries to make output of; empty: the one that comes last when each follows its imports.
    pub names: Vec<String>,
    /// Folder for Rust modules.
    pub rust: Option<PathBuf>,
    /// Folder for C.
    pub c: Option<PathBuf>,
    /// File for JSON.
    pub json: Option<PathBuf>,
}

/// Why a command line cannot be followed.
#[derive(Debug, PartialEq, Eq)]
pub enum UsageError {
    NoFiles,
    EmptyFiles,
    MissingValue(&'static str),
    UnknownArgument(String),
    BadVersion(String),
    JsonOfSeveral,
}

/// Reads the arguments that follow the program's name.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, UsageError> {
    let mut parsed = Arguments::default();
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "--files" => {
                let mut files = Vec::new();
                while let Some(file) = arguments.next_if(|next| !next.starts_with("--")) {
                    files.push(PathBuf::from(file));
                }
                if files.is_empty() {
                    return Err(UsageError::EmptyFiles);
                }
                parsed.libraries.push(files);
            }
            "--available" => {
                let value = arguments.next().ok_or(UsageError::MissingValue("--available"))?;
                parsed.versions.push(parse_version(&value)?);
            }
            "--name" => {
                parsed.names.push(arguments.next().ok_or(UsageError::MissingValue("--name"))?);
            }
            "--rust" => {
                let folder = arguments.next().ok_or(UsageError::MissingValue("--rust"))?;
                parsed.rust = Some(folder.into());
            }
            "--c" => {
                let folder = arguments.next().ok_or(UsageError::MissingValue("--c"))?;
                parsed.c = Some(folder.into());
            }
            "--json" => {
                let file = arguments.next().ok_or(UsageError::MissingValue("--json"))?;
                parsed.json = Some(file.into());
            }
            _ => return Err(UsageError::UnknownArgument(argument)),
        }
    }
    if parsed.libraries.is_empty() {
        return Err(UsageError::NoFiles);
    }
    if parsed.json.is_some() && parsed.names.len() > 1 {
        return Err(UsageError::JsonOfSeveral);
    }
    Ok(Command::Compile(parsed))
}

/// `fuchsia:HEAD`, `fuchsia:12`.
fn parse_version(text: &str) -> Result<(String, Version), UsageError> {
    let bad = || UsageError::BadVersion(text.to_owned());
    let (platform, version) = text.split_once(':').ok_or_else(bad)?;
    let version = version.parse().map_err(|_| bad())?;
    Ok((platform.to_owned(), version))
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFiles => f.write_str("nothing to compile: give --files"),
            Self::EmptyFiles => f.write_str("--files needs at least one file"),
            Self::MissingValue(option) => write!(f, "{option} needs a value"),
            Self::UnknownArgument(argument) => write!(f, "unknown argument `{argument}`"),
            Self::BadVersion(text) => {
                write!(
                    f,
                    "`{text}` is not PLATFORM:VERSION, a version being a number, NEXT or HEAD"
                )
            }
            Self::JsonOfSeveral => f.write_str("--json holds one library, --name gives several"),
        }
    }
}

impl std::error::Error for UsageError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Command, UsageError> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn each_files_option_is_a_library() {
        let line = "--files a.fidl b.fidl --files c.fidl --json out.json --name x.y";
        let expected = Arguments {
            libraries: vec![vec!["a.fidl".into(), "b.fidl".into()], vec!["c.fidl".into()]],
            names: vec!["x.y".to_owned()],
            json: Some("out.json".into()),
            ..Arguments::default()
        };
        assert_eq!(parse_line(line), Ok(Command::Compile(expected)));
    }

    #[test]
    fn wrong_command_lines_say_why() {
        for (line, expected) in [
            ("", UsageError::NoFiles),
            ("--files", UsageError::EmptyFiles),
            ("--files --json x", UsageError::EmptyFiles),
            ("--files a --rust", UsageError::MissingValue("--rust")),
            ("--files a --c", UsageError::MissingValue("--c")),
            ("a.fidl", UsageError::UnknownArgument("a.fidl".to_owned())),
            ("--files a --available 3", UsageError::BadVersion("3".to_owned())),
            ("--files a --available p:x", UsageError::BadVersion("p:x".to_owned())),
            ("--files a --json - --name a --name b", UsageError::JsonOfSeveral),
        ] {
            assert_eq!(parse_line(line), Err(expected), "{line}");
        }
    }

    #[test]
    fn help_wins() {
        assert_eq!(parse_line("--files a --help"), Ok(Command::Help));
    }
}
