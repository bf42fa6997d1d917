//! Which child each group of a pruned subtree stands for (`sysmem2-protocols.md` 4.3).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Tree;
use super::node::FailureMode;
use crate::interface::NodeId;

/// Steps through all selections of a pruned subtree, the most preferred one first.
#[derive(Debug)]
pub(crate) struct Selections {
    /// Depth-first, parent before child: the most important group first.
    groups: Vec<Digit>,
    exhausted: bool,
}

/// One group's choice.
#[derive(Debug)]
struct Digit {
    group: NodeId,
    children: Vec<NodeId>,
    chosen: usize,
    /// The nearest group above, as an index, and its child that this group is under.
    under: Option<(usize, NodeId)>,
}

impl Selections {
    /// Every group at its first child.
    pub fn new<H>(tree: &Tree<H>, top: NodeId) -> Self {
        let mut groups: Vec<Digit> = Vec::new();
        let mut stack = vec![(top, None)];
        while let Some((id, under)) = stack.pop() {
            let Some(node) = tree.get(id) else { continue };
            let index = groups.len();
            if node.is_group() {
                let children = node.children.clone();
                groups.push(Digit { group: id, children, chosen: 0, under });
            }
            // The last child goes on the stack first, so that the first comes off first.
            for &child in node.children.iter().rev() {
                if is_visible(tree, child) {
                    stack.push((child, if node.is_group() { Some((index, child)) } else { under }));
                }
            }
        }
        Self { groups, exhausted: false }
    }

    /// The nodes that the current selection stands for, breadth-first; `None` after the last one.
    pub fn current<H>(&self, tree: &Tree<H>, top: NodeId) -> Option<Vec<NodeId>> {
        if self.exhausted {
            return None;
        }
        let choices: BTreeMap<NodeId, Option<NodeId>> = self
            .groups
            .iter()
            .map(|digit| (digit.group, digit.children.get(digit.chosen).copied()))
            .collect();
        let mut selected = Vec::new();
        let mut queue = VecDeque::from([top]);
        while let Some(id) = queue.pop_front() {
            let Some(node) = tree.get(id) else { continue };
            selected.push(id);
            match choices.get(&id) {
                Some(choice) => queue.extend(choice),
                None => {
                    queue.extend(node.children.iter().filter(|child| is_visible(tree, **child)))
                }
            }
        }
        Some(selected)
    }

    /// Goes to the next selection: the least important group changes first, groups that are hidden
    /// by the choice of another one do not count.
    pub fn advance(&mut self) {
        let visible = self.visible();
        for (index, digit) in self.groups.iter_mut().enumerate().rev() {
            if !visible.contains(&index) {
                continue;
            }
            let next = digit.chosen.saturating_add(1);
            if next < digit.children.len() {
                digit.chosen = next;
                return;
            }
            digit.chosen = 0;
        }
        self.exhausted = true;
    }

    fn visible(&self) -> BTreeSet<usize> {
        let mut visible = BTreeSet::new();
        // Ancestors come before descendants, so theirs is decided when a group's turn comes.
        for (index, digit) in self.groups.iter().enumerate() {
            let shown = digit.under.is_none_or(|(above, branch)| {
                let chosen = self.groups.get(above).and_then(|g| g.children.get(g.chosen));
                visible.contains(&above) && chosen == Some(&branch)
            });
            if shown {
                visible.insert(index);
            }
        }
        visible
    }
}

fn is_visible<H>(tree: &Tree<H>, child: NodeId) -> bool {
    tree.get(child).is_some_and(|node| node.failure_mode != FailureMode::DoNotPropagate)
}
