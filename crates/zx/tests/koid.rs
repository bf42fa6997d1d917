//! Token identity (`linux-objects.md`, "Token identity").

mod common;

use common::TempDir;
use rustix::net::SocketAddrUnix;
use zx::{BindError, Channel, Koid, MessageBuffer, Nonce, RecvError};

#[test]
fn objects_koid_is_read_from_the_name_of_the_server_end() {
    let (client_end, server_end) = Channel::pair().unwrap();
    assert_eq!(client_end.peer_name_koid(), None);
    let koid = Koid::random();
    server_end.bind_koid(koid).unwrap();
    assert_eq!(client_end.peer_name_koid(), Some(koid));
    assert_eq!(server_end.peer_name_koid(), None);

    let copy = rustix::io::fcntl_dupfd_cloexec(&client_end, 0).unwrap();
    let copy = Channel::from_handle(copy.into()).unwrap();
    assert_eq!(copy.peer_name_koid(), Some(koid));
    drop(server_end);
    assert_eq!(client_end.peer_name_koid(), Some(koid), "also when the server end is gone");
}

#[test]
fn objects_socket_that_already_has_a_name_is_refused() {
    let (client_end, server_end) = Channel::pair().unwrap();
    server_end.bind_koid(Koid::random()).unwrap();
    let koid = client_end.peer_name_koid();
    assert_eq!(server_end.bind_koid(Koid::random()), Err(BindError::AlreadyNamed));
    assert_eq!(client_end.peer_name_koid(), koid);
}

#[test]
fn objects_koid_that_another_socket_has_is_refused() {
    let (client_end, server_end) = Channel::pair().unwrap();
    let (_other_client_end, other_server_end) = Channel::pair().unwrap();
    let koid = Koid::random();
    other_server_end.bind_koid(koid).unwrap();
    assert_eq!(server_end.bind_koid(koid), Err(BindError::KoidTaken));
    server_end.bind_koid(Koid::random()).unwrap();
    assert_ne!(client_end.peer_name_koid(), Some(koid));
}

#[test]
fn objects_any_other_name_of_a_peer_is_no_koid() {
    let names: [&[u8]; 4] = [b"", b"sysmem/", b"sysmem/00000000000000Ab", &[0xff; 107]];
    for name in names {
        // A process of its own name space per run: others may run these tests, too.
        let (client_end, server_end) = Channel::pair().unwrap();
        let address = SocketAddrUnix::new_abstract_name(name).unwrap();
        match rustix::net::bind(&server_end, &address) {
            Ok(()) => assert_eq!(client_end.peer_name_koid(), None),
            Err(errno) => assert_eq!(errno, rustix::io::Errno::ADDRINUSE),
        }
    }
}

#[test]
fn objects_peer_bound_to_the_longest_path_has_no_koid() {
    // 108 bytes without a NUL: the kernel reports a name longer than its own structure.
    let directory = TempDir::new();
    let prefix = directory.path().join("x");
    let missing = 108 - prefix.as_os_str().len();
    let path = format!("{}{}", prefix.display(), "x".repeat(missing));
    assert_eq!(path.len(), 108);
    let (client_end, server_end) = Channel::pair().unwrap();
    rustix::net::bind(&server_end, &SocketAddrUnix::new(path).unwrap()).unwrap();
    assert_eq!(client_end.peer_name_koid(), None);
    assert!(Channel::from_handle(client_end.into()).is_ok());
}

#[test]
fn objects_nonce_proves_the_peer_and_delivers_what_was_sent_before() {
    let (client_end, server_end) = Channel::pair().unwrap();
    client_end.send(b"first", &[]).unwrap();
    client_end.send(b"second", &[]).unwrap();
    let nonce = Nonce::random();
    client_end.send(nonce.as_bytes(), &[]).unwrap();

    let mut buffer = MessageBuffer::new();
    let mut before = Vec::new();
    let proven = loop {
        match server_end.recv(&mut buffer) {
            Ok(received) if nonce.matches(received.bytes) => break true,
            Ok(received) => before.push(received.bytes.to_vec()),
            Err(_) => break false,
        }
    };
    assert!(proven);
    assert_eq!(before, [b"first".as_slice(), b"second"]);
}

#[test]
fn objects_nonce_does_not_arrive_through_a_strangers_client_end() {
    let (_client_end, server_end) = Channel::pair().unwrap();
    let (foreign_client_end, _foreign_server_end) = Channel::pair().unwrap();
    let nonce = Nonce::random();
    foreign_client_end.send(nonce.as_bytes(), &[]).unwrap();
    let nothing = server_end.recv(&mut MessageBuffer::new()).unwrap_err();
    assert_eq!(nothing, RecvError::WouldBlock);
}
