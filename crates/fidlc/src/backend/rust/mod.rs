//! Rust: one module per library, to stand on the runtime crate `fidl`.
//!
//! | FIDL | Rust |
//! |---|---|
//! | struct, table | struct; table fields are options |
//! | union | enum; flexible ones have a variant for the unknown |
//! | strict enum | enum |
//! | flexible enum, bits | newtype with constants |
//! | const, alias | const, type alias |
//! | protocol | marker types, request and event enums, a proxy |
//! | service | a unit struct with names |
//!
//! Result unions and the empty structs in them do not appear: the runtime has `Result` for them.

mod docs;
mod enums;
mod facts;
mod names;
mod print;
mod protocols;
mod proxies;
mod records;
mod types;
mod unions;
mod values;

use std::fmt;
use std::str::FromStr;

use proc_macro2::TokenStream;
use quote::quote;

use self::docs::docs;
use self::facts::Facts;
use self::names::type_ident;
use super::GeneratedFile;
use crate::ir::{Declaration, DeclarationKind, Library, Name, Target, Type, TypeKind};

/// How to make Rust of a compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustOptions {
    /// Names of the libraries to make modules of; empty: all.
    pub libraries: Vec<String>,
    /// Where generated code finds the runtime; by default `fidl`.
    pub runtime: ModulePath,
    /// Where a module finds those of other libraries; by default `super`.
    pub siblings: ModulePath,
}

impl Default for RustOptions {
    fn default() -> Self {
        let path = |name: &str| ModulePath(vec![name.to_owned()]);
        Self { libraries: Vec::new(), runtime: path("fidl"), siblings: path("super") }
    }
}

/// A Rust path such as `crate::generated`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModulePath(Vec<String>);

/// A text that is no Rust path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidModulePath(pub String);

impl FromStr for ModulePath {
    type Err = InvalidModulePath;

    fn from_str(path: &str) -> Result<Self, InvalidModulePath> {
        match syn::parse_str::<syn::Path>(path) {
            Ok(parsed) if parsed.leading_colon.is_none() => {
                Ok(Self(parsed.segments.iter().map(|segment| segment.ident.to_string()).collect()))
            }
            _ => Err(InvalidModulePath(path.to_owned())),
        }
    }
}

impl fmt::Display for InvalidModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no path of a Rust module", self.0)
    }
}

impl std::error::Error for InvalidModulePath {}

impl ModulePath {
    fn tokens(&self) -> TokenStream {
        self.0.join("::").parse().expect("a path was parsed before")
    }
}

/// The name of the module of a library: `fuchsia.sysmem2` is `fuchsia_sysmem2`.
pub fn module_name(library: &str) -> String {
    names::module(library)
}

/// The Rust name of a declared type: `Example_foo_Response` is `ExampleFooResponse`.
pub fn type_name(declaration: &str) -> String {
    names::type_ident(declaration).to_string()
}

/// The Rust name of a struct or table member: `type` is `r#type`.
pub fn field_name(member: &str) -> String {
    names::field_ident(member).to_string()
}

/// The Rust name of a member of a union or strict enum: `NOT_FOUND` is `NotFound`.
pub fn variant_name(member: &str) -> String {
    names::variant_ident(member).to_string()
}

/// Whether the Rust type of a declaration has the type of handles as its parameter: only if it
/// reaches a handle, since Rust has no parameters that nothing uses.
pub fn has_handles(libraries: &[Library], name: &Name) -> bool {
    Facts::new(libraries).has_handles(name)
}

/// Makes a module of each library that `options` names. `libraries` has to hold their dependencies
/// too.
pub fn generate(libraries: &[Library], options: &RustOptions) -> Vec<GeneratedFile> {
    let facts = Facts::new(libraries);
    let wanted = |library: &&Library| {
        options.libraries.is_empty() || options.libraries.contains(&library.name)
    };
    libraries
        .iter()
        .filter(wanted)
        .map(|library| {
            let generator = Generator {
                facts: &facts,
                library,
                runtime: options.runtime.tokens(),
                siblings: options.siblings.tokens(),
            };
            GeneratedFile {
                name: format!("{}.rs", names::module(&library.name)),
                text: generator.module(),
            }
        })
        .collect()
}

/// Makes the module of one library.
struct Generator<'a> {
    facts: &'a Facts<'a>,
    library: &'a Library,
    runtime: TokenStream,
    siblings: TokenStream,
}

impl Generator<'_> {
    fn module(&self) -> String {
        let declarations = &self.library.declarations;
        let items: TokenStream = declarations.iter().map(|d| self.declaration(d)).collect();
        let code = print::print(items);
        let mut text = format!(
            "// The library {}. Made by fidlc of its FIDL files: change those, not this.\n\n",
            self.library.name
        );
        if uses_wire(&code) {
            let fidl = &self.runtime;
            text.push_str(&print::print(quote!(use #fidl::wire;)));
            text.push('\n');
        }
        text.push_str(&code);
        text
    }

    fn declaration(&self, declaration: &Declaration) -> TokenStream {
        match &declaration.kind {
            DeclarationKind::Const(constant) => self.constant(declaration, constant),
            DeclarationKind::Alias(ty) => self.alias(declaration, ty),
            DeclarationKind::Enum(layout) => self.enumeration(declaration, layout),
            DeclarationKind::Bits(layout) => self.bits(declaration, layout),
            DeclarationKind::Struct(layout) if layout.is_empty_success => TokenStream::new(),
            DeclarationKind::Struct(layout) => self.structure(declaration, layout),
            DeclarationKind::Table(layout) => self.table(declaration, layout),
            DeclarationKind::Union(layout) if layout.is_result => TokenStream::new(),
            DeclarationKind::Union(layout) => self.union(declaration, layout),
            DeclarationKind::Protocol(protocol) => self.protocol(declaration, protocol),
            DeclarationKind::Service(service) => self.service(declaration, service),
            DeclarationKind::Resource(_) => TokenStream::new(),
        }
    }

    /// Aliases of data become type aliases; those of handles have nothing that they could stand
    /// for.
    fn alias(&self, declaration: &Declaration, ty: &Type) -> TokenStream {
        let is_data = match &ty.kind {
            TypeKind::Handle { .. } | TypeKind::Endpoint { .. } | TypeKind::Box(_) => false,
            TypeKind::Identifier { target: Target::Union, optional, .. } => !optional,
            _ => true,
        };
        if !is_data {
            return TokenStream::new();
        }
        let docs = self.docs_of(declaration);
        let ident = type_ident(&declaration.name.declaration);
        let value = self.value_type(ty, &quote!(H));
        let parameter = self.facts.type_has_handles(ty).then(|| quote!(<H>));
        quote! {
            #docs
            pub type #ident #parameter = #value;
        }
    }

    /// The author's docs, or else the qualified name.
    fn docs_of(&self, declaration: &Declaration) -> TokenStream {
        docs(&declaration.attributes, &format!("`{}`.", qualified(declaration)))
    }
}

/// The name by which people know a declaration: `fuchsia.sysmem2/Node`.
fn qualified(declaration: &Declaration) -> String {
    format!("{}/{}", declaration.name.library, declaration.name.declaration)
}

/// Whether code, comments aside, names a descriptor of the runtime.
fn uses_wire(code: &str) -> bool {
    code.lines()
        .filter(|line| !line.trim_start().starts_with("///"))
        .any(|line| line.contains("wire::"))
}
