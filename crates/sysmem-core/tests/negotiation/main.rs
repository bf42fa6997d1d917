//! The negotiation, from outside: worked examples and sentences of `sysmem2-constraints.md`, cases
//! with their results, and properties.

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod conflicts;
mod examples;
mod examples_layout;
mod explanations;
mod failures;
mod limits;
mod properties;
mod satisfaction;
mod sentences;
mod sentences_formats;
mod sentences_images;
mod small_world;
