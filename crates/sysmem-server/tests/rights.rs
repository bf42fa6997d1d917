//! What handles allow (`sysmem2-protocols.md` 5.7, 5.8), as the kernel sees it.

mod common;

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use common::memory::the_only;
use common::*;
use rustix::fs::{Mode, OFlags, SealFlags};
use rustix::io::Errno;
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_fidl::zx::{RIGHT_SAME_RIGHTS, RIGHT_WRITE};

/// Another user.
const NOBODY: u32 = 65_534;

fn duplicate_with(token: &Token, mask: u32) -> Token {
    let (child, end) = Wire::pair();
    token.duplicate(BufferCollectionTokenDuplicateRequest {
        rights_attenuation_mask: Some(mask),
        token_request: Some(end),
    });
    Token::new(child)
}

/// The handle that the holder of `token` gets for this CPU usage, in a collection whose root
/// writes.
fn handle_of(allocator: &Allocator, root: Token, tokens: Vec<Token>, cpu_usage: u32) -> Handle {
    let root = bind(allocator, root);
    set_constraints(&root, CPU_USAGE_WRITE, 1);
    let mut collections: Vec<_> = tokens.into_iter().map(|token| bind(allocator, token)).collect();
    for collection in &collections {
        set_constraints(collection, cpu_usage, 0);
    }
    the_only(wait_for_buffers(&collections.pop().unwrap())).vmo.unwrap()
}

/// Whether memory can be written: by `write`, and by a mapping.
fn writes(memory: &Handle) -> bool {
    let written = rustix::io::pwrite(memory, b"x", 0).is_ok();
    let copy = zx::Handle::from(rustix::io::fcntl_dupfd_cloexec(memory, 0).unwrap());
    let mapped = zx::Mapping::new(&copy, 4096, zx::Access::ReadWrite).is_ok();
    assert_eq!(written, mapped);
    written
}

#[test]
fn lifecycle_s95_who_only_reads_gets_handles_that_do_not_write() {
    let server = server();
    let allocator = connect(&server);
    for (cpu_usage, expected) in [
        (CPU_USAGE_READ, false),
        (CPU_USAGE_READ_OFTEN, false),
        (CPU_USAGE_WRITE, true),
        (CPU_USAGE_READ | CPU_USAGE_WRITE_OFTEN, true),
    ] {
        let root = shared_token(&allocator);
        let child = duplicate_with(&root, RIGHT_SAME_RIGHTS);
        let memory = handle_of(&allocator, root, vec![child], cpu_usage);
        assert_eq!(writes(&memory), expected, "{cpu_usage:#x}");
        // Reading is for everybody.
        rustix::io::pread(&memory, &mut [0_u8], 0).unwrap();
    }
}

/// SIGNAL has no counterpart. EXECUTE is what a file needs to be run as a program; that a process
/// maps what it can read as code, the kernel does not prevent.
#[test]
fn lifecycle_s96_no_handle_can_be_executed() {
    let server = server();
    let allocator = connect(&server);
    let root = shared_token(&allocator);
    let child = duplicate_with(&root, RIGHT_SAME_RIGHTS);
    let memory = handle_of(&allocator, root, vec![child], CPU_USAGE_WRITE);
    rustix::io::pwrite(&memory, b"#!/bin/true\n", 0).unwrap();
    let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&memory));
    let refused = Command::new(&path).status().unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
    // Up to Linux 6.2 its owner could change that.
    if rustix::fs::fcntl_get_seals(&memory).unwrap().contains(SealFlags::EXEC) {
        assert_eq!(rustix::fs::fchmod(&memory, Mode::RWXU), Err(Errno::PERM));
    }
}

#[test]
fn lifecycle_s97_rights_that_were_taken_away_do_not_come_back() {
    let server = server();
    let allocator = connect(&server);
    for (masks, expected) in [
        ([!RIGHT_WRITE, u32::MAX], false),
        ([u32::MAX, !RIGHT_WRITE], false),
        ([u32::MAX, u32::MAX], true),
    ] {
        let root = shared_token(&allocator);
        let child = duplicate_with(&root, masks[0]);
        let grandchild = duplicate_with(&child, masks[1]);
        let memory = handle_of(&allocator, root, vec![child, grandchild], CPU_USAGE_WRITE);
        assert_eq!(writes(&memory), expected, "{masks:x?}");
    }
}

