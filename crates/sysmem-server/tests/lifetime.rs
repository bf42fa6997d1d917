//! Buffers live as long as anybody holds them, and not longer
//! (`linux-objects.md`, VMO handles, rights and lifetime). Holders are processes, and die.

mod common;

use std::os::fd::AsRawFd;

use common::memory::*;
use common::*;
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::*;

/// Two participants and the one buffer that they share.
fn two_participants(allocator: &Allocator) -> [(Collection, Handle); 2] {
    let token = shared_token(allocator);
    let child = duplicate(&token);
    let collections = [bind(allocator, token), bind(allocator, child)];
    set_constraints(&collections[0], CPU_USAGE_WRITE, 1);
    set_constraints(&collections[1], CPU_USAGE_READ, 0);
    collections.map(|collection| {
        let memory = the_only(wait_for_buffers(&collection)).vmo.unwrap();
        (collection, memory)
    })
}

#[test]
fn objects_buffers_are_freed_when_all_who_hold_them_are_killed() {
    let server = server();
    let allocator = connect(&server);
    let [(one, first), (other, second)] = two_participants(&allocator);
    let obituary = Obituary::of(&first);
    let kill_first = Holder::of(one.into_caller().channel, first);
    let kill_second = Holder::of(other.into_caller().channel, second);
    assert!(!obituary.is_written());
    // The death of one ends the collection, and the other still has the memory.
    kill_first.kill();
    assert_serves(&allocator);
    assert!(!obituary.is_written());
    kill_second.kill();
    obituary.wait();
    assert_serves(&allocator);
}

#[test]
fn objects_a_participant_that_is_killed_takes_the_others_channels_and_not_their_memory() {
    let server = server();
    let allocator = connect(&server);
    let [(one, first), (other, second)] = two_participants(&allocator);
    let obituary = Obituary::of(&second);
    Holder::of(one.into_caller().channel, first).kill();
    assert_eq!(other.caller().end().epitaph, Some(-1));
    let second = zx::Handle::from(second);
    let map = zx::Mapping::new(&second, 4096, zx::Access::ReadOnly).unwrap();
    drop(second);
    assert_serves(&allocator);
    assert!(!obituary.is_written());
    drop(map);
    obituary.wait();
}

#[test]
fn protocols_s5_2_an_open_channel_holds_the_buffers_and_so_does_a_handle() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 1);
    let memory = the_only(wait_for_buffers(&collection)).vmo.unwrap();
    let obituary = Obituary::of(&memory);
    // All handles closed, the channel open: the same buffer can be had again.
    drop(memory);
    let again = the_only(wait_for_buffers(&collection)).vmo.unwrap();
    assert!(!obituary.is_written());
    // The channel closed, a handle left.
    collection.release();
    drop(collection);
    let request = AllocatorGetVmoInfoRequest { vmo: Some(again), ..Default::default() };
    let info = allocator.get_vmo_info(request).unwrap().unwrap();
    assert_eq!(info.buffer_index, Some(0));
    // The request took the last handle with it.
    obituary.wait();
}

#[test]
fn protocols_2_6_a_handle_tells_its_buffer_and_strangers_tell_nothing() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ, 3);
    let id = collection.get_buffer_collection_id().unwrap().buffer_collection_id;
    for (index, buffer) in (0..).zip(wait_for_buffers(&collection)) {
        let request = AllocatorGetVmoInfoRequest { vmo: buffer.vmo, ..Default::default() };
        let info = allocator.get_vmo_info(request).unwrap().unwrap();
        assert_eq!((info.buffer_collection_id, info.buffer_index), (id, Some(index)));
    }
    let stranger = zx::Vmo::create("stranger", 4096).unwrap();
    let stranger = stranger.reopen(zx::Access::ReadOnly).unwrap();
    let request = AllocatorGetVmoInfoRequest { vmo: Some(stranger.into()), ..Default::default() };
    assert_eq!(allocator.get_vmo_info(request).unwrap().err(), Some(Error::NOT_FOUND));
}

#[test]
fn objects_a_client_that_locks_the_bytes_of_others_is_tracked_by_its_connection() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    set_constraints(&collection, CPU_USAGE_READ | CPU_USAGE_WRITE, 1);
    let memory = the_only(wait_for_buffers(&collection)).vmo.unwrap();
    let obituary = Obituary::of(&memory);
    lock_the_rest(&memory);
    // Later handles cannot be locked, and are given out all the same.
    let later = the_only(wait_for_buffers(&collection)).vmo.unwrap();
    drop((memory, later));
    collection.sync().unwrap();
    assert!(!obituary.is_written());
    collection.release();
    drop(collection);
    obituary.wait();
}

/// Takes every byte that could stand for a handle and does not yet, for as long as `memory` lives.
fn lock_the_rest(memory: &Handle) {
    let lock = libc::flock64 {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: (1 << 62) + 1,
        l_len: 0,
        l_pid: 0,
    };
    // SAFETY: the command takes a pointer to one flock64, which `lock` is.
    let result = unsafe { libc::fcntl(memory.as_raw_fd(), libc::F_OFD_SETLK, &raw const lock) };
    assert_eq!(result, 0);
}
