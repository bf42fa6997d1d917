//! The nodes of a collection as a tree.

use std::collections::HashMap;

use sysmem::linux_sysmem::{
    Awaited, ChannelState, Collection, FailureMode, Node, NodeKind, Stage, WeakOk,
};

use super::grid::{Cell, Grid};
use super::scene::{Scene, nodes, pid_of};
use super::words;

/// What stands at the right may be so long.
const WISHES_LONGEST: usize = 90;

/// A line for each node: its place, its client, how far it is, what it wants.
pub fn grid(collection: &Collection, scene: &Scene) -> Grid {
    let mut grid = Grid::new(&["NODE", "CLIENT", "STATE", "WANTS"]);
    let blocking = blocking(collection);
    for ((node, branch), blocks) in nodes(collection).iter().zip(branches(collection)).zip(blocking)
    {
        let wishes = node.constraints.as_ref().map(words::constraints).unwrap_or_default();
        let state = state(node, blocks);
        grid.push([
            Cell::plain(format!("{branch}{}", label(node))),
            Cell::plain(pid_of(node).map_or_else(String::new, |pid| process(pid, scene))),
            if blocks { Cell::bold(state) } else { Cell::plain(state) },
            Cell::plain(words::shortened(&wishes, WISHES_LONGEST)),
        ]);
    }
    grid
}

/// Those that keep the buffers waiting: node and what is wanted of it.
pub fn awaited(collection: &Collection) -> Vec<(&Node, &'static str)> {
    let nodes = nodes(collection).iter().zip(blocking(collection));
    nodes.filter(|(_, blocks)| *blocks).filter_map(|(node, _)| Some((node, act(node)?))).collect()
}

/// What a node is called.
pub fn label(node: &Node) -> String {
    let name = node.debug_name.as_deref().filter(|name| !name.is_empty());
    let id = node.debug_id.filter(|id| *id != 0 && Some(*id) != pid_of(node).map(u64::from));
    let known = name.map(|name| match id {
        Some(id) => format!("{} {id}", words::name(name)),
        None => words::name(name),
    });
    match (node.kind, known) {
        (Some(NodeKind::GROUP), _) => "group".to_owned(),
        // The name is that of whoever made it, unless that one has said otherwise.
        (Some(NodeKind::TOKEN), Some(name)) => format!("token ({name})"),
        (Some(NodeKind::TOKEN), None) => "token".to_owned(),
        (_, Some(name)) => name,
        (_, None) => "unnamed".to_owned(),
    }
}

/// A process by its number and its program.
pub fn process(pid: u32, scene: &Scene) -> String {
    process_at(pid, None, scene)
}

/// As [`process`], for one of which something is known since some time.
pub fn process_at(pid: u32, since: Option<i64>, scene: &Scene) -> String {
    process_called(pid, scene.program(pid, since))
}

/// A process by its number and the name of its program, if it is there.
pub fn process_called(pid: u32, program: Option<&str>) -> String {
    format!("{pid} {}", program.map_or_else(|| "(ended)".to_owned(), words::name))
}

/// What stands before each node: the branches that lead to it.
fn branches(collection: &Collection) -> Vec<String> {
    let nodes = nodes(collection);
    let mut children: HashMap<Option<u64>, usize> = HashMap::new();
    nodes.iter().for_each(|node| *children.entry(node.parent).or_default() += 1);
    // The nodes from the root down to the last one, with the children of each that are to come.
    let mut path: Vec<(Option<u64>, usize)> = Vec::new();
    let mut branches = Vec::with_capacity(nodes.len());
    for node in nodes {
        while path.last().is_some_and(|(id, _)| *id != node.parent) {
            path.pop();
        }
        if let Some((_, left)) = path.last_mut() {
            *left = left.saturating_sub(1);
        }
        branches.push(branch(&path));
        path.push((node.id, children.get(&node.id).copied().unwrap_or(0)));
    }
    branches
}

fn branch(path: &[(Option<u64>, usize)]) -> String {
    let Some(((_, left), above)) = path.split_last() else { return String::new() };
    let mut text: String =
        above.iter().map(|(_, left)| if *left > 0 { "│  " } else { "   " }).collect();
    text.push_str(if *left > 0 { "├─ " } else { "└─ " });
    text
}

/// For each node whether buffers wait for it: of the nodes that are not ready, those that have no
/// attached node above them, until there are buffers.
fn blocking(collection: &Collection) -> Vec<bool> {
    let is_gathering = collection.stage == Some(Stage::GATHERING);
    let mut late: HashMap<Option<u64>, bool> = HashMap::new();
    let blocks = |node: &Node| {
        let is_late = node.failure_mode == Some(FailureMode::DO_NOT_PROPAGATE)
            || late.get(&node.parent).copied().unwrap_or(false);
        late.insert(node.id, is_late);
        is_gathering && !is_late && node.awaited.is_some()
    };
    nodes(collection).iter().map(blocks).collect()
}

/// What a node that is not ready has to do.
fn act(node: &Node) -> Option<&'static str> {
    Some(match node.awaited? {
        Awaited::TURN_IN => "be turned in",
        Awaited::CONSTRAINTS => "set constraints",
        Awaited::ALL_CHILDREN_PRESENT => "say that all children are present",
        Awaited::CLOSE => "close its channel",
        _ => "do something",
    })
}

fn state(node: &Node, blocks: bool) -> String {
    let mut parts = vec![match act(node) {
        Some(act) if blocks => format!("AWAITED to {act}"),
        Some(act) => format!("yet to {act}"),
        None => readiness(node).to_owned(),
    }];
    let mut flag = |set: bool, word: &str| parts.extend(set.then(|| word.to_owned()));
    flag(node.failure_mode == Some(FailureMode::DO_NOT_PROPAGATE), "attached");
    flag(node.failure_mode == Some(FailureMode::PROPAGATE_BEFORE_ALLOCATION), "dispensable");
    flag(node.weak == Some(true), "weak");
    flag(node.weak_ok == Some(WeakOk::SELF), "weak ok");
    flag(node.weak_ok == Some(WeakOk::SELF_AND_CHILDREN), "weak ok with children");
    flag(node.rights_attenuation_mask.is_some_and(|mask| mask & WRITE == 0), "read-only");
    flag(node.channel == Some(ChannelState::RELEASED), "released");
    match node.unanswered_waits.unwrap_or_default() {
        0 => {}
        waits => parts.push(words::counted(waits as usize, "wait")),
    }
    parts.join(", ")
}

/// `ZX_RIGHT_WRITE`.
const WRITE: u32 = 0x8;

fn readiness(node: &Node) -> &'static str {
    let has_left = node.channel == Some(ChannelState::CLOSED);
    match (node.kind, node.allocated == Some(true), has_left) {
        (Some(NodeKind::TOKEN), _, _) => "given up",
        (Some(NodeKind::GROUP), _, _) => "complete",
        (_, true, false) => "has buffers",
        (_, true, true) => "has left, still counts",
        (_, false, true) => "has left",
        (_, false, false) => "ready",
    }
}
