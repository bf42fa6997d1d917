//! Clients as objects: their channels, and the calls that they make.

use fidl::{ClientEnd, OneWay, RequestValue, ServerEnd, TwoWay, TwoWayRequestValue, Txid};
use fsysmem2::{BufferCollectionConstraints, Error};
use sysmem_core::{ChannelKind, Delivery, NodeId};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::handle::{Object, Pair, SimHandle};
use crate::wires::Answer;
use crate::world::World;

pub const SAME_RIGHTS: u32 = 0x8000_0000;
pub const NO_WRITE: u32 = !0x8;
pub const INTERNAL: Option<i32> = Some(-1);

/// A client's end of a channel. It stays open until [`Client::close`].
#[derive(Clone)]
pub struct Client {
    pub world: World,
    pub pair: Pair,
}

/// The end of an eventpair that a client has kept.
pub struct Tracker {
    world: World,
    number: u64,
}

impl Tracker {
    /// Whether the core has closed the other end.
    pub fn is_closed(&self) -> bool {
        self.world.driver().wires.closed_eventpairs.contains(&self.number)
    }
}

/// A call that has no answer yet, or nobody has looked at.
pub struct Call {
    client: Client,
    txid: Txid,
}

/// Channels, and what is common to all nodes.
impl Client {
    pub fn send<M: OneWay<SimHandle>>(&self, request: RequestValue<M, SimHandle>) {
        self.queue::<M>(request);
        self.world.settle();
    }

    /// Sends without the server looking yet.
    pub fn queue<M: OneWay<SimHandle>>(&self, request: RequestValue<M, SimHandle>) {
        self.world.driver().wires.send::<M>(self.pair, request);
    }

    pub fn call<M: TwoWay<SimHandle>>(&self, request: TwoWayRequestValue<M, SimHandle>) -> Call {
        let txid = self.world.driver().wires.call::<M>(self.pair, request);
        self.world.settle();
        Call { client: self.clone(), txid }
    }

    pub fn send_raw(&self, bytes: Vec<u8>) {
        self.world.driver().wires.send_raw(self.pair, bytes, Vec::new());
        self.world.settle();
    }

    pub fn close(&self) {
        self.world.driver().wires.close(self.pair);
        self.world.settle();
    }

    pub fn release(&self) {
        self.send::<fsysmem2::NodeReleaseMethod>(());
    }

    /// The clean way to leave.
    pub fn release_and_close(&self) {
        self.release();
        self.close();
    }

    pub fn sync(&self) -> Call {
        self.call::<fsysmem2::NodeSyncMethod>(())
    }

    pub fn is_open(&self) -> bool {
        self.world.driver().wires.channels[&self.pair].ended.is_none()
    }

    /// With what epitaph the server has closed.
    pub fn epitaph(&self) -> Option<i32> {
        let ended = self.world.driver().wires.channels[&self.pair].ended;
        ended.unwrap_or_else(|| panic!("{:?} is open", self.pair))
    }

    pub fn set_name(&self, priority: u32, name: &str) {
        self.send::<fsysmem2::NodeSetNameMethod>(fsysmem2::NodeSetNameRequest {
            priority: Some(priority),
            name: Some(name.into()),
        });
    }

    pub fn set_debug_info(&self, name: &str, id: u64) {
        self.send::<fsysmem2::NodeSetDebugClientInfoMethod>(
            fsysmem2::NodeSetDebugClientInfoRequest { name: Some(name.into()), id: Some(id) },
        );
    }

    pub fn collection_id(&self) -> u64 {
        match self.call::<fsysmem2::NodeGetBufferCollectionIdMethod>(()).answer() {
            Answer::CollectionId(id) => id,
            other => panic!("{other:?}"),
        }
    }

    pub fn node_ref(&self) -> NodeId {
        match self.call::<fsysmem2::NodeGetNodeRefMethod>(()).answer() {
            Answer::NodeRef(node) => node,
            other => panic!("{other:?}"),
        }
    }

    pub fn is_alternate_for(&self, node: NodeId) -> Result<bool, Error> {
        let node_ref = Some(self.world.handle(Object::NodeRef(node)));
        let request = fsysmem2::NodeIsAlternateForRequest { node_ref };
        match self.call::<fsysmem2::NodeIsAlternateForMethod>(request).answer() {
            Answer::IsAlternate(result) => result,
            other => panic!("{other:?}"),
        }
    }

