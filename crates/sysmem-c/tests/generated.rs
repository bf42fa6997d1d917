//! What is checked in is what `fidlc` makes, and compiles without a warning.

mod support;

use std::fs;
use std::path::PathBuf;

use sysmem_c::{BuildError, Language};

/// With `UPDATE_GOLDEN=1` the files are written anew.
#[test]
fn checked_in_files_are_what_the_compiler_makes() {
    let folder = sysmem_c::bindings().join("fuchsia.sysmem");
    for file in support::generate(3) {
        let path = folder.join(&file.name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, file.text).expect("a writable folder");
        } else {
            let text = fs::read_to_string(&path).unwrap_or_default();
            assert!(text == file.text, "{} is stale: UPDATE_GOLDEN=1 writes it anew", file.name);
        }
    }
}

/// Everything that is generated: as it is checked in, at the other levels, and for the golden case.
fn sources() -> Vec<(PathBuf, PathBuf)> {
    let mut sources = vec![(sysmem_c::sysmem_source(), sysmem_c::bindings())];
    for level in [1, 2, 4] {
        let folder = support::scratch(&format!("level{level}"));
        for file in support::generate(level) {
            fs::write(folder.join(&file.name), file.text).expect("a writable folder");
        }
        sources.push((folder.join("fuchsia_sysmem.c"), folder));
    }
    let folder = support::golden_simple("compile");
    sources.push((folder.join("golden_simple.c"), folder));
    sources
}

/// Sizes and offsets are asserted in the headers, so that compiling checks them.
#[test]
fn sysmem1_r25_generated_files_compile_as_c11() {
    for (source, folder) in sources() {
        if let Err(error) = sysmem_c::check(Language::C11, &[source], &[folder]) {
            panic!("{error}");
        }
    }
}

#[test]
fn sysmem1_r25_generated_files_compile_as_cpp17() {
    for (source, folder) in sources() {
        match sysmem_c::check(Language::Cpp17, &[source], &[folder]) {
            Ok(()) => {}
            Err(BuildError::NoCompiler(name, error)) => {
                eprintln!("skipped: there is no C++ compiler, {}: {error}", name.display());
                return;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn the_runtime_compiles_as_c11() {
    let sources = sysmem_c::runtime_sources();
    if let Err(error) = sysmem_c::check(Language::C11, &sources, &[]) {
        panic!("{error}");
    }
}
