//! When descriptors run out, who needs one fails or waits, and the others are served. The only test
//! of its process, since it takes all of them.

mod common;

use std::fs::{self, File};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use common::*;
use fidl::Method;
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::{EmbeddedServer, ServerConfig};

/// Few enough to take them all.
const LIMIT: u64 = 512;

/// More than the server may still be giving back when all others are taken.
const MANY: u32 = 50;

#[test]
fn objects_running_out_of_descriptors_fails_who_needs_them_and_nobody_else() {
    with_server(|_, allocator| handles_that_do_not_arrive(allocator));
    with_server(|_, allocator| a_node_ref_that_cannot_be_made(allocator));
    with_server(|_, allocator| tokens_that_cannot_be_made(allocator));
    with_server(|_, allocator| buffers_that_cannot_be_made(allocator));
    with_server(|_, allocator| handles_to_buffers_that_cannot_be_made(allocator));
    with_server(connections_that_wait);
}

/// Each part has a server of its own: when one has stopped, all that it closed is closed.
fn with_server(part: impl FnOnce(&Path, &Allocator)) {
    let directory = std::env::temp_dir().join(format!("sysmem-{}", std::process::id()));
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory)).unwrap();
    // The server has raised the limit, which leaves too many to be taken.
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(LIMIT), maximum }).unwrap();
    let allocator = connect(&server);
    round_trip(&allocator);
    part(&directory.join("fuchsia.sysmem2.Allocator"), &allocator);
    assert_serves(&allocator);
    server.stop().unwrap();
    fs::remove_dir(&directory).unwrap();
}

/// A message whose descriptors find no numbers ends its channel (`linux-objects.md`, Channels).
fn handles_that_do_not_arrive(allocator: &Allocator) {
    let token = shared_token(allocator);
    token.sync().unwrap();
    let (_client, end) = zx::Channel::pair().unwrap();
    let taken = take_all();
    let mut message = vec![0, 0, 0, 0, 2, 0, 0x80, 1];
    message.extend(BufferCollectionTokenDuplicateMethod::ORDINAL.to_le_bytes());
    for word in [2, u64::MAX, 1 << 48 | 0xffff_ffff, 1 << 48 | 1 << 32 | 0xffff_ffff] {
        message.extend(u64::to_le_bytes(word));
    }
    token.caller().send_raw(&message, &[end.as_fd()]);
    assert_eq!(token.caller().end().epitaph, Some(-10));
    round_trip(allocator);
    drop(taken);
}

/// A reply that carries descriptors ends its channel: its client would wait for ever.
fn a_node_ref_that_cannot_be_made(allocator: &Allocator) {
    let token = shared_token(allocator);
    token.sync().unwrap();
    let taken = take_all();
    assert_eq!(token.get_node_ref().unwrap_err().epitaph, Some(-1));
    round_trip(allocator);
    drop(taken);
}

fn tokens_that_cannot_be_made(allocator: &Allocator) {
    let token = shared_token(allocator);
    token.sync().unwrap();
    let mut taken = take_all();
    // Enough for the first pair and for half of the second.
    taken.truncate(taken.len() - 3);
    let masks = BufferCollectionTokenDuplicateSyncRequest {
        rights_attenuation_masks: Some(vec![u32::MAX; 3]),
    };
    assert_eq!(token.duplicate_sync(masks).unwrap_err().epitaph, Some(-1));
    round_trip(allocator);
    drop(taken);
}

fn buffers_that_cannot_be_made(allocator: &Allocator) {
    type Wait = BufferCollectionWaitForAllBuffersAllocatedMethod;
    // Two participants, so that the allocation waits for the second.
    let token = shared_token(allocator);
    let child = duplicate(&token);
    let collection = bind(allocator, token);
    let other = bind(allocator, child);
    set_constraints(&collection, CPU_USAGE_READ, MANY);
    let wait = collection.caller().start::<Wait>(());
    assert_eq!(collection.check_all_buffers_allocated().unwrap(), Err(Error::PENDING));
    other.sync().unwrap();
    let taken = take_all();
    set_constraints(&other, CPU_USAGE_READ, 0);
    let answer = collection.caller().finish::<Wait>(wait).unwrap();
    assert_eq!(answer.err(), Some(Error::NO_MEMORY));
    round_trip(allocator);
    drop(taken);
}

fn handles_to_buffers_that_cannot_be_made(allocator: &Allocator) {
    let collection = sole_collection(allocator);
    set_constraints(&collection, CPU_USAGE_READ, MANY);
    drop(wait_for_buffers(&collection));
    // By the end of this the server has closed its copies.
    collection.sync().unwrap();
    let taken = take_all();
    let answer = collection.wait_for_all_buffers_allocated();
    assert_eq!(answer.unwrap_err().epitaph, Some(-1));
    round_trip(allocator);
    drop(taken);
}

/// A connection that cannot be accepted waits until it can.
fn connections_that_wait(socket: &Path, allocator: &Allocator) {
    let mut taken = take_all();
    taken.pop();
    let waiting = AllocatorProxy::new(Wire::new(zx::connect(socket).unwrap()));
    // By the end of this the server has tried.
    round_trip(allocator);
    drop(taken);
    assert_serves(&waiting);
}

/// Takes every descriptor that is left.
fn take_all() -> Vec<OwnedFd> {
    let file = File::open("/dev/null").unwrap();
    let mut taken = vec![];
    loop {
        match rustix::io::fcntl_dupfd_cloexec(&file, 0) {
            Ok(copy) => taken.push(copy),
            Err(errno) => {
                assert_eq!(errno, Errno::MFILE);
                // Its number, too, while the rest are held.
                taken.push(file.into());
                return taken;
            }
        }
    }
}

fn round_trip(allocator: &Allocator) {
    let request = AllocatorValidateBufferCollectionTokenRequest { token_server_koid: Some(1) };
    allocator.validate_buffer_collection_token(request).unwrap();
}
