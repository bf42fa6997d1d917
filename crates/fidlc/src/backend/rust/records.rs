//! Structs and tables.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Generator;
use super::docs::docs;
use super::names::{field_ident, type_ident};
use super::values::integer;
use crate::ir::{Declaration, Guard, Struct, StructMember, Table, Target, Type, TypeKind, Value};

impl Generator<'_> {
    /// A struct with public fields.
    pub fn structure(&self, declaration: &Declaration, layout: &Struct) -> TokenStream {
        let summary = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let generics = self.generics(declaration);
        let (derives, default) = self.struct_traits(declaration, layout, &ident, &generics);
        let fields = layout.members.iter().map(|member| {
            let docs = docs(&member.attributes, &format!("`{}`.", member.name));
            let field = field_ident(&member.name);
            let value = self.value_type(&member.ty, &quote!(H));
            quote!(#docs pub #field: #value)
        });
        let shape = [layout.shape.inline_size, layout.shape.alignment];
        let codec = if layout.members.is_empty() {
            self.empty_struct_codec(&ident)
        } else {
            let encode = self.encode_fields(layout);
            let decode = self.decode_fields(layout);
            let facts = layout.is_simple.then(|| {
                quote!(
                    const IGNORES_PADDING: bool = true;
                )
            });
            self.codec_with(&ident, &generics, shape, facts, &encode, &decode)
        };
        quote! {
            #summary
            #derives
            pub struct #ident #generics {
                #(#fields,)*
            }

            #default

            #codec
        }
    }

    /// A struct of options.
    pub fn table(&self, declaration: &Declaration, layout: &Table) -> TokenStream {
        let summary = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let generics = self.generics(declaration);
        let fields: Vec<_> = layout.members.iter().map(|m| field_ident(&m.name)).collect();
        let docs_of_fields =
            layout.members.iter().map(|m| docs(&m.attributes, &format!("`{}`.", m.name)));
        let values = layout.members.iter().map(|member| self.value_type(&member.ty, &quote!(H)));
        let default = (!generics.is_empty()).then(|| {
            let values = fields.iter().map(|_| quote!(None)).collect();
            default_impl(&ident, &generics, &fields, values)
        });
        let default_derive = default.is_none();
        let derives = self.derives(declaration, false, default_derive);
        let encode = self.encode_table(layout);
        let decode = self.decode_table(layout);
        let shape = [layout.shape.inline_size, layout.shape.alignment];
        let codec = self.codec(&ident, &generics, shape, &encode, &decode);
        quote! {
            #summary
            #derives
            pub struct #ident #generics {
                #(#docs_of_fields pub #fields: Option<#values>,)*
            }

            #default

            #codec
        }
    }

    /// `<H>` for a type that reaches a handle.
    pub fn generics(&self, declaration: &Declaration) -> TokenStream {
        if self.facts.has_handles(&declaration.name) { quote!(<H>) } else { TokenStream::new() }
    }

    /// Handles are neither cloned nor hashed, floats neither hashed nor `Eq`.
    pub fn derives(&self, declaration: &Declaration, copy: bool, default: bool) -> TokenStream {
        let is_value = !self.facts.has_handles(&declaration.name);
        let is_exact = is_value && !self.facts.has_floats(&declaration.name);
        let clone = is_value.then(|| quote!(Clone,));
        let copy = (copy && is_value).then(|| quote!(Copy,));
        let default = default.then(|| quote!(Default,));
        let eq = is_exact.then(|| quote!(, Eq, Hash));
        quote!(#[derive(#clone #copy Debug, #default PartialEq #eq)])
    }

    /// The derives of a struct, and its `Default` where that cannot be derived.
    fn struct_traits(
        &self,
        declaration: &Declaration,
        layout: &Struct,
        ident: &Ident,
        generics: &TokenStream,
    ) -> (TokenStream, Option<TokenStream>) {
        let is_default = self.facts.is_default(layout);
        let declares_values = layout.members.iter().any(|member| member.default.is_some());
        let is_derivable = layout.members.iter().all(|m| self.facts.type_is_default(&m.ty));
        // A derived impl would ask for a default handle.
        let is_written = is_default && (declares_values || !generics.is_empty() || !is_derivable);
        let derives =
            self.derives(declaration, self.facts.is_copy(layout), is_default && !is_written);
        let default = is_written.then(|| {
            let fields: Vec<_> = layout.members.iter().map(|m| field_ident(&m.name)).collect();
            let values = layout.members.iter().map(|m| self.default_value(m)).collect();
            default_impl(ident, generics, &fields, values)
        });
        (derives, default)
    }

    fn default_value(&self, member: &StructMember) -> TokenStream {
        match &member.default {
            None => self.zero(&member.ty),
            Some(Value::String(text)) => {
                let text = quote!(String::from(#text));
                let optional = matches!(member.ty.kind, TypeKind::String { optional: true, .. });
                if optional { quote!(Some(#text)) } else { text }
            }
            Some(value) => self.value(&member.ty, value),
        }
    }

    /// The default of a type: nothing, or all zeros where Rust has no default.
    fn zero(&self, ty: &Type) -> TokenStream {
        match &ty.kind {
            TypeKind::Array { element, .. } if !self.facts.type_is_default(ty) => {
                let element = self.zero(element);
                quote!(std::array::from_fn(|_| #element))
            }
            TypeKind::Identifier { name, target: Target::Enum, .. } => {
                let path = self.path(name, "");
                quote!(#path::from_primitive(0))
            }
            _ => quote!(Default::default()),
        }
    }

    fn encode_fields(&self, layout: &Struct) -> TokenStream {
        let mut calls = layout.members.iter().map(|member| {
            let codec = self.codec_path(&member.ty);
            let field = field_ident(&member.name);
            let at = at(member.offset);
            quote!(#codec::encode(value.#field, e, #at, depth))
        });
        let last = calls.next_back();
        quote!(#(#calls?;)* #last)
    }

    fn decode_fields(&self, layout: &Struct) -> TokenStream {
        let padding = layout.members.iter().filter(|member| member.padding > 0).map(|member| {
            let at = at(member.offset + member.ty.shape.inline_size);
            let length = integer(member.padding.into());
            quote!(d.padding(#at, #length)?;)
        });
        let fields = layout.members.iter().map(|member| {
            let field = field_ident(&member.name);
            let value = self.decode_member(layout, member);
            quote!(#field: #value)
        });
        quote! {
            #(#padding)*
            Ok(Self { #(#fields,)* })
        }
    }

    /// What a guard says is absent reads as zeros; but handles are taken from the message whatever
    /// any guard says.
    fn decode_member(&self, layout: &Struct, member: &StructMember) -> TokenStream {
        let here = at(member.offset);
        let guard_at = |index: usize| at(layout.members.get(index).map_or(0, |m| m.offset));
        match (member.guard, &member.ty.kind) {
            (Some(Guard::Flag(flag)), _) => {
                let (codec, flag) = (self.codec_type(&member.ty), guard_at(flag));
                quote!(d.flagged::<#codec>(#flag, #here, depth)?)
            }
            (Some(Guard::Count(count)), TypeKind::Array { element, .. }) if !member.ty.resource => {
                let (codec, count) = (self.codec_type(element), guard_at(count));
                quote!(d.counted::<#codec, _>(#count, #here, depth)?)
            }
            _ => {
                let codec = self.codec_path(&member.ty);
                quote!(#codec::decode(d, #here, depth)?)
            }
        }
    }

    fn encode_table(&self, layout: &Table) -> TokenStream {
        if layout.members.is_empty() {
            return quote! {
                let Self {} = value;
                e.table(at, 0, depth)?;
                Ok(())
            };
        }
        let fields: Vec<_> = layout.members.iter().map(|m| field_ident(&m.name)).collect();
        let ordinals: Vec<_> = layout.members.iter().map(|m| integer(m.ordinal.into())).collect();
        let codecs = layout.members.iter().map(|m| self.codec_type(&m.ty));
        quote! {
            let set = [#((#ordinals, value.#fields.is_some())),*];
            let max = set.iter().rev().find(|field| field.1).map_or(0, |field| field.0);
            let mut table = e.table(at, max, depth)?;
            #(table.field::<#codecs, _>(e, #ordinals, value.#fields)?;)*
            Ok(())
        }
    }

    fn decode_table(&self, layout: &Table) -> TokenStream {
        if layout.members.is_empty() {
            return quote! {
                let mut table = d.table(at, depth)?;
                while let Some(slot) = table.next(d)? {
                    slot.skip(d)?;
                }
                Ok(Self {})
            };
        }
        let fields = layout.members.iter().map(|m| field_ident(&m.name));
        let ordinals = layout.members.iter().map(|m| integer(m.ordinal.into()));
        let codecs = layout.members.iter().map(|m| self.codec_type(&m.ty));
        quote! {
            let mut value = Self::default();
            let mut table = d.table(at, depth)?;
            while let Some(slot) = table.next(d)? {
                match slot.ordinal() {
                    #(#ordinals => value.#fields = Some(slot.payload::<#codecs, _>(d)?),)*
                    _ => slot.skip(d)?,
                }
            }
            Ok(value)
        }
    }

    /// The codec of a struct, table or union that describes itself.
    pub fn codec(
        &self,
        ident: &Ident,
        generics: &TokenStream,
        shape: [u32; 2],
        encode: &TokenStream,
        decode: &TokenStream,
    ) -> TokenStream {
        self.codec_with(ident, generics, shape, None, encode, decode)
    }

    /// [`codec`](Self::codec) with constants beside size and alignment.
    fn codec_with(
        &self,
        ident: &Ident,
        generics: &TokenStream,
        [size, align]: [u32; 2],
        facts: Option<TokenStream>,
        encode: &TokenStream,
        decode: &TokenStream,
    ) -> TokenStream {
        let fidl = &self.runtime;
        let (size, align) = (integer(size.into()), integer(align.into()));
        quote! {
            impl<H: #fidl::Handle> #fidl::Codec<H> for #ident #generics {
                type Value = Self;
                const SIZE: usize = #size;
                const ALIGN: usize = #align;
                #facts

                fn encode(
                    value: Self,
                    e: &mut #fidl::Encoder<H>,
                    at: usize,
                    depth: #fidl::Depth,
                ) -> Result<(), #fidl::EncodeError> {
                    #encode
                }

                fn decode(
                    d: &mut #fidl::Decoder<'_, H>,
                    at: usize,
                    depth: #fidl::Depth,
                ) -> Result<Self, #fidl::DecodeError> {
                    #decode
                }
            }
        }
    }

    /// An empty struct is one zero byte (`fidl-wire.md` 3.3).
    fn empty_struct_codec(&self, ident: &Ident) -> TokenStream {
        let fidl = &self.runtime;
        quote! {
            impl<H: #fidl::Handle> #fidl::Codec<H> for #ident {
                type Value = Self;
                const SIZE: usize = 1;
                const ALIGN: usize = 1;

                fn encode(
                    _: Self,
                    _: &mut #fidl::Encoder<H>,
                    _: usize,
                    _: #fidl::Depth,
                ) -> Result<(), #fidl::EncodeError> {
                    Ok(())
                }

                fn decode(
                    d: &mut #fidl::Decoder<'_, H>,
                    at: usize,
                    _: #fidl::Depth,
                ) -> Result<Self, #fidl::DecodeError> {
                    d.empty_struct(at)?;
                    Ok(Self {})
                }
            }
        }
    }
}

/// A `Default` that asks nothing of the type of handles.
fn default_impl(
    ident: &Ident,
    generics: &TokenStream,
    fields: &[Ident],
    values: Vec<TokenStream>,
) -> TokenStream {
    quote! {
        impl #generics Default for #ident #generics {
            fn default() -> Self {
                Self { #(#fields: #values,)* }
            }
        }
    }
}

/// The place of a member in its struct.
fn at(offset: u32) -> TokenStream {
    if offset == 0 {
        return quote!(at);
    }
    let offset = integer(offset.into());
    quote!(at + #offset)
}
