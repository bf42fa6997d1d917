//! 31 to 41: failure domains.

use sysmem_core::Severity;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::cpu;
use crate::memory::Memory;
use crate::world::World;

/// Root and dispensable participant, bound.
fn with_dispensable(world: &World) -> (Client, Client) {
    let token = world.shared_token();
    let dispensable = token.duplicate();
    dispensable.set_dispensable();
    (world.bind(token), world.bind(dispensable))
}

#[test]
fn lifecycle_s31_a_dispensable_node_fails_alone_once_there_are_buffers() {
    let world = World::new();
    let (root, dispensable) = with_dispensable(&world);
    dispensable.close();
    assert_eq!(root.epitaph(), INTERNAL);

    let (root, dispensable) = with_dispensable(&world);
    root.set_constraints(cpu(1, 64));
    dispensable.set_constraints(cpu(1, 64));
    dispensable.close();
    assert!(root.is_open());
    assert_eq!(root.wait().buffers().count, 2);
}

#[test]
fn lifecycle_s32_a_failure_below_a_dispensable_node_ends_there() {
    let world = World::new();
    let token = world.shared_token();
    let dispensable = token.duplicate();
    dispensable.set_dispensable();
    let (below, beside) = (dispensable.duplicate(), dispensable.duplicate());
    let [root, dispensable, below, beside] =
        [token, dispensable, below, beside].map(|token| world.bind(token));
    for participant in [&root, &dispensable, &below, &beside] {
        participant.set_constraints(cpu(1, 64));
    }
    below.close();
    assert_eq!(dispensable.epitaph(), INTERNAL);
    assert_eq!(beside.epitaph(), INTERNAL);
    assert!(root.is_open());
}

#[test]
fn lifecycle_s33_a_dispensable_node_that_leaves_early_fails_its_parent() {
    let world = World::new();
    let (root, dispensable) = with_dispensable(&world);
    dispensable.release_and_close();
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s34_an_attached_token_that_leaves_is_deleted_silently() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let attached = root.attach();
    let node = attached.node_ref();
    attached.release_and_close();
    assert!(root.is_open());
    assert_eq!(root.is_alternate_for(node), Err(fsysmem2::Error::NOT_FOUND));
    let said = world.log("every client of a subtree has left");
    assert_eq!(said.iter().map(|record| record.severity).collect::<Vec<_>>(), [Severity::Info]);
}

#[test]
fn lifecycle_s35_a_dispensable_attached_token_stays_isolated() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let attached = root.attach();
    attached.set_dispensable();
    attached.close();
    assert!(root.is_open());
}

#[test]
fn lifecycle_s36_a_dispensable_root_changes_nothing() {
    let world = World::new();
    let token = world.shared_token();
    token.set_dispensable();
    let other = token.duplicate();
    let (root, other) = (world.bind(token), world.bind(other));
    root.set_constraints(cpu(1, 64));
    other.set_constraints(cpu(1, 64));
    root.close();
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s37_dispensability_is_not_inherited() {
    let world = World::new();
    let token = world.shared_token();
    token.set_dispensable();
    let dispensable = token.duplicate();
    dispensable.set_dispensable();
    let below = dispensable.duplicate();
    let [root, dispensable, below] = [token, dispensable, below].map(|token| world.bind(token));
    for participant in [&root, &dispensable, &below] {
        participant.set_constraints(cpu(1, 64));
    }
    below.close();
    assert_eq!(dispensable.epitaph(), INTERNAL);
    assert!(root.is_open());
}

#[test]
fn lifecycle_s38_a_failing_parent_takes_attached_descendants_down() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let attached = root.attach();
    let below = attached.duplicate();
    root.close();
    assert_eq!(attached.epitaph(), INTERNAL);
    assert_eq!(below.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s39_a_failed_attached_subtree_gives_its_buffers_back() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let mut constraints = cpu(1, 64);
    constraints.min_buffer_count = Some(3);
    root.set_constraints(constraints);
    assert_eq!(root.wait().buffers().count, 3);

    let attach = |count| {
        let attached = world.bind(root.attach());
        attached.set_constraints(cpu(count, 64));
        attached
    };
    let first = attach(2);
    assert_eq!(first.wait().buffers().count, 3);
    assert!(!attach(1).is_open(), "no buffer is free");
    first.close();
    assert!(attach(2).is_open());
    assert!(root.is_open());
}

#[test]
fn lifecycle_s40_deeper_nodes_close_first() {
    let world = World::new();
    let root = world.shared_token();
    let (a, b) = (root.duplicate(), root.duplicate());
    let below_a = a.duplicate();
    world.driver().wires.closed.clear();
    root.close();
    let order: Vec<_> = world.driver().wires.closed.clone();
    assert_eq!(order, [root.pair, below_a.pair, b.pair, a.pair]);
}

#[test]
fn lifecycle_s41_waits_of_others_get_no_reply() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    let wait = root.wait();
    other.close();
    assert_eq!(root.epitaph(), INTERNAL);
    assert!(wait.is_unanswered());
}

#[test]
fn a_deserted_root_fails_when_an_attached_subtree_takes_the_last_channel_along() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let attached = root.attach();
    root.set_constraints(cpu(1, 64));
    root.release_and_close();
    assert_eq!(world.allocations_in(Memory::Made).len(), 1, "the attached token holds it");
    attached.close();
    assert!(world.allocations_in(Memory::Made).is_empty());
    world.assert_nothing_is_left_but_allocators();
}
