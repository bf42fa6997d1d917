//! A client cannot have all descriptors of the service made into buffers. The only test of its
//! process, whose limit it lowers for good.

mod common;

use common::*;
use rustix::process::{Resource, Rlimit, setrlimit};
use sysmem_fidl::fuchsia_sysmem2::*;

const DESCRIPTORS: u64 = 1024;

/// A quarter of them may be buffers of one client: four collections of 64.
const COLLECTIONS: usize = 4;

fn ask(allocator: &Allocator, buffers: u32) -> (Collection, Result<usize, Error>) {
    let collection = sole_collection(allocator);
    set_constraints(&collection, CPU_USAGE_READ, buffers);
    let answer = collection.wait_for_all_buffers_allocated().unwrap();
    let count = answer.map(|answer| {
        let info = answer.buffer_collection_info.unwrap();
        // Not to be kept: they would be descriptors of this same process.
        info.buffers.unwrap().len()
    });
    (collection, count)
}

#[test]
fn objects_buffers_of_one_client_leave_descriptors_for_others() {
    let limit = Rlimit { current: Some(DESCRIPTORS), maximum: Some(DESCRIPTORS) };
    setrlimit(Resource::Nofile, limit).unwrap();
    let server = server();
    let allocator = connect(&server);
    let mut kept = Vec::new();
    for _ in 0..COLLECTIONS {
        let (collection, count) = ask(&allocator, 64);
        assert_eq!(count, Ok(64));
        kept.push(collection);
    }
    // Through another connection as well: it is the process that counts.
    assert_eq!(ask(&connect(&server), 1).1, Err(Error::NO_MEMORY));
    leave(kept.pop().unwrap());
    // What it had is freed once the service has seen the end of it.
    loop {
        let (_collection, count) = ask(&allocator, 64);
        match count {
            Ok(count) => break assert_eq!(count, 64),
            Err(error) => assert_eq!(error, Error::NO_MEMORY),
        }
    }
    server.stop().unwrap();
}
