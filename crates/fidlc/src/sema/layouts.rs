//! Structs, tables and unions (`fidl-language.md` 4.4), those that the compiler makes included.

use std::collections::HashMap;

use super::Analyzer;
use super::constants::Want;
use super::model::{Checked, DeclId, OrdinalMember, Scope, StructMember, Syntax, Ty};
use crate::ast::{self, Field, Layout, LayoutBody, Method, MethodShape, OrdinalField};
use crate::diagnostics::{Diagnostic, Rule};
use crate::ir::Strictness;
use crate::source::Span;

/// Opts a struct in to defaults of its members. The name is unverified in the language page.
const ALLOW_DEFAULTS: &str = "allow_deprecated_struct_defaults";

/// Tables have this many ordinals.
const MAX_TABLE_ORDINAL: u32 = 64;

impl<'a> Analyzer<'a> {
    pub(super) fn layout(&mut self, id: DeclId, layout: &'a Layout, scope: Scope) -> Checked<'a> {
        let resource = ast::is_resource(&layout.modifiers);
        match &layout.body {
            LayoutBody::Enum(_) | LayoutBody::Bits(_) => self.values(id, layout, scope),
            LayoutBody::Struct(fields) => {
                let attributes = self.info(id).attributes;
                let allowed = attributes.iter().any(|a| a.name.text == ALLOW_DEFAULTS);
                let members: Vec<_> =
                    fields.iter().map(|field| self.struct_member(field, scope, allowed)).collect();
                let types = members.iter().map(|m| (m.field.name.span, &m.ty));
                self.no_resources(layout, types);
                Checked::Struct { members, resource, is_empty_success: false }
            }
            LayoutBody::Table(fields) => {
                let members = self.ordinal_members(fields, scope);
                self.check_table(&members);
                self.no_resources(layout, members.iter().map(|m| (m.span, &m.ty)));
                Checked::Table { members, resource }
            }
            LayoutBody::Union(fields) => {
                let strict = ast::strictness(&layout.modifiers).unwrap_or(Strictness::Flexible);
                if strict == Strictness::Strict && fields.is_empty() {
                    self.strict_without_members(id, layout);
                }
                let members = self.ordinal_members(fields, scope);
                self.unique_ordinals(&members, Rule::DuplicateUnionOrdinal);
                self.no_optional_members(&members, Rule::OptionalUnionMember, "union");
                self.no_resources(layout, members.iter().map(|m| (m.span, &m.ty)));
                Checked::Union { members, resource, strict, is_result: false }
            }
        }
    }

    /// Reports members of a value layout that hold handles.
    fn no_resources<'t>(&mut self, layout: &Layout, members: impl Iterator<Item = (Span, &'t Ty)>) {
        if ast::is_resource(&layout.modifiers) {
            return;
        }
        let keyword = layout.body.keyword();
        for (span, ty) in members {
            if self.is_resource(ty) {
                let message = format!("this member holds handles, which a value {keyword} cannot");
                self.report(
                    Diagnostic::new(Rule::ResourceInValue, span, message)
                        .help(format!("write `resource {keyword}`")),
                );
            }
        }
    }

    fn struct_member(&mut self, field: &'a Field, scope: Scope, allowed: bool) -> StructMember<'a> {
        let scope = scope.within(field.id);
        let ty = self.type_of(&field.ty, scope);
        let mut default = None;
        if let Some(value) = &field.default {
            if !allowed {
                let message = "default values of struct members are deprecated";
                self.report(
                    Diagnostic::new(Rule::StructDefault, value.span, message)
                        .help("use a table, whose members can be absent"),
                );
            } else if !self.can_have_default(&ty) {
                let message = format!("{} cannot have a default value", self.describe(&ty));
                self.error(Rule::BadDefaultType, value.span, message);
            } else {
                default = self.evaluate(value, &ty, scope, Want::Default);
            }
        }
        StructMember { field, ty, default }
    }

    fn can_have_default(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Error | Ty::Primitive(_) => true,
            Ty::String { optional, .. } => !optional,
            Ty::Layout { decl, .. } => self.value_layout(*decl).is_some(),
            _ => false,
        }
    }

    fn ordinal_members(
        &mut self,
        fields: &'a [OrdinalField],
        scope: Scope,
    ) -> Vec<OrdinalMember<'a>> {
        let mut members: Vec<_> = fields
            .iter()
            .map(|field| OrdinalMember {
                ordinal: field.ordinal,
                name: &field.name.text,
                ty: self.type_of(&field.ty, scope.within(field.id)),
                attributes: &field.attributes,
                element: field.id,
                span: field.name.span,
                ordinal_span: field.ordinal_span,
            })
            .collect();
        members.sort_by_key(|member| member.ordinal);
        members
    }

    fn check_table(&mut self, members: &[OrdinalMember<'a>]) {
        self.unique_ordinals(members, Rule::DuplicateTableOrdinal);
        self.no_optional_members(members, Rule::OptionalTableMember, "table");
        for member in members {
            if member.ordinal > MAX_TABLE_ORDINAL {
                let message = format!("a table has at most {MAX_TABLE_ORDINAL} ordinals");
                self.error(Rule::TableOrdinalTooLarge, member.ordinal_span, message);
            }
            if member.ordinal == MAX_TABLE_ORDINAL && !self.is_table(&member.ty) {
                let message = "the last ordinal of a table has to be a table";
                self.report(
                    Diagnostic::new(Rule::LastOrdinalNotTable, member.span, message)
                        .help("it keeps the way open for further members"),
                );
            }
        }
    }

    fn is_table(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Error => true,
            Ty::Layout { decl, .. } => match self.info(*decl).syntax {
                Syntax::Layout(layout) => matches!(layout.body, LayoutBody::Table(_)),
                _ => false,
            },
            _ => false,
        }
    }

    fn unique_ordinals(&mut self, members: &[OrdinalMember<'a>], rule: Rule) {
        let mut seen: HashMap<u32, Span> = HashMap::new();
        for member in members {
            if let Some(first) = seen.get(&member.ordinal) {
                let message = format!("the ordinal {} is used twice", member.ordinal);
                let diagnostic = Diagnostic::new(rule, member.ordinal_span, message);
                self.report(diagnostic.also(*first, "first used here"));
            } else {
                seen.insert(member.ordinal, member.ordinal_span);
            }
        }
    }

    fn no_optional_members(&mut self, members: &[OrdinalMember<'a>], rule: Rule, what: &str) {
        for member in members {
            if is_optional(&member.ty) {
                let message = format!("a member of a {what} cannot be optional");
                let help = format!("leave it out of the {what} when it is absent");
                self.report(Diagnostic::new(rule, member.span, message).help(help));
            }
        }
    }

    /// The union that wraps the response of a method (`fidl-wire.md` 7.2).
    pub(super) fn result_union(&mut self, id: DeclId, method: &'a Method) -> Checked<'a> {
        let MethodShape::TwoWay { response, error, .. } = &method.shape else {
            return Checked::Error;
        };
        let scope = self.info(id).scope();
        let span = method.name.span;
        let element = method.id;
        let member = |ordinal, name, ty| OrdinalMember {
            ordinal,
            name,
            ty,
            attributes: &[],
            element,
            span,
            ordinal_span: span,
        };
        let success = match response {
            Some(response) => self.type_of(response, scope),
            None => match self.decls.empty_successes.get(&method.id) {
                Some(&decl) => Ty::Layout { decl, optional: false },
                None => Ty::Error,
            },
        };
        let mut members = vec![member(1, "response", success)];
        if let Some(error) = error {
            members.push(member(2, "err", self.type_of(error, scope)));
        }
        if method.strictness() == Strictness::Flexible {
            members.push(member(3, "framework_err", Ty::FrameworkError));
        }
        // Whether it is a resource follows from its members, once these are known.
        Checked::Union { members, resource: false, strict: Strictness::Strict, is_result: true }
    }
}

fn is_optional(ty: &Ty) -> bool {
    match ty {
        Ty::String { optional, .. }
        | Ty::Vector { optional, .. }
        | Ty::Handle { optional, .. }
        | Ty::Endpoint { optional, .. }
        | Ty::Layout { optional, .. } => *optional,
        Ty::Box(_) => true,
        _ => false,
    }
}
