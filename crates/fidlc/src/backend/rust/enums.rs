//! Enums and bits: they are integers with names.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Generator;
use super::docs::docs;
use super::names::{constant_ident, type_ident, variant_ident};
use super::types::primitive_type;
use super::values::{hex, integer};
use crate::ir::{Bits, Declaration, Enum, Strictness, ValueMember};

impl Generator<'_> {
    /// An enum if strict, a newtype with constants if flexible.
    pub fn enumeration(&self, declaration: &Declaration, layout: &Enum) -> TokenStream {
        match layout.strictness {
            Strictness::Strict => self.strict_enum(declaration, layout),
            Strictness::Flexible => self.flexible_enum(declaration, layout),
        }
    }

    fn strict_enum(&self, declaration: &Declaration, layout: &Enum) -> TokenStream {
        let fidl = &self.runtime;
        let docs = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let int = primitive_type(layout.underlying);
        let docs_of_members = layout.members.iter().map(member_docs);
        let variants: Vec<_> = layout.members.iter().map(|m| variant_ident(&m.name)).collect();
        let values: Vec<_> = layout.members.iter().map(value).collect();
        let codec = self.integer_codec(
            &ident,
            &int,
            &quote!(value.into_primitive()),
            &quote!(Self::from_primitive(value).ok_or(#fidl::DecodeError::StrictEnumUnknownValue)),
        );
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[repr(#int)]
            pub enum #ident {
                #(#docs_of_members #variants = #values,)*
            }

            impl #ident {
                /// All members, in the order of the FIDL file.
                pub const MEMBERS: &[Self] = &[#(Self::#variants),*];

                /// The member with that value.
                pub const fn from_primitive(value: #int) -> Option<Self> {
                    match value {
                        #(#values => Some(Self::#variants),)*
                        _ => None,
                    }
                }

                /// The value on the wire.
                pub const fn into_primitive(self) -> #int {
                    self as #int
                }
            }

            #codec
        }
    }

    fn flexible_enum(&self, declaration: &Declaration, layout: &Enum) -> TokenStream {
        let docs = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let int = primitive_type(layout.underlying);
        let constants = constants(&layout.members);
        let members = layout.members.iter().map(|member| constant_ident(&member.name));
        let names = layout.members.iter().map(|member| &member.name);
        let values = layout.members.iter().map(value);
        let name_value = if layout.members.is_empty() {
            quote!(None)
        } else {
            quote!(match self.0 { #(#values => Some(#names),)* _ => None })
        };
        let is_unknown = is_unknown(layout);
        let type_name = ident.to_string();
        let unnamed = format!("{type_name}({{:#x}})");
        let codec = self.integer_codec(&ident, &int, &quote!(value.0), &quote!(Ok(Self(value))));
        quote! {
            #docs
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct #ident(#int);

            impl #ident {
                #constants

                /// All members, in the order of the FIDL file.
                pub const MEMBERS: &[Self] = &[#(Self::#members),*];

                /// Any value, also one that is no member.
                pub const fn from_primitive(value: #int) -> Self {
                    Self(value)
                }

                /// The value on the wire.
                pub const fn into_primitive(self) -> #int {
                    self.0
                }

                /// Whether the value is none that this program knows.
                pub const fn is_unknown(self) -> bool {
                    #is_unknown
                }

                /// The member's name in the FIDL file; none for a value that is no member.
                pub const fn name(self) -> Option<&'static str> {
                    #name_value
                }
            }

            impl std::fmt::Debug for #ident {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    match self.name() {
                        Some(name) => f.write_str(name),
                        None => write!(f, #unnamed, self.0),
                    }
                }
            }

            #codec
        }
    }

    /// A newtype over an unsigned integer with the operations of a set.
    pub fn bits(&self, declaration: &Declaration, layout: &Bits) -> TokenStream {
        let docs = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let int = primitive_type(layout.underlying);
        let constants = constants(&layout.members);
        let members = layout.members.iter().map(|member| constant_ident(&member.name));
        let mask = hex(layout.mask);
        let (from_bits, not, decode) = self.bits_by_strictness(layout, &int);
        let codec = self.integer_codec(&ident, &int, &quote!(value.0), &decode);
        let operators = bits_operators(&ident, &not);
        let unnamed = format!("{ident}({{:#x}})");
        quote! {
            #docs
            #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct #ident(#int);

            impl #ident {
                #constants

                /// All members, in the order of the FIDL file.
                pub const MEMBERS: &[Self] = &[#(Self::#members),*];

                /// The bits of all members.
                pub const MASK: #int = #mask;

                /// The empty set.
                pub const fn empty() -> Self {
                    Self(0)
                }

                #from_bits

                /// The value on the wire.
                pub const fn bits(self) -> #int {
                    self.0
                }

                /// Whether no bit is set.
                pub const fn is_empty(self) -> bool {
                    self.0 == 0
                }

                /// Whether all bits of `other` are set.
                pub const fn contains(self, other: Self) -> bool {
                    self.0 & other.0 == other.0
                }

                /// The bits of both.
                pub const fn union(self, other: Self) -> Self {
                    Self(self.0 | other.0)
                }
            }

            #operators

            impl std::fmt::Debug for #ident {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    write!(f, #unnamed, self.0)
                }
            }

            #codec
        }
    }

    /// What differs: the constructor, the complement, and what decoding makes of a value.
    fn bits_by_strictness(
        &self,
        layout: &Bits,
        int: &TokenStream,
    ) -> (TokenStream, TokenStream, TokenStream) {
        let fidl = &self.runtime;
        match layout.strictness {
            Strictness::Strict => (
                quote! {
                    /// The set with these bits, if all of them are members.
                    pub const fn from_bits(bits: #int) -> Option<Self> {
                        if bits & !Self::MASK == 0 { Some(Self(bits)) } else { None }
                    }
                },
                quote!(Self(!self.0 & Self::MASK)),
                quote! {
                    Self::from_bits(value).ok_or(#fidl::DecodeError::StrictBitsUnknownBit)
                },
            ),
            Strictness::Flexible => (
                quote! {
                    /// The set with these bits, also those that are no members.
                    pub const fn from_bits_retain(bits: #int) -> Self {
                        Self(bits)
                    }

                    /// The bits that are no members.
                    pub const fn unknown_bits(self) -> #int {
                        self.0 & !Self::MASK
                    }
                },
                quote!(Self(!self.0)),
                quote!(Ok(Self(value))),
            ),
        }
    }

    /// The codec of a type that stands on the wire as an integer. `into` makes the integer of
    /// `value`, `from` a result of the integer `value`.
    fn integer_codec(
        &self,
        ident: &Ident,
        int: &TokenStream,
        into: &TokenStream,
        from: &TokenStream,
    ) -> TokenStream {
        let fidl = &self.runtime;
        quote! {
            impl<H: #fidl::Handle> #fidl::Codec<H> for #ident {
                type Value = Self;
                const SIZE: usize = size_of::<#int>();
                const ALIGN: usize = size_of::<#int>();

                fn encode(
                    value: Self,
                    e: &mut #fidl::Encoder<H>,
                    at: usize,
                    depth: #fidl::Depth,
                ) -> Result<(), #fidl::EncodeError> {
                    #int::encode(#into, e, at, depth)
                }

                fn decode(
                    d: &mut #fidl::Decoder<'_, H>,
                    at: usize,
                    depth: #fidl::Depth,
                ) -> Result<Self, #fidl::DecodeError> {
                    let value = #int::decode(d, at, depth)?;
                    #from
                }
            }
        }
    }
}

