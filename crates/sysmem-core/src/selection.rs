//! Which children the groups of a tree stand for, and in which order choices are tried
//! (`sysmem2-constraints.md` 6.1, 6.2; `sysmem2-protocols.md` 4.3).
//!
//! Knows nothing but the shape of a tree, so that it fits trees of files and of live nodes.

/// A reference to a node of a tree, as far as choosing children of groups goes.
pub trait Branch: Copy {
    /// Whether exactly one of the children takes part, instead of all.
    fn is_group(self) -> bool;

    /// In the order of their creation.
    fn children(self) -> impl DoubleEndedIterator<Item = Self>;
}

/// All selections of a tree, the most preferred one first.
///
/// Each is the list of the nodes that take part, groups included, in breadth-first order. There is
/// at least one selection; a group without children stands for nothing.
#[derive(Clone, Debug)]
pub struct Selections<N> {
    root: N,
    /// What the next selection chooses: the index of a child for each group that takes part,
    /// depth-first. Groups beyond its end stand for their first child. Groups that the choice of
    /// another one hides have no digit at all, so nothing has to skip them. `None` after the last
    /// selection.
    next: Option<Vec<usize>>,
}

impl<N: Branch> Selections<N> {
    /// The selections of the tree below `root`.
    pub const fn new(root: N) -> Self {
        Self { root, next: Some(Vec::new()) }
    }
}

impl<N: Branch> Iterator for Selections<N> {
    type Item = Vec<N>;

    fn next(&mut self) -> Option<Vec<N>> {
        let choices = self.next.take()?;
        let selection = Selection::new(self.root, &choices);
        self.next = successor(selection.groups);
        Some(selection.nodes)
    }
}

/// One selection.
struct Selection<N> {
    /// Breadth-first.
    nodes: Vec<N>,
    /// Those among the nodes, depth-first.
    groups: Vec<Digit>,
}

/// The choice of a group.
struct Digit {
    choice: usize,
    children: usize,
}

impl<N: Branch> Selection<N> {
    fn new(root: N, choices: &[usize]) -> Self {
        let mut choices = choices.iter().copied();
        let mut nodes: Vec<(usize, N)> = Vec::new();
        let mut groups = Vec::new();
        let mut waiting = vec![(0_usize, root)];
        while let Some((depth, node)) = waiting.pop() {
            nodes.push((depth, node));
            let below = depth.saturating_add(1);
            if node.is_group() {
                let choice = choices.next().unwrap_or(0);
                groups.push(Digit { choice, children: node.children().count() });
                waiting.extend(node.children().nth(choice).map(|child| (below, child)));
            } else {
                // The last child goes on the stack first, so that the first comes off first.
                waiting.extend(node.children().rev().map(|child| (below, child)));
            }
        }
        // Nodes are in depth-first order, and stay in it where depths are equal.
        nodes.sort_by_key(|(depth, _)| *depth);
        Self { nodes: nodes.into_iter().map(|(_, node)| node).collect(), groups }
    }
}

/// The choices after these: the least important group that can changes, those after it start again.
fn successor(mut groups: Vec<Digit>) -> Option<Vec<usize>> {
    while let Some(last) = groups.pop() {
        let choice = last.choice.saturating_add(1);
        if choice < last.children {
            let unchanged = groups.iter().map(|digit| digit.choice);
            return Some(unchanged.chain([choice]).collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree {
        name: &'static str,
        is_group: bool,
        children: Vec<Tree>,
    }

    impl Branch for &Tree {
        fn is_group(self) -> bool {
            self.is_group
        }

        fn children(self) -> impl DoubleEndedIterator<Item = Self> {
            self.children.iter()
        }
    }

    fn node(name: &'static str, children: Vec<Tree>) -> Tree {
        Tree { name, is_group: false, children }
    }

    fn leaf(name: &'static str) -> Tree {
        node(name, vec![])
    }

    fn group(children: Vec<Tree>) -> Tree {
        Tree { name: "", is_group: true, children }
    }

    /// The names of each selection in one word.
    fn selections(tree: &Tree) -> Vec<String> {
        let names = |nodes: Vec<&Tree>| nodes.iter().map(|node| node.name).collect();
        Selections::new(tree).map(names).collect()
    }

    #[test]
    fn constraints_e48_later_siblings_vary_fastest() {
        let first = group(vec![leaf("a"), leaf("b")]);
        let second = group(vec![leaf("0"), leaf("1"), leaf("2")]);
        let tree = node("r", vec![first, leaf("x"), second]);
        let expected = ["rxa0", "rxa1", "rxa2", "rxb0", "rxb1", "rxb2"];
        assert_eq!(selections(&tree), expected);
    }

    /// Also sentence 68 of `sysmem2-constraints.md` section 8.
    #[test]
    fn constraints_e48_hidden_groups_do_not_count() {
        let inner = group(vec![leaf("c"), leaf("d")]);
        let tree = node("r", vec![group(vec![node("a", vec![inner]), leaf("b")])]);
        assert_eq!(selections(&tree), ["rac", "rad", "rb"]);
    }

    #[test]
    fn constraints_6_2_a_group_shown_again_starts_at_its_first_child() {
        let inner = group(vec![leaf("c"), leaf("d")]);
        let outer = group(vec![leaf("a"), node("b", vec![inner])]);
        let tree = node("r", vec![group(vec![leaf("0"), leaf("1")]), outer]);
        assert_eq!(selections(&tree), ["r0a", "r0bc", "r0bd", "r1a", "r1bc", "r1bd"]);
    }

    #[test]
    fn constraints_6_1_nodes_are_breadth_first() {
        let tree = node("r", vec![node("a", vec![leaf("c")]), node("b", vec![leaf("d")])]);
        assert_eq!(selections(&tree), ["rabcd"]);
        let chosen = group(vec![node("b", vec![leaf("e")])]);
        let tree = node("r", vec![chosen, node("a", vec![leaf("c"), leaf("d")])]);
        assert_eq!(selections(&tree), ["rabcde"]);
        assert_eq!(selections(&node("r", vec![group(vec![]), leaf("a")])), ["ra"]);
    }
}
