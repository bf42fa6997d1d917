//! Arguments, as `command-line.md` fixes them.

use std::path::PathBuf;

use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand};

use crate::demo::Role;
use crate::frame::effect::Effect;

/// Shared buffers that suit everybody: several processes say what they need, one service finds what
/// suits all, and all get the same memory.
#[derive(Debug, Parser)]
#[command(name = "sysmem", version, term_width = 80, disable_help_subcommand = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Log more: -v what happens, -vv how, -vvv everything. SYSMEM_LOG sets a filter
    #[arg(short, long = "verbose", global = true, action = ArgAction::Count, display_order = 100)]
    pub verbosity: u8,
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the service in the foreground, until SIGINT or SIGTERM
    ///
    /// Prints "ready" once clients can connect. Clients find the service in DIR; left out, that is
    /// the value of SYSMEM_SVC, else $XDG_RUNTIME_DIR/sysmem, else /run/sysmem.
    #[command(after_long_help = CONFIG_HELP)]
    Serve(ServeArguments),
    /// Send pictures through three processes that share buffers, without copying any
    ///
    /// A source reads pictures into buffers, a filter changes them in place, and a sink writes them
    /// out. Each is a process of its own; what crosses between them is the number of a buffer.
    Demo(DemoArguments),
    /// Let clients in to a service that runs elsewhere, by rules
    ///
    /// Serves the directory DIR and hands every connection to it on to the service, unless the rules
    /// of FILE deny it; from then on the client speaks to the service alone. Prints "ready" once
    /// clients can connect. While the service is not there, they wait.
    Broker(BrokerArguments),
    /// Negotiate constraints from a file, without a service
    ///
    /// Says what buffers would suit everybody, or who conflicts with whom about what, and what would
    /// fix it. Exit status 2 if nothing suits all.
    Negotiate(NegotiateArguments),
    /// Look into a running service: who takes part, who is awaited, who holds which buffer
    ///
    /// For the user of the service and for root, unless its configuration allows others. Descriptors
    /// and mappings of other users' processes are seen by root alone.
    Inspect(InspectArguments),
    /// Load drivers that share buffers, into this process and others
    ///
    /// FILE lists the drivers, which are shared objects, and where each of them runs. Prints "ready"
    /// once each device has its driver, or cannot have it; runs until SIGINT or SIGTERM.
    Devhost(DevhostArguments),
    /// The host of a single device, below one of a bus.
    #[command(hide = true, name = crate::devhost::ISOLATED)]
    DevhostIsolated,
    /// One of the processes of the demo.
    #[command(hide = true)]
    DemoParticipant {
        /// Which one.
        role: Role,
    },
}

const CONFIG_HELP: &str = "\
Settings, all of which can be left out:
  directory_mode = 0o755      permissions of DIR, if it is made
  socket_mode = 0o666         permissions of the sockets in it
  inspector_users = []        users, by number, that may `sysmem inspect` beside
                              root and the service's own
  inspector_mode = 0o600      permissions of the socket for that; 0o666 with users
  format_cost_tables = []     costs for kinds of hardware: \"video-decoder\",
                              \"arm-mali\", \"intel\"
  [[format_costs]]            a cost of one's own, which counts after those:
  pixel_format = \"NV12\"
  pixel_format_modifier = \"LINEAR\"
  usage = { video = [\"HW_ENCODER\"] }
  cost = 50.0
Of the formats that suit everybody the cheapest is taken.";

/// Arguments of `sysmem serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The directory to serve in; made if it is absent
    #[arg(long, value_name = "DIR")]
    pub svc: Option<PathBuf>,
    /// Settings in TOML: permissions of directory and sockets, costs of pixel formats
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `sysmem broker`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("service").required(true).args(["driver", "upstream"]))]
pub struct BrokerArguments {
    /// The directory to serve in; made if it is absent
    #[arg(long, value_name = "DIR")]
    pub svc: PathBuf,
    /// The DriverConnector socket of the service, or a directory of such sockets
    #[arg(long, value_name = "SOCKET")]
    pub driver: Option<PathBuf>,
    /// The directory of a service, or of another broker
    #[arg(long, value_name = "DIR")]
    pub upstream: Option<PathBuf>,
    /// Settings in TOML: who may ask for what, how many wait and how long
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Arguments of `sysmem devhost`.
#[derive(Debug, Args)]
pub struct DevhostArguments {
    /// What is on the bus, in TOML; paths of drivers are relative to it
    #[arg(long, value_name = "FILE")]
    pub bus: PathBuf,
}

/// Arguments of `sysmem demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// A Y4M clip (8-bit 4:2:0) or a PNG image; left out, a clip that comes with the program
    #[arg(long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// Where to write: every picture to a .y4m, the last one to a .png
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What the filter does
    #[arg(long, value_name = "NAME", default_value = "edges")]
    pub effect: Effect,
    /// Use the service running in DIR, and not one inside of this command
    #[arg(long, value_name = "DIR")]
    pub svc: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sysmem inspect`.
#[derive(Debug, Args)]
pub struct InspectArguments {
    /// Look into the service running in DIR
    #[arg(long, value_name = "DIR")]
    pub svc: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Only this collection, by its id or name
    #[arg(long, value_name = "ID")]
    pub collection: Option<String>,
    /// Only what this client takes part in: a process id, or a part of a name
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
}

/// Arguments of `sysmem negotiate`.
#[derive(Debug, Args)]
pub struct NegotiateArguments {
    /// Participants and their constraints in JSON; "-" is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Take each line of FILE for an input of its own, and print a JSON object for each
    #[arg(long)]
    pub jsonl: bool,
}
