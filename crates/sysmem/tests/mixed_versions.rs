//! One collection with participants of both versions of the protocol, in three kinds of clients.

use std::os::fd::AsFd;
use std::time::Duration;

use fidl::ClientEnd;
use sysmem::v1::fuchsia_sysmem::*;
use sysmem::v1::{self, Event, EventSink, View};
use sysmem::{Constraints, Mapping, tokio as asynchronous};
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};
use zx::Access;

const PATIENCE: Duration = Duration::from_secs(20);
const BYTES: u32 = 8192;

/// Turns a token in over an Allocator of the first version, and wants a buffer to write to.
fn take_part(service: &EmbeddedServer, token: sysmem::Channel) -> (View, EventSink) {
    let connection = service.connect_to(Discoverable::AllocatorV1).unwrap();
    let allocator = v1::from_channel(connection).unwrap();
    let (view, buffer_collection_request) = v1::endpoints().unwrap();
    allocator
        .bind_shared_collection(AllocatorBindSharedCollectionRequest {
            token: ClientEnd::new(token.into()),
            buffer_collection_request,
        })
        .unwrap();
    let view = View::new(view);
    let (sink, events) = EventSink::new().unwrap();
    view.set_event_sink(BufferCollectionSetEventSinkRequest { events }).unwrap();
    let mut constraints = BufferCollectionConstraints {
        min_buffer_count_for_camping: 1,
        has_buffer_memory_constraints: true,
        ..Default::default()
    };
    constraints.usage.cpu = CPU_USAGE_WRITE_OFTEN;
    constraints.buffer_memory_constraints.min_size_bytes = BYTES;
    constraints.buffer_memory_constraints.cpu_domain_supported = true;
    view.set_constraints(BufferCollectionSetConstraintsRequest {
        has_constraints: true,
        constraints,
    })
    .unwrap();
    (view, sink)
}

/// The buffers, as the events of a view tell of them.
fn wait_for_buffers(sink: &mut EventSink) -> BufferCollectionInfo2<sysmem_fidl::Handle> {
    let first = sink.wait(PATIENCE).unwrap();
    assert!(matches!(first, Some(Event::OnDuplicatedTokensKnownByServer)), "{first:?}");
    match sink.wait(PATIENCE).unwrap() {
        Some(Event::OnBuffersAllocated { payload }) => {
            assert_eq!(payload.status, 0);
            payload.buffer_collection_info
        }
        other => panic!("{other:?}"),
    }
}

fn inode(handle: impl AsFd) -> u64 {
    rustix::fs::fstat(handle).unwrap().st_ino
}

#[tokio::test]
async fn sysmem1_participants_of_both_versions_get_the_same_memory() {
    let service = EmbeddedServer::spawn(ServerConfig::embedded()).unwrap();
    let allocator = sysmem::Allocator::from_channel(service.connect().unwrap()).unwrap();
    let root = allocator.new_shared_token().unwrap();
    let children = [root.duplicate().unwrap(), root.duplicate().unwrap()];
    root.sync().unwrap();
    let [for_old, for_other] = children.map(|token| token.into_channel().unwrap());

    let (view, mut sink) = take_part(&service, for_old);
    let own = allocator.bind(root).unwrap();
    own.set_constraints(Constraints::new().cpu_read().camping(1)).unwrap();
    let other = asynchronous::Allocator::from_channel(service.connect().unwrap()).unwrap();
    let other = other.bind(asynchronous::Token::from_channel(for_other).unwrap()).unwrap();
    other.set_constraints(Constraints::new().cpu_read().camping(1)).unwrap();

    let (old, read) = (wait_for_buffers(&mut sink), own.wait_for_buffers().unwrap());
    let read_too = other.wait_for_buffers().await.unwrap();
    assert_eq!((old.buffer_count, read.len(), read_too.len()), (3, 3, 3));
    let size = u64::from(old.settings.buffer_settings.size_bytes);
    assert_eq!((size, read.size_bytes(), read_too.size_bytes()), (BYTES.into(), size, size));
    for number in 0..3 {
        let vmo = old.buffers[number].vmo.as_ref().unwrap();
        let expected = inode(vmo);
        for buffers in [&read, &read_too] {
            assert_eq!(inode(buffers[number].handle().unwrap()), expected, "buffer {number}");
        }
        // A frame from the old participant to the new ones.
        let vmo = vmo.as_fd().try_clone_to_owned().unwrap();
        let memory = Mapping::new(&vmo.into(), BYTES.into(), Access::ReadWrite).unwrap();
        memory.write(number, &[1, 2, 3]).unwrap();
        for buffers in [&read, &read_too] {
            let mut frame = [0; 3];
            buffers[number].map_read().unwrap().read(number, &mut frame).unwrap();
            assert_eq!(frame, [1, 2, 3]);
        }
    }
    view.close().unwrap();
    own.release().unwrap();
    other.release().unwrap();
}
