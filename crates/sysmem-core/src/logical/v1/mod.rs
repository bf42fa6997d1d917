//! Participants that speak the first version of the protocol (`sysmem1.md`).
//!
//! Their requests become the same operations on the same tree, and their constraints the same
//! tables in the same negotiation. Here is what differs: the order in which they may say what,
//! statuses, the sink for events, and the cap of unanswered requests.

mod fault;
mod outcome;
mod refusal;
mod token;
mod view;

pub(crate) use fault::{FaultV1, epitaph};
pub(super) use outcome::{is_view, outcome};
pub(super) use refusal::refusal;
