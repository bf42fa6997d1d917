//! Compiles `conformance.fidl` of the folder of cases, and writes the bridge from JSON to its types.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::exit;

use fidlc::backend::rust::{self, RustOptions};
use fidlc::ir::{Declaration, DeclarationKind, Library, Strictness};
use fidlc::{Compiler, SourceFile};

fn main() {
    println!("cargo::rerun-if-env-changed=FIDL_CONFORMANCE_DIR");
    let folder = match std::env::var_os("FIDL_CONFORMANCE_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("data"),
    };
    let folder = folder.canonicalize().unwrap_or(folder);
    println!("cargo::rustc-env=FIDL_CONFORMANCE_CASES={}", folder.display());
    // A folder may come with cases alone: then they are about the types that are here.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = folder.join("conformance.fidl");
    let types = if own.exists() { own } else { here.join("data/conformance.fidl") };
    let cases = compile(&types, "test.conformance");
    let examples = here.join("fidl/wire_examples.fidl");
    let examples = compile(&examples, "wire.examples");

    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    for library in [&cases, &examples] {
        for file in rust::generate(std::slice::from_ref(library), &RustOptions::default()) {
            write(&out.join(file.name), &file.text);
        }
    }
    write(&out.join("bridge.rs"), &bridge(&cases));
}

fn compile(path: &Path, name: &str) -> Library {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = std::fs::read_to_string(path)
        .unwrap_or_else(|error| fail(&format!("{}: {error}", path.display())));
    let mut compiler = Compiler::new();
    compiler.add_library(vec![SourceFile { name: path.display().to_string(), text }]);
    match compiler.compile() {
        Ok(compilation) => compilation
            .libraries
            .into_iter()
            .find(|library| library.name == name)
            .unwrap_or_else(|| fail(&format!("{} is not library {name}", path.display()))),
        Err(diagnostics) => fail(&diagnostics.to_string()),
    }
}

/// One `FromCase` for each type, and `type_named`, which finds the runner of a type.
fn bridge(library: &Library) -> String {
    let mut text = String::new();
    let mut runners = String::new();
    let mut names = String::new();
    for declaration in &library.declarations {
        if bridge_one(&mut text, library, declaration) {
            let name = &declaration.name.declaration;
            let ty = rust_type(library, declaration);
            let _ = writeln!(names, "        {name:?},");
            let _ =
                writeln!(runners, "        {name:?} => &Runner::<{ty}>(std::marker::PhantomData),");
        }
    }
    let _ = write!(
        text,
        "/// The generated type of that name, ready to run cases.\n\
         pub fn type_named(name: &str) -> Option<&'static dyn Type> {{\n    \
         Some(match name {{\n{runners}        _ => return None,\n    }})\n}}\n\n\
         /// The names of all declared types.\n\
         pub fn type_names() -> &'static [&'static str] {{\n    &[\n{names}    ]\n}}\n"
    );
    text
}

/// Writes the bridge of a declaration; says whether cases can name it.
fn bridge_one(text: &mut String, library: &Library, declaration: &Declaration) -> bool {
    let ty = rust_type(library, declaration);
    let body = match &declaration.kind {
        DeclarationKind::Struct(layout) => {
            record(layout.members.iter().map(|member| member.name.as_str()))
        }
        DeclarationKind::Table(layout) => {
            record(layout.members.iter().map(|member| member.name.as_str()))
        }
        DeclarationKind::Union(layout) => {
            let mut arms = String::new();
            for member in &layout.members {
                let (name, rust) = (&member.name, rust::variant_name(&member.name));
                let _ = writeln!(
                    arms,
                    "            Ok(({name:?}, content)) => \
                     FromCase::from_case(content, context).map(Self::{rust}),"
                );
            }
            let unknown = match layout.strictness {
                Strictness::Flexible => "Ok(Self::Unknown(ordinal))",
                Strictness::Strict => "{ let _ = ordinal; Err(Unbuildable::UndeclaredVariant) }",
            };
            format!(
                "match variant(value)? {{\n{arms}            \
                 Ok((other, _)) => Err(Unbuildable::Malformed(other.to_owned())),\n            \
                 Err(ordinal) => {unknown},\n        }}"
            )
        }
        DeclarationKind::Enum(layout) => match layout.strictness {
            Strictness::Flexible => {
                "FromCase::from_case(value, context).map(Self::from_primitive)".into()
            }
            Strictness::Strict => "Self::from_primitive(FromCase::from_case(value, context)?)\
                 .ok_or(Unbuildable::UndeclaredEnumValue)"
                .into(),
        },
        DeclarationKind::Bits(layout) => match layout.strictness {
            Strictness::Flexible => {
                "FromCase::from_case(value, context).map(Self::from_bits_retain)".into()
            }
            Strictness::Strict => "Self::from_bits(FromCase::from_case(value, context)?)\
                 .ok_or(Unbuildable::UndeclaredBits)"
                .into(),
        },
        _ => return false,
    };
    let _ = write!(
        text,
        "impl FromCase for {ty} {{\n    \
         fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {{\n        \
         if let Some(decoded) = crate::case::decode_value(value, context) {{\n            \
         return decoded;\n        }}\n        {body}\n    }}\n}}\n\n"
    );
    true
}

fn record<'a>(members: impl Iterator<Item = &'a str>) -> String {
    let members: String = members.fold(String::new(), |mut list, name| {
        let _ = writeln!(
            list,
            "            {}: field(object, {name:?}, context)?,",
            rust::field_name(name)
        );
        list
    });
    if members.is_empty() {
        return "fields(value)?;\n        Ok(Self {})".into();
    }
    format!("let object = fields(value)?;\n        Ok(Self {{\n{members}        }})")
}

/// The generated type, with the handles of the cases if it holds any.
fn rust_type(library: &Library, declaration: &Declaration) -> String {
    let name = rust::type_name(&declaration.name.declaration);
    let has_handles = rust::has_handles(std::slice::from_ref(library), &declaration.name);
    if has_handles { format!("t::{name}<H>") } else { format!("t::{name}") }
}

fn write(path: &Path, text: &str) {
    if let Err(error) = std::fs::write(path, text) {
        fail(&format!("{}: {error}", path.display()));
    }
}

fn fail(why: &str) -> ! {
    eprintln!("{why}");
    exit(1)
}
