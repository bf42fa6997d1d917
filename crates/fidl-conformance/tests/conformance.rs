//! Runs every case of every suite, and lists those that do not apply.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fidl_conformance::case::{Case, Verdict};
use fidl_conformance::{CASES, type_named};
use serde_json::Value;

/// Deeply nested values and large arrays live on the stack.
const STACK_BYTES: usize = 256 << 20;

/// What happened to all cases.
#[derive(Default)]
struct Report {
    passed: usize,
    /// One line a case: which, and why.
    not_applicable: Vec<String>,
    failures: Vec<String>,
}

#[test]
fn wire_conformance_every_case_holds() {
    let report = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(run_all)
        .expect("a thread starts")
        .join()
        .expect("no case panics");
    println!("{} cases hold, {} do not apply", report.passed, report.not_applicable.len());
    assert!(report.passed > 0, "no case was found in {CASES}");
    assert!(report.failures.is_empty(), "{}", report.failures.join("\n"));

    // Another folder of cases has a list of its own: show it.
    let list: String = report.not_applicable.iter().fold(String::new(), |mut list, line| {
        let _ = writeln!(list, "{line}");
        list
    });
    if std::env::var_os("FIDL_CONFORMANCE_DIR").is_some() {
        println!("{list}");
        return;
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/not-applicable.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &list).expect("the list is written");
    }
    let expected = std::fs::read_to_string(&golden).expect("the list is there");
    assert_eq!(expected, list, "the cases that do not apply are others than {}", golden.display());
}

fn run_all() -> Report {
    let mut report = Report::default();
    for path in suites() {
        let text = std::fs::read_to_string(&path).expect("a suite is readable");
        let suite: Value = serde_json::from_str(&text).expect("a suite is JSON");
        let name = suite["suite"].as_str().expect("a suite has a name");
        for case in suite["cases"].as_array().expect("a suite has cases") {
            run(name, case, &mut report);
        }
    }
    report
}

fn run(suite: &str, case: &Value, report: &mut Report) {
    let case = match Case::parse(case) {
        Ok(case) => case,
        Err(why) => return report.failures.push(format!("{suite}: {why}")),
    };
    let title = format!("{suite}/{}", case.title());
    let verdict = match (case.foreign_profile(), type_named(case.type_name())) {
        (Some(why), _) => Verdict::NotApplicable(why.to_owned()),
        (None, Some(runner)) => runner.run(&case),
        (None, None) => Verdict::Failed(format!("type {} is not declared", case.type_name())),
    };
    match verdict {
        Verdict::Passed => report.passed += 1,
        Verdict::NotApplicable(why) => report.not_applicable.push(format!("{title}: {why}")),
        Verdict::Failed(why) => report.failures.push(format!("{title}: {why}")),
    }
}

fn suites() -> Vec<PathBuf> {
    let mut suites: Vec<PathBuf> = std::fs::read_dir(CASES)
        .expect("the folder of cases is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    suites.sort();
    suites
}
