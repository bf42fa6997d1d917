//! Driver hosts (`sysmem1.md` 4): processes that load drivers from shared objects.
//!
//! [`DevHost`] is the host of the platform bus. It may have sysmem in it, has drivers that share it
//! in the same process, and starts a process of its own for each driver that is to be apart; there
//! a proxy forwards what the driver hands over for sysmem. [`run_isolated`] is such a process.

mod bus;
mod children;
mod config;
mod device;
mod error;
mod isolated;
mod library;
mod platform_proxy;
mod proxy_channel;
mod registry;

pub use bus::{DevHost, HostStopper};
pub use config::{BusConfig, DeviceConfig, Placement, SysmemHome};
pub use error::{HostError, IsolatedError};
pub use isolated::run_isolated;
pub use library::LoadError;
