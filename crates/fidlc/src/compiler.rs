//! The compiler as its users see it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast;
use crate::attributes;
use crate::diagnostics::{Diagnostic, Diagnostics, Rule, Sink};
use crate::ir;
use crate::sema::{self, Library};
use crate::source::{SourceFile, Sources, Span};
use crate::versions::{self, Selection, Timeline, UNVERSIONED, Version};
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
        let files = files.into_iter().map(|file| self.sources.add(file)).collect();
        self.libraries.push(files);
        self
    }

    /// Selects a version of a platform: its libraries are compiled as they are then. Further
    /// versions of the same platform add what exists in them and was removed later. Without any
    /// selection everything is compiled at [`Version::HEAD`]; with one, every platform needs its
    /// own.
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
        let sources = Arc::new(self.sources.clone());
        let mut sink = Sink::default();
        let libraries = match self.parse(&mut sink) {
            Some(parsed) => self.analyze(&parsed, &sources, &mut sink),
            None => Vec::new(),
        };
        let failed = sink.has_errors();
        let findings = sink.finish(sources);
        if failed { Err(findings) } else { Ok(Compilation { libraries, warnings: findings }) }
    }

    fn analyze(&self, parsed: &[Library], sources: &Sources, sink: &mut Sink) -> Vec<ir::Library> {
        attributes::check(parsed, sink);
        let timeline = Timeline::new(parsed, sink);
        let selected = self.selection(parsed, &timeline, sink);
        let mut used_imports = BTreeSet::new();
        for (platform, selection) in versions::all_slices(&timeline, &selected) {
            let slice = versions::slice(parsed, &timeline, &selection);
            let mut findings = Sink::default();
            used_imports.extend(sema::check(&slice, &mut findings));
            // Libraries of other platforms see this one as it is selected, and in no other slice.
            let own = files_of(parsed, &timeline, &platform);
            sink.adopt(findings, |place| own.contains(&place.file));
        }
        let slice = versions::slice(parsed, &timeline, &selected);
        let analysis = sema::compile(&slice, sources, sink);
        used_imports.extend(analysis.used_imports);
        unused_imports(parsed, &used_imports, sink);
        analysis.libraries
    }

    /// The selected versions of every platform that the libraries belong to.
    fn selection(&self, libraries: &[Library], timeline: &Timeline, sink: &mut Sink) -> Selection {
        let head = BTreeSet::from([Version::HEAD]);
        let mut selection = Selection::new();
        for (library, platform) in libraries.iter().zip(&timeline.platforms) {
            let chosen = self.selected.get(platform);
            let needed = platform != UNVERSIONED && !self.selected.is_empty();
            if let (None, true, Some(file)) = (chosen, needed, library.files.first()) {
                let message = format!("no version is selected for the platform `{platform}`");
                sink.report(
                    Diagnostic::new(Rule::NoVersionSelected, file.library.span, message)
                        .help(format!("pass `--available {platform}:HEAD`")),
                );
            }
            selection.insert(platform.clone(), chosen.unwrap_or(&head).clone());
        }
        selection
    }

    /// The libraries; `None` if anything in them could not be read, since it would be missed
    /// everywhere.
    fn parse(&self, sink: &mut Sink) -> Option<Vec<Library>> {
        let mut complete = true;
        let mut next_id = 0;
        let mut libraries: Vec<Library> = Vec::new();
        for files in &self.libraries {
            let mut parsed: Vec<ast::File> = Vec::new();
            for &file in files {
                let tokens = lexer::lex(file, self.sources.text(file), sink);
                parsed.extend(parser::parse(tokens, &mut next_id, sink));
            }
            complete &= parsed.len() == files.len() && parsed.iter().all(|file| file.complete);
            let Some(first) = parsed.first() else { continue };
            let (name, span) = (first.library.text(), first.library.span);
            for other in parsed.iter().filter(|other| other.library.text() != name) {
                let message = format!("this file belongs to another library than `{name}`");
                sink.report(
                    Diagnostic::new(Rule::LibraryNameMismatch, other.library.span, message)
                        .also(span, "the first file of the library"),
                );
            }
            let earlier = libraries.iter().find(|library| library.name == name);
            if let Some(first) = earlier.and_then(|library| library.files.first()) {
                let message = format!("there are two libraries `{name}`");
                let diagnostic = Diagnostic::new(Rule::DuplicateLibrary, span, message);
                sink.report(diagnostic.also(first.library.span, "the first one"));
                continue;
            }
            libraries.push(Library { name, files: parsed });
        }
        complete.then_some(libraries)
    }
}

/// The files of the libraries of a platform.
fn files_of(libraries: &[Library], timeline: &Timeline, platform: &str) -> BTreeSet<usize> {
    let all = libraries.iter().zip(&timeline.platforms);
    let own = all.filter(|(_, of)| *of == platform).flat_map(|(library, _)| &library.files);
    own.map(|file| file.library.span.file).collect()
}

/// Reports imports that nothing refers to in any version.
fn unused_imports(libraries: &[Library], used: &BTreeSet<Span>, sink: &mut Sink) {
    let files = libraries.iter().flat_map(|library| &library.files);
    for import in files.flat_map(|file| &file.imports) {
        let span = import.library.span;
        if !used.contains(&span) {
            let message =
                format!("the library `{}` is imported but not used", import.library.text());
            let diagnostic = Diagnostic::new(Rule::UnusedImport, span, message);
            sink.report(diagnostic.help("remove this line"));
        }
    }
}
