//! `sysmem broker`: a service directory whose connections go to a service elsewhere.

use std::fs;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sysmem_driver::{Broker, BrokerConfig, CONNECTOR};

use crate::args::BrokerArguments;
use crate::failure::Failure;
use crate::supervision;

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
    let open = zx::activated_listeners().map_err(Failure::Activation)?;
    // Before the first socket: a signal from then on leaves none behind.
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|error| Failure::System { doing: "wait for signals", error })?;
    let broker = Broker::bind_with(&arguments.svc, driver.clone(), config, open)
        .map_err(Failure::BindBroker)?;
    let stopper = broker.stopper();
    let signal_handle = signals.handle();
    let watcher = thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    });
    supervision::ready();
    let (directory, driver) = (arguments.svc.display(), driver.display());
    tracing::info!(%directory, %driver, "handing connections on");
    let result = broker.run();
    supervision::stopping();
    signal_handle.close();
    // It has nothing to panic about.
    let _ = watcher.join();
    result.map_err(Failure::RunBroker)
}
