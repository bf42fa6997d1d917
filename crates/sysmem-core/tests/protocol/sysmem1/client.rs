//! Clients of the first version as objects.

use std::ops::Deref;

use fidl::{ClientEnd, ServerEnd};
use sysmem_core::{ChannelKind, v1};
use sysmem_fidl::fuchsia_sysmem::*;

use crate::client::{Call, Client};
use crate::handle::{Object, Pair};
use crate::sysmem1::Notice;
use crate::wires::Answer;
use crate::world::World;

pub const ALL_RIGHTS: u32 = u32::MAX;
pub const BAD_STATE: Option<i32> = Some(-20);
pub const INVALID_ARGS: Option<i32> = Some(-10);
pub const NO_RESOURCES: Option<i32> = Some(-3);
pub const NOT_SUPPORTED: Option<i32> = Some(-2);
pub const INTERNAL: Option<i32> = Some(-1);

/// A connection to the Allocator.
pub struct Allocator(Client);

/// A token. Its channel serves clients of either version.
#[derive(Clone)]
pub struct Token(pub Client);

/// A participant's view.
pub struct View(Client);

/// The server's end of the channel that events come on, which the client has.
pub struct EventSink {
    world: World,
    pair: Pair,
}

impl Allocator {
    pub fn connect(world: &World) -> Self {
        let pair = world.driver().connect_to(ChannelKind::AllocatorV1);
        Self(Client { world: world.clone(), pair })
    }

    pub fn shared_token(&self) -> Token {
        let (token, end) = self.new_channel(ChannelKind::Token);
        self.send::<AllocatorAllocateSharedCollectionMethod>(
            AllocatorAllocateSharedCollectionRequest { token_request: end.expect("an end") },
        );
        Token(token)
    }

    pub fn sole_view(&self) -> View {
        let view = self.new_view();
        self.serve_alone(&view);
        view
    }

    /// A view that the server does not know yet.
    pub fn new_view(&self) -> View {
        let pair = self.world.driver().wires.new_pair(ChannelKind::View);
        View(Client { world: self.world.clone(), pair })
    }

    pub fn serve_alone(&self, view: &View) {
        let collection_request = ServerEnd::new(self.world.handle(Object::ServerEnd(view.pair)));
        self.send::<AllocatorAllocateNonSharedCollectionMethod>(
            AllocatorAllocateNonSharedCollectionRequest { collection_request },
        );
    }

    pub fn bind(&self, token: &Client) -> View {
        let view = self.new_view();
        self.bind_to(Object::ClientEnd(token.pair), &view);
        view
    }

    /// Turns in whatever it is.
    pub fn bind_to(&self, token: Object, view: &View) {
        let buffer_collection_request =
            ServerEnd::new(self.world.handle(Object::ServerEnd(view.pair)));
        let token = ClientEnd::new(self.world.handle(token));
        self.send::<AllocatorBindSharedCollectionMethod>(AllocatorBindSharedCollectionRequest {
            token,
            buffer_collection_request,
        });
    }

    pub fn knows(&self, token: &Token) -> bool {
        let request =
            AllocatorValidateBufferCollectionTokenRequest { token_server_koid: token.pair.0 };
        let call = self.call::<AllocatorValidateBufferCollectionTokenMethod>(request);
        match call.v1_answer() {
            v1::Reply::IsTokenKnown(_, known) => known,
            other => panic!("{other:?}"),
        }
    }

    pub fn set_debug_info(&self, name: &str, id: u64) {
        let request = AllocatorSetDebugClientInfoRequest { name: name.into(), id };
        self.send::<AllocatorSetDebugClientInfoMethod>(request);
    }
}

impl Token {
    pub fn duplicate(&self) -> Self {
        self.duplicate_with(ALL_RIGHTS)
    }

    pub fn duplicate_with(&self, rights_attenuation_mask: u32) -> Self {
        let child = self.queue_duplicate(rights_attenuation_mask);
        self.world.settle();
        child
    }

