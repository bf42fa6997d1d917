//! Unions.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Generator;
use super::docs::docs;
use super::names::{type_ident, variant_ident};
use super::values::integer;
use crate::ir::{Declaration, Strictness, Union};

impl Generator<'_> {
    /// An enum with a variant per member, and one for the unknown if the union is flexible.
    pub fn union(&self, declaration: &Declaration, layout: &Union) -> TokenStream {
        let fidl = &self.runtime;
        let docs_of_union = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let generics = self.generics(declaration);
        let derives = self.derives(declaration, false, false);
        let unknown = unknown_variant(layout);
        let variants: Vec<_> = layout.members.iter().map(|m| variant_ident(&m.name)).collect();
        let ordinals: Vec<_> = layout.members.iter().map(|m| integer(m.ordinal.into())).collect();
        let docs_of_variants =
            layout.members.iter().map(|m| docs(&m.attributes, &format!("`{}`.", m.name)));
        let values = layout.members.iter().map(|m| self.value_type(&m.ty, &quote!(H)));
        let unknown_variant = unknown.iter().map(|unknown| {
            quote! {
                /// A variant that this program does not know, by its ordinal. Its content is gone.
                #unknown(u64)
            }
        });
        let unknown_arm = unknown.iter().map(|unknown| quote!(Self::#unknown(ordinal) => *ordinal));
        let encode = self.encode_union(layout, unknown.as_ref());
        let decode = self.decode_union(layout, unknown.as_ref());
        let shape = [layout.shape.inline_size, layout.shape.alignment];
        let codec = self.codec(&ident, &generics, shape, &encode, &decode);
        let allow = allow_large_variants(variants.len() + unknown_variant.len());
        quote! {
            #docs_of_union
            #derives
            #allow
            pub enum #ident #generics {
                #(#docs_of_variants #variants(#values),)*
                #(#unknown_variant,)*
            }

            impl #generics #ident #generics {
                /// The ordinal of the variant in the FIDL file.
                pub const fn ordinal(&self) -> u64 {
                    match self {
                        #(Self::#variants(_) => #ordinals,)*
                        #(#unknown_arm,)*
                    }
                }
            }

            impl #generics #fidl::UnionCodec for #ident #generics {}

            #codec
        }
    }

    fn encode_union(&self, layout: &Union, unknown: Option<&Ident>) -> TokenStream {
        let fidl = &self.runtime;
        if layout.members.is_empty() {
            return quote! {
                let _ = (value, e, at, depth);
                Err(#fidl::EncodeError::FlexibleUnionUnknownField)
            };
        }
        let variants = layout.members.iter().map(|m| variant_ident(&m.name));
        let ordinals = layout.members.iter().map(|m| integer(m.ordinal.into()));
        let codecs = layout.members.iter().map(|m| self.codec_type(&m.ty));
        let unknown = unknown.iter().map(|unknown| {
            quote!(Self::#unknown(_) => Err(#fidl::EncodeError::FlexibleUnionUnknownField))
        });
        quote! {
            match value {
                #(Self::#variants(value) => e.union::<#codecs>(at, #ordinals, value, depth),)*
                #(#unknown,)*
            }
        }
    }

    fn decode_union(&self, layout: &Union, unknown: Option<&Ident>) -> TokenStream {
        let fidl = &self.runtime;
        let last = match unknown {
            Some(unknown) if layout.members.is_empty() => {
                return quote! {
                    let slot = d.union(at, depth)?;
                    let ordinal = slot.ordinal();
                    slot.skip(d)?;
                    Ok(Self::#unknown(ordinal))
                };
            }
            Some(unknown) => quote! {
                ordinal => {
                    slot.skip(d)?;
                    Ok(Self::#unknown(ordinal))
                }
            },
            None => quote!(_ => Err(#fidl::DecodeError::StrictUnionUnknownField),),
        };
        let variants = layout.members.iter().map(|m| variant_ident(&m.name));
        let ordinals = layout.members.iter().map(|m| integer(m.ordinal.into()));
        let codecs = layout.members.iter().map(|m| self.codec_type(&m.ty));
        quote! {
            let slot = d.union(at, depth)?;
            match slot.ordinal() {
                #(#ordinals => Ok(Self::#variants(slot.payload::<#codecs, _>(d)?)),)*
                #last
            }
        }
    }
}

/// Payloads of very different sizes are what unions are for.
pub fn allow_large_variants(variants: usize) -> Option<TokenStream> {
    (variants > 1).then(|| {
        quote! {
            #[allow(
                clippy::large_enum_variant,
                reason = "a value moves once, from the message to its user"
            )]
        }
    })
}

/// The variant for unknown ordinals, named so that no member takes its name.
fn unknown_variant(layout: &Union) -> Option<Ident> {
    if layout.strictness == Strictness::Strict {
        return None;
    }
    let is_taken = layout.members.iter().any(|member| variant_ident(&member.name) == "Unknown");
    Some(variant_ident(if is_taken { "unknown_ordinal" } else { "unknown" }))
}
