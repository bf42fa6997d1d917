//! The IR as JSON, in the form that tools for FIDL read (`fidl-language.md` section 14).
//!
//! What the IR does not hold does not appear: constants are always literals with their evaluated
//! value, whatever expression the author wrote.

mod elements;
mod layouts;
mod protocols;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::ir::{
    Declaration, DeclarationKind, Library, Method, MethodKind, Name, Target, Type, TypeKind,
};

/// The version of each platform that the libraries were compiled at.
pub type Versions = BTreeMap<String, String>;

/// The JSON form of one library. `all` holds the library and those that it depends on.
pub fn generate(library: &Library, all: &[Library], versions: &Versions) -> Value {
    let writer = Writer::new(library, all);
    let mut root = writer.sections();
    root.insert("name".into(), json!(library.name));
    elements::insert_attributes(&mut root, &library.attributes);
    root.insert("available".into(), available(versions));
    root.insert("experiments".into(), json!([]));
    root.insert("library_dependencies".into(), writer.dependencies());
    root.insert("declaration_order".into(), writer.order());
    root.insert("declarations".into(), writer.kinds());
    Value::Object(root)
}

/// [`generate`] as indented text that ends in a newline.
pub fn generate_text(library: &Library, all: &[Library], versions: &Versions) -> String {
    format!("{:#}\n", generate(library, all, versions))
}

/// What all parts of the output need to look up.
struct Writer<'a> {
    library: &'a Library,
    all: &'a [Library],
    declarations: BTreeMap<&'a Name, &'a Declaration>,
}

impl<'a> Writer<'a> {
    fn new(library: &'a Library, all: &'a [Library]) -> Self {
        let declarations: BTreeMap<_, _> = all
            .iter()
            .flat_map(|library| &library.declarations)
            .map(|declaration| (&declaration.name, declaration))
            .collect();
        Self { library, all, declarations }
    }

    /// The declarations, a list for each kind.
    fn sections(&self) -> Map<String, Value> {
        let mut sections: BTreeMap<&str, Vec<Value>> =
            SECTIONS.map(|kind| (kind, Vec::new())).into();
        for declaration in &self.library.declarations {
            let section = sections.entry(kind_name(&declaration.kind)).or_default();
            section.push(self.declaration(declaration));
        }
        let external = self.external_structs();
        sections
            .into_iter()
            .chain([("external_struct", external)])
            .map(|(kind, declarations)| (format!("{kind}_declarations"), json!(declarations)))
            .collect()
    }

    fn declaration(&self, declaration: &Declaration) -> Value {
        let fields = match &declaration.kind {
            DeclarationKind::Const(constant) => json!({
                "type": self.ty(&constant.ty),
                "value": elements::constant(&constant.value),
            }),
            DeclarationKind::Alias(ty) => json!({ "type": self.ty(ty) }),
            DeclarationKind::Enum(layout) => layouts::enumeration(layout),
            DeclarationKind::Bits(layout) => layouts::bits(layout),
            DeclarationKind::Struct(layout) => self.structure(layout),
            DeclarationKind::Table(layout) => self.table(layout),
            DeclarationKind::Union(layout) => self.union(layout),
            DeclarationKind::Protocol(protocol) => self.protocol(&declaration.name, protocol),
            DeclarationKind::Service(service) => self.service(service),
            DeclarationKind::Resource(resource) => self.resource(resource),
        };
        let mut object = elements::element(
            &identifier(&declaration.name),
            &declaration.attributes,
            &declaration.location,
        );
        let is_layout = matches!(
            declaration.kind,
            DeclarationKind::Enum(_)
                | DeclarationKind::Bits(_)
                | DeclarationKind::Struct(_)
                | DeclarationKind::Table(_)
                | DeclarationKind::Union(_)
        );
        if is_layout {
            object.insert("naming_context".into(), json!(declaration.naming_context));
        }
        elements::extend(object, fields)
    }

