//! A tree of participants and groups in its JSON form, and the choices that groups leave
//! (`sysmem2-constraints.md` section 6). The core's own search works on live nodes; this one is
//! there to check results that need a choice.

use std::collections::VecDeque;

use sysmem_fidl::fuchsia_sysmem2::BufferCollectionConstraints;

use super::json::{self, Json};

pub struct Node {
    pub name: Option<String>,
    pub constraints: BufferCollectionConstraints,
    is_group: bool,
    children: Vec<Node>,
}

/// Which child of each group is chosen, by the groups' places in depth-first order.
pub type Choice = Vec<usize>;

impl Node {
    /// The whole tree of a case.
    pub fn of_input(input: &Json<'_>) -> Self {
        match input.get("participants") {
            None => Self::read(&input.need("root")),
            Some(participants) => Self {
                name: None,
                constraints: BufferCollectionConstraints::default(),
                is_group: false,
                children: participants.list().map(|at| Self::read(&at)).collect(),
            },
        }
    }

    fn read(json: &Json<'_>) -> Self {
        let group = json.get("group");
        let children = group.as_ref().map_or_else(|| json.get("children"), |_| json.get("group"));
        Self {
            name: json.get("name").map(|at| at.text().to_owned()),
            constraints: json
                .get("constraints")
                .as_ref()
                .map(json::constraints)
                .unwrap_or_default(),
            is_group: group.is_some(),
            children: children.iter().flat_map(Json::list).map(|at| Self::read(&at)).collect(),
        }
    }

    /// The participants that `choice` leaves, in breadth-first order.
    pub fn visible(&self, choice: &Choice) -> Vec<&Node> {
        let mut visible = Vec::new();
        let mut waiting = VecDeque::from([self]);
        let groups = self.groups();
        while let Some(node) = waiting.pop_front() {
            match groups.iter().position(|group| std::ptr::eq(*group, node)) {
                Some(group) => waiting.push_back(&node.children[choice[group]]),
                None => {
                    visible.push(node);
                    waiting.extend(&node.children);
                }
            }
        }
        visible
    }

    /// The first children of all groups.
    pub fn first_choice(&self) -> Choice {
        vec![0; self.groups().len()]
    }

    /// The choice after this one; groups that are hidden by it do not count.
    pub fn next_choice(&self, mut choice: Choice) -> Option<Choice> {
        let groups = self.groups();
        for place in (0..groups.len()).rev() {
            if !self.is_visible(groups[place], &choice) {
                continue;
            }
            choice[place] += 1;
            if choice[place] < groups[place].children.len() {
                return Some(choice);
            }
            choice[place] = 0;
        }
        None
    }

    fn groups(&self) -> Vec<&Node> {
        let below = self.children.iter().flat_map(Self::groups);
        self.is_group.then_some(self).into_iter().chain(below).collect()
    }

    fn is_visible(&self, sought: &Node, choice: &Choice) -> bool {
        let groups = self.groups();
        let mut waiting = vec![self];
        while let Some(node) = waiting.pop() {
            if std::ptr::eq(node, sought) {
                return true;
            }
            match groups.iter().position(|group| std::ptr::eq(*group, node)) {
                Some(group) => waiting.push(&node.children[choice[group]]),
                None => waiting.extend(&node.children),
            }
        }
        false
    }
}
