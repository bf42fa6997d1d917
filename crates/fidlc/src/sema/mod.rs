//! Meaning: names, constants, types, the rules of every declaration, layouts; from syntax to the
//! intermediate representation. Works on one slice of versions at a time.

mod arguments;
mod clashes;
mod collect;
mod constants;
mod constraints;
mod cycles;
mod graph;
mod layouts;
mod lower;
mod model;
mod names;
mod numbers;
mod ordinals;
mod protocols;
mod resolve;
mod resources;
mod sha256;
mod shapes;
mod simple;
mod slice;
mod transports;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::diagnostics::{Diagnostic, Rule, Sink};
use crate::ir;
use crate::source::{ElementId, Sources, Span};
use collect::Declarations;
use model::{Checked, DeclId, DeclInfo, Syntax, Ty};
use resolve::FileScope;

pub(crate) use model::Library;
pub(crate) use names::{canonical, is_identifier, is_library_name, is_near};
pub(crate) use slice::Slice;

/// Aliases, constants and layouts may be nested through names this deep.
const MAX_DEPTH: usize = 128;

/// Checks a slice; gives the places of the imports that it needs.
pub(crate) fn check(slice: &Slice, sink: &mut Sink) -> BTreeSet<Span> {
    let mut analyzer = Analyzer::new(slice, sink);
    analyzer.check_all();
    analyzer.used_imports()
}

/// Checks a slice and, if nothing at all is wrong, gives its libraries.
pub(crate) fn compile(slice: &Slice, sources: &Sources, sink: &mut Sink) -> Analysis {
    let mut analyzer = Analyzer::new(slice, sink);
    let checked = analyzer.check_all();
    let used_imports = analyzer.used_imports();
    let mut libraries = Vec::new();
    if !analyzer.sink.has_errors() {
        libraries = lower::lower(&analyzer, &checked, sources);
    }
    Analysis { libraries, used_imports }
}

/// What comes out of a slice.
#[derive(Debug)]
pub(crate) struct Analysis {
    /// In the order of dependencies; empty if there are errors.
    pub libraries: Vec<ir::Library>,
    /// Places of the imports that it needs.
    pub used_imports: BTreeSet<Span>,
}

/// A value that is computed when first asked for, and may be asked for by its own computation.
#[derive(Clone, Debug)]
enum Memo<T> {
    Running,
    Done(T),
}

struct Analyzer<'a> {
    slice: &'a Slice,
    sink: &'a mut Sink,
    decls: Declarations<'a>,
    /// By file.
    files: HashMap<usize, FileScope<'a>>,
    library_index: BTreeMap<&'a str, usize>,
    broken_imports: BTreeSet<Span>,
    /// By library: the others that it refers to.
    references: Vec<BTreeSet<usize>>,
    aliases: HashMap<DeclId, Memo<Ty>>,
    constants: HashMap<DeclId, Memo<Option<(Ty, ir::Value)>>>,
    member_values: HashMap<(DeclId, usize), Memo<Option<i128>>>,
    /// Values of attribute arguments that are not literals, by place.
    arguments: HashMap<Span, ir::Value>,
    /// Constants of a circle that has been reported.
    in_cycle: HashSet<DeclId>,
    depth: usize,
}

impl<'a> Analyzer<'a> {
    fn new(slice: &'a Slice, sink: &'a mut Sink) -> Self {
        let mut library_index = BTreeMap::new();
        for (index, library) in slice.libraries.iter().enumerate() {
            library_index.entry(library.name.as_str()).or_insert(index);
        }
        let mut analyzer = Analyzer {
            slice,
            sink,
            decls: Declarations::collect(&slice.libraries),
            files: HashMap::new(),
            library_index,
            broken_imports: BTreeSet::new(),
            references: vec![BTreeSet::new(); slice.libraries.len()],
            aliases: HashMap::new(),
            constants: HashMap::new(),
            member_values: HashMap::new(),
            arguments: HashMap::new(),
            in_cycle: HashSet::new(),
            depth: 0,
        };
        analyzer.open_files();
        analyzer
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    fn error(&mut self, rule: Rule, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(rule, span, message));
    }

    fn info(&self, id: DeclId) -> &DeclInfo<'a> {
        &self.decls.list[id.0]
    }

    /// Runs what follows names from declaration to declaration, unless the chain is too long to
    /// follow.
    fn deeper<T>(&mut self, span: Span, run: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let message = format!("this chain of declarations is longer than {MAX_DEPTH}");
            self.error(Rule::NestingTooDeep, span, message);
            return None;
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    fn check_all(&mut self) -> Vec<Checked<'a>> {
        let mut checked = Vec::with_capacity(self.decls.list.len());
        for id in self.decls.ids() {
            checked.push(self.check(id));
        }
        self.check_arguments();
        self.check_clashes();
        self.check_methods(&checked);
        self.check_transports(&checked);
        let cyclic = self.check_cycles(&checked);
        if !cyclic {
            self.check_sizes(&checked);
            self.check_simple(&checked);
        }
        checked
    }

    fn check(&mut self, id: DeclId) -> Checked<'a> {
        let info = self.info(id);
        let (scope, span, syntax) = (info.scope(), info.span, info.syntax);
        match syntax {
            Syntax::Const { .. } => match self.constant(id, span) {
                Some((ty, value)) => Checked::Const { ty, value },
                None => Checked::Error,
            },
            Syntax::Alias(_) => Checked::Alias(self.alias(id, span)),
            Syntax::NewType(ty) => {
                let message = "a type of its own with the values of another is experimental";
                self.report(
                    Diagnostic::new(Rule::NewType, ty.span, message)
                        .help("use `alias` for another name of the same type"),
                );
                Checked::Error
            }
            Syntax::Layout(layout) => self.layout(id, layout, scope),
            Syntax::Protocol(protocol) => self.protocol(id, protocol, scope),
            Syntax::Service(members) => self.service(members, scope),
            Syntax::Resource { base, properties } => self.resource(base, properties, scope, span),
            Syntax::Result(method) => self.result_union(id, method),
            Syntax::EmptySuccess => {
                let members = Vec::new();
                Checked::Struct { members, resource: false, is_empty_success: true }
            }
        }
    }

    fn is_deprecated(&self, element: ElementId) -> bool {
        self.slice.deprecated.contains_key(&element)
    }
}
