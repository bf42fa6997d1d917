//! Constants, and the members of enums and bits.

use std::fmt::Write;

use super::Generator;
use super::print::Text;
use crate::ir::{Const, Declaration, Primitive, Type, TypeKind, Value, ValueMember};

impl Generator<'_> {
    pub fn constant(&self, declaration: &Declaration, constant: &Const, out: &mut Text) {
        let name = self.prefix.name(&declaration.name.declaration);
        out.blank();
        out.comments(&declaration.attributes.doc);
        out.line(&format!("#define {name} {}", self.value(&constant.ty, &constant.value)));
    }

    /// A typedef and a macro for each member.
    pub fn enumeration(
        &self,
        declaration: &Declaration,
        underlying: Primitive,
        members: &[ValueMember],
        out: &mut Text,
    ) {
        let name = self.prefix.name(&declaration.name.declaration);
        out.blank();
        out.comments(&declaration.attributes.doc);
        out.line(&format!("typedef {} {name};", c_primitive(underlying)));
        out.blank();
        for member in members {
            out.comments(&member.attributes.doc);
            let value = typed(&name, &integer(underlying, member.value));
            out.line(&format!("#define {name}_{} {value}", member.name));
        }
    }

    fn value(&self, ty: &Type, value: &Value) -> String {
        match (value, &ty.kind) {
            (Value::Bool(value), _) => value.to_string(),
            (Value::String(text), _) => string(text),
            (Value::Float(value), TypeKind::Primitive(Primitive::Float32)) => format!("{value:?}f"),
            (Value::Float(value), _) => format!("{value:?}"),
            (Value::Integer(value), TypeKind::Primitive(primitive)) => integer(*primitive, *value),
            (Value::Integer(value), TypeKind::Identifier { name, .. }) => {
                typed(&self.declared(name), &integer(self.underlying(name), *value))
            }
            (Value::Integer(value), _) => value.to_string(),
        }
    }
}

/// The type of the standard header.
pub fn c_primitive(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Bool => "bool",
        Primitive::Int8 => "int8_t",
        Primitive::Int16 => "int16_t",
        Primitive::Int32 => "int32_t",
        Primitive::Int64 => "int64_t",
        Primitive::Uint8 => "uint8_t",
        Primitive::Uint16 => "uint16_t",
        Primitive::Uint32 => "uint32_t",
        Primitive::Uint64 => "uint64_t",
        Primitive::Float32 => "float",
        Primitive::Float64 => "double",
    }
}

fn typed(name: &str, value: &str) -> String {
    format!("(({name}){value})")
}

/// An integer constant of a type. The least value of a signed type has no literal.
fn integer(primitive: Primitive, value: i128) -> String {
    let macro_name = match primitive {
        Primitive::Int8 => "INT8_C",
        Primitive::Int16 => "INT16_C",
        Primitive::Int32 => "INT32_C",
        Primitive::Int64 => "INT64_C",
        Primitive::Uint8 => "UINT8_C",
        Primitive::Uint16 => "UINT16_C",
        Primitive::Uint32 => "UINT32_C",
        Primitive::Uint64 => "UINT64_C",
        Primitive::Bool | Primitive::Float32 | Primitive::Float64 => return value.to_string(),
    };
    match (value, primitive) {
        (_, Primitive::Uint64) if value > 0xffff => format!("{macro_name}({value:#018x})"),
        (_, Primitive::Uint32) if value > 0xffff => format!("{macro_name}({value:#010x})"),
        (0.., _) => format!("{macro_name}({value})"),
        _ => format!("(-{macro_name}({}) - 1)", -(value + 1)),
    }
}

/// A string literal. What is not plain ASCII is written in octal, which ends after three digits
/// whatever follows.
fn string(text: &str) -> String {
    let mut literal = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                literal.push('\\');
                literal.push(byte.into());
            }
            // Two question marks would start a trigraph.
            b' '..=b'~' if byte != b'?' => literal.push(byte.into()),
            // Writing to a string does not fail.
            _ => _ = write!(literal, "\\{byte:03o}"),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_their_type() {
        assert_eq!(integer(Primitive::Uint32, 7), "UINT32_C(7)");
        assert_eq!(integer(Primitive::Uint64, 1 << 60), "UINT64_C(0x1000000000000000)");
        assert_eq!(integer(Primitive::Int64, -1), "(-INT64_C(0) - 1)");
        let least = "(-INT64_C(9223372036854775807) - 1)";
        assert_eq!(integer(Primitive::Int64, i64::MIN.into()), least);
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("a\"b\\c\nd?é"), "\"a\\\"b\\\\c\\012d\\077\\303\\251\"");
    }
}
