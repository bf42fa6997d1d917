//! 88 to 94: eventpairs that follow buffers and nodes.

use sysmem_core::{Delivery, Strength};
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::{cpu, impossible};
use crate::world::World;

const NODE_TRACKERS_MAX: usize = 256;
const OWNED_TRACKERS_MAX: usize = 4096;

fn with_buffers(world: &World, count: u32) -> (Client, Delivery) {
    let collection = world.allocator().non_shared_collection();
    collection.set_constraints(cpu(count, 64));
    let delivery = collection.wait().buffers();
    (collection, delivery)
}

#[test]
fn lifecycle_s88_a_threshold_that_is_met_closes_with_the_allocation_and_not_before() {
    let world = World::new();
    world.heap_takes_its_time();
    let collection = world.allocator().non_shared_collection();
    let met = [3, 2].map(|remaining| collection.attach_lifetime_tracking(remaining));
    let unmet = collection.attach_lifetime_tracking(1);
    collection.set_constraints(cpu(2, 64));
    assert!(met.iter().chain([&unmet]).all(|tracker| !tracker.is_closed()));
    world.heap_answers(Ok(()));
    assert!(met.iter().all(|tracker| tracker.is_closed()));
    assert!(!unmet.is_closed());
    assert!(collection.attach_lifetime_tracking(2).is_closed());
}

#[test]
fn lifecycle_s89_threshold_0_closes_when_nothing_is_left() {
    let world = World::new();
    let (collection, Delivery { allocation, .. }) = with_buffers(&world, 2);
    let [none, one] = [0, 1].map(|remaining| collection.attach_lifetime_tracking(remaining));
    let (strong, weak) = (Strength::Strong, Strength::Weak);
    world.drop_handle(allocation, 0, strong);
    collection.close();
    assert!(!collection.is_open());
    assert!(!one.is_closed(), "a failing node closes nothing");
    world.tell();
    assert!(one.is_closed(), "buffer 0 is gone");
    assert!(!none.is_closed());
    world.drop_handle(allocation, 1, strong);
    assert!(none.is_closed());

    // Weak handles count as well.
    let root = world.shared_token();
    let other = root.duplicate();
    other.set_weak();
    let [root, other] = [root, other].map(|token| world.bind(token));
    root.set_constraints(cpu(1, 64));
    other.set_constraints(cpu(0, 64));
    let Delivery { allocation, .. } = other.wait().buffers();
    let tracker = root.attach_lifetime_tracking(0);
    root.close();
    world.tell();
    assert!(!tracker.is_closed());
    world.drop_handle(allocation, 0, weak);
    assert!(tracker.is_closed());
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s90_a_failed_subtree_closes_its_trackers_though_buffers_exist() {
    let world = World::new();
    let (root, _) = with_buffers(&world, 1);
    let attached = world.bind(root.attach());
    let tracker = attached.attach_lifetime_tracking(0);
    attached.set_constraints(cpu(1, 64));
    assert!(!attached.is_open());
    assert!(tracker.is_closed());
    assert!(root.is_open());

    let alone = world.allocator().non_shared_collection();
    let tracker = alone.attach_lifetime_tracking(64);
    alone.set_constraints(impossible());
    assert!(!alone.is_open() && tracker.is_closed());
}

#[test]
fn lifecycle_s91_who_leaves_before_allocation_takes_its_trackers_along() {
    let world = World::new();
    let (root, [other]) = world.participants();
    let tracker = other.attach_lifetime_tracking(0);
    other.set_constraints(cpu(1, 64));
    other.release();
    assert!(!tracker.is_closed());
    other.close();
    assert!(tracker.is_closed());
    assert!(root.is_open());
}

#[test]
fn lifecycle_s91_who_leaves_after_allocation_does_not() {
    let world = World::new();
    let (collection, Delivery { allocation, .. }) = with_buffers(&world, 1);
    let tracker = collection.attach_lifetime_tracking(0);
    collection.release_and_close();
    assert!(!tracker.is_closed());
    world.drop_handle(allocation, 0, Strength::Strong);
    assert!(tracker.is_closed());
}

#[test]
fn the_losers_of_a_group_lose_their_trackers() {
    let world = World::new();
    let token = world.shared_token();
    let (_group, [winner, loser]) = token.group_of();
    let trackers = [&winner, &loser].map(|child| child.attach_lifetime_tracking(0));
    world.bind(token).set_constraints(cpu(1, 64));
    winner.set_constraints(cpu(1, 64));
    loser.set_constraints(cpu(1, 64));
    assert!(!trackers[0].is_closed());
    assert!(trackers[1].is_closed());
}

#[test]
fn lifetime_tracking_needs_both_fields() {
    let world = World::new();
    for with_end in [true, false] {
        let (collection, [other]) = world.participants();
        let (tracker, end) = collection.new_tracker();
        let request = fsysmem2::BufferCollectionAttachLifetimeTrackingRequest {
            server_end: end.filter(|_| with_end),
            buffers_remaining: (!with_end).then_some(1),
        };
        collection.send::<fsysmem2::BufferCollectionAttachLifetimeTrackingMethod>(request);
        assert_eq!(collection.epitaph(), INTERNAL);
        assert_eq!(other.epitaph(), INTERNAL);
        assert!(tracker.is_closed(), "no handle leaks");
    }
}

#[test]
fn lifecycle_s93_node_tracking_ends_when_the_node_is_deleted() {
    let world = World::new();
    let (root, _) = with_buffers(&world, 3);
    let token = root.attach();
    let tracker = token.attach_node_tracking();
    let attached = world.bind(token);
    assert!(!tracker.is_closed(), "the node lives on as a collection");
    let sibling = world.bind(attached.attach());
    attached.set_constraints(cpu(0, 64));
    assert_eq!(attached.check(), Ok(()));
    attached.release_and_close();
    assert!(!tracker.is_closed(), "there is somebody left below it");
    sibling.close();
    assert!(tracker.is_closed());
    assert!(root.is_open());
}

#[test]
fn lifecycle_s93_counts_are_free_when_the_tracker_closes() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let mut constraints = cpu(1, 64);
    constraints.min_buffer_count = Some(2);
    root.set_constraints(constraints);
    let first = world.bind(root.attach());
    let tracker = first.attach_node_tracking();
    first.set_constraints(cpu(1, 64));
    assert_eq!(first.check(), Ok(()));
    first.close();
    assert!(tracker.is_closed());
    let second = world.bind(root.attach());
    second.set_constraints(cpu(1, 64));
    assert_eq!(second.check(), Ok(()));
}

