//! 21 to 30: Release.

use crate::client::INTERNAL;
use crate::constraints::cpu;
use crate::world::World;

#[test]
fn lifecycle_s21_the_server_leaves_a_released_channel_open() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.release();
    assert!(other.is_open());
    other.close();
    assert!(root.is_open());
}

#[test]
fn a_wait_from_before_release_is_answered() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.set_constraints(cpu(1, 64));
    let wait = other.wait();
    other.release();
    root.set_constraints(cpu(1, 64));
    assert_eq!(wait.buffers().count, 2);
}

#[test]
fn lifecycle_s22_release_twice_fails_the_domain() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.release();
    other.release();
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s23_sync_after_release_fails_the_domain_without_reply() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.release();
    assert!(other.sync().is_unanswered());
    assert_eq!(other.epitaph(), INTERNAL);
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s24_a_released_token_blocks_until_it_is_closed() {
    let world = World::new();
    let token = world.shared_token();
    let other = token.duplicate();
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    let wait = root.wait();
    other.release();
    assert!(wait.is_unanswered());
    other.close();
    assert_eq!(wait.buffers().count, 1);
}

#[test]
fn lifecycle_s25_a_collection_released_without_constraints_blocks_until_it_is_closed() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    let wait = root.wait();
    other.release();
    assert!(wait.is_unanswered());
    other.close();
    assert_eq!(wait.buffers().count, 1);
}

#[test]
fn lifecycle_s26_constraints_of_one_who_has_left_count() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.set_constraints(cpu(3, 100_000));
    other.release_and_close();
    root.set_constraints(cpu(1, 64));
    let buffers = root.wait().buffers();
    assert_eq!(buffers.count, 4);
    assert_eq!(buffers.settings.buffer_settings.as_ref().unwrap().size_bytes, Some(100_000));
}

#[test]
fn lifecycle_s27_a_group_released_before_it_is_complete_fails_its_domain() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    group.release();
    assert_eq!(group.epitaph(), INTERNAL);
    assert_eq!(token.epitaph(), INTERNAL);
}

#[test]
fn lifecycle_s28_closing_without_release_fails_everybody_also_long_afterwards() {
    let world = World::new();
    let (root, [other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    other.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().count, 2);
    world.advance_to(3600);
    other.close();
    assert_eq!(root.epitaph(), INTERNAL);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s29_when_everybody_has_left_nothing_is_allocated() {
    let world = World::new();
    let token = world.shared_token();
    let other = token.duplicate();
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));
    root.release_and_close();
    other.release();
    other.close();
    assert!(world.allocated_names().is_empty());
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn lifecycle_s30_one_open_channel_is_enough_to_allocate() {
    let world = World::new();
    let (root, [a, b]) = world.participants();
    root.set_constraints(cpu(1, 64));
    root.release_and_close();
    a.set_constraints(cpu(1, 64));
    a.release_and_close();
    b.set_constraints(cpu(1, 64));
    assert_eq!(b.wait().buffers().count, 3);
}
