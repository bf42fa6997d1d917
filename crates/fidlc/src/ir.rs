//! The intermediate representation: what the front end hands to the back ends.
//!
//! Every name is resolved, every constant evaluated, every anonymous layout named, every inline
//! layout measured, and only the elements of the selected version are left. A back end needs
//! nothing else.

use std::collections::BTreeMap;

/// A compiled library.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// Dotted name, for example `fuchsia.sysmem2`.
    pub name: String,
    pub attributes: Attributes,
    /// Names of the libraries that declarations of this one refer to, sorted.
    pub dependencies: Vec<String>,
    /// Declarations with the ones that others depend on first, otherwise in source order.
    pub declarations: Vec<Declaration>,
}

/// The name of a declaration together with its library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub library: String,
    pub declaration: String,
}

/// A declaration of any kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    pub name: Name,
    pub attributes: Attributes,
    pub location: Location,
    /// The path of names that an anonymous layout was written under; one element for named ones
    /// (`fidl-language.md` section 8).
    pub naming_context: Vec<String>,
    pub kind: DeclarationKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DeclarationKind {
    Const(Const),
    Alias(Type),
    Enum(Enum),
    Bits(Bits),
    Struct(Struct),
    Table(Table),
    Union(Union),
    Protocol(Protocol),
    Service(Service),
    Resource(Resource),
}

/// Where an element stands: file as given to the compiler, line and column from 1, length in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub length: u32,
}

/// Documentation, deprecation, and the other attributes as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    /// Lines of the doc comment without slashes and without the one leading space; empty: none.
    pub doc: Vec<String>,
    /// Deprecated at the selected version, with the note of `@available`.
    pub deprecated: Option<String>,
    /// All attributes but `@doc` and `@available`, by name; a single unnamed argument is `value`.
    pub others: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Const {
    pub ty: Type,
    pub value: Value,
}

