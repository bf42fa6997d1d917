//! Names that bindings could not tell apart (`fidl-language.md` 9.2).

use std::collections::HashMap;

use super::Analyzer;
use super::model::{Checked, CheckedMethod, DeclId, Syntax};
use super::names::canonical;
use crate::ast::{Field, Ident, Layout, LayoutBody, OrdinalField, ValueField};
use crate::diagnostics::{Diagnostic, Rule};
use crate::source::{ElementId, Span};

/// A name in a scope.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    span: Span,
    element: ElementId,
    /// Not written in the source.
    generated: bool,
}

impl Named {
    fn written(name: &Ident, element: ElementId) -> Named {
        Named { name: name.text.clone(), span: name.span, element, generated: false }
    }
}

impl<'a> Analyzer<'a> {
    /// Reports clashes among declarations, with imports, and among the members of each declaration.
    pub(super) fn check_clashes(&mut self) {
        let mut by_library = vec![Vec::new(); self.slice.libraries.len()];
        let mut scopes = Vec::new();
        for id in self.decls.ids() {
            let info = self.info(id);
            let named = Named {
                name: info.name.clone(),
                span: info.span,
                element: info.element,
                generated: info.context.len() > 1,
            };
            self.clash_with_import(&named);
            let info = self.info(id);
            by_library[info.library].push(named);
            scopes.push(members(&info.syntax));
        }
        for scope in by_library.into_iter().chain(scopes) {
            self.check_scope(scope);
        }
    }

    fn check_scope(&mut self, mut scope: Vec<Named>) {
        // Generated declarations come with their protocols; source order decides who was first.
        scope.sort_by_key(|named| named.span);
        let mut seen: HashMap<String, Named> = HashMap::new();
        for named in scope {
            match seen.get(&canonical(&named.name)).cloned() {
                Some(first) => self.clash(&first, &named),
                None => {
                    seen.insert(canonical(&named.name), named);
                }
            }
        }
    }

    fn clash(&mut self, first: &Named, second: &Named) {
        let lifetime = |named: &Named| self.slice.lifetimes.get(&named.element);
        let together = lifetime(first) == lifetime(second);
        let (a, b) = (&first.name, &second.name);
        let (rule, mut message) = match (a == b, together) {
            (true, true) => (Rule::SameName, format!("the name `{b}` is taken already")),
            (true, false) => (Rule::SameNameOverlap, format!("the name `{b}` is taken already")),
            (false, true) => {
                (Rule::SameCanonicalName, format!("the names `{a}` and `{b}` differ only in style"))
            }
            (false, false) => (
                Rule::SameCanonicalNameOverlap,
                format!("the names `{a}` and `{b}` differ only in style"),
            ),
        };
        if !together {
            message.push_str(", and both exist in some versions");
        }
        let mut diagnostic =
            Diagnostic::new(rule, second.span, message).also(first.span, "first declared here");
        if a != b {
            let form = canonical(b);
            diagnostic = diagnostic.help(format!("to bindings both are `{form}`"));
        }
        if first.generated || second.generated {
            diagnostic = diagnostic.help(
                "an anonymous layout is named after its place: change that with \
                 `@generated_name(\"...\")`, or give it a name with `type`",
            );
        }
        self.report(diagnostic);
    }

    fn clash_with_import(&mut self, named: &Named) {
        let Some(scope) = self.files.get(&named.span.file) else { return };
        let form = canonical(&named.name);
        let found = scope.imports.iter().find(|(name, _)| canonical(name) == form);
        let Some((import, imported)) = found else { return };
        let (rule, span) = if *import == named.name {
            (Rule::NamedLikeImport, imported.name.span)
        } else {
            (Rule::NamedCanonicallyLikeImport, imported.name.span)
        };
        let message = format!("`{}` has the name of an import, `{import}`", named.name);
        self.report(
            Diagnostic::new(rule, named.span, message)
                .also(span, "the import")
                .help("import the library under another name: `using ... as ...`"),
        );
    }

    /// Reports methods that clash once protocols are composed, by name or by ordinal.
    pub(super) fn check_methods(&mut self, checked: &[Checked<'a>]) {
        for id in self.decls.ids() {
            if matches!(checked.get(id.0), Some(Checked::Protocol(_))) {
                self.check_methods_of(id, checked);
            }
        }
    }

    fn check_methods_of(&mut self, id: DeclId, checked: &[Checked<'a>]) {
        let mut names: HashMap<String, &CheckedMethod<'a>> = HashMap::new();
        let mut ordinals: HashMap<u64, &CheckedMethod<'a>> = HashMap::new();
        for method in self.all_methods(id, checked) {
            let name = &method.method.name.text;
            let span = self.brought_by(id, method, checked);
            if let Some(first) = names.get(&canonical(name)) {
                let named = |method: &CheckedMethod<'_>, span| Named {
                    name: method.method.name.text.clone(),
                    span,
                    element: method.method.id,
                    generated: false,
                };
                let first_span = first.method.name.span;
                self.clash(&named(first, first_span), &named(method, span));
                continue;
            }
            names.insert(canonical(name), method);
            if let Some(first) = ordinals.insert(method.ordinal, method) {
                let message = format!(
                    "`{name}` has the same ordinal as `{}`: both are hashed from `{}`",
                    first.method.name.text, method.selector
                );
                self.report(
                    Diagnostic::new(Rule::DuplicateMethodOrdinal, span, message)
                        .also(first.method.name.span, "the other method")
                        .help("give one of them another `@selector`"),
                );
            }
        }
    }

    /// Where a method comes into a protocol: itself, or the `compose` that brings it.
    fn brought_by(&self, id: DeclId, method: &CheckedMethod<'a>, checked: &[Checked<'a>]) -> Span {
        let own = method.method.name.span;
        let (Syntax::Protocol(syntax), Some(Checked::Protocol(protocol))) =
            (self.info(id).syntax, checked.get(id.0))
        else {
            return own;
        };
        if method.declared_in == id {
            return own;
        }
        let brings = |composed: DeclId| {
            let methods = self.all_methods(composed, checked);
            methods.iter().any(|other| other.method.id == method.method.id)
        };
        // Compositions that name no protocol are missing in the one list and not in the other; they
        // are errors in themselves.
        let mut pairs = syntax.composes.iter().zip(&protocol.composes);
        pairs.find(|(_, composed)| brings(**composed)).map_or(own, |(c, _)| c.protocol.span)
    }
}

/// The names that the members of a declaration share a scope with. Methods are looked at once their
/// protocols are composed.
fn members(syntax: &Syntax<'_>) -> Vec<Named> {
    match syntax {
        Syntax::Layout(Layout { body, .. }) => match body {
            LayoutBody::Struct(fields) => fields.iter().map(field).collect(),
            LayoutBody::Table(fields) | LayoutBody::Union(fields) => {
                fields.iter().map(ordinal_field).collect()
            }
            LayoutBody::Enum(body) | LayoutBody::Bits(body) => {
                body.members.iter().map(value_field).collect()
            }
        },
        Syntax::Service(fields) | Syntax::Resource { properties: fields, .. } => {
            fields.iter().map(field).collect()
        }
        _ => Vec::new(),
    }
}

fn field(field: &Field) -> Named {
    Named::written(&field.name, field.id)
}

fn ordinal_field(field: &OrdinalField) -> Named {
    Named::written(&field.name, field.id)
}

fn value_field(field: &ValueField) -> Named {
    Named::written(&field.name, field.id)
}
