//! No descriptor is lost on any path.
//!
//! One test, in a binary of its own: it counts the descriptors of the process and changes their
//! limit, which nothing else may disturb.

mod common;

use std::os::fd::{AsFd, AsRawFd};

use common::TempDir;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use zx::{
    Access, Channel, CloseWatch, Event, EventPair, Listener, Mapping, MessageBuffer, RecvError,
    SendError, Vmo, connect,
};

#[test]
fn descriptors_return_to_what_they_were() {
    type Case = fn();
    let cases: [(&str, Case); 8] = [
        ("objects", objects_are_made_and_dropped),
        ("messages", messages_are_sent_received_and_dropped),
        ("refused", refused_handles_are_closed),
        ("truncated control", objects_truncated_control_data_closes_every_descriptor),
        ("no number left", objects_no_descriptor_number_left_for_any_handle),
        ("pidfd", objects_pidfd_that_a_peer_has_the_kernel_add_is_closed),
        ("credentials", objects_credentials_that_a_peer_has_the_kernel_add_do_no_harm),
        ("services", services_come_and_go),
    ];
    for (name, case) in cases {
        let before = open_descriptors();
        case();
        assert_eq!(open_descriptors(), before, "{name}");
    }
}

fn objects_are_made_and_dropped() {
    let vmo = Vmo::create("count", 4096).unwrap();
    let handle = vmo.reopen(Access::ReadWrite).unwrap();
    vmo.lock(&handle, zx::Slot::strong(0)).unwrap();
    let watch = CloseWatch::new().unwrap();
    watch.watch(&vmo).unwrap();
    let _mapping = Mapping::new(&handle, 4096, Access::ReadWrite).unwrap();
    let event = Event::create().unwrap();
    assert!(event.same_file(&event.duplicate().unwrap()).unwrap());
    let _pair = EventPair::pair().unwrap();
    assert!(Vmo::create("too large", u64::MAX).is_err());
    assert!(Mapping::new(&handle, 4097, Access::ReadWrite).is_err());
}

fn messages_are_sent_received_and_dropped() {
    let (a, b) = Channel::pair().unwrap();
    let mut buffer = MessageBuffer::new();
    for count in [0, 1, 64, 253] {
        let mut handles = (0..count).map(|_| Event::create().unwrap().duplicate().unwrap());
        a.send_owned(b"x", &mut handles.by_ref().collect()).unwrap();
        let received = b.recv(&mut buffer).unwrap();
        assert_eq!(received.handles.len(), count);
        let _first = received.handles.pop();
    }
    // What is in flight when both ends go is closed as well.
    a.send_owned(b"x", &mut vec![Event::create().unwrap().duplicate().unwrap()]).unwrap();
}

fn refused_handles_are_closed() {
    let (a, b) = Channel::pair().unwrap();
    let event = Event::create().unwrap();
    assert!(Channel::from_handle(event.duplicate().unwrap()).is_err());
    let mut handles = vec![event.duplicate().unwrap()];
    assert_eq!(a.send_owned(b"", &mut handles), Err(SendError::BadLength { bytes: 0 }));
    assert!(handles.is_empty());
    drop(b);
    let mut handles = vec![event.duplicate().unwrap()];
    assert_eq!(a.send_owned(b"x", &mut handles), Err(SendError::PeerClosed));
}

fn objects_truncated_control_data_closes_every_descriptor() {
    let (a, b) = Channel::pair().unwrap();
    let mut buffer = MessageBuffer::new();
    let (kept, sent): (Vec<EventPair>, Vec<EventPair>) =
        (0..10).map(|_| EventPair::pair().unwrap()).unzip();
    a.send_owned(b"ten", &mut sent.into_iter().map(Into::into).collect()).unwrap();

    let before = open_descriptors();
    let outcome = with_free_numbers(4, || b.recv(&mut buffer).map(drop));
    assert_eq!(outcome, Err(RecvError::ControlTruncated));
    assert_eq!(open_descriptors(), before);
    for pair in &kept {
        assert!(pair.is_peer_closed().unwrap(), "those that arrived and those that did not");
    }

    // The buffer and the process go on.
    a.send_owned(b"one", &mut vec![Event::create().unwrap().duplicate().unwrap()]).unwrap();
    assert_eq!(b.recv(&mut buffer).unwrap().handles.len(), 1);
}

