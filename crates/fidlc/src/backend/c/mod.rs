//! C: a header and a source per library, to stand on the runtime in `c/runtime`.
//!
//! | FIDL | C |
//! |---|---|
//! | struct | struct with the same bytes; handles are `zx_handle_t` |
//! | enum, bits | typedef of an integer, macros for the members |
//! | const | macro |
//! | protocol of simple layout | functions to call, an ops table and a dispatch function to serve |
//!
//! What a C struct cannot hold is left out: tables, unions, and protocols whose layout is not
//! simple (`@for_deprecated_c_bindings`). The output is C11 and C++17.

mod client;
mod coding;
mod declarations;
mod messages;
mod names;
mod parameters;
mod print;
mod server;
mod values;

use std::collections::{BTreeSet, HashMap};

use self::coding::Row;
use self::messages::Message;
use self::names::Prefix;
use self::print::Text;
use super::GeneratedFile;
use crate::ir::{
    Declaration, DeclarationKind, Library, Name, Protocol, Struct, Target, Type, TypeKind,
};

/// Makes header and source of a library. `libraries` has to hold its dependencies too.
pub fn generate(library: &Library, libraries: &[Library]) -> [GeneratedFile; 2] {
    let generator = Generator::new(library, libraries);
    let stem = names::file_stem(&library.name);
    [
        GeneratedFile { name: format!("{stem}.h"), text: generator.header() },
        GeneratedFile { name: format!("{stem}.c"), text: generator.source() },
    ]
}

/// Makes the files of one library.
struct Generator<'a> {
    library: &'a Library,
    prefix: Prefix,
    declarations: HashMap<&'a Name, &'a Declaration>,
}

/// A protocol of simple layout.
struct Served<'a> {
    declaration: &'a Declaration,
    protocol: &'a Protocol,
}

impl<'a> Generator<'a> {
    fn new(library: &'a Library, libraries: &'a [Library]) -> Self {
        let all = libraries.iter().flat_map(|library| &library.declarations);
        Self {
            library,
            prefix: Prefix::of(&library.name),
            declarations: all.map(|declaration| (&declaration.name, declaration)).collect(),
        }
    }

    fn header(&self) -> String {
        let mut out = Text::default();
        let guard = format!("{}_H_", names::file_stem(&self.library.name).to_uppercase());
        self.banner(&mut out);
        out.line(&format!("#ifndef {guard}"));
        out.line(&format!("#define {guard}"));
        out.blank();
        self.includes(&mut out);
        out.lines(["#ifdef __cplusplus", "extern \"C\" {", "#endif"]);
        for declaration in &self.library.declarations {
            self.declare(declaration, &mut out);
        }
        for served in self.protocols() {
            self.declare_protocol(&served, &mut out);
        }
        out.blank();
        out.lines(["#ifdef __cplusplus", "}  // extern \"C\"", "#endif"]);
        out.blank();
        out.line(&format!("#endif  // {guard}"));
        out.finish()
    }

    fn source(&self) -> String {
        let mut out = Text::default();
        let stem = names::file_stem(&self.library.name);
        out.line(&format!(
            "// The library {} in C. Made by fidlc of its FIDL files: change those, not this.",
            self.library.name
        ));
        out.blank();
        out.line(&format!("#include \"{stem}.h\""));
        out.blank();
        out.line("#include <string.h>");
        for declaration in &self.library.declarations {
            self.define_coding(declaration, &mut out);
        }
        for served in self.protocols() {
            self.define_protocol(&served, &mut out);
        }
        out.finish()
    }

    fn banner(&self, out: &mut Text) {
        let name = &self.library.name;
        out.comment(&format!(
            "The library {name} in C. Made by fidlc of its FIDL files: change those, not this."
        ));
        out.blank();
        out.comments(&self.library.attributes.doc);
        if !self.library.attributes.doc.is_empty() {
            out.blank();
        }
        out.comments(&OWNERSHIP);
        let left_out: Vec<_> = self.left_out().collect();
        if !left_out.is_empty() {
            out.blank();
            out.comment(&format!("Not in C, since it has no C layout: {}.", left_out.join(", ")));
        }
        out.blank();
    }

    fn includes(&self, out: &mut Text) {
        out.lines(["#include <assert.h>", "#include <stdbool.h>"]);
        out.lines(["#include <stddef.h>", "#include <stdint.h>"]);
        out.blank();
        out.lines(["#include \"binding.h\"", "#include \"fidl.h\"", "#include \"zx.h\""]);
        for library in self.included() {
            out.line(&format!("#include \"{}.h\"", names::file_stem(&library)));
        }
        out.blank();
    }

