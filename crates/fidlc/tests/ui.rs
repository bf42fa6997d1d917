//! What the compiler says, for each rule: `ui/fi-NNNN-what.fidl` must give
//! `ui/fi-NNNN-what.stderr`, and name rule NNNN. With `UPDATE_GOLDEN=1` the outcomes are written
//! anew.
//!
//! A case is one file of one library, unless it is divided by lines `//# file` (another file of the
//! same library) and `//# library` (another library). `//# select platform:version` selects a
//! version.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fidlc::{Compiler, Diagnostics, Rule, SourceFile, Style};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let entries = fs::read_dir(folder).expect("the folder of cases");
    let mut cases: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "fidl"));
    cases.sort();
    cases
}

/// The number in the name of a case.
fn number(case: &Path) -> u16 {
    let stem = case.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let digits = stem.strip_prefix("fi-").and_then(|rest| rest.get(..4));
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("name of {stem}"))
}

/// Compiles a case; warnings count as findings too.
fn findings(case: &Path) -> Diagnostics {
    let text = fs::read_to_string(case).expect("a case");
    let mut compiler = Compiler::new();
    let mut libraries: Vec<Vec<String>> = vec![vec![String::new()]];
    for line in text.lines() {
        match line.strip_prefix("//# ") {
            Some("library") => libraries.push(vec![String::new()]),
            Some("file") => libraries.last_mut().expect("a library").push(String::new()),
            Some(select) => {
                let (platform, version) = select
                    .strip_prefix("select ")
                    .and_then(|selection| selection.split_once(':'))
                    .unwrap_or_else(|| panic!("{select}"));
                compiler.select(platform, version.parse().expect("a version"));
            }
            None => {
                let file = libraries.last_mut().and_then(|files| files.last_mut());
                *file.expect("a file") += &format!("{line}\n");
            }
        }
    }
    let mut names = (b'a'..=b'z').map(char::from);
    for files in libraries {
        let source =
            |text| SourceFile { name: format!("{}.fidl", names.next().expect("few files")), text };
        compiler.add_library(files.into_iter().map(source).collect());
    }
    match compiler.compile() {
        Ok(compilation) => compilation.warnings,
        Err(findings) => findings,
    }
}

#[test]
fn language_12_every_rule_has_its_case() {
    let covered: BTreeSet<u16> = cases().iter().map(|case| number(case)).collect();
    let all: BTreeSet<u16> = Rule::ALL.iter().map(|rule| rule.number()).collect();
    assert_eq!(covered, all);
}

#[test]
fn language_12_findings_are_as_recorded() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let findings = findings(&case);
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !findings.iter().any(|finding| finding.rule().number() == number(&case)) {
            wrong.push(format!("{name} does not break its rule:\n{findings}"));
            continue;
        }
        let golden = case.with_extension("stderr");
        let rendered = findings.render(Style::Plain);
        if update {
            fs::write(&golden, rendered).expect("a writable folder");
        } else if fs::read_to_string(&golden).ok().as_deref() != Some(rendered.as_str()) {
            wrong.push(format!("{name} gives something else:\n{rendered}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
