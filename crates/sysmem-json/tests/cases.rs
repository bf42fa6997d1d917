//! The cases of `negotiate-cases.jsonl`: scenarios, and what comes out.

use serde_json::Value;
use sysmem_json::{Report, Scenario, from_json, negotiate, parse, to_json};

const CASES: &str = include_str!("../../sysmem-core/tests/data/negotiate-cases.jsonl");

/// The report without its explanation, whose wording is free.
fn without_explanation(report: Report) -> Report {
    match report {
        Report::Error { error, .. } => Report::Error { error, explanation: None },
        other => other,
    }
}

#[test]
fn negotiate_cases_come_out_as_expected() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case = parse(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let expected: Report = from_json(&case["expected"]).unwrap();
        let scenario = Scenario::from_json(&case["input"]).unwrap();
        let outcome = negotiate(&scenario);
        let actual = without_explanation(Report::from(&outcome));
        if actual != expected {
            wrong.push(format!("{id}: expected {expected:#?}\nactual {outcome:#?}"));
        }
    }
    assert_eq!(CASES.lines().count(), 150);
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// Enums by name, usage by names, integers: what the cases say is what is written, word for word.
#[test]
fn expected_reports_are_written_as_they_were_read() {
    for line in CASES.lines() {
        let case: Value = parse(line).unwrap();
        let expected: Report = from_json(&case["expected"]).unwrap();
        assert_eq!(to_json(&expected), case["expected"], "{}", case["id"]);
    }
}

#[test]
fn refusals_are_explained_in_one_line() {
    for line in CASES.lines() {
        let case = parse(line).unwrap();
        let report = Report::from(&negotiate(&Scenario::from_json(&case["input"]).unwrap()));
        if let Report::Error { explanation, .. } = report {
            let explanation = explanation.unwrap();
            assert!(explanation.len() > 20, "{}: {explanation:?} says too little", case["id"]);
            assert!(!explanation.contains('\n'), "{}: {explanation:?}", case["id"]);
        }
    }
}
