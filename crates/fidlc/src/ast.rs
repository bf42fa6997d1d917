//! The syntax tree, as written, with the place of everything (`fidl-language.md` section 2).

use crate::ir::{Openness, Strictness};
use crate::source::{ElementId, Span};

#[derive(Clone, Debug)]
pub(crate) struct Ident {
    pub text: String,
    pub span: Span,
}

/// Names joined by dots; never empty.
#[derive(Clone, Debug)]
pub(crate) struct Dotted {
    pub parts: Vec<Ident>,
    pub span: Span,
}

impl Dotted {
    pub fn text(&self) -> String {
        join(&self.parts)
    }
}

/// The dotted form of some components.
pub(crate) fn join(parts: &[Ident]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The library, as this file opens it.
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub library: Dotted,
    pub imports: Vec<Import>,
    pub declarations: Vec<Decl>,
    /// Nothing had to be skipped to read this.
    pub complete: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub library: Dotted,
    pub alias: Option<Ident>,
}

#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub name: Ident,
    pub arguments: Vec<Argument>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Argument {
    pub name: Option<Ident>,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Path(Dotted),
    Number(String),
    String(String),
    Bool(bool),
    /// Two or more operands.
    Or(Vec<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) struct Decl {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub name: Ident,
    pub kind: DeclKind,
}

#[derive(Clone, Debug)]
pub(crate) enum DeclKind {
    Const { ty: TypeExpr, value: Expr },
    Alias(TypeExpr),
    Type(TypeExpr),
    Protocol(Protocol),
    Service(Vec<Field>),
    Resource { base: TypeExpr, properties: Vec<Field> },
}

#[derive(Clone, Debug)]
pub(crate) struct TypeExpr {
    pub head: TypeHead,
    pub params: Vec<Param>,
    pub constraints: Vec<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum TypeHead {
    Path(Dotted),
    Layout(Box<Layout>),
}

/// A name alone is parsed as a type; who wants a value reads it as one.
#[derive(Clone, Debug)]
pub(crate) enum Param {
    Type(TypeExpr),
    Value(Expr),
}

impl Param {
    pub fn span(&self) -> Span {
        match self {
            Param::Type(ty) => ty.span,
            Param::Value(value) => value.span,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub modifiers: Vec<Modifier>,
    pub body: LayoutBody,
    /// The keyword that says which kind of layout this is.
    pub keyword: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum LayoutBody {
    Struct(Vec<Field>),
    Table(Vec<OrdinalField>),
    Union(Vec<OrdinalField>),
    Enum(ValueBody),
    Bits(ValueBody),
}

impl LayoutBody {
    /// The keyword of the layout.
    pub fn keyword(&self) -> &'static str {
        match self {
            LayoutBody::Struct(_) => "struct",
            LayoutBody::Table(_) => "table",
            LayoutBody::Union(_) => "union",
            LayoutBody::Enum(_) => "enum",
            LayoutBody::Bits(_) => "bits",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ValueBody {
    pub subtype: Option<TypeExpr>,
    pub members: Vec<ValueField>,
}

/// A member of a struct or service, or a property of a resource.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
}

/// A member of a table or union.
#[derive(Clone, Debug)]
pub(crate) struct OrdinalField {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub ordinal: u32,
    pub ordinal_span: Span,
    pub name: Ident,
    pub ty: TypeExpr,
}

/// A member of an enum or of bits.
#[derive(Clone, Debug)]
pub(crate) struct ValueField {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub name: Ident,
    pub value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ModifierKind {
    Strictness(Strictness),
    Openness(Openness),
    Resource,
}

#[derive(Clone, Debug)]
pub(crate) struct Modifier {
    pub id: ElementId,
    pub kind: ModifierKind,
    /// The versions in which it applies, in parentheses after it.
    pub available: Vec<Argument>,
    pub span: Span,
}

/// The strictness that a list of modifiers gives, if any does.
pub(crate) fn strictness(modifiers: &[Modifier]) -> Option<Strictness> {
    modifiers.iter().find_map(|modifier| match modifier.kind {
        ModifierKind::Strictness(strictness) => Some(strictness),
        _ => None,
    })
}

/// Whether `resource` is among the modifiers.
pub(crate) fn is_resource(modifiers: &[Modifier]) -> bool {
    modifiers.iter().any(|modifier| modifier.kind == ModifierKind::Resource)
}

#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub modifiers: Vec<Modifier>,
    pub composes: Vec<Compose>,
    pub methods: Vec<Method>,
}

impl Protocol {
    /// `open` unless a modifier says otherwise.
    pub fn openness(&self) -> Openness {
        let given = self.modifiers.iter().find_map(|modifier| match modifier.kind {
            ModifierKind::Openness(openness) => Some(openness),
            _ => None,
        });
        given.unwrap_or(Openness::Open)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Compose {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub protocol: Dotted,
}

#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub id: ElementId,
    pub attributes: Vec<Attribute>,
    pub modifiers: Vec<Modifier>,
    pub name: Ident,
    pub shape: MethodShape,
}

impl Method {
    /// `flexible` unless a modifier says otherwise.
    pub fn strictness(&self) -> Strictness {
        strictness(&self.modifiers).unwrap_or(Strictness::Flexible)
    }
}

/// Payloads are `None` for empty parentheses.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "one a method; boxes would cost readers more")]
pub(crate) enum MethodShape {
    OneWay { request: Option<TypeExpr> },
    TwoWay { request: Option<TypeExpr>, response: Option<TypeExpr>, error: Option<TypeExpr> },
    Event { payload: Option<TypeExpr> },
}
