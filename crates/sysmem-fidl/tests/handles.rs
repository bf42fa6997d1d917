//! What a descriptor is accepted as when it arrives in a message.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use fidl::{Handle as _, HandleFault, ObjectType, Rights};
use sysmem_fidl::Handle;
use sysmem_fidl::zx::ObjType;
use zx::{Access, Channel, Event, EventPair, Vmo};

const DECLARED: [ObjType; 4] = [ObjType::CHANNEL, ObjType::EVENTPAIR, ObjType::VMO, ObjType::EVENT];

/// The types that a handle is accepted as. `make` makes a fresh one for each.
fn accepted(make: impl Fn() -> Handle) -> Vec<ObjType> {
    let receive = |ty: &ObjType| {
        let declared = ObjectType(ty.into_primitive());
        match make().receive(declared, Rights::SAME) {
            Ok(_) => true,
            Err(fault) => {
                assert_eq!(fault, HandleFault::WrongType);
                false
            }
        }
    };
    DECLARED.into_iter().filter(receive).collect()
}

#[test]
fn a_seqpacket_socket_is_a_channel_or_an_eventpair() {
    let channel = || Handle::from(Channel::pair().unwrap().0);
    let end = || Handle::from(EventPair::pair().unwrap().0);
    assert_eq!(accepted(channel), [ObjType::CHANNEL, ObjType::EVENTPAIR]);
    assert_eq!(accepted(end), [ObjType::CHANNEL, ObjType::EVENTPAIR]);
}

#[test]
fn a_channel_whose_peer_is_gone_is_a_channel() {
    let (end, peer) = Channel::pair().unwrap();
    drop(peer);
    assert!(Handle::from(end).receive(ObjectType::CHANNEL, Rights::SAME).is_ok());
}

#[test]
fn memory_is_a_vmo_or_an_event() {
    let vmo = || {
        let vmo = Vmo::create("test", 4096).unwrap();
        Handle::from(vmo.reopen(Access::ReadOnly).unwrap())
    };
    let event = || Handle::from(Event::create().unwrap().duplicate().unwrap());
    assert_eq!(accepted(vmo), [ObjType::VMO, ObjType::EVENT]);
    assert_eq!(accepted(event), [ObjType::VMO, ObjType::EVENT]);
}

#[test]
fn other_descriptors_are_nothing_that_is_declared() {
    let stream = || Handle::from(OwnedFd::from(UnixStream::pair().unwrap().0));
    let pipe = || Handle::from(OwnedFd::from(std::io::pipe().unwrap().0));
    let device = || Handle::from(OwnedFd::from(File::open("/dev/null").unwrap()));
    let directory = || Handle::from(OwnedFd::from(File::open("/").unwrap()));
    assert_eq!(accepted(stream), []);
    assert_eq!(accepted(pipe), []);
    assert_eq!(accepted(device), []);
    assert_eq!(accepted(directory), []);
}

#[test]
fn an_undeclared_type_accepts_everything() {
    let pipe = Handle::from(OwnedFd::from(std::io::pipe().unwrap().0));
    assert!(pipe.receive(ObjectType::ANY, Rights::SAME).is_ok());
}

#[test]
fn a_type_that_no_library_declares_accepts_nothing() {
    let (end, _peer) = Channel::pair().unwrap();
    let job = ObjectType(17);
    let fault = Handle::from(end).receive(job, Rights::SAME).err();
    assert_eq!(fault, Some(HandleFault::WrongType));
}
