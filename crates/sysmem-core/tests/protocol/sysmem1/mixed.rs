//! Participants of both versions in one collection.

use sysmem_core::{Handles, Presence, v1};

use super::client::{ALL_RIGHTS, Allocator, INVALID_ARGS, NOT_SUPPORTED, Token};
use super::constraints::{cpu, image, images};
use crate::client::{INTERNAL, NO_WRITE};
use crate::constraints as v2;
use crate::memory::Memory;
use crate::world::World;

#[test]
fn sysmem1_both_versions_share_one_collection_whoever_began() {
    for begins_with_v1 in [true, false] {
        let world = World::new();
        let allocator = Allocator::connect(&world);
        let root = match begins_with_v1 {
            true => allocator.shared_token(),
            false => Token(world.shared_token()),
        };
        // A token speaks both versions, one after the other.
        let of_v1 = root.duplicate();
        let of_v2 = root.0.duplicate_with(NO_WRITE);
        let own = world.bind(root.0.clone());
        let view = allocator.bind(&of_v2);
        let other = world.bind(of_v1.0);
        own.set_constraints(v2::writer(1, 100));
        view.constrain(cpu(2, 200));
        other.set_constraints(v2::cpu(1, 50));
        let delivery = own.wait().buffers();
        let v1::Delivery { settings, buffers } = view.wait().outcome().unwrap();
        assert_eq!((delivery.allocation, delivery.count), (buffers.allocation, 4));
        assert_eq!(other.wait().buffers().allocation, buffers.allocation);
        assert_eq!(settings.buffer_settings.size_bytes, 200);
        assert_eq!(world.allocations_in(Memory::Made).len(), 1);
    }
}

#[test]
fn sysmem1_failures_go_from_one_version_to_the_other() {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let root = allocator.shared_token();
    let (view, own) = (allocator.bind(&root.duplicate()), world.bind(root.0.clone()));
    let (waits, sink) = ((view.wait(), view.wait()), view.set_sink());
    view.constrain(cpu(1, 64));
    own.set_constraints(v2::impossible());
    assert_eq!((waits.0.outcome(), waits.1.outcome()), (Err(-2), Err(-2)));
    assert_eq!(sink.take().len(), 2);
    assert_eq!((view.epitaph(), own.epitaph()), (NOT_SUPPORTED, INTERNAL));

    let root = allocator.shared_token();
    let (view, own) = (allocator.bind(&root.duplicate()), world.bind(root.0.clone()));
    own.set_constraints(v2::cpu(1, 64));
    let wait = own.wait();
    view.close();
    assert!(wait.is_unanswered());
    assert_eq!(own.epitaph(), INTERNAL);
}

#[test]
fn sysmem1_who_lost_in_a_group_is_told_that_nothing_suits_it() {
    let world = World::new();
    let root = world.shared_token();
    let group = root.group();
    let children = [group.child(), group.child()];
    group.all_children_present();
    let allocator = Allocator::connect(&world);
    let [winner, loser] = children.map(|child| allocator.bind(&child));
    let own = world.bind(root);
    let (wait, lost) = (winner.wait(), loser.wait());
    winner.constrain(cpu(1, 64));
    loser.constrain(cpu(1, 64));
    own.set_constraints(v2::cpu(1, 64));
    assert!(wait.outcome().is_ok());
    assert!(lost.is_unanswered());
    assert_eq!(loser.epitaph(), NOT_SUPPORTED);
    assert!(winner.is_open());
}

#[test]
fn sysmem1_a_view_joins_late_through_a_token_of_the_second_version() {
    let world = World::new();
    let own = world.bind(world.shared_token());
    own.set_constraints(v2::cpu(3, 64));
    let delivery = own.wait().buffers();
    let view = Allocator::connect(&world).bind(&own.attach());
    let wait = view.wait();
    view.constrain(cpu(0, 64));
    assert_eq!(wait.outcome().unwrap().buffers.allocation, delivery.allocation);
    assert_eq!(world.allocations_in(Memory::Made).len(), 1, "nothing new is allocated");

    let view = Allocator::connect(&world).bind(&own.attach());
    let wait = view.wait();
    view.constrain(cpu(4, 64));
    assert_eq!(wait.outcome(), Err(-2));
    assert!(own.is_open());
}

#[test]
fn sysmem1_a_weak_view_needs_somebody_who_watches_for_it() {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    for watched in [true, false] {
        let root = world.shared_token();
        if watched {
            root.set_weak_ok(true);
        }
        let token = root.duplicate();
        token.set_weak();
        let (own, view) = (world.bind(root), allocator.bind(&token));
        own.set_constraints(v2::cpu(1, 64));
        view.constrain(cpu(1, 64));
        let wait = view.wait();
        assert_eq!(view.is_open(), watched);
        if watched {
            let delivery = wait.outcome().unwrap();
            let weak = Handles::Weak {
                access: delivery.buffers.handles.access(),
                presence: vec![Presence::Strong; 2],
            };
            assert_eq!(delivery.buffers.handles, weak);
        } else {
            assert_eq!(view.epitaph(), INVALID_ARGS);
        }
    }
}

#[test]
fn sysmem1_auxiliary_buffers_are_no_weak_handles_to_be_complained_about() {
    let world = World::new();
    let root = world.shared_token();
    root.set_weak_ok(true);
    let token = root.duplicate();
    token.set_weak();
    let (own, view) = (world.bind(root), Allocator::connect(&world).bind(&token));
    own.set_constraints(v2::cpu(1, 64));
    view.constrain(cpu(1, 64));
    view.get_aux().v1_answer();
    let [allocation] = world.allocations_in(Memory::Made)[..] else { panic!("no buffers") };
    own.release_and_close();
    assert!(world.driver().report(allocation, 0));
    assert_eq!(world.next_deadline(), None);
}

#[test]
fn sysmem1_buffers_that_structs_cannot_describe_fail_the_view() {
    use sysmem_fidl::fuchsia_images2::PixelFormat;
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let root = allocator.shared_token();
    let view = allocator.bind(&root.duplicate_with(ALL_RIGHTS));
    let own = world.bind(root.0.clone());
    // A format that came later. The view takes anything, and is not told what it is.
    let mut constraints = v2::images(v2::sampled(), 1, PixelFormat::R8G8B8X8);
    constraints.image_format_constraints.as_mut().unwrap()[0].min_size =
        Some(sysmem_fidl::fuchsia_math::SizeU { width: 64, height: 64 });
    view.accept_anything();
    let wait = view.wait();
    own.set_constraints(constraints);
    assert!(wait.is_unanswered());
    assert_eq!((view.epitaph(), own.epitaph()), (INTERNAL, INTERNAL));
}

#[test]
fn sysmem1_images_of_both_versions_are_the_same() {
    use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat};
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let root = allocator.shared_token();
    let (view, own) = (allocator.bind(&root.duplicate()), world.bind(root.0.clone()));
    let mut constraints = v2::images(v2::sampled(), 1, PixelFormat::NV12);
    constraints.image_format_constraints.as_mut().unwrap()[0].color_spaces =
        Some(vec![ColorSpace::REC709]);
    own.set_constraints(constraints);
    view.constrain(images(&[image()]));
    let delivery = view.wait().outcome().unwrap();
    let size = delivery.settings.buffer_settings.size_bytes;
    let settings = own.wait().buffers().settings;
    let of_v2 = settings.buffer_settings.as_ref().unwrap().size_bytes;
    assert_eq!(of_v2, Some(u64::from(size)));
}
