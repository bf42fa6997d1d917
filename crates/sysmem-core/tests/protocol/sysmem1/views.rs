//! Views: 20 to 35.

use sysmem_core::{Handles, v1};
use sysmem_fidl::fuchsia_sysmem::*;

use super::client::{
    Allocator, BAD_STATE, EventSink, INTERNAL, INVALID_ARGS, NO_RESOURCES, NOT_SUPPORTED, View,
};
use super::constraints::cpu;
use crate::memory::Memory;
use crate::world::World;

/// `N` participants of one collection.
pub fn views<const N: usize>(world: &World) -> [View; N] {
    let allocator = Allocator::connect(world);
    let root = allocator.shared_token();
    let tokens: [_; N] =
        std::array::from_fn(|number| if number == 0 { root.clone() } else { root.duplicate() });
    tokens.map(|token| allocator.bind(&token))
}

fn sole_view(world: &World) -> View {
    let [view] = views(world);
    view
}

fn impossible() -> BufferCollectionConstraints {
    BufferCollectionConstraints { min_buffer_count: 2, max_buffer_count: 1, ..cpu(1, 64) }
}

#[test]
fn sysmem1_c20_every_wait_gets_a_set_of_handles() {
    let world = World::new();
    let view = sole_view(&world);
    let waits = [view.wait(), view.wait(), view.wait()];
    view.constrain(cpu(2, 64));
    let last = view.wait();
    let [first, ..] = waits.each_ref().map(|wait| wait.outcome().unwrap());
    assert_eq!(last.outcome().unwrap(), first);
    assert_eq!(world.buffer(first.buffers.allocation, 1).strong, 4);
}

#[test]
fn sysmem1_c21_any_message_beyond_64_waits_is_too_much() {
    type Say = fn(&View);
    let messages: [(&str, Say); 4] = [
        ("wait", |view| drop(view.wait())),
        ("constraints", |view| view.constrain(cpu(1, 64))),
        ("close", View::done),
        ("check", |view| drop(view.check())),
    ];
    for (name, message) in messages {
        let world = World::new();
        let [view, other] = views(&world);
        let waits: Vec<_> = (0..64).map(|_| view.wait()).collect();
        assert!(view.is_open(), "{name}");
        message(&view);
        assert_eq!(view.epitaph(), NO_RESOURCES, "{name}");
        assert_eq!(other.epitaph(), INTERNAL, "{name}");
        assert!(waits.iter().all(|wait| wait.is_unanswered()));
    }
}

#[test]
fn sysmem1_c22_a_message_counts_as_long_as_it_is_handled() {
    let world = World::new();
    let [view, other] = views(&world);
    let mut waits = Vec::new();
    waits.extend((0..62).map(|_| view.wait()));
    for number in 0..100 {
        view.send::<BufferCollectionSetDebugClientInfoMethod>(
            BufferCollectionSetDebugClientInfoRequest { name: "camera".into(), id: number },
        );
    }
    view.constrain(cpu(1, 64));
    waits.extend([view.wait(), view.wait()]);
    other.constrain(cpu(1, 64));
    assert!(waits.iter().all(|wait| wait.outcome().is_ok()));
}

#[test]
fn sysmem1_c23_who_wants_nothing_is_told_everything() {
    let world = World::new();
    let [own, other] = views(&world);
    let wait = other.wait();
    other.accept_anything();
    own.constrain(cpu(3, 100));
    let v1::Delivery { settings, buffers } = wait.outcome().unwrap();
    assert_eq!((buffers.count, &buffers.handles), (3, &Handles::None));
    assert_eq!(settings.buffer_settings.size_bytes, 100);
    assert_eq!(settings.buffer_settings.heap, HeapType::SYSTEM_RAM);
    assert_eq!(settings.buffer_settings.coherency_domain, CoherencyDomain::CPU);
    assert!(!settings.has_image_format_constraints);
}

#[test]
fn sysmem1_c24_there_are_no_buffers_that_nobody_wants() {
    let world = World::new();
    let views = views::<2>(&world);
    let waits = views.each_ref().map(|view| view.wait());
    views.iter().for_each(View::accept_anything);
    assert_eq!(waits.map(|wait| wait.outcome()), [Err(-2), Err(-2)]);
    assert_eq!(views.map(|view| view.epitaph()), [NOT_SUPPORTED; 2]);
}