#[test]
fn lifecycle_s98_no_usage_with_a_permit_to_allocate_gives_handles_that_do_not_write() {
    let server = server();
    let allocator = connect(&server);
    let collection = sole_collection(&allocator);
    let none = NONE_USAGE | NONE_USAGE_PERMIT_ALLOCATION;
    let constraints = BufferCollectionConstraints {
        usage: Some(BufferUsage { none: Some(none), ..Default::default() }),
        min_buffer_count: Some(2),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            min_size_bytes: Some(4096),
            ..Default::default()
        }),
        ..Default::default()
    };
    collection.set_constraints(BufferCollectionSetConstraintsRequest {
        constraints: Some(constraints),
        ..Default::default()
    });
    let buffers = wait_for_buffers(&collection);
    assert_eq!(buffers.len(), 2);
    assert!(buffers.iter().all(|buffer| !writes(buffer.vmo.as_ref().unwrap())));
}

/// The user of the service itself can: `linux-objects.md` says so.
#[test]
fn objects_another_user_cannot_open_a_read_only_handle_for_writing() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can start a process of another user");
        return;
    }
    let server = server();
    let allocator = connect(&server);
    let root = shared_token(&allocator);
    let child = duplicate(&root);
    let memory = handle_of(&allocator, root, vec![child], CPU_USAGE_READ);
    // With the memory as its standard input: whether the word that opens it anew succeeds.
    let opens = |user: Option<u32>, how: &str| {
        let copy = rustix::io::fcntl_dupfd_cloexec(&memory, 0).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", &format!(": {how} /proc/self/fd/0")]);
        command.stdin(Stdio::from(copy)).stderr(Stdio::null());
        user.map(|user| command.uid(user).gid(user));
        command.status().unwrap().success()
    };
    assert!(opens(None, "<>"));
    assert!(!opens(Some(NOBODY), "<>"));
    assert!(!opens(Some(NOBODY), ">>"));
    let again = rustix::fs::open(
        format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&memory)),
        OFlags::RDWR | OFlags::CLOEXEC,
        Mode::empty(),
    );
    assert!(again.is_ok());
}

#[test]
fn lifecycle_s102_a_collection_has_one_id_wherever_it_is_asked_for() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let (group, group_request) = Wire::pair();
    token.create_buffer_collection_token_group(
        BufferCollectionTokenCreateBufferCollectionTokenGroupRequest {
            group_request: Some(group_request),
        },
    );
    token.sync().unwrap();
    let group = Group::new(group);
    let (child, token_request) = Wire::pair();
    group.create_child(BufferCollectionTokenGroupCreateChildRequest {
        token_request: Some(token_request),
        rights_attenuation_mask: None,
    });
    group.all_children_present();
    group.sync().unwrap();
    let child = Token::new(child);
    let of_token = token.get_buffer_collection_id().unwrap().buffer_collection_id.unwrap();
    let of_group = group.get_buffer_collection_id().unwrap().buffer_collection_id.unwrap();
    let of_child = child.get_buffer_collection_id().unwrap().buffer_collection_id.unwrap();
    let (root, child) = (bind(&allocator, token), bind(&allocator, child));
    let of_root = root.get_buffer_collection_id().unwrap().buffer_collection_id.unwrap();
    set_constraints(&root, CPU_USAGE_WRITE, 1);
    set_constraints(&child, CPU_USAGE_READ, 1);
    let response = root.wait_for_all_buffers_allocated().unwrap().unwrap();
    let mut info = response.buffer_collection_info.unwrap();
    let memory = info.buffers.as_mut().unwrap()[0].vmo.take().unwrap();
    let of_memory = vmo_info(&allocator, &memory, false).unwrap().buffer_collection_id.unwrap();
    assert_ne!(of_token, 0);
    let all =
        [of_token, of_group, of_child, of_root, info.buffer_collection_id.unwrap(), of_memory];
    assert_eq!(all, [of_token; 6]);
}
