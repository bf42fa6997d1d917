//! `linux.sysmem/Inspector`: who may look, and what there is to be seen.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::*;
use sysmem_fidl::fuchsia_sysmem2::{
    AllocatorSetDebugClientInfoRequest, CPU_USAGE_READ, CPU_USAGE_WRITE,
    NodeSetDebugClientInfoRequest, NodeSetNameRequest,
};
use sysmem_fidl::linux_sysmem::{
    self as flinux, Awaited, ChannelState, InspectError, InspectorProxy,
    InspectorTakeSnapshotMethod, Snapshot, Stage, Strength,
};
use sysmem_server::{Discoverable, EmbeddedServer};

type Inspector = InspectorProxy<Wire>;

fn inspector(server: &EmbeddedServer) -> Inspector {
    InspectorProxy::new(Wire::new(server.connect_to(Discoverable::Inspector).unwrap()))
}

fn read(response: flinux::InspectorTakeSnapshotResponse<sysmem_fidl::Handle>) -> Snapshot {
    let memory = response.snapshot.unwrap().into();
    let bytes = zx::read_frozen(&memory, response.size_bytes.unwrap()).unwrap();
    fidl::unpersist::<Snapshot>(&bytes).unwrap()
}

fn snapshot(server: &EmbeddedServer) -> Snapshot {
    read(inspector(server).take_snapshot().unwrap().unwrap())
}

/// A thousand collections, each known to the service.
fn many_tokens(allocator: &Allocator) -> Vec<Token> {
    let known = |_| {
        let token = shared_token(allocator);
        token.sync().unwrap();
        token
    };
    (0..1000).map(known).collect()
}

#[test]
fn inspector_shows_the_tree_with_its_clients_and_what_is_awaited() {
    let server = server();
    let allocator = connect(&server);
    let name = Some("tester".to_owned());
    allocator.set_debug_client_info(AllocatorSetDebugClientInfoRequest { name, id: Some(9) });
    let token = shared_token(&allocator);
    token.set_name(NodeSetNameRequest { priority: Some(1), name: Some("frames".to_owned()) });
    let child = duplicate(&token);
    let name = Some("absent".to_owned());
    child.set_debug_client_info(NodeSetDebugClientInfoRequest { name, id: None });
    let _ = token.sync();
    let _ = child.sync();
    let id = token.get_buffer_collection_id().unwrap().buffer_collection_id;
    let root = bind(&allocator, token);
    set_constraints(&root, CPU_USAGE_READ, 3);
    let _ = root.sync();

    let snapshot = snapshot(&server);
    let [collection] = <[_; 1]>::try_from(snapshot.collections.unwrap()).unwrap();
    assert_eq!((collection.id, collection.name.as_deref()), (id, Some("frames")));
    assert_eq!(collection.stage, Some(Stage::GATHERING));
    let [root_node, child_node] = <[_; 2]>::try_from(collection.nodes.unwrap()).unwrap();
    let own = Some(std::process::id());
    for node in [&root_node, &child_node] {
        assert_eq!(node.client.as_ref().unwrap().pid, own);
        assert_eq!(node.channel, Some(ChannelState::OPEN));
    }
    assert_eq!(root_node.debug_name.as_deref(), Some("tester"));
    let constraints = root_node.constraints.unwrap();
    assert_eq!(constraints.min_buffer_count_for_camping, Some(3));
    assert_eq!((root_node.awaited, child_node.awaited), (None, Some(Awaited::TURN_IN)));
    assert_eq!(child_node.debug_name.as_deref(), Some("absent (was tester)"));
    assert_eq!(child_node.parent, root_node.id);
    let [connection] = <[_; 1]>::try_from(snapshot.connections.unwrap()).unwrap();
    assert_eq!((connection.debug_id, connection.collection_count), (Some(9), Some(1)));
    assert_eq!(snapshot.service.unwrap().pid, own);
}

#[test]
fn inspector_sees_a_thousand_collections() {
    let server = server();
    let allocator = connect(&server);
    let _tokens = many_tokens(&allocator);
    let snapshot = snapshot(&server);
    let collections = snapshot.collections.unwrap();
    assert_eq!(collections.len(), 1000);
    let ids: Vec<_> = collections.iter().map(|collection| collection.id).collect();
    assert!(ids.is_sorted());
    assert!(collections.iter().all(|one| one.nodes.as_ref().is_some_and(|all| all.len() == 1)));
}

