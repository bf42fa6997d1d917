//! When a participant lets go of a VMO (`linux-objects.md`, "VMO handles, rights and lifetime";
//! `linux-platform.md` 4).
//!
//! No test in this binary may start a process: between `fork` and `exec` it would hold copies of
//! the handles of all other tests. Those with processes are in `processes.rs`.

mod common;

use std::os::fd::{AsFd, AsRawFd};

use common::wait_until_released;
use zx::{
    Access, Channel, CloseWatch, Drained, Handle, LockError, Mapping, MessageBuffer, Slot,
    Strength, Vmo, WatchEvent,
};

#[test]
fn lifetime_lock_goes_with_the_last_duplicate() {
    let vmo = Vmo::create("duplicate", 4096).unwrap();
    let handle = vmo.reopen(Access::ReadWrite).unwrap();
    vmo.lock(&handle, Slot::strong(0)).unwrap();
    let copy = handle.duplicate().unwrap();
    drop(handle);
    assert!(vmo.is_held(Slot::strong(0)).unwrap());
    drop(copy);
    assert!(!vmo.is_held(Slot::strong(0)).unwrap());
}

#[test]
fn lifetime_each_handle_has_a_lock_of_its_own() {
    let vmo = Vmo::create("slots", 4096).unwrap();
    let slots = [0, 1, 2, 63, u32::MAX];
    let mut handles: Vec<_> = slots
        .into_iter()
        .map(|slot| {
            let handle = vmo.reopen(Access::ReadOnly).unwrap();
            vmo.lock(&handle, Slot::strong(slot)).unwrap();
            (slot, handle)
        })
        .collect();
    assert!(!vmo.is_held(Slot::strong(3)).unwrap());
    while let Some((slot, handle)) = handles.pop() {
        assert!(vmo.is_held_by_anyone().unwrap());
        assert!(vmo.is_held(Slot::strong(slot)).unwrap());
        drop(handle);
        assert!(!vmo.is_held(Slot::strong(slot)).unwrap());
        for (other, _) in &handles {
            assert!(vmo.is_held(Slot::strong(*other)).unwrap());
        }
    }
    assert!(!vmo.is_held_by_anyone().unwrap());
}

#[test]
fn lifetime_strong_and_weak_handles_are_asked_for_apart() {
    let vmo = Vmo::create("strengths", 4096).unwrap();
    let lock = |slot| {
        let handle = vmo.reopen(Access::ReadOnly).unwrap();
        vmo.lock(&handle, slot).unwrap();
        handle
    };
    let (strong, weak) = (lock(Slot::strong(u32::MAX)), lock(Slot::weak(0)));
    let held = || [Strength::Strong, Strength::Weak].map(|s| vmo.is_held_by_any(s).unwrap());
    assert_eq!(held(), [true, true]);
    drop(strong);
    assert_eq!(held(), [false, true]);
    assert!(vmo.is_held(Slot::weak(0)).unwrap() && !vmo.is_held(Slot::strong(0)).unwrap());
    assert!(vmo.is_held_by_anyone().unwrap());
    drop(weak);
    assert_eq!(held(), [false, false]);
    assert!(!vmo.is_held_by_anyone().unwrap());
}

#[test]
fn lifetime_a_handle_tells_its_own_slot_whoever_locks_the_same_byte() {
    let vmo = Vmo::create("own", 4096).unwrap();
    for slot in [Slot::strong(0), Slot::strong(u32::MAX), Slot::weak(0), Slot::weak(7)] {
        let handle = vmo.reopen(Access::ReadOnly).unwrap();
        vmo.lock(&handle, slot).unwrap();
        let other = vmo.reopen(Access::ReadOnly).unwrap();
        assert_eq!(vmo.slot_of(&other).unwrap(), None, "a description of a client's own");
        vmo.lock(&other, slot).unwrap();
        assert_eq!(vmo.slot_of(&handle).unwrap(), Some(slot));
        assert_eq!(vmo.slot_of(&handle.duplicate().unwrap()).unwrap(), Some(slot));
    }
    let stranger = Vmo::create("stranger", 4096).unwrap();
    let handle = stranger.reopen(Access::ReadOnly).unwrap();
    stranger.lock(&handle, Slot::weak(1)).unwrap();
    assert_eq!(vmo.slot_of(&handle).unwrap(), None);
}

