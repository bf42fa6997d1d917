//! 59, 77 to 87, 104: weak nodes, weak handles.

use sysmem_core::{Access, Delivery, Handles, Presence, Recipient, Strength};

use crate::client::{Client, INTERNAL};
use crate::constraints::{cpu, impossible, no_use, writer};
use crate::memory::{CloseWeakAsap, Memory};
use crate::world::World;

const ALL_STRONG: [Presence; 2] = [Presence::Strong; 2];

/// A strong root and a weak participant below it, both bound.
fn strong_and_weak(world: &World) -> (Client, Client) {
    let root = world.shared_token();
    let weak = root.duplicate();
    weak.set_weak();
    (world.bind(root), world.bind(weak))
}

/// As [`strong_and_weak`], with two buffers. What the strong and the weak one got.
fn allocated(world: &World) -> (Client, Client, Delivery) {
    let (strong, weak) = strong_and_weak(world);
    strong.set_constraints(writer(1, 64));
    weak.set_constraints(cpu(1, 64));
    let delivery = strong.wait().buffers();
    assert_eq!(delivery.handles, Handles::Strong(Access::ReadWrite));
    (strong, weak, delivery)
}

fn weak_handles(presence: &[Presence]) -> Handles {
    Handles::Weak { access: Some(Access::ReadOnly), presence: presence.to_vec() }
}

#[test]
fn lifecycle_s59_nobody_attaches_to_a_weak_collection() {
    let world = World::new();
    let (strong, weak) = strong_and_weak(&world);
    let token = weak.attach();
    assert_eq!(weak.epitaph(), INTERNAL);
    assert_eq!(strong.epitaph(), INTERNAL);
    assert!(!token.is_open());
    assert_eq!(world.log("the node is weak").len(), 1);
}

#[test]
fn lifecycle_s77_children_made_before_stay_strong() {
    let world = World::new();
    let root = world.shared_token();
    let before = root.duplicate();
    root.set_weak();
    let after = root.duplicate();
    after.set_weak_ok(false);
    let [root, before, after] = [root, before, after].map(|token| world.bind(token));
    for client in [&root, &before, &after] {
        client.set_constraints(cpu(1, 64));
    }
    let of = |client: &Client| client.wait().buffers().handles;
    assert_eq!(of(&before), Handles::Strong(Access::ReadOnly));
    assert_eq!(of(&root), weak_handles(&[Presence::Strong; 3]));
    assert_eq!(of(&after), weak_handles(&[Presence::Strong; 3]));
}

#[test]
fn lifecycle_s77_groups_and_their_children_inherit_it_too() {
    let world = World::new();
    let root = world.shared_token();
    let branch = root.duplicate();
    branch.set_weak();
    let (group, [child]) = branch.group_of();
    let (root, branch) = (world.bind(root), world.bind(branch));
    child.set_weak_ok(false);
    for client in [&root, &branch, &child] {
        client.set_constraints(cpu(1, 64));
    }
    assert!(group.is_open());
    assert_eq!(child.wait().buffers().handles, weak_handles(&[Presence::Strong; 3]));
}

#[test]
fn lifecycle_s78_who_is_ready_cannot_become_weak() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_weak();
    root.set_constraints(cpu(1, 64));
    root.set_weak();
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);

    let token = world.shared_token();
    let (group, [_child]) = token.group_of();
    group.set_weak();
    assert_eq!(group.epitaph(), INTERNAL);
    assert!(!token.is_open());
}

#[test]
fn lifecycle_s78_twice_is_fine_before() {
    let world = World::new();
    let token = world.shared_token();
    let other = token.duplicate();
    let group = token.group();
    for _ in 0..2 {
        group.set_weak();
        token.set_weak();
    }
    assert!(group.is_open() && token.is_open() && other.is_open());
}

#[test]
fn lifecycle_s79_weak_by_the_parent_and_never_asked_about_it() {
    let world = World::new();
    let root = world.shared_token();
    let strong = root.duplicate();
    root.set_weak();
    let quiet = world.bind(root.duplicate());
    let waiting = world.bind(root.duplicate());
    let (root, strong) = (world.bind(root), world.bind(strong));
    for client in [&root, &strong, &quiet, &waiting] {
        client.set_constraints(cpu(1, 64));
    }
    assert_eq!(quiet.check(), Ok(()));
    // It has not waited: nothing is wrong.
    assert_eq!(root.wait().buffers().count, 4);
    assert!(waiting.wait().is_unanswered());
    assert_eq!(waiting.epitaph(), INTERNAL);
    assert!(!quiet.is_open(), "it goes with the domain");
}

