//! Compiles FIDL libraries to an intermediate representation, and that to Rust and JSON.