#[test]
fn sysmem1_c25_without_views_nothing_is_tried() {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let root = allocator.shared_token();
    let token = root.duplicate();
    let view = allocator.bind(&root);
    view.leave();
    token.leave();
    assert!(world.log("no buffers").is_empty());
    assert!(world.allocated_names().is_empty());
    allocator.close();
    world.assert_nothing_is_left();
}

#[test]
fn sysmem1_c26_allocation_is_tried_once() {
    let world = World::new();
    let [view] = views(&world);
    view.constrain(cpu(1, 64));
    let first = view.wait().outcome().unwrap();
    assert_eq!(view.wait().outcome().unwrap().buffers.allocation, first.buffers.allocation);
    assert_eq!(world.allocations_in(Memory::Made).len(), 1);
}

#[test]
fn sysmem1_c27_who_waits_learns_the_status_before_the_end() {
    let world = World::new();
    let [bad, good] = views(&world);
    let sinks = [bad.set_sink(), good.set_sink()];
    let waits = [bad.wait(), good.wait(), good.wait()];
    good.constrain(cpu(1, 64));
    bad.constrain(impossible());
    assert!(waits.iter().all(|wait| wait.outcome() == Err(-2)));
    for sink in sinks {
        let events: Vec<_> = sink.take().into_iter().map(|notice| notice.event).collect();
        let expected = [v1::Event::DuplicatedTokensKnown, v1::Event::BuffersAllocated(Err(-2))];
        assert_eq!(events, expected);
        assert!(sink.is_dropped());
    }
    assert_eq!([bad, good].map(|view| view.epitaph()), [NOT_SUPPORTED; 2]);
}

#[test]
fn sysmem1_c28_a_check_before_the_attempt_says_so_and_after_a_failure_finds_nobody() {
    let world = World::new();
    let view = sole_view(&world);
    assert_eq!(view.check().status(), -28);
    view.constrain(cpu(1, 64));
    assert_eq!(view.check().status(), 0);

    let view = sole_view(&world);
    view.constrain(impossible());
    assert!(view.check().is_unanswered());
    assert_eq!(view.epitaph(), NOT_SUPPORTED);
}

#[test]
fn sysmem1_c29_constraints_of_who_has_left_count() {
    let world = World::new();
    let [own, leaving] = views(&world);
    let sink = leaving.set_sink();
    leaving.constrain(cpu(5, 8192));
    leaving.leave();
    own.constrain(cpu(1, 64));
    let delivery = own.wait().outcome().unwrap();
    assert_eq!(delivery.buffers.count, 6);
    assert_eq!(delivery.settings.buffer_settings.size_bytes, 8192);
    let events: Vec<_> = sink.take().into_iter().map(|notice| notice.event).collect();
    assert_eq!(events, [v1::Event::DuplicatedTokensKnown]);
}

