//! The command `sysmem`.

mod args;
mod broker;
mod demo;
mod failure;
mod frame;
mod inspect;
mod log;
mod media;
mod negotiate;
mod serve;
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
        Command::Serve(_) | Command::Broker(_) => LevelFilter::WARN,
        // Says itself what is wrong.
        Command::Demo(_)
        | Command::DemoParticipant { .. }
        | Command::Negotiate(_)
        | Command::Inspect(_) => LevelFilter::OFF,
    };
    log::start(least, arguments.verbosity)?;
    match arguments.command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Broker(arguments) => broker::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Negotiate(arguments) => negotiate::run(arguments),
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::DemoParticipant { role } => demo::take_part(role),
    }
}
