//! No descriptor stays behind. The only test of its process, since it counts all of them.

mod common;

use std::fs;
use std::time::Instant;

use common::*;
use sysmem_fidl::fuchsia_sysmem2::*;

const CONNECTIONS: usize = 1000;

#[test]
fn objects_after_a_thousand_connections_there_are_as_many_descriptors_as_before() {
    let server = server();
    let bystander = connect(&server);
    assert_serves(&bystander);
    wait_until_open(&bystander, |count| count == count_after(&bystander));
    let before = count();
    for round in 0..2 {
        let clients: Vec<_> = (0..CONNECTIONS).map(|_| connect(&server)).collect();
        let mut nodes = Vec::new();
        for allocator in &clients {
            let token = shared_token(allocator);
            let child = duplicate(&token);
            let node_ref = child.get_node_ref().unwrap().node_ref.unwrap();
            let collection = bind(allocator, token);
            set_constraints(&collection, CPU_USAGE_READ, 1);
            let other = bind(allocator, child);
            set_constraints(&other, CPU_USAGE_WRITE, 1);
            let buffers = wait_for_buffers(&collection);
            nodes.push((collection, other, node_ref, buffers));
        }
        assert!(count() > before + 4 * CONNECTIONS, "round {round}");
        // Some say good-bye, some do not.
        for (index, (collection, ..)) in nodes.iter().enumerate() {
            if index % 2 == round {
                collection.release();
            }
        }
        drop(clients);
        drop(nodes);
        // Of what the first collection left, something may have been open still.
        wait_until_open(&bystander, |count| count <= before);
    }
    assert_serves(&bystander);
}

fn count() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn count_after(bystander: &Allocator) -> usize {
    round_trip(bystander);
    count()
}

/// Gives the server turns until the number of open descriptors is as it should be.
fn wait_until_open(bystander: &Allocator, is_right: impl Fn(usize) -> bool) {
    let start = Instant::now();
    while !is_right(count()) {
        assert!(start.elapsed() < PATIENCE, "{} descriptors are open", count());
        round_trip(bystander);
    }
}

fn round_trip(bystander: &Allocator) {
    let request = AllocatorValidateBufferCollectionTokenRequest { token_server_koid: Some(1) };
    bystander.validate_buffer_collection_token(request).unwrap();
}
