//! The command `sysmem`.

mod args;
mod broker;
mod demo;
mod devhost;
mod failure;
mod frame;
mod inspect;
mod log;
mod media;
mod negotiate;
mod serve;
mod supervision;
mod usage;

use std::process::ExitCode;

use tracing_subscriber::filter::LevelFilter;

use crate::args::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = match usage::parse() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.status() as u8)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let least = match arguments.command {
        Command::Serve(_) | Command::Broker(_) | Command::Devhost(_) | Command::DevhostIsolated => {
            LevelFilter::WARN
        }
        // Says itself what is wrong.
        Command::Demo(_)
        | Command::DemoParticipant { .. }
        | Command::Negotiate(_)
        | Command::Inspect(_) => LevelFilter::OFF,
    };
    let verbosity = arguments.verbosity;
    let _written_at_the_end = log::start(least, verbosity)?;
    match arguments.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Broker(arguments) => broker::run(arguments),
        Command::Devhost(arguments) => devhost::run(arguments, verbosity),
        Command::DevhostIsolated => devhost::run_single(),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Negotiate(arguments) => negotiate::run(arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::DemoParticipant { role } => demo::take_part(role),
    }
}
