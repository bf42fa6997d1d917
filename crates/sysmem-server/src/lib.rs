//! The sysmem service: one event loop that drives the core.
//!
//! The logic of sysmem is in `sysmem-core`, which does no I/O. This crate gives it sockets, memory
//! and time: it turns packets into inputs of the core, and effects of the core into system calls.
//! It decides nothing that the core could decide. What the objects are on Linux is fixed by
//! `linux-objects.md`.
//!
//! A process that is the service runs a [`Server`]; one that has it beside other things spawns an
//! [`EmbeddedServer`].
//!
//! ```no_run
//! use sysmem_server::{EmbeddedServer, ServerConfig};
//!
//! let server = EmbeddedServer::spawn(ServerConfig::embedded())?;
//! let allocator = server.connect()?; // speaks fuchsia.sysmem2/Allocator
//! server.stop()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Beside the Allocator it offers protocols about its own work, each on a socket of its own
//! ([`Discoverable`]): why there are no buffers, and, to those who may know, all that there is.
//!
//! # What no client can do
//!
//! - Hold up the loop. Sends do not wait, reads take turns, slow heaps and slow closes have threads
//!   of their own, and no system call reaches a file that a client made.
//!   One limit is the kernel's: receiving from a socket waits, whatever the flags, while another
//!   holder of the same end is in the middle of receiving into memory that nobody provides
//!   (`userfaultfd`, a mapped file of a file system of its own). Whoever may send server ends and
//!   keeps copies of them can do that; against it help only limits on who may connect.
//! - End the process. What is wrong with a message ends its channel; should the core panic, one
//!   collection ends.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod buffer_quota;
mod buffers;
mod channels;
mod client_handle;
mod closer;
mod config;
mod containment;
mod deliveries;
mod discoverable;
mod dispatch;
mod dma_buf;
mod driver;
mod driver_connector;
mod effects;
mod embedded;
mod error;
mod event_loop;
mod explainer;
mod explanation;
mod failures;
mod heaps;
mod inspector;
mod linux_sysmem;
mod listener;
mod mailbox;
mod node_refs;
mod objects;
mod outbox;
mod replies;
mod replies_v1;
mod service;
mod sinks;
mod turn_in;

pub use config::{HeapEntry, ServerConfig};
pub use discoverable::Discoverable;
pub use embedded::EmbeddedServer;
pub use error::{BindError, ConnectError, RunError};
pub use event_loop::Server;
pub use mailbox::{Connector, Stopper};
pub use sysmem_core::negotiation::{CostTable, FormatCost};