    /// Structs of other libraries that are bodies of this one's methods, for readers of one file.
    fn external_structs(&self) -> Vec<Value> {
        let names: BTreeSet<&Name> = self
            .library
            .declarations
            .iter()
            .flat_map(methods)
            .flat_map(body_types)
            .filter_map(|ty| match &ty.kind {
                TypeKind::Identifier { name, target: Target::Struct, .. } => Some(name),
                _ => None,
            })
            .filter(|name| name.library != self.library.name)
            .collect();
        names
            .into_iter()
            .filter_map(|name| self.declarations.get(name))
            .map(|declaration| self.declaration(declaration))
            .collect()
    }

    fn dependencies(&self) -> Value {
        let libraries = self
            .all
            .iter()
            .filter(|library| self.library.dependencies.contains(&library.name))
            .map(|library| {
                let declarations: Map<_, _> = library
                    .declarations
                    .iter()
                    .map(|declaration| (identifier(&declaration.name), summary(declaration)))
                    .collect();
                json!({ "name": library.name, "declarations": declarations })
            });
        libraries.collect()
    }

    fn order(&self) -> Value {
        self.library.declarations.iter().map(|d| json!(identifier(&d.name))).collect()
    }

    fn kinds(&self) -> Value {
        let kinds: Map<_, _> = self
            .library
            .declarations
            .iter()
            .map(|d| (identifier(&d.name), json!(kind_name(&d.kind))))
            .collect();
        Value::Object(kinds)
    }
}

/// All kinds of declarations, each a list in the output even if empty.
const SECTIONS: [&str; 11] = [
    "alias",
    "bits",
    "const",
    "enum",
    "experimental_resource",
    "new_type",
    "protocol",
    "service",
    "struct",
    "table",
    "union",
];

fn kind_name(kind: &DeclarationKind) -> &'static str {
    match kind {
        DeclarationKind::Const(_) => "const",
        DeclarationKind::Alias(_) => "alias",
        DeclarationKind::Enum(_) => "enum",
        DeclarationKind::Bits(_) => "bits",
        DeclarationKind::Struct(_) => "struct",
        DeclarationKind::Table(_) => "table",
        DeclarationKind::Union(_) => "union",
        DeclarationKind::Protocol(_) => "protocol",
        DeclarationKind::Service(_) => "service",
        DeclarationKind::Resource(_) => "experimental_resource",
    }
}

/// What a library that depends on a declaration needs to know of it.
fn summary(declaration: &Declaration) -> Value {
    let kind = kind_name(&declaration.kind);
    match &declaration.kind {
        DeclarationKind::Struct(crate::ir::Struct { resource, shape, .. })
        | DeclarationKind::Table(crate::ir::Table { resource, shape, .. })
        | DeclarationKind::Union(crate::ir::Union { resource, shape, .. }) => {
            json!({ "kind": kind, "resource": resource, "type_shape_v2": types::shape(shape) })
        }
        _ => json!({ "kind": kind }),
    }
}

fn available(versions: &Versions) -> Value {
    let lists: Map<_, _> =
        versions.iter().map(|(platform, version)| (platform.clone(), json!([version]))).collect();
    Value::Object(lists)
}

/// `fuchsia.sysmem2/Node`.
fn identifier(name: &Name) -> String {
    format!("{}/{}", name.library, name.declaration)
}

fn methods(declaration: &Declaration) -> &[Method] {
    match &declaration.kind {
        DeclarationKind::Protocol(protocol) => &protocol.methods,
        _ => &[],
    }
}

/// The bodies of a method's messages, and what a result union holds.
fn body_types(method: &Method) -> impl Iterator<Item = &Type> {
    let bodies = match &method.kind {
        MethodKind::OneWay { request: payload } | MethodKind::Event { payload } => {
            [payload.as_ref(), None]
        }
        MethodKind::TwoWay { request, response } => [request.as_ref(), response.success.as_ref()],
    };
    bodies.into_iter().flatten()
}
