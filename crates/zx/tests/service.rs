//! Service directories (`linux-objects.md`, "Service directories").

mod common;

use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::Barrier;

use common::{TempDir, is_readable, receive};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use zx::{ConnectError, ListenError, Listener, connect};

const NAME: &str = "fuchsia.sysmem2.Allocator";

#[test]
fn objects_connected_socket_is_the_client_end_and_accepted_one_the_server_end() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    let listener = Listener::bind(&path, 0o666).unwrap();
    assert_eq!(listener.path(), path);
    assert!(listener.accept().unwrap().is_none());
    assert!(!is_readable(listener.as_fd()));

    let client_end = connect(&path).unwrap();
    client_end.send(b"request", &[]).unwrap();
    assert!(is_readable(listener.as_fd()));
    let server_end = listener.accept().unwrap().unwrap();
    assert!(listener.accept().unwrap().is_none());
    assert_eq!(receive(&server_end).0, b"request");
    server_end.send(b"reply", &[]).unwrap();
    assert_eq!(receive(&client_end).0, b"reply");
    for fd in [listener.as_fd(), client_end.as_fd(), server_end.as_fd()] {
        let flags = rustix::io::fcntl_getfd(fd).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }
}

#[test]
fn objects_service_socket_has_the_mode_that_was_asked_for() {
    let directory = TempDir::new();
    for mode in [0o600, 0o660, 0o666, 0o777] {
        let path = directory.path().join(format!("mode-{mode:o}"));
        let _listener = Listener::bind(&path, mode).unwrap();
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        assert!(metadata.file_type().is_socket());
        assert_eq!(metadata.permissions().mode() & 0o7777, mode);
    }
}

#[test]
fn objects_service_removes_its_files_when_it_ends() {
    let directory = TempDir::new();
    let listener = Listener::bind(directory.path().join(NAME), 0o600).unwrap();
    let lock = format!(".{NAME}.lock");
    assert_eq!(directory.names(), [lock.as_str(), NAME]);
    drop(listener);
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn objects_service_does_not_remove_what_is_not_its_own() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    let listener = Listener::bind(&path, 0o600).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "another's").unwrap();
    drop(listener);
    assert_eq!(std::fs::read(&path).unwrap(), b"another's");
}

#[test]
fn objects_service_that_lives_is_not_replaced() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    let listener = Listener::bind(&path, 0o600).unwrap();
    assert_eq!(Listener::bind(&path, 0o600).unwrap_err(), ListenError::AlreadyServed(path.clone()));
    connect(&path).unwrap();
    assert!(listener.accept().unwrap().is_some());
}

#[test]
fn objects_service_of_another_implementation_is_not_replaced() {
    let directory = TempDir::new();
    for kind in [SocketType::SEQPACKET, SocketType::STREAM] {
        let path = directory.path().join(format!("{kind:?}"));
        let other = foreign_socket(&path, kind);
        rustix::net::listen(&other, 5).unwrap();
        let refused = Listener::bind(&path, 0o600).unwrap_err();
        assert_eq!(refused, ListenError::AlreadyServed(path.clone()));

        drop(other);
        let inode = std::fs::symlink_metadata(&path).unwrap().ino();
        let _listener = Listener::bind(&path, 0o600).unwrap();
        assert_ne!(std::fs::symlink_metadata(&path).unwrap().ino(), inode);
        connect(&path).unwrap();
    }
}

#[test]
fn objects_service_with_a_full_queue_is_alive() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    let other = foreign_socket(&path, SocketType::SEQPACKET);
    rustix::net::listen(&other, 0).unwrap();
    let _waiting = connect(&path).unwrap();
    assert_eq!(connect(&path).unwrap_err(), ConnectError::Busy(path.clone()));
    assert_eq!(Listener::bind(&path, 0o600).unwrap_err(), ListenError::AlreadyServed(path));
}

#[test]
fn objects_file_that_is_no_socket_is_left_alone() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    std::fs::write(&path, "precious").unwrap();
    assert_eq!(Listener::bind(&path, 0o600).unwrap_err(), ListenError::NotASocket(path.clone()));
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}

