//! The channels that are served: by number, and tokens also by koid.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::os::fd::AsRawFd;

use mio::unix::SourceFd;
use rustix::net::{Shutdown, shutdown};
use sysmem_core::{ChannelId, ChannelKind};
use zx::{Credentials, Koid};

use crate::closer::Closer;

/// Tokens of the event loop below this one are not channels.
const FIRST_EVENT_TOKEN: usize = 16;

/// How often a koid is drawn until one is free. A second time is a matter of centuries.
const KOID_DRAWS: u32 = 8;

/// All channels that are served now.
#[derive(Debug)]
pub(crate) struct Channels {
    served: BTreeMap<ChannelId, Served>,
    tokens: HashMap<Koid, ChannelId>,
    registry: mio::Registry,
    closer: Closer,
}

/// One served channel.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) socket: zx::Channel,
    pub(crate) kind: ChannelKind,
    /// Who connected to the Allocator by which this channel came to be, if it is known.
    pub(crate) client: Option<Credentials>,
    /// It stands in the queue of channels to be read.
    pub(crate) queued: bool,
    /// Nothing more is read from it: it has failed and waits to be closed.
    pub(crate) deaf: bool,
    koid: Option<Koid>,
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
}

impl Channels {
    pub(crate) fn new(registry: mio::Registry, closer: Closer) -> Self {
        Self { served: BTreeMap::new(), tokens: HashMap::new(), registry, closer }
    }

    /// Serves `socket` as channel `id` from now on. A token gets its koid
    /// (`linux-objects.md`, Token identity 1).
    ///
    /// # Errors
    ///
    /// See [`ServeError`]. The socket is closed then.
    pub(crate) fn serve(
        &mut self,
        id: ChannelId,
        kind: ChannelKind,
        socket: zx::Channel,
        client: Option<Credentials>,
    ) -> Result<(), ServeError> {
        let result = self.admit(id, kind, &socket);
        match result {
            Ok(koid) => {
                let served = Served { socket, kind, client, queued: false, deaf: false, koid };
                self.served.insert(id, served);
                Ok(())
            }
            Err(error) => {
                self.closer.close_served(socket);
                Err(error)
            }
        }
    }

    /// Ends a channel: the peer sees it at once, whoever else holds a copy of our end.
    pub(crate) fn close(&mut self, id: ChannelId) {
        let Some(served) = self.served.remove(&id) else { return };
        if let Some(koid) = served.koid {
            self.tokens.remove(&koid);
        }
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

    /// The live token with this koid.
    pub(crate) fn token(&self, koid: Koid) -> Option<ChannelId> {
        self.tokens.get(&koid).copied()
    }

    /// Every channel that is served now.
    pub(crate) fn ids(&self) -> Vec<ChannelId> {
        self.served.keys().copied().collect()
    }

    fn admit(
        &mut self,
        id: ChannelId,
        kind: ChannelKind,
        socket: &zx::Channel,
    ) -> Result<Option<Koid>, ServeError> {
        let event_token = event_token(id).ok_or(ServeError::Number)?;
        let koid = match kind {
            ChannelKind::Token => Some(name_token(socket).map_err(ServeError::Koid)?),
            ChannelKind::Allocator | ChannelKind::Collection | ChannelKind::Group => None,
        };
        self.registry
            .register(&mut SourceFd(&socket.as_raw_fd()), event_token, mio::Interest::READABLE)
            .map_err(ServeError::Register)?;
        if let Some(koid) = koid {
            self.tokens.insert(koid, id);
        }
        Ok(koid)
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

fn name_token(socket: &zx::Channel) -> Result<Koid, zx::BindError> {
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
        channels.serve(id, ChannelKind::Token, server, None).unwrap();
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
        let error = channels.serve(ChannelId(1), ChannelKind::Token, server, None).unwrap_err();
        assert!(matches!(error, ServeError::Koid(zx::BindError::AlreadyNamed)), "{error}");
        assert!(channels.ids().is_empty());
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
