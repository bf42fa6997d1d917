//! The view for people who look into a running service.

use sysmem_core::inspect::{Awaited, Collection, FailureMode, Link, NodeKind, Stage};

use crate::constraints::cpu;
use crate::world::World;

fn collections(world: &World) -> Vec<Collection> {
    world.driver().core.inspect_collections(0).collect()
}

fn awaited(collection: &Collection) -> Vec<Option<Awaited>> {
    collection.nodes.iter().map(|node| node.awaited).collect()
}

#[test]
fn inspect_a_tree_is_listed_depth_first_with_what_it_waits_for() {
    let world = World::new();
    let token = world.shared_token();
    token.set_debug_info("root", 7);
    let (_group, [_first, second]) = token.group_of();
    let sibling = token.duplicate_with(0x4);
    sibling.set_dispensable();
    let root = world.bind(token);
    second.set_constraints(cpu(1, 64));
    let _wait = second.wait();
    let [collection] = <[Collection; 1]>::try_from(collections(&world)).unwrap();
    assert_eq!(collection.id, root.collection_id());
    assert_eq!(collection.stage, Stage::Gathering);
    let kinds: Vec<_> = collection.nodes.iter().map(|node| node.kind).collect();
    use NodeKind::{Collection as Bound, Group, Token};
    assert_eq!(kinds, [Bound, Group, Bound, Bound, Token]);
    let constraints = Some(Awaited::Constraints);
    let expected = [constraints, None, constraints, None, Some(Awaited::TurnIn)];
    assert_eq!(awaited(&collection), expected);
    let [root_node, group, first, second, sibling] = collection.nodes.as_slice() else {
        panic!("{collection:?}");
    };
    assert_eq!((&*root_node.client.name, root_node.client.id), ("root", 7));
    let parents = [group, first, second, sibling].map(|node| node.parent);
    assert_eq!(parents, [root_node, group, group, root_node].map(|node| Some(node.id)));
    assert_eq!((second.waits, second.constraints.as_deref()), (1, Some(&cpu(1, 64))));
    assert_eq!(sibling.failure_mode, FailureMode::PropagateBeforeAllocation);
    assert_eq!(sibling.rights, 0x4);
}

#[test]
fn inspect_what_is_released_waits_for_its_end_and_keeps_its_place() {
    let world = World::new();
    let (root, [child]) = world.participants();
    child.release();
    let [before] = <[Collection; 1]>::try_from(collections(&world)).unwrap();
    assert_eq!(awaited(&before), [Some(Awaited::Constraints), Some(Awaited::Close)]);
    assert!(matches!(before.nodes[1].link, Link::Released(_)));
    child.close();
    let late = root.attach();
    root.set_constraints(cpu(2, 64));
    let [after] = <[Collection; 1]>::try_from(collections(&world)).unwrap();
    assert!(matches!(after.stage, Stage::Allocated { count: 2, .. }), "{after:?}");
    assert_eq!(awaited(&after), [None, None, Some(Awaited::TurnIn)]);
    assert_eq!(after.nodes[1].link, Link::Closed);
    assert_eq!(after.nodes[2].failure_mode, FailureMode::DoNotPropagate);
    assert_eq!(
        after.nodes.iter().map(|node| node.allocated).collect::<Vec<_>>(),
        [true, true, false]
    );
    drop(late);
}

#[test]
fn inspect_goes_on_where_it_stopped() {
    let world = World::new();
    let allocator = world.allocator();
    allocator.set_client_info("maker", Some(3));
    let tokens: Vec<_> = (0..4).map(|_| allocator.shared_token()).collect();
    let ids: Vec<u64> = tokens.iter().map(|token| token.collection_id()).collect();
    let driver = world.driver();
    let after: Vec<_> = driver.core.inspect_collections(ids[1]).map(|found| found.id).collect();
    assert_eq!(after, ids[2..]);
    let connections: Vec<_> = driver.core.inspect_connections().collect();
    assert_eq!(connections.len(), 1);
    let client = connections[0].client.clone().unwrap();
    assert_eq!((&*client.name, client.id), ("maker", 3));
    assert_eq!((connections[0].collections, connections[0].channels), (4, 4));
    assert_eq!(driver.core.newest_collection(), ids.last().copied());
}
