//! The channels that are served: by number, and tokens also by koid.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::io;
use std::num::NonZeroU32;
use std::os::fd::AsRawFd;

use mio::unix::SourceFd;
use rustix::net::{Shutdown, shutdown};
use rustix::process::{Resource, getrlimit};
use sysmem_core::{ChannelId, ChannelKind};
use zx::{Credentials, Koid, SocketName};

use crate::closer::Closer;
use crate::service::Service;

/// Tokens of the event loop below this one are not channels.
pub(crate) const FIRST_EVENT_TOKEN: usize = 16;

/// How often a koid is drawn until one is free. A second time is a matter of centuries.
const KOID_DRAWS: u32 = 8;

/// The most channels that one client may have, and the part of all descriptors that they may take.
/// A client that has forgotten so many, or built a knot of them that nobody outside holds, leaves
/// room for others.
const MAX_CHANNELS_PER_CLIENT: usize = 16_384;
const CLIENT_SHARE: usize = 2;

/// All channels that are served now.
#[derive(Debug)]
pub(crate) struct Channels {
    served: BTreeMap<ChannelId, Served>,
    /// The ends that this server has named: all but accepted connections.
    named: HashMap<Koid, ChannelId>,
    /// The names of accepted connections, which are those of the sockets that accepted them, here
    /// or at a broker; and how many have each.
    accepted_as: HashMap<SocketName, usize>,
    /// How many channels each process has; those of unknown processes count together.
    per_client: HashMap<Option<NonZeroU32>, usize>,
    max_per_client: usize,
    registry: mio::Registry,
    closer: Closer,
}

/// One served channel.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) socket: zx::Channel,
    pub(crate) service: Service,
    /// Who made the connection by which this channel came to be, if it is known.
    pub(crate) client: Option<Credentials>,
    /// It stands in the queue of channels to be read.
    pub(crate) queued: bool,
    /// Nothing more is read from it: it has failed and waits to be closed.
    pub(crate) deaf: bool,
    name: Option<Name>,
}

/// What the peer of a channel sees as its name.
#[derive(Debug)]
enum Name {
    /// Given by this server.
    Koid(Koid),
    /// Had when it came: it was accepted somewhere.
    Accepted(SocketName),
}

/// Why a channel cannot be served.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// Its koid cannot be given to it.
    Koid(zx::BindError),
    /// The event loop cannot watch it.
    Register(io::Error),
    /// Its number is larger than the event loop can count.
    Number,
    /// Its peer is served, too, so that nobody would ever speak on it.
    Knot,
    /// Its client has as many channels as it may.
    Quota,
}

impl Served {
    /// What its peer calls it; an accepted connection has none.
    pub(crate) fn koid(&self) -> Option<Koid> {
        match self.name {
            Some(Name::Koid(koid)) => Some(koid),
            Some(Name::Accepted(_)) | None => None,
        }
    }
}

/// How many descriptors this process may have.
pub(crate) fn descriptor_limit() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.and_then(|limit| limit.try_into().ok()).unwrap_or(usize::MAX)
}

impl Channels {
    pub(crate) fn new(registry: mio::Registry, closer: Closer) -> Self {
        Self {
            served: BTreeMap::new(),
            named: HashMap::new(),
            accepted_as: HashMap::new(),
            per_client: HashMap::new(),
            max_per_client: MAX_CHANNELS_PER_CLIENT.min(descriptor_limit() / CLIENT_SHARE),
            registry,
            closer,
        }
    }

    /// Serves `socket` as channel `id` from now on. A token gets its koid
    /// (`linux-objects.md`, Token identity 1). Other ends get one, too, so that one that comes twice
    /// is known again, and so is the peer of one.
    ///
    /// # Errors
    ///
    /// See [`ServeError`]. The socket is closed then.
    pub(crate) fn serve(
        &mut self,
        id: ChannelId,
        service: Service,
        socket: zx::Channel,
        client: Option<Credentials>,
    ) -> Result<(), ServeError> {
        let pid = client.and_then(|client| client.pid);
        match self.admit(id, service, &socket, pid) {
            Ok(name) => {
                *self.per_client.entry(pid).or_default() += 1;
                let served = Served { socket, service, client, queued: false, deaf: false, name };
                self.served.insert(id, served);
                Ok(())
            }
            Err(error) => {
                self.closer.close_unserved(socket);
                Err(error)
            }
        }
    }

