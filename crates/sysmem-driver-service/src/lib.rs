//! The sysmem driver (`sysmem1.md` 4.3): the service in a shared object, for driver hosts.
//!
//! The same file serves in the host of the bus, beside other drivers, and in a host of its own; which
//! one is a matter of the bus file alone. Its properties there:
//!
//! | property | means |
//! |---|---|
//! | `node` | where brokers, and buses in other processes, hand connections over |
//! | `svc` | a service directory that it serves by itself |

use std::io::{self, IsTerminal};

use sysmem_driver::driver::{Device, Driver, Drives, Service, Severity, Status, SysmemProvider};
use sysmem_driver::export_driver;
use sysmem_server::{ConnectError, Discoverable, EmbeddedServer, ServerConfig};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The service, on a thread of its own. Ends with the driver.
#[derive(Debug)]
pub struct SysmemDriver {
    _server: EmbeddedServer,
}

impl Driver for SysmemDriver {
    const NAME: &'static std::ffi::CStr = c"sysmem";
    const DRIVES: Drives = Drives::Bus;

    fn bind(device: Device) -> Result<Self, Status> {
        start_log();
        let mut config = ServerConfig::embedded();
        config.driver_node = device.property(c"node").map(Into::into);
        config.directory = device.property(c"svc").map(Into::into);
        let server = EmbeddedServer::spawn(config).map_err(|error| {
            device.log(Severity::Error, &format!("the service cannot be started: {error}"));
            Status::INTERNAL
        })?;
        for service in Service::ALL {
            let connector = server.connector();
            let provider = SysmemProvider::new(service, move |end| {
                connector.serve(protocol_of(service), end).map_err(|error| match error {
                    ConnectError::Stopped => Status::NOT_SUPPORTED,
                    _ => Status::INTERNAL,
                })
            });
            // On an error the service ends, and its sockets go with it.
            device.provide_sysmem(provider)?;
        }
        device.log(Severity::Info, "serving");
        Ok(Self { _server: server })
    }
}

export_driver!(SysmemDriver);

fn protocol_of(service: Service) -> Discoverable {
    match service {
        Service::AllocatorV2 => Discoverable::Allocator,
        Service::AllocatorV1 => Discoverable::AllocatorV1,
    }
}

/// Logs as the command does: to standard error, warnings or what `SYSMEM_LOG` says.
fn start_log() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .with_env_var("SYSMEM_LOG")
        .from_env_lossy();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // The second device of this driver in one process finds it started.
    let _ = log.with_ansi(io::stderr().is_terminal()).with_target(false).try_init();
}