#[test]
fn objects_of_many_services_that_start_at_once_one_succeeds() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    for round in 0..20 {
        if round % 2 == 1 {
            drop(foreign_socket(&path, SocketType::SEQPACKET));
        }
        let start = Barrier::new(8);
        let done = Barrier::new(8);
        let successes: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let result = Listener::bind(&path, 0o600);
                        done.wait();
                        match result {
                            Ok(_listener) => {
                                connect(&path).unwrap();
                                1
                            }
                            Err(error) => {
                                assert_eq!(error, ListenError::AlreadyServed(path.clone()));
                                0
                            }
                        }
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(successes, 1);
        assert_eq!(directory.names(), [""; 0]);
    }
}

#[test]
fn objects_service_comes_and_goes_without_a_gap_in_exclusion() {
    let directory = TempDir::new();
    let path = directory.path().join(NAME);
    let serving = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    if let Ok(listener) = Listener::bind(&path, 0o600) {
                        use std::sync::atomic::Ordering::SeqCst;
                        assert_eq!(serving.fetch_add(1, SeqCst), 0, "two serve at once");
                        connect(&path).unwrap();
                        assert!(listener.accept().unwrap().is_some());
                        serving.fetch_sub(1, SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn objects_path_may_be_longer_than_a_socket_address() {
    let directory = TempDir::new();
    let deep = directory.path().join("d".repeat(200)).join("e".repeat(200));
    std::fs::create_dir_all(&deep).unwrap();
    let long_name = "n".repeat(200);
    for name in [NAME, long_name.as_str()] {
        let path = deep.join(name);
        let listener = Listener::bind(&path, 0o600).unwrap();
        let client_end = connect(&path).unwrap();
        client_end.send(b"far", &[]).unwrap();
        let server_end = listener.accept().unwrap().unwrap();
        assert_eq!(receive(&server_end).0, b"far");
        drop(listener);
        assert_eq!(connect(&path).unwrap_err(), ConnectError::NoService(path));
    }
    assert_eq!(std::fs::read_dir(&deep).unwrap().count(), 0);
}

#[test]
fn objects_connect_says_what_is_wrong() {
    let directory = TempDir::new();
    let at = |name: &str| directory.path().join(name);
    drop(foreign_socket(&at("dead"), SocketType::SEQPACKET));
    let stream = foreign_socket(&at("stream"), SocketType::STREAM);
    rustix::net::listen(&stream, 5).unwrap();
    std::fs::write(at("file"), "").unwrap();
    type Expected = fn(PathBuf) -> ConnectError;
    let cases: [(&str, Expected); 7] = [
        ("missing", ConnectError::NoService),
        ("missing/service", ConnectError::NoDirectory),
        ("file/service", ConnectError::NoDirectory),
        ("dead", ConnectError::NobodyListens),
        ("file", ConnectError::NobodyListens),
        ("stream", ConnectError::WrongSocket),
        ("", ConnectError::NobodyListens),
    ];
    for (name, expected) in cases {
        assert_eq!(connect(at(name)).unwrap_err(), expected(at(name)), "{name}");
    }
    let long = at(&"x".repeat(200));
    assert_eq!(connect(&long).unwrap_err(), ConnectError::NoService(long));
}

#[test]
fn objects_bind_says_what_is_wrong() {
    let directory = TempDir::new();
    let missing = directory.path().join("missing").join(NAME);
    assert_eq!(Listener::bind(&missing, 0o600).unwrap_err(), ListenError::NoDirectory(missing));
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join(NAME);
    assert_eq!(Listener::bind(&below, 0o600).unwrap_err(), ListenError::NoDirectory(below));
    let nameless = PathBuf::from("/");
    assert_eq!(Listener::bind(&nameless, 0o600).unwrap_err(), ListenError::NoName(nameless));
}

fn foreign_socket(path: &std::path::Path, kind: SocketType) -> std::os::fd::OwnedFd {
    let flags = SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, kind, flags, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
    socket
}
