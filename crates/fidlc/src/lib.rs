//! Compiles FIDL libraries to an intermediate representation, and that to Rust, C and JSON.
//!
//! The front end goes from source texts to [`ir::Library`]: lexer, parser, versions, analysis. It
//! reads no files and never panics, whatever the texts are. Everything it has to say is a
//! [`Diagnostic`] under the rule of `fidl-language.md` section 12 that it comes from.
//!
//! ```
//! use fidlc::{Compiler, SourceFile};
//!
//! let text = "library example; type Point = struct { x int32; y int32; };".to_owned();
//! let mut compiler = Compiler::new();
//! compiler.add_library(vec![SourceFile { name: "example.fidl".to_owned(), text }]);
//! let compilation = compiler.compile()?;
//! assert_eq!(compilation.libraries[0].declarations[0].name.declaration, "Point");
//! # Ok::<(), fidlc::Diagnostics>(())
//! ```

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
