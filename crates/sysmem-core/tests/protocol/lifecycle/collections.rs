//! 42 to 52, 103, 105, 106: collections.

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::INTERNAL;
use crate::constraints::{cpu, impossible, no_use};
use crate::wires::Answer;
use crate::world::World;

#[test]
fn lifecycle_s42_waiting_before_constraints_is_a_deviation() {
    let world = World::new();
    let (root, [other]) = world.participants();
    assert!(other.wait().is_unanswered());
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s43_checking_before_constraints_is_pending() {
    let world = World::new();
    let (root, [_other]) = world.participants();
    assert_eq!(root.check(), Err(fsysmem2::Error::PENDING));
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.check(), Err(fsysmem2::Error::PENDING));
    assert!(root.is_open());
}

#[test]
fn lifecycle_s44_a_second_set_constraints_is_a_deviation() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.set_constraints(cpu(1, 64));
    other.set_constraints(cpu(1, 64));
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s45_waits_are_answered_in_order() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    let waits = [root.wait(), root.wait()];
    other.set_constraints(cpu(1, 64));
    let answers =
        std::mem::take(&mut world.driver().wires.channels.get_mut(&root.pair).unwrap().answers);
    let order: Vec<_> = answers.iter().map(|(txid, _)| *txid).collect();
    assert_eq!(order, waits.each_ref().map(|wait| wait.txid()));
    assert!(answers.iter().all(|(_, answer)| matches!(answer, Answer::Buffers(Ok(_)))));
}

#[test]
fn lifecycle_s46_a_wait_after_the_allocation_is_answered_at_once() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.set_constraints(cpu(2, 64));
    assert_eq!(root.wait().buffers().count, 2);
    assert_eq!(root.wait().buffers().count, 2);
}

#[test]
fn lifecycle_s47_a_failed_allocation_answers_waits_and_closes_everything() {
    let world = World::new();
    let (root, [a, b]) = world.participants();
    root.set_constraints(cpu(1, 64));
    a.set_constraints(impossible());
    let waits = [root.wait(), a.wait(), a.wait()];
    b.set_constraints(cpu(1, 64));
    for wait in waits {
        assert_eq!(wait.error(), fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY);
    }
    for client in [root, a, b] {
        assert_eq!(client.epitaph(), INTERNAL);
    }
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s48_check_tells_that_buffers_are_there() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.check(), Ok(()));
}

#[test]
fn lifecycle_s49_constraints_s79_must_match_vmo_of_somebody_else_fails_at_set_constraints() {
    let world = World::new();
    let (root, [other]) = world.participants();
    let vmo = world.handle(crate::handle::Object::Vmo);
    other.send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
        fsysmem2::BufferCollectionSetConstraintsRequest {
            constraints: Some(cpu(1, 64)),
            must_match_vmo: Some(vmo),
        },
    );
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s50_buffers_that_are_too_large_do_not_suit_anybody() {
    const MIB: u64 = 1 << 20;
    for (count, size_bytes) in [(1, 256 * MIB + 1), (9, 128 * MIB)] {
        let world = World::new();
        let root = world.allocator().non_shared_collection();
        root.set_constraints(cpu(count, size_bytes));
        assert!(!root.is_open());

        let world = World::new();
        let token = world.shared_token();
        let (_group, [large, small]) = token.group_of();
        world.bind(token).set_constraints(cpu(0, 64));
        large.set_constraints(cpu(count, size_bytes));
        small.set_constraints(cpu(1, 64));
        assert!(!large.is_open());
        assert!(small.wait().buffers().count >= 1);
    }
}

#[test]
fn lifecycle_s51_a_heap_without_memory_is_final() {
    let world = World::new();
    world.heap_fails();
    let token = world.shared_token();
    let (_group, [first, second]) = token.group_of();
    let root = world.bind(token);
    first.set_constraints(cpu(1, 64));
    second.set_constraints(cpu(1, 64));
    let waits = [first.wait(), second.wait()];
    root.set_constraints(cpu(1, 64));
    for wait in waits {
        assert_eq!(wait.error(), fsysmem2::Error::NO_MEMORY);
    }
    assert_eq!(world.allocated_names().len(), 1, "the second child is not tried");
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s52_everybody_is_told_of_all_buffers() {
    let world = World::new();
    let (root, [a, b]) = world.participants();
    root.set_constraints(cpu(2, 64));
    a.set_constraints(no_use(0));
    b.set_constraints(cpu(1, 64));
    for participant in [root, a, b] {
        assert_eq!(participant.wait().buffers().count, 3);
    }
}

#[test]
fn lifecycle_s80_set_weak_ok_after_the_first_wait_is_a_deviation() {
    let world = World::new();
    let (root, [other]) = world.participants();
    let set_weak_ok = || {
        let for_child_nodes_also = Some(true);
        let request = fsysmem2::NodeSetWeakOkRequest { for_child_nodes_also };
        other.send::<fsysmem2::NodeSetWeakOkMethod>(request);
    };
    set_weak_ok();
    other.set_constraints(cpu(1, 64));
    set_weak_ok();
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 2);
    assert!(other.is_open());

    assert_eq!(other.wait().buffers().count, 2);
    set_weak_ok();
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn set_weak_ok_is_harmless_on_strong_tokens_and_groups() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    for node in [&token, &group] {
        let request = fsysmem2::NodeSetWeakOkRequest::default();
        node.send::<fsysmem2::NodeSetWeakOkMethod>(request);
        assert!(node.is_open());
    }
}

#[test]
fn lifecycle_s103_an_empty_table_is_a_participant_and_a_lone_count_is_none() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    other.send::<fsysmem2::BufferCollectionSetConstraintsMethod>(
        fsysmem2::BufferCollectionSetConstraintsRequest::default(),
    );
    let buffers = other.wait().buffers();
    assert_eq!((buffers.count, buffers.handles.access()), (1, None));

    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    let wait = root.wait();
    other.set_constraints(fsysmem2::BufferCollectionConstraints {
        min_buffer_count: Some(1),
        ..Default::default()
    });
    assert_eq!(wait.error(), fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY);
}

#[test]
fn lifecycle_s105_who_uses_nothing_still_learns_what_there_is() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(2, 64));
    other.set_constraints(no_use(0));
    let (used, unused) = (root.wait().buffers(), other.wait().buffers());
    assert_eq!(unused.handles.access(), None);
    assert_eq!(unused.count, used.count);
    assert_eq!(unused.settings, used.settings);
    assert_eq!(unused.collection, root.collection_id());
}

#[test]
fn lifecycle_s106_a_wait_that_races_with_a_failure_is_never_unspecified() {
    for fails_first in [false, true] {
        let world = World::new();
        world.heap_takes_its_time();
        let (root, [other]) = world.participants();
        root.set_constraints(cpu(1, 64));
        other.set_constraints(cpu(1, 64));
        let wait = root.wait();
        if fails_first {
            other.close();
            world.heap_answers(Ok(()));
            assert!(wait.is_unanswered());
        } else {
            world.heap_answers(Ok(()));
            other.close();
            assert_eq!(wait.buffers().count, 2);
        }
        assert_eq!(root.epitaph(), INTERNAL);
        world.assert_nothing_is_left_but_allocators();
    }
}

#[test]
fn nobody_who_has_set_constraints_is_nobody_to_allocate_for() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    let child = group.child();
    group.all_children_present();
    token.release_and_close();
    child.release_and_close();
    assert_eq!(group.epitaph(), INTERNAL);
    assert!(!world.log("no participant has set constraints").is_empty());
}