#[test]
fn lifecycle_s94_so_many_eventpairs_track_a_node_and_no_more() {
    let world = World::new();
    let token = world.shared_token();
    let mut trackers: Vec<_> =
        (0..NODE_TRACKERS_MAX / 2).map(|_| token.attach_node_tracking()).collect();
    let collection = world.bind(token);
    trackers.extend((0..NODE_TRACKERS_MAX / 2).map(|_| collection.attach_node_tracking()));
    assert!(collection.is_open());
    assert!(trackers.iter().all(|tracker| !tracker.is_closed()));
    trackers.push(collection.attach_node_tracking());
    assert_eq!(collection.epitaph(), INTERNAL);
    assert!(trackers.iter().all(|tracker| tracker.is_closed()));
}

#[test]
fn through_one_allocator_there_are_so_many_trackers_and_no_more() {
    let world = World::new();
    let allocator = world.allocator();
    let gone = allocator.non_shared_collection();
    gone.set_constraints(cpu(1, 64));
    let Delivery { allocation, .. } = gone.wait().buffers();
    for _ in 0..OWNED_TRACKERS_MAX {
        gone.attach_lifetime_tracking(0);
    }
    assert!(gone.is_open());
    // They outlive the collection, and so does their share.
    gone.close();
    let collection = allocator.non_shared_collection();
    collection.attach_node_tracking();
    assert_eq!(collection.epitaph(), INTERNAL);
    let other = world.allocator().non_shared_collection();
    other.attach_node_tracking();
    assert!(other.is_open(), "others have a share of their own");

    world.drop_handle(allocation, 0, Strength::Strong);
    let collection = allocator.non_shared_collection();
    collection.attach_node_tracking();
    assert!(collection.is_open());
}
