//! The protocol as clients see it: sentences of `sysmem2-protocols.md` section 7, and a simulation.
//!
//! [`driver`] stands in for sockets and memory and checks every effect; [`world`] and [`client`]
//! give the sentences clients that read like clients; [`simulator`] sets hundreds of them loose by
//! a seed.

mod client;
mod constraints;
mod driver;
mod handle;
mod inspect;
mod lifecycle;
mod memory;
mod model;
mod simulator;
mod world;
