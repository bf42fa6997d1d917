//! Looking at everything there is, piece by piece.

use sysmem_core::inspect::{Collection, Connection, Link};
use sysmem_core::{ChannelId, Core, Instant};
use zx::Credentials;

use crate::channels::Channels;
use crate::client_handle::ClientHandle;
use crate::objects::Objects;

/// How much is looked at in one turn, in nodes and handles. Each takes below a microsecond. A single
/// collection or buffer may be more, and is looked at in one turn all the same.
const LOOKS_PER_TURN: usize = 512;

/// How far one has looked.
#[derive(Debug)]
pub(super) struct Walk {
    sights: Sights,
    /// The collections above this one are still to be seen.
    last_seen: u64,
    /// Those that were made after the walk began are left out, so that it ends.
    newest: u64,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Sights {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) collections: Vec<SeenCollection>,
    pub(super) connections: Vec<(Connection, Option<Credentials>)>,
}

/// A collection, and who speaks for its nodes, in their order.
#[derive(Debug)]
pub(super) struct SeenCollection {
    pub(super) collection: Collection,
    pub(super) clients: Vec<Option<Credentials>>,
}

impl Walk {
    pub(super) fn begin(core: &Core<ClientHandle>, now: Instant) -> Self {
        let sights =
            Sights { began: now, ended: now, collections: Vec::new(), connections: Vec::new() };
        Self { sights, last_seen: 0, newest: core.newest_collection().unwrap_or_default() }
    }

    /// Looks at some more. Whether that was the last of it.
    pub(super) fn go_on(&mut self, core: &Core<ClientHandle>, objects: &Objects) -> bool {
        let mut looks = 0;
        for collection in core.inspect_collections(self.last_seen) {
            if collection.id > self.newest {
                break;
            }
            if looks >= LOOKS_PER_TURN {
                return false;
            }
            looks += 1 + collection.nodes.len();
            self.last_seen = collection.id;
            self.sights.collections.push(SeenCollection::new(collection, &objects.channels));
        }
        let connections = core.inspect_connections().map(|connection| {
            let client = client_of(connection.channel, &objects.channels);
            (connection, client)
        });
        self.sights.connections = connections.collect();
        true
    }

    pub(super) fn end(self, now: Instant) -> Sights {
        Sights { ended: now, ..self.sights }
    }
}

impl SeenCollection {
    fn new(collection: Collection, channels: &Channels) -> Self {
        let clients = collection.nodes.iter().map(|node| match node.link {
            Link::Open(channel) | Link::Released(channel) => client_of(channel, channels),
            Link::Closed => None,
        });
        let clients = clients.collect();
        Self { collection, clients }
    }
}

fn client_of(channel: ChannelId, channels: &Channels) -> Option<Credentials> {
    channels.get(channel)?.client
}
