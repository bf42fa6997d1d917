//! What a broker is told when it starts.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::broker::policy::{Policy, Rule};
use crate::file::{self, FileError, Problem};
use crate::limits::{DEFAULT_MAX_WAIT, DEFAULT_MAX_WAITING};
use crate::service::{CONNECTOR, Service};

/// What a broker does, but for where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerConfig {
    /// The most requests that wait for the driver; whoever comes after them is closed.
    pub max_waiting: u32,
    /// How long one waits before it is closed.
    pub max_wait: Duration,
    /// Permissions of the directory, if it has to be made.
    pub directory_mode: u32,
    /// Permissions of the sockets of the protocols.
    pub socket_mode: u32,
    /// Permissions of the socket that brokers behind this one hand connections to.
    pub connector_socket_mode: u32,
    /// Who may ask for what.
    pub policy: Policy,
}

impl Default for BrokerConfig {
    fn default() -> Self {
        Self {
            max_waiting: DEFAULT_MAX_WAITING,
            max_wait: DEFAULT_MAX_WAIT,
            directory_mode: 0o755,
            socket_mode: 0o666,
            connector_socket_mode: 0o600,
            policy: Policy::Open,
        }
    }
}

impl BrokerConfig {
    /// Reads a configuration file. What it does not say stays as it is by default.
    ///
    /// ```
    /// let config = sysmem_driver::BrokerConfig::parse(
    ///     r#"
    ///     max_waiting = 16
    ///     max_wait_ms = 5000
    ///     socket_mode = 0o660
    ///
    ///     [[allow]] # Without any, everybody may. With some, only they.
    ///     uids = [1000]
    ///     programs = ["/usr/bin/camera", "/usr/bin/viewer"]
    ///
    ///     [[allow]]
    ///     gids = [44]
    ///     protocols = ["fuchsia.sysmem2.Allocator"]
    ///     "#,
    /// )?;
    /// assert_eq!(config.max_waiting, 16);
    /// # Ok::<(), sysmem_driver::FileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names the line and the key.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let form: Form = file::parse(text)?;
        let default = Self::default();
        let mode = |mode: Option<Spanned<u32>>, default| match mode {
            Some(mode) if *mode.get_ref() > 0o777 => {
                let problem = Problem::BadMode(*mode.get_ref());
                Err(FileError::at(text, mode.span(), problem))
            }
            Some(mode) => Ok(mode.into_inner()),
            None => Ok(default),
        };
        let policy = match form.allow {
            Some(rules) => Policy::Rules(
                rules.into_iter().map(|rule| rule.check(text)).collect::<Result<_, _>>()?,
            ),
            None => Policy::Open,
        };
        Ok(Self {
            max_waiting: match form.max_waiting {
                Some(max) if *max.get_ref() == 0 => {
                    return Err(FileError::at(text, max.span(), Problem::Zero));
                }
                Some(max) => max.into_inner(),
                None => default.max_waiting,
            },
            max_wait: form.max_wait_ms.map_or(default.max_wait, Duration::from_millis),
            directory_mode: mode(form.directory_mode, default.directory_mode)?,
            socket_mode: mode(form.socket_mode, default.socket_mode)?,
            connector_socket_mode: mode(form.connector_socket_mode, default.connector_socket_mode)?,
            policy,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    max_waiting: Option<Spanned<u32>>,
    max_wait_ms: Option<u64>,
    directory_mode: Option<Spanned<u32>>,
    socket_mode: Option<Spanned<u32>>,
    connector_socket_mode: Option<Spanned<u32>>,
    allow: Option<Vec<RuleForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    uids: Option<Vec<u32>>,
    gids: Option<Vec<u32>>,
    programs: Option<Vec<PathBuf>>,
    protocols: Option<Vec<Spanned<String>>>,
}

impl RuleForm {
    fn check(self, text: &str) -> Result<Rule, FileError> {
        let Self { uids, gids, programs, protocols } = self;
        let known = |name: &str| {
            name == CONNECTOR || Service::ALL.iter().any(|service| service.name() == name)
        };
        for name in protocols.iter().flatten() {
            if !known(name.get_ref()) {
                let problem = Problem::UnknownProtocol(name.get_ref().clone());
                return Err(FileError::at(text, name.span(), problem));
            }
        }
        let protocols = protocols.map(|names| names.into_iter().map(Spanned::into_inner).collect());
        Ok(Rule { uids, gids, programs, protocols })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(BrokerConfig::parse("").unwrap(), BrokerConfig::default());
        let nobody = BrokerConfig::parse("allow = []").unwrap();
        assert_eq!(nobody.policy, Policy::Rules(vec![]));
    }

    #[test]
    fn the_example_is_a_configuration() {
        let text = include_str!("../../../../examples/broker/config.toml");
        let config = BrokerConfig::parse(text).unwrap();
        assert!(matches!(config.policy, Policy::Rules(rules) if rules.len() == 3));
    }

    #[test]
    fn errors_name_line_and_key() {
        let cases = [
            ("\nsocket_mode = 660000", 2, "socket_mode"),
            ("max_waiting = 0", 1, "max_waiting"),
            ("max_wait_ms = -1", 1, "max_wait_ms"),
            ("max_wait = 3", 1, "max_wait"),
            ("[[allow]]\nuids = 7", 2, "uids"),
            ("[[allow]]\nprotocols = [\"fuchsia.sysmem2.Alocator\"]", 2, "protocols"),
        ];
        for (text, line, key) in cases {
            let error = BrokerConfig::parse(text).unwrap_err();
            assert_eq!((error.line, error.key.as_deref()), (Some(line), Some(key)), "{error}");
        }
    }
}
