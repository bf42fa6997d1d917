//! `sysmem serve`: the service in a process of its own.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use serde::Deserialize;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sysmem_server::{Server, ServerConfig};

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

/// What the configuration file may say.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    directory_mode: Option<u32>,
    socket_mode: Option<u32>,
}

/// Why a configuration cannot be used.
#[derive(Debug)]
pub enum ConfigError {
    /// It cannot be read.
    Io(io::Error),
    /// It is not TOML, or has keys that are not known.
    Toml(toml::de::Error),
    /// A mode has more than permission bits.
    BadMode { key: &'static str, mode: u32 },
}

impl Settings {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&fs::read_to_string(path).map_err(ConfigError::Io)?)
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let settings: Self = toml::from_str(text).map_err(ConfigError::Toml)?;
        let modes =
            [("directory_mode", settings.directory_mode), ("socket_mode", settings.socket_mode)];
        for (key, mode) in modes {
            if let Some(mode) = mode.filter(|mode| *mode > 0o777) {
                return Err(ConfigError::BadMode { key, mode });
            }
        }
        Ok(settings)
    }

    fn config(&self, directory: &Path) -> ServerConfig {
        let mut config = ServerConfig::in_directory(directory);
        config.directory_mode = self.directory_mode.unwrap_or(config.directory_mode);
        config.socket_mode = self.socket_mode.unwrap_or(config.socket_mode);
        config
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Toml(error) => {
                // The message alone; `toml` would draw the place on lines of its own.
                write!(f, "{}", error.message().replace('\n', " "))?;
                match error.span() {
                    Some(span) => write!(f, " (at byte {})", span.start),
                    None => Ok(()),
                }
            }
            Self::BadMode { key, mode } => write!(
                f,
                "{key} is {mode:#o}, which is more than permission bits; write octal as 0o660"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_and_the_rest_stays_as_documented() {
        let settings = Settings::parse("socket_mode = 0o600").unwrap();
        let config = settings.config(Path::new("/x"));
        assert_eq!((config.directory_mode, config.socket_mode), (0o755, 0o600));
        let config = Settings::default().config(Path::new("/x"));
        assert_eq!((config.directory_mode, config.socket_mode), (0o755, 0o666));
    }

    #[test]
    fn what_is_not_a_configuration_is_refused_in_one_line() {
        for text in ["socket_mode = 660000", "sokket_mode = 0o600", "socket_mode = \"x\"", "["] {
            let message = Settings::parse(text).unwrap_err().to_string();
            assert!(!message.contains('\n') && !message.is_empty(), "{message:?}");
        }
    }
}
