//! Sentences of `sysmem2-protocols.md` 7 that are about channels and descriptors, by real ones.
//! Those about weak handles are in `weak.rs`, those about rights in `rights.rs`; all others are
//! tested in the core.

mod common;

use common::memory::*;
use common::*;
use fidl::ClientEnd;
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::*;
use zx::{EventPair, Interest};

type Wait = BufferCollectionWaitForAllBuffersAllocatedMethod;

/// Two collections of one tree, of which the first has set its constraints.
fn one_is_ready(allocator: &Allocator) -> (Collection, Collection) {
    let token = shared_token(allocator);
    let child = duplicate(&token);
    let collections = (bind(allocator, token), bind(allocator, child));
    set_constraints(&collections.0, CPU_USAGE_WRITE, 1);
    collections
}

fn attach(collection: &Collection) -> Token {
    let (token, token_request) = Wire::pair();
    collection.attach_token(BufferCollectionAttachTokenRequest {
        rights_attenuation_mask: Some(u32::MAX),
        token_request: Some(token_request),
    });
    collection.sync().unwrap();
    Token::new(token)
}

fn knows(allocator: &Allocator, koid: zx::Koid) -> bool {
    let token_server_koid = Some(koid.get());
    let request = AllocatorValidateBufferCollectionTokenRequest { token_server_koid };
    allocator.validate_buffer_collection_token(request).unwrap().is_known.unwrap()
}

fn is_pending(collection: &Collection) -> bool {
    collection.check_all_buffers_allocated().unwrap() == Err(Error::PENDING)
}

fn is_silent(wire: &Wire) -> bool {
    !wire.channel.wait(Interest::Readable, Some(std::time::Duration::ZERO)).unwrap()
}

#[test]
fn lifecycle_s10_an_unknown_token_and_what_came_with_it_are_closed() {
    let server = server();
    let allocator = connect(&server);
    let (ours, theirs) = zx::Channel::pair().unwrap();
    let (collection, end) = Wire::pair();
    allocator.bind_shared_collection(AllocatorBindSharedCollectionRequest {
        token: Some(ClientEnd::new(theirs.into())),
        buffer_collection_request: Some(end),
    });
    assert_eq!(collection.end().epitaph, None);
    assert_eq!(Wire::new(ours).end().epitaph, None);
    assert_serves(&allocator);
}

#[test]
fn lifecycle_s15_a_released_token_is_known_until_its_client_end_is_closed() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let child = duplicate(&token);
    token.sync().unwrap();
    let koid = child.caller().channel.peer_name_koid().unwrap();
    assert!(knows(&allocator, koid));
    child.release();
    assert_serves(&allocator);
    assert!(knows(&allocator, koid));
    drop(child);
    // One round trip, or more if the server has heard of it before it has heard of the end.
    while knows(&allocator, koid) {
        token.sync().unwrap();
    }
}

#[test]
fn lifecycle_s16_a_closed_allocator_leaves_its_tokens_alone() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    drop(allocator);
    token.sync().unwrap();
    let other = connect(&server);
    let collection = bind(&other, token);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    assert_eq!(wait_for_buffers(&collection).len(), 1);
}

#[test]
fn lifecycle_s17_what_is_queued_on_a_token_comes_before_the_collection() {
    let server = server();
    let allocator = connect(&server);
    for _ in 0..50 {
        let token = shared_token(&allocator);
        let children: Vec<Token> = (0..20).map(|_| duplicate(&token)).collect();
        let collection = bind(&allocator, token);
        set_constraints(&collection, CPU_USAGE_READ, 1);
        // All children are part of it, and none is ready.
        assert!(is_pending(&collection));
        for child in &children {
            child.release();
        }
        drop(children);
        assert_eq!(wait_for_buffers(&collection).len(), 1);
        collection.release();
    }
}

#[test]
fn lifecycle_s21_the_server_keeps_a_released_channel_open() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    wait_for_buffers(&collection);
    collection.release();
    assert_serves(&allocator);
    assert!(is_silent(collection.caller()));
}