#[test]
fn sysmem1_c30_a_view_answers_sync_after_close() {
    let world = World::new();
    let [view, other] = views(&world);
    view.done();
    assert!(matches!(view.sync().v1_answer(), v1::Reply::ViewSync(_)));
    assert!(view.check().is_unanswered());
    assert_eq!(view.epitaph(), BAD_STATE);
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn sysmem1_c31_single_buffers_are_not_supported_whatever_their_index() {
    type Say = fn(&View, u64);
    let messages: [Say; 4] = [
        |view, buffer_index| {
            let request = BufferCollectionCloseSingleBufferRequest { buffer_index };
            view.send::<BufferCollectionCloseSingleBufferMethod>(request);
        },
        |view, buffer_index| {
            let request = BufferCollectionAllocateSingleBufferRequest { buffer_index };
            view.send::<BufferCollectionAllocateSingleBufferMethod>(request);
        },
        |view, buffer_index| {
            let request = BufferCollectionWaitForSingleBufferAllocatedRequest { buffer_index };
            let call = view.call::<BufferCollectionWaitForSingleBufferAllocatedMethod>(request);
            assert!(call.is_unanswered());
        },
        |view, buffer_index| {
            let request = BufferCollectionCheckSingleBufferAllocatedRequest { buffer_index };
            view.send::<BufferCollectionCheckSingleBufferAllocatedMethod>(request);
        },
    ];
    for message in messages {
        for index in [0, 1, u64::MAX] {
            let world = World::new();
            let view = sole_view(&world);
            view.constrain(cpu(1, 64));
            message(&view, index);
            assert_eq!(view.epitaph(), NOT_SUPPORTED);
        }
    }
}

#[test]
fn sysmem1_c34_a_reply_comes_before_the_end() {
    let world = World::new();
    let view = sole_view(&world);
    world.heap_fails();
    let wait = view.wait();
    view.constrain(cpu(1, 64));
    assert_eq!(wait.outcome(), Err(-4));
    assert_eq!(view.epitaph(), Some(-4));
}

#[test]
fn sysmem1_c35_a_crash_after_success_fails_everybody() {
    let world = World::new();
    let [own, crashing] = views(&world);
    own.constrain(cpu(1, 64));
    crashing.constrain(cpu(1, 64));
    let delivery = own.wait().outcome().unwrap();
    crashing.close();
    assert_eq!(own.epitaph(), INTERNAL);
    // The buffers stay, for those who have handles to them.
    assert_eq!(world.buffer(delivery.buffers.allocation, 0).strong, 1);
}

#[test]
fn sysmem1_second_constraints_are_not_supported() {
    let world = World::new();
    let [view, _other] = views(&world);
    view.constrain(cpu(1, 64));
    view.constrain(cpu(1, 64));
    assert_eq!(view.epitaph(), NOT_SUPPORTED);
}

#[test]
fn sysmem1_there_are_as_many_auxiliary_buffers_as_buffers_and_none_has_memory() {
    let world = World::new();
    let view = sole_view(&world);
    view.set_aux(true, true);
    view.constrain(cpu(2, 64));
    let v1::Reply::AuxBuffers(_, aux) = view.get_aux().v1_answer() else { panic!() };
    assert_eq!((aux.buffers.count, aux.buffers.handles), (2, Handles::None));
}

#[test]
fn sysmem1_constraints_on_auxiliary_buffers_come_once_before_the_others_and_make_sense() {
    type Say = fn(&View);
    let cases: [(Say, Option<i32>); 5] = [
        (
            |view| {
                view.set_aux(false, true);
                view.set_aux(false, true);
            },
            NOT_SUPPORTED,
        ),
        (
            |view| {
                view.constrain(cpu(1, 64));
                view.set_aux(false, true);
            },
            NOT_SUPPORTED,
        ),
        (
            |view| {
                view.set_aux(false, true);
                view.accept_anything();
            },
            INVALID_ARGS,
        ),
        (
            |view| {
                view.set_aux(true, false);
                view.constrain(cpu(1, 64));
            },
            INVALID_ARGS,
        ),
        (|view| assert!(view.get_aux().is_unanswered()), BAD_STATE),
    ];
    for (number, (act, epitaph)) in cases.into_iter().enumerate() {
        let world = World::new();
        let [view, _other] = views(&world);
        act(&view);
        assert_eq!(view.epitaph(), epitaph, "case {number}");
    }
}

#[test]
fn sysmem1_r18_while_many_wait_others_are_answered() {
    let world = World::new();
    let participants = views::<20>(&world);
    let waits: Vec<_> = participants.iter().map(View::wait).collect();
    let sinks: Vec<EventSink> = participants.iter().map(View::set_sink).collect();
    let bystander = sole_view(&world);
    for view in &participants {
        assert!(waits.iter().all(|wait| wait.is_unanswered()));
        assert!(matches!(bystander.sync().v1_answer(), v1::Reply::ViewSync(_)));
        view.constrain(cpu(1, 64));
    }
    for (wait, sink) in waits.iter().zip(sinks) {
        let v1::Reply::Buffers(responder, outcome) = wait.v1_answer() else { panic!() };
        assert_eq!(responder.txid(), wait.txid());
        assert_eq!(outcome.unwrap().buffers.count, 20);
        assert_eq!(sink.take().len(), 2);
    }
}
