//! Types: structs and what is asserted of them.

use super::names;
use super::print::Text;
use super::values::c_primitive;
use super::{Generator, is_named};
use crate::ir::{
    Declaration, DeclarationKind, Name, Primitive, Struct, StructMember, Type, TypeKind,
};

impl Generator<'_> {
    /// A declaration, except for protocols, which come last.
    pub fn declare(&self, declaration: &Declaration, out: &mut Text) {
        match &declaration.kind {
            DeclarationKind::Const(constant) => self.constant(declaration, constant, out),
            DeclarationKind::Enum(layout) => {
                self.enumeration(declaration, layout.underlying, &layout.members, out);
                self.declare_values(declaration, out);
            }
            DeclarationKind::Bits(layout) => {
                self.enumeration(declaration, layout.underlying, &layout.members, out);
                self.declare_values(declaration, out);
            }
            DeclarationKind::Struct(layout) if self.is_declared(declaration, layout) => {
                self.declare_struct(declaration, layout, out);
            }
            _ => {}
        }
    }

    /// Whether there is a C struct. Payloads that are written in place only occur with a header.
    pub fn is_declared(&self, declaration: &Declaration, layout: &Struct) -> bool {
        let is_payload = !is_named(declaration)
            && matches!(
                declaration.naming_context.last().map(String::as_str),
                Some("Request" | "Response" | "response")
            );
        !is_payload && self.is_flat_struct(layout)
    }

    fn declare_struct(&self, declaration: &Declaration, layout: &Struct, out: &mut Text) {
        let name = self.prefix.name(&declaration.name.declaration);
        out.blank();
        out.comments(&declaration.attributes.doc);
        out.line(&format!("typedef struct {name} {{"));
        self.members(&layout.members, out);
        out.line(&format!("}} {name};"));
        out.blank();
        self.assert_layout(&name, &layout.members, 0, layout.shape.inline_size, out);
        if self.has_coding(&declaration.name) {
            out.blank();
            out.line(&format!("extern const fidl_struct_t {name}_coding;"));
        }
    }

    /// The members of a struct, each with its documentation.
    pub fn members(&self, members: &[StructMember], out: &mut Text) {
        for member in members {
            out.indented_comments("    ", &member.attributes.doc);
            let variable = self.variable(&member.ty, &names::member(&member.name));
            out.line(&format!("    {variable};"));
        }
    }

    /// `static_assert` is a macro in C11 and a word in C++.
    pub fn assert_layout(
        &self,
        name: &str,
        members: &[StructMember],
        base: u32,
        size: u32,
        out: &mut Text,
    ) {
        let arguments = [format!("sizeof({name}) == {size}"), "\"size\"".to_owned()];
        out.call("", "static_assert", &arguments, ";");
        for member in members {
            let arguments = [
                format!(
                    "offsetof({name}, {}) == {}",
                    names::member(&member.name),
                    member.offset + base
                ),
                "\"offset\"".to_owned(),
            ];
            out.call("", "static_assert", &arguments, ";");
        }
    }

    /// A variable of a type: `uint32_t x[4]`.
    pub fn variable(&self, ty: &Type, name: &str) -> String {
        let mut element = ty;
        let mut dimensions = String::new();
        while let TypeKind::Array { element: inner, count } = &element.kind {
            dimensions.push_str(&format!("[{count}]"));
            element = inner;
        }
        format!("{} {name}{dimensions}", self.c_type(element))
    }

    /// The C type of what is no array.
    pub fn c_type(&self, ty: &Type) -> String {
        match &ty.kind {
            TypeKind::Primitive(primitive) => c_primitive(*primitive).to_owned(),
            TypeKind::Handle { .. } | TypeKind::Endpoint { .. } => "zx_handle_t".to_owned(),
            TypeKind::String { .. } | TypeKind::Vector { .. } => "fidl_vector_t".to_owned(),
            TypeKind::Identifier { name, .. } => self.declared(name),
            // Not reached: layouts with boxes are not flat, and arrays are taken apart before.
            TypeKind::Box(_) | TypeKind::Array { .. } => "void".to_owned(),
        }
    }

    /// The C name of a declared type.
    pub fn declared(&self, name: &Name) -> String {
        names::Prefix::of(&name.library).name(&name.declaration)
    }

    /// The integer of an enum or bits.
    pub fn underlying(&self, name: &Name) -> Primitive {
        match self.declarations.get(name).map(|declaration| &declaration.kind) {
            Some(DeclarationKind::Enum(layout)) => layout.underlying,
            Some(DeclarationKind::Bits(layout)) => layout.underlying,
            _ => Primitive::Uint32,
        }
    }
}