#[test]
fn inspector_calls_that_wait_share_a_snapshot_and_too_many_are_refused() {
    let server = server();
    let inspector = inspector(&server);
    let wire = inspector.caller();
    let calls: Vec<_> = (0..100).map(|_| wire.start::<InspectorTakeSnapshotMethod>(())).collect();
    let mut answers = 0;
    let mut refusals = 0;
    // Those that are refused are told first.
    let mut left = calls;
    while !left.is_empty() {
        match wire.finish_any::<InspectorTakeSnapshotMethod>(&mut left).unwrap() {
            Ok(response) => {
                assert!(read(response).collections.unwrap().is_empty());
                answers += 1;
            }
            Err(error) => {
                assert_eq!(error, InspectError::TOO_MANY_CALLS);
                refusals += 1;
            }
        }
    }
    assert!(answers >= 16, "{answers} answers, {refusals} refusals");
}

#[test]
fn inspector_leaves_others_their_turns() {
    let server = server();
    let allocator = connect(&server);
    let _tokens = many_tokens(&allocator);
    let stop = Arc::new(AtomicBool::new(false));
    let threads = [(); 4].map(|()| {
        let (inspector, stop) = (inspector(&server), Arc::clone(&stop));
        std::thread::spawn(move || {
            let wire = inspector.caller();
            let mut answers = 0;
            while !stop.load(Ordering::Relaxed) {
                let start = |_| wire.start::<InspectorTakeSnapshotMethod>(());
                let mut calls: Vec<_> = (0..8).map(start).collect();
                while !calls.is_empty() {
                    let answer = wire.finish_any::<InspectorTakeSnapshotMethod>(&mut calls);
                    assert!(answer.unwrap().unwrap().snapshot.is_some());
                    answers += 1;
                }
            }
            answers
        })
    });
    for _ in 0..100 {
        assert_serves(&allocator);
    }
    stop.store(true, Ordering::Relaxed);
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() > 0));
}

#[test]
fn inspector_changes_nothing() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ | CPU_USAGE_WRITE, 2);
    assert_eq!(wait_for_buffers(&collection).len(), 2);
    let first = snapshot(&server);
    let second = snapshot(&server);
    assert!(first.ended <= second.began);
    assert_eq!(first.collections, second.collections);
    let [seen] = <[_; 1]>::try_from(second.collections.unwrap()).unwrap();
    assert_eq!((seen.stage, seen.buffer_count), (Some(Stage::ALLOCATED), Some(2)));
    assert!(seen.settings.is_some() && seen.allocation_id.is_some());
    assert_serves(&allocator);
}

#[test]
fn inspector_names_who_holds_a_buffer_also_when_the_collection_is_gone() {
    let server = server();
    let allocator = connect(&server);
    let name = Some("keeper".to_owned());
    allocator.set_debug_client_info(AllocatorSetDebugClientInfoRequest { name, id: Some(5) });
    let collection = sole_collection(&allocator);
    let id = collection.get_buffer_collection_id().unwrap().buffer_collection_id;
    set_constraints(&collection, CPU_USAGE_READ, 2);
    let mut buffers = wait_for_buffers(&collection);
    let [seen] = <[_; 1]>::try_from(snapshot(&server).allocations.unwrap()).unwrap();
    assert_eq!((seen.collection_id, seen.held_by_collection), (id, Some(true)));
    assert_eq!(seen.buffers.unwrap().len(), 2);

    collection.release();
    drop(collection);
    // Both are kept by their handles alone; the second is not kept at all.
    drop(buffers.pop());
    let kept = buffers[0].vmo.as_ref().unwrap();
    let identity = rustix::fs::fstat(kept).unwrap().st_ino;
    let seen = loop {
        let snapshot = snapshot(&server);
        let [seen] = <[_; 1]>::try_from(snapshot.allocations.unwrap()).unwrap();
        if seen.buffers.as_ref().unwrap().len() == 1 {
            assert!(snapshot.collections.unwrap().is_empty());
            break seen;
        }
    };
    assert_eq!((seen.collection_id, seen.held_by_collection), (id, Some(false)));
    let [buffer] = <[_; 1]>::try_from(seen.buffers.unwrap()).unwrap();
    assert_eq!((buffer.index, buffer.memory.unwrap().ino), (Some(0), identity));
    let [holder] = <[_; 1]>::try_from(buffer.holders.unwrap()).unwrap();
    assert_eq!((holder.debug_name.as_deref(), holder.debug_id), (Some("keeper"), Some(5)));
    assert_eq!(holder.pid, Some(std::process::id()));
    assert_eq!(holder.strength, Some(Strength::STRONG));

    drop(buffers);
    while !snapshot(&server).allocations.unwrap().is_empty() {}
}
