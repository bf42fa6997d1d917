//! Strong and weak handles, and what tells of their end (`sysmem2-protocols.md` 5), by the objects
//! of the kernel.

mod common;

use std::os::fd::OwnedFd;

use common::memory::*;
use common::*;
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::*;
use zx::EventPair;

/// What keeps a handle alive without being the handle that was received.
enum Way {
    Duplicate,
    InFlight,
    MappedHere,
    InheritedByAProcess,
    MappedByAProcess,
}

/// Something that holds memory until it is dropped.
type Hold = Box<dyn std::any::Any>;

impl Way {
    const ALL: [Self; 5] = [
        Self::Duplicate,
        Self::InFlight,
        Self::MappedHere,
        Self::InheritedByAProcess,
        Self::MappedByAProcess,
    ];

    fn hold(&self, handle: Handle) -> Hold {
        let handle = zx::Handle::from(handle);
        match self {
            Self::Duplicate => Box::new(handle.duplicate().unwrap()),
            Self::InFlight => {
                let (ours, theirs) = zx::Channel::pair().unwrap();
                ours.send_owned(b"memory", &mut vec![handle]).unwrap();
                Box::new(theirs)
            }
            Self::MappedHere => {
                Box::new(zx::Mapping::new(&handle, 4096, zx::Access::ReadOnly).unwrap())
            }
            Self::InheritedByAProcess => {
                let nothing = OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
                Box::new(Holder::of(handle, nothing))
            }
            Self::MappedByAProcess => Box::new(Holder::mapping(handle)),
        }
    }
}

fn identity(memory: &Handle) -> zx::VmoIdentity {
    let copy = zx::Handle::from(rustix::io::fcntl_dupfd_cloexec(memory, 0).unwrap());
    copy.identity().unwrap()
}

/// On Zircon each weak handle is a VMO object of its own. On Linux the identity of memory is its
/// inode, which all handles share; what differs is the open file description, and to it belong
/// rights and lifetime. That goes for strong handles, too.
#[test]
fn lifecycle_s82_weak_deliveries_are_objects_of_their_own() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 1);
    let strong = [0; 2].map(|_| the_only(wait_for_buffers(&strong)).vmo.unwrap());
    let weak = [0; 2].map(|_| the_only(wait_for_buffers(&weak)).vmo.unwrap());
    assert!(!is_same_description(&weak[0], &weak[1]));
    assert!(!is_same_description(&weak[0], &strong[0]));
    let memory = identity(&strong[0]);
    assert!([&strong[1], &weak[0], &weak[1]].iter().all(|other| identity(other) == memory));
}

#[test]
fn lifecycle_s83_a_buffer_is_given_up_while_another_one_is_held() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 2);
    let mut held = wait_for_buffers(&strong);
    let mut lent = wait_for_buffers(&weak);
    let signals = [0, 1].map(|index| close_weak_asap(&mut lent[index]));
    leave(strong);
    assert_serves(&allocator);
    assert!(!signals.iter().any(is_closed));
    held[0].vmo = None;
    wait_until_closed(&signals[0]);
    assert_serves(&allocator);
    assert!(!is_closed(&signals[1]));
    held[1].vmo = None;
    wait_until_closed(&signals[1]);
}

#[test]
fn lifecycle_s84_a_collection_of_weak_nodes_fails_with_the_last_strong_handle() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 2);
    let mut held = wait_for_buffers(&strong);
    let lent = wait_for_buffers(&weak);
    leave(strong);
    weak.sync().unwrap();
    held.pop();
    assert_serves(&allocator);
    weak.sync().unwrap();
    held.pop();
    assert_eq!(weak.caller().end().epitaph, Some(-1));
    drop(lent);
}

