//! What `sysmem2-constraints.md` says about nodes: example E50 of its section 7, and sentences 61,
//! 69 to 75, 77 and 80 of its section 8.

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::{cpu, impossible, no_use};
use crate::memory::Memory;
use crate::world::{World, no_memory};

const EMPTY: fsysmem2::Error = fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY;

/// A root with a group below it: the root, and two children of the group, all bound.
fn choice(world: &World) -> (Client, [Client; 2]) {
    let token = world.shared_token();
    let (_group, children) = token.group_of::<2>();
    (world.bind(token), children)
}

#[test]
fn constraints_e50_s61_failure_of_the_heap_ends_the_search() {
    let world = World::new();
    world.heap_takes_its_time();
    let (root, [first, second]) = choice(&world);
    first.set_constraints(cpu(1, 64));
    second.set_constraints(cpu(2, 64));
    root.set_constraints(cpu(1, 64));
    let waits = [&root, &first, &second].map(Client::wait);
    world.heap_answers(Err(no_memory()));
    for wait in waits {
        assert_eq!(wait.error(), fsysmem2::Error::NO_MEMORY);
    }
    assert!(world.allocations_in(Memory::Wanted).is_empty(), "the second child was tried");
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn constraints_s69_children_that_are_not_selected_are_waited_for() {
    let world = World::new();
    let (root, [first, second]) = choice(&world);
    first.set_constraints(cpu(1, 64));
    root.set_constraints(cpu(1, 64));
    let wait = root.wait();
    assert!(wait.is_unanswered());
    second.set_constraints(impossible());
    assert_eq!(wait.buffers().count, 2);
    assert!(first.is_open() && !second.is_open());
}

#[test]
fn constraints_s70_released_collections_count_and_released_tokens_do_not() {
    let world = World::new();
    let token = world.shared_token();
    let (collection, unused) = (world.bind(token.duplicate()), token.duplicate());
    collection.set_constraints(cpu(2, 64));
    collection.release_and_close();
    unused.release_and_close();
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 3);
}

/// A collection with one buffer more than its one participant needs.
fn with_one_to_spare(world: &World) -> Client {
    let root = world.allocator().non_shared_collection();
    let constraints =
        fsysmem2::BufferCollectionConstraints { min_buffer_count: Some(2), ..cpu(1, 64) };
    root.set_constraints(constraints);
    assert_eq!(root.wait().buffers().count, 2);
    root
}

#[test]
fn constraints_s71_who_would_change_the_result_fails_alone() {
    let world = World::new();
    let root = with_one_to_spare(&world);
    let [larger, fewer, elsewhere] = [
        cpu(0, 65),
        fsysmem2::BufferCollectionConstraints { max_buffer_count: Some(1), ..cpu(0, 64) },
        fsysmem2::BufferCollectionConstraints {
            buffer_memory_constraints: Some(fsysmem2::BufferMemoryConstraints {
                cpu_domain_supported: Some(false),
                ram_domain_supported: Some(true),
                ..Default::default()
            }),
            ..cpu(0, 64)
        },
    ];
    for constraints in [larger, fewer, elsewhere] {
        let late = world.bind(root.attach());
        late.set_constraints(constraints.clone());
        assert_eq!(late.epitaph(), INTERNAL, "{constraints:?}");
        assert!(root.is_open());
    }
    assert_eq!(root.wait().buffers().count, 2);
}

#[test]
fn constraints_s72_buffers_of_a_failed_subtree_are_free_again() {
    let world = World::new();
    let root = with_one_to_spare(&world);
    let join = || {
        let late = world.bind(root.attach());
        late.set_constraints(cpu(1, 64));
        late
    };
    let first = join();
    assert!(!join().is_open(), "no buffer is left");
    first.close();
    assert!(join().is_open());
}

#[test]
fn constraints_s73_late_participants_are_looked_at_after_the_allocation() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let (fits, does_not) = (world.bind(root.attach()), world.bind(root.attach()));
    fits.set_constraints(cpu(0, 64));
    does_not.set_constraints(cpu(7, 64));
    let waits = [fits.wait(), does_not.wait()];
    assert!(waits.iter().all(crate::client::Call::is_unanswered));
    root.set_constraints(cpu(1, 64));
    assert_eq!(waits[0].buffers().count, 1, "the late ones do not take part");
    assert_eq!(waits[1].error(), EMPTY);
}

#[test]
fn constraints_s74_late_participants_fail_with_the_first_allocation() {
    for (constraints, expected) in [(impossible(), EMPTY), (cpu(1, 64), fsysmem2::Error::NO_MEMORY)]
    {
        let world = World::new();
        world.heap_fails();
        let root = world.allocator().non_shared_collection();
        let late = world.bind(root.attach());
        late.set_constraints(cpu(0, 64));
        let wait = late.wait();
        root.set_constraints(constraints);
        assert_eq!(wait.error(), expected);
        assert_eq!(late.epitaph(), INTERNAL);
    }
}

#[test]
fn constraints_s75_who_does_not_use_buffers_gets_none_of_them() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(3, 64));
    other.set_constraints(no_use(0));
    let delivery = other.wait().buffers();
    assert_eq!((delivery.count, delivery.handles.access()), (3, None));
    assert!(root.wait().buffers().handles.access().is_some());
}

#[test]
fn constraints_s77_a_name_needs_a_higher_priority_to_replace_another() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.set_name(2, "first");
    root.set_name(2, "equal");
    root.set_name(1, "lower");
    root.set_constraints(cpu(1, 64));
    assert_eq!(world.allocated_names(), ["first"]);
}

#[test]
fn constraints_s80_waiting_before_setting_constraints_is_a_deviation() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.wait();
    assert_eq!(root.epitaph(), INTERNAL);
}
