//! Protocols and their methods (`fidl-language.md` section 6).

use std::collections::HashSet;

use super::model::{Checked, CheckedMethod, CheckedProtocol, DeclId, Scope, Syntax, Ty};
use super::resources;
use super::{Analyzer, ordinals};
use crate::ast::{self, ExprKind, LayoutBody, Method, MethodShape, TypeExpr};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Openness, Primitive, Strictness};

/// What carries messages unless `@transport` says otherwise.
const DEFAULT_TRANSPORT: &str = "Channel";

impl<'a> Analyzer<'a> {
    pub(super) fn protocol(
        &mut self,
        id: DeclId,
        protocol: &'a ast::Protocol,
        scope: Scope,
    ) -> Checked<'a> {
        let openness = protocol.openness();
        let mut composes = Vec::new();
        for compose in &protocol.composes {
            let found = self.composed(&compose.protocol, scope.within(compose.id));
            let Some(target) = found else { continue };
            if let Syntax::Protocol(composed) = self.info(target).syntax
                && rank(composed.openness()) > rank(openness)
            {
                let message = format!(
                    "`{}` is {}, more open than the {} protocol that composes it",
                    compose.protocol.text(),
                    openness_name(composed.openness()),
                    openness_name(openness),
                );
                self.error(Rule::ComposedMoreOpen, compose.protocol.span, message);
            }
            composes.push(target);
        }
        let mut methods = Vec::with_capacity(protocol.methods.len());
        for method in &protocol.methods {
            self.check_openness(openness, method);
            methods.extend(self.method(id, method, scope.within(method.id)));
        }
        Checked::Protocol(CheckedProtocol { composes, methods })
    }

    fn check_openness(&mut self, openness: Openness, method: &Method) {
        if method.strictness() == Strictness::Strict {
            return;
        }
        let two_way = matches!(method.shape, MethodShape::TwoWay { .. });
        let (rule, message) = match openness {
            Openness::Ajar | Openness::Closed if two_way => (
                Rule::FlexibleTwoWayNotOpen,
                format!("a flexible two-way method in {} protocol", article(openness)),
            ),
            Openness::Closed => (
                Rule::FlexibleInClosed,
                "a flexible method or event in a closed protocol".to_owned(),
            ),
            _ => return,
        };
        self.report(
            Diagnostic::new(rule, method.name.span, message)
                .help("write `strict` before it, or make the protocol more open"),
        );
    }

    fn method(
        &mut self,
        id: DeclId,
        method: &'a Method,
        scope: Scope,
    ) -> Option<CheckedMethod<'a>> {
        let (request, response, error) = match &method.shape {
            MethodShape::OneWay { request } => (request.as_ref(), None, None),
            MethodShape::Event { payload } => (None, payload.as_ref(), None),
            MethodShape::TwoWay { request, response, error } => {
                (request.as_ref(), response.as_ref(), error.as_ref())
            }
        };
        let request = request.map(|ty| self.payload(ty, scope));
        let response = response.map(|ty| self.payload(ty, scope));
        let error = error.map(|ty| self.error_type(ty, scope));
        let selector = self.selector(id, method)?;
        Some(CheckedMethod {
            method,
            declared_in: id,
            ordinal: ordinals::ordinal(&selector),
            selector,
            request,
            response,
            error,
            result: self.decls.results.get(&method.id).copied(),
        })
    }

    fn selector(&mut self, id: DeclId, method: &Method) -> Option<String> {
        let info = self.info(id);
        let library = self.slice.libraries.get(info.library).map_or("", |l| l.name.as_str());
        let attribute = ordinals::selector_attribute(&method.attributes);
        let text = attribute.map(|(text, _)| text);
        let selector = ordinals::selector(library, &info.name, &method.name.text, text);
        if library == "fuchsia.io" && !text.is_some_and(ordinals::is_full) {
            let message = "methods of `fuchsia.io` need an explicit full selector";
            self.report(
                Diagnostic::new(Rule::SelectorRequired, method.name.span, message)
                    .help("write `@selector(\"library/Protocol.Method\")`"),
            );
        }
        if let (None, Some((text, span))) = (&selector, attribute) {
            let message =
                format!("`{text}` is neither a method name nor `library/Protocol.Method`");
            self.error(Rule::BadSelector, span, message);
        }
        selector
    }

    fn payload(&mut self, expr: &TypeExpr, scope: Scope) -> Ty {
        let ty = self.type_of(expr, scope);
        let Ty::Layout { decl, optional: false } = ty else {
            if ty != Ty::Error {
                let message = format!(
                    "a payload is a struct, a table or a union, not {}",
                    self.describe(&ty)
                );
                self.error(Rule::BadPayloadType, expr.span, message);
            }
            return Ty::Error;
        };
        let Syntax::Layout(layout) = self.info(decl).syntax else { return ty };
        match &layout.body {
            LayoutBody::Enum(_) | LayoutBody::Bits(_) => {
                let what = self.info(decl).syntax.describe();
                let message = format!("a payload is a struct, a table or a union, not {what}");
                self.error(Rule::BadPayloadKind, expr.span, message);
                return Ty::Error;
            }
            LayoutBody::Struct(fields) => {
                if fields.is_empty() {
                    let message = "an empty struct cannot be a payload";
                    let mut diagnostic =
                        Diagnostic::new(Rule::EmptyPayloadStruct, expr.span, message);
                    if resources::is_inline(expr) {
                        diagnostic = diagnostic.help("write `()`");
                    }
                    self.report(diagnostic);
                }
                if let Some(default) = fields.iter().find_map(|field| field.default.as_ref()) {
                    let message = "members of a payload struct cannot have default values";
                    self.report(
                        Diagnostic::new(Rule::PayloadDefault, expr.span, message)
                            .also(default.span, "the default value"),
                    );
                }
            }
            LayoutBody::Table(_) | LayoutBody::Union(_) => {}
        }
        ty
    }

    fn error_type(&mut self, expr: &TypeExpr, scope: Scope) -> Ty {
        let ty = self.type_of(expr, scope);
        let fits = |primitive| matches!(primitive, Primitive::Int32 | Primitive::Uint32);
        let good = match &ty {
            Ty::Error => true,
            Ty::Primitive(primitive) => fits(*primitive),
            Ty::Layout { decl, .. } => {
                let scope = self.info(*decl).scope();
                match self.value_layout(*decl).map(|layout| &layout.body) {
                    Some(LayoutBody::Enum(body)) => {
                        self.underlying(true, body, scope).is_none_or(fits)
                    }
                    _ => false,
                }
            }
            _ => false,
        };
        if !good {
            let message = "an error is `int32`, `uint32` or an enum over one of them";
            self.error(Rule::BadErrorType, expr.span, message);
            return Ty::Error;
        }
        ty
    }

    /// Whether values of a type hold handles; layouts say so themselves, and are checked for it.
    pub(super) fn is_resource(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Handle { .. } | Ty::Endpoint { .. } => true,
            Ty::Vector { element, .. } | Ty::Array { element, .. } | Ty::Box(element) => {
                self.is_resource(element)
            }
            Ty::Layout { decl, .. } => match self.info(*decl).syntax {
                Syntax::Layout(layout) => ast::is_resource(&layout.modifiers),
                _ => false,
            },
            _ => false,
        }
    }

    /// The methods of a protocol: its own, then those of what it composes, each protocol once.
    pub(super) fn all_methods<'c>(
        &self,
        id: DeclId,
        checked: &'c [Checked<'a>],
    ) -> Vec<&'c CheckedMethod<'a>> {
        let (mut seen, mut open) = (HashSet::from([id]), vec![id]);
        let mut methods = Vec::new();
        while let Some(id) = open.pop() {
            let Some(Checked::Protocol(protocol)) = checked.get(id.0) else { continue };
            methods.extend(&protocol.methods);
            let new = protocol.composes.iter().rev().filter(|&&composed| seen.insert(composed));
            open.extend(new.copied().collect::<Vec<_>>());
        }
        methods
    }

    /// What carries the messages of a protocol.
    pub(super) fn transport(&self, protocol: DeclId) -> &'a str {
        let attributes = self.info(protocol).attributes;
        let argument = attributes
            .iter()
            .find(|attribute| attribute.name.text == "transport")
            .and_then(|attribute| attribute.arguments.first());
        match argument.map(|argument| &argument.value.kind) {
            Some(ExprKind::String(transport)) => transport,
            _ => DEFAULT_TRANSPORT,
        }
    }
}

/// Larger is more open.
fn rank(openness: Openness) -> u8 {
    match openness {
        Openness::Closed => 0,
        Openness::Ajar => 1,
        Openness::Open => 2,
    }
}

fn openness_name(openness: Openness) -> &'static str {
    match openness {
        Openness::Closed => "closed",
        Openness::Ajar => "ajar",
        Openness::Open => "open",
    }
}

fn article(openness: Openness) -> &'static str {
    match openness {
        Openness::Closed => "a closed",
        Openness::Ajar => "an ajar",
        Openness::Open => "an open",
    }
}
