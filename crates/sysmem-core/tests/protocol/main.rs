//! The protocol as clients see it: sentences of `sysmem2-protocols.md` section 7, and a simulation.
//!
//! [`driver`] stands in for a server, [`wires`] for its sockets, [`memory`] for its buffers. Every
//! effect is checked when it is carried out ([`effects`]), and every input by what it has made of
//! the trees ([`model`]). [`world`] and [`client`] give the sentences clients that read like
//! clients; [`simulator`] sets hundreds of them loose by a seed.

mod client;
mod constraints;
mod driver;
mod effects;
mod handle;
mod inspect;
mod lifecycle;
mod memory;
mod model;
mod simulator;
mod sysmem1;
mod wires;
mod world;