    /// Ends a channel: the peer sees it at once, whoever else holds a copy of our end.
    pub(crate) fn close(&mut self, id: ChannelId) {
        let Some(served) = self.served.remove(&id) else { return };
        match served.name {
            Some(Name::Koid(koid)) => drop(self.named.remove(&koid)),
            Some(Name::Accepted(name)) => discount(&mut self.accepted_as, name),
            None => {}
        }
        discount(&mut self.per_client, served.client.and_then(|client| client.pid));
        // The socket is registered, so there is nothing that could fail.
        let _ = self.registry.deregister(&mut SourceFd(&served.socket.as_raw_fd()));
        // ENOTCONN: the peer was faster.
        let _ = shutdown(&served.socket, Shutdown::Both);
        self.closer.close_served(served.socket);
    }

    pub(crate) fn get(&self, id: ChannelId) -> Option<&Served> {
        self.served.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: ChannelId) -> Option<&mut Served> {
        self.served.get_mut(&id)
    }

    /// The process that a channel belongs to: who connected to the Allocator by which it came to
    /// be.
    pub(crate) fn pid_of(&self, id: ChannelId) -> Option<NonZeroU32> {
        self.served.get(&id)?.client?.pid
    }

    /// The live token with this koid.
    pub(crate) fn token(&self, koid: Koid) -> Option<ChannelId> {
        let id = *self.named.get(&koid)?;
        (self.served.get(&id)?.service == Service::Core(ChannelKind::Token)).then_some(id)
    }

    /// Every channel that is served now.
    pub(crate) fn ids(&self) -> Vec<ChannelId> {
        self.served.keys().copied().collect()
    }

    fn admit(
        &mut self,
        id: ChannelId,
        service: Service,
        socket: &zx::Channel,
        pid: Option<NonZeroU32>,
    ) -> Result<Option<Name>, ServeError> {
        if self.per_client.get(&pid).is_some_and(|count| *count >= self.max_per_client) {
            return Err(ServeError::Quota);
        }
        let event_token = event_token(id).ok_or(ServeError::Number)?;
        let name = match name_end(socket) {
            Ok(koid) => Some(Name::Koid(koid)),
            Err(zx::BindError::AlreadyNamed) if service.is_connected_to() => {
                socket.name().map(Name::Accepted)
            }
            Err(error) => return Err(ServeError::Koid(error)),
        };
        // After it was named: of two ends of a pair, the second is always found out.
        if self.has_served_peer(socket) {
            return Err(ServeError::Knot);
        }
        self.registry
            .register(&mut SourceFd(&socket.as_raw_fd()), event_token, mio::Interest::READABLE)
            .map_err(ServeError::Register)?;
        match &name {
            Some(Name::Koid(koid)) => drop(self.named.insert(*koid, id)),
            Some(Name::Accepted(name)) => *self.accepted_as.entry(name.clone()).or_default() += 1,
            None => {}
        }
        Ok(name)
    }

    /// Whether the other end of a socket is served here.
    pub(crate) fn has_served_peer(&self, socket: &zx::Channel) -> bool {
        let Some(name) = socket.peer_name() else { return false };
        self.accepted_as.contains_key(&name)
            || socket.peer_name_koid().is_some_and(|koid| self.named.contains_key(&koid))
    }
}

/// One less of those that count under `key`, which is forgotten with the last.
fn discount<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        *count.get_mut() -= 1;
        if *count.get() == 0 {
            count.remove();
        }
    }
}

/// The channel that an event of the loop is about; `None` if it is not about a channel.
pub(crate) fn channel_of(token: mio::Token) -> Option<ChannelId> {
    let number = token.0.checked_sub(FIRST_EVENT_TOKEN)?;
    u64::try_from(number).ok().map(ChannelId)
}

fn event_token(id: ChannelId) -> Option<mio::Token> {
    let number = usize::try_from(id.0).ok()?;
    number.checked_add(FIRST_EVENT_TOKEN).map(mio::Token)
}

