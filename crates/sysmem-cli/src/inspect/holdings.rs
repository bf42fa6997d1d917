//! Who holds a buffer: the service's records and what `/proc` shows, together.

use sysmem::linux_sysmem::{Buffer, Strength};

use super::scene::{Scene, holders};

/// What one process has of a buffer, or of the name that it was given out under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// `None`: the service does not know.
    pub pid: Option<u32>,
    /// As whom it was given out; `None`: the process got it from somebody else.
    pub recipient: Option<Recipient>,
    /// Its descriptors, if it can be looked at.
    pub descriptors: Vec<u32>,
    /// How many mappings it has.
    pub mappings: usize,
}

/// Whom handles were given out to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub name: String,
    pub id: u64,
    /// Handles that are still there.
    pub strong: usize,
    pub weak: usize,
    /// When the first of them was given out; monotonic time in nanoseconds.
    pub since: Option<i64>,
}

/// All who hold a buffer, those with records first.
///
/// The service's own descriptor, by which it keeps the memory for the others, does not count.
pub fn holdings(scene: &Scene, buffer: &Buffer) -> Vec<Holding> {
    let mut holdings: Vec<Holding> = Vec::new();
    for holder in holders(buffer) {
        let name = holder.debug_name.as_deref().unwrap_or_default();
        let id = holder.debug_id.unwrap_or_default();
        let is_same = |known: &&mut Recipient| known.name == name && known.id == id;
        let known = holdings.iter_mut().filter(|known| known.pid == holder.pid);
        let known = known.filter_map(|known| known.recipient.as_mut()).find(is_same);
        let recipient = match known {
            Some(known) => known,
            None => {
                let (name, since) = (name.to_owned(), holder.since);
                let recipient = Recipient { name, id, strong: 0, weak: 0, since };
                holdings.push(Holding::recorded(holder.pid, recipient));
                let last = holdings.last_mut().and_then(|last| last.recipient.as_mut());
                let Some(last) = last else { continue };
                last
            }
        };
        match holder.strength {
            Some(Strength::WEAK) => recipient.weak += 1,
            _ => recipient.strong += 1,
        }
        recipient.since = recipient.since.into_iter().chain(holder.since).min();
    }
    add_sightings(&mut holdings, scene, buffer);
    holdings
}

/// Which of its descriptors a process got under which name cannot be seen: all names get them all.
fn add_sightings(holdings: &mut Vec<Holding>, scene: &Scene, buffer: &Buffer) {
    for sighting in scene.sightings_of(buffer) {
        let descriptors = sighting.descriptors.iter().map(|descriptor| descriptor.number);
        let (descriptors, mappings): (Vec<u32>, _) =
            (descriptors.collect(), sighting.mappings.len());
        let mut is_recorded = false;
        for known in holdings.iter_mut().filter(|known| known.pid == Some(sighting.pid)) {
            is_recorded = true;
            (known.descriptors, known.mappings) = (descriptors.clone(), mappings);
        }
        if !is_recorded && scene.service_pid() != Some(sighting.pid) {
            let (pid, recipient) = (Some(sighting.pid), None);
            holdings.push(Holding { pid, recipient, descriptors, mappings });
        }
    }
}

impl Holding {
    fn recorded(pid: Option<u32>, recipient: Recipient) -> Self {
        Self { pid, recipient: Some(recipient), descriptors: Vec::new(), mappings: 0 }
    }
}
