//! What a name stands for (`fidl-language.md` 9.1).

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::Analyzer;
use super::model::{DeclId, Scope, Syntax};
use super::names::is_near;
use crate::ast::{Dotted, Ident, LayoutBody, ValueField, join};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Primitive, Role};
use crate::source::{ElementId, Span};

/// The imports of one file, under the names that it uses.
#[derive(Debug, Default)]
pub(super) struct FileScope<'a> {
    pub imports: HashMap<String, Imported<'a>>,
    /// Names of imports that are wrong in themselves; what they would bring is not missed.
    pub broken: HashSet<String>,
}

#[derive(Debug)]
pub(super) struct Imported<'a> {
    pub library: usize,
    pub name: &'a Dotted,
    pub used: Cell<bool>,
}

/// The meaning of a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolved<'a> {
    Decl(DeclId),
    /// A member of an enum or bits, by index.
    Member(DeclId, usize, &'a ValueField),
    Builtin(Builtin),
}

/// Names that every library knows (`fidl-language.md` 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    Primitive(Primitive),
    String,
    Vector,
    Array,
    Box,
    Endpoint(Role),
    Optional,
    /// The largest size bound.
    Max,
    /// `NEXT` and `HEAD`.
    Version,
    /// C-like types behind an experimental flag.
    Experimental,
}

/// The types that every library knows, for suggestions.
const BUILTIN_TYPES: &[&str] = &[
    "array",
    "bool",
    "box",
    "byte",
    "client_end",
    "float32",
    "float64",
    "int16",
    "int32",
    "int64",
    "int8",
    "optional",
    "server_end",
    "string",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "vector",
];

impl Builtin {
    fn named(name: &str) -> Option<Builtin> {
        Some(match name {
            "bool" => Builtin::Primitive(Primitive::Bool),
            "int8" => Builtin::Primitive(Primitive::Int8),
            "int16" => Builtin::Primitive(Primitive::Int16),
            "int32" => Builtin::Primitive(Primitive::Int32),
            "int64" => Builtin::Primitive(Primitive::Int64),
            "uint8" | "byte" => Builtin::Primitive(Primitive::Uint8),
            "uint16" => Builtin::Primitive(Primitive::Uint16),
            "uint32" => Builtin::Primitive(Primitive::Uint32),
            "uint64" => Builtin::Primitive(Primitive::Uint64),
            "float32" => Builtin::Primitive(Primitive::Float32),
            "float64" => Builtin::Primitive(Primitive::Float64),
            "string" => Builtin::String,
            "vector" => Builtin::Vector,
            "array" => Builtin::Array,
            "box" => Builtin::Box,
            "client_end" => Builtin::Endpoint(Role::Client),
            "server_end" => Builtin::Endpoint(Role::Server),
            "optional" => Builtin::Optional,
            "MAX" => Builtin::Max,
            "NEXT" | "HEAD" => Builtin::Version,
            "string_array" | "experimental_pointer" | "uchar" | "usize64" | "uintptr64" => {
                Builtin::Experimental
            }
            _ => return None,
        })
    }
}

impl<'a> Analyzer<'a> {
    /// Builds the scope of every file from its imports.
    pub(super) fn open_files(&mut self) {
        let slice = self.slice;
        for library in &slice.libraries {
            for file in &library.files {
                let mut scope = FileScope::default();
                for import in &file.imports {
                    self.open_import(&library.name, import, &mut scope);
                }
                self.files.insert(file.library.span.file, scope);
            }
        }
    }

