//! The compiler as its users see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast;
use crate::diagnostics::{Diagnostic, Diagnostics, Rule, Sink};
use crate::ir;
use crate::sema::{self, Library, Slice};
use crate::source::{SourceFile, Sources};
use crate::versions::Version;
use crate::{lexer, parser};

/// Takes libraries as source texts and compiles them together.
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    sources: Sources,
    /// By library the indices of its files.
    libraries: Vec<Vec<usize>>,
    /// Selected versions by platform.
    selected: BTreeMap<String, BTreeSet<Version>>,
}

/// What came out of sources without errors.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// Every library after those that it depends on.
    pub libraries: Vec<ir::Library>,
    /// Findings that do not hinder.
    pub warnings: Diagnostics,
}

impl Compiler {
    /// A compiler without libraries.
    pub fn new() -> Self {
        Compiler::default()
    }

    /// Adds the files of one library. The order of libraries does not matter.
    pub fn add_library(&mut self, files: Vec<SourceFile>) -> &mut Self {
        let start = self.sources.0.len();
        self.sources.0.extend(files);
        self.libraries.push((start..self.sources.0.len()).collect());
        self
    }

    /// Selects a version of a platform: its libraries are compiled as they are then. Further versions
    /// of the same platform add what exists in them and was removed later. Without any selection
    /// everything is compiled at [`Version::HEAD`]; with one, every platform needs its own.
    pub fn select(&mut self, platform: &str, version: Version) -> &mut Self {
        self.selected.entry(platform.to_owned()).or_default().insert(version);
        self
    }

    /// Compiles everything.
    ///
    /// # Errors
    ///
    /// All findings, in the order of the sources, if one of them is an error.
    pub fn compile(&self) -> Result<Compilation, Diagnostics> {
        let mut sink = Sink::default();
        let libraries = self.parse(&mut sink);
        let sources = Arc::new(self.sources.clone());
        let slice = Slice {
            platforms: vec![String::new(); libraries.len()],
            all_names: vec![BTreeSet::new(); libraries.len()],
            libraries,
            ..Slice::default()
        };
        let libraries =
            if sink.has_errors() { Vec::new() } else { sema::analyze(&slice, &sources, &mut sink) };
        let failed = sink.has_errors();
        let findings = sink.finish(sources);
        if failed { Err(findings) } else { Ok(Compilation { libraries, warnings: findings }) }
    }

    fn parse(&self, sink: &mut Sink) -> Vec<Library> {
        let mut next_id = 0;
        let mut libraries: Vec<Library> = Vec::new();
        for files in &self.libraries {
            let mut parsed: Vec<ast::File> = Vec::new();
            for &file in files {
                let tokens = lexer::lex(file, self.sources.text(file), sink);
                parsed.extend(parser::parse(tokens, &mut next_id, sink));
            }
            let Some(first) = parsed.first() else { continue };
            let (name, span) = (first.library.text(), first.library.span);
            for other in parsed.iter().filter(|other| other.library.text() != name) {
                let message = format!("this file belongs to another library than `{name}`");
                sink.report(
                    Diagnostic::new(Rule::LibraryNameMismatch, other.library.span, message)
                        .also(span, "the first file of the library"),
                );
            }
            if libraries.iter().any(|library| library.name == name) {
                let message = format!("there are two libraries `{name}`");
                sink.report(Diagnostic::new(Rule::DuplicateLibrary, span, message));
                continue;
            }
            libraries.push(Library { name, files: parsed });
        }
        libraries
    }
}
