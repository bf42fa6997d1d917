//! The log, on standard error.

use std::env;
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::failure::Failure;

/// Starts logging: what is at least as bad as `least`, more for each `-v`, or what `SYSMEM_LOG`
/// says.
///
/// # Errors
///
/// A filter that cannot be read.
pub fn start(least: LevelFilter, verbosity: u8) -> Result<(), Failure> {
    let level = match verbosity {
        0 => least,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let directives = env::var(VARIABLE).unwrap_or_default();
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .parse(directives)
        .map_err(Failure::LogFilter)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    Ok(())
}

const VARIABLE: &str = "SYSMEM_LOG";
