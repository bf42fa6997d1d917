//! Where an attribute can stand.

use crate::ast::LayoutBody;

/// The kind of element that an attribute is placed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Library,
    Const,
    Alias,
    NewType,
    Enum,
    Bits,
    Struct,
    Table,
    Union,
    AnonymousEnum,
    AnonymousBits,
    AnonymousStruct,
    AnonymousTable,
    AnonymousUnion,
    EnumMember,
    BitsMember,
    StructMember,
    TableMember,
    UnionMember,
    Protocol,
    Compose,
    Method,
    Event,
    Service,
    ServiceMember,
    Resource,
    ResourceProperty,
}

impl Place {
    pub fn layout(body: &LayoutBody, anonymous: bool) -> Place {
        match (body, anonymous) {
            (LayoutBody::Struct(_), false) => Place::Struct,
            (LayoutBody::Table(_), false) => Place::Table,
            (LayoutBody::Union(_), false) => Place::Union,
            (LayoutBody::Enum(_), false) => Place::Enum,
            (LayoutBody::Bits(_), false) => Place::Bits,
            (LayoutBody::Struct(_), true) => Place::AnonymousStruct,
            (LayoutBody::Table(_), true) => Place::AnonymousTable,
            (LayoutBody::Union(_), true) => Place::AnonymousUnion,
            (LayoutBody::Enum(_), true) => Place::AnonymousEnum,
            (LayoutBody::Bits(_), true) => Place::AnonymousBits,
        }
    }

    pub fn is_anonymous(self) -> bool {
        matches!(
            self,
            Place::AnonymousEnum
                | Place::AnonymousBits
                | Place::AnonymousStruct
                | Place::AnonymousTable
                | Place::AnonymousUnion
        )
    }

    /// A struct, table or union.
    pub fn is_structure(self) -> bool {
        matches!(
            self,
            Place::Struct
                | Place::Table
                | Place::Union
                | Place::AnonymousStruct
                | Place::AnonymousTable
                | Place::AnonymousUnion
        )
    }

    /// A structure or a member of any layout.
    pub fn holds_data(self) -> bool {
        let member = matches!(
            self,
            Place::StructMember
                | Place::TableMember
                | Place::UnionMember
                | Place::EnumMember
                | Place::BitsMember
        );
        member || self.is_structure()
    }

    /// With article, for messages.
    pub fn describe(self) -> &'static str {
        match self {
            Place::Library => "a library",
            Place::Const => "a constant",
            Place::Alias => "an alias",
            Place::NewType => "a new type",
            Place::Enum => "an enum",
            Place::Bits => "bits",
            Place::Struct => "a struct",
            Place::Table => "a table",
            Place::Union => "a union",
            Place::AnonymousEnum => "an anonymous enum",
            Place::AnonymousBits => "anonymous bits",
            Place::AnonymousStruct => "an anonymous struct",
            Place::AnonymousTable => "an anonymous table",
            Place::AnonymousUnion => "an anonymous union",
            Place::EnumMember => "a member of an enum",
            Place::BitsMember => "a member of bits",
            Place::StructMember => "a member of a struct",
            Place::TableMember => "a member of a table",
            Place::UnionMember => "a member of a union",
            Place::Protocol => "a protocol",
            Place::Compose => "a composition",
            Place::Method => "a method",
            Place::Event => "an event",
            Place::Service => "a service",
            Place::ServiceMember => "a member of a service",
            Place::Resource => "a resource definition",
            Place::ResourceProperty => "a property of a resource",
        }
    }
}
