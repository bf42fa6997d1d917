//! Any packet on any channel of `fuchsia.sysmem2` and `fuchsia.sysmem`: no panic, and no handle left behind.
#![no_main]

use fidl::{Handle, HandleFault, ObjectType, RequestSet, Rights, receive_request};
use libfuzzer_sys::fuzz_target;
use sysmem_fidl::fuchsia_sysmem as sysmem1;
use sysmem_fidl::fuchsia_sysmem2::{
    AllocatorRequest, BufferCollectionRequest, BufferCollectionTokenGroupRequest,
    BufferCollectionTokenRequest,
};

struct Unit;

impl Handle for Unit {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

fuzz_target!(|data: &[u8]| {
    let [handles, packet @ ..] = data else { return };
    let count = usize::from(*handles % 8);
    receive::<AllocatorRequest<Unit>>(packet, count);
    receive::<BufferCollectionTokenRequest<Unit>>(packet, count);
    receive::<BufferCollectionRequest<Unit>>(packet, count);
    receive::<BufferCollectionTokenGroupRequest<Unit>>(packet, count);
    receive::<sysmem1::AllocatorRequest<Unit>>(packet, count);
    receive::<sysmem1::BufferCollectionTokenRequest<Unit>>(packet, count);
    receive::<sysmem1::BufferCollectionRequest<Unit>>(packet, count);
    receive::<sysmem1::BufferCollectionEventsRequest<Unit>>(packet, count);
});

fn receive<R: RequestSet<Unit>>(packet: &[u8], count: usize) {
    let mut handles: Vec<Unit> = (0..count).map(|_| Unit).collect();
    let _ = receive_request::<R, Unit>(packet, &mut handles);
    assert!(handles.is_empty());
}
