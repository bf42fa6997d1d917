//! Weak participants, trackers and questions about buffers, by the blocking client.

use std::time::Duration;

use sysmem::{
    Allocator, Collection, Constraints, Error, EventPair, VmoQuery, fuchsia_sysmem2 as fsysmem2,
};
use sysmem_server::{EmbeddedServer, ServerConfig};

const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));

fn connect(service: &EmbeddedServer) -> Allocator {
    Allocator::from_channel(service.connect().unwrap()).unwrap()
}

fn service() -> (EmbeddedServer, Allocator) {
    let service = EmbeddedServer::spawn(ServerConfig::embedded()).unwrap();
    let allocator = connect(&service);
    (service, allocator)
}

fn bytes(count: u64) -> Constraints {
    Constraints::new().min_buffers(2).min_size_bytes(count)
}

fn strong_and_weak(allocator: &Allocator) -> (Collection, Collection) {
    let token = allocator.new_shared_token().unwrap();
    let child = token.duplicate().unwrap();
    child.set_weak().unwrap();
    token.sync().unwrap();
    let (strong, weak) = (allocator.bind(token).unwrap(), allocator.bind(child).unwrap());
    strong.set_constraints(bytes(4096).cpu_write()).unwrap();
    weak.set_constraints(bytes(1).cpu_read()).unwrap();
    (strong, weak)
}

fn wait_until_closed(pair: &EventPair) {
    assert!(pair.wait_for_close(PATIENCE).unwrap());
}

#[test]
fn a_weak_participant_is_told_when_nobody_uses_a_buffer_any_more() {
    let (_service, allocator) = service();
    let (strong, weak) = strong_and_weak(&allocator);
    let mut used = strong.wait_for_buffers().unwrap().into_vec();
    let lent = weak.wait_for_buffers().unwrap().into_vec();
    assert!(used.iter().all(|buffer| buffer.close_weak_asap().is_none()));
    let gone = strong.track_lifetime(0).unwrap();
    strong.release().unwrap();
    weak.sync().unwrap();
    assert!(lent.iter().all(|buffer| !buffer.is_to_be_closed().unwrap()));
    used.remove(0);
    wait_until_closed(lent[0].close_weak_asap().unwrap());
    assert!(lent[0].is_to_be_closed().unwrap() && !lent[1].is_to_be_closed().unwrap());
    assert!(weak.wait_for_buffers().unwrap()[0].handle().is_none());
    drop(used);
    wait_until_closed(lent[1].close_weak_asap().unwrap());
    assert!(!gone.is_peer_closed().unwrap());
    drop(lent);
    wait_until_closed(&gone);
}

#[test]
fn children_of_a_weak_participant_are_weak_and_have_to_be_told_that_they_are() {
    let (_service, allocator) = service();
    let token = allocator.new_shared_token().unwrap();
    let weak = token.duplicate().unwrap();
    weak.set_weak().unwrap();
    let knows_nothing = weak.duplicate().unwrap();
    weak.set_weak_ok_for_children().unwrap();
    let knows = weak.duplicate().unwrap();
    let says_so_itself = knows_nothing.duplicate().unwrap();
    says_so_itself.set_weak_ok().unwrap();
    for token in [&token, &weak, &knows_nothing] {
        token.sync().unwrap();
    }
    knows_nothing.release().unwrap();
    weak.release().unwrap();
    let collections = [token, knows, says_so_itself].map(|token| allocator.bind(token).unwrap());
    for collection in &collections {
        collection.set_constraints(bytes(1).cpu_write()).unwrap();
    }
    let buffers = collections.each_ref().map(|collection| collection.wait_for_buffers().unwrap());
    let is_weak = buffers.each_ref().map(|buffers| buffers[0].close_weak_asap().is_some());
    assert_eq!(is_weak, [false, true, true]);
}

#[test]
fn a_node_is_tracked_until_its_constraints_do_not_count_any_more() {
    let (_service, allocator) = service();
    let (strong, weak) = strong_and_weak(&allocator);
    let tracker = weak.track_node().unwrap();
    weak.sync().unwrap();
    weak.release().unwrap();
    strong.sync().unwrap();
    assert!(!tracker.is_peer_closed().unwrap());
    drop(strong);
    wait_until_closed(&tracker);
}

#[test]
fn a_handle_tells_what_it_is_and_can_be_lent_weakly() {
    let (_service, allocator) = service();
    let (strong, _weak) = strong_and_weak(&allocator);
    let id = strong.collection_id().unwrap();
    let buffers = strong.wait_for_buffers().unwrap();
    let copy = |index: usize| buffers[index].handle().unwrap().duplicate().unwrap();
    let query = VmoQuery::new(copy(1)).need_weak().need_settings();
    let query = query.check_constraints(bytes(4096).cpu_write()).check_settings(copy(0));
    let info = allocator.vmo_info(query).unwrap();
    assert_eq!((info.collection_id, info.buffer_index), (id, 1));
    assert_eq!(info.settings.as_ref(), Some(buffers.settings()));
    assert_eq!((info.constraints_ok, info.settings_match), (Some(true), Some(true)));
    assert!(!info.close_weak_asap.unwrap().is_peer_closed().unwrap());
    let weak = info.weak_handle.unwrap();
    assert_eq!(weak.identity().unwrap(), copy(1).identity().unwrap());
    // The weak handle says itself that it is weak.
    let info = allocator.vmo_info(VmoQuery::new(weak)).unwrap();
    assert!(info.close_weak_asap.is_some() && info.weak_handle.is_none());

    // Another service does not know it.
    let (_other_service, stranger) = service();
    let error = stranger.vmo_info(VmoQuery::new(copy(0))).unwrap_err();
    assert!(matches!(error, Error::Refused(fsysmem2::Error::NOT_FOUND)), "{error:?}");
}

#[test]
fn constraints_can_ask_for_the_settings_of_another_buffer() {
    let (_service, allocator) = service();
    let (strong, _weak) = strong_and_weak(&allocator);
    let buffers = strong.wait_for_buffers().unwrap();
    let sample = || buffers[0].handle().unwrap().duplicate().unwrap();
    let like = allocator.new_collection().unwrap();
    like.set_constraints_to_match(bytes(1).cpu_read(), sample()).unwrap();
    assert_eq!(like.wait_for_buffers().unwrap().settings(), buffers.settings());
    let unlike = allocator.new_collection().unwrap();
    unlike.set_constraints_to_match(bytes(1 << 20).cpu_read(), sample()).unwrap();
    let error = unlike.wait_for_buffers().unwrap_err();
    assert!(matches!(error, Error::Allocation { .. } | Error::Closed { .. }), "{error:?}");
}