    /// The libraries whose types occur here.
    fn included(&self) -> BTreeSet<String> {
        let structs =
            self.library.declarations.iter().filter_map(|declaration| match &declaration.kind {
                DeclarationKind::Struct(layout) if self.is_flat_struct(layout) => Some(layout),
                _ => None,
            });
        let names = structs.flat_map(|layout| &layout.members).filter_map(|m| named(&m.ty));
        let messages = self.protocols().flat_map(|served| self.messages(&served));
        let parameters = messages.flat_map(|message| {
            message.members.iter().filter_map(|m| named(&m.ty)).cloned().collect::<Vec<_>>()
        });
        let all = names.cloned().chain(parameters);
        all.map(|name| name.library).filter(|library| *library != self.library.name).collect()
    }

    /// What there is in FIDL and not in C, by name.
    fn left_out(&self) -> impl Iterator<Item = &str> {
        let is_left_out = |declaration: &&Declaration| match &declaration.kind {
            DeclarationKind::Protocol(protocol) => !protocol.is_simple,
            DeclarationKind::Table(_) => true,
            DeclarationKind::Union(layout) => !layout.is_result,
            DeclarationKind::Struct(layout) => {
                is_named(declaration) && !self.is_flat_struct(layout)
            }
            _ => false,
        };
        self.library
            .declarations
            .iter()
            .filter(is_left_out)
            .map(|declaration| declaration.name.declaration.as_str())
    }

    fn protocols(&self) -> impl Iterator<Item = Served<'a>> {
        self.library.declarations.iter().filter_map(|declaration| match &declaration.kind {
            DeclarationKind::Protocol(protocol) if protocol.is_simple => {
                Some(Served { declaration, protocol })
            }
            _ => None,
        })
    }

    fn structure(&self, name: &Name) -> Option<&'a Struct> {
        match &self.declarations.get(name)?.kind {
            DeclarationKind::Struct(layout) => Some(layout),
            _ => None,
        }
    }

    /// Whether a C struct has the bytes of this one.
    fn is_flat_struct(&self, layout: &Struct) -> bool {
        !layout.is_empty_success
            && !layout.members.is_empty()
            && layout.members.iter().all(|member| self.is_flat(&member.ty))
    }

    fn is_flat(&self, ty: &Type) -> bool {
        match &ty.kind {
            TypeKind::Primitive(_) | TypeKind::Handle { .. } | TypeKind::Endpoint { .. } => true,
            TypeKind::Array { element, .. } => self.is_flat(element),
            TypeKind::Identifier { target: Target::Enum | Target::Bits, .. } => true,
            TypeKind::Identifier { name, target: Target::Struct, .. } => {
                self.structure(name).is_some_and(|layout| self.is_flat_struct(layout))
            }
            _ => false,
        }
    }

    /// The table rows of a whole message.
    fn message_rows(&self, message: &Message<'_>) -> Vec<Row> {
        self.rows(message.members, messages::HEADER_SIZE, message.size)
    }
}

/// Rules that hold for every function, for people who read the header.
const OWNERSHIP: [&str; 12] = [
    "Who owns handles:",
    "",
    "* A function that sends takes every handle that it is given, in structs too. It is sent or",
    "  closed, whatever the function returns.",
    "* What a function returns through out_* is the caller's, and only valid if it returns ZX_OK.",
    "* A decode function and a dispatch function take every handle of the message, whatever they",
    "  return.",
    "* A handler takes every handle that it is given, in structs too. Strings, vectors and structs",
    "  are the message's and live until the handler returns.",
    "* The channel that a function is called on stays the caller's.",
    "",
    "Unless said otherwise a function returns what zx_channel_write and fidl_encode return.",
];

/// Whether a declaration has a name of its own in the FIDL file.
fn is_named(declaration: &Declaration) -> bool {
    declaration.naming_context.len() == 1
}

/// The declared type in a member, through arrays and vectors.
fn named(ty: &Type) -> Option<&Name> {
    match &ty.kind {
        TypeKind::Identifier { name, .. } => Some(name),
        TypeKind::Array { element, .. } | TypeKind::Vector { element, .. } => named(element),
        _ => None,
    }
}
