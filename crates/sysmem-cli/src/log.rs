//! The log, on standard error.
//!
//! A thread of its own writes it: whoever reads standard error may stop to, and must not stop the
//! service with that. Lines beyond a bounded number of unwritten ones are dropped.

use std::env;
use std::io::IsTerminal;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::failure::Failure;

/// Starts logging: what is at least as bad as `least`, more for each `-v`, or what `SYSMEM_LOG`
/// says. What is logged before the guard is dropped is written when that returns, unless nobody
/// reads it.
///
/// # Errors
///
/// A filter that cannot be read.
pub fn start(least: LevelFilter, verbosity: u8) -> Result<WorkerGuard, Failure> {
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
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(UNWRITTEN_LINES_MAX)
        .thread_name("log")
        .finish(std::io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    Ok(guard)
}

/// A line has some hundred bytes, an explanation some thousand.
const UNWRITTEN_LINES_MAX: usize = 4096;

const VARIABLE: &str = "SYSMEM_LOG";
