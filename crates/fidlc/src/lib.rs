//! Compiles FIDL libraries to an intermediate representation, and that to Rust and JSON.
//!
//! The front end goes from source texts to [`ir::Library`]: lexer, parser, versions, analysis. It
//! reads no files and never panics, whatever the texts are. Everything it has to say is a
//! [`Diagnostic`] under the rule of `fidl-language.md` section 12 that it comes from.

#![forbid(unsafe_code)]

mod ast;
mod attributes;
pub mod backend;
pub mod build_script;
mod compiler;
mod diagnostics;
pub mod ir;
mod lexer;
mod parser;
mod sema;
mod source;
mod versions;

pub use compiler::{Compilation, Compiler};
pub use diagnostics::{Diagnostic, Diagnostics, Rule, Style};
pub use source::SourceFile;
pub use versions::{BadVersion, Version};