    pub fn set_weak(&self) {
        self.send::<fsysmem2::NodeSetWeakMethod>(());
    }

    pub fn set_weak_ok(&self, for_child_nodes_also: bool) {
        let for_child_nodes_also = Some(for_child_nodes_also);
        self.send::<fsysmem2::NodeSetWeakOkMethod>(fsysmem2::NodeSetWeakOkRequest {
            for_child_nodes_also,
        });
    }

    /// An eventpair that closes with the node.
    pub fn attach_node_tracking(&self) -> Tracker {
        let (tracker, server_end) = self.new_tracker();
        self.send::<fsysmem2::NodeAttachNodeTrackingMethod>(
            fsysmem2::NodeAttachNodeTrackingRequest { server_end },
        );
        tracker
    }

    /// A fresh eventpair, and one end of it to send.
    pub fn new_tracker(&self) -> (Tracker, Option<SimHandle>) {
        let (number, end) = self.world.driver().wires.new_eventpair();
        (Tracker { world: self.world.clone(), number }, Some(end))
    }

    /// A fresh channel, and the server's end of it.
    pub fn new_channel<P>(&self, kind: ChannelKind) -> (Self, Option<ServerEnd<P, SimHandle>>) {
        let pair = self.world.driver().wires.new_pair(kind);
        let end = self.world.handle(Object::ServerEnd(pair));
        (Self { world: self.world.clone(), pair }, Some(ServerEnd::new(end)))
    }
}

/// Allocator.
impl Client {
    pub fn shared_token(&self) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::AllocatorAllocateSharedCollectionMethod>(
            fsysmem2::AllocatorAllocateSharedCollectionRequest { token_request },
        );
        token
    }

    pub fn non_shared_collection(&self) -> Self {
        let (collection, collection_request) = self.new_channel(ChannelKind::Collection);
        self.send::<fsysmem2::AllocatorAllocateNonSharedCollectionMethod>(
            fsysmem2::AllocatorAllocateNonSharedCollectionRequest { collection_request },
        );
        collection
    }

    pub fn bind(&self, token: Self) -> Self {
        self.bind_end(Object::ClientEnd(token.pair))
    }

    /// Turns in whatever it is.
    pub fn bind_end(&self, object: Object) -> Self {
        let (collection, buffer_collection_request) = self.new_channel(ChannelKind::Collection);
        let token = Some(ClientEnd::new(self.world.handle(object)));
        self.send::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            fsysmem2::AllocatorBindSharedCollectionRequest { token, buffer_collection_request },
        );
        collection
    }

    pub fn knows(&self, token: &Self) -> bool {
        let token_server_koid = Some(token.pair.0);
        let request = fsysmem2::AllocatorValidateBufferCollectionTokenRequest { token_server_koid };
        let call = self.call::<fsysmem2::AllocatorValidateBufferCollectionTokenMethod>(request);
        match call.answer() {
            Answer::IsKnown(known) => known,
            other => panic!("{other:?}"),
        }
    }

    pub fn set_client_info(&self, name: &str, id: Option<u64>) {
        self.send::<fsysmem2::AllocatorSetDebugClientInfoMethod>(
            fsysmem2::AllocatorSetDebugClientInfoRequest { name: Some(name.into()), id },
        );
    }
}

/// Tokens and groups.
impl Client {
    pub fn duplicate(&self) -> Self {
        self.duplicate_with(SAME_RIGHTS)
    }

