//! Ways into sysmem that lead through somebody else.
//!
//! A client that may not, or shall not, see the service's own directory is let in by a [`Broker`]:
//! it serves a service directory, checks who asks for what, and hands every accepted connection on
//! to the sysmem driver, or to the broker before it. From then on it is out of the way.
//!
//! What is handed on is the accepted descriptor itself, with
//! `fuchsia.hardware.sysmem/DriverConnector`. So bytes that the client has already sent arrive
//! intact, and `SO_PEERCRED` of the descriptor still names the client (`linux-objects.md`, "Service
//! directories"): nobody gains another identity by going through a broker.
//!
//! A driver gets in by the C ABI of `include/sysmem/driver.h`, which module [`driver`] wraps for
//! drivers in Rust: it hands over one end of a channel. Whoever has loaded it, see [`host`], takes
//! the end to sysmem, in the same process or in another one.
//!
//! The crate knows nothing of constraints or buffers, and never looks into a conversation.

pub mod abi;
mod broker;
pub mod driver;
mod ends;
mod file;
pub mod host;
mod limits;
mod peer;
mod service;
mod status;
mod undertaker;
mod uplink;

pub use broker::{BindError, Broker, BrokerConfig, Policy, Rule, RunError, Stopper};
pub use file::{FileError, Problem};
pub use peer::Peer;
pub use service::{CONNECTOR, Service};
