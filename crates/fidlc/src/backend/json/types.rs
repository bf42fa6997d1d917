//! Type objects.

use serde_json::{Map, Value, json};

use super::{Writer, elements, identifier};
use crate::ir::{DeclarationKind, Name, Primitive, Role, Shape, Type, TypeKind};

/// The transport of a protocol that does not say otherwise.
const DEFAULT_TRANSPORT: &str = "Channel";

impl Writer<'_> {
    /// A type, by its `kind_v2`, with its shape.
    pub fn ty(&self, ty: &Type) -> Value {
        let kind = match &ty.kind {
            TypeKind::Primitive(primitive) => return self::primitive(*primitive),
            TypeKind::String { bound, optional } => {
                bounded(json!({ "kind_v2": "string", "nullable": optional }), *bound)
            }
            TypeKind::Vector { element, bound, optional } => {
                let element = self.ty(element);
                let vector =
                    json!({ "kind_v2": "vector", "element_type": element, "nullable": optional });
                bounded(vector, *bound)
            }
            TypeKind::Array { element, count } => json!({
                "kind_v2": "array",
                "element_type": self.ty(element),
                "element_count": count,
            }),
            TypeKind::Box(target) => match &target.kind {
                TypeKind::Identifier { name, .. } => named(name, true),
                _ => self.ty(target),
            },
            TypeKind::Handle { resource, subtype, rights, optional } => json!({
                "kind_v2": "handle",
                "resource_identifier": identifier(resource),
                "obj_type": subtype,
                "subtype": self.subtype_name(resource, *subtype),
                "rights": rights.unwrap_or(SAME_RIGHTS),
                "nullable": optional,
            }),
            TypeKind::Endpoint { role, protocol, optional } => {
                self.endpoint(*role, protocol, *optional)
            }
            TypeKind::Identifier { name, optional, .. } => named(name, *optional),
        };
        with_shape(kind, &ty.shape)
    }

    /// The type of a service member: a client end.
    pub fn client_end(&self, protocol: &Name) -> Value {
        let shape = Shape { max_handles: 1, ..scalar(4) };
        with_shape(self.endpoint(Role::Client, protocol, false), &shape)
    }

    /// An end of a channel, without its shape.
    fn endpoint(&self, role: Role, protocol: &Name, optional: bool) -> Value {
        let transport = match self.declarations.get(protocol).map(|d| &d.kind) {
            Some(DeclarationKind::Protocol(protocol)) => protocol.transport.as_str(),
            _ => DEFAULT_TRANSPORT,
        };
        json!({
            "kind_v2": "endpoint",
            "role": match role { Role::Client => "client", Role::Server => "server" },
            "protocol": identifier(protocol),
            "protocol_transport": transport,
            "nullable": optional,
        })
    }

    /// The name of a handle's subtype in small letters, `handle` where any will do.
    fn subtype_name(&self, resource: &Name, subtype: u32) -> String {
        let subtypes = match self.declarations.get(resource).map(|d| &d.kind) {
            Some(DeclarationKind::Resource(resource)) => Some(&resource.subtype),
            _ => None,
        };
        let members = match subtypes.and_then(|name| self.declarations.get(name)).map(|d| &d.kind) {
            Some(DeclarationKind::Enum(layout)) => layout.members.as_slice(),
            _ => &[],
        };
        members
            .iter()
            .find(|member| subtype != 0 && member.value == i128::from(subtype))
            .map_or_else(|| "handle".to_owned(), |member| member.name.to_ascii_lowercase())
    }
}

/// Whatever rights the handle has (`fidl-wire.md` 3.6).
const SAME_RIGHTS: u32 = 0x8000_0000;

/// An enum over `uint32`, as the subtypes of handles are.
pub fn subtype_enum(name: &Name) -> Value {
    with_shape(named(name, false), &scalar(4))
}

/// The type of the third member of the result union of a flexible method.
pub fn framework_error() -> Value {
    with_shape(json!({ "kind_v2": "internal", "subtype": "framework_error" }), &scalar(4))
}

/// A number or bool, the underlying type of bits among them.
pub fn primitive(primitive: Primitive) -> Value {
    let size = match primitive {
        Primitive::Bool | Primitive::Int8 | Primitive::Uint8 => 1,
        Primitive::Int16 | Primitive::Uint16 => 2,
        Primitive::Int32 | Primitive::Uint32 | Primitive::Float32 => 4,
        Primitive::Int64 | Primitive::Uint64 | Primitive::Float64 => 8,
    };
    let kind = json!({ "kind_v2": "primitive", "subtype": primitive_name(primitive) });
    with_shape(kind, &scalar(size))
}

/// The name as FIDL spells it.
pub fn primitive_name(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Bool => "bool",
        Primitive::Int8 => "int8",
        Primitive::Int16 => "int16",
        Primitive::Int32 => "int32",
        Primitive::Int64 => "int64",
        Primitive::Uint8 => "uint8",
        Primitive::Uint16 => "uint16",
        Primitive::Uint32 => "uint32",
        Primitive::Uint64 => "uint64",
        Primitive::Float32 => "float32",
        Primitive::Float64 => "float64",
    }
}

/// Layout facts.
pub fn shape(shape: &Shape) -> Value {
    json!({
        "inline_size": shape.inline_size,
        "alignment": shape.alignment,
        "depth": shape.depth,
        "max_handles": shape.max_handles,
        "max_out_of_line": shape.max_out_of_line,
        "has_padding": shape.has_padding,
        "has_envelope": shape.has_envelope,
        "has_flexible_envelope": shape.has_flexible_envelope,
    })
}

fn named(name: &Name, optional: bool) -> Value {
    json!({ "kind_v2": "identifier", "identifier": identifier(name), "nullable": optional })
}

fn bounded(kind: Value, bound: Option<u32>) -> Value {
    match bound {
        Some(bound) => elements::extend(
            Map::from_iter([("maybe_element_count".to_owned(), json!(bound))]),
            kind,
        ),
        None => kind,
    }
}

fn with_shape(kind: Value, shape: &Shape) -> Value {
    let shape = Map::from_iter([("type_shape_v2".to_owned(), self::shape(shape))]);
    elements::extend(shape, kind)
}

/// The shape of a type that has nothing out of line.
fn scalar(size: u32) -> Shape {
    Shape {
        inline_size: size,
        alignment: size,
        depth: 0,
        max_handles: 0,
        max_out_of_line: 0,
        has_padding: false,
        has_envelope: false,
        has_flexible_envelope: false,
    }
}
