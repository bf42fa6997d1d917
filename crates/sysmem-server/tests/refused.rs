//! What participants hear when there are no buffers for them.

mod common;

use common::*;
use sysmem_fidl::fuchsia_sysmem2::{
    AllocatorProxy, BufferCollectionCheckAllBuffersAllocatedMethod as Check,
    BufferCollectionWaitForAllBuffersAllocatedMethod as Wait, CPU_USAGE_READ, Error,
};
use sysmem_server::{Server, ServerConfig};

#[test]
fn lifecycle_s47_waits_sent_right_behind_the_last_constraints_are_answered_with_the_error() {
    // The server does not run yet, so that everything is in its queues before it looks.
    let server = Server::bind(ServerConfig::embedded()).unwrap();
    let allocator = AllocatorProxy::new(Wire::new(server.connector().connect().unwrap()));
    let collection = sole_collection(&allocator);
    // More buffers than a collection can have.
    set_constraints(&collection, CPU_USAGE_READ, 65);
    let wire = collection.caller();
    let waits = [wire.start::<Wait>(()), wire.start::<Wait>(())];
    // No wait: whatever is behind the waits is lost with the channel.
    wire.start::<Check>(());
    let stopper = server.stopper();
    let thread = std::thread::spawn(|| server.run());
    for wait in waits {
        let refusal = wire.finish::<Wait>(wait).unwrap().unwrap_err();
        assert_eq!(refusal, Error::CONSTRAINTS_INTERSECTION_EMPTY);
    }
    assert_eq!(wire.end().epitaph, Some(-1));
    assert_serves(&allocator);
    stopper.stop();
    thread.join().unwrap().unwrap();
}