#[test]
fn lifecycle_s24_a_released_token_keeps_others_waiting_until_it_is_closed() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let child = duplicate(&token);
    let collection = bind(&allocator, token);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    child.release();
    assert_serves(&allocator);
    assert!(is_pending(&collection));
    let wait = collection.caller().start::<Wait>(());
    drop(child);
    assert!(collection.caller().finish::<Wait>(wait).unwrap().is_ok());
}

#[test]
fn lifecycle_s41_who_fails_through_somebody_else_gets_no_reply() {
    let server = server();
    let allocator = connect(&server);
    let (ready, other) = one_is_ready(&allocator);
    let wait = ready.caller().start::<Wait>(());
    assert_serves(&allocator);
    drop(other);
    let end = ready.caller().finish::<Wait>(wait).unwrap_err();
    assert_eq!(end.epitaph, Some(-1));
}

#[test]
fn lifecycle_s45_each_of_two_waits_gets_handles_of_its_own() {
    let server = server();
    let allocator = connect(&server);
    let (ready, other) = one_is_ready(&allocator);
    let waits = [(); 2].map(|()| ready.caller().start::<Wait>(()));
    assert_serves(&allocator);
    set_constraints(&other, CPU_USAGE_READ, 0);
    // In the order in which they were asked for: each reply has to be the next message.
    let handles = waits.map(|wait| {
        let response = ready.caller().finish::<Wait>(wait).unwrap().unwrap();
        let buffers = response.buffer_collection_info.unwrap().buffers.unwrap();
        the_only(buffers).vmo.unwrap()
    });
    assert!(!is_same_description(&handles[0], &handles[1]));
}

#[test]
fn lifecycle_s88_a_threshold_that_is_reached_from_the_start_waits_for_the_allocation() {
    let server = server();
    let allocator = connect(&server);
    for threshold in [2, 3, u32::MAX] {
        let collection = sole_collection(&allocator);
        let tracker = track_lifetime(&collection, threshold);
        let below = track_lifetime(&collection, 1);
        collection.sync().unwrap();
        assert!(!is_closed(&tracker));
        set_constraints(&collection, CPU_USAGE_READ, 2);
        wait_until_closed(&tracker);
        assert!(!is_closed(&below));
        collection.release();
    }
}

#[test]
fn lifecycle_s90_the_tracker_of_a_subtree_without_buffers_closes_at_once() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    let buffers = wait_for_buffers(&collection);
    let latecomer = bind(&allocator, attach(&collection));
    let tracker = track_lifetime(&latecomer, 0);
    latecomer.sync().unwrap();
    assert!(!is_closed(&tracker));
    set_constraints(&latecomer, CPU_USAGE_READ, 1);
    wait_until_closed(&tracker);
    assert_eq!(wait_for_buffers(&collection).len(), buffers.len());
}

#[test]
fn lifecycle_s91_the_tracker_of_a_collection_that_leaves_early_closes_with_it() {
    let server = server();
    let allocator = connect(&server);
    let (_ready, other) = one_is_ready(&allocator);
    let tracker = track_lifetime(&other, 0);
    other.release();
    assert_serves(&allocator);
    assert!(!is_closed(&tracker), "released, and not closed");
    drop(other);
    wait_until_closed(&tracker);
}

#[test]
fn lifecycle_s94_a_node_is_tracked_by_256_and_not_by_one_more() {
    let server = server();
    let allocator = connect(&server);
    let mut trackers: Vec<EventPair> = Vec::new();
    let mut attach = |attach: &dyn Fn(Option<Handle>), count| {
        for _ in 0..count {
            let (ours, server_end) = eventpair();
            attach(server_end);
            trackers.push(ours);
        }
    };
    let request = |server_end| NodeAttachNodeTrackingRequest { server_end };
    let token = shared_token(&allocator);
    attach(&|end| token.attach_node_tracking(request(end)), 100);
    let collection = bind(&allocator, token);
    let mut attach = |count| attach(&|end| collection.attach_node_tracking(request(end)), count);
    attach(156);
    collection.sync().unwrap();
    attach(1);
    assert_eq!(collection.caller().end().epitaph, Some(-1));
    trackers.iter().for_each(wait_until_closed);
}
