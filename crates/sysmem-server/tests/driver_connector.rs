//! `fuchsia.hardware.sysmem/DriverConnector` (`sysmem1.md` 1.7, 1.11; `sysmem2-protocols.md` 1.11).

mod common;

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;

use common::*;
use fidl::ServerEnd;
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_hardware_sysmem::*;
use sysmem_fidl::fuchsia_sysmem;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};
use zx::{Channel, MessageBuffer, RecvError};

type DriverConnector = DriverConnectorProxy<Wire>;

fn connector(server: &EmbeddedServer) -> DriverConnector {
    let channel = server.connector().connect_to(Discoverable::DriverConnector).unwrap();
    DriverConnectorProxy::new(Wire::new(channel))
}

fn hand_over(connector: &DriverConnector, allocator_request: ServerEnd<AllocatorMarker, Handle>) {
    connector.connect_v2(DriverConnectorConnectV2Request { allocator_request });
}

#[test]
fn r10_requests_written_before_the_hand_over_are_served_in_order() {
    let server = server();
    let (allocator, end) = Wire::pair();
    let allocator: Allocator = AllocatorProxy::new(allocator);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 3);
    hand_over(&connector(&server), end);
    assert_eq!(wait_for_buffers(&collection).len(), 3);
    assert_serves(&allocator);
}

#[test]
fn r11_connections_of_the_first_version_are_handed_over_likewise() {
    let server = server();
    let (allocator, allocator_request) = Wire::pair();
    let allocator = fuchsia_sysmem::AllocatorProxy::new(allocator);
    let request =
        || fuchsia_sysmem::AllocatorValidateBufferCollectionTokenRequest { token_server_koid: 1 };
    let connector = connector(&server);
    connector.connect_v1(DriverConnectorConnectV1Request { allocator_request });
    assert!(!allocator.validate_buffer_collection_token(request()).unwrap().is_known);
    // Each version has requests of its own.
    let (allocator, end) = Wire::pair();
    hand_over(&connector, end);
    let allocator = fuchsia_sysmem::AllocatorProxy::new(allocator);
    assert!(allocator.validate_buffer_collection_token(request()).is_err());
}

#[test]
fn propagation_allocators_outlive_the_connection_that_brought_them() {
    let server = server();
    let brought = connector(&server);
    let (allocator, end) = Wire::pair();
    hand_over(&brought, end);
    brought.caller().send_raw(b"not a message of this protocol", &[]);
    brought.caller().end();
    assert_serves(&AllocatorProxy::new(allocator));
}

#[test]
fn edge_72_74_what_comes_with_a_malformed_request_is_closed() {
    let server = server();
    let request = || {
        let mut encoder = fidl::Encoder::new();
        let (_client, end) = Channel::pair().unwrap();
        let allocator_request = ServerEnd::new(Handle::from(end));
        let request = DriverConnectorConnectV2Request { allocator_request };
        fidl::encode_event::<DriverConnectorConnectV2Method, Handle>(request, &mut encoder)
            .unwrap();
        encoder.bytes().to_vec()
    };
    let file = fs::File::open("/proc/self/status").unwrap();
    let (one, one_peer) = Channel::pair().unwrap();
    let (two, two_peer) = Channel::pair().unwrap();
    connector(&server).caller().send_raw(&request(), &[file.as_fd()]);
    let short = request();
    let cases: [(&[u8], usize); 5] =
        [(&short, 0), (&short, 2), (&short[..20], 1), (b"short", 1), (&[0xff; 64], 1)];
    for (bytes, handles) in cases {
        let connector = connector(&server);
        let ends = [one.as_fd(), two.as_fd()];
        connector.caller().send_raw(bytes, &ends[..handles]);
        connector.caller().end();
    }
    drop((one, two));
    for peer in [one_peer, two_peer] {
        assert!(peer.wait(zx::Interest::Readable, Some(PATIENCE)).unwrap());
        assert_eq!(peer.recv(&mut MessageBuffer::new()).unwrap_err(), RecvError::PeerClosed);
    }
    assert_serves(&connect(&server));
}

#[test]
fn edge_73_too_much_in_one_packet_closes_that_channel_alone() {
    let server = server();
    let bystander = connector(&server);
    let (watched, given) = Channel::pair().unwrap();
    let bytes = [0; 24];
    for protocol in [Discoverable::DriverConnector, Discoverable::AllocatorV1] {
        let victim = || Wire::new(server.connector().connect_to(protocol).unwrap());
        for handles in [65, zx::MAX_MESSAGE_HANDLES] {
            let victim = victim();
            victim.send_raw(&bytes, &vec![given.as_fd(); handles]);
            victim.end();
        }
        let victim = victim();
        victim.send_unchecked(&[given.as_fd()], &[0; 65_537]);
        victim.end();
    }
    drop(given);
    assert_eq!(Wire::new(watched).end(), End { epitaph: None }, "all were closed");
    let (allocator, end) = Wire::pair();
    hand_over(&bystander, end);
    assert_serves(&AllocatorProxy::new(allocator));
}

#[test]
fn edge_65_a_client_that_is_gone_already_is_cleaned_up() {
    let server = server();
    let connector = connector(&server);
    let (allocator, end) = Wire::pair();
    let collection = sole_collection(&AllocatorProxy::new(allocator));
    hand_over(&connector, end);
    // What the client asked for before it went is done; nobody misses its Allocator.
    set_constraints(&collection, CPU_USAGE_READ, 1);
    assert_eq!(wait_for_buffers(&collection).len(), 1);
}

#[test]
fn connector_is_for_the_user_of_the_service_unless_told_otherwise() {
    let scratch = std::env::temp_dir().join(format!("sysmem-{}-connector", std::process::id()));
    let mut config = ServerConfig::in_directory(&scratch);
    config.driver_node = Some(scratch.join("000"));
    let server = EmbeddedServer::spawn(config).unwrap();
    let name = Discoverable::DriverConnector.name();
    for socket in [scratch.join(name), scratch.join("000")] {
        assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
        let connector = DriverConnectorProxy::new(Wire::new(zx::connect(&socket).unwrap()));
        let (allocator, end) = Wire::pair();
        hand_over(&connector, end);
        assert_serves(&AllocatorProxy::new(allocator));
    }
    server.stop().unwrap();
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0, "something was left behind");
    fs::remove_dir(&scratch).unwrap();
}
