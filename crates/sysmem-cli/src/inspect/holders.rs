//! The buffers of an allocation and who holds them; buffers with the same holders stand together.

use sysmem::linux_sysmem::{Allocation, Buffer};

use super::grid::{Cell, Grid};
use super::holdings::{Holding, Recipient, holdings};
use super::scene::Scene;
use super::{tree, words};

/// Buffers that differ only in the numbers of descriptors.
struct Alike {
    indices: Vec<u32>,
    size_bytes: u64,
    close_weak_asap: bool,
    holders: Vec<Line>,
}

/// One holder, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    who: String,
    process: String,
    strength: String,
    since: String,
    place: Place,
}

/// Where a process has a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// As its own `/proc` shows.
    Seen { descriptors: Vec<u32>, mappings: usize },
    /// The process can be looked at, and has nothing.
    Elsewhere,
    /// The process cannot be looked at, or has ended, or is not known.
    Unknown,
}

/// A line for each holder of each group of buffers.
pub fn grid(allocation: &Allocation, scene: &Scene) -> Grid {
    let mut grid = Grid::new(&["BUFFER", "SIZE", "HELD BY", "PROCESS", "HOW", "SINCE", "WHERE"]);
    for alike in alike(allocation, scene) {
        let mut first = [words::numbers(&alike.indices), words::bytes(alike.size_bytes)];
        let collection = Line::collection();
        let own = (allocation.held_by_collection == Some(true)).then_some(&collection);
        for line in own.into_iter().chain(&alike.holders) {
            let [indices, size] = std::mem::take(&mut first);
            grid.push([indices, size].map(Cell::plain).into_iter().chain(line.cells()));
        }
        if !first[0].is_empty() {
            let [indices, size] = first;
            grid.push([indices, size, "nobody that is known".to_owned()].map(Cell::plain));
        }
        if alike.close_weak_asap {
            let asked = "weak holders are asked to close".to_owned();
            grid.push([String::new(), String::new(), asked].map(Cell::plain));
        }
    }
    grid
}

fn alike(allocation: &Allocation, scene: &Scene) -> Vec<Alike> {
    let mut groups: Vec<Alike> = Vec::new();
    for buffer in allocation.buffers.iter().flatten() {
        let own = Alike::of(buffer, scene);
        match groups.last_mut().filter(|group| group.is_like(&own)) {
            Some(group) => group.take(own),
            None => groups.push(own),
        }
    }
    groups
}

impl Alike {
    fn of(buffer: &Buffer, scene: &Scene) -> Self {
        let mut holders: Vec<_> =
            holdings(scene, buffer).iter().map(|holding| Line::of(holding, scene)).collect();
        match buffer.holders_omitted.unwrap_or_default() {
            0 => {}
            more => holders.push(Line::omitted(more)),
        }
        Self {
            indices: buffer.index.into_iter().collect(),
            size_bytes: buffer.size_bytes.unwrap_or_default(),
            close_weak_asap: buffer.close_weak_asap == Some(true),
            holders,
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        let shape = |alike: &Self| (alike.size_bytes, alike.close_weak_asap, alike.holders.len());
        shape(self) == shape(other)
            && self.holders.iter().zip(&other.holders).all(|(one, other)| one.is_like(other))
    }

    fn take(&mut self, other: Self) {
        self.indices.extend(other.indices);
        for (own, other) in self.holders.iter_mut().zip(other.holders) {
            if let (Place::Seen { descriptors, .. }, Place::Seen { descriptors: more, .. }) =
                (&mut own.place, other.place)
            {
                descriptors.extend(more);
                descriptors.sort_unstable();
            }
        }
    }
}

impl Line {
    fn of(holding: &Holding, scene: &Scene) -> Self {
        let Holding { pid, recipient, descriptors, mappings } = holding;
        let since = recipient.as_ref().and_then(|recipient| recipient.since);
        let is_visible =
            |pid: &u32| scene.program(*pid, since).is_some() && !scene.hidden.contains(pid);
        let place = match pid {
            _ if !descriptors.is_empty() || *mappings > 0 => {
                Place::Seen { descriptors: descriptors.clone(), mappings: *mappings }
            }
            Some(pid) if is_visible(pid) => Place::Elsewhere,
            _ => Place::Unknown,
        };
        Self {
            who: recipient.as_ref().map_or_else(|| "passed on".to_owned(), who),
            process: pid
                .map_or_else(|| "unknown".to_owned(), |pid| tree::process_at(pid, since, scene)),
            strength: recipient.as_ref().map(strength).unwrap_or_default(),
            since: since.map_or_else(String::new, |since| {
                words::duration(scene.now().saturating_sub(since))
            }),
            place,
        }
    }

    /// What keeps buffers as long as the collection lives.
    fn collection() -> Self {
        Self {
            who: "the collection".to_owned(),
            process: String::new(),
            strength: "strong".to_owned(),
            since: String::new(),
            place: Place::Unknown,
        }
    }

    fn omitted(more: u32) -> Self {
        let who = format!("up to {more} more that were not looked at");
        Self { who, strength: String::new(), ..Self::collection() }
    }

    fn is_like(&self, other: &Self) -> bool {
        let place = match (&self.place, &other.place) {
            (
                Place::Seen { descriptors: one, mappings },
                Place::Seen { descriptors: other, mappings: others },
            ) => one.is_empty() == other.is_empty() && mappings == others,
            (one, other) => one == other,
        };
        let text = |line: &Self| {
            let Self { who, process, strength, since, .. } = line.clone();
            [who, process, strength, since]
        };
        place && text(self) == text(other)
    }

    fn cells(&self) -> impl Iterator<Item = Cell> {
        let Self { who, process, strength, since, place } = self.clone();
        [who, process, strength, since, place.text()].into_iter().map(Cell::plain)
    }
}

impl Place {
    fn text(&self) -> String {
        match self {
            Self::Seen { descriptors, mappings } => {
                let mut parts = Vec::new();
                match descriptors.as_slice() {
                    [] => {}
                    [one] => parts.push(format!("descriptor {one}")),
                    several => parts.push(format!("descriptors {}", words::numbers(several))),
                }
                match mappings {
                    0 => {}
                    1 => parts.push("mapped".to_owned()),
                    several => parts.push(format!("mapped {several} times")),
                }
                parts.join(", ")
            }
            Self::Elsewhere => "on its way, or passed on".to_owned(),
            Self::Unknown => String::new(),
        }
    }
}

fn who(recipient: &Recipient) -> String {
    match recipient {
        Recipient { name, id: 0, .. } if name.is_empty() => "unnamed".to_owned(),
        Recipient { name, .. } => words::name(name),
    }
}

fn strength(recipient: &Recipient) -> String {
    let kinds = [("strong", recipient.strong), ("weak", recipient.weak)];
    let kinds = kinds.into_iter().filter_map(|(word, count)| match count {
        0 => None,
        1 => Some(word.to_owned()),
        several => Some(format!("{several} {word}")),
    });
    kinds.collect::<Vec<_>>().join(", ")
}
