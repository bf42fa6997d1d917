//! Command lines that are wrong: one line, and exit status 1 where clap would take 2.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::Arguments;

/// Parses the arguments of the process; prints help, the version, or what is wrong.
pub fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Nobody reads it if it cannot be printed.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::FAILURE
        }
        _ => {
            eprintln!("{}; see `sysmem --help`", one_line(&error.render().to_string()));
            ExitCode::FAILURE
        }
    })
}

/// The message and its tips, without usage.
fn one_line(rendered: &str) -> String {
    let lines = rendered.lines().map(str::trim);
    let lines =
        lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let mut text = String::new();
    for line in lines.filter(|line| !line.is_empty()) {
        if !text.is_empty() {
            text.push_str(if line.starts_with("tip:") { "; " } else { " " });
        }
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_usage_are_one_line_with_their_tips() {
        let error = Arguments::try_parse_from(["sysmem", "demo", "--inputs", "x"]).unwrap_err();
        assert_eq!(
            one_line(&error.render().to_string()),
            "error: unexpected argument '--inputs' found; \
             tip: a similar argument exists: '--input'"
        );
        let error = Arguments::try_parse_from(["sysmem", "demo", "--effect", "blur"]).unwrap_err();
        assert_eq!(
            one_line(&error.render().to_string()),
            "error: invalid value 'blur' for '--effect <NAME>' \
             [possible values: none, gray, edges]"
        );
    }
}