#[test]
fn lifecycle_s80_weak_ok_comes_before_the_first_wait() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_weak_ok(false);
    root.set_constraints(cpu(1, 64));
    root.set_weak_ok(false);
    assert!(root.is_open(), "SetConstraints does not matter");
    root.wait();
    root.set_weak_ok(false);
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(other.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s81_weak_ok_for_children_is_not_taken_back() {
    let world = World::new();
    let root = world.shared_token();
    let strong = root.duplicate();
    root.set_weak();
    root.set_weak_ok(true);
    root.set_weak_ok(false);
    let child = root.duplicate();
    let grandchild = child.duplicate();
    let clients = [root, strong, child, grandchild].map(|token| world.bind(token));
    for client in &clients {
        client.set_constraints(cpu(1, 64));
    }
    for client in &clients {
        assert_eq!(client.wait().buffers().count, 4);
    }
}

#[test]
fn lifecycle_s82_every_wait_of_a_weak_node_has_handles_of_its_own() {
    let world = World::new();
    let (strong, weak, delivery) = allocated(&world);
    weak.set_debug_info("codec", 7);
    for handles in 1..=3 {
        let again = weak.wait().buffers();
        assert_eq!(again.handles, weak_handles(&ALL_STRONG));
        assert_eq!(again.recipient, Recipient { name: "codec".into(), id: 7 });
        assert_eq!(world.buffer(delivery.allocation, 1).weak, handles);
    }
    strong.wait();
    assert_eq!(world.buffer(delivery.allocation, 0).strong, 2);
}

#[test]
fn lifecycle_s83_buffers_lose_their_strong_handles_one_by_one() {
    let world = World::new();
    let (strong, weak, Delivery { allocation, .. }) = allocated(&world);
    weak.wait();
    strong.release_and_close();
    world.drop_handle(allocation, 0, Strength::Strong);
    assert!(matches!(world.buffer(allocation, 0).close_weak_asap, CloseWeakAsap::Closed(_)));
    assert_eq!(world.buffer(allocation, 1).close_weak_asap, CloseWeakAsap::Open);
    assert!(weak.is_open());
    assert_eq!(weak.check(), Ok(()));
}

#[test]
fn lifecycle_s84_weak_nodes_alone_have_nothing_to_wait_for() {
    let world = World::new();
    let (strong, weak, Delivery { allocation, .. }) = allocated(&world);
    weak.wait();
    strong.release_and_close();
    assert_eq!(world.allocations_in(Memory::LetGo), [allocation]);
    world.drop_handle(allocation, 0, Strength::Strong);
    assert!(weak.is_open());
    world.drop_handle(allocation, 1, Strength::Strong);
    assert_eq!(weak.epitaph(), INTERNAL);
    assert_eq!(world.log("the last strong handle to the buffers is gone").len(), 1);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s84_also_if_nobody_ever_got_a_strong_handle() {
    let world = World::new();
    let (strong, weak) = strong_and_weak(&world);
    weak.set_constraints(cpu(1, 64));
    strong.set_constraints(writer(1, 64));
    assert_eq!(weak.wait().buffers().handles, weak_handles(&ALL_STRONG));
    strong.release_and_close();
    world.tell();
    assert_eq!(weak.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s85_a_late_wait_is_told_which_buffers_are_left() {
    let world = World::new();
    let (strong, weak, Delivery { allocation, .. }) = allocated(&world);
    weak.wait();
    strong.release_and_close();
    world.drop_handle(allocation, 0, Strength::Strong);
    let presence = [Presence::Weak, Presence::Strong];
    assert_eq!(weak.wait().buffers().handles, weak_handles(&presence));
    // The two that it got at first.
    world.drop_handle(allocation, 0, Strength::Weak);
    let presence = [Presence::Gone, Presence::Strong];
    assert_eq!(weak.wait().buffers().handles, weak_handles(&presence));
    assert_eq!(world.buffer(allocation, 1).weak, 3);
}

#[test]
fn protocols_5_4_who_waits_when_the_strong_handles_are_gone_gets_a_closed_eventpair() {
    let world = World::new();
    let (strong, weak, Delivery { allocation, .. }) = allocated(&world);
    strong.release_and_close();
    world.driver().drop_handle(allocation, 0, Strength::Strong);
    assert!(world.driver().report(allocation, 0));
    assert!(matches!(world.buffer(allocation, 0).close_weak_asap, CloseWeakAsap::Closed(_)));
    let presence = [Presence::Weak, Presence::Strong];
    assert_eq!(weak.wait().buffers().handles, weak_handles(&presence));
}

#[test]
fn lifecycle_s87_a_strong_node_holds_the_buffers_without_any_handle() {
    let world = World::new();
    let (strong, weak, Delivery { allocation, .. }) = allocated(&world);
    weak.wait();
    for index in 0..2 {
        world.drop_handle(allocation, index, Strength::Strong);
        assert_eq!(world.buffer(allocation, index).close_weak_asap, CloseWeakAsap::Open);
    }
    assert_eq!(world.allocations_in(Memory::Made), [allocation]);
    strong.release();
    assert_eq!(world.allocations_in(Memory::Made), [allocation], "released is not gone");
    strong.close();
    assert_eq!(world.allocations_in(Memory::LetGo), [allocation]);
}

#[test]
fn lifecycle_s104_without_any_strong_node_there_is_nothing_to_allocate() {
    let world = World::new();
    let token = world.shared_token();
    token.set_weak();
    assert_eq!(token.epitaph(), INTERNAL);
    assert_eq!(world.log("every node that is left is weak").len(), 1);

    // Neither when the strong ones leave, nor while the heap is at work.
    world.heap_takes_its_time();
    let (strong, weak) = strong_and_weak(&world);
    strong.set_constraints(cpu(1, 64));
    weak.set_constraints(cpu(1, 64));
    let wait = weak.wait();
    strong.release_and_close();
    assert_eq!(weak.epitaph(), INTERNAL);
    assert!(wait.is_unanswered());
    world.heap_answers(Ok(()));
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s104_a_token_or_a_group_that_is_strong_is_enough() {
    let world = World::new();
    let root = world.shared_token();
    let group = root.group();
    root.set_weak();
    assert!(root.is_open());
    let child = world.bind(group.child());
    group.all_children_present();
    let root = world.bind(root);
    root.set_constraints(cpu(1, 64));
    child.release_and_close();
    assert_eq!(root.check(), Ok(()), "the group is strong");
    group.release_and_close();
    world.tell();
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn weak_nodes_without_use_get_the_eventpairs_alone() {
    let world = World::new();
    let (strong, weak) = strong_and_weak(&world);
    strong.set_constraints(cpu(1, 64));
    weak.set_constraints(no_use(0));
    let Delivery { handles, allocation, .. } = weak.wait().buffers();
    let presence = vec![Presence::Strong];
    assert_eq!(handles, Handles::Weak { access: None, presence });
    assert_eq!(world.buffer(allocation, 0).weak, 0);
    assert_eq!(world.buffer(allocation, 0).close_weak_asap, CloseWeakAsap::Open);
}

#[test]
fn weak_handles_that_stay_are_complained_about_once() {
    let world = World::new();
    let (strong, weak, Delivery { allocation, .. }) = allocated(&world);
    weak.wait();
    strong.set_name(1, "film");
    strong.release_and_close();
    world.advance_to(10);
    world.drop_handle(allocation, 0, Strength::Strong);
    world.drop_handle(allocation, 1, Strength::Strong);
    world.drop_handle(allocation, 1, Strength::Weak);
    assert_eq!(weak.epitaph(), INTERNAL);
    world.advance_to(14);
    assert!(world.complaints().is_empty());
    world.advance_to(15);
    world.advance_to(60);
    let complaints = world.complaints();
    assert_eq!(complaints.len(), 1, "buffer 1 is gone: {complaints:?}");
    assert_eq!(complaints[0].name, "film", "the name that it got after allocation");
    assert!(world.buffer(allocation, 0).is_complained_about());
    assert_eq!(world.next_deadline(), None);
    world.drop_handle(allocation, 0, Strength::Weak);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn where_no_handle_is_weak_nobody_is_complained_about_and_late_eventpairs_are_closed() {
    let world = World::new();
    let collection = world.allocator().non_shared_collection();
    collection.set_constraints(cpu(2, 64));
    let Delivery { allocation, .. } = collection.wait().buffers();
    collection.close();
    world.drop_handle(allocation, 0, Strength::Strong);
    assert!(matches!(world.buffer(allocation, 0).close_weak_asap, CloseWeakAsap::Closed(_)));
    assert_eq!(world.next_deadline(), None);
}

#[test]
fn a_weak_participant_that_joins_late_gets_what_is_left() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.set_constraints(cpu(2, 64));
    let Delivery { allocation, .. } = root.wait().buffers();
    let late = root.attach();
    late.set_weak();
    root.release_and_close();
    world.drop_handle(allocation, 1, Strength::Strong);
    let late = world.bind(late);
    late.set_constraints(cpu(0, 64));
    let presence = [Presence::Strong, Presence::Gone];
    assert_eq!(late.wait().buffers().handles, weak_handles(&presence));
}

#[test]
fn buffers_are_delivered_before_they_are_let_go_of() {
    let world = World::new();
    let root = world.shared_token();
    let group = root.group();
    let strong = world.bind(group.child());
    root.set_weak();
    group.set_weak();
    let weak = world.bind(group.child());
    weak.set_weak_ok(false);
    group.all_children_present();
    let root = world.bind(root);
    root.set_constraints(cpu(1, 64));
    weak.set_constraints(cpu(1, 64));
    let wait = weak.wait();
    // The one strong node turns out not to be needed.
    strong.set_constraints(impossible());
    assert!(!strong.is_open());
    assert_eq!(wait.buffers().handles, weak_handles(&ALL_STRONG));
    assert_eq!(world.allocations_in(Memory::LetGo).len(), 1);
    world.tell();
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(weak.epitaph(), INTERNAL);
}
