//! The configuration of `sysmem serve`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sysmem_json::{List, Reader, Text};
use sysmem_server::{CostTable, FormatCost, ServerConfig};

use super::document::{Document, SyntaxError};

/// What a configuration file says. `examples/serve/config.toml` has all of it.
#[derive(Debug, Default, PartialEq)]
pub struct Settings {
    directory_mode: Option<u32>,
    socket_mode: Option<u32>,
    driver_socket_mode: Option<u32>,
    /// One more place for the socket of brokers.
    driver_node: Option<String>,
    inspector_mode: Option<u32>,
    inspector_users: Vec<u32>,
    /// Those of the tables named, then those listed, so that these count more.
    format_costs: Vec<FormatCost>,
}

/// Why a configuration cannot be used. Displays as one line that names line and key.
#[derive(Debug)]
pub enum ConfigError {
    /// It cannot be read.
    Io(io::Error),
    /// It is not TOML.
    Syntax(SyntaxError),
    /// A key that is not known, or a value that does not go with its key.
    Value { line: usize, error: Box<sysmem_json::Error> },
    /// A mode has more than permission bits.
    BadMode { line: usize, key: &'static str, mode: u32 },
}

/// The longest path that the kernel takes.
const PATH_BYTES: usize = 4095;

type Users = List<u32, { usize::MAX }>;
type Tables = List<CostTable, { usize::MAX }>;
type Costs = List<FormatCost, { usize::MAX }>;

impl Settings {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&fs::read_to_string(path).map_err(ConfigError::Io)?)
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let document = Document::parse(text).map_err(ConfigError::Syntax)?;
        let settings = Self::from_reader(&Reader::new(&document.to_json())).map_err(|error| {
            ConfigError::Value { line: document.line_of(&error.place), error: Box::new(error) }
        })?;
        let modes = [
            ("directory_mode", settings.directory_mode),
            ("socket_mode", settings.socket_mode),
            ("driver_socket_mode", settings.driver_socket_mode),
            ("inspector_mode", settings.inspector_mode),
        ];
        for (key, mode) in modes {
            if let Some(mode) = mode.filter(|mode| *mode > 0o777) {
                let line = document.line_of_key(key);
                return Err(ConfigError::BadMode { line, key, mode });
            }
        }
        Ok(settings)
    }

    fn from_reader(from: &Reader<'_>) -> Result<Self, sysmem_json::Error> {
        let fields = from.fields(&[
            "directory_mode",
            "socket_mode",
            "driver_socket_mode",
            "driver_node",
            "inspector_mode",
            "inspector_users",
            "format_cost_tables",
            "format_costs",
        ])?;
        let tables = fields.optional::<Tables>("format_cost_tables")?.unwrap_or_default();
        let own = fields.optional::<Costs>("format_costs")?.unwrap_or_default();
        Ok(Self {
            directory_mode: fields.optional::<u32>("directory_mode")?,
            socket_mode: fields.optional::<u32>("socket_mode")?,
            driver_socket_mode: fields.optional::<u32>("driver_socket_mode")?,
            driver_node: fields.optional::<Text<PATH_BYTES>>("driver_node")?,
            inspector_mode: fields.optional::<u32>("inspector_mode")?,
            inspector_users: fields.optional::<Users>("inspector_users")?.unwrap_or_default(),
            format_costs: tables.into_iter().flat_map(CostTable::entries).chain(own).collect(),
        })
    }

    /// What the server is told: these settings, and for the rest what is documented.
    pub fn config(self, directory: Option<&Path>) -> ServerConfig {
        let mut config = directory.map_or_else(ServerConfig::embedded, ServerConfig::in_directory);
        config.directory_mode = self.directory_mode.unwrap_or(config.directory_mode);
        config.socket_mode = self.socket_mode.unwrap_or(config.socket_mode);
        config.driver_socket_mode = self.driver_socket_mode.unwrap_or(config.driver_socket_mode);
        config.driver_node = self.driver_node.map(PathBuf::from);
        // Others are told apart by who they are, once they may connect.
        let inspector_mode =
            if self.inspector_users.is_empty() { config.inspector_mode } else { 0o666 };
        config.inspector_mode = self.inspector_mode.unwrap_or(inspector_mode);
        config.inspector_users = self.inspector_users;
        config.format_costs = self.format_costs;
        config
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Syntax(error) => error.fmt(f),
            Self::Value { line, error } => write!(f, "line {line}: {error}"),
            Self::BadMode { line, key, mode } => write!(
                f,
                "line {line}: {key}: {mode:#o} is more than permission bits; write octal as 0o660"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> ServerConfig {
        let settings = Settings::parse(text).unwrap_or_else(|error| panic!("{error}"));
        settings.config(Some(Path::new("/x")))
    }

    #[test]
    fn modes_are_read_and_the_rest_stays_as_documented() {
        let some = config("socket_mode = 0o600");
        assert_eq!((some.directory_mode, some.socket_mode), (0o755, 0o600));
        let none = config("");
        assert_eq!((none.directory_mode, none.socket_mode), (0o755, 0o666));
        assert_eq!(none.format_costs, []);
    }

    #[test]
    fn others_may_connect_to_the_inspector_if_any_are_named() {
        let inspector = |text| {
            let config = config(text);
            (config.inspector_mode, config.inspector_users)
        };
        assert_eq!(inspector(""), (0o600, vec![]));
        assert_eq!(inspector("inspector_users = [1000, 1001]"), (0o666, vec![1000, 1001]));
        let both = "inspector_users = [7]\ninspector_mode = 0o660";
        assert_eq!(inspector(both), (0o660, vec![7]));
    }

    #[test]
    fn costs_are_those_of_tables_and_then_those_listed() {
        let text = "format_cost_tables = ['video-decoder', 'intel']\n\
                    [[format_costs]]\npixel_format = 'NV12'\ncost = 5\n\
                    [[format_costs]]\npixel_format = 'R8G8B8A8'\n\
                    pixel_format_modifier = '0x0100000000000001'\n\
                    usage = { display = ['LAYER'] }\ncost = 0.5\n";
        let costs = config(text).format_costs;
        assert_eq!(costs.len(), 1 + 10 + 2);
        assert_eq!(costs[..1], CostTable::VideoDecoder.entries());
        assert_eq!((costs[11].cost, costs[12].cost, costs[12].usage.display), (5.0, 0.5, 1));
    }

    #[test]
    fn the_example_is_a_configuration() {
        let example = include_str!("../../../../examples/serve/config.toml");
        let config = config(example);
        assert!(!config.format_costs.is_empty());
        assert_eq!((config.directory_mode, config.socket_mode), (0o750, 0o660));
    }

    #[test]
    fn errors_name_line_and_key_in_one_line() {
        let cases = [
            ("\nsocket_mode = 660000", "line 2: socket_mode: 0o2411040 is more than"),
            ("socket_mode = -1", "line 1: socket_mode: the number is not in the range"),
            ("a = 1\nsokket_mode = 0o600", "line 1: a: there is no such field; there are"),
            ("socket_mode = \"x\"", "line 1: socket_mode: expected an integer, found a string"),
            ("format_cost_tables = ['arm']", "line 1: format_cost_tables[0]: there is no \"arm\""),
            (
                "[[format_costs]]\npixel_format = 'NV12'\ncost = 1\n\
                 [[format_costs]]\npixel_format = 'NV13'\ncost = 1\n",
                "line 5: format_costs[1].pixel_format: there is no \"NV13\"; there are",
            ),
            (
                "\n[[format_costs]]\npixel_format = 'NV12'\n",
                "line 2: format_costs[0].cost: this field is missing",
            ),
            (
                "[[format_costs]]\npixel_format = 'NV12'\ncost = nan\n",
                "line 3: format_costs[0].cost: expected a number, found a string",
            ),
            ("[", "line 1: "),
        ];
        for (text, expected) in cases {
            let message = Settings::parse(text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message:?}");
            assert!(!message.contains('\n'), "{message:?}");
        }
    }
}
