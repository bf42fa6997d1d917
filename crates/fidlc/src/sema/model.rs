//! What the analysis knows of declarations and types before they are measured and lowered.

use crate::ast::{self, Attribute, Decl, Expr, Field, Layout, Method, TypeExpr};
use crate::ir::{Primitive, Role, Strictness, Value};
use crate::source::{ElementId, Span};

/// The files of one library.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    pub name: String,
    pub files: Vec<ast::File>,
}

/// Index of a declaration among those of all libraries of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DeclId(pub usize);

/// A declaration: written with a name, written anonymously, or made by the compiler.
#[derive(Clone, Debug)]
pub(crate) struct DeclInfo<'a> {
    pub library: usize,
    pub name: String,
    /// The name, or for anonymous layouts their keyword.
    pub span: Span,
    /// Whose versions it shares.
    pub element: ElementId,
    pub context: Vec<String>,
    pub attributes: &'a [Attribute],
    pub syntax: Syntax<'a>,
}

impl DeclInfo<'_> {
    /// Where names used by this declaration are looked up.
    pub fn scope(&self) -> Scope {
        Scope { library: self.library, file: self.span.file, element: self.element }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Syntax<'a> {
    Const {
        ty: &'a TypeExpr,
        value: &'a Expr,
    },
    Alias(&'a TypeExpr),
    /// `type X = Y;` where Y is no layout.
    NewType(&'a TypeExpr),
    /// A layout, with the path of its members' anonymous types in the declaration's context.
    Layout(&'a Layout),
    Protocol(&'a ast::Protocol),
    Service(&'a [Field]),
    Resource {
        base: &'a TypeExpr,
        properties: &'a [Field],
    },
    /// The result union of a method.
    Result(&'a Method),
    /// The success payload of a wrapped response that has none.
    EmptySuccess,
}

impl Syntax<'_> {
    /// With article, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Syntax::Const { .. } => "a constant",
            Syntax::Alias(_) => "an alias",
            Syntax::NewType(_) => "a new type",
            Syntax::Layout(layout) => match layout.body {
                ast::LayoutBody::Struct(_) => "a struct",
                ast::LayoutBody::Table(_) => "a table",
                ast::LayoutBody::Union(_) => "a union",
                ast::LayoutBody::Enum(_) => "an enum",
                ast::LayoutBody::Bits(_) => "bits",
            },
            Syntax::Protocol(_) => "a protocol",
            Syntax::Service(_) => "a service",
            Syntax::Resource { .. } => "a resource definition",
            Syntax::Result(_) => "a union",
            Syntax::EmptySuccess => "a struct",
        }
    }
}

impl<'a> Syntax<'a> {
    /// The form of a declaration with a name.
    pub fn of(decl: &'a Decl) -> Syntax<'a> {
        match &decl.kind {
            ast::DeclKind::Const { ty, value } => Syntax::Const { ty, value },
            ast::DeclKind::Alias(ty) => Syntax::Alias(ty),
            ast::DeclKind::Type(ty) => match &ty.head {
                ast::TypeHead::Layout(layout)
                    if ty.params.is_empty() && ty.constraints.is_empty() =>
                {
                    Syntax::Layout(layout)
                }
                _ => Syntax::NewType(ty),
            },
            ast::DeclKind::Protocol(protocol) => Syntax::Protocol(protocol),
            ast::DeclKind::Service(members) => Syntax::Service(members),
            ast::DeclKind::Resource { base, properties } => Syntax::Resource { base, properties },
        }
    }
}

/// Where a name is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    pub library: usize,
    pub file: usize,
    /// The element that refers, for comparing versions.
    pub element: ElementId,
}

impl Scope {
    /// The same place, seen from a member.
    pub fn within(self, element: ElementId) -> Scope {
        Scope { element, ..self }
    }
}

/// A type, possibly not fully constrained yet while an alias is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    /// Already reported; agrees with everything.
    Error,
    Primitive(Primitive),
    String {
        bound: Option<u32>,
        optional: bool,
    },
    Vector {
        element: Box<Ty>,
        bound: Option<u32>,
        optional: bool,
    },
    Array {
        element: Box<Ty>,
        count: u32,
    },
    Box(Box<Ty>),
    Handle {
        resource: DeclId,
        subtype: Option<u32>,
        rights: Option<u32>,
        optional: bool,
    },
    Endpoint {
        role: Role,
        protocol: Option<DeclId>,
        optional: bool,
    },
    Layout {
        decl: DeclId,
        optional: bool,
    },
    /// The `int32` enum of the unknown method error (`fidl-wire.md` 7.2).
    FrameworkError,
}

/// A declaration after its checks.
#[derive(Clone, Debug)]
pub(crate) enum Checked<'a> {
    /// Already reported.
    Error,
    Const {
        ty: Ty,
        value: Value,
    },
    Alias(Ty),
    Values(Values<'a>),
    Struct {
        members: Vec<StructMember<'a>>,
        resource: bool,
        is_empty_success: bool,
    },
    Table {
        members: Vec<OrdinalMember<'a>>,
        resource: bool,
    },
    Union {
        members: Vec<OrdinalMember<'a>>,
        resource: bool,
        strict: Strictness,
        is_result: bool,
    },
    Protocol(CheckedProtocol<'a>),
    Service(Vec<(&'a str, DeclId)>),
    Resource {
        subtype: DeclId,
        rights: Option<Ty>,
    },
}

/// An enum or bits.
#[derive(Clone, Debug)]
pub(crate) struct Values<'a> {
    pub is_enum: bool,
    pub underlying: Primitive,
    pub strictness: Strictness,
    pub members: Vec<(&'a ast::ValueField, i128)>,
    pub unknown: Option<i128>,
}

#[derive(Clone, Debug)]
pub(crate) struct StructMember<'a> {
    pub field: &'a Field,
    pub ty: Ty,
    pub default: Option<Value>,
}

/// A member of a table or union; those of result unions have no syntax of their own.
#[derive(Clone, Debug)]
pub(crate) struct OrdinalMember<'a> {
    pub ordinal: u32,
    pub name: &'a str,
    pub ty: Ty,
    pub attributes: &'a [Attribute],
    pub element: ElementId,
    pub span: Span,
    pub ordinal_span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct CheckedProtocol<'a> {
    pub composes: Vec<DeclId>,
    /// Own methods, in source order.
    pub methods: Vec<CheckedMethod<'a>>,
}

#[derive(Clone, Debug)]
pub(crate) struct CheckedMethod<'a> {
    pub method: &'a Method,
    pub declared_in: DeclId,
    pub ordinal: u64,
    pub selector: String,
    pub request: Option<Ty>,
    /// What stands after the arrow; for events the payload.
    pub response: Option<Ty>,
    pub error: Option<Ty>,
    pub result: Option<DeclId>,
}
