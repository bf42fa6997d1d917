//! 61 to 76, 109, 110: groups.

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Client, INTERNAL};
use crate::constraints::{cpu, impossible};
use crate::world::World;

const EMPTY: fsysmem2::Error = fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY;

/// A child of a group whose constraints are `constraints`.
fn child(
    world: &World,
    group: &Client,
    constraints: fsysmem2::BufferCollectionConstraints,
) -> Client {
    let child = world.bind(group.child());
    child.set_constraints(constraints);
    child
}

#[test]
fn lifecycle_s61_all_children_present_needs_children_and_comes_once() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    group.all_children_present();
    assert_eq!(group.epitaph(), INTERNAL);
    assert_eq!(token.epitaph(), INTERNAL);

    let group = world.shared_token().group();
    let _child = group.child();
    group.all_children_present();
    assert!(group.is_open());
    group.all_children_present();
    assert_eq!(group.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s62_a_complete_group_gets_no_more_children() {
    let world = World::new();
    let group = world.shared_token().group();
    let first = group.child();
    group.all_children_present();
    let late = group.child();
    assert_eq!(group.epitaph(), INTERNAL);
    assert_eq!(first.epitaph(), INTERNAL);
    assert_eq!(late.epitaph(), None);
}

#[test]
fn lifecycle_s63_a_fallback_that_is_not_ready_blocks() {
    let world = World::new();
    let token = world.shared_token();
    let (_group, [preferred, fallback]) = token.group_of();
    world.bind(token).set_constraints(cpu(1, 64));
    preferred.set_constraints(cpu(1, 64));
    let wait = preferred.wait();
    assert!(wait.is_unanswered());
    fallback.set_constraints(cpu(1, 64));
    assert_eq!(wait.buffers().count, 2);
}

#[test]
fn lifecycle_s64_a_fallback_that_closes_early_fails_everything() {
    let world = World::new();
    let token = world.shared_token();
    let (group, [preferred, fallback]) = token.group_of();
    fallback.close();
    for client in [token, group, preferred] {
        assert_eq!(client.epitaph(), INTERNAL);
    }
}

#[test]
fn lifecycle_s65_a_child_that_is_not_chosen_closes_without_an_answer() {
    let world = World::new();
    let token = world.shared_token();
    let (group, [first, second]) = token.group_of();
    let root = world.bind(token);
    first.set_constraints(cpu(1, 64));
    second.set_constraints(cpu(5, 64));
    let wait = second.wait();
    root.set_constraints(cpu(1, 64));
    assert_eq!(first.wait().buffers().count, 2);
    assert_eq!(second.epitaph(), INTERNAL);
    assert!(wait.is_unanswered());
    assert!(root.is_open() && group.is_open());
}

#[test]
fn lifecycle_s66_if_no_child_works_all_are_told() {
    let world = World::new();
    let token = world.shared_token();
    let (_group, children) = token.group_of::<3>();
    let root = world.bind(token);
    let waits: Vec<_> = children
        .iter()
        .map(|child| {
            child.set_constraints(impossible());
            child.wait()
        })
        .collect();
    root.set_constraints(cpu(1, 64));
    for wait in waits {
        assert_eq!(wait.error(), EMPTY);
    }
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s67_sixty_four_selections_are_tried() {
    for (children, expected) in
        [(64, EMPTY), (65, fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS)]
    {
        let world = World::new();
        let token = world.shared_token();
        let group = token.group();
        let _children: Vec<_> =
            (0..children).map(|_| child(&world, &group, impossible())).collect();
        let root = world.bind(token);
        root.set_constraints(cpu(1, 64));
        let wait = root.wait();
        group.all_children_present();
        assert_eq!(wait.error(), expected, "{children} children");
        assert!(!root.is_open());
    }
}

#[test]
fn lifecycle_s68_selections_multiply() {
    for (second, works) in [(8, true), (9, false)] {
        let world = World::new();
        let token = world.shared_token();
        let (a, b) = (token.group(), token.group());
        // Only the last child of the first group and the last one of the second get along.
        let _a: Vec<_> = (0..8)
            .map(|index| child(&world, &a, if index == 7 { cpu(0, 64) } else { impossible() }))
            .collect();
        let b_children: Vec<_> = (0..second)
            .map(|index| {
                child(&world, &b, if index == second - 1 { cpu(0, 64) } else { impossible() })
            })
            .collect();
        a.all_children_present();
        b.all_children_present();
        world.bind(token).set_constraints(cpu(1, 64));
        assert_eq!(b_children[second - 1].is_open(), works, "8 times {second}");
    }
}

#[test]
fn lifecycle_s69_a_hidden_group_does_not_multiply() {
    let world = World::new();
    let token = world.shared_token();
    let outer = token.group();
    let first = outer.child();
    let inner = first.group();
    let _inner: Vec<_> = (0..62).map(|_| child(&world, &inner, impossible())).collect();
    inner.all_children_present();
    first.release_and_close();
    let _second = child(&world, &outer, impossible());
    let third = child(&world, &outer, cpu(1, 64));
    outer.all_children_present();
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    assert_eq!(third.wait().buffers().count, 2, "the 64th selection");
    assert_eq!(inner.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s70_the_later_group_varies_fastest() {
    // Of (0,0), (0,1), (1,0), (1,1) the first and the last do not work.
    let world = World::new();
    let token = world.shared_token();
    let (a, b) = (token.group(), token.group());
    let sized = |min, max| {
        let mut constraints = cpu(1, min);
        constraints.buffer_memory_constraints.as_mut().unwrap().max_size_bytes = Some(max);
        constraints
    };
    let a = [child(&world, &a, sized(100, 200)), child(&world, &a, sized(300, 400))]
        .map(|child| (child, &a));
    let b_children = [child(&world, &b, sized(300, 400)), child(&world, &b, sized(100, 200))];
    a[0].1.all_children_present();
    b.all_children_present();
    world.bind(token).set_constraints(cpu(1, 64));
    assert!(a[0].0.is_open() && b_children[1].is_open());
    assert!(!a[1].0.is_open() && !b_children[0].is_open());
}

#[test]
fn lifecycle_s71_a_group_that_has_left_keeps_its_meaning() {
    let world = World::new();
    let token = world.shared_token();
    let (group, [first, second]) = token.group_of();
    group.release_and_close();
    world.bind(token).set_constraints(cpu(1, 64));
    first.set_constraints(impossible());
    second.set_constraints(cpu(1, 64));
    assert_eq!(second.wait().buffers().count, 2);
    assert_eq!(first.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s72_a_child_that_was_given_up_can_be_chosen() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    let given_up = group.child();
    let fallback = child(&world, &group, cpu(5, 64));
    group.all_children_present();
    given_up.release_and_close();
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 1);
    assert_eq!(fallback.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s73_children_of_a_group_are_alternates() {
    let world = World::new();
    let token = world.shared_token();
    let (group, [first, second]) = token.group_of();
    assert_eq!(first.is_alternate_for(second.node_ref()), Ok(true));
    assert_eq!(group.is_alternate_for(first.node_ref()), Ok(true));
    group.release_and_close();
    assert_eq!(first.is_alternate_for(second.node_ref()), Ok(true));
    assert_eq!(first.is_alternate_for(token.node_ref()), Ok(false));
}

#[test]
fn lifecycle_s74_parent_and_child_are_no_alternates() {
    let world = World::new();
    let token = world.shared_token();
    let below = token.duplicate();
    assert_eq!(token.is_alternate_for(below.node_ref()), Ok(false));
    assert_eq!(below.is_alternate_for(token.node_ref()), Ok(false));
    assert_eq!(below.is_alternate_for(below.node_ref()), Ok(false));
}

#[test]
fn lifecycle_s75_nodes_of_another_collection_are_not_found() {
    let world = World::new();
    let (token, other) = (world.shared_token(), world.shared_token());
    assert_eq!(token.is_alternate_for(other.node_ref()), Err(fsysmem2::Error::NOT_FOUND));
    assert!(token.is_open());
}

#[test]
fn lifecycle_s76_what_is_attached_to_a_loser_goes_with_it() {
    let world = World::new();
    let token = world.shared_token();
    let (_group, [first, second]) = token.group_of();
    let attached = second.attach();
    world.bind(token).set_constraints(cpu(1, 64));
    first.set_constraints(cpu(1, 64));
    second.set_constraints(cpu(1, 64));
    assert_eq!(second.epitaph(), INTERNAL);
    assert_eq!(attached.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s109_a_duplicate_of_a_child_is_no_further_alternative() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    let first = group.child();
    let with_first = first.duplicate();
    let second = child(&world, &group, cpu(5, 64));
    group.all_children_present();
    let (first, with_first) = (world.bind(first), world.bind(with_first));
    assert_eq!(first.is_alternate_for(with_first.node_ref()), Ok(false));
    first.set_constraints(cpu(1, 64));
    with_first.set_constraints(cpu(1, 64));
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 3);
    assert!(with_first.is_open() && !second.is_open());
}

#[test]
fn lifecycle_s110_a_group_of_one_is_a_plain_child() {
    let world = World::new();
    let token = world.shared_token();
    let (group, [only]) = token.group_of();
    assert_eq!(only.is_alternate_for(group.node_ref()), Ok(true));
    world.bind(token).set_constraints(cpu(1, 64));
    only.set_constraints(cpu(1, 64));
    assert_eq!(only.wait().buffers().count, 2);
}

#[test]
fn a_winner_that_fails_later_fails_the_collection() {
    let world = World::new();
    let token = world.shared_token();
    let (group, [winner]) = token.group_of();
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    winner.set_constraints(cpu(1, 64));
    winner.close();
    assert_eq!(group.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn an_attached_subtree_chooses_for_itself() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let mut constraints = cpu(1, 64);
    constraints.min_buffer_count = Some(2);
    root.set_constraints(constraints);
    let token = root.attach();
    let (_group, [greedy, modest]) = token.group_of();
    token.release_and_close();
    greedy.set_constraints(cpu(2, 64));
    let wait = greedy.wait();
    modest.set_constraints(cpu(1, 64));
    assert_eq!(modest.wait().buffers().count, 2);
    assert_eq!(greedy.epitaph(), INTERNAL);
    assert!(wait.is_unanswered());
    assert!(root.is_open());
}
