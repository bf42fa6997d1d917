//! `sysmem serve`: the service in a process of its own.

mod config;
mod document;

use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sysmem_server::Server;

pub use self::config::ConfigError;
use self::config::Settings;
use crate::args::ServeArguments;
use crate::failure::Failure;
use crate::supervision;

/// Runs the service until SIGINT or SIGTERM.
///
/// # Errors
///
/// A configuration that cannot be read, a directory that cannot be served in.
pub fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let settings = match arguments.config {
        Some(path) => Settings::read(&path).map_err(|error| Failure::Config { path, error })?,
        None => Settings::default(),
    };
    // Before the first socket: a signal from then on leaves none behind.
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::System { doing: "wait for signals", error })?;
    let open = zx::activated_listeners().map_err(Failure::Activation)?;
    let directory = match arguments.svc {
        // Whoever opens sockets for the service says with that where it is.
        None if !open.is_empty() => None,
        svc => Some(svc.unwrap_or_else(sysmem::service_directory)),
    };
    let config = settings.config(directory.as_deref());
    let server = Server::bind_with(config, open).map_err(Failure::Bind)?;
    let stopper = server.stopper();
    let signal_handle = signals.handle();
    let watcher = thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    });
    supervision::ready();
    match &directory {
        Some(directory) => tracing::info!(directory = %directory.display(), "serving"),
        None => tracing::info!("serving on the sockets of the service manager"),
    }
    let result = server.run();
    supervision::stopping();
    signal_handle.close();
    // It has nothing to panic about.
    let _ = watcher.join();
    result.map_err(Failure::Run)
}
