//! A server from start to stop: directory, sockets, embedded connections.

mod common;

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::thread;

use common::*;
use fidl::ServerEnd;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::{BindError, ConnectError, EmbeddedServer, Server, ServerConfig};

const PROTOCOL: &str = "fuchsia.sysmem2.Allocator";

#[test]
fn objects_a_client_finds_the_allocator_in_the_service_directory() {
    let scratch = Scratch::new("directory");
    let directory = scratch.0.join("svc");
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory)).unwrap();
    let socket = directory.join(PROTOCOL);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&socket)), (0o755, 0o666));
    let allocator = AllocatorProxy::new(Wire::new(zx::connect(&socket).unwrap()));
    assert_serves(&allocator);
    assert_serves(&connect(&server));
    server.stop().unwrap();
    assert!(!socket.exists());
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0, "something was left behind");
    assert_eq!(allocator.caller().end(), End { epitaph: None });
}

#[test]
fn objects_a_live_service_is_left_alone_and_a_dead_one_replaced() {
    let scratch = Scratch::new("replace");
    let socket = scratch.0.join(PROTOCOL);
    let config = || ServerConfig::in_directory(&scratch.0);
    // What a service that was killed leaves behind: a socket that nobody listens on.
    drop(std::os::unix::net::UnixDatagram::bind(&socket).unwrap());
    let dead = fs::metadata(&socket).unwrap().ino();

    let first = EmbeddedServer::spawn(config()).unwrap();
    assert_ne!(fs::metadata(&socket).unwrap().ino(), dead);
    let error = Server::bind(config()).err().unwrap();
    assert!(matches!(error, BindError::Listen(zx::ListenError::AlreadyServed(_))), "{error}");
    assert_serves(&AllocatorProxy::new(Wire::new(zx::connect(&socket).unwrap())));
    first.stop().unwrap();
    assert!(!socket.exists());
    let second = EmbeddedServer::spawn(config()).unwrap();
    assert_serves(&AllocatorProxy::new(Wire::new(zx::connect(&socket).unwrap())));
    second.stop().unwrap();
}

#[test]
fn objects_a_directory_that_cannot_be_made_is_named() {
    let config = ServerConfig::in_directory("/proc/nowhere/svc");
    let error = Server::bind(config).err().unwrap();
    assert!(matches!(error, BindError::Directory { .. }), "{error}");
    assert!(error.to_string().starts_with("/proc/nowhere/svc: "), "{error}");
}

#[test]
fn a_stopped_server_closes_every_channel_and_refuses_connections() {
    let server = server();
    let connector = server.connector();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    token.sync().unwrap();
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    wait_for_buffers(&collection);
    server.stop().unwrap();
    assert_eq!(token.caller().end().epitaph, Some(-1));
    assert_eq!(collection.caller().end().epitaph, Some(-1));
    allocator.caller().end();
    assert!(matches!(connector.connect(), Err(ConnectError::Stopped)));
}

#[test]
fn a_server_runs_until_its_stopper_says_so() {
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let (stopper, connector) = (server.stopper(), server.connector());
    let thread = thread::spawn(|| server.run());
    assert_serves(&AllocatorProxy::new(Wire::new(connector.connect().unwrap())));
    let again = stopper.clone();
    stopper.stop();
    again.stop();
    thread.join().unwrap().unwrap();
}

#[test]
fn a_server_that_was_stopped_before_it_runs_ends_at_once() {
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let early = server.connector().connect().unwrap();
    server.stopper().stop();
    server.run().unwrap();
    assert_eq!(Wire::new(early).end(), End { epitaph: None });
}

#[test]
fn what_is_sent_before_the_server_looks_is_not_lost() {
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let allocator = AllocatorProxy::new(Wire::new(server.connector().connect().unwrap()));
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 3);
    collection.release();
    drop(allocator);
    let token = {
        let second = AllocatorProxy::new(Wire::new(server.connector().connect().unwrap()));
        shared_token(&second)
    };
    let stopper = server.stopper();
    let thread = thread::spawn(|| server.run());
    // The Allocator of the token was closed before anything was read from it.
    token.sync().unwrap();
    stopper.stop();
    thread.join().unwrap().unwrap();
}

#[test]
fn objects_a_server_that_never_runs_leaves_nobody_waiting() {
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let connector = server.connector();
    let early = Wire::new(connector.connect().unwrap());
    drop(server);
    assert_eq!(early.end(), End { epitaph: None });
    assert!(matches!(connector.connect(), Err(ConnectError::Stopped)));
}

#[test]
fn objects_a_client_cannot_have_its_own_connection_served() {
    let scratch = Scratch::new("own-connection");
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&scratch.0)).unwrap();
    let channel = zx::connect(scratch.0.join(PROTOCOL)).unwrap();
    let copy = channel.as_fd().try_clone_to_owned().unwrap();
    let allocator: Allocator = AllocatorProxy::new(Wire::new(channel));
    allocator.allocate_non_shared_collection(AllocatorAllocateNonSharedCollectionRequest {
        collection_request: Some(ServerEnd::new(copy.into())),
    });
    // The connection is one of the server's still, and of nobody else.
    assert_serves(&allocator);
    assert_serves(&connect(&server));
}