    pub fn duplicate_with(&self, mask: u32) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::BufferCollectionTokenDuplicateMethod>(
            fsysmem2::BufferCollectionTokenDuplicateRequest {
                rights_attenuation_mask: Some(mask),
                token_request,
            },
        );
        token
    }

    pub fn duplicate_sync(&self, masks: &[u32]) -> Call {
        self.call::<fsysmem2::BufferCollectionTokenDuplicateSyncMethod>(
            fsysmem2::BufferCollectionTokenDuplicateSyncRequest {
                rights_attenuation_masks: Some(masks.to_vec()),
            },
        )
    }

    pub fn set_dispensable(&self) {
        self.send::<fsysmem2::BufferCollectionTokenSetDispensableMethod>(());
    }

    pub fn group(&self) -> Self {
        let (group, group_request) = self.new_channel(ChannelKind::Group);
        self.send::<fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupMethod>(
            fsysmem2::BufferCollectionTokenCreateBufferCollectionTokenGroupRequest {
                group_request,
            },
        );
        group
    }

    pub fn child(&self) -> Self {
        self.child_with(None)
    }

    pub fn child_with(&self, mask: Option<u32>) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::BufferCollectionTokenGroupCreateChildMethod>(
            fsysmem2::BufferCollectionTokenGroupCreateChildRequest {
                token_request,
                rights_attenuation_mask: mask,
            },
        );
        token
    }

    pub fn all_children_present(&self) {
        self.send::<fsysmem2::BufferCollectionTokenGroupAllChildrenPresentMethod>(());
    }

    /// A group with `N` bound children, complete.
    pub fn group_of<const N: usize>(&self) -> (Self, [Self; N]) {
        let group = self.group();
        let children: [Self; N] = std::array::from_fn(|_| self.world.bind(group.child()));
        group.all_children_present();
        (group, children)
    }
}

/// Collections.
impl Client {
    pub fn set_constraints(&self, constraints: BufferCollectionConstraints) {
        self.send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
            fsysmem2::BufferCollectionSetConstraintsRequest {
                constraints: Some(constraints),
                must_match_vmo: None,
            },
        );
    }

    pub fn wait(&self) -> Call {
        self.call::<fsysmem2::BufferCollectionWaitForAllBuffersAllocatedMethod>(())
    }

    pub fn check(&self) -> Result<(), Error> {
        match self.call::<fsysmem2::BufferCollectionCheckAllBuffersAllocatedMethod>(()).answer() {
            Answer::Check(result) => result,
            other => panic!("{other:?}"),
        }
    }

    pub fn set_constraints_like(&self, constraints: BufferCollectionConstraints, like: Object) {
        let must_match_vmo = Some(self.world.handle(like));
        self.send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
            fsysmem2::BufferCollectionSetConstraintsRequest {
                constraints: Some(constraints),
                must_match_vmo,
            },
        );
    }

    /// An eventpair that closes when no more than so many buffers are left.
    pub fn attach_lifetime_tracking(&self, buffers_remaining: u32) -> Tracker {
        let (tracker, server_end) = self.new_tracker();
        self.send::<fsysmem2::BufferCollectionAttachLifetimeTrackingMethod>(
            fsysmem2::BufferCollectionAttachLifetimeTrackingRequest {
                server_end,
                buffers_remaining: Some(buffers_remaining),
            },
        );
        tracker
    }

    pub fn attach(&self) -> Self {
        self.attach_with(SAME_RIGHTS)
    }

    pub fn attach_with(&self, mask: u32) -> Self {
        let (token, token_request) = self.new_channel(ChannelKind::Token);
        self.send::<fsysmem2::BufferCollectionAttachTokenMethod>(
            fsysmem2::BufferCollectionAttachTokenRequest {
                rights_attenuation_mask: Some(mask),
                token_request,
            },
        );
        token
    }
}

impl Call {
    pub fn try_answer(&self) -> Option<Answer> {
        let mut driver = self.client.world.driver();
        driver.wires.take_answer(self.client.pair, self.txid)
    }

    pub const fn txid(&self) -> Txid {
        self.txid
    }

    pub fn is_unanswered(&self) -> bool {
        self.try_answer().is_none()
    }

    pub fn answer(&self) -> Answer {
        self.try_answer().unwrap_or_else(|| panic!("no answer on {:?}", self.client.pair))
    }

    /// Of a wait.
    pub fn buffers(&self) -> Delivery {
        self.result().unwrap_or_else(|error| panic!("no buffers: {error:?}"))
    }

    /// Of a wait that has failed.
    pub fn error(&self) -> Error {
        self.result().expect_err("an error")
    }

    /// Of `DuplicateSync` and `CreateChildrenSync`.
    pub fn tokens(&self) -> Vec<Client> {
        match self.answer() {
            Answer::Tokens(pairs) => {
                let world = &self.client.world;
                pairs.into_iter().map(|pair| Client { world: world.clone(), pair }).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn result(&self) -> Result<Delivery, Error> {
        match self.answer() {
            Answer::Buffers(result) => result.map(|delivery| *delivery),
            other => panic!("{other:?}"),
        }
    }
}
