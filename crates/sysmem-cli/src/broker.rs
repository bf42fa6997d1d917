//! `sysmem broker`: a service directory whose connections go to a service elsewhere.

use std::fs;
use std::io::{self, Write};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sysmem_driver::{Broker, BrokerConfig, CONNECTOR};

use crate::args::BrokerArguments;
use crate::failure::Failure;

/// Hands connections on until SIGINT or SIGTERM.
///
/// # Errors
///
/// A configuration that cannot be read, a directory that cannot be served in.
pub fn run(arguments: BrokerArguments) -> Result<(), Failure> {
    let config = match &arguments.config {
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|error| Failure::Unreadable { path: path.clone(), error })?;
            let config = BrokerConfig::parse(&text);
            config.map_err(|error| Failure::ConfigFile { path: path.clone(), error })?
        }
        None => BrokerConfig::default(),
    };
    // Exactly one of the two is there: clap sees to it.
    let upstream = arguments.upstream.map(|directory| directory.join(CONNECTOR));
    let Some(driver) = arguments.driver.or(upstream) else {
        return Err(Failure::Usage("--driver or --upstream is missing".to_owned()));
    };
    // Before the first socket: a signal from then on leaves none behind.
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::System { doing: "wait for signals", error })?;
    let broker =
        Broker::bind(&arguments.svc, driver.clone(), config).map_err(Failure::BindBroker)?;
    let stopper = broker.stopper();
    let signal_handle = signals.handle();
    let watcher = thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    });
    // Whoever started this without looking at its output is served all the same.
    let _ = writeln!(io::stdout(), "ready");
    let (directory, driver) = (arguments.svc.display(), driver.display());
    tracing::info!(%directory, %driver, "handing connections on");
    let result = broker.run();
    signal_handle.close();
    // It has nothing to panic about.
    let _ = watcher.join();
    result.map_err(Failure::RunBroker)
}