    fn open_import(
        &mut self,
        importer: &str,
        import: &'a crate::ast::Import,
        scope: &mut FileScope<'a>,
    ) {
        let name = import.library.text();
        let local = import.alias.as_ref().map_or_else(|| name.clone(), |alias| alias.text.clone());
        self.broken_imports.insert(import.library.span);
        scope.broken.insert(local.clone());
        let Some(&library) = self.library_index.get(name.as_str()) else {
            let message = format!("the library `{name}` was not supplied");
            self.error(Rule::UnknownLibrary, import.library.span, message);
            return;
        };
        let earlier = scope.imports.values().find(|imported| imported.library == library);
        if name == importer || earlier.is_some() {
            let message = format!("the library `{name}` is already imported");
            let mut diagnostic =
                Diagnostic::new(Rule::DuplicateImport, import.library.span, message);
            if let Some(earlier) = earlier {
                diagnostic = diagnostic.also(earlier.name.span, "first imported here");
            }
            self.report(diagnostic);
            return;
        }
        let (span, rule) = match &import.alias {
            Some(alias) => (alias.span, Rule::ImportAliasClash),
            None => (import.library.span, Rule::ImportNameClash),
        };
        if let Some(earlier) = scope.imports.get(&local) {
            let message = format!("another import is already called `{local}` here");
            let earlier = earlier.name.span;
            self.report(Diagnostic::new(rule, span, message).also(earlier, "first import"));
            return;
        }
        self.broken_imports.remove(&import.library.span);
        scope.broken.remove(&local);
        let imported = Imported { library, name: &import.library, used: Cell::new(false) };
        scope.imports.insert(local, imported);
    }

    /// The places of the imports that something refers to, or that are wrong in themselves.
    pub(super) fn used_imports(&self) -> BTreeSet<Span> {
        let mut used = self.broken_imports.clone();
        for scope in self.files.values() {
            used.extend(scope.imports.values().filter(|i| i.used.get()).map(|i| i.name.span));
        }
        used
    }

