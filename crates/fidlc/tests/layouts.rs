//! Sizes and alignments against the conformance cases (`fidl-wire.md` section 2).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fidlc::ir::{DeclarationKind, Library, Shape};
use fidlc::{Compiler, SourceFile};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fidl-conformance/data")
}

fn conformance() -> Library {
    let text = fs::read_to_string(data().join("conformance.fidl")).expect("the declarations");
    let mut compiler = Compiler::new();
    compiler.add_library(vec![SourceFile { name: "conformance.fidl".to_owned(), text }]);
    let mut compilation = compiler.compile().unwrap_or_else(|findings| panic!("{findings}"));
    assert!(compilation.warnings.is_empty(), "{}", compilation.warnings);
    compilation.libraries.remove(0)
}

fn shapes(library: &Library) -> BTreeMap<&str, Shape> {
    let shape = |kind: &DeclarationKind| match kind {
        DeclarationKind::Struct(layout) => Some(layout.shape),
        DeclarationKind::Table(layout) => Some(layout.shape),
        DeclarationKind::Union(layout) => Some(layout.shape),
        _ => None,
    };
    let named = library.declarations.iter();
    named.filter_map(|d| Some((d.name.declaration.as_str(), shape(&d.kind)?))).collect()
}

#[test]
fn wire_2_layouts_of_the_conformance_cases() {
    let library = conformance();
    let shapes = shapes(&library);
    let mut checked = 0;
    for entry in fs::read_dir(data()).expect("the conformance data") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a case file");
        let suite: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for case in suite["cases"].as_array().expect("cases") {
            let name = case["type"].as_str().expect("a type");
            let shape = shapes.get(name).unwrap_or_else(|| panic!("no layout {name}"));
            let layout = &case["layout"];
            assert_eq!(
                Some(u64::from(shape.inline_size)),
                layout["inline_size"].as_u64(),
                "{name}"
            );
            assert_eq!(Some(u64::from(shape.alignment)), layout["alignment"].as_u64(), "{name}");
            checked += 1;
        }
    }
    assert_eq!(checked, 548);
}
