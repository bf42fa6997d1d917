//! What people read: a tree for each collection, who holds its buffers, and sums.

use sysmem::linux_sysmem::{Allocation, Collection, Stage};
use sysmem_json::to_json;

use super::grid::{Cell, Grid, Style};
use super::scene::{Scene, nodes};
use super::totals::totals;
use super::{failures, holders, tree, words};
use crate::negotiate::{by_field, rows};

/// How much is said about each collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What fits on the lines of its nodes.
    Overview,
    /// Every field of everybody's constraints.
    CloseUp,
}

/// All of it.
pub fn render(scene: &Scene, detail: Detail, style: Style) -> String {
    let mut text = heading(scene);
    for collection in scene.collections() {
        text.push('\n');
        text.push_str(&render_collection(collection, scene, style));
        if detail == Detail::CloseUp {
            text.push_str(&constraints(collection));
        }
    }
    let allocations = scene.snapshot.allocations.iter().flatten();
    for allocation in allocations.filter(|one| collection_of(one, scene).is_none()) {
        text.push('\n');
        text.push_str(&render_left_over(allocation, scene, style));
    }
    text.push_str(&failures::render(scene, detail, style));
    text.push_str(&render_totals(scene, style));
    text.push_str(&hint(scene));
    text
}

/// One line: where, and how much.
fn heading(scene: &Scene) -> String {
    let buffers = scene.buffers().count();
    let size = scene.buffers().filter_map(|buffer| buffer.size_bytes).sum();
    let service = scene.service_pid().map_or_else(
        || "service".to_owned(),
        |pid| format!("service {}", tree::process(pid, scene)),
    );
    format!(
        "{service}: {}, {}, {}\n",
        words::counted(scene.collections().len(), "collection"),
        words::counted(buffers, "buffer"),
        words::bytes(size)
    )
}

fn render_collection(collection: &Collection, scene: &Scene, style: Style) -> String {
    let id = collection.id.unwrap_or_default();
    let name = collection.name.as_deref().map(|name| format!(" \"{}\"", words::name(name)));
    let title = format!("collection {id}{}", name.unwrap_or_default());
    let mut text = format!("{}  {}\n", style.bold(title), progress(collection, scene));
    if let Some(settings) = &collection.settings {
        text.push_str(&format!("  {}\n", words::settings(settings)));
    }
    text.push_str(&tree::grid(collection, scene).render("  ", style));
    let allocations = scene.snapshot.allocations.iter().flatten();
    for allocation in allocations.filter(|one| one.collection_id == collection.id) {
        text.push_str(&holders::grid(allocation, scene).render("  ", style));
    }
    text
}

/// What everybody wants, in full.
fn constraints(collection: &Collection) -> String {
    let wishes = nodes(collection).iter().filter_map(|node| {
        let rows = rows(&to_json(node.constraints.as_ref()?));
        Some((tree::label(node), rows))
    });
    let table = by_field(&wishes.collect::<Vec<_>>());
    let lines = table
        .lines()
        .map(|line| format!("  {}", words::harmless(line)).trim_end().to_owned() + "\n");
    std::iter::once("\n".to_owned()).chain(lines).collect()
}

/// How far a collection is, and since when it has been there.
fn progress(collection: &Collection, scene: &Scene) -> String {
    let age = words::duration(scene.now().saturating_sub(collection.created.unwrap_or_default()));
    match collection.stage {
        Some(Stage::GATHERING) => {
            let awaited = tree::awaited(collection);
            let whom = match awaited.as_slice() {
                [] => String::new(),
                [(node, act)] => format!(", {} has to {act}", tree::label(node)),
                several => format!(", {} are awaited", words::counted(several.len(), "node")),
            };
            format!("gathering for {age}{whom}")
        }
        Some(Stage::ALLOCATING) => format!("the heap is at work; made {age} ago"),
        _ => {
            let size = collection.settings.as_ref().and_then(|one| one.buffer_settings.as_ref());
            let size = size.and_then(|memory| memory.size_bytes).unwrap_or_default();
            let count = collection.buffer_count.unwrap_or_default() as usize;
            format!("{} of {}, made {age} ago", words::counted(count, "buffer"), words::bytes(size))
        }
    }
}