#[test]
fn lifetime_a_client_with_many_locks_hides_its_slot_from_itself_alone() {
    let vmo = Vmo::create("many locks", 4096).unwrap();
    let [noisy, quiet] = [0, 1].map(|number| {
        let handle = vmo.reopen(Access::ReadOnly).unwrap();
        vmo.lock(&handle, Slot::weak(number)).unwrap();
        handle
    });
    for offset in 0..2000 {
        lock_byte(&noisy, libc::F_RDLCK, 2 * offset, 1);
    }
    let error = vmo.slot_of(&noisy).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
    assert_eq!(vmo.slot_of(&quiet).unwrap(), Some(Slot::weak(1)));
}

#[test]
fn lifetime_copy_in_flight_holds() {
    let vmo = Vmo::create("in-flight", 4096).unwrap();
    let handle = vmo.reopen(Access::ReadOnly).unwrap();
    vmo.lock(&handle, Slot::strong(0)).unwrap();
    let (a, b) = Channel::pair().unwrap();
    a.send_owned(b"x", &mut vec![handle]).unwrap();
    assert!(vmo.is_held(Slot::strong(0)).unwrap());

    let mut buffer = MessageBuffer::new();
    b.recv(&mut buffer).unwrap();
    assert!(vmo.is_held(Slot::strong(0)).unwrap());
    drop(buffer);
    assert!(!vmo.is_held(Slot::strong(0)).unwrap());

    let handle = vmo.reopen(Access::ReadOnly).unwrap();
    vmo.lock(&handle, Slot::strong(1)).unwrap();
    a.send_owned(b"x", &mut vec![handle]).unwrap();
    drop(b);
    assert!(!vmo.is_held(Slot::strong(1)).unwrap(), "what nobody received goes with the socket");
}

#[test]
fn lifetime_mapping_without_a_descriptor_holds() {
    let vmo = Vmo::create("mapped", 4096).unwrap();
    let handle = vmo.reopen(Access::ReadOnly).unwrap();
    vmo.lock(&handle, Slot::strong(0)).unwrap();
    let mapping = Mapping::new(&handle, 4096, Access::ReadOnly).unwrap();
    drop(handle);
    assert!(vmo.is_held(Slot::strong(0)).unwrap());
    drop(mapping);
    assert!(!vmo.is_held(Slot::strong(0)).unwrap());
}

#[test]
fn lifetime_byte_that_a_client_took_is_the_clients_doing() {
    let vmo = Vmo::create("taken", 4096).unwrap();
    let client = vmo.reopen(Access::ReadWrite).unwrap();
    lock_byte(&client, libc::F_WRLCK, 1 << 62, 0);
    let handle = vmo.reopen(Access::ReadOnly).unwrap();
    assert_eq!(vmo.lock(&handle, Slot::strong(5)), Err(LockError::Taken));
    drop(client);
    vmo.lock(&handle, Slot::strong(5)).unwrap();
}

#[test]
fn lifetime_handle_of_another_vmo_is_not_locked() {
    let vmo = Vmo::create("mine", 4096).unwrap();
    let other = Vmo::create("other", 4096).unwrap();
    let handle = other.reopen(Access::ReadOnly).unwrap();
    assert_eq!(vmo.lock(&handle, Slot::strong(0)), Err(LockError::OtherVmo));
    assert!(!other.is_held(Slot::strong(0)).unwrap());
}

#[test]
fn lifetime_watch_hints_at_a_closed_handle() {
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let mut watch = CloseWatch::new().unwrap();
        let vmo = Vmo::create("watched", 4096).unwrap();
        let handle = vmo.reopen(access).unwrap();
        vmo.lock(&handle, Slot::strong(0)).unwrap();
        let id = watch.watch(&vmo).unwrap();
        assert_eq!(watch.watch(&vmo), Ok(id), "one watch per VMO");
        let copy = handle.duplicate().unwrap();
        drop(copy);
        assert_eq!(events(&mut watch), [], "only the last descriptor counts");
        drop(handle);
        assert_eq!(events(&mut watch), [WatchEvent::Closed(id)]);
        assert!(!vmo.is_held(Slot::strong(0)).unwrap());
    }
}

