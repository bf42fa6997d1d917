//! What Rust needs to know about declarations beyond what the IR says: which types carry handles,
//! which may be copied or defaulted.

use std::collections::{HashMap, HashSet};

use crate::ir::{
    Declaration, DeclarationKind, Library, Name, Primitive, Strictness, Struct, Target, Type,
    TypeKind,
};

/// Structs up to this many bytes are copied implicitly: four words.
const COPY_SIZE_MAX: u32 = 32;

/// The standard library has `Default` for arrays up to this length.
const DEFAULT_ARRAY_MAX: u32 = 32;

/// Facts about all declarations of a compilation.
pub struct Facts<'a> {
    declarations: HashMap<&'a Name, &'a Declaration>,
    with_handles: HashSet<&'a Name>,
    with_floats: HashSet<&'a Name>,
}

impl<'a> Facts<'a> {
    /// Looks at all libraries, since a type may reach into any of them.
    pub fn new(libraries: &'a [Library]) -> Self {
        let declarations: HashMap<_, _> = libraries
            .iter()
            .flat_map(|library| &library.declarations)
            .map(|declaration| (&declaration.name, declaration))
            .collect();
        let with_handles = reaching(&declarations, |kind| {
            matches!(kind, TypeKind::Handle { .. } | TypeKind::Endpoint { .. })
        });
        let with_floats = reaching(&declarations, |kind| {
            let floats = [Primitive::Float32, Primitive::Float64];
            matches!(kind, TypeKind::Primitive(primitive) if floats.contains(primitive))
        });
        Self { declarations, with_handles, with_floats }
    }

    /// The declaration of that name, if its library is part of the compilation.
    pub fn declaration(&self, name: &Name) -> Option<&'a Declaration> {
        self.declarations.get(name).copied()
    }

    /// Whether the declared type really reaches a handle and so has the handle type as parameter. A
    /// layout that is merely marked `resource` could not use the parameter, which Rust rejects.
    pub fn has_handles(&self, name: &Name) -> bool {
        self.with_handles.contains(name)
    }

    /// [`has_handles`](Self::has_handles) for any type.
    pub fn type_has_handles(&self, ty: &Type) -> bool {
        match &ty.kind {
            TypeKind::Handle { .. } | TypeKind::Endpoint { .. } => true,
            kind => named(kind).is_some_and(|name| self.has_handles(name)),
        }
    }

    /// Whether the declared type reaches a float and so has neither `Eq` nor `Hash`.
    pub fn has_floats(&self, name: &Name) -> bool {
        self.with_floats.contains(name)
    }

    /// Whether a struct is plain data of a few words.
    pub fn is_copy(&self, layout: &Struct) -> bool {
        layout.shape.inline_size <= COPY_SIZE_MAX
            && layout.members.iter().all(|member| self.type_is_copy(&member.ty))
    }

    fn type_is_copy(&self, ty: &Type) -> bool {
        match &ty.kind {
            TypeKind::Primitive(_) => true,
            TypeKind::Array { element, .. } => self.type_is_copy(element),
            TypeKind::Identifier { target: Target::Enum | Target::Bits, .. } => true,
            TypeKind::Identifier { name, target: Target::Struct, .. } => {
                self.structure(name).is_some_and(|layout| self.is_copy(layout))
            }
            _ => false,
        }
    }

    /// Whether a struct has a default value: all members have one. In simple layouts that is a struct
    /// of zeros.
    pub fn is_default(&self, layout: &Struct) -> bool {
        layout.members.iter().all(|member| {
            member.default.is_some()
                || self.type_is_default(&member.ty)
                || (layout.is_simple && self.is_zeroable(&member.ty))
        })
    }

    /// Whether a value of zeros can be written out: what [`type_is_default`](Self::type_is_default)
    /// has, flexible enums, and arrays of any length of these.
    fn is_zeroable(&self, ty: &Type) -> bool {
        match &ty.kind {
            TypeKind::Array { element, .. } => self.is_zeroable(element),
            TypeKind::Identifier { name, target: Target::Enum, .. } => {
                self.declaration(name).is_some_and(|declaration| match &declaration.kind {
                    DeclarationKind::Enum(layout) => layout.strictness == Strictness::Flexible,
                    _ => false,
                })
            }
            _ => self.type_is_default(ty),
        }
    }

    /// Whether `Default::default()` makes a value of the type.
    pub fn type_is_default(&self, ty: &Type) -> bool {
        match &ty.kind {
            TypeKind::Primitive(_)
            | TypeKind::String { .. }
            | TypeKind::Vector { .. }
            | TypeKind::Box(_) => true,
            TypeKind::Array { element, count } => {
                *count <= DEFAULT_ARRAY_MAX && self.type_is_default(element)
            }
            TypeKind::Handle { optional, .. } | TypeKind::Endpoint { optional, .. } => *optional,
            TypeKind::Identifier { name, target, optional } => match target {
                Target::Table | Target::Bits => true,
                Target::Union => *optional,
                Target::Enum => false,
                Target::Struct => {
                    self.structure(name).is_some_and(|layout| self.is_default(layout))
                }
            },
        }
    }

    fn structure(&self, name: &Name) -> Option<&'a Struct> {
        match &self.declaration(name)?.kind {
            DeclarationKind::Struct(layout) => Some(layout),
            _ => None,
        }
    }
}