/// An evaluated constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Bool(bool),
    /// Any integer, also the value of an enum or bits constant (its type says which).
    Integer(i128),
    Float(f64),
    String(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Primitive {
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    Strict,
    Flexible,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    pub underlying: Primitive,
    pub strictness: Strictness,
    pub members: Vec<ValueMember>,
    /// The reserved unknown value of a flexible enum.
    pub unknown_value: Option<i128>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bits {
    pub underlying: Primitive,
    pub strictness: Strictness,
    pub members: Vec<ValueMember>,
    /// All members ORed.
    pub mask: u64,
}

/// A member of an enum or of bits.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueMember {
    pub name: String,
    pub value: i128,
    pub attributes: Attributes,
    pub location: Location,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    pub resource: bool,
    pub members: Vec<StructMember>,
    /// Inline size (1 if empty) and alignment, bytes.
    pub shape: Shape,
    /// Made by the compiler as the success payload `()` of a wrapped response.
    pub is_empty_success: bool,
    /// A part of a simple layout: `@for_deprecated_c_bindings` is on it, or on a protocol of its
    /// library in whose messages it occurs.
    pub is_simple: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct StructMember {
    pub name: String,
    pub ty: Type,
    pub attributes: Attributes,
    pub location: Location,
    pub default: Option<Value>,
    /// Byte offset in the struct, and the number of zero bytes between this member's end and the
    /// next member's start or the end of the struct.
    pub offset: u32,
    pub padding: u32,
    /// In simple layouts: what says whether this member has a value.
    pub guard: Option<Guard>,
}

/// An earlier member of the same struct, by index, that says how much of a member holds a value.
/// What it says does not, receivers ignore (`sysmem1.md` 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The `bool has_x` immediately before `x`, or before several `x_*`: without it there are none.
    Flag(usize),
    /// The `uint32` that `@counted_by` names: so many elements of the array.
    Count(usize),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub resource: bool,
    /// Ascending ordinals.
    pub members: Vec<OrdinalMember>,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    pub resource: bool,
    pub strictness: Strictness,
    /// Ascending ordinals.
    pub members: Vec<OrdinalMember>,
    /// A result union, made by the compiler. Back ends that have a result type of their own skip
    /// it. Its member `framework_err` (ordinal 3) has the type `int32` here; the only value that
    /// may arrive is −2 (`fidl-wire.md` 7.2).
    pub is_result: bool,
    pub shape: Shape,
}

/// A member of a table or union.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdinalMember {
    pub ordinal: u64,
    pub name: String,
    pub ty: Type,
    pub attributes: Attributes,
    pub location: Location,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Openness {
    Open,
    Ajar,
    Closed,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    pub openness: Openness,
    pub composes: Vec<Name>,
    /// Own methods and composed ones, own first, in source order.
    pub methods: Vec<Method>,
    /// The service name of a `@discoverable` protocol, `fuchsia.sysmem2.Allocator`.
    pub discoverable: Option<String>,
    /// Value of `@transport`, by default `Channel`.
    pub transport: String,
    /// All messages have simple layout: `@for_deprecated_c_bindings`.
    pub is_simple: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    pub name: String,
    /// The protocol that declares the method: this one, or one that it composes.
    pub declared_in: Name,
    pub ordinal: u64,
    /// The text that was hashed, `fuchsia.sysmem2/Node.Sync`.
    pub selector: String,
    pub strictness: Strictness,
    pub kind: MethodKind,
    pub attributes: Attributes,
    pub location: Location,
}

/// Payloads are `None` when the message is a header alone; otherwise an identifier of a struct,
/// table or union.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one a method; boxes would cost readers more")]
pub enum MethodKind {
    OneWay { request: Option<Type> },
    TwoWay { request: Option<Type>, response: Response },
    Event { payload: Option<Type> },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// What the author wrote after the arrow; `None` for `()`.
    pub success: Option<Type>,
    /// The type after `error`.
    pub error: Option<Type>,
    /// The compiler-made result union that is the body when the method is flexible or has an error;
    /// `None`: the body is `success` itself.
    pub result_union: Option<Name>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Name of the member and its protocol.
    pub members: Vec<(String, Name)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub subtype: Name,
    pub rights: Option<Type>,
}

/// A resolved type with its inline shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    pub kind: TypeKind,
    pub shape: Shape,
    /// Holds handles, however deep.
    pub resource: bool,
}

/// Aliases are already replaced by what they stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    Primitive(Primitive),
    /// `bound`: bytes, `None` is unbounded.
    String {
        bound: Option<u32>,
        optional: bool,
    },
    Vector {
        element: Box<Type>,
        bound: Option<u32>,
        optional: bool,
    },
    Array {
        element: Box<Type>,
        count: u32,
    },
    Box(Box<Type>),
    /// A handle of a resource definition. `subtype`: value of the subtype enum (0: any);
    /// `rights`: `None` means the same rights.
    Handle {
        resource: Name,
        subtype: u32,
        rights: Option<u32>,
        optional: bool,
    },
    /// `client_end:protocol` or `server_end:protocol`.
    Endpoint {
        role: Role,
        protocol: Name,
        optional: bool,
    },
    /// An enum, bits, struct, table or union. Only unions can be optional.
    Identifier {
        name: Name,
        target: Target,
        optional: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Client,
    Server,
}

/// What kind of declaration an identifier type names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Enum,
    Bits,
    Struct,
    Table,
    Union,
}

/// Layout facts of a type (`fidl-wire.md` section 2; `fidl-language.md` section 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes.
    pub inline_size: u32,
    /// Bytes: 1, 2, 4 or 8.
    pub alignment: u32,
    /// Longest chain of out-of-line indirections; `u32::MAX`: unbounded.
    pub depth: u32,
    /// `u32::MAX`: unbounded.
    pub max_handles: u32,
    /// Bytes; `u32::MAX`: unbounded.
    pub max_out_of_line: u32,
    pub has_padding: bool,
    pub has_envelope: bool,
    pub has_flexible_envelope: bool,
}
