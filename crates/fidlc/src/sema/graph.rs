//! Ordering of nodes by what they need, without recursion: chains may be as long as the source.

/// For each node the nodes it needs, in the order in which they should come.
pub(super) type Edges = Vec<Vec<usize>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// The nodes with the needed ones first, otherwise by index; and every edge that closes a circle.
pub(super) fn order(edges: &Edges) -> (Vec<usize>, Vec<(usize, usize)>) {
    let mut marks = vec![Mark::New; edges.len()];
    let (mut order, mut circles) = (Vec::with_capacity(edges.len()), Vec::new());
    for root in 0..edges.len() {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let from = *node;
            let Some(&to) = edges[from].get(*next) else {
                marks[from] = Mark::Done;
                order.push(from);
                path.pop();
                continue;
            };
            *next += 1;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    path.push((to, 0));
                }
                Mark::Open => circles.push((from, to)),
                Mark::Done => {}
            }
        }
    }
    (order, circles)
}

/// For each node the number of its strongly connected component, and for each component whether it
/// holds a circle. Components that are needed have lower numbers than those that need them.
pub(super) fn components(edges: &Edges) -> (Vec<usize>, Vec<bool>) {
    let (order, _) = order(edges);
    let mut reversed: Edges = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for &to in targets {
            reversed[to].push(from);
        }
    }
    // Kosaraju: the last one finished starts a component that nothing unvisited needs.
    let mut component = vec![usize::MAX; edges.len()];
    let mut count = 0;
    for &root in order.iter().rev() {
        if component[root] != usize::MAX {
            continue;
        }
        component[root] = count;
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            for &from in &reversed[node] {
                if component[from] == usize::MAX {
                    component[from] = count;
                    open.push(from);
                }
            }
        }
        count += 1;
    }
    let mut sizes = vec![0usize; count];
    for number in &mut component {
        *number = count - 1 - *number;
        sizes[*number] += 1;
    }
    let mut circular: Vec<bool> = sizes.iter().map(|&size| size > 1).collect();
    for (node, targets) in edges.iter().enumerate() {
        if targets.contains(&node) {
            circular[component[node]] = true;
        }
    }
    (component, circular)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_nodes_come_first() {
        let edges = vec![vec![2], vec![], vec![1], vec![0]];
        assert_eq!(order(&edges), (vec![1, 2, 0, 3], vec![]));
    }

    #[test]
    fn circles_are_found() {
        let edges = vec![vec![1], vec![2], vec![0, 3], vec![3], vec![0]];
        assert_eq!(order(&edges).1, vec![(2, 0), (3, 3)]);
        let (component, circular) = components(&edges);
        assert_eq!(component[0], component[1]);
        assert_eq!(component[1], component[2]);
        assert!(component[3] < component[0] && component[0] < component[4]);
        assert!(circular[component[0]] && circular[component[3]] && !circular[component[4]]);
    }
}
