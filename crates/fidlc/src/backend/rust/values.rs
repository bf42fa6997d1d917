//! Constants: their items and the expressions of their values.

use proc_macro2::TokenStream;
use quote::quote;

use super::Generator;
use super::names::{constant_ident, variant_ident};
use crate::ir::{
    Bits, Const, Declaration, DeclarationKind, Enum, Name, Primitive, Strictness, Target, Type,
    TypeKind, Value,
};

impl Generator<'_> {
    /// `pub const NAME: type = value;`
    pub fn constant(&self, declaration: &Declaration, constant: &Const) -> TokenStream {
        let docs = self.docs_of(declaration);
        let ident = constant_ident(&declaration.name.declaration);
        let ty = match &constant.ty.kind {
            TypeKind::String { .. } => quote!(&str),
            _ => self.value_type(&constant.ty, &quote!(H)),
        };
        let value = self.value(&constant.ty, &constant.value);
        // A value that happens to be near π is what the author of the FIDL file wanted.
        let exact = matches!(constant.value, Value::Float(_)).then(|| {
            quote! {
                #[allow(
                    clippy::approx_constant,
                    clippy::excessive_precision,
                    reason = "the value is the one of the FIDL file"
                )]
            }
        });
        quote! {
            #docs
            #exact
            pub const #ident: #ty = #value;
        }
    }

    /// The constant expression of a value of that type.
    pub fn value(&self, ty: &Type, value: &Value) -> TokenStream {
        match value {
            Value::Bool(value) => quote!(#value),
            Value::String(value) => quote!(#value),
            Value::Float(value) => float(ty, *value),
            Value::Integer(value) => match &ty.kind {
                TypeKind::Identifier { name, target: Target::Enum | Target::Bits, .. } => {
                    self.member(name, *value)
                }
                // An integer constant converts to a float type.
                TypeKind::Primitive(Primitive::Float32 | Primitive::Float64) => {
                    float(ty, *value as f64)
                }
                _ => integer(*value),
            },
        }
    }

    /// A value of an enum or bits, by member names where there are any.
    fn member(&self, name: &Name, value: i128) -> TokenStream {
        let path = self.path(name, "");
        match self.facts.declaration(name).map(|declaration| &declaration.kind) {
            Some(DeclarationKind::Enum(layout)) => enum_value(&path, layout, value),
            Some(DeclarationKind::Bits(layout)) => bits_value(&path, layout, value),
            _ => unreachable!("the front end checks what an identifier names"),
        }
    }
}

fn enum_value(path: &TokenStream, layout: &Enum, value: i128) -> TokenStream {
    match layout.members.iter().find(|member| member.value == value) {
        Some(member) if layout.strictness == Strictness::Strict => {
            let variant = variant_ident(&member.name);
            quote!(#path::#variant)
        }
        Some(member) => {
            let constant = constant_ident(&member.name);
            quote!(#path::#constant)
        }
        None => {
            let value = integer(value);
            quote!(#path::from_primitive(#value))
        }
    }
}

fn bits_value(path: &TokenStream, layout: &Bits, value: i128) -> TokenStream {
    let mut members =
        layout.members.iter().filter(|member| member.value & value != 0).map(|member| {
            let constant = constant_ident(&member.name);
            quote!(#path::#constant)
        });
    match members.next() {
        None => quote!(#path::empty()),
        Some(first) => quote!(#first #(.union(#members))*),
    }
}

/// An integer in decimal.
pub fn integer(value: i128) -> TokenStream {
    tokens(&value.to_string())
}

/// An unsigned integer in hexadecimal, its digits in groups of four.
pub fn hex(value: u64) -> TokenStream {
    let digits = format!("{value:x}");
    let mut text = String::from("0x");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(4) {
            text.push('_');
        }
        text.push(digit);
    }
    tokens(&text)
}

fn float(ty: &Type, value: f64) -> TokenStream {
    // The debug form always has a decimal point or an exponent, and reads back as the same number.
    if matches!(ty.kind, TypeKind::Primitive(Primitive::Float32)) {
        tokens(&format!("{:?}", value as f32))
    } else {
        tokens(&format!("{value:?}"))
    }
}

fn tokens(number: &str) -> TokenStream {
    number.parse().expect("a number is a token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_grouped() {
        assert_eq!(hex(0).to_string(), "0x0");
        assert_eq!(hex(0xf00e).to_string(), "0xf00e");
        assert_eq!(hex(0x8000_0000).to_string(), "0x8000_0000");
        assert_eq!(hex(0x5_6789_abcd).to_string(), "0x5_6789_abcd");
    }
}
