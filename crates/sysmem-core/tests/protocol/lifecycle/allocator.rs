//! 10 to 20: the Allocator.

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::cpu;
use crate::handle::{Object, Pair};
use crate::wires::Answer;
use crate::world::World;

const BAD_STATE: Option<i32> = Some(-20);

fn vmo_info(
    allocator: &Client,
    request: fsysmem2::AllocatorGetVmoInfoRequest<crate::handle::SimHandle>,
) -> Result<sysmem_core::BufferName, fsysmem2::Error> {
    match allocator.call::<fsysmem2::AllocatorGetVmoInfoMethod>(request).answer() {
        Answer::VmoInfo(result) => result.map(|info| info.name),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lifecycle_s10_binding_an_unknown_token_closes_both_ends_and_nothing_else() {
    let world = World::new();
    let allocator = world.allocator();
    let unknown = world.foreign_token();
    let collection = allocator.bind(unknown.clone());
    assert_eq!(collection.epitaph(), None);
    assert!(!world.driver().wires.channels[&unknown.pair].client_open, "the token is dropped");
    assert!(allocator.is_open());
    assert!(allocator.shared_token().is_open());
    assert_eq!(world.log("the token is unknown").len(), 1);
}

#[test]
fn lifecycle_s11_a_missing_token_request_closes_the_allocator() {
    let world = World::new();
    let allocator = world.allocator();
    allocator.send::<fsysmem2::AllocatorAllocateSharedCollectionMethod>(
        fsysmem2::AllocatorAllocateSharedCollectionRequest { token_request: None },
    );
    assert_eq!(allocator.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s12_get_vmo_info_without_vmo_is_answered() {
    let world = World::new();
    let allocator = world.allocator();
    let result = vmo_info(&allocator, fsysmem2::AllocatorGetVmoInfoRequest::default());
    assert_eq!(result, Err(fsysmem2::Error::PROTOCOL_DEVIATION));
    assert!(allocator.is_open());
}

#[test]
fn lifecycle_s13_a_foreign_vmo_is_not_found() {
    let world = World::new();
    let allocator = world.allocator();
    let vmo = Some(world.handle(Object::Vmo));
    let request = fsysmem2::AllocatorGetVmoInfoRequest { vmo, ..Default::default() };
    assert_eq!(vmo_info(&allocator, request), Err(fsysmem2::Error::NOT_FOUND));
    let request = fsysmem2::AllocatorGetVmoInfoRequest {
        vmo: Some(world.handle(Object::Vmo)),
        need_weak: Some(true),
        ..Default::default()
    };
    assert_eq!(vmo_info(&allocator, request), Err(fsysmem2::Error::NOT_FOUND));
    assert!(allocator.is_open());
    assert!(world.log("").iter().all(|record| record.text.is_empty()), "probing is not logged");
}

#[test]
fn get_vmo_info_names_the_buffer_also_after_the_collection_has_failed() {
    let world = World::new();
    let collection = world.allocator().non_shared_collection();
    let id = collection.collection_id();
    collection.set_constraints(cpu(3, 64));
    let allocation = collection.wait().buffers().allocation;
    collection.close();
    assert!(!collection.is_open());

    let allocator = world.allocator();
    let request = || fsysmem2::AllocatorGetVmoInfoRequest {
        vmo: Some(world.handle(Object::Buffer(allocation, 2))),
        ..Default::default()
    };
    let expected = sysmem_core::BufferName { collection: id, index: 2 };
    assert_eq!(vmo_info(&allocator, request()), Ok(expected));

    world.driver().free(allocation);
    assert_eq!(vmo_info(&allocator, request()), Err(fsysmem2::Error::NOT_FOUND));
    assert!(allocator.is_open());
}

#[test]
fn lifecycle_s14_a_converted_token_is_not_known() {
    let world = World::new();
    let allocator = world.allocator();
    let token = allocator.shared_token();
    assert!(allocator.knows(&token));
    let collection = allocator.bind(token.clone());
    assert!(!allocator.knows(&token));
    assert!(!allocator.knows(&collection));
    assert!(!allocator.knows(&world.foreign_token()));
}

#[test]
fn lifecycle_s15_a_released_token_is_known_until_it_is_closed() {
    let world = World::new();
    let allocator = world.allocator();
    let root = allocator.shared_token();
    let token = root.duplicate();
    token.release();
    assert!(allocator.knows(&token));
    token.close();
    assert!(!allocator.knows(&token));
}

#[test]
fn lifecycle_s16_closing_the_allocator_does_not_disturb_the_token() {
    let world = World::new();
    let allocator = world.allocator();
    let token = allocator.shared_token();
    allocator.close();
    assert!(matches!(token.sync().answer(), Answer::Sync));
}

#[test]
fn lifecycle_s17_what_is_queued_on_a_token_takes_effect_before_it_is_converted() {
    let world = World::new();
    let token = world.shared_token();
    token.queue::<fsysmem2::NodeSetNameMethod>(fsysmem2::NodeSetNameRequest {
        priority: Some(1),
        name: Some("queued".into()),
    });
    let child = world.foreign_token();
    let end = fidl::ServerEnd::new(world.handle(Object::ServerEnd(child.pair)));
    token.queue::<fsysmem2::BufferCollectionTokenDuplicateMethod>(
        fsysmem2::BufferCollectionTokenDuplicateRequest {
            rights_attenuation_mask: Some(u32::MAX),
            token_request: Some(end),
        },
    );
    let collection = world.bind(token);
    assert!(child.is_open());
    let child = world.bind(child);
    collection.set_constraints(cpu(1, 64));
    child.set_constraints(cpu(1, 64));
    assert_eq!(child.wait().buffers().count, 2);
    assert_eq!(world.allocated_names(), ["queued"]);
}

#[test]
fn lifecycle_s18_the_allocators_debug_info_wins_over_what_is_queued() {
    let world = World::new();
    let token = world.shared_token();
    token.queue::<fsysmem2::NodeSetDebugClientInfoMethod>(
        fsysmem2::NodeSetDebugClientInfoRequest { name: Some("queued".into()), id: Some(1) },
    );
    let allocator = world.allocator();
    allocator.set_client_info("parked", Some(2));
    let collection = allocator.bind(token);
    collection.wait();
    let record = &world.log("before SetConstraints")[0];
    assert!(record.text.contains("client \"parked\" (2)"), "{}", record.text);
}

#[test]
fn lifecycle_s19_binding_a_released_token_fails_its_domain() {
    let world = World::new();
    let root = world.shared_token();
    let token = root.duplicate();
    token.release();
    let collection = world.bind(token.clone());
    assert_eq!(token.epitaph(), BAD_STATE);
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(collection.epitaph(), None);
}

/// Turns in ends that say they are `token`, all of them before anything is proven.
fn bind_at_once<const N: usize>(
    world: &World,
    token: &Client,
    end: [fn(Pair) -> Object; N],
) -> [Client; N] {
    let allocator = world.allocator();
    let collections = end.map(|end| {
        let (collection, buffer_collection_request) =
            allocator.new_channel(sysmem_core::ChannelKind::Collection);
        let token = Some(fidl::ClientEnd::new(world.handle(end(token.pair))));
        allocator.queue::<fsysmem2::AllocatorBindSharedCollectionMethod>(
            fsysmem2::AllocatorBindSharedCollectionRequest { token, buffer_collection_request },
        );
        collection
    });
    for _ in 0..N {
        assert!(world.driver().deliver(allocator.pair));
    }
    assert_eq!(world.driver().wires.turn_ins.len(), N);
    world.settle();
    assert!(allocator.is_open());
    collections
}

#[test]
fn who_holds_a_token_gets_it_whoever_else_says_so_at_the_same_time() {
    let world = World::new();
    let token = world.shared_token();
    let [forged, genuine, late] =
        bind_at_once(&world, &token, [Object::Impostor, Object::ClientEnd, Object::Impostor]);
    assert!(genuine.is_open());
    assert_eq!((forged.epitaph(), late.epitaph()), (None, None));
    assert_eq!(world.log("the token is unknown").len(), 2);
    genuine.set_constraints(cpu(1, 64));
    assert_eq!(genuine.wait().buffers().count, 1);
}

#[test]
fn a_copy_of_a_token_that_was_turned_in_is_unknown() {
    let world = World::new();
    let token = world.shared_token();
    let [first, second] = bind_at_once(&world, &token, [Object::ClientEnd, Object::ClientEnd]);
    assert!(first.is_open());
    assert_eq!(second.epitaph(), None);
    assert_eq!(world.log("the token is unknown").len(), 1);
}

#[test]
fn a_forged_name_does_not_fail_a_token_that_was_released() {
    let world = World::new();
    let root = world.shared_token();
    let token = root.duplicate();
    token.release();
    let [forged] = bind_at_once(&world, &token, [Object::Impostor]);
    assert_eq!(forged.epitaph(), None);
    assert_eq!(world.log("the token is unknown").len(), 1);
    assert!(token.is_open() && root.is_open());
    token.close();
    let root = world.bind(root);
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 1);
}

#[test]
fn an_end_that_only_says_it_is_a_token_changes_nothing() {
    let world = World::new();
    let token = world.shared_token();
    let collection = world.allocator().bind_end(Object::Impostor(token.pair));
    assert_eq!(collection.epitaph(), None);
    assert_eq!(world.log("the token is unknown").len(), 1);
    assert!(matches!(token.sync().answer(), Answer::Sync));
    let collection = world.bind(token);
    assert!(collection.is_open());
}

#[test]
fn who_leaves_while_somebody_pretends_to_have_the_token_leaves_in_order() {
    let world = World::new();
    let root = world.shared_token();
    let token = root.duplicate();
    let allocator = world.allocator();
    let collection = world.driver().wires.new_pair(sysmem_core::ChannelKind::Collection);
    let end = world.handle(Object::ServerEnd(collection));
    let impostor = world.handle(Object::Impostor(token.pair));
    allocator.queue::<fsysmem2::AllocatorBindSharedCollectionMethod>(
        fsysmem2::AllocatorBindSharedCollectionRequest {
            token: Some(fidl::ClientEnd::new(impostor)),
            buffer_collection_request: Some(fidl::ServerEnd::new(end)),
        },
    );
    token.queue::<fsysmem2::NodeReleaseMethod>(());
    for pair in [allocator.pair, token.pair] {
        assert!(world.driver().deliver(pair));
    }
    world.driver().wires.close(token.pair);
    assert!(world.driver().deliver(token.pair));
    world.settle();
    let root = world.bind(root);
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 1);
}

#[test]
fn lifecycle_s19_a_release_that_is_still_queued_counts_as_before_the_binding() {
    let world = World::new();
    let root = world.shared_token();
    let token = root.duplicate();
    token.queue::<fsysmem2::NodeReleaseMethod>(());
    let collection = world.bind_before_looking(&token);
    assert_eq!(token.epitaph(), BAD_STATE);
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(collection.epitaph(), None);
}

#[test]
fn a_malformed_message_in_the_queue_of_a_token_that_is_turned_in_fails_it() {
    let world = World::new();
    let root = world.shared_token();
    let token = root.duplicate();
    world.driver().wires.send_raw(token.pair, vec![1, 2, 3], Vec::new());
    let collection = world.bind_before_looking(&token);
    assert_eq!(token.epitaph(), Some(-10));
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(collection.epitaph(), None);
}

#[test]
fn lifecycle_s20_debug_info_needs_a_name_and_no_id() {
    let world = World::new();
    let allocator = world.allocator();
    allocator.set_client_info("somebody", None);
    let token = allocator.shared_token();
    token.send::<fsysmem2::NodeSetDebugClientInfoMethod>(fsysmem2::NodeSetDebugClientInfoRequest {
        name: Some("else".into()),
        id: None,
    });
    assert!(token.is_open() && allocator.is_open());

    token.send::<fsysmem2::NodeSetDebugClientInfoMethod>(fsysmem2::NodeSetDebugClientInfoRequest {
        name: None,
        id: Some(1),
    });
    assert_eq!(token.epitaph(), INTERNAL);
    allocator.send::<fsysmem2::AllocatorSetDebugClientInfoMethod>(
        fsysmem2::AllocatorSetDebugClientInfoRequest { name: None, id: Some(1) },
    );
    assert_eq!(allocator.epitaph(), INTERNAL);
}
