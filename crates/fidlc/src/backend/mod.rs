//! What the compiler makes of a compiled library: C, Rust modules and the JSON form of the IR.

pub mod c;
pub mod json;
pub mod rust;

/// A file that a back end made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// File name without a folder, for example `fuchsia_sysmem2.rs`.
    pub name: String,
    /// The whole text.
    pub text: String,
}
