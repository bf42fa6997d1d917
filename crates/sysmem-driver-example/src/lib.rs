//! An example of a driver in Rust: it takes part in a collection that somebody else has made.
//!
//! Whoever coordinates listens on a socket, whose path is the property `link` of the device. What is
//! said there, and all that the driver does with buffers, is [`take_part`], which has no idea of
//! drivers: it is given an Allocator, however that was come by.

mod participant;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use sysmem::Channel;
use sysmem_driver::driver::{Device, Driver, Service, Severity, Status};
use sysmem_driver::export_driver;

pub use participant::{Failure, take_part};

/// The driver, with its thread.
#[derive(Debug)]
pub struct Example {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Driver for Example {
    const NAME: &'static std::ffi::CStr = c"example";

    fn bind(device: Device) -> Result<Self, Status> {
        let link = device.property(c"link").ok_or(Status::INVALID_ARGS)?;
        // The one thing that makes this a driver: how it gets to the Allocator.
        let (allocator, request) = Channel::pair().map_err(|_| Status::INTERNAL)?;
        device.sysmem(Service::AllocatorV2)?.connect(request)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let run = move || {
            let link = zx_connect(link);
            let done = link
                .and_then(|link| take_part(allocator, &link, || stopped.load(Ordering::Acquire)));
            if let Err(failure) = done {
                device.log(Severity::Warning, &failure.to_string());
            }
        };
        let thread = thread::Builder::new().name("example".to_owned()).spawn(run);
        let thread = thread.map_err(|_| Status::NO_RESOURCES)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // Its panic was printed.
            let _ = thread.join();
        }
    }
}

export_driver!(Example);

fn zx_connect(path: &str) -> Result<Channel, Failure> {
    zx::connect(path).map_err(Failure::Connect)
}
