//! `sysmem serve`: the service in a process of its own.

mod config;
mod document;

use std::io::{self, Write};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sysmem_server::Server;

pub use self::config::ConfigError;
use self::config::Settings;
use crate::args::ServeArguments;
use crate::failure::Failure;

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
    let directory = arguments.svc.unwrap_or_else(sysmem::service_directory);
    let server = Server::bind(settings.config(&directory)).map_err(Failure::Bind)?;
    let stopper = server.stopper();
    let signal_handle = signals.handle();
    let watcher = thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    });
    // Whoever started this without looking at its output is served all the same.
    let _ = writeln!(io::stdout(), "ready");
    tracing::info!(directory = %directory.display(), "serving");
    let result = server.run();
    signal_handle.close();
    // It has nothing to panic about.
    let _ = watcher.join();
    result.map_err(Failure::Run)
}