fn name_end(socket: &zx::Channel) -> Result<Koid, zx::BindError> {
    let mut result = Err(zx::BindError::KoidTaken);
    for _ in 0..KOID_DRAWS {
        let koid = Koid::random();
        result = socket.bind_koid(koid).map(|()| koid);
        if !matches!(result, Err(zx::BindError::KoidTaken)) {
            break;
        }
    }
    result
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Koid(error) => error.fmt(f),
            Self::Register(error) => write!(f, "cannot watch the channel: {error}"),
            Self::Knot => f.write_str("both ends of one channel were sent to be served"),
            Self::Quota => f.write_str("the client has as many channels as it may"),
            Self::Number => f.write_str("more channels than the event loop can count"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_a_token_has_a_koid_that_its_peer_can_read_until_it_is_closed() {
        let poll = mio::Poll::new().unwrap();
        let (closer, closed) = Closer::spawn().unwrap();
        let mut channels = Channels::new(poll.registry().try_clone().unwrap(), closer);
        let (client, server) = zx::Channel::pair().unwrap();
        let id = ChannelId(7);
        channels.serve(id, Service::Core(ChannelKind::Token), server, None).unwrap();
        let koid = client.peer_name_koid().unwrap();
        assert_eq!(channels.token(koid), Some(id));
        channels.close(id);
        assert_eq!(channels.token(koid), None);
        assert!(channels.get(id).is_none());
        drop(channels);
        closed.wait();
    }

    #[test]
    fn objects_a_socket_that_already_has_a_name_is_refused_as_a_token() {
        let poll = mio::Poll::new().unwrap();
        let (closer, _closed) = Closer::spawn().unwrap();
        let mut channels = Channels::new(poll.registry().try_clone().unwrap(), closer);
        let (_client, server) = zx::Channel::pair().unwrap();
        server.bind_koid(Koid::random()).unwrap();
        let error = channels
            .serve(ChannelId(1), Service::Core(ChannelKind::Token), server, None)
            .unwrap_err();
        assert!(matches!(error, ServeError::Koid(zx::BindError::AlreadyNamed)), "{error}");
        assert!(channels.ids().is_empty());
    }

    #[test]
    fn objects_no_end_is_served_whose_peer_is() {
        let poll = mio::Poll::new().unwrap();
        let (closer, _closed) = Closer::spawn().unwrap();
        let mut channels = Channels::new(poll.registry().try_clone().unwrap(), closer);
        let kinds = [ChannelKind::Token, ChannelKind::Collection, ChannelKind::Group];
        for (number, kind) in (0..).zip(kinds) {
            let (one, other) = zx::Channel::pair().unwrap();
            let id = ChannelId(number);
            channels.serve(id, Service::Core(kind), one, None).unwrap();
            let error =
                channels.serve(ChannelId(99), Service::Core(kind), other, None).unwrap_err();
            assert!(matches!(error, ServeError::Knot), "{error}");
            channels.close(id);
        }
        assert!(channels.named.is_empty() && channels.per_client.is_empty());
    }

    #[test]
    fn objects_a_client_has_so_many_channels_and_no_more() {
        let poll = mio::Poll::new().unwrap();
        let (closer, _closed) = Closer::spawn().unwrap();
        let mut channels = Channels::new(poll.registry().try_clone().unwrap(), closer);
        channels.max_per_client = 2;
        let client = |pid| Some(Credentials { pid: NonZeroU32::new(pid), uid: 0, gid: 0 });
        let mut peers = Vec::new();
        let mut serve = |channels: &mut Channels, number, pid| {
            let (peer, server) = zx::Channel::pair().unwrap();
            peers.push(peer);
            let service = Service::Core(ChannelKind::Collection);
            channels.serve(ChannelId(number), service, server, client(pid))
        };
        serve(&mut channels, 1, 7).unwrap();
        serve(&mut channels, 2, 7).unwrap();
        let error = serve(&mut channels, 3, 7).unwrap_err();
        assert!(matches!(error, ServeError::Quota), "{error}");
        serve(&mut channels, 4, 8).unwrap();
        channels.close(ChannelId(1));
        serve(&mut channels, 5, 7).unwrap();
    }

    #[test]
    fn event_tokens_and_channel_numbers_convert_both_ways() {
        for number in [0, 1, 1 << 40] {
            let token = event_token(ChannelId(number)).unwrap();
            assert_eq!(channel_of(token), Some(ChannelId(number)));
        }
        assert_eq!(channel_of(mio::Token(FIRST_EVENT_TOKEN - 1)), None);
    }
}
