//! The sink for events: 16 to 19, and the table of `SetEventSink` (1.6).

use sysmem_core::v1;

use super::client::{Allocator, BAD_STATE, INVALID_ARGS, View};
use super::constraints::cpu;
use super::views::views;
use crate::world::World;

fn sole_view(world: &World) -> View {
    let [view] = views(world);
    view
}

#[test]
fn sysmem1_r24_the_first_sink_before_constraints_is_told_at_once() {
    let world = World::new();
    let view = sole_view(&world);
    let sink = view.set_sink();
    let notices = sink.take();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].event, v1::Event::DuplicatedTokensKnown);
    assert!(view.is_open() && !sink.is_dropped());
}

#[test]
fn sysmem1_r24_a_second_sink_fails_the_view() {
    let world = World::new();
    let view = sole_view(&world);
    view.set_sink();
    let second = view.set_sink();
    assert_eq!(view.epitaph(), INVALID_ARGS);
    assert!(second.is_dropped() && second.take().is_empty());
}

#[test]
fn sysmem1_r24_a_sink_after_constraints_fails_the_view() {
    let world = World::new();
    let [view, _other] = views(&world);
    view.constrain(cpu(1, 64));
    let sink = view.set_sink();
    assert_eq!(view.epitaph(), INVALID_ARGS);
    assert!(sink.is_dropped() && sink.take().is_empty());
}

#[test]
fn sysmem1_r24_a_sink_after_close_fails_the_view() {
    let world = World::new();
    let [view, _other] = views(&world);
    view.done();
    let sink = view.set_sink();
    assert_eq!(view.epitaph(), BAD_STATE);
    assert!(sink.is_dropped() && sink.take().is_empty());
}

#[test]
fn sysmem1_r24_without_a_sink_results_come_from_calls_alone() {
    let world = World::new();
    let view = sole_view(&world);
    view.constrain(cpu(1, 64));
    assert!(view.wait().outcome().is_ok());
}

#[test]
fn sysmem1_r24_two_way_calls_stay_legal_beside_a_sink() {
    let world = World::new();
    let view = sole_view(&world);
    let sink = view.set_sink();
    assert!(matches!(view.sync().v1_answer(), v1::Reply::ViewSync(_)));
    assert_eq!(view.check().status(), -28);
    let wait = view.wait();
    view.constrain(cpu(1, 64));
    assert!(wait.outcome().is_ok() && view.wait().outcome().is_ok());
    assert_eq!(view.check().status(), 0);
    assert_eq!(sink.take().len(), 2);
}

#[test]
fn sysmem1_c16_the_server_is_stricter_than_the_text_about_sinks() {
    // The text says: at any time, up to once. Decided for what the server did.
    let world = World::new();
    let view = sole_view(&world);
    view.constrain(cpu(1, 64));
    view.set_sink();
    assert_eq!(view.epitaph(), INVALID_ARGS);
}

#[test]
fn sysmem1_c17_a_sink_in_the_first_message_hears_of_tokens_before_anything_else() {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let token = allocator.shared_token();
    let view = allocator.new_view();
    let sink = view.set_sink();
    view.queue_constraints(cpu(1, 64));
    assert!(sink.take().is_empty(), "the view is not there yet");
    let child = token.queue_duplicate(u32::MAX);
    allocator.bind_to(crate::handle::Object::ClientEnd(token.pair), &view);
    let notices = sink.take();
    assert_eq!(notices[0].event, v1::Event::DuplicatedTokensKnown);
    assert_eq!(notices.len(), 1);
    assert!(allocator.knows(&child), "the event has said so");
}

#[test]
fn sysmem1_c19_replies_of_a_view_come_before_its_event() {
    let world = World::new();
    let [view, other] = views(&world);
    let sink = view.set_sink();
    let waits = [view.wait(), view.wait()];
    view.constrain(cpu(1, 64));
    other.constrain(cpu(1, 64));
    let notices = sink.take();
    assert_eq!(notices.len(), 2, "each event comes once");
    assert_eq!(notices[1].replies_before, 2);
    let v1::Event::BuffersAllocated(Ok(delivery)) = &notices[1].event else { panic!() };
    assert!(waits.iter().all(|wait| wait.outcome().as_ref() == Ok(delivery)));
    // The event has handles of its own.
    assert_eq!(world.buffer(delivery.buffers.allocation, 0).strong, 3);
}

#[test]
fn sysmem1_a_view_without_constraints_hears_of_buffers_too() {
    let world = World::new();
    let [own, other] = views(&world);
    let sink = other.set_sink();
    other.accept_anything();
    own.constrain(cpu(2, 64));
    let notices = sink.take();
    let v1::Event::BuffersAllocated(Ok(delivery)) = &notices[1].event else { panic!() };
    assert_eq!(delivery.buffers.count, 2);
    assert_eq!(delivery.buffers.handles.access(), None);
}

#[test]
fn sysmem1_no_event_is_owed_to_who_has_gone() {
    let world = World::new();
    let [own, other] = views(&world);
    let sink = other.set_sink();
    other.leave();
    own.constrain(cpu(1, 64));
    assert!(own.wait().outcome().is_ok());
    assert_eq!(sink.take().len(), 1);
    assert!(sink.is_dropped());
}
