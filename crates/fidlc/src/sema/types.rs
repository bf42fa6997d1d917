//! Types as written to types (`fidl-language.md` section 4).

use super::model::{DeclId, Scope, Syntax, Ty};
use super::numbers;
use super::resolve::{Builtin, Resolved};
use super::{Analyzer, Memo};
use crate::ast::{Dotted, Expr, ExprKind, LayoutBody, Param, TypeExpr, TypeHead};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::Role;
use crate::source::Span;

/// Vectors and arrays in each other, through aliases too.
const MAX_TYPE_DEPTH: usize = 64;

impl Analyzer<'_> {
    /// The type of a member, payload or constant: fully constrained.
    pub(super) fn type_of(&mut self, expr: &TypeExpr, scope: Scope) -> Ty {
        let ty = self.partial_type(expr, scope);
        if let Ty::Endpoint { protocol: None, role, .. } = ty {
            let end = endpoint_name(role);
            let message = format!("`{end}` needs a protocol");
            self.report(
                Diagnostic::new(Rule::EndpointWithoutProtocol, expr.span, message)
                    .help(format!("write `{end}:SomeProtocol`")),
            );
            return Ty::Error;
        }
        ty
    }

    /// What an alias stands for.
    pub(super) fn alias(&mut self, id: DeclId, used: Span) -> Ty {
        match self.aliases.get(&id) {
            Some(Memo::Done(ty)) => return ty.clone(),
            Some(Memo::Running) => {
                self.cycle(id, used);
                return Ty::Error;
            }
            None => {}
        }
        let Syntax::Alias(target) = self.info(id).syntax else { return Ty::Error };
        let scope = self.info(id).scope();
        self.aliases.insert(id, Memo::Running);
        let ty = self.deeper(used, |this| Some(this.partial_type(target, scope)));
        let ty = ty.unwrap_or(Ty::Error);
        self.aliases.insert(id, Memo::Done(ty.clone()));
        ty
    }

    /// A type that may still lack its protocol.
    fn partial_type(&mut self, expr: &TypeExpr, scope: Scope) -> Ty {
        let base = match &expr.head {
            TypeHead::Layout(layout) => {
                self.no_params(expr, "a layout");
                match self.decls.layouts.get(&layout.id) {
                    Some(&decl) => Ty::Layout { decl, optional: false },
                    None => Ty::Error,
                }
            }
            TypeHead::Path(path) => self.named_type(path, expr, scope),
        };
        self.constrain(base, expr, scope)
    }

    fn named_type(&mut self, path: &Dotted, expr: &TypeExpr, scope: Scope) -> Ty {
        match self.resolve(path, scope) {
            None => Ty::Error,
            Some(Resolved::Builtin(builtin)) => self.builtin_type(builtin, path, expr, scope),
            Some(Resolved::Decl(id)) => {
                self.no_params(expr, &format!("`{}`", path.text()));
                self.declared_type(id, path)
            }
            Some(Resolved::Member(..)) => self.value_as_type(path, "a member"),
        }
    }

    fn value_as_type(&mut self, path: &Dotted, what: &str) -> Ty {
        let message = format!("`{}` is {what}, not a type", path.text());
        self.error(Rule::ValueAsType, path.span, message);
        Ty::Error
    }

    fn declared_type(&mut self, id: DeclId, path: &Dotted) -> Ty {
        let syntax = self.info(id).syntax;
        match syntax {
            Syntax::Layout(_) => Ty::Layout { decl: id, optional: false },
            Syntax::Alias(_) => self.alias(id, path.span),
            Syntax::Resource { .. } => {
                Ty::Handle { resource: id, subtype: None, rights: None, optional: false }
            }
            Syntax::Protocol(_) => {
                let declared = self.info(id).span;
                let message = format!("`{}` is a protocol, not a type", path.text());
                self.report(
                    Diagnostic::new(Rule::ValueAsType, path.span, message)
                        .also(declared, "declared here")
                        .help("write `client_end:P` or `server_end:P`"),
                );
                Ty::Error
            }
            Syntax::NewType(_) => Ty::Error,
            _ => self.value_as_type(path, syntax.describe()),
        }
    }

    fn builtin_type(
        &mut self,
        builtin: Builtin,
        path: &Dotted,
        expr: &TypeExpr,
        scope: Scope,
    ) -> Ty {
        match builtin {
            Builtin::Vector | Builtin::Array | Builtin::Box => {
                self.template(builtin, path, expr, scope)
            }
            Builtin::Optional | Builtin::Max | Builtin::Version => {
                self.value_as_type(path, "a built-in word")
            }
            Builtin::Experimental => {
                let message = format!("`{}` is experimental", path.text());
                self.error(Rule::ExperimentalType, path.span, message);
                Ty::Error
            }
            Builtin::Primitive(primitive) => {
                self.no_params(expr, &format!("`{}`", path.text()));
                Ty::Primitive(primitive)
            }
            Builtin::String => {
                self.no_params(expr, "`string`");
                Ty::String { bound: None, optional: false }
            }
            Builtin::Endpoint(role) => {
                self.no_params(expr, &format!("`{}`", path.text()));
                Ty::Endpoint { role, protocol: None, optional: false }
            }
        }
    }

    fn template(&mut self, builtin: Builtin, path: &Dotted, expr: &TypeExpr, scope: Scope) -> Ty {
        let name = path.text();
        match (builtin, expr.params.as_slice()) {
            (Builtin::Vector, [element]) => {
                let element = Box::new(self.nested(element, scope));
                Ty::Vector { element, bound: None, optional: false }
            }
            (Builtin::Box, [target]) => self.boxed(target, scope),
            (Builtin::Array, [element, count]) => {
                let element = Box::new(self.nested(element, scope));
                match self.array_count(count, scope) {
                    Some(count) => Ty::Array { element, count },
                    None => Ty::Error,
                }
            }
            _ => {
                let wanted = if builtin == Builtin::Array { "2 parameters" } else { "1 parameter" };
                self.parameter_count(expr, &format!("`{name}`"), wanted);
                Ty::Error
            }
        }
    }

    fn parameter_count(&mut self, expr: &TypeExpr, name: &str, wanted: &str) {
        let message = format!("{name} takes {wanted}, not {}", expr.params.len());
        self.error(Rule::ParameterCount, expr.span, message);
    }

    fn no_params(&mut self, expr: &TypeExpr, name: &str) {
        if !expr.params.is_empty() {
            self.parameter_count(expr, name, "no parameters");
        }
    }

    fn type_param(&mut self, param: &Param, scope: Scope) -> Ty {
        match param {
            Param::Type(ty) => self.type_of(ty, scope),
            Param::Value(value) => {
                self.error(Rule::ValueAsType, value.span, "a value where a type is wanted");
                Ty::Error
            }
        }
    }

    /// A parameter, unless it is nested so deep that following it would be a danger.
    fn nested(&mut self, param: &Param, scope: Scope) -> Ty {
        let ty = self.type_param(param, scope);
        let mut depth = 0;
        let mut inner = &ty;
        while let Ty::Vector { element, .. } | Ty::Array { element, .. } = inner {
            inner = element;
            depth += 1;
        }
        if depth > MAX_TYPE_DEPTH {
            let message = format!("types are nested more than {MAX_TYPE_DEPTH} levels deep");
            self.error(Rule::NestingTooDeep, param.span(), message);
            return Ty::Error;
        }
        ty
    }

    fn boxed(&mut self, param: &Param, scope: Scope) -> Ty {
        let target = self.type_param(param, scope);
        let body = match &target {
            Ty::Error => return Ty::Error,
            Ty::Layout { decl, .. } => match self.info(*decl).syntax {
                Syntax::Layout(layout) => Some(&layout.body),
                _ => None,
            },
            _ => None,
        };
        let optionable = matches!(
            (&target, body),
            (_, Some(LayoutBody::Union(_)))
                | (Ty::String { .. } | Ty::Vector { .. }, _)
                | (Ty::Handle { .. } | Ty::Endpoint { .. }, _)
        );
        if matches!(body, Some(LayoutBody::Struct(_))) {
            return Ty::Box(Box::new(target));
        }
        let described = self.describe(&target);
        let (rule, help) = if optionable {
            (Rule::BoxOfOptionable, "write `:optional` instead")
        } else {
            (Rule::BoxOfUnboxable, "only structs can be boxed")
        };
        let message = format!("{described} cannot be boxed");
        self.report(Diagnostic::new(rule, param.span(), message).help(help));
        Ty::Error
    }

    fn array_count(&mut self, param: &Param, scope: Scope) -> Option<u32> {
        let count = match param {
            Param::Value(value) => self.bound(value, scope)?,
            Param::Type(ty) => match &ty.head {
                TypeHead::Path(path) if ty.params.is_empty() && ty.constraints.is_empty() => {
                    let kind = ExprKind::Path(path.clone());
                    self.bound(&Expr { kind, span: path.span }, scope)?
                }
                _ => {
                    let message = "a type where the number of elements is wanted";
                    self.error(Rule::TypeAsValue, ty.span, message);
                    return None;
                }
            },
        };
        if count == 0 {
            self.error(Rule::EmptyArray, param.span(), "an array has at least one element");
            return None;
        }
        Some(count)
    }

    /// A type in words.
    pub(super) fn describe(&self, ty: &Ty) -> String {
        match ty {
            Ty::Error => "a broken type".to_owned(),
            Ty::Primitive(primitive) => format!("`{}`", numbers::name(*primitive)),
            Ty::String { bound: Some(bound), .. } => format!("`string:{bound}`"),
            Ty::String { .. } => "`string`".to_owned(),
            Ty::Vector { .. } => "a vector".to_owned(),
            Ty::Array { .. } => "an array".to_owned(),
            Ty::Box(_) => "a box".to_owned(),
            Ty::Handle { resource, .. } => format!("`{}`", self.info(*resource).name),
            Ty::Endpoint { role, .. } => format!("`{}`", endpoint_name(*role)),
            Ty::Layout { decl, .. } => format!("`{}`", self.info(*decl).name),
            Ty::FrameworkError => "the framework error".to_owned(),
        }
    }
}

pub(super) fn endpoint_name(role: Role) -> &'static str {
    match role {
        Role::Client => "client_end",
        Role::Server => "server_end",
    }
}