#[test]
fn lifetime_watch_tells_vmos_apart() {
    let mut watch = CloseWatch::new().unwrap();
    let one = Vmo::create("one", 4096).unwrap();
    let two = Vmo::create("two", 4096).unwrap();
    let ids = [watch.watch(&one).unwrap(), watch.watch(&two).unwrap()];
    drop(two.reopen(Access::ReadOnly).unwrap());
    drop(one.reopen(Access::ReadOnly).unwrap());
    assert_eq!(events(&mut watch), [WatchEvent::Closed(ids[1]), WatchEvent::Closed(ids[0])]);
}

#[test]
fn lifetime_equal_events_merge() {
    let mut watch = CloseWatch::new().unwrap();
    let vmo = Vmo::create("merged", 4096).unwrap();
    let id = watch.watch(&vmo).unwrap();
    for _ in 0..8 {
        drop(vmo.reopen(Access::ReadOnly).unwrap());
    }
    assert_eq!(events(&mut watch), [WatchEvent::Closed(id)]);
}

#[test]
fn lifetime_watch_ends_when_told_and_with_the_inode() {
    let mut watch = CloseWatch::new().unwrap();
    let vmo = Vmo::create("ended", 4096).unwrap();
    let id = watch.watch(&vmo).unwrap();
    watch.unwatch(id);
    assert_eq!(events(&mut watch), [WatchEvent::Ignored(id)]);
    watch.unwatch(id);
    drop(vmo.reopen(Access::ReadOnly).unwrap());
    assert_eq!(events(&mut watch), []);

    let id = watch.watch(&vmo).unwrap();
    drop(vmo);
    // Whether the close of the memfd's first descriptor is reported depends on the kernel.
    assert_eq!(events(&mut watch).last(), Some(&WatchEvent::Ignored(id)));
}

#[test]
fn lifetime_watch_says_when_events_were_lost() {
    let mut watch = CloseWatch::new().unwrap();
    let one = Vmo::create("one", 4096).unwrap();
    let two = Vmo::create("two", 4096).unwrap();
    watch.watch(&one).unwrap();
    watch.watch(&two).unwrap();
    // In turn, so that no two equal events meet.
    let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit: usize = limit.trim().parse().unwrap();
    for _ in 0..limit / 2 + 1 {
        drop(one.reopen(Access::ReadOnly).unwrap());
        drop(two.reopen(Access::ReadOnly).unwrap());
    }
    let mut overflows = 0;
    let mut delivered = 0;
    let mut drained = Drained::Part;
    while drained == Drained::Part {
        drained = watch
            .read(|event| {
                delivered += 1;
                overflows += usize::from(event == WatchEvent::Overflow);
            })
            .unwrap();
    }
    assert_eq!(overflows, 1);
    assert_eq!(delivered, limit + 1);
}

#[test]
fn lifetime_last_close_by_another_thread_is_seen() {
    let mut watch = CloseWatch::new().unwrap();
    let vmo = Vmo::create("thread", 4096).unwrap();
    let id = watch.watch(&vmo).unwrap();
    for slot in 0..200 {
        let handle = vmo.reopen(Access::ReadOnly).unwrap();
        vmo.lock(&handle, Slot::strong(slot)).unwrap();
        let closing = std::thread::spawn(move || drop(handle));
        wait_until_released(&mut watch, id, &vmo, slot);
        closing.join().unwrap();
    }
}

#[test]
fn lifetime_watch_can_be_polled() {
    let mut watch = CloseWatch::new().unwrap();
    let vmo = Vmo::create("polled", 4096).unwrap();
    watch.watch(&vmo).unwrap();
    assert!(!common::is_readable(watch.as_fd()));
    drop(vmo.reopen(Access::ReadOnly).unwrap());
    assert!(common::is_readable(watch.as_fd()));
    assert_eq!(events(&mut watch).len(), 1);
    assert!(!common::is_readable(watch.as_fd()));
}

/// Does what any client can do. A length of 0 goes on to the end.
fn lock_byte(handle: &Handle, kind: libc::c_int, first: i64, length: i64) {
    let mut lock = libc::flock64 {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: first,
        l_len: length,
        l_pid: 0,
    };
    // SAFETY: the command takes a pointer to one flock64.
    let result = unsafe { libc::fcntl(handle.as_raw_fd(), libc::F_OFD_SETLK, &mut lock) };
    assert_eq!(result, 0);
}

fn events(watch: &mut CloseWatch) -> Vec<WatchEvent> {
    let mut events = Vec::new();
    assert_eq!(watch.read(|event| events.push(event)).unwrap(), Drained::All);
    events
}
