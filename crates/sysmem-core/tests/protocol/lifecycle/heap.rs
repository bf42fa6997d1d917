//! What happens while a heap is at work (`sysmem2-protocols.md` 3.6, 3.8).

use sysmem_core::{ChannelId, Input};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::cpu;
use crate::handle::SimHandle;
use crate::memory::Memory;
use crate::world::{World, no_memory};

/// Two participants who wait for a heap that takes its time.
fn waiting(world: &World) -> (Client, Client) {
    world.heap_takes_its_time();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    other.set_constraints(cpu(1, 64));
    assert_eq!(world.allocations_in(Memory::Wanted).len(), 1);
    (root, other)
}

#[test]
fn waits_are_answered_when_the_heap_answers() {
    let world = World::new();
    let (root, other) = waiting(&world);
    let wait = root.wait();
    assert!(wait.is_unanswered());
    assert_eq!(other.check(), Err(fsysmem2::Error::PENDING));
    world.heap_answers(Ok(()));
    assert_eq!(wait.buffers().count, 2);
    assert_eq!(other.check(), Ok(()));
}

#[test]
fn buffers_that_come_too_late_are_let_go_of() {
    let world = World::new();
    let (root, other) = waiting(&world);
    other.close();
    assert_eq!(root.epitaph(), INTERNAL);
    world.heap_answers(Ok(()));
    assert_eq!(world.allocations_in(Memory::LetGo).len(), 1);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn a_heap_that_fails_too_late_is_nothing_to_anybody() {
    let world = World::new();
    let (root, other) = waiting(&world);
    root.close();
    assert_eq!(other.epitaph(), INTERNAL);
    world.heap_answers(Err(no_memory()));
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn who_leaves_while_the_heap_works_still_counts() {
    let world = World::new();
    let (root, other) = waiting(&world);
    other.wait();
    other.release_and_close();
    world.heap_answers(Ok(()));
    assert_eq!(root.wait().buffers().count, 2);
}

#[test]
fn when_everybody_leaves_while_the_heap_works_the_collection_fails() {
    let world = World::new();
    let (root, other) = waiting(&world);
    root.release_and_close();
    other.release_and_close();
    world.heap_answers(Ok(()));
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn names_given_while_the_heap_works_come_too_late() {
    let world = World::new();
    let (root, _other) = waiting(&world);
    root.set_name(1, "late");
    world.heap_answers(Ok(()));
    assert_eq!(world.allocated_names(), [""]);
}

#[test]
fn shutting_down_fails_everything() {
    let world = World::new();
    let (root, other) = waiting(&world);
    let token = world.shared_token();
    world.driver().core.shut_down();
    world.driver().carry_out();
    for client in [root, other, token] {
        assert_eq!(client.epitaph(), INTERNAL);
    }
    world.heap_answers(Ok(()));
    world.assert_nothing_is_left();
}

/// Has the core give up what an input is about.
fn abandon(world: &World, input: &Input<SimHandle>) {
    let subject = world.driver().core.subject(input).expect("a subject");
    world.driver().core.abandon(subject);
    world.driver().carry_out();
}

fn channel(client: &Client) -> ChannelId {
    client.world.driver().wires.channels[&client.pair].served_as.expect("a live channel")
}

#[test]
fn abandoning_fails_one_collection() {
    let world = World::new();
    let (root, other) = waiting(&world);
    let allocator = world.allocator();
    let token = allocator.shared_token();
    abandon(&world, &Input::Closed(channel(&root)));
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);
    assert!(token.is_open());

    abandon(&world, &Input::Closed(channel(&allocator)));
    assert_eq!(allocator.epitaph(), INTERNAL);
    assert!(token.is_open());
    assert_eq!(world.driver().core.subject(&Input::Tick), None);
}

#[test]
fn what_a_heap_answers_is_about_the_collection_that_waits_for_it() {
    let world = World::new();
    let (root, other) = waiting(&world);
    let token = world.shared_token();
    let allocation = world.allocations_in(Memory::Wanted)[0];
    abandon(&world, &Input::Allocated { allocation, result: Ok(()) });
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);
    assert!(token.is_open());
}
