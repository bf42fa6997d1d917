//! Events and eventpairs (`linux-objects.md`, summary).

use std::io::pipe;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use zx::{Channel, Event, EventIdentity, EventPair, Handle, MessageBuffer};

#[test]
fn objects_event_is_recognised_after_its_way_through_a_socket() {
    let event = Event::create().unwrap();
    let (a, b) = Channel::pair().unwrap();
    a.send_owned(b"node ref", &mut vec![event.duplicate().unwrap()]).unwrap();
    let mut buffer = MessageBuffer::new();
    let received = b.recv(&mut buffer).unwrap().handles.remove(0);
    assert!(event.same_file(&received).unwrap());
    assert_eq!(EventIdentity::of(&received).unwrap(), event.identity());
}

#[test]
fn objects_event_is_not_another_one() {
    let event = Event::create().unwrap();
    let other = Event::create().unwrap();
    assert_ne!(event.identity(), other.identity());
    assert!(!event.same_file(&other.duplicate().unwrap()).unwrap());
    let (reader, _writer) = pipe().unwrap();
    assert!(!event.same_file(&Handle::from(OwnedFd::from(reader))).unwrap());
}

#[test]
fn objects_event_opened_anew_is_not_the_same_file() {
    let event = Event::create().unwrap();
    let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&event));
    match rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(anew) => {
            let anew = Handle::from(anew);
            assert_eq!(EventIdentity::of(&anew).unwrap(), event.identity());
            assert!(!event.same_file(&anew).unwrap());
        }
        // Mode 0 leaves this to the privileged.
        Err(errno) => assert_eq!(errno, rustix::io::Errno::ACCESS),
    }
}

#[test]
fn objects_event_is_empty_and_stays_so() {
    let event = Event::create().unwrap();
    let handle = event.duplicate().unwrap();
    assert!(rustix::io::write(&handle, b"x").is_err());
    assert!(rustix::fs::ftruncate(&handle, 1).is_err());
    assert_eq!(rustix::fs::fstat(&handle).unwrap().st_size, 0);
}

#[test]
fn objects_eventpair_signals_when_the_last_copy_of_its_peer_is_gone() {
    let (ours, theirs) = EventPair::pair().unwrap();
    let theirs = Handle::from(theirs);
    let copy = theirs.duplicate().unwrap();
    drop(theirs);
    assert!(!ours.is_peer_closed().unwrap());
    drop(copy);
    assert!(ours.is_peer_closed().unwrap());
}

#[test]
fn objects_eventpair_in_flight_is_not_closed() {
    let (ours, theirs) = EventPair::pair().unwrap();
    let (a, b) = Channel::pair().unwrap();
    a.send_owned(b"x", &mut vec![theirs.into()]).unwrap();
    assert!(!ours.is_peer_closed().unwrap());
    drop(a);
    assert!(!ours.is_peer_closed().unwrap(), "it waits for its receiver");
    drop(b);
    assert!(ours.is_peer_closed().unwrap());
}

#[test]
fn objects_eventpair_that_is_none_never_signals() {
    let (reader, _writer) = pipe().unwrap();
    let pair = EventPair::from(Handle::from(OwnedFd::from(reader)));
    assert!(!pair.is_peer_closed().unwrap());
}
