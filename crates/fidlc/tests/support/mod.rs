//! Compiling short sources in tests.

#![allow(dead_code, reason = "each test file uses a part of it")]

use fidlc::ir::{Declaration, DeclarationKind, Library, Protocol, Struct, Table, Union};
use fidlc::{Compiler, SourceFile};

/// A compiler with one library a text.
pub fn compiler(libraries: &[&str]) -> Compiler {
    let mut compiler = Compiler::new();
    for (index, text) in libraries.iter().enumerate() {
        let name = format!("{index}.fidl");
        compiler.add_library(vec![SourceFile { name, text: (*text).to_owned() }]);
    }
    compiler
}

/// Compiles libraries that have to be without findings.
pub fn compile(compiler: &Compiler) -> Vec<Library> {
    let compilation = compiler.compile().unwrap_or_else(|findings| panic!("{findings}"));
    assert!(compilation.warnings.is_empty(), "{}", compilation.warnings);
    compilation.libraries
}

/// Compiles one library.
pub fn library(text: &str) -> Library {
    compile(&compiler(&[text])).remove(0)
}

/// The declaration of a name.
pub fn find<'l>(library: &'l Library, name: &str) -> &'l Declaration {
    let found = library.declarations.iter().find(|d| d.name.declaration == name);
    found.unwrap_or_else(|| panic!("no {name} among {:?}", names(library)))
}

/// The names of all declarations, in their order.
pub fn names(library: &Library) -> Vec<&str> {
    library.declarations.iter().map(|d| d.name.declaration.as_str()).collect()
}

pub fn structure<'l>(library: &'l Library, name: &str) -> &'l Struct {
    match &find(library, name).kind {
        DeclarationKind::Struct(found) => found,
        other => panic!("{name} is {other:?}"),
    }
}

pub fn table<'l>(library: &'l Library, name: &str) -> &'l Table {
    match &find(library, name).kind {
        DeclarationKind::Table(found) => found,
        other => panic!("{name} is {other:?}"),
    }
}

pub fn union<'l>(library: &'l Library, name: &str) -> &'l Union {
    match &find(library, name).kind {
        DeclarationKind::Union(found) => found,
        other => panic!("{name} is {other:?}"),
    }
}

pub fn protocol<'l>(library: &'l Library, name: &str) -> &'l Protocol {
    match &find(library, name).kind {
        DeclarationKind::Protocol(found) => found,
        other => panic!("{name} is {other:?}"),
    }
}