/// The layouts that hold a type chosen by `is_leaf`, however deep.
fn reaching<'a>(
    declarations: &HashMap<&'a Name, &'a Declaration>,
    is_leaf: impl Fn(&TypeKind) -> bool,
) -> HashSet<&'a Name> {
    let mut reaching = HashSet::new();
    loop {
        let before = reaching.len();
        for (name, declaration) in declarations {
            let holds = member_types(declaration).into_iter().any(|ty| {
                let core = innermost(&ty.kind);
                is_leaf(core) || named(core).is_some_and(|name| reaching.contains(name))
            });
            if holds {
                reaching.insert(*name);
            }
        }
        if reaching.len() == before {
            return reaching;
        }
    }
}

/// The types of the members of a struct, table or union.
fn member_types(declaration: &Declaration) -> Vec<&Type> {
    match &declaration.kind {
        DeclarationKind::Struct(layout) => layout.members.iter().map(|m| &m.ty).collect(),
        DeclarationKind::Table(layout) => layout.members.iter().map(|m| &m.ty).collect(),
        DeclarationKind::Union(layout) => layout.members.iter().map(|m| &m.ty).collect(),
        _ => Vec::new(),
    }
}

/// What is left without vectors, arrays and boxes.
fn innermost(kind: &TypeKind) -> &TypeKind {
    match kind {
        TypeKind::Vector { element, .. }
        | TypeKind::Array { element, .. }
        | TypeKind::Box(element) => innermost(&element.kind),
        kind => kind,
    }
}

/// The declaration that a type leads to, through any containers.
fn named(kind: &TypeKind) -> Option<&Name> {
    match innermost(kind) {
        TypeKind::Identifier { name, .. } => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Attributes, Location, OrdinalMember, Shape, Table};

    const SHAPE: Shape = Shape {
        inline_size: 16,
        alignment: 8,
        depth: 0,
        max_handles: 0,
        max_out_of_line: 0,
        has_padding: false,
        has_envelope: false,
        has_flexible_envelope: false,
    };

    fn name(declaration: &str) -> Name {
        Name { library: "test".to_owned(), declaration: declaration.to_owned() }
    }

    fn ty(kind: TypeKind) -> Type {
        Type { kind, shape: SHAPE, resource: false }
    }

    fn table_type(target: &str) -> Type {
        let name = name(target);
        ty(TypeKind::Identifier { name, target: Target::Table, optional: false })
    }

    fn vector_of(element: Type) -> Type {
        ty(TypeKind::Vector { element: Box::new(element), bound: None, optional: false })
    }

    fn handle() -> Type {
        let resource = name("Handle");
        ty(TypeKind::Handle { resource, subtype: 0, rights: None, optional: false })
    }

    fn table(declaration: &str, member: Type) -> Declaration {
        let member = OrdinalMember {
            ordinal: 1,
            name: "member".to_owned(),
            ty: member,
            attributes: Attributes::default(),
            location: Location::default(),
        };
        Declaration {
            name: name(declaration),
            attributes: Attributes::default(),
            location: Location::default(),
            naming_context: vec![declaration.to_owned()],
            kind: DeclarationKind::Table(Table {
                resource: false,
                members: vec![member],
                shape: SHAPE,
            }),
        }
    }

    fn library(declarations: Vec<Declaration>) -> [Library; 1] {
        [Library {
            name: "test".to_owned(),
            attributes: Attributes::default(),
            dependencies: Vec::new(),
            declarations,
        }]
    }

    #[test]
    fn handles_are_found_through_containers_and_names() {
        let libraries = library(vec![
            table("Outer", vector_of(table_type("Inner"))),
            table("Inner", vector_of(handle())),
            table("Loop", vector_of(table_type("Loop"))),
        ]);
        let facts = Facts::new(&libraries);
        assert!(facts.has_handles(&name("Outer")));
        assert!(facts.has_handles(&name("Inner")));
        assert!(!facts.has_handles(&name("Loop")), "recursion alone uses no handle");
    }
}
