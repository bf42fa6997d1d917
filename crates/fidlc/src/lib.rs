//! Compiles FIDL libraries to an intermediate representation, and that to Rust and JSON.

pub mod backend;
pub mod ir;
