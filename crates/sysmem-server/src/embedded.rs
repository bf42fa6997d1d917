//! A server on a thread of its own.

use std::fmt;
use std::thread::{self, JoinHandle};

use crate::config::ServerConfig;
use crate::discoverable::Discoverable;
use crate::error::{BindError, ConnectError, RunError};
use crate::event_loop::Server;
use crate::mailbox::{Connector, Stopper};

/// A server that runs beside whatever else this process does. Stops when it is dropped.
pub struct EmbeddedServer {
    thread: Option<JoinHandle<Result<(), RunError>>>,
    stopper: Stopper,
    connector: Connector,
}

impl EmbeddedServer {
    /// Sets a server up and starts its thread.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub fn spawn(config: ServerConfig) -> Result<Self, BindError> {
        let server = Server::bind(config)?;
        let (stopper, connector) = (server.stopper(), server.connector());
        let thread = thread::Builder::new()
            .name("sysmem".to_owned())
            .spawn(|| server.run())
            .map_err(BindError::Thread)?;
        Ok(Self { thread: Some(thread), stopper, connector })
    }

    /// A new connection to the Allocator; no service directory is needed for it.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub fn connect(&self) -> Result<zx::Channel, ConnectError> {
        self.connector.connect()
    }

    /// A new connection to a protocol of the server, as [`EmbeddedServer::connect`].
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub fn connect_to(&self, protocol: Discoverable) -> Result<zx::Channel, ConnectError> {
        self.connector.connect_to(protocol)
    }

    /// What connects, for another thread.
    pub fn connector(&self) -> Connector {
        self.connector.clone()
    }

    /// Stops the server and waits until it has: every channel is closed then, and the sockets are
    /// gone.
    ///
    /// # Errors
    ///
    /// Why it had ended before, if it had.
    pub fn stop(mut self) -> Result<(), RunError> {
        self.stop_and_join()
    }

    fn stop_and_join(&mut self) -> Result<(), RunError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.stopper.stop();
        thread.join().unwrap_or(Err(RunError::Panicked))
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        if let Err(error) = self.stop_and_join() {
            tracing::error!(%error, "an embedded server did not end well");
        }
    }
}

impl fmt::Debug for EmbeddedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedServer").field("running", &self.thread.is_some()).finish()
    }
}
