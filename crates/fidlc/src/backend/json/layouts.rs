//! Enums, bits, structs, tables and unions.

use serde_json::{Value, json};

use super::Writer;
use super::elements::{constant, element, extend};
use super::types::{framework_error, primitive, primitive_name, shape, subtype_enum};
use crate::ir::{
    Bits, Enum, OrdinalMember, Primitive, Strictness, Struct, Table, Union, Value as Constant,
    ValueMember,
};

/// The member of a result union by which the runtime says that it does not know the method; the IR
/// gives its type as the integer that it is on the wire.
const FRAMEWORK_ERR: u64 = 3;

/// The underlying type of an enum is a bare name.
pub fn enumeration(layout: &Enum) -> Value {
    let mut object = json!({
        "type": primitive_name(layout.underlying),
        "strict": layout.strictness == Strictness::Strict,
        "members": members(&layout.members),
    });
    if let Some(unknown) = layout.unknown_value {
        object["maybe_unknown_value"] = json!(number(unknown));
    }
    object
}

/// The underlying type of bits is a type object.
pub fn bits(layout: &Bits) -> Value {
    json!({
        "type": primitive(layout.underlying),
        "mask": layout.mask.to_string(),
        "strict": layout.strictness == Strictness::Strict,
        "members": members(&layout.members),
    })
}

impl Writer<'_> {
    pub fn structure(&self, layout: &Struct) -> Value {
        let members = layout.members.iter().map(|member| {
            let mut fields = json!({
                "type": self.ty(&member.ty),
                "field_shape_v2": { "offset": member.offset, "padding": member.padding },
            });
            if let Some(default) = &member.default {
                fields["maybe_default_value"] = constant(default);
            }
            extend(element(&member.name, &member.attributes, &member.location), fields)
        });
        json!({
            "members": members.collect::<Vec<_>>(),
            "resource": layout.resource,
            "is_empty_success_struct": layout.is_empty_success,
            "type_shape_v2": shape(&layout.shape),
        })
    }

    /// Tables are always flexible.
    pub fn table(&self, layout: &Table) -> Value {
        json!({
            "members": layout.members.iter().map(|m| self.ordinal_member(m)).collect::<Vec<_>>(),
            "strict": false,
            "resource": layout.resource,
            "type_shape_v2": shape(&layout.shape),
        })
    }

    pub fn union(&self, layout: &Union) -> Value {
        let members = layout.members.iter().map(|member| {
            let mut object = self.ordinal_member(member);
            if layout.is_result && member.ordinal == FRAMEWORK_ERR {
                object["type"] = framework_error();
            }
            object
        });
        let members: Vec<_> = members.collect();
        json!({
            "members": members,
            "strict": layout.strictness == Strictness::Strict,
            "resource": layout.resource,
            "is_result": layout.is_result,
            "type_shape_v2": shape(&layout.shape),
        })
    }

    /// Handle-like types: an integer with a subtype and perhaps rights.
    pub fn resource(&self, resource: &crate::ir::Resource) -> Value {
        let subtype = json!({ "name": "subtype", "type": subtype_enum(&resource.subtype) });
        let rights =
            resource.rights.as_ref().map(|ty| json!({ "name": "rights", "type": self.ty(ty) }));
        let properties: Vec<_> = [subtype].into_iter().chain(rights).collect();
        json!({
            "type": primitive(Primitive::Uint32),
            "properties": properties,
        })
    }

    fn ordinal_member(&self, member: &OrdinalMember) -> Value {
        extend(
            element(&member.name, &member.attributes, &member.location),
            json!({ "ordinal": member.ordinal, "type": self.ty(&member.ty) }),
        )
    }
}

fn members(members: &[ValueMember]) -> Vec<Value> {
    members
        .iter()
        .map(|member| {
            extend(
                element(&member.name, &member.attributes, &member.location),
                json!({ "value": constant(&Constant::Integer(member.value)) }),
            )
        })
        .collect()
}

/// A number where JSON can hold it.
fn number(value: i128) -> Value {
    match (u64::try_from(value), i64::try_from(value)) {
        (Ok(value), _) => json!(value),
        (_, Ok(value)) => json!(value),
        _ => json!(value.to_string()),
    }
}
