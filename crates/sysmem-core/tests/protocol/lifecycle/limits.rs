//! Bounds of what a client can make grow (`sysmem2-protocols.md` 4.4).

use crate::client::{INTERNAL, SAME_RIGHTS};
use crate::constraints::cpu;
use crate::world::World;

const NODES_MAX: usize = 1024;
const WAITS_MAX: usize = 256;

#[test]
fn a_collection_has_so_many_nodes_and_no_more() {
    let world = World::new();
    let root = world.shared_token();
    for _ in 0..NODES_MAX / 64 - 1 {
        assert_eq!(root.duplicate_sync(&[SAME_RIGHTS; 64]).tokens().len(), 64);
    }
    assert_eq!(root.duplicate_sync(&[SAME_RIGHTS; 63]).tokens().len(), 63);
    assert!(root.is_open());
    let one_too_many = root.duplicate();
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(one_too_many.epitaph(), None);
    assert_eq!(world.log("more than 1024 nodes").len(), 1);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn many_tokens_at_once_count_too() {
    let world = World::new();
    let root = world.shared_token();
    for _ in 0..NODES_MAX / 64 - 1 {
        root.duplicate_sync(&[SAME_RIGHTS; 64]);
    }
    assert!(root.duplicate_sync(&[SAME_RIGHTS; 64]).is_unanswered());
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn a_node_has_so_many_waits_and_no_more() {
    let world = World::new();
    let (root, [_other]) = world.participants();
    root.set_constraints(cpu(1, 64));
    for _ in 0..WAITS_MAX {
        root.wait();
    }
    assert!(root.is_open());
    root.wait();
    assert_eq!(root.epitaph(), INTERNAL);
}

#[test]
fn a_long_chain_of_tokens_fails_from_its_end() {
    let world = World::new();
    let root = world.shared_token();
    let mut chain = vec![root];
    for depth in 1..NODES_MAX {
        chain.push(chain[depth - 1].duplicate());
    }
    world.driver().wires.closed.clear();
    chain[NODES_MAX / 2].close();
    let closed = std::mem::take(&mut world.driver().wires.closed);
    assert_eq!(closed.len(), NODES_MAX);
    assert_eq!(closed[1], chain[NODES_MAX - 1].pair);
    assert_eq!(closed.last(), Some(&chain[0].pair));
    world.assert_nothing_is_left_but_allocators();
}
