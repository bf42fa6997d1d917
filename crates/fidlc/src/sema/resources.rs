//! Resource definitions and services (`fidl-language.md` 4.5 and 7).

use super::Analyzer;
use super::model::{Checked, DeclId, Scope, Syntax, Ty};
use super::resolve::Resolved;
use crate::ast::{Field, LayoutBody, TypeExpr, TypeHead};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::{Primitive, Role};
use crate::source::Span;

impl<'a> Analyzer<'a> {
    pub(super) fn resource(
        &mut self,
        base: &TypeExpr,
        properties: &'a [Field],
        scope: Scope,
        span: Span,
    ) -> Checked<'a> {
        match self.type_of(base, scope) {
            Ty::Error | Ty::Primitive(Primitive::Uint32) => {}
            _ => {
                let message = "a resource has to be defined over `uint32`";
                self.error(Rule::ResourceBase, base.span, message);
            }
        }
        let property = |name: &str| properties.iter().find(|field| field.name.text == name);
        let Some(subtype) = property("subtype") else {
            let message = "a resource definition needs the property `subtype`";
            self.error(Rule::ResourceWithoutSubtype, span, message);
            return Checked::Error;
        };
        let subtype_decl = self.enum_named(&subtype.ty, scope);
        if subtype_decl.is_none() {
            let message = "the subtype of a resource has to be an enum";
            self.error(Rule::ResourceSubtypeKind, subtype.ty.span, message);
        }
        let mut rights = None;
        if let Some(field) = property("rights") {
            let ty = self.type_of(&field.ty, scope);
            if !self.is_rights(&ty) {
                let message = "the rights of a resource have to be `uint32` or bits over it";
                self.error(Rule::ResourceRightsKind, field.ty.span, message);
            }
            rights = Some(ty);
        }
        match subtype_decl {
            Some(subtype) => Checked::Resource { subtype, rights },
            None => Checked::Error,
        }
    }

    fn enum_named(&mut self, ty: &TypeExpr, scope: Scope) -> Option<DeclId> {
        let Ty::Layout { decl, .. } = self.type_of(ty, scope) else { return None };
        let layout = self.value_layout(decl)?;
        matches!(layout.body, LayoutBody::Enum(_)).then_some(decl)
    }

    fn is_rights(&mut self, ty: &Ty) -> bool {
        match ty {
            Ty::Error | Ty::Primitive(Primitive::Uint32) => true,
            Ty::Layout { decl, .. } => {
                let scope = self.info(*decl).scope();
                match self.value_layout(*decl).map(|layout| &layout.body) {
                    Some(LayoutBody::Bits(body)) => {
                        self.underlying(false, body, scope) == Some(Primitive::Uint32)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// The subtype enum of a resource and the type of its rights; `None` if its definition is
    /// broken, which is reported where it stands.
    pub(super) fn resource_types(&mut self, id: DeclId) -> Option<(DeclId, Option<Ty>)> {
        let Syntax::Resource { properties, .. } = self.info(id).syntax else { return None };
        let scope = self.info(id).scope();
        let property = |name: &str| properties.iter().find(|field| field.name.text == name);
        let subtype = self.enum_named(&property("subtype")?.ty, scope)?;
        let rights = property("rights").map(|field| self.type_of(&field.ty, scope));
        Some((subtype, rights))
    }

    pub(super) fn service(&mut self, members: &'a [Field], scope: Scope) -> Checked<'a> {
        let mut checked = Vec::with_capacity(members.len());
        for member in members {
            match self.type_of(&member.ty, scope.within(member.id)) {
                Ty::Error => {}
                Ty::Endpoint { role: Role::Client, protocol: Some(protocol), optional } => {
                    if optional {
                        let message = "a member of a service cannot be optional";
                        self.error(Rule::OptionalServiceMember, member.ty.span, message);
                    }
                    checked.push((member.name.text.as_str(), protocol));
                }
                _ => {
                    let message = "a member of a service has to be a `client_end`";
                    self.error(Rule::ServiceMemberNotClientEnd, member.ty.span, message);
                }
            }
        }
        self.same_transport(members, &checked);
        Checked::Service(checked)
    }

    fn same_transport(&mut self, members: &[Field], checked: &[(&str, DeclId)]) {
        let Some(&(first_name, first)) = checked.first() else { return };
        let expected = self.transport(first);
        for &(name, protocol) in checked {
            let transport = self.transport(protocol);
            if transport == expected {
                continue;
            }
            let place = |name: &str| members.iter().find(|member| member.name.text == name);
            if let (Some(member), Some(first)) = (place(name), place(first_name)) {
                let message = format!(
                    "`{name}` is served over `{transport}`, other members over `{expected}`"
                );
                let diagnostic = Diagnostic::new(Rule::MixedTransports, member.ty.span, message);
                self.report(diagnostic.also(first.ty.span, format!("over `{expected}`")));
            }
        }
    }

    /// The protocol that a `compose` names.
    pub(super) fn composed(&mut self, path: &crate::ast::Dotted, scope: Scope) -> Option<DeclId> {
        match self.resolve(path, scope)? {
            Resolved::Decl(id) if matches!(self.info(id).syntax, Syntax::Protocol(_)) => Some(id),
            _ => {
                let message = format!("`{}` is not a protocol and cannot be composed", path.text());
                self.error(Rule::ComposeNonProtocol, path.span, message);
                None
            }
        }
    }
}

/// Whether a type was written as a layout in this place.
pub(super) fn is_inline(ty: &TypeExpr) -> bool {
    matches!(ty.head, TypeHead::Layout(_))
}
