//! `sysmem inspect`: who takes part in what, who keeps whom waiting, who holds which buffer.

mod failures;
mod filter;
mod grid;
mod holders;
mod holdings;
mod json;
mod people;
mod scene;
mod totals;
mod tree;
mod words;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use sysmem::linux_sysmem::Snapshot;
use sysmem::{ACCESS_DENIED, ConnectError, Error, Inspector};
use sysmem_server::Discoverable;

use crate::args::InspectArguments;
use crate::failure::Failure;
use filter::Filter;
use grid::Style;
use people::Detail;
use scene::Scene;

/// Prints what a service shows of itself.
///
/// # Errors
///
/// A service that cannot be reached, or does not let this user look; a collection that is not there.
pub fn run(arguments: InspectArguments) -> Result<(), Failure> {
    let InspectArguments { svc, json, collection, client } = arguments;
    let directory = svc.unwrap_or_else(sysmem::service_directory);
    let snapshot = snapshot(&directory)?;
    let mut scene = Scene::around(snapshot)
        .map_err(|error| Failure::System { doing: "look for processes in /proc", error })?;
    // Who asks about one collection wants all of it.
    let detail = if collection.is_some() { Detail::CloseUp } else { Detail::Overview };
    let filter = Filter { collection, client };
    filter.apply(&mut scene);
    if let Some(collection) = filter.collection
        && scene.is_empty()
    {
        return Err(Failure::NoSuchCollection { collection });
    }
    let text = if json {
        format!("{}\n", json::render(&scene))
    } else {
        let is_terminal = io::stdout().is_terminal();
        let style = if is_terminal { Style::Bold } else { Style::Plain };
        people::render(&scene, detail, style)
    };
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        // A pager that was left early.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::System { doing: "write to standard output", error }),
        Ok(()) => Ok(()),
    }
}

fn snapshot(directory: &Path) -> Result<Snapshot, Failure> {
    let denied = || Failure::MayNotInspect { directory: directory.to_owned() };
    let inspector = Inspector::connect_in(directory).map_err(|error| match error {
        Error::Connect { source: ConnectError::PermissionDenied(_), .. } => denied(),
        Error::Connect { source: ConnectError::NoService(_), .. }
            if directory.join(Discoverable::Allocator.name()).exists() =>
        {
            Failure::NoInspector { directory: directory.to_owned() }
        }
        other => Failure::Sysmem(other),
    })?;
    inspector.take_snapshot().map_err(|error| match error {
        Error::Closed { epitaph: Some(ACCESS_DENIED), .. } => denied(),
        Error::Closed { epitaph: None, .. } => Failure::ServiceGone,
        other => Failure::Sysmem(other),
    })
}
