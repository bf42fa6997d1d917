//! The cases of `negotiate-cases.jsonl`: trees of participants, and what comes out.

use serde_json::Value;
use sysmem_core::negotiation::{Agreement, Environment, Failure, HeapCatalog, negotiate};
use sysmem_fidl::fuchsia_sysmem2::SingleBufferSettings;

use crate::support::json::{self, Json};
use crate::support::tree::Node;

const CASES: &str = include_str!("../data/negotiate-cases.jsonl");
const MAX_COMBINATIONS: usize = 64;

#[derive(Debug, PartialEq)]
enum Outcome {
    Ok { buffer_count: u32, settings: Box<SingleBufferSettings>, chosen: Vec<String> },
    Error(String),
}

#[test]
fn constraints_cases_come_out_as_expected() {
    let mut failed = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let expected = expected(&Json::new(id, &case["expected"]));
        let actual = negotiate_tree(&Json::new(id, &case["input"]));
        if actual != expected {
            failed.push(format!("{id}: expected {expected:#?}\nactual {actual:#?}"));
        }
    }
    assert_eq!(CASES.lines().count(), 150);
    assert!(failed.is_empty(), "{} cases:\n{}", failed.len(), failed.join("\n"));
}

fn expected(json: &Json<'_>) -> Outcome {
    match json.need("result").text() {
        "ok" => Outcome::Ok {
            buffer_count: json.need("buffer_count").u32(),
            settings: Box::new(json::settings(&json.need("settings"))),
            chosen: json.need("chosen").list().map(|at| at.text().to_owned()).collect(),
        },
        _ => Outcome::Error(json.need("error").text().to_owned()),
    }
}

/// Tries what groups leave until there is an agreement.
fn negotiate_tree(input: &Json<'_>) -> Outcome {
    let heaps = input.get("heaps");
    let heaps = heaps.map_or_else(|| HeapCatalog::system_ram(true), |at| json::heaps(&at));
    let format_costs = input.get("format_costs").map_or(Vec::new(), |at| json::format_costs(&at));
    let environment =
        Environment { heaps: &heaps, format_costs: &format_costs, page_size_bytes: 4096 };

    let root = Node::of_input(input);
    let mut choice = root.first_choice();
    for _ in 0..MAX_COMBINATIONS {
        let visible = root.visible(&choice);
        if let Ok(Agreement { buffer_count, settings, .. }) = attempt(&visible, &environment) {
            let chosen = visible.iter().filter_map(|node| node.name.clone()).collect();
            return Outcome::Ok { buffer_count, settings: Box::new(settings), chosen };
        }
        match root.next_choice(choice) {
            Some(next) => choice = next,
            None => return Outcome::Error("CONSTRAINTS_INTERSECTION_EMPTY".to_owned()),
        }
    }
    Outcome::Error("TOO_MANY_GROUP_CHILD_COMBINATIONS".to_owned())
}

fn attempt(visible: &[&Node], environment: &Environment<'_>) -> Result<Agreement, Failure> {
    let participants: Vec<_> = visible.iter().map(|node| &node.constraints).collect();
    negotiate(&participants, environment)
}
