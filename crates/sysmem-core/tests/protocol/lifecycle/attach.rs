//! 53 to 60, 107, 108: attached subtrees.

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::{cpu, impossible};
use crate::world::World;

/// An allocated collection with `spare` buffers more than its one participant needs.
fn with_spare_buffers(world: &World, spare: u32) -> Client {
    let root = world.allocator().non_shared_collection();
    let mut constraints = cpu(1, 64);
    constraints.min_buffer_count = Some(1 + spare);
    root.set_constraints(constraints);
    assert_eq!(root.check(), Ok(()));
    root
}

#[test]
fn lifecycle_s53_an_attached_token_does_not_delay_the_allocation() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let attached = root.attach();
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 1);
    assert!(attached.is_open());
}

#[test]
fn lifecycle_s54_an_attached_subtree_that_is_ready_is_answered_in_the_same_turn() {
    let world = World::new();
    world.heap_takes_its_time();
    let root = world.allocator().non_shared_collection();
    let attached = world.bind(root.attach());
    attached.set_constraints(cpu(0, 64));
    let wait = attached.wait();
    root.set_constraints(cpu(1, 64));
    assert!(wait.is_unanswered());
    world.heap_answers(Ok(()));
    assert_eq!(wait.buffers().count, 1);
}

#[test]
fn lifecycle_s55_too_few_free_buffers_fail_the_attached_participant_alone() {
    let world = World::new();
    let root = with_spare_buffers(&world, 1);
    let attached = world.bind(root.attach());
    let child = attached.attach();
    attached.set_constraints(cpu(2, 64));
    assert_eq!(attached.epitaph(), INTERNAL);
    assert_eq!(child.epitaph(), INTERNAL);
    assert!(root.is_open());
}

#[test]
fn lifecycle_s55_the_wait_of_the_attached_participant_is_answered() {
    let world = World::new();
    let root = with_spare_buffers(&world, 1);
    let token = root.attach();
    let late = token.duplicate();
    let attached = world.bind(token);
    attached.set_constraints(cpu(2, 64));
    let wait = attached.wait();
    assert!(wait.is_unanswered());
    world.bind(late).set_constraints(cpu(0, 64));
    assert_eq!(wait.error(), fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY);
    assert_eq!(attached.epitaph(), INTERNAL);
    assert!(root.is_open());
}

#[test]
fn lifecycle_s56_buffers_of_those_who_have_left_are_not_free() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.set_constraints(cpu(2, 64));
    other.release_and_close();
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 3);
    let attached = world.bind(root.attach());
    attached.set_constraints(cpu(1, 64));
    assert_eq!(attached.epitaph(), INTERNAL);
    assert!(root.is_open());
}

#[test]
fn lifecycle_s57_a_participant_that_would_change_the_settings_fails() {
    let world = World::new();
    let root = with_spare_buffers(&world, 2);
    // Every buffer is a page and would do, but the settings say 64 bytes.
    let attached = world.bind(root.attach());
    attached.set_constraints(cpu(1, 4096));
    assert_eq!(attached.epitaph(), INTERNAL);
    assert!(!world.log("no buffers").is_empty());
    assert!(root.is_open());
}

#[test]
fn lifecycle_s58_a_mask_of_zero_is_a_deviation_of_attach_token_alone() {
    let world = World::new();
    let token = world.shared_token();
    assert!(token.duplicate_with(0).is_open());
    assert!(token.is_open());
    let root = world.bind(token);
    let attached = root.attach_with(0);
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(attached.epitaph(), None);
}

#[test]
fn lifecycle_s60_a_failed_initial_allocation_ends_attached_subtrees() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let attached = world.bind(root.attach());
    let idle = root.attach();
    attached.set_constraints(cpu(1, 64));
    let wait = attached.wait();
    root.set_constraints(impossible());
    assert_eq!(wait.error(), fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY);
    assert_eq!(attached.epitaph(), INTERNAL);
    assert_eq!(idle.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s107_a_token_below_an_attached_one_blocks_that_subtree() {
    let world = World::new();
    let root = with_spare_buffers(&world, 2);
    let token = root.attach();
    let below = token.duplicate();
    let attached = world.bind(token);
    attached.set_constraints(cpu(1, 64));
    let wait = attached.wait();
    assert!(wait.is_unanswered());
    below.release();
    assert!(wait.is_unanswered());
    below.close();
    assert_eq!(wait.buffers().count, 3);
}

#[test]
fn lifecycle_s108_attached_subtrees_succeed_and_fail_on_their_own() {
    let world = World::new();
    let root = with_spare_buffers(&world, 1);
    let (first, second) = (world.bind(root.attach()), world.bind(root.attach()));
    second.set_constraints(cpu(1, 64));
    first.set_constraints(cpu(1, 64));
    assert_eq!(second.wait().buffers().count, 2);
    assert_eq!(first.epitaph(), INTERNAL);
    assert!(root.is_open());
}

#[test]
fn attached_subtrees_nest() {
    let world = World::new();
    let root = with_spare_buffers(&world, 2);
    let outer = world.bind(root.attach());
    let inner = world.bind(outer.attach());
    inner.set_constraints(cpu(1, 64));
    let wait = inner.wait();
    assert!(wait.is_unanswered(), "the one above has nothing yet");
    outer.set_constraints(cpu(1, 64));
    assert_eq!(wait.buffers().count, 3);
    outer.close();
    assert_eq!(inner.epitaph(), INTERNAL);
    assert!(root.is_open());
}