/// A member marked `@unknown` has a name but counts as unknown all the same.
fn is_unknown(layout: &Enum) -> TokenStream {
    match layout.members.iter().find(|member| member.attributes.others.contains_key("unknown")) {
        Some(member) => {
            let constant = constant_ident(&member.name);
            quote!(self.0 == Self::#constant.0 || self.name().is_none())
        }
        None => quote!(self.name().is_none()),
    }
}

fn bits_operators(ident: &Ident, not: &TokenStream) -> TokenStream {
    quote! {
        impl std::ops::BitOr for #ident {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOrAssign for #ident {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl std::ops::BitAnd for #ident {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl std::ops::Not for #ident {
            type Output = Self;

            fn not(self) -> Self {
                #not
            }
        }
    }
}

/// The members as associated constants.
fn constants(members: &[ValueMember]) -> TokenStream {
    let docs = members.iter().map(member_docs);
    let constants = members.iter().map(|member| constant_ident(&member.name));
    let values = members.iter().map(value);
    quote!(#(#docs pub const #constants: Self = Self(#values);)*)
}

fn member_docs(member: &ValueMember) -> TokenStream {
    docs(&member.attributes, &format!("`{}`.", member.name))
}

fn value(member: &ValueMember) -> TokenStream {
    integer(member.value)
}