    /// Finds what `path` names, or reports why it names nothing.
    pub(super) fn resolve(&mut self, path: &Dotted, scope: Scope) -> Option<Resolved<'a>> {
        if let [name] = path.parts.as_slice() {
            return self.resolve_simple(name, scope);
        }
        // The longest library name wins.
        let longest = path.parts.len().saturating_sub(1);
        let shortest = longest.saturating_sub(1).max(1);
        let mut library_found = None;
        for length in (shortest..=longest).rev() {
            let (prefix, rest) = path.parts.split_at(length);
            let Some(library) = self.library_named(&join(prefix), scope) else { continue };
            if let Some(id) = rest.first().and_then(|name| self.declared(library, &name.text)) {
                return self.use_decl(id, rest, scope);
            }
            library_found = library_found.or(rest.first().map(|name| (library, name)));
        }
        let first = path.parts.first()?;
        if path.parts.len() == 2
            && let Some(id) = self.declared(scope.library, &first.text)
        {
            return self.use_decl(id, &path.parts, scope);
        }
        match library_found {
            Some((library, name)) => self.not_found(library, name),
            None => self.unknown_library(path, scope),
        }
        None
    }

    fn resolve_simple(&mut self, name: &Ident, scope: Scope) -> Option<Resolved<'a>> {
        if let Some(id) = self.declared(scope.library, &name.text) {
            return self.use_decl(id, std::slice::from_ref(name), scope);
        }
        if let Some(builtin) = Builtin::named(&name.text) {
            return Some(Resolved::Builtin(builtin));
        }
        self.not_found(scope.library, name);
        None
    }

    fn declared(&self, library: usize, name: &str) -> Option<DeclId> {
        self.decls.named.get(library)?.get(name).copied()
    }

    /// Whether a name alone is the built-in constraint word.
    pub(super) fn is_optional(&self, path: &Dotted, scope: Scope) -> bool {
        match path.parts.as_slice() {
            [name] => name.text == "optional" && self.declared(scope.library, "optional").is_none(),
            _ => false,
        }
    }

    fn library_named(&self, name: &str, scope: Scope) -> Option<usize> {
        let own = self.slice.libraries.get(scope.library).map(|library| library.name.as_str());
        if own == Some(name) {
            return Some(scope.library);
        }
        let imported = self.files.get(&scope.file)?.imports.get(name)?;
        imported.used.set(true);
        Some(imported.library)
    }

    /// `rest` starts with the name of the declaration; one more name is its member.
    fn use_decl(&mut self, id: DeclId, rest: &[Ident], scope: Scope) -> Option<Resolved<'a>> {
        let target = self.info(id);
        let (library, element, syntax) = (target.library, target.element, target.syntax);
        let span = rest.first().map_or(target.span, |name| name.span);
        if library != scope.library
            && let Some(references) = self.references.get_mut(scope.library)
        {
            references.insert(library);
        }
        self.check_deprecation(id, element, span, scope);
        let Some(member) = rest.get(1) else { return Some(Resolved::Decl(id)) };
        let body = match syntax {
            Syntax::Layout(layout) => match &layout.body {
                LayoutBody::Enum(body) | LayoutBody::Bits(body) => Some(body),
                _ => None,
            },
            _ => None,
        };
        let name = self.info(id).name.clone();
        let Some(body) = body else {
            let message = format!("`{name}` is {} and has no members to name", syntax.describe());
            self.error(Rule::NoMembers, member.span, message);
            return None;
        };
        let found = body.members.iter().enumerate().find(|(_, m)| m.name.text == member.text);
        let Some((index, field)) = found else {
            let message = format!("`{name}` has no member `{}`", member.text);
            let declared = self.info(id).span;
            self.report(
                Diagnostic::new(Rule::NoSuchMember, member.span, message)
                    .also(declared, "declared here"),
            );
            return None;
        };
        self.check_deprecation(id, field.id, member.span, scope);
        Some(Resolved::Member(id, index, field))
    }

    fn check_deprecation(&mut self, id: DeclId, target: ElementId, span: Span, scope: Scope) {
        if !self.is_deprecated(target) || self.is_deprecated(scope.element) {
            return;
        }
        let info = self.info(id);
        let platform = |library: usize| self.slice.platforms.get(library);
        let same = platform(info.library) == platform(scope.library);
        let rule = if same { Rule::DeprecatedReference } else { Rule::DeprecatedReferenceAcross };
        let message = format!("`{}` is deprecated and what refers to it is not", info.name);
        let declared = info.span;
        self.report(Diagnostic::new(rule, span, message).also(declared, "declared here"));
    }

    fn not_found(&mut self, library: usize, name: &Ident) {
        let text = &name.text;
        if let Some(span) = self.decls.generated_named(library, text) {
            let message = format!("`{text}` is the generated name of an anonymous layout");
            self.report(
                Diagnostic::new(Rule::GeneratedNameReference, name.span, message)
                    .also(span, "the layout")
                    .help("give the layout a name of its own with `type`"),
            );
            return;
        }
        let in_library = self.slice.libraries.get(library).map_or("", |l| l.name.as_str());
        let known = self.slice.all_names.get(library).is_some_and(|names| names.contains(text));
        if known {
            let message = format!("`{text}` exists in `{in_library}`, but not in these versions");
            self.error(Rule::NameInOtherVersions, name.span, message);
            return;
        }
        let message = format!("cannot find `{text}` in library `{in_library}`");
        let mut diagnostic = Diagnostic::new(Rule::NameNotFound, name.span, message);
        if let Some(similar) = self.similar(library, text) {
            diagnostic = diagnostic.help(format!("there is `{similar}`"));
        }
        self.report(diagnostic);
    }

    /// A declared or built-in name that differs in style or in one letter.
    fn similar(&self, library: usize, name: &str) -> Option<String> {
        let named = self.decls.named.get(library)?.keys().copied();
        let known = named.chain(BUILTIN_TYPES.iter().copied());
        known.filter(|known| is_near(known, name)).min().map(str::to_owned)
    }

    fn unknown_library(&mut self, path: &Dotted, scope: Scope) {
        let broken = |length: usize| {
            let name = join(path.parts.get(..length).unwrap_or_default());
            self.files.get(&scope.file).is_some_and(|file| file.broken.contains(&name))
        };
        if (1..path.parts.len()).any(broken) {
            return;
        }
        let prefix = path.parts.get(..path.parts.len().saturating_sub(1)).unwrap_or_default();
        let name = join(prefix);
        let message = format!("no library is imported as `{name}`");
        let mut diagnostic = Diagnostic::new(Rule::UnknownLibraryPrefix, path.span, message);
        if self.library_index.contains_key(name.as_str()) {
            diagnostic = diagnostic.help(format!("add `using {name};`"));
        }
        self.report(diagnostic);
    }
}
