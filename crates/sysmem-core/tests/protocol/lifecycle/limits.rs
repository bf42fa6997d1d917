//! Bounds of what a client can make grow (`sysmem2-protocols.md` 4.4).

use std::sync::Arc;

use sysmem_fidl::fuchsia_images2::ColorSpace;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{INTERNAL, SAME_RIGHTS};
use crate::constraints::cpu;
use crate::world::World;

const OWNED_COLLECTIONS_MAX: usize = 1024;
const OWNED_CHANNELS_MAX: usize = 4096;
const NODES_MAX: usize = 1024;
const WAITS_MAX: usize = 16;
const COLLECTION_WAITS_MAX: usize = 1024;
const CONSTRAINT_BYTES_MAX: usize = 4 << 20;

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
fn a_collection_has_so_many_waits_and_no_more() {
    let world = World::new();
    let root = world.shared_token();
    let sleeper = root.duplicate();
    let waiting = COLLECTION_WAITS_MAX / WAITS_MAX;
    let participants: Vec<_> = (0..waiting).map(|_| world.bind(root.duplicate())).collect();
    for participant in &participants {
        participant.set_constraints(cpu(0, 64));
    }
    let calls: Vec<_> = participants
        .iter()
        .flat_map(|participant| (0..WAITS_MAX).map(|_| participant.wait()))
        .collect();
    assert_eq!(calls.len(), COLLECTION_WAITS_MAX);
    let root = world.bind(root);
    root.set_constraints(cpu(1, 64));
    assert!(root.is_open());

    // They are all answered, and then there is room for others.
    world.bind(sleeper).set_constraints(cpu(0, 64));
    let first = calls[0].buffers();
    assert!(calls[1..].iter().all(|call| Arc::ptr_eq(&call.buffers().settings, &first.settings)));
    assert_eq!(root.wait().buffers().count, 1);
}

#[test]
fn one_wait_too_many_of_a_collection_is_a_deviation() {
    let world = World::new();
    let root = world.shared_token();
    let waiting = COLLECTION_WAITS_MAX / WAITS_MAX;
    for _ in 0..waiting {
        let participant = world.bind(root.duplicate());
        participant.set_constraints(cpu(0, 64));
        (0..WAITS_MAX).for_each(|_| drop(participant.wait()));
    }
    let last = world.bind(root.duplicate());
    last.set_constraints(cpu(0, 64));
    assert!(last.is_open());
    last.wait();
    assert_eq!(last.epitaph(), INTERNAL);
    assert_eq!(world.log("more than 1024 waits").len(), 1);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn a_collection_stores_so_many_constraints_and_no_more() {
    let world = World::new();
    let root = world.shared_token();
    let table = || fsysmem2::ImageFormatConstraints {
        color_spaces: Some(vec![ColorSpace::SRGB; 32]),
        ..Default::default()
    };
    let large = || fsysmem2::BufferCollectionConstraints {
        image_format_constraints: Some((0..64).map(|_| table()).collect()),
        ..cpu(0, 64)
    };
    let bytes = 64 * (size_of::<fsysmem2::ImageFormatConstraints>() + 32 * size_of::<ColorSpace>());
    let fitting = CONSTRAINT_BYTES_MAX / (bytes + size_of_val(&large()));
    for _ in 0..fitting {
        let participant = world.bind(root.duplicate());
        participant.set_constraints(large());
        assert!(participant.is_open());
    }
    let last = world.bind(root.duplicate());
    last.set_constraints(large());
    assert_eq!(last.epitaph(), INTERNAL);
    assert_eq!(world.log("would take over 4194304 bytes").len(), 1);
    world.assert_nothing_is_left_but_allocators();
}

#[test]
fn an_allocator_has_so_many_collections_and_no_more() {
    let world = World::new();
    let allocator = world.allocator();
    let tokens: Vec<_> = (0..OWNED_COLLECTIONS_MAX).map(|_| allocator.shared_token()).collect();
    // Those that are gone do not count, and those of others do not.
    tokens[0].close();
    assert!(world.shared_token().is_open());
    assert!(allocator.non_shared_collection().is_open());
    let one_too_many = allocator.shared_token();
    assert_eq!(allocator.epitaph(), INTERNAL);
    assert_eq!(one_too_many.epitaph(), None);
    assert!(tokens[1].is_open());
    assert_eq!(world.log("more than 1024 collections").len(), 1);
}

#[test]
fn collections_of_an_allocator_have_so_many_channels_and_no_more() {
    let world = World::new();
    let allocator = world.allocator();
    let roots = [(); OWNED_CHANNELS_MAX / NODES_MAX].map(|()| allocator.shared_token());
    for root in &roots {
        (1..NODES_MAX / 64).for_each(|_| drop(root.duplicate_sync(&[SAME_RIGHTS; 64])));
        root.duplicate_sync(&[SAME_RIGHTS; 62]);
    }
    let [first, second, ..] = &roots;
    let last = [(); OWNED_CHANNELS_MAX / NODES_MAX - 1].map(|()| allocator.shared_token());
    let child = last[0].duplicate();
    assert!(first.is_open() && allocator.is_open());

    // A token that is turned in has one channel as before; a child has one more.
    assert!(world.bind(child).is_open());
    second.duplicate();
    assert_eq!(second.epitaph(), INTERNAL);
    assert_eq!(world.log("more than 4096 channels").len(), 1);
    assert!(first.is_open() && allocator.is_open());
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