    /// Sends `Duplicate` without the server looking yet.
    pub fn queue_duplicate(&self, rights_attenuation_mask: u32) -> Self {
        let (token, end) = self.new_channel(ChannelKind::Token);
        self.queue::<BufferCollectionTokenDuplicateMethod>(BufferCollectionTokenDuplicateRequest {
            rights_attenuation_mask,
            token_request: end.expect("an end"),
        });
        Self(token)
    }

    pub fn sync(&self) -> Call {
        self.call::<BufferCollectionTokenSyncMethod>(())
    }

    /// Says `Close`.
    pub fn done(&self) {
        self.send::<BufferCollectionTokenCloseMethod>(());
    }

    /// The clean way to leave.
    pub fn leave(&self) {
        self.done();
        self.close();
    }
}

impl View {
    pub fn set_sink(&self) -> EventSink {
        let pair = self.world.driver().wires.new_pair(ChannelKind::View);
        let events = ClientEnd::new(self.world.handle(Object::ClientEnd(pair)));
        let request = BufferCollectionSetEventSinkRequest { events };
        self.send::<BufferCollectionSetEventSinkMethod>(request);
        EventSink { world: self.world.clone(), pair }
    }

    pub fn sync(&self) -> Call {
        self.call::<BufferCollectionSyncMethod>(())
    }

    pub fn constrain(&self, constraints: BufferCollectionConstraints) {
        self.queue_constraints(constraints);
        self.world.settle();
    }

    pub fn queue_constraints(&self, constraints: BufferCollectionConstraints) {
        let request = BufferCollectionSetConstraintsRequest { has_constraints: true, constraints };
        self.queue::<BufferCollectionSetConstraintsMethod>(request);
    }

    /// Has no constraints.
    pub fn accept_anything(&self) {
        self.send::<BufferCollectionSetConstraintsMethod>(Default::default());
    }

    pub fn wait(&self) -> Call {
        self.call::<BufferCollectionWaitForBuffersAllocatedMethod>(())
    }

    pub fn check(&self) -> Call {
        self.call::<BufferCollectionCheckBuffersAllocatedMethod>(())
    }

    pub fn set_aux(&self, need: bool, allow: bool) {
        self.send::<BufferCollectionSetConstraintsAuxBuffersMethod>(
            BufferCollectionSetConstraintsAuxBuffersRequest {
                constraints: BufferCollectionConstraintsAuxBuffers {
                    need_clear_aux_buffers_for_secure: need,
                    allow_clear_aux_buffers_for_secure: allow,
                },
            },
        );
    }

    pub fn get_aux(&self) -> Call {
        self.call::<BufferCollectionGetAuxBuffersMethod>(())
    }

    /// Says `Close`.
    pub fn done(&self) {
        self.send::<BufferCollectionCloseMethod>(());
    }

    /// The clean way to leave.
    pub fn leave(&self) {
        self.done();
        self.close();
    }
}

impl EventSink {
    /// What has come since one last looked.
    pub fn take(&self) -> Vec<Notice> {
        let mut driver = self.world.driver();
        driver.wires.events.get_mut(&self.pair).map(std::mem::take).unwrap_or_default()
    }

    /// Whether the server has dropped its end.
    pub fn is_dropped(&self) -> bool {
        !self.world.driver().wires.channels[&self.pair].client_open
    }
}

impl Call {
    pub fn v1_answer(&self) -> v1::Reply {
        match self.answer() {
            Answer::V1(reply) => *reply,
            other => panic!("{other:?}"),
        }
    }

    /// Of a wait.
    pub fn outcome(&self) -> v1::Outcome {
        match self.v1_answer() {
            v1::Reply::Buffers(_, outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    /// Of a check.
    pub fn status(&self) -> i32 {
        match self.v1_answer() {
            v1::Reply::Check(_, status) => status,
            other => panic!("{other:?}"),
        }
    }
}

impl Deref for Allocator {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl Deref for Token {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl Deref for View {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}
