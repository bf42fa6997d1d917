//! Which token is turned in (`linux-objects.md`, Token identity; `sysmem2-protocols.md` 2.5).

mod common;

use std::os::fd::AsFd;
use std::thread;

use common::*;
use rustix::net::{Shutdown, shutdown};
use rustix::thread::UnshareFlags;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::{Server, ServerConfig};
use zx::{BindError, Channel, Koid, SendError};

/// The answer to an unknown token: both ends close without a word, and nothing else happens.
fn assert_refused(collection: &Collection, allocator: &Allocator) {
    assert_eq!(collection.caller().end(), End { epitaph: None });
    assert_serves(allocator);
}

fn is_known(allocator: &Allocator, koid: Koid) -> bool {
    let request =
        AllocatorValidateBufferCollectionTokenRequest { token_server_koid: Some(koid.get()) };
    allocator.validate_buffer_collection_token(request).unwrap().is_known.unwrap()
}

/// Another descriptor of the same end.
fn copy(end: &Channel) -> Channel {
    Channel::from_handle(end.as_fd().try_clone_to_owned().unwrap().into()).unwrap()
}

#[test]
fn protocols_s14_a_token_is_known_by_its_koid_until_it_is_turned_in() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    token.sync().unwrap();
    let koid = token.caller().channel.peer_name_koid().unwrap();
    assert!(is_known(&allocator, koid));
    assert!(!is_known(&allocator, Koid::new(koid.get() ^ 1).unwrap()));
    let collection = bind(&allocator, token);
    collection.sync().unwrap();
    assert!(!is_known(&allocator, koid));
}

#[test]
fn protocols_s10_an_end_of_no_token_is_refused() {
    let server = server();
    let allocator = connect(&server);
    let (stranger, peer) = Channel::pair().unwrap();
    assert_refused(&bind_end(&allocator, stranger), &allocator);
    assert_eq!(Wire::new(peer).end(), End { epitaph: None });
    // The client end of something that is served, but is no token.
    let collection = sole_collection(&allocator);
    collection.sync().unwrap();
    let end = copy(&collection.caller().channel);
    assert_refused(&bind_end(&allocator, end), &allocator);
    collection.sync().unwrap();
}

#[test]
fn objects_the_name_of_a_live_token_is_taken() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    token.sync().unwrap();
    let koid = token.caller().channel.peer_name_koid().unwrap();
    let (_end, peer) = Channel::pair().unwrap();
    assert_eq!(peer.bind_koid(koid), Err(BindError::KoidTaken));
    // A name that the server did not give makes no token either.
    let (end, peer) = Channel::pair().unwrap();
    peer.bind_koid(Koid::random()).unwrap();
    assert_refused(&bind_end(&allocator, end), &allocator);
}

#[test]
fn objects_a_socket_that_already_has_a_name_is_no_token() {
    let server = server();
    let allocator = connect(&server);
    let (token, end) = Channel::pair().unwrap();
    end.bind_koid(Koid::random()).unwrap();
    let request = AllocatorAllocateSharedCollectionRequest {
        token_request: Some(fidl::ServerEnd::new(end.into())),
    };
    allocator.allocate_shared_collection(request);
    assert_eq!(Wire::new(token).end(), End { epitaph: None });
    assert_serves(&allocator);
}

#[test]
fn objects_the_same_name_in_another_network_namespace_proves_nothing() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    token.sync().unwrap();
    let koid = token.caller().channel.peer_name_koid().unwrap();
    let forgery = thread::spawn(move || {
        // SAFETY: a network namespace of its own changes nothing that memory safety depends on, and
        // the thread ends here.
        unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNET) }.ok()?;
        let (end, peer) = Channel::pair().unwrap();
        peer.bind_koid(koid).unwrap();
        Some((end, peer))
    });
    let Some((end, peer)) = forgery.join().unwrap() else {
        eprintln!("not tried: no network namespace is to be had without privilege");
        return;
    };
    assert_eq!(end.peer_name_koid(), Some(koid));
    assert_refused(&bind_end(&allocator, end), &allocator);
    let mut buffer = zx::MessageBuffer::new();
    assert_eq!(peer.recv(&mut buffer).unwrap().bytes.len(), zx::Nonce::BYTES);
    // The token has not noticed.
    token.sync().unwrap();
    bind(&allocator, token).sync().unwrap();
}

#[test]
fn objects_a_token_that_lets_no_proof_through_is_not_turned_in() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    token.sync().unwrap();
    let end = token.into_caller().channel;
    shutdown(&end, Shutdown::Write).unwrap();
    assert_refused(&bind_end(&allocator, end), &allocator);
}

#[test]
fn protocols_s17_what_is_queued_on_a_token_comes_before_the_collection() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let child = duplicate(&token);
    let collection = bind(&allocator, token);
    set_constraints(&collection, CPU_USAGE_READ | CPU_USAGE_WRITE, 1);
    // Had the Duplicate been overtaken, nobody would serve the child.
    child.sync().unwrap();
    let other = bind(&allocator, child);
    set_constraints(&other, CPU_USAGE_READ, 1);
    assert_eq!(wait_for_buffers(&collection).len(), 2);
    assert_eq!(wait_for_buffers(&other).len(), 2);
}

#[test]
fn objects_a_token_with_a_full_queue_is_turned_in_all_the_same() {
    // The server does not run yet, so that the queue fills up.
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let allocator = AllocatorProxy::new(Wire::new(server.connector().connect().unwrap()));
    let token = shared_token(&allocator);
    let child = duplicate(&token);
    let message = [0, 0, 0, 0, 2, 0, 0x80, 1]
        .into_iter()
        .chain(<NodeSetVerboseLoggingMethod as fidl::Method>::ORDINAL.to_le_bytes())
        .collect::<Vec<u8>>();
    let mut queued = 0;
    while token.caller().channel.send(&message, &[]) != Err(SendError::WouldBlock) {
        queued += 1;
    }
    assert!(queued > 100, "{queued} messages");
    let collection = bind(&allocator, token);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    let stopper = server.stopper();
    let thread = thread::spawn(|| server.run());
    collection.sync().unwrap();
    child.sync().unwrap();
    child.release();
    drop(child);
    assert_eq!(wait_for_buffers(&collection).len(), 1);
    stopper.stop();
    thread.join().unwrap().unwrap();
}

#[test]
fn objects_whoever_keeps_a_copy_of_a_token_that_was_turned_in_has_nothing() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let kept = copy(&token.caller().channel);
    let collection = bind(&allocator, token);
    collection.sync().unwrap();
    assert_eq!(kept.send(b"not a message", &[]), Err(SendError::PeerClosed));
    assert_refused(&bind_end(&allocator, kept), &allocator);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    assert_eq!(wait_for_buffers(&collection).len(), 1);
}

#[test]
fn protocols_2_5_a_malformed_message_in_the_queue_fails_the_token_and_the_collection() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let sibling = duplicate(&token);
    token.caller().send_raw(b"not a message", &[]);
    let kept = Wire::new(copy(&token.caller().channel));
    let collection = bind(&allocator, token);
    assert_eq!(kept.end().epitaph, Some(-10));
    assert_eq!(collection.caller().end(), End { epitaph: None });
    assert_eq!(sibling.caller().end().epitaph, Some(-1));
    assert_serves(&allocator);
}
