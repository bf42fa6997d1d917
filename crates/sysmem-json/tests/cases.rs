//! The cases of `negotiate-cases.jsonl`: scenarios, and what comes out.

use serde_json::Value;
use sysmem_core::negotiation::explain::Repair;
use sysmem_json::{Node, Outcome, Report, Scenario, from_json, negotiate, parse, to_json};

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
fn refusals_are_explained_in_a_few_lines() {
    for line in CASES.lines() {
        let case = parse(line).unwrap();
        let report = Report::from(&negotiate(&Scenario::from_json(&case["input"]).unwrap()));
        if let Report::Error { explanation, .. } = report {
            let explanation = explanation.unwrap();
            assert!(explanation.len() > 20, "{}: {explanation:?} says too little", case["id"]);
            assert!(explanation.lines().count() < 20, "{}: {explanation:?}", case["id"]);
        }
    }
}

/// For most refusals there is one change that is enough, and each that is suggested is.
#[test]
fn suggestions_help() {
    let (mut refused, mut mended) = (0, 0);
    for line in CASES.lines() {
        let case = parse(line).unwrap();
        let scenario = Scenario::from_json(&case["input"]).unwrap();
        let Outcome::Refused(refusal) = negotiate(&scenario) else { continue };
        refused += 1;
        mended += usize::from(!refusal.finding.repairs.is_empty());
        for repair in &refusal.finding.repairs {
            let Some(repaired) = repaired(&scenario, repair) else { continue };
            let outcome = negotiate(&repaired);
            assert!(matches!(outcome, Outcome::Agreed { .. }), "{}: {repair:?}", case["id"]);
        }
    }
    assert!(mended * 4 > refused * 3, "{mended} of {refused}");
}

/// With a change made, where participants are children of the root and no groups are around.
fn repaired(scenario: &Scenario, repair: &Repair) -> Option<Scenario> {
    let mut scenario = scenario.clone();
    let participant = match repair.participant.checked_sub(1) {
        None => &mut scenario.root,
        Some(index) => {
            let children = &mut scenario.root.children;
            let are_leaves = children.iter().all(
                |child| matches!(child, Node::Participant(child) if child.children.is_empty()),
            );
            match children.get_mut(index).filter(|_| are_leaves)? {
                Node::Participant(participant) => participant,
                Node::Group(_) => return None,
            }
        }
    };
    repair.apply(participant.constraints.get_or_insert_default());
    Some(scenario)
}
