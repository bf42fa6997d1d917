//! `sysmem demo`: pictures through three processes that share buffers.
//!
//! ```text
//!            the command: starts the others, listens to what they report
//!            |                     |                       |
//!         source  <-- channel --> filter <-- channel --> sink
//!            |                     |                       |
//!            +---- a connection to the Allocator each -----+
//! ```
//!
//! The source makes the collection and sends tokens down the chain. Then the numbers of filled
//! buffers travel to the right, those of free ones to the left. Nothing watches over the processes:
//! when one dies its channels close, which its neighbours and the service see at once.

mod children;
mod filter;
mod link;
mod message;
mod participant;
mod progress;
mod role;
mod sink;
mod source;
mod summary;
mod supervisor;

use std::fs;
use std::path::Path;
use std::time::Duration;

use sysmem::{Allocator, Channel};
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};

pub use participant::take_part;
pub use role::Role;

use crate::args::DemoArguments;
use crate::demo::children::Children;
use crate::demo::message::Assignment;
use crate::demo::supervisor::Supervisor;
use crate::failure::Failure;
use crate::media::output::Format;

/// Runs the demo and prints what happened.
///
/// # Errors
///
/// Whatever the first participant that failed says.
pub fn run(arguments: DemoArguments) -> Result<(), Failure> {
    check_files(&arguments)?;
    // That no service is there is found out here: it is said once and not by every participant.
    let directory = arguments.svc.as_deref();
    let running = directory.map(Allocator::connect_in).transpose()?;
    let service = match running {
        Some(_) => None,
        None => Some(EmbeddedServer::spawn(ServerConfig::embedded()).map_err(Failure::Bind)?),
    };
    let mut children = Children::default();
    let [left_of_filter, right_of_source] = link::pair()?;
    let [left_of_sink, right_of_filter] = link::pair()?;
    let places = [
        (Role::Source, None, Some(right_of_source)),
        (Role::Filter, Some(left_of_filter), Some(right_of_filter)),
        (Role::Sink, Some(left_of_sink), None),
    ];
    // The source last: it begins at once, and then the others are there.
    for (role, left, right) in places.into_iter().rev() {
        let connections = match &service {
            Some(service) => connect(service).map(Vec::from)?,
            None => Vec::new(),
        };
        let assignment = Assignment {
            service: arguments.svc.clone(),
            input: arguments.input.clone(),
            output: arguments.output.clone(),
            effect: arguments.effect,
        };
        let channels = connections.into_iter().chain(left).chain(right);
        children.start(role, &assignment, channels.collect())?;
    }
    let watched = Supervisor::new(children, arguments.json).watch();
    let summary = watched.map_err(|failure| find_cause(failure, running.as_ref()))?;
    if arguments.json {
        summary.print_json();
    }
    Ok(())
}

/// What a participant gets of a service that has no directory.
fn connect(service: &EmbeddedServer) -> Result<[Channel; 2], Failure> {
    let allocator = service.connect().map_err(Failure::Embedded)?;
    let diagnostics = service.connect_to(Discoverable::Diagnostics).map_err(Failure::Embedded)?;
    Ok([allocator, diagnostics])
}

/// Where every failure is the consequence of another one, a service that has ended is the cause.
fn find_cause(failure: Failure, running: Option<&Allocator>) -> Failure {
    let has_ended = |service: &Allocator| matches!(service.wait_for_close(ENDING), Ok(true));
    if failure.is_consequence() && running.is_some_and(has_ended) {
        Failure::ServiceGone
    } else {
        failure
    }
}

/// A service that ends closes its channels one by one, and within this time even on a busy machine.
const ENDING: Duration = Duration::from_millis(500);

/// Finds what is wrong with the files before any process is started.
fn check_files(arguments: &DemoArguments) -> Result<(), Failure> {
    let Some(output) = &arguments.output else { return Ok(()) };
    Format::of(output).map_err(|error| Failure::Media { path: Some(output.clone()), error })?;
    match &arguments.input {
        // The output is emptied before the input is read to its end.
        Some(input) if is_same_file(input, output) => Err(Failure::SameFile(output.clone())),
        _ => Ok(()),
    }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
