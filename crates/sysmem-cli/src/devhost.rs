//! `sysmem devhost`: a process with drivers in it.

use std::env;
use std::fs;
use std::path::Path;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sysmem_driver::host::{BusConfig, DevHost, run_isolated};

use crate::args::DevhostArguments;
use crate::failure::Failure;
use crate::supervision;

/// What starts the host of a single device.
pub const ISOLATED: &str = "devhost-isolated";

/// Runs the host of a bus until SIGINT or SIGTERM.
///
/// # Errors
///
/// A bus file that cannot be read, a driver that cannot be loaded.
pub fn run(arguments: DevhostArguments, verbosity: u8) -> Result<(), Failure> {
    let path = arguments.bus;
    let text = fs::read_to_string(&path)
        .map_err(|error| Failure::Unreadable { path: path.clone(), error })?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let config = BusConfig::parse(&text, directory)
        .map_err(|error| Failure::ConfigFile { path: path.clone(), error })?;
    // Before the first driver: a signal from then on releases them.
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::System { doing: "wait for signals", error })?;
    let this = env::current_exe()
        .map_err(|error| Failure::System { doing: "find this program", error })?;
    let mut command = vec![this.into(), ISOLATED.into()];
    command.extend((0..verbosity).map(|_| "-v".into()));
    let host = DevHost::start(&config, command).map_err(Failure::DriverHost)?;
    let stopper = host.stopper();
    let signal_handle = signals.handle();
    let watcher = thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    });
    let result = host.run(|| {
        supervision::ready();
    });
    supervision::stopping();
    signal_handle.close();
    // It has nothing to panic about.
    let _ = watcher.join();
    result.map_err(Failure::DriverHost)
}

/// Runs the host of a single device until the bus ends.
///
/// # Errors
///
/// What the bus is told, too.
pub fn run_single() -> Result<(), Failure> {
    run_isolated().map_err(Failure::Isolated)
}
