//! 7, 95, 97, 98: rights.

use sysmem_core::Access;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{INTERNAL, NO_WRITE, SAME_RIGHTS};
use crate::constraints::{cpu, no_use, writer};
use crate::world::World;

#[test]
fn lifecycle_s95_readers_get_nothing_to_write_with() {
    let world = World::new();
    let token = world.shared_token();
    let reader = token.duplicate_with(SAME_RIGHTS);
    let (root, reader) = (world.bind(token), world.bind(reader));
    root.set_constraints(writer(1, 64));
    reader.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().handles.access(), Some(Access::ReadWrite));
    assert_eq!(reader.wait().buffers().handles.access(), Some(Access::ReadOnly));
}

#[test]
fn lifecycle_s97_lost_rights_do_not_come_back() {
    let world = World::new();
    let token = world.shared_token();
    let attenuated = token.duplicate_with(NO_WRITE);
    let below = attenuated.duplicate_with(u32::MAX);
    let [root, attenuated, below] = [token, attenuated, below].map(|token| world.bind(token));
    for participant in [&root, &attenuated, &below] {
        participant.set_constraints(writer(1, 64));
    }
    assert_eq!(root.wait().buffers().handles.access(), Some(Access::ReadWrite));
    assert_eq!(attenuated.wait().buffers().handles.access(), Some(Access::ReadOnly));
    assert_eq!(below.wait().buffers().handles.access(), Some(Access::ReadOnly));

    let attached = world.bind(below.attach());
    attached.set_constraints(fsysmem2::BufferCollectionConstraints {
        min_buffer_count_for_camping: None,
        ..writer(0, 64)
    });
    assert_eq!(attached.wait().buffers().handles.access(), Some(Access::ReadOnly));
}

#[test]
fn lifecycle_s98_permission_to_allocate_comes_with_read_only_handles() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    let permit = fsysmem2::NONE_USAGE_PERMIT_ALLOCATION;
    root.set_constraints(fsysmem2::BufferCollectionConstraints {
        usage: no_use(permit).usage,
        ..writer(1, 64)
    });
    assert_eq!(root.wait().buffers().handles.access(), Some(Access::ReadOnly));
}

#[test]
fn a_mask_of_zero_in_duplicate_is_taken_for_all_rights() {
    let world = World::new();
    let token = world.shared_token();
    let other = token.duplicate_with(0);
    let (root, other) = (world.bind(token), world.bind(other));
    root.set_constraints(cpu(1, 64));
    other.set_constraints(writer(1, 64));
    assert_eq!(other.wait().buffers().handles.access(), Some(Access::ReadWrite));
    assert_eq!(world.log("a rights mask of 0").len(), 1);
}

#[test]
fn a_mask_of_zero_is_a_deviation_of_all_other_methods() {
    let world = World::new();
    let token = world.shared_token();
    assert!(token.duplicate_sync(&[u32::MAX, 0]).is_unanswered());
    assert_eq!(token.epitaph(), INTERNAL);

    let group = world.shared_token().group();
    let child = group.child_with(Some(0));
    assert_eq!(group.epitaph(), INTERNAL);
    assert_eq!(child.epitaph(), None);
}