fn objects_no_descriptor_number_left_for_any_handle() {
    let (a, b) = Channel::pair().unwrap();
    let (kept, sent) = EventPair::pair().unwrap();
    a.send_owned(b"one", &mut vec![sent.into()]).unwrap();
    let mut buffer = MessageBuffer::new();
    let outcome = with_free_numbers(0, || b.recv(&mut buffer).map(drop));
    assert_eq!(outcome, Err(RecvError::ControlTruncated));
    assert!(kept.is_peer_closed().unwrap());
}

fn objects_pidfd_that_a_peer_has_the_kernel_add_is_closed() {
    const SO_PASSPIDFD: libc::c_int = 76;
    let (a, b) = Channel::pair().unwrap();
    // A peer that kept a copy of our end can do this at any time. Kernels before 6.5 cannot.
    if !set_option(&b, SO_PASSPIDFD) {
        return;
    }
    let event = Event::create().unwrap();
    let handles = vec![event.as_fd(); 253];
    let mut buffer = MessageBuffer::new();
    for count in [0, 1, 253] {
        let before = open_descriptors();
        a.send(b"x", &handles[..count]).unwrap();
        assert_eq!(b.recv(&mut buffer).unwrap().handles.len(), count);
        assert_eq!(open_descriptors(), before + count);
        a.send(b"x", &[]).unwrap();
        assert_eq!(b.recv(&mut buffer).unwrap().handles.len(), 0);
        assert_eq!(open_descriptors(), before);
    }
}

fn objects_credentials_that_a_peer_has_the_kernel_add_do_no_harm() {
    let (a, b) = Channel::pair().unwrap();
    for option in [libc::SO_PASSCRED, libc::SO_PASSSEC, libc::SO_TIMESTAMPNS] {
        assert!(set_option(&b, option));
    }
    let event = Event::create().unwrap();
    let mut buffer = MessageBuffer::new();
    a.send(b"x", &[event.as_fd(); 253]).unwrap();
    assert_eq!(b.recv(&mut buffer).unwrap().handles.len(), 253);
}

fn services_come_and_go() {
    let directory = TempDir::new();
    let path = directory.path().join("test.Protocol");
    let listener = Listener::bind(&path, 0o600).unwrap();
    assert!(Listener::bind(&path, 0o600).is_err());
    let client_end = connect(&path).unwrap();
    let server_end = listener.accept().unwrap().unwrap();
    drop((client_end, listener));
    assert!(connect(&path).is_err());
    assert_eq!(server_end.recv(&mut MessageBuffer::new()).unwrap_err(), RecvError::PeerClosed);
}

/// How many descriptors this process has open.
fn open_descriptors() -> usize {
    // The one that reads the directory is among them, every time.
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Does something while only `count` more descriptors can be opened.
fn with_free_numbers<T>(count: u64, act: impl FnOnce() -> T) -> T {
    let limit = getrlimit(Resource::Nofile);
    // The lowest numbers are given first: fill the gaps up to one that is free from there on.
    let mut fillers = Vec::new();
    let highest = highest_descriptor();
    loop {
        let filler = rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), 0).unwrap();
        let number = filler.as_raw_fd() as u64;
        if number > highest {
            break;
        }
        fillers.push(filler);
    }
    let soft = Rlimit { current: Some(highest + 1 + count), maximum: limit.maximum };
    setrlimit(Resource::Nofile, soft).unwrap();
    let result = act();
    setrlimit(Resource::Nofile, limit).unwrap();
    result
}

fn highest_descriptor() -> u64 {
    let numbers = std::fs::read_dir("/proc/self/fd").unwrap();
    let numbers = numbers.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let open = numbers.map(|number| number.parse::<u64>().unwrap());
    // Without the one that read the directory, which is closed by now.
    open.filter(|number| std::path::Path::new(&format!("/proc/self/fd/{number}")).exists())
        .max()
        .unwrap()
}

fn set_option(channel: &Channel, option: libc::c_int) -> bool {
    let on: libc::c_int = 1;
    // SAFETY: the option's value is an int, and its address and size are given.
    let result = unsafe {
        libc::setsockopt(
            channel.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const on).cast(),
            size_of_val(&on) as libc::socklen_t,
        )
    };
    result == 0
}
