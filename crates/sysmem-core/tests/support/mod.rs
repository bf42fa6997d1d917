//! What tests of the negotiation share.

pub mod json;
pub mod tree;
mod usage_names;
