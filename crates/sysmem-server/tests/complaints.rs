//! Who keeps weak handles too long is named in the log (`sysmem2-protocols.md` 5.4). The only test
//! of its process, since it reads the log of all of it.

mod common;

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use common::log::Lines;
use common::memory::*;
use common::*;
use sysmem_fidl::fuchsia_sysmem2::*;
use tracing::Level;

/// Collects the errors of this process from now on.
fn errors() -> Receiver<String> {
    let (sender, errors) = channel();
    let sender = Mutex::new(sender);
    let take = move |line| sender.lock().unwrap().send(line).unwrap_or_default();
    Lines { least: Level::ERROR, take }.begin();
    errors
}

fn call_oneself(collection: &Collection, name: &str) {
    let name = Some(name.to_owned());
    collection.set_debug_client_info(NodeSetDebugClientInfoRequest { name, id: Some(77) });
}

#[test]
fn protocols_5_4_who_keeps_a_weak_handle_for_5_seconds_is_named() {
    let errors = errors();
    let server = server();
    let allocator = connect(&server);
    let (strong, leaky) = strong_and_weak(&allocator, 2);
    let name = Some("frames".to_owned());
    strong.set_name(NodeSetNameRequest { priority: Some(1), name });
    call_oneself(&leaky, "leaky");
    let id = strong.get_buffer_collection_id().unwrap().buffer_collection_id.unwrap();
    let held = wait_for_buffers(&strong);
    let given_back = wait_for_buffers(&leaky);
    let mut kept = wait_for_buffers(&leaky);
    let memory = zx::Handle::from(kept[1].vmo.take().unwrap());
    let signal = close_weak_asap(&mut kept[1]);
    drop((given_back, kept));
    leave(strong);
    leave(leaky);
    drop(held);
    wait_until_closed(&signal);

    let line = errors.recv_timeout(PATIENCE).unwrap();
    let zx::VmoIdentity { dev, ino } = memory.identity().unwrap();
    let pid = std::process::id();
    for word in [
        format!("collection={id} "),
        "name=\"frames\" ".to_owned(),
        "buffer=1 ".to_owned(),
        "client=\"leaky\" client_id=77 ".to_owned(),
        format!("pid={pid} "),
        format!("memory={dev}:{ino} "),
    ] {
        assert!(line.contains(&word), "{word}: {line}");
    }
    // Once for each delivery of which a handle is left, and no more.
    assert_serves(&allocator);
    assert_eq!(errors.try_iter().collect::<Vec<_>>(), Vec::<String>::new());
}
