//! Looking at everything there is, piece by piece.

use std::vec;

use sysmem_core::inspect::{Allocation, Collection, Connection, Link};
use sysmem_core::{AllocationId, ChannelId, Core, Instant};
use sysmem_fidl::linux_sysmem::Explanation;
use zx::Credentials;

use crate::buffers::{BufferId, SeenBuffer};
use crate::channels::Channels;
use crate::client_handle::ClientHandle;
use crate::failures::Failures;
use crate::objects::Objects;

/// How much is looked at in one turn, in nodes and handles. Each takes about a microsecond. A single
/// collection or buffer may be more, and is looked at in one turn all the same.
const LOOKS_PER_TURN: usize = 512;

/// Failures that are looked at in one turn. Their explanations are copied, some kilobytes each.
const FAILURES_PER_TURN: usize = 8;

/// Everything there is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenery<'s> {
    pub(super) core: &'s Core<ClientHandle>,
    pub(super) objects: &'s Objects,
    pub(super) failures: &'s Failures,
}

/// How far one has looked.
#[derive(Debug)]
pub(super) struct Walk {
    sights: Sights,
    next: Next,
}

/// What is to be looked at.
#[derive(Debug)]
enum Next {
    /// Collections above `seen`. Those that were made after the walk began are left out, so that it
    /// comes to an end.
    Collections {
        seen: u64,
        newest: u64,
    },
    Buffers(vec::IntoIter<BufferId>),
    /// Failures from this place on. One that is forgotten meanwhile hides another.
    Failures(usize),
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Sights {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) collections: Vec<SeenCollection>,
    pub(super) connections: Vec<(Connection, Option<Credentials>)>,
    pub(super) allocations: Vec<SeenAllocation>,
    pub(super) failures: Vec<(Explanation, Vec<Credentials>)>,
}

/// A collection, and who speaks for its nodes, in their order.
#[derive(Debug)]
pub(super) struct SeenCollection {
    pub(super) collection: Collection,
    pub(super) clients: Vec<Option<Credentials>>,
}

/// Buffers that were made at once, those that are left.
#[derive(Debug)]
pub(super) struct SeenAllocation {
    pub(super) id: AllocationId,
    pub(super) allocation: Allocation,
    pub(super) buffers: Vec<SeenBuffer>,
}

impl Walk {
    pub(super) fn begin(scenery: &Scenery<'_>, now: Instant) -> Self {
        let Scenery { core, objects, .. } = *scenery;
        let connections = core.inspect_connections().map(|connection| {
            let client = client_of(connection.channel, &objects.channels);
            (connection, client)
        });
        let sights = Sights {
            began: now,
            ended: now,
            collections: Vec::new(),
            connections: connections.collect(),
            allocations: Vec::new(),
            failures: Vec::new(),
        };
        let newest = core.newest_collection().unwrap_or_default();
        Self { sights, next: Next::Collections { seen: 0, newest } }
    }

    /// Looks at some more. Whether that was the last of it.
    pub(super) fn go_on(&mut self, scenery: &Scenery<'_>) -> bool {
        let Scenery { core, objects, failures } = *scenery;
        match &mut self.next {
            Next::Collections { seen, newest } => {
                let mut looks = 0;
                for collection in core.inspect_collections(*seen) {
                    if looks >= LOOKS_PER_TURN {
                        return false;
                    }
                    if collection.id > *newest {
                        break;
                    }
                    looks += 1 + collection.nodes.len();
                    *seen = collection.id;
                    self.sights.collections.push(SeenCollection::new(collection, objects));
                }
                self.next = Next::Buffers(objects.buffers.ids().into_iter());
                false
            }
            Next::Buffers(ids) => {
                let mut looks = 0;
                while looks < LOOKS_PER_TURN {
                    let Some(id) = ids.next() else {
                        self.next = Next::Failures(0);
                        return false;
                    };
                    looks += 1 + self.sights.add_buffer(id, core, objects);
                }
                false
            }
            Next::Failures(place) => {
                let some = failures.starting_at(*place).take(FAILURES_PER_TURN);
                let before = self.sights.failures.len();
                self.sights.failures.extend(some.map(|failure| {
                    (failure.explanation.clone(), failure.involved.clients.clone())
                }));
                let seen = self.sights.failures.len() - before;
                *place += seen;
                seen < FAILURES_PER_TURN
            }
        }
    }

    pub(super) fn end(self, now: Instant) -> Sights {
        Sights { ended: now, ..self.sights }
    }
}

impl Sights {
    /// Looks at a buffer, and says at how many of its holders.
    fn add_buffer(&mut self, id: BufferId, core: &Core<ClientHandle>, objects: &Objects) -> usize {
        let Some(buffer) = objects.buffers.inspect(id, &objects.channels) else { return 0 };
        let looks = buffer.looks;
        match self.allocations.last_mut().filter(|last| last.id == id.allocation) {
            Some(last) => last.buffers.push(buffer),
            None => {
                let Some(allocation) = core.inspect_allocation(id.allocation) else { return looks };
                let buffers = vec![buffer];
                self.allocations.push(SeenAllocation { id: id.allocation, allocation, buffers });
            }
        }
        looks
    }
}

impl SeenCollection {
    fn new(collection: Collection, objects: &Objects) -> Self {
        let clients = collection.nodes.iter().map(|node| match node.link {
            Link::Open(channel) | Link::Released(channel) => client_of(channel, &objects.channels),
            Link::Closed => None,
        });
        let clients = clients.collect();
        Self { collection, clients }
    }
}

fn client_of(channel: ChannelId, channels: &Channels) -> Option<Credentials> {
    channels.get(channel)?.client
}
