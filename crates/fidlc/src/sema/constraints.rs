//! What stands after the colon of a type (`fidl-language.md` 4.2).

use super::Analyzer;
use super::constants::Want;
use super::model::{DeclId, Scope, Syntax, Ty};
use super::resolve::Resolved;
use super::types::endpoint_name;
use crate::ast::{Expr, ExprKind, LayoutBody, TypeExpr};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Primitive, Value};

impl Analyzer<'_> {
    /// Applies the constraints of `expr` to its type, on top of those that an alias brought along.
    pub(super) fn constrain(&mut self, ty: Ty, expr: &TypeExpr, scope: Scope) -> Ty {
        let constraints = expr.constraints.as_slice();
        if constraints.is_empty() || ty == Ty::Error {
            return ty;
        }
        let most = match &ty {
            Ty::String { .. } | Ty::Vector { .. } | Ty::Endpoint { .. } => 2,
            Ty::Handle { .. } => 3,
            Ty::Layout { decl, .. } if self.is_union(*decl) => 1,
            _ => return self.unconstrainable(ty, constraints, scope),
        };
        if let Some(extra) = constraints.get(most) {
            let message = format!("{} takes at most {most} constraints", self.describe(&ty));
            self.error(Rule::TooManyConstraints, extra.span, message);
            return Ty::Error;
        }
        let mut ty = ty;
        for (index, constraint) in constraints.iter().enumerate() {
            let optional = self.is_optional_word(constraint, scope);
            let rest = constraints.get(index + 1..).unwrap_or_default();
            let applied = if optional && rest.iter().all(|c| self.is_optional_word(c, scope)) {
                self.make_optional(&mut ty, constraint)
            } else if optional {
                self.error(Rule::BadConstraint, constraint.span, "`optional` comes last");
                None
            } else {
                self.apply(&mut ty, constraint, index, scope)
            };
            if applied.is_none() {
                return Ty::Error;
            }
        }
        ty
    }

    fn is_optional_word(&self, constraint: &Expr, scope: Scope) -> bool {
        matches!(&constraint.kind, ExprKind::Path(path) if self.is_optional(path, scope))
    }

    fn is_union(&self, id: DeclId) -> bool {
        match self.info(id).syntax {
            Syntax::Layout(layout) => matches!(layout.body, LayoutBody::Union(_)),
            Syntax::Result(_) => true,
            _ => false,
        }
    }

    /// Reports constraints on a type that takes none.
    fn unconstrainable(&mut self, ty: Ty, constraints: &[Expr], scope: Scope) -> Ty {
        let Some(first) = constraints.first() else { return ty };
        let optional = constraints.len() == 1 && self.is_optional_word(first, scope);
        let what = self.describe(&ty);
        let diagnostic = if !optional {
            let message = format!("{what} takes no constraints");
            Diagnostic::new(Rule::TooManyConstraints, first.span, message)
        } else if matches!(ty, Ty::Box(_)) {
            Diagnostic::new(Rule::OptionalBox, first.span, "a box is optional by itself")
                .help("remove `optional`")
        } else if self.is_struct(&ty) {
            Diagnostic::new(Rule::OptionalStruct, first.span, "a struct cannot be optional")
                .help(format!("write `box<{}>`", what.trim_matches('`')))
        } else {
            let message = format!("{what} cannot be optional");
            Diagnostic::new(Rule::CannotBeOptional, first.span, message)
        };
        self.report(diagnostic);
        Ty::Error
    }

    fn is_struct(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Layout { decl, .. } => match self.info(*decl).syntax {
                Syntax::Layout(layout) => matches!(layout.body, LayoutBody::Struct(_)),
                _ => false,
            },
            _ => false,
        }
    }

    fn make_optional(&mut self, ty: &mut Ty, constraint: &Expr) -> Option<()> {
        let optional = match ty {
            Ty::String { optional, .. }
            | Ty::Vector { optional, .. }
            | Ty::Handle { optional, .. }
            | Ty::Endpoint { optional, .. }
            | Ty::Layout { optional, .. } => optional,
            _ => return None,
        };
        if std::mem::replace(optional, true) {
            self.error(Rule::OptionalTwice, constraint.span, "this type is optional already");
            return None;
        }
        Some(())
    }

    /// Applies a constraint other than `optional`.
    fn apply(&mut self, ty: &mut Ty, constraint: &Expr, index: usize, scope: Scope) -> Option<()> {
        match ty {
            Ty::String { bound, .. } | Ty::Vector { bound, .. } if index == 0 => {
                if bound.is_some() {
                    let message = "this type has a size bound already";
                    self.error(Rule::BoundTwice, constraint.span, message);
                    return None;
                }
                *bound = Some(self.bound(constraint, scope)?);
                // The largest bound is the same as none.
                if *bound == Some(u32::MAX) {
                    *bound = None;
                }
            }
            Ty::Endpoint { role, protocol, .. } if index == 0 => {
                if protocol.is_some() {
                    let message = "this endpoint has a protocol already";
                    self.error(Rule::ConstraintTwice, constraint.span, message);
                    return None;
                }
                *protocol =
                    Some(self.endpoint_protocol(endpoint_name(*role), constraint, scope)?);
            }
            Ty::Handle { resource, subtype, rights, .. } if index < 2 => {
                let (slot, value) = if index == 0 {
                    (subtype, self.subtype(*resource, constraint, scope)?)
                } else {
                    (rights, self.rights(*resource, constraint, scope)?)
                };
                if slot.is_some() {
                    let message = "this handle is constrained like that already";
                    self.error(Rule::ConstraintTwice, constraint.span, message);
                    return None;
                }
                *slot = Some(value);
            }
            _ => {
                let message = format!("{} takes no such constraint", self.describe(ty));
                self.error(Rule::BadConstraint, constraint.span, message);
                return None;
            }
        }
        Some(())
    }

    fn endpoint_protocol(&mut self, end: &str, expr: &Expr, scope: Scope) -> Option<DeclId> {
        if let ExprKind::Path(path) = &expr.kind
            && let Resolved::Decl(id) = self.resolve(path, scope)?
            && matches!(self.info(id).syntax, Syntax::Protocol(_))
        {
            return Some(id);
        }
        let message = format!("`{end}` is the end of a protocol, which this is not");
        self.error(Rule::EndpointNotProtocol, expr.span, message);
        None
    }

    /// The value of a word of the resource's subtype enum.
    fn subtype(&mut self, resource: DeclId, expr: &Expr, scope: Scope) -> Option<u32> {
        let (subtype, _) = self.resource_types(resource)?;
        let body = match &self.value_layout(subtype)?.body {
            LayoutBody::Enum(body) => body,
            _ => return None,
        };
        let value = match &expr.kind {
            ExprKind::Path(path) => {
                let word = match path.parts.as_slice() {
                    [word] => body.members.iter().position(|m| m.name.text == word.text),
                    _ => None,
                };
                match word {
                    Some(index) => self.member_value(subtype, index, expr.span)?,
                    None => self.subtype_expression(subtype, expr, scope)?,
                }
            }
            _ => {
                self.bad_subtype(subtype, expr);
                return None;
            }
        };
        u32::try_from(value).ok()
    }

    fn subtype_expression(&mut self, subtype: DeclId, expr: &Expr, scope: Scope) -> Option<i128> {
        let simple = matches!(&expr.kind, ExprKind::Path(path) if path.parts.len() == 1);
        let known = match &expr.kind {
            ExprKind::Path(path) => path.parts.first().is_some_and(|name| {
                let named = self.decls.named.get(scope.library);
                named.is_some_and(|named| named.contains_key(name.text.as_str()))
            }),
            _ => false,
        };
        if simple && !known {
            self.bad_subtype(subtype, expr);
            return None;
        }
        let ty = Ty::Layout { decl: subtype, optional: false };
        match self.evaluate(expr, &ty, scope, Want::Constant)? {
            Value::Integer(value) => Some(value),
            _ => None,
        }
    }

    fn bad_subtype(&mut self, subtype: DeclId, expr: &Expr) {
        let (name, span) = (self.info(subtype).name.clone(), self.info(subtype).span);
        let message = format!("this is not a member of `{name}`");
        self.report(
            Diagnostic::new(Rule::BadConstraint, expr.span, message)
                .also(span, "the kinds of this resource"),
        );
    }

    fn rights(&mut self, resource: DeclId, expr: &Expr, scope: Scope) -> Option<u32> {
        let (_, rights) = self.resource_types(resource)?;
        let Some(rights) = rights else {
            let message = "this resource has no rights";
            self.error(Rule::BadConstraint, expr.span, message);
            return None;
        };
        // Rights of plain numbers convert like any other number.
        let ty = if rights == Ty::Error { Ty::Primitive(Primitive::Uint32) } else { rights };
        match self.evaluate(expr, &ty, scope, Want::Constant)? {
            Value::Integer(value) => u32::try_from(value).ok(),
            _ => None,
        }
    }
}