#[test]
fn lifecycle_s85_a_weak_wait_gets_no_handle_to_a_buffer_without_a_strong_one() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 2);
    let mut held = wait_for_buffers(&strong);
    let mut lent = wait_for_buffers(&weak);
    let obituary = Obituary::of(lent[0].vmo.as_ref().unwrap());
    leave(strong);
    held[0].vmo = None;
    wait_until_closed(&close_weak_asap(&mut lent[0]));
    // The weak handle keeps the memory, which is on its way out.
    let mut late = wait_for_buffers(&weak);
    assert_eq!(late.len(), 2);
    assert!(late[0].vmo.is_none());
    assert!(is_closed(&close_weak_asap(&mut late[0])));
    assert!(late[1].vmo.is_some());
    assert!(!is_closed(&close_weak_asap(&mut late[1])));
    // Nothing keeps it.
    drop((late, lent));
    obituary.wait();
    let later = wait_for_buffers(&weak);
    assert!(later[0].vmo.is_none() && later[0].close_weak_asap.is_none());
    assert!(later[1].vmo.is_some() && later[1].close_weak_asap.is_some());
}

#[test]
fn lifecycle_s86_a_weak_handle_cannot_be_had_where_no_strong_one_is_left() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 1);
    let held = wait_for_buffers(&strong);
    let mut lent = the_only(wait_for_buffers(&weak));
    let memory = lent.vmo.take().unwrap();
    leave(strong);
    let info = vmo_info(&allocator, &memory, true).unwrap();
    assert!(info.weak_vmo.is_some() && info.close_weak_asap.is_some());
    drop(held);
    wait_until_closed(&close_weak_asap(&mut lent));
    let refused = vmo_info(&allocator, &memory, true).unwrap_err();
    assert_eq!(refused, Error::NO_MORE_STRONG_VMO_HANDLES);
    // What is known about it can still be asked (5.9).
    let info = vmo_info(&allocator, &memory, false).unwrap();
    assert_eq!(info.buffer_index, Some(0));
    let signal = EventPair::from(zx::Handle::from(info.close_weak_asap.unwrap()));
    assert!(is_closed(&signal));
}

#[test]
fn lifecycle_s87_an_open_strong_collection_holds_buffers_of_which_nobody_has_a_handle() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 1);
    drop(wait_for_buffers(&strong));
    let mut lent = the_only(wait_for_buffers(&weak));
    let signal = close_weak_asap(&mut lent);
    assert_serves(&allocator);
    assert!(!is_closed(&signal));
    // Nobody has asked for a strong handle again, and the last strong node goes.
    leave(strong);
    wait_until_closed(&signal);
}

#[test]
fn lifecycle_s89_the_lifetime_of_buffers_ends_with_all_handles_and_strong_nodes() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 2);
    let (held, mut lent) = (wait_for_buffers(&strong), wait_for_buffers(&weak));
    let all = track_lifetime(&strong, 0);
    let one_left = track_lifetime(&weak, 1);
    weak.sync().unwrap();
    leave(weak);
    drop(held);
    assert_serves(&allocator);
    assert!(!is_closed(&all), "a strong node holds them");
    leave(strong);
    assert_serves(&allocator);
    assert!(!is_closed(&all) && !is_closed(&one_left), "weak handles hold them");
    lent.pop();
    wait_until_closed(&one_left);
    assert!(!is_closed(&all));
    drop(lent);
    wait_until_closed(&all);
}

/// A client cannot make a child of a memfd. What it can make of a handle instead are copies and
/// mappings. (A descriptor that it opens anew through `/proc` keeps the memory, but nobody can be
/// told of that: the buffer counts as gone.)
#[test]
fn lifecycle_s92_what_a_client_makes_of_a_handle_keeps_the_buffer_counted() {
    for way in Way::ALL {
        let server = server();
        let allocator = connect(&server);
        let collection = sole_collection(&allocator);
        set_constraints(&collection, CPU_USAGE_READ, 1);
        let memory = the_only(wait_for_buffers(&collection)).vmo.unwrap();
        let tracker = track_lifetime(&collection, 0);
        let obituary = Obituary::of(&memory);
        leave(collection);
        let hold = way.hold(memory);
        assert_serves(&allocator);
        assert!(!is_closed(&tracker));
        drop(hold);
        wait_until_closed(&tracker);
        obituary.wait();
    }
}

