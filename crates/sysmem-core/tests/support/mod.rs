//! What tests of the negotiation share.

pub mod arbitrary;
pub mod json;
pub mod participants;
pub mod tree;
mod usage_names;
