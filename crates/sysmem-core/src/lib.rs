//! The logic of sysmem as a state machine without I/O.
//!
//! [`Core`] takes in what happens ([`Input`]: a decoded request, a closed channel, memory that was
//! made, a deadline) and says what is to be done ([`Effect`]: reply, close, serve, allocate, log).
//! Whoever drives it keeps the sockets and the memory, and answers through [`Host`] which number of
//! the core's a received handle stands for. Equal inputs lead to equal effects, so that tests can
//! replay any interleaving.
//!
//! Rules are cited as sections of `sysmem2-protocols.md`; those of the negotiation of constraints,
//! a pure function in [`negotiation`], as sections of `sysmem2-constraints.md`.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a failing test is a panic"
    )
)]

mod allocator;
mod allocator_v1;
mod core;
mod deadlines;
mod deviation;
mod failed;
pub mod inspect;
mod interface;
mod lifetime;
mod limits;
mod logical;
pub mod negotiation;
mod owners;
pub mod selection;
mod shared;
mod token_request;
mod tree;
mod vmo_info;

pub use crate::core::{Config, Core};
pub use failed::{Difference, Explained, ExplainedCombination, FailedAllocation, Reason};
pub use interface::*;
pub use limits::SELECTIONS_MAX;
pub use logical::Inconsistency;
pub use token_request::TokenRequest;
