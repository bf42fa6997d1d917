//! Output of the back ends, compared with files. `UPDATE_GOLDEN=1 cargo test -p fidlc --test
//! golden` writes them anew; the change is then for a person to judge.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fidlc::backend::rust::{self, RustOptions};
use fidlc::backend::{GeneratedFile, c, json};
use fidlc::{Compiler, SourceFile, Version};

/// The version at which the cases about versions are compiled.
const PLATFORM: (&str, &str) = ("golden", "2");

#[test]
fn golden_files() {
    let mut failures = Vec::new();
    for path in cases() {
        let output = compile(&path);
        failures.extend(compare(&path.with_extension("rs.golden"), &output.rust));
        failures.extend(compare(&path.with_extension("json.golden"), &output.json));
        // Of what has no simple layout there is nothing to see in C.
        if path.file_stem().is_some_and(|stem| stem == "simple") {
            let [header, source] = output.c;
            failures.extend(compare(&path.with_extension("h.golden"), &header.text));
            failures.extend(compare(&path.with_extension("c.golden"), &source.text));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "fidl"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

struct Output {
    rust: String,
    json: String,
    c: [GeneratedFile; 2],
}

fn compile(path: &Path) -> Output {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let mut compiler = Compiler::new();
    compiler.select(PLATFORM.0, PLATFORM.1.parse::<Version>().unwrap());
    compiler.add_library(vec![SourceFile { name: name.clone(), text }]);
    let libraries = match compiler.compile() {
        Ok(compilation) => compilation.libraries,
        Err(diagnostics) => panic!("{name}:\n{diagnostics}"),
    };
    let versions = BTreeMap::from([(PLATFORM.0.to_owned(), PLATFORM.1.to_owned())]);
    let library = libraries.last().unwrap();
    let options = RustOptions { libraries: vec![library.name.clone()], ..RustOptions::default() };
    let modules = rust::generate(&libraries, &options);
    Output {
        rust: modules[0].text.clone(),
        json: json::generate_text(library, &libraries, &versions),
        c: c::generate(library, &libraries),
    }
}

/// Says where the text differs from the file, or writes the file if asked to.
fn compare(path: &Path, text: &str) -> Option<String> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, text).unwrap();
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == text {
        return None;
    }
    let same = expected.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
    Some(format!(
        "{} differs from line {}:\n  file:   {}\n  output: {}",
        path.display(),
        same + 1,
        expected.lines().nth(same).unwrap_or("(end)"),
        text.lines().nth(same).unwrap_or("(end)"),
    ))
}
