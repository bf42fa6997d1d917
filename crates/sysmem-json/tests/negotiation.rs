//! Trees with groups (`sysmem2-constraints.md` 6, and examples of section 7).

use serde_json::{Value, json};
use sysmem_core::SELECTIONS_MAX;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use sysmem_json::{Outcome, Scenario, negotiate};

fn outcome(root: Value) -> Outcome {
    negotiate(&Scenario::from_json(&json!({ "root": root })).unwrap())
}

/// The names of those that take part, and how many selections were tried before.
fn agreed(root: Value) -> (Vec<String>, usize) {
    match outcome(root) {
        Outcome::Agreed { chosen, rejections, .. } => (chosen, rejections.len()),
        Outcome::Refused(refusal) => panic!("{refusal}"),
    }
}

/// The error, how many selections were tried, and the explanation.
fn refused(root: Value) -> (fsysmem2::Error, usize, String) {
    match outcome(root) {
        Outcome::Refused(refusal) => (refusal.error, refusal.rejections.len(), refusal.to_string()),
        Outcome::Agreed { chosen, .. } => panic!("{chosen:?} agree"),
    }
}

/// Reads with the CPU; others may use any memory that it can read.
fn reader(name: &str) -> Value {
    json!({
        "name": name,
        "constraints": {
            "usage": {"cpu": ["READ"]},
            "min_buffer_count_for_camping": 1,
            "buffer_memory_constraints": {"min_size_bytes": 100},
        },
    })
}

/// Fails whatever the others want.
fn unusable(name: &str) -> Value {
    json!({"name": name, "constraints": {"max_buffer_count": 0, "usage": {"cpu": ["READ"]}}})
}

fn below(mut node: Value, children: Vec<Value>) -> Value {
    node["children"] = children.into();
    node
}

fn group(children: Vec<Value>) -> Value {
    json!({ "group": children })
}

#[test]
fn constraints_e48_the_first_child_that_works_is_chosen() {
    let root = below(reader("root"), vec![group(vec![unusable("g0"), reader("g1"), reader("g2")])]);
    assert_eq!(agreed(root), (vec!["root".to_owned(), "g1".to_owned()], 1));
}

#[test]
fn constraints_s68_groups_under_a_child_that_is_not_selected_do_not_count() {
    let inner = below(unusable("a"), vec![group(vec![reader("c"), reader("d")])]);
    let root = below(reader("root"), vec![group(vec![inner.clone(), reader("b")])]);
    assert_eq!(agreed(root).1, 2);
    let root = below(reader("root"), vec![group(vec![reader("b"), inner])]);
    assert_eq!(agreed(root).1, 0);
}

#[test]
fn constraints_e49_up_to_64_selections_are_tried() {
    let pairs = |count| {
        let pair = group(vec![reader("x"), reader("y")]);
        below(unusable("root"), vec![pair; count])
    };
    let (error, tried, explanation) = refused(pairs(6));
    assert_eq!(error, fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY);
    assert_eq!(tried, SELECTIONS_MAX);
    assert!(explanation.starts_with("none of the 64 combinations"), "{explanation}");
    let (error, tried, explanation) = refused(pairs(7));
    assert_eq!(error, fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS);
    assert_eq!(tried, SELECTIONS_MAX);
    assert!(explanation.contains("that are tried"), "{explanation}");
}

/// The 64th selection is still tried.
#[test]
fn constraints_s67_the_64th_selection_can_be_the_one() {
    let working = |place: usize, count| {
        let child = |index| if index == place { reader("this") } else { unusable("other") };
        below(reader("root"), vec![group((0..count).map(child).collect())])
    };
    assert_eq!(agreed(working(63, 65)), (vec!["root".to_owned(), "this".to_owned()], 63));
    let (error, ..) = refused(working(64, 65));
    assert_eq!(error, fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS);
}

#[test]
fn participants_at_fault_are_named() {
    let root = below(reader("root"), vec![json!({"constraints": {}}), unusable("bad \"one\"")]);
    let (_, tried, explanation) = refused(root);
    assert_eq!(tried, 1);
    assert!(
        explanation.starts_with(r#"the constraints of "bad \"one\"" cannot be met"#),
        "{explanation}"
    );
    assert!(
        explanation.contains(r#""bad \"one\""'s max_buffer_count from 0 to 1"#),
        "{explanation}"
    );
}

/// Of those that take part, named ones are listed, with or without constraints.
#[test]
fn chosen_are_all_that_take_part_and_have_a_name() {
    let nameless = json!({"constraints": {}, "children": [{"name": "below"}]});
    let root = below(reader("root"), vec![nameless, group(vec![json!({"name": "in group"})])]);
    let expected = ["root", "below", "in group"].map(str::to_owned).to_vec();
    assert_eq!(agreed(root), (expected, 0));
}
