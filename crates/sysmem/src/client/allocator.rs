//! The entrance: connecting, making collections, turning tokens in.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fidl::{ClientEnd, Protocol, ServerEnd};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use zx::Channel;

use crate::blocking::Blocking;
use crate::client::{Collection, Token, VmoInfo, VmoQuery};
use crate::diagnostics::Diagnostics;
use crate::error::{ALLOCATOR, Error, ProtocolError};
use crate::ledger::Ledger;
use crate::transport::Transport;

/// Makes collections, and turns tokens into collections.
///
/// Dropping it has no effect on what was made through it.
#[derive(Debug)]
pub struct Allocator<C> {
    caller: C,
    ledger: Arc<Ledger>,
    diagnostics: Option<Diagnostics>,
}

impl Allocator<Blocking> {
    /// Waits for the service to close this connection, but no longer than this; false if it does
    /// not. Tells a service that is gone from a collection that has failed.
    ///
    /// # Errors
    ///
    /// What waiting says.
    pub fn wait_for_close(&self, timeout: Duration) -> Result<bool, Error> {
        // The service never speaks first here.
        self.caller.wait_readable(timeout)
    }
}

impl<C: Transport> Allocator<C> {
    /// Connects to the service of this system: the directory is the value of `SYSMEM_SVC`, else
    /// `$XDG_RUNTIME_DIR/sysmem`, else `/run/sysmem` (`linux-objects.md`, Service directories).
    ///
    /// # Errors
    ///
    /// [`Error::Connect`], which says where it looked and what to do.
    pub fn connect() -> Result<Self, Error> {
        Self::connect_in(&zx::service_directory())
    }

    /// Connects to the service in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`].
    pub fn connect_in(directory: &Path) -> Result<Self, Error> {
        let name = fsysmem2::AllocatorMarker::DISCOVERABLE.unwrap_or("fuchsia.sysmem2.Allocator");
        match zx::connect(directory.join(name)) {
            Ok(channel) => {
                let allocator = Self::from_channel(channel)?;
                Ok(allocator.with_diagnostics(Diagnostics::in_directory(directory)))
            }
            Err(source) => Err(Error::Connect { directory: directory.to_path_buf(), source }),
        }
    }

    /// Speaks to an Allocator over a channel that comes from elsewhere. Failures are told without
    /// an explanation, unless [`Allocator::with_diagnostics`] says who has one.
    ///
    /// # Errors
    ///
    /// [`Error::System`].
    pub fn from_channel(channel: Channel) -> Result<Self, Error> {
        let caller = C::over(channel, ALLOCATOR)?;
        Ok(Self { caller, ledger: Arc::default(), diagnostics: None })
    }

    /// Asks there why collections that are made or turned in through this connection from now on
    /// get no buffers, if they get none.
    #[must_use]
    pub fn with_diagnostics(self, diagnostics: Diagnostics) -> Self {
        Self { diagnostics: Some(diagnostics), ..self }
    }

    /// Sets who the service names in its log for what is made or turned in through this connection
    /// from now on. `name` has at most 256 bytes; `id` is usually that of the process.
    ///
    /// # Errors
    ///
    /// A closed channel, or a name that is too long.
    pub fn set_debug_info(&self, name: &str, id: u64) -> Result<(), Error> {
        self.caller.send::<fsysmem2::AllocatorSetDebugClientInfoMethod>(
            fsysmem2::AllocatorSetDebugClientInfoRequest {
                name: Some(name.to_owned()),
                id: Some(id),
            },
        )
    }

    /// Makes a collection for several participants, and gives its first token. Does not wait.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn new_shared_token(&self) -> Result<Token<C>, Error> {
        let (client, server) = Channel::pair().map_err(Error::System)?;
        let origin = self.ledger.enter();
        self.caller.send::<fsysmem2::AllocatorAllocateSharedCollectionMethod>(
            fsysmem2::AllocatorAllocateSharedCollectionRequest {
                token_request: Some(ServerEnd::new(server.into())),
            },
        )?;
        Token::new(client, origin)
    }

    /// Makes a collection for this participant alone. Does not wait.
    ///
    /// # Errors
    ///
    /// A closed channel, or no descriptors left.
    pub fn new_collection(&self) -> Result<Collection<C>, Error> {
        let (client, server) = Channel::pair().map_err(Error::System)?;
        self.caller.send::<fsysmem2::AllocatorAllocateNonSharedCollectionMethod>(
            fsysmem2::AllocatorAllocateNonSharedCollectionRequest {
                collection_request: Some(ServerEnd::new(server.into())),
            },
        )?;
        Collection::new(client, Arc::default(), self.diagnostics.clone())
    }

    /// Turns a token in. Does not wait. What was sent on the token before still takes effect, and
    /// before the first request on the collection.
    ///
    /// # Errors
    ///
    /// [`Error::NotSynced`] for a token that was made on another channel and is not known for sure:
    /// the service would drop it. A closed channel, or no descriptors left.
    pub fn bind(&self, token: Token<C>) -> Result<Collection<C>, Error> {
        if !token.is_known() && !token.is_made_on(&self.ledger) {
            return Err(Error::NotSynced);
        }
        let (client, server) = Channel::pair().map_err(Error::System)?;
        let (channel, ledger) = token.into_parts()?;
        self.caller.send::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            fsysmem2::AllocatorBindSharedCollectionRequest {
                token: Some(ClientEnd::new(channel.into())),
                buffer_collection_request: Some(ServerEnd::new(server.into())),
            },
        )?;
        Collection::new(client, ledger, self.diagnostics.clone())
    }

    /// Asks whether the service knows a token and could turn it in now.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn knows(&self, token: &Token<C>) -> C::Reply<bool> {
        // A token that the service has not named yet has no koid; no token has koid 1 << 63.
        let koid = token.server_koid().unwrap_or(1 << 63);
        let reply = self.caller.call::<fsysmem2::AllocatorValidateBufferCollectionTokenMethod>(
            fsysmem2::AllocatorValidateBufferCollectionTokenRequest {
                token_server_koid: Some(koid),
            },
        );
        C::map(reply, |response| {
            response.is_known.ok_or_else(|| ProtocolError::MissingField("is_known").into())
        })
    }

    /// Asks about a buffer. It works for as long as somebody has a handle to it, the query's own
    /// included, whatever has become of the collection.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for memory that is not of this service, or when no strong handle is left
    /// for a weak one to go with; a closed channel.
    pub fn vmo_info(&self, query: VmoQuery) -> C::Reply<VmoInfo> {
        let request = query.into();
        let reply = self.caller.call::<fsysmem2::AllocatorGetVmoInfoMethod>(request);
        C::map(reply, |response| VmoInfo::new(response.map_err(Error::Refused)?))
    }

    /// Gives the channel back.
    ///
    /// # Errors
    ///
    /// A closed channel.
    pub fn into_channel(self) -> Result<Channel, Error> {
        self.caller.into_channel()
    }

    /// What requests are sent through, for those that have no method here.
    pub fn caller(&self) -> &C {
        &self.caller
    }
}
