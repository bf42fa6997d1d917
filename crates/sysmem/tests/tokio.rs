//! The asynchronous client against a service in this process.

use std::future::Future;
use std::task::{Context, Waker};
use std::time::Duration;

use sysmem::tokio::{Allocator, Collection, Token, peer_closed};
use sysmem::{AllocationFailure, Constraints, Diagnostics, Error};
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};

fn service() -> EmbeddedServer {
    EmbeddedServer::spawn(ServerConfig::embedded()).unwrap()
}

fn connect(service: &EmbeddedServer) -> Allocator {
    Allocator::from_channel(service.connect().unwrap()).unwrap()
}

fn bytes(count: u64) -> Constraints {
    Constraints::new().min_buffers(1).min_size_bytes(count)
}

async fn pair(service: &EmbeddedServer) -> (Collection, Collection) {
    let (one, other) = (connect(service), connect(service));
    let token = one.new_shared_token().unwrap();
    let child = token.duplicate().unwrap();
    token.sync().await.unwrap();
    let child = Token::from_channel(child.into_channel().unwrap()).unwrap();
    (one.bind(token).unwrap(), other.bind(child).unwrap())
}

#[tokio::test]
async fn participants_wait_without_blocking_each_other() {
    let service = service();
    let (one, other) = pair(&service).await;
    one.set_constraints(bytes(100).cpu_write()).unwrap();
    // Both wait in one thread, and the first before the second has said anything.
    let first = one.wait_for_buffers();
    assert!(!one.check().await.unwrap());
    other.set_constraints(bytes(200).cpu_read()).unwrap();
    let (first, second) = tokio::join!(first, other.wait_for_buffers());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.size_bytes(), second.size_bytes()), (200, 200));
    first[0].map().unwrap().store_u8(0, 5).unwrap();
    assert_eq!(second[0].map_read().unwrap().load_u8(0), Ok(5));
    one.release().unwrap();
    other.release().unwrap();
}

#[tokio::test]
async fn replies_find_their_calls_whatever_the_order_of_polling() {
    let service = service();
    let (one, other) = pair(&service).await;
    one.set_constraints(bytes(1).cpu_write()).unwrap();
    let wait = one.wait_for_buffers();
    let (id, again) = (one.collection_id(), one.collection_id());
    let forgotten = one.sync();
    // The last to be polled is the one that the reactor knows; it goes away, the others go on.
    let mut forgotten = Box::pin(forgotten);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { wait.await.map(|buffers| buffers.collection_id()) });
    tokio::task::yield_now().await;
    let _ = forgotten.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(forgotten);
    let id = id.await.unwrap();
    assert_eq!(again.await.unwrap(), id);
    other.set_constraints(bytes(1).cpu_read()).unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(30), tasks.join_next()).await;
    assert_eq!(waited.unwrap().unwrap().unwrap().unwrap(), id);
}

#[tokio::test]
async fn many_requests_arrive_although_the_socket_is_small() {
    let service = service();
    let allocator = connect(&service);
    let token = allocator.new_shared_token().unwrap();
    for priority in 0..5000 {
        token.set_name(priority, "many").unwrap();
    }
    token.sync().await.unwrap();
    let collection = allocator.bind(token).unwrap();
    collection.sync().await.unwrap();
}

#[tokio::test]
async fn participants_hear_that_there_is_no_common_ground() {
    let service = service();
    let (one, other) = pair(&service).await;
    one.set_constraints(bytes(1).cpu_write()).unwrap();
    let wait = one.wait_for_buffers();
    // A wait that comes after the failure finds the channel closed (`sysmem2-protocols.md` 3.8).
    one.sync().await.unwrap();
    other.set_constraints(bytes(1 << 40).cpu_read()).unwrap();
    let error = wait.await.unwrap_err();
    let expected = AllocationFailure::NoCommonSettings;
    assert!(matches!(error, Error::Allocation { failure, .. } if failure == expected), "{error:?}");
}

/// Also without a clock in the runtime, and for a wait that finds the channel closed.
#[test]
fn participants_hear_who_conflicts_with_whom() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let service = service();
        let connector = service.connector();
        let diagnostics = Diagnostics::through(move || {
            connector.connect_to(Discoverable::Diagnostics).map_err(std::io::Error::other)
        });
        let allocator = connect(&service).with_diagnostics(diagnostics);
        let token = allocator.new_shared_token().unwrap();
        let other = token.duplicate().unwrap();
        token.sync().await.unwrap();
        other.sync().await.unwrap();
        let (one, other) = (allocator.bind(token).unwrap(), allocator.bind(other).unwrap());
        one.set_debug_info("camera", 1).unwrap();
        one.set_constraints(bytes(1).cpu_write()).unwrap();
        let wait = one.wait_for_buffers();
        one.sync().await.unwrap();
        other.set_constraints(bytes(1 << 40).cpu_read()).unwrap();
        for error in [wait.await.unwrap_err(), other.wait_for_buffers().await.unwrap_err()] {
            assert!(error.explanation().is_some(), "{error:?}");
            assert!(error.to_string().contains("min_size_bytes"), "{error}");
        }
    });
}

#[tokio::test]
async fn failures_reach_every_call() {
    let service = service();
    let (one, other) = pair(&service).await;
    one.set_constraints(bytes(1).cpu_write()).unwrap();
    let (first, second) = (one.wait_for_buffers(), one.wait_for_buffers());
    drop(other);
    for wait in [first, second] {
        let error = wait.await.unwrap_err();
        assert!(matches!(error, Error::Closed { epitaph: Some(_), .. }), "{error:?}");
    }
    assert!(one.sync().await.is_err());
    // A future that is never awaited is no harm.
    drop(one.sync());
}

#[tokio::test]
async fn trackers_and_weak_handles_are_waited_for_beside_other_things() {
    let service = service();
    let (strong, weak) = pair(&service).await;
    weak.set_weak().unwrap();
    let tracker = weak.track_node().unwrap();
    strong.set_constraints(bytes(1).cpu_write()).unwrap();
    weak.set_constraints(bytes(1).cpu_read()).unwrap();
    let (used, lent) = tokio::join!(strong.wait_for_buffers(), weak.wait_for_buffers());
    let (used, lent) = (used.unwrap(), lent.unwrap());
    let gone = weak.track_lifetime(0).unwrap();
    strong.release().unwrap();
    weak.sync().await.unwrap();
    let signal = lent[0].close_weak_asap().unwrap();
    let (signalled, ()) = tokio::join!(peer_closed(signal), async { drop(used) });
    signalled.unwrap();
    peer_closed(&tracker).await.unwrap();
    // Given up and waited for again.
    let soon = tokio::time::timeout(Duration::from_millis(1), peer_closed(&gone));
    assert!(soon.await.is_err());
    drop(lent);
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, peer_closed(&gone)).await.unwrap().unwrap();
}