#[test]
fn objects_the_end_of_a_strong_handle_is_exact_however_it_is_held() {
    for way in Way::ALL {
        let server = server();
        let allocator = connect(&server);
        let (strong, weak) = strong_and_weak(&allocator, 1);
        let held = the_only(wait_for_buffers(&strong)).vmo.unwrap();
        let mut lent = the_only(wait_for_buffers(&weak));
        let (signal, obituary) = (close_weak_asap(&mut lent), Obituary::of(&held));
        leave(strong);
        let hold = way.hold(held);
        assert_serves(&allocator);
        assert!(!is_closed(&signal));
        drop(hold);
        wait_until_closed(&signal);
        // And that of a weak one.
        let hold = way.hold(lent.vmo.take().unwrap());
        assert_serves(&allocator);
        assert!(!obituary.is_written());
        drop(hold);
        obituary.wait();
    }
}

#[test]
fn lifecycle_s93_a_node_that_is_released_and_closed_is_tracked_until_its_domain_is_gone() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 1);
    let (tracker, server_end) = eventpair();
    weak.attach_node_tracking(NodeAttachNodeTrackingRequest { server_end });
    weak.sync().unwrap();
    leave(weak);
    let held = wait_for_buffers(&strong);
    assert_serves(&allocator);
    assert!(!is_closed(&tracker));
    // Without a release: the failure of the domain.
    drop(strong);
    wait_until_closed(&tracker);
    drop(held);
}

#[test]
fn protocols_2_6_a_weak_handle_has_no_more_rights_than_the_one_that_it_comes_from() {
    let server = server();
    let allocator = connect(&server);
    let (strong, weak) = strong_and_weak(&allocator, 1);
    let held = the_only(wait_for_buffers(&strong)).vmo.unwrap();
    let lent = the_only(wait_for_buffers(&weak)).vmo.unwrap();
    let writes = |memory: &Handle| rustix::io::pwrite(memory, b"x", 0).is_ok();
    assert!(writes(&held) && !writes(&lent));
    for (memory, expected) in [(&held, true), (&lent, false)] {
        let weak_vmo = vmo_info(&allocator, memory, true).unwrap().weak_vmo.unwrap();
        assert_eq!(writes(&weak_vmo), expected);
        assert!(!is_same_description(&weak_vmo, memory));
        // It is weak itself.
        assert!(vmo_info(&allocator, &weak_vmo, false).unwrap().close_weak_asap.is_some());
    }
    let info = vmo_info(&allocator, &held, false).unwrap();
    assert!(info.close_weak_asap.is_none() && info.weak_vmo.is_none());
}

#[test]
fn protocols_5_4_weak_participants_without_memory_are_told_all_the_same() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let child = duplicate(&token);
    child.set_weak();
    let (strong, weak) = (bind(&allocator, token), bind(&allocator, child));
    set_constraints(&strong, CPU_USAGE_WRITE, 2);
    weak.set_constraints(BufferCollectionSetConstraintsRequest::default());
    let held = wait_for_buffers(&strong);
    let mut lent = wait_for_buffers(&weak);
    assert!(held.iter().all(|buffer| buffer.close_weak_asap.is_none()));
    assert!(lent.iter().all(|buffer| buffer.vmo.is_none()));
    let signals = [0, 1].map(|index| close_weak_asap(&mut lent[index]));
    leave(strong);
    assert_serves(&allocator);
    assert!(!signals.iter().any(is_closed));
    drop(held);
    signals.iter().for_each(wait_until_closed);
}

#[test]
#[ignore = "the other process of the tests here"]
fn other_process() {
    play_other_process();
}
