//! The negotiation, from outside: worked examples and sentences of `sysmem2-constraints.md`, cases
//! with their results, and properties.

#[path = "../support/mod.rs"]
mod support;

mod cases;
