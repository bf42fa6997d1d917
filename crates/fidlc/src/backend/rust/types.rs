//! Types: the Rust type of a value, and the descriptor of its encoding.
//!
//! A type that contains itself does so through a box, an optional vector or an optional union
//! (`fidl-language.md` section 4.4), all of which are pointers in Rust too.

use proc_macro2::TokenStream;
use quote::quote;

use super::Generator;
use super::names::{module_ident, type_ident, type_ident_with};
use super::values::{hex, integer};
use crate::ir::{Name, Primitive, Role, Type, TypeKind};

/// Whatever rights the handle has (`fidl-wire.md` 3.6).
const SAME_RIGHTS: u32 = 0x8000_0000;

impl Generator<'_> {
    /// The type that holds a value, with `handle` as its type of handles.
    pub fn value_type(&self, ty: &Type, handle: &TokenStream) -> TokenStream {
        let fidl = &self.runtime;
        match &ty.kind {
            TypeKind::Primitive(primitive) => primitive_type(*primitive),
            TypeKind::String { optional, .. } => option_of(quote!(String), *optional),
            TypeKind::Vector { element, optional, .. } => {
                let element = self.value_type(element, handle);
                option_of(quote!(Vec<#element>), *optional)
            }
            TypeKind::Array { element, count } => {
                let element = self.value_type(element, handle);
                let count = integer((*count).into());
                quote!([#element; #count])
            }
            TypeKind::Box(target) => {
                let target = self.value_type(target, handle);
                quote!(Option<Box<#target>>)
            }
            TypeKind::Handle { optional, .. } => option_of(handle.clone(), *optional),
            TypeKind::Endpoint { role, protocol, optional } => {
                let marker = self.marker(protocol);
                let end = match role {
                    Role::Client => quote!(#fidl::ClientEnd<#marker, #handle>),
                    Role::Server => quote!(#fidl::ServerEnd<#marker, #handle>),
                };
                option_of(end, *optional)
            }
            TypeKind::Identifier { name, optional, .. } => {
                let path = self.declared_type(name, handle);
                if *optional { quote!(Option<Box<#path>>) } else { path }
            }
        }
    }

    /// The descriptor of the type's encoding.
    pub fn codec_type(&self, ty: &Type) -> TokenStream {
        match &ty.kind {
            TypeKind::Primitive(primitive) => primitive_type(*primitive),
            TypeKind::String { bound, optional } => {
                let bound = bound_argument(*bound);
                if *optional { quote!(wire::OptStr<#bound>) } else { quote!(wire::Str<#bound>) }
            }
            TypeKind::Vector { element, bound, optional } => {
                let (element, bound) = (self.codec_type(element), bound_argument(*bound));
                if *optional {
                    quote!(wire::OptVector<#element, #bound>)
                } else {
                    quote!(wire::Vector<#element, #bound>)
                }
            }
            TypeKind::Array { element, count } => {
                let element = self.codec_type(element);
                let count = integer((*count).into());
                quote!(wire::Array<#element, #count>)
            }
            TypeKind::Box(target) => {
                let target = self.codec_type(target);
                quote!(wire::Boxed<#target>)
            }
            TypeKind::Handle { subtype, rights, optional, .. } => {
                let subtype = integer((*subtype).into());
                let rights = hex(rights.unwrap_or(SAME_RIGHTS).into());
                if *optional {
                    quote!(wire::OptHandleOf<#subtype, #rights>)
                } else {
                    quote!(wire::HandleOf<#subtype, #rights>)
                }
            }
            TypeKind::Endpoint { role, protocol, optional } => {
                let marker = self.marker(protocol);
                match (role, optional) {
                    (Role::Client, false) => quote!(wire::ClientEndOf<#marker>),
                    (Role::Client, true) => quote!(wire::OptClientEndOf<#marker>),
                    (Role::Server, false) => quote!(wire::ServerEndOf<#marker>),
                    (Role::Server, true) => quote!(wire::OptServerEndOf<#marker>),
                }
            }
            TypeKind::Identifier { name, optional, .. } => {
                let path = self.declared_type(name, &quote!(H));
                if *optional { quote!(wire::OptUnion<#path>) } else { path }
            }
        }
    }

    /// What the functions of a descriptor are called on: `u32`, but `<wire::Str<5>>`.
    pub fn codec_path(&self, ty: &Type) -> TokenStream {
        let codec = self.codec_type(ty);
        let has_arguments = codec.clone().into_iter().any(|token| token.to_string() == "<");
        if has_arguments { quote!(<#codec>) } else { codec }
    }

    /// A declared type with its handle parameter, if it has one.
    pub fn declared_type(&self, name: &Name, handle: &TokenStream) -> TokenStream {
        let path = self.path(name, "");
        if self.facts.has_handles(name) { quote!(#path<#handle>) } else { path }
    }

    /// The marker type of a protocol.
    pub fn marker(&self, protocol: &Name) -> TokenStream {
        self.path(protocol, "Marker")
    }

    /// The path from the current module to what is made of a declaration, `suffix` added to its
    /// name.
    pub fn path(&self, name: &Name, suffix: &str) -> TokenStream {
        let ident = match suffix {
            "" => type_ident(&name.declaration),
            suffix => type_ident_with(&name.declaration, suffix),
        };
        if name.library == self.library.name {
            quote!(#ident)
        } else {
            let siblings = &self.siblings;
            let module = module_ident(&name.library);
            quote!(#siblings::#module::#ident)
        }
    }
}

/// `bool`, `u32`, `f64` and so on.
pub fn primitive_type(primitive: Primitive) -> TokenStream {
    match primitive {
        Primitive::Bool => quote!(bool),
        Primitive::Int8 => quote!(i8),
        Primitive::Int16 => quote!(i16),
        Primitive::Int32 => quote!(i32),
        Primitive::Int64 => quote!(i64),
        Primitive::Uint8 => quote!(u8),
        Primitive::Uint16 => quote!(u16),
        Primitive::Uint32 => quote!(u32),
        Primitive::Uint64 => quote!(u64),
        Primitive::Float32 => quote!(f32),
        Primitive::Float64 => quote!(f64),
    }
}

fn option_of(value: TokenStream, optional: bool) -> TokenStream {
    if optional { quote!(Option<#value>) } else { value }
}

fn bound_argument(bound: Option<u32>) -> TokenStream {
    match bound {
        Some(bound) => integer(bound.into()),
        None => quote!({ wire::UNBOUNDED }),
    }
}
