//! The Allocator protocol (`sysmem2-protocols.md` 2.3, 2.4).

use std::collections::VecDeque;

use fidl::{Handle, RequestSet};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::core::Core;
use crate::deviation::Deviation;
use crate::interface::{ChannelId, ChannelKind, Host, NodeId, Reply, Severity};
use crate::logical::{LogicalCollection, log_unknown_token};
use crate::shared::Served;
use crate::tree::debug_info::DebugInfo;
use crate::tree::node::{Kind, Participant, TurnIn};
use crate::tree::waits::Dialect;

impl<H: Handle> Core<H> {
    /// Handles a request; a deviation closes this channel alone.
    pub(crate) fn allocator_request(
        &mut self,
        channel: ChannelId,
        request: fsysmem2::AllocatorRequest<H>,
        host: &dyn Host<H>,
    ) {
        let Some(Served::Allocator(debug)) = self.shared.served(channel) else { return };
        let debug = debug.clone();
        let method = request.method_name();
        if let Err(deviation) = self.try_allocator_request(channel, debug, request, host) {
            self.allocator_deviation(channel, Some(method), &deviation);
        }
    }

    /// Ends an Allocator channel. Nodes that were made through it live on.
    pub(crate) fn allocator_deviation(
        &mut self,
        channel: ChannelId,
        method: Option<&str>,
        deviation: &Deviation,
    ) {
        self.end_allocator(channel, method, deviation, deviation.epitaph());
    }

    /// As [`Self::allocator_deviation`], with these last words.
    pub(crate) fn end_allocator(
        &mut self,
        channel: ChannelId,
        method: Option<&str>,
        deviation: &Deviation,
        epitaph: Option<i32>,
    ) {
        let Some(Served::Allocator(debug)) = self.shared.served(channel) else { return };
        let client = debug.clone().unwrap_or_default();
        let method = method.map(|name| format!("{name}: ")).unwrap_or_default();
        self.shared.log(Severity::Error, 0, format!("allocator of {client}: {method}{deviation}"));
        self.shared.close(channel, epitaph);
    }

    fn try_allocator_request(
        &mut self,
        channel: ChannelId,
        debug: Option<DebugInfo>,
        request: fsysmem2::AllocatorRequest<H>,
        host: &dyn Host<H>,
    ) -> Result<(), Deviation> {
        use fsysmem2::AllocatorRequest as Request;
        match request {
            Request::AllocateNonSharedCollection { payload } => {
                let end = required(payload.collection_request, "collection_request")?;
                self.new_private_collection(channel, Dialect::V2, end.into_handle(), debug)?;
            }
            Request::AllocateSharedCollection { payload } => {
                let end = required(payload.token_request, "token_request")?;
                self.new_shared_collection(channel, end.into_handle(), debug)?;
            }
            Request::BindSharedCollection { payload } => {
                let token = required(payload.token, "token")?;
                let field = "buffer_collection_request";
                let collection = required(payload.buffer_collection_request, field)?;
                let (token, collection) = (token.into_handle(), collection.into_handle());
                self.bind(Dialect::V2, token, collection, debug, host);
            }
            Request::ValidateBufferCollectionToken { payload, responder } => {
                let koid = required(payload.token_server_koid, "token_server_koid")?;
                let is_known = self.is_token_known(koid, host);
                self.shared.reply(channel, Reply::IsTokenKnown(responder, is_known));
            }
            Request::SetDebugClientInfo { payload } => {
                let name = required(payload.name, "name")?;
                self.name_allocator(channel, name, payload.id.unwrap_or_default());
            }
            Request::GetVmoInfo { payload, responder } => {
                let info = self.vmo_info(payload, debug, host);
                self.shared.reply(channel, Reply::VmoInfo(responder, info));
            }
        }
        Ok(())
    }

    /// A collection whose first token somebody has.
    pub(crate) fn new_shared_collection(
        &mut self,
        owner: ChannelId,
        end: H,
        debug: Option<DebugInfo>,
    ) -> Result<(), Deviation> {
        let root = Kind::Token { turn_ins: VecDeque::new() };
        self.new_collection(owner, ChannelKind::Token, end, root, debug)
    }

    /// A collection for one participant.
    pub(crate) fn new_private_collection(
        &mut self,
        owner: ChannelId,
        dialect: Dialect,
        end: H,
        debug: Option<DebugInfo>,
    ) -> Result<(), Deviation> {
        let root = Kind::Collection(Participant::new(dialect));
        self.new_collection(owner, dialect.collection(), end, root, debug)
    }

    /// Whether there is a live token with this koid now.
    pub(crate) fn is_token_known(&self, koid: u64, host: &dyn Host<H>) -> bool {
        host.token_with_koid(koid).and_then(|token| self.token(token)).is_some()
    }

    /// What the client of an Allocator calls itself, for nodes made through it from now on.
    pub(crate) fn name_allocator(&mut self, channel: ChannelId, name: String, id: u64) {
        if let Some(Served::Allocator(debug)) = self.shared.served_mut(channel) {
            *debug = Some(DebugInfo { name: name.into(), id });
        }
    }

    /// A logical collection with its root (2.4).
    fn new_collection(
        &mut self,
        owner: ChannelId,
        channel_kind: ChannelKind,
        end: H,
        root: Kind<H>,
        debug: Option<DebugInfo>,
    ) -> Result<(), Deviation> {
        self.shared.owners.check_collection(owner)?;
        let id = self.shared.collection_number();
        self.shared.owners.begin(id, owner);
        let node = NodeId(self.shared.number());
        let channel = self.shared.serve(channel_kind, end, Served::Node { collection: id, node });
        let collection = LogicalCollection::new(
            id,
            node,
            root,
            channel,
            debug.unwrap_or_default(),
            self.shared.now,
        );
        self.collections.insert(id, collection);
        self.on_collection(id, |_, _| {});
        Ok(())
    }

    /// Begins to turn a token in. A token that is not known is no deviation: both ends are dropped
    /// (2.5 step 1).
    pub(crate) fn bind(
        &mut self,
        dialect: Dialect,
        token: H,
        collection: H,
        debug: Option<DebugInfo>,
        host: &dyn Host<H>,
    ) {
        match host.token_of(&token).and_then(|channel| self.token(channel)) {
            Some(channel) => self.on_node(channel, |logical, shared, node| {
                logical.turn_in(shared, node, token, TurnIn { dialect, collection, debug });
            }),
            None => log_unknown_token(&mut self.shared, debug),
        }
    }

    /// The channel itself, if it is served for a live token.
    fn token(&self, channel: ChannelId) -> Option<ChannelId> {
        let Served::Node { collection, node } = self.shared.served(channel)? else { return None };
        self.collections.get(collection)?.is_token(*node).then_some(channel)
    }
}

/// The field, or the deviation that it is not set.
pub(crate) fn required<T>(field: Option<T>, name: &'static str) -> Result<T, Deviation> {
    field.ok_or(Deviation::MissingField(name))
}