/// Buffers that have outlived their collection.
fn render_left_over(allocation: &Allocation, scene: &Scene, style: Style) -> String {
    let id = allocation.collection_id.unwrap_or_default();
    let name = allocation.collection_name.as_deref();
    let name = name.map(|name| format!(" \"{}\"", words::name(name))).unwrap_or_default();
    let left = allocation.buffers.iter().flatten().count();
    let title = style.bold(format!("collection {id}{name}"));
    let grid = holders::grid(allocation, scene).render("  ", style);
    format!("{title}  has ended, {} still held\n{grid}", words::counted(left, "buffer"))
}

fn render_totals(scene: &Scene, style: Style) -> String {
    let totals = totals(scene);
    if totals.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&["CLIENT", "COLLECTIONS", "NODES", "BUFFERS", "BYTES"]);
    for total in totals {
        grid.push([
            Cell::plain(tree::process_called(total.pid, total.program.as_deref())),
            Cell::plain(total.collections.to_string()),
            Cell::plain(total.nodes.to_string()),
            Cell::plain(total.buffers.to_string()),
            Cell::plain(words::bytes(total.bytes)),
        ]);
    }
    format!("\n{}", grid.render("", style))
}

/// That there is more than can be seen.
fn hint(scene: &Scene) -> String {
    if scene.hidden.is_empty() || scene.buffers().next().is_none() {
        return String::new();
    }
    let count = match scene.hidden.len() {
        1 => "1 process".to_owned(),
        several => format!("{several} processes"),
    };
    format!("\n{count} cannot be looked at by this user, and may hold buffers, too\n")
}

fn collection_of<'s>(allocation: &Allocation, scene: &'s Scene) -> Option<&'s Collection> {
    scene.collections().iter().find(|one| one.id == allocation.collection_id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sysmem_json::from_text;
    use zx::{Descriptor, Mapped, Sighting, VmoIdentity};

    use super::super::scene::Process;
    use super::*;

    const SNAPSHOT: &str = include_str!("../../tests/golden/inspect-scene.json");

    const OVERVIEW: &str = include_str!("../../tests/golden/inspect-scene.txt");

    fn sighting(pid: u32, ino: u64, number: u32, mappings: usize) -> (VmoIdentity, Sighting) {
        let memory = VmoIdentity { dev: 1, ino };
        let descriptors = vec![Descriptor { number, writable: true }];
        let mappings = vec![Mapped { size_bytes: 4096, writable: true }; mappings];
        (memory, Sighting { pid, memory, descriptors, mappings })
    }

    fn process((pid, program): (u32, &str)) -> (u32, Process) {
        (pid, Process { program: program.to_owned(), start: 5_000_000_000 })
    }

    fn scene() -> Scene {
        let seen = [
            sighting(1, 60, 5, 0),
            sighting(10, 60, 7, 1),
            sighting(11, 60, 3, 0),
            sighting(10, 61, 8, 1),
            sighting(11, 61, 4, 0),
        ];
        let mut sightings: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (memory, sighting) in seen {
            sightings.entry(memory).or_default().push(sighting);
        }
        let programs = [(1, "sysmem"), (10, "cam"), (11, "viewer"), (99, "a later process")];
        Scene {
            snapshot: from_text(SNAPSHOT).unwrap_or_else(|error| panic!("{error}")),
            processes: programs.map(process).into(),
            sightings,
            hidden: [13].into(),
        }
    }

    #[test]
    fn an_overview_reads_like_this() {
        let text = render(&scene(), Detail::Overview, Style::Plain);
        assert_eq!(text, OVERVIEW, "\n{text}");
    }

    #[test]
    fn an_overview_tells_the_latest_failures_alone() {
        let mut scene = scene();
        let failures = scene.snapshot.failures.get_or_insert_default();
        *failures = vec![failures[0].clone(); 7];
        let text = render(&scene, Detail::Overview, Style::Plain);
        assert_eq!(text.matches("failed 30 s ago").count(), 5, "{text}");
        assert!(text.contains("\n2 earlier failures not shown; --json has all\n"), "{text}");
        let all = render(&scene, Detail::CloseUp, Style::Plain);
        assert_eq!(all.matches("failed 30 s ago").count(), 7, "{all}");
    }

    #[test]
    fn a_terminal_sees_what_matters_in_bold() {
        let text = render(&scene(), Detail::Overview, Style::Bold);
        assert!(text.contains("\u{1b}[1mcollection 17 \"preview\"\u{1b}[0m"), "{text}");
        assert!(text.contains("\u{1b}[1mAWAITED to close its channel, released\u{1b}[0m"));
        assert_eq!(text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), OVERVIEW);
    }
}
