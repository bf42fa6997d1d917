//! Directories of sockets, and who connects to them (`sysmem1.md` 5.2, 7.1).

mod common;

use std::fs;
use std::os::fd::AsFd;

use common::{TempDir, is_readable};
use zx::{Channel, DirectoryWatch, Listener, News, PeerProcess, connect};

#[test]
fn brokers_a_listening_socket_that_appears_is_noticed() {
    let directory = TempDir::new();
    let mut watch = DirectoryWatch::new(directory.path()).unwrap();
    assert_eq!(watch.read().unwrap(), News::None);
    let _listener = Listener::bind(directory.path().join("000"), 0o600).unwrap();
    assert!(is_readable(watch.as_fd()));
    assert_eq!(watch.read().unwrap(), News::Appeared);
    assert_eq!(watch.read().unwrap(), News::None);
}

#[test]
fn brokers_the_end_of_a_directory_is_noticed() {
    let directory = TempDir::new();
    let inner = directory.path().join("class");
    assert!(DirectoryWatch::new(&inner).is_err());
    fs::create_dir(&inner).unwrap();
    let mut watch = DirectoryWatch::new(&inner).unwrap();
    fs::rename(&inner, directory.path().join("other")).unwrap();
    assert_eq!(watch.read().unwrap(), News::Ended);
}

#[test]
fn brokers_the_program_of_a_peer_is_known() {
    let directory = TempDir::new();
    let path = directory.path().join("service");
    let listener = Listener::bind(&path, 0o600).unwrap();
    let _client = connect(&path).unwrap();
    let accepted = listener.accept().unwrap().unwrap();
    let (pair, _other) = Channel::pair().unwrap();
    for channel in [accepted, pair] {
        let process = PeerProcess::of(&channel).unwrap().unwrap();
        assert_eq!(process.pid().get(), std::process::id());
        assert_eq!(process.program().unwrap(), std::env::current_exe().unwrap());
    }
}
