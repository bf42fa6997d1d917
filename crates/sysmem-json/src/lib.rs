//! The one JSON form of the protocol's tables (`negotiate-json.md`).
//!
//! Used wherever constraints and settings meet files or people: `sysmem negotiate`, pipelines,
//! inspection, tests. What a table looks like is declared once, in `tables.rs`, for reading and
//! writing.
//!
//! - [`from_json`], [`from_text`] and [`to_json`] convert tables such as
//!   `BufferCollectionConstraints`; errors name the place.
//! - [`Scenario`] is the input of a negotiation without a service, [`negotiate`] its [`Outcome`],
//!   [`Report`] the result in JSON.
//! - [`Reader`] and [`Form`] are for files that have tables in them: errors then name the place in
//!   the whole file.
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

mod costs;
mod error;
mod form;
mod inspection;
mod negotiate;
mod parse;
mod place;
mod reader;
mod report;
mod scenario;
mod tables;
mod usage;

pub use error::{Error, Expected, Found, Reason};
pub use form::{Form, List, Text, from_json, from_text, to_json};
pub use negotiate::{Outcome, PAGE_SIZE_BYTES, Refusal, Rejection, negotiate};
pub use parse::parse;
pub use place::{Place, Step};
pub use reader::{Fields, Reader};
pub use report::Report;
pub use scenario::{Group, Node, Participant, Scenario};
