//! `GetVmoInfo` in full, and `must_match_vmo`.

use std::sync::Arc;

use fsysmem2::{AllocatorGetVmoInfoRequest, BufferCollectionConstraints, Error};
use sysmem_core::{Access, Delivery, NewWeak, Recipient, Strength, VmoInfo};
use sysmem_fidl::fuchsia_images2::PixelFormat;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::Client;
use crate::constraints::{cpu, images, no_use, sampled, writer};
use crate::handle::{Object, SimHandle};
use crate::wires::Answer;
use crate::world::World;

type Request = AllocatorGetVmoInfoRequest<SimHandle>;

fn ask(allocator: &Client, request: Request) -> Result<VmoInfo, Error> {
    match allocator.call::<fsysmem2::AllocatorGetVmoInfoMethod>(request).answer() {
        Answer::VmoInfo(result) => result.map(|info| *info),
        other => panic!("{other:?}"),
    }
}

fn about(world: &World, vmo: Object) -> Request {
    Request { vmo: Some(world.handle(vmo)), ..Default::default() }
}

fn allocated(world: &World, constraints: BufferCollectionConstraints) -> (Client, Delivery) {
    let collection = world.allocator().non_shared_collection();
    collection.set_constraints(constraints);
    let delivery = collection.wait().buffers();
    (collection, delivery)
}

#[test]
fn what_was_not_asked_for_is_not_answered() {
    let world = World::new();
    let (_collection, Delivery { allocation, .. }) = allocated(&world, cpu(2, 64));
    let info = ask(&world.allocator(), about(&world, Object::Buffer(allocation, 1))).unwrap();
    assert!(!info.close_weak_asap);
    assert_eq!((info.weak, info.settings), (None, None));
    assert_eq!((info.constraints_ok, info.vmo_settings_match), (None, None));
}

#[test]
fn settings_are_told_as_participants_got_them() {
    let world = World::new();
    let (_collection, Delivery { allocation, settings, .. }) = allocated(&world, cpu(1, 64));
    let request = Request {
        need_single_buffer_settings: Some(true),
        ..about(&world, Object::Buffer(allocation, 0))
    };
    let info = ask(&world.allocator(), request).unwrap();
    assert!(Arc::ptr_eq(&info.settings.unwrap(), &settings));
}

#[test]
fn a_weak_handle_is_told_when_to_close() {
    let world = World::new();
    let (_collection, Delivery { allocation, .. }) = allocated(&world, writer(1, 64));
    let allocator = world.allocator();
    allocator.set_client_info("looker", Some(3));
    let recipient = Recipient { name: "looker".into(), id: 3 };
    for (vmo, access) in [
        (Object::Buffer(allocation, 0), Access::ReadWrite),
        (Object::WeakBuffer(allocation, 0), Access::ReadOnly),
    ] {
        let request = Request { need_weak: Some(true), ..about(&world, vmo) };
        let info = ask(&allocator, request).unwrap();
        assert!(info.close_weak_asap);
        let weak = NewWeak { access, recipient: recipient.clone() };
        assert_eq!(info.weak, Some(weak), "no more than the given one may");
    }
    let info = ask(&allocator, about(&world, Object::WeakBuffer(allocation, 0))).unwrap();
    assert!(info.close_weak_asap && info.weak.is_none());
    assert_eq!(world.buffer(allocation, 0).weak, 2);
}

#[test]
fn lifecycle_s86_there_is_no_new_weak_handle_without_a_strong_one() {
    let world = World::new();
    let (collection, Delivery { allocation, .. }) = allocated(&world, cpu(2, 64));
    let allocator = world.allocator();
    let weak = |index| Request {
        need_weak: Some(true),
        ..about(&world, Object::WeakBuffer(allocation, index))
    };
    assert!(ask(&allocator, weak(0)).is_ok());
    world.drop_handle(allocation, 1, Strength::Strong);
    assert!(ask(&allocator, weak(1)).is_ok(), "the collection holds it");
    collection.close();
    assert!(ask(&allocator, weak(0)).is_ok(), "a client holds it");
    // The core is not told yet, but asks.
    assert_eq!(ask(&allocator, weak(1)), Err(Error::NO_MORE_STRONG_VMO_HANDLES));
    world.tell();
    assert_eq!(ask(&allocator, weak(1)), Err(Error::NO_MORE_STRONG_VMO_HANDLES));
    let info = ask(&allocator, about(&world, Object::WeakBuffer(allocation, 1))).unwrap();
    assert!(info.close_weak_asap);
    assert!(allocator.is_open());
}

#[test]
fn constraints_are_checked_against_the_settings_alone() {
    let world = World::new();
    let (_collection, Delivery { allocation, .. }) = allocated(&world, cpu(2, 4096));
    let allocator = world.allocator();
    let is_ok = |constraints| {
        let request = Request {
            constraints_to_check: Some(constraints),
            ..about(&world, Object::Buffer(allocation, 0))
        };
        ask(&allocator, request).unwrap().constraints_ok
    };
    let with_count = |max_buffer_count| BufferCollectionConstraints {
        max_buffer_count: Some(max_buffer_count),
        ..cpu(1, 64)
    };
    for (constraints, expected) in [
        (cpu(1, 64), true),
        (cpu(5, 4096), true),
        (cpu(1, 4097), false),
        (cpu(65, 64), false),
        (with_count(1), true),
        (with_count(0), false),
        (no_use(0), true),
        (BufferCollectionConstraints::default(), true),
        (images(sampled(), 1, PixelFormat::B8G8R8A8), false),
    ] {
        assert_eq!(is_ok(constraints.clone()), Some(expected), "{constraints:?}");
    }
}

#[test]
fn settings_of_two_vmos_are_compared() {
    let world = World::new();
    let allocator = world.allocator();
    let [first, second, larger] = [4096, 4096, 8192].map(|size| allocated(&world, cpu(1, size)));
    let compare = |other: &Delivery, ignore_size| {
        let request = Request {
            vmo_settings_to_check: Some(world.handle(Object::Buffer(other.allocation, 0))),
            vmo_settings_to_check_ignore_size: Some(ignore_size),
            ..about(&world, Object::Buffer(first.1.allocation, 0))
        };
        ask(&allocator, request).unwrap().vmo_settings_match.unwrap()
    };
    assert!(compare(&second.1, false));
    assert!(!compare(&larger.1, false));
    assert!(compare(&larger.1, true));

    let request = Request {
        vmo_settings_to_check: Some(world.handle(Object::Vmo)),
        ..about(&world, Object::Buffer(first.1.allocation, 0))
    };
    assert_eq!(ask(&allocator, request), Err(Error::NOT_FOUND));
}

#[test]
fn constraints_s78_must_match_vmo_forces_the_settings_and_not_the_count() {
    let world = World::new();
    let (model, old) = allocated(&world, writer(3, 10_000));
    let (root, [other]) = world.participants();
    root.set_constraints_like(cpu(1, 64), Object::Buffer(old.allocation, 0));
    // The settings were read when the constraints were set.
    model.close();
    world.driver().free(old.allocation);
    other.set_constraints(cpu(1, 64));
    let new = root.wait().buffers();
    assert_eq!(new.settings, old.settings);
    assert_eq!(new.count, 2);
}

#[test]
fn must_match_vmo_fails_whoever_needs_something_else() {
    let world = World::new();
    let (_model, old) = allocated(&world, writer(1, 4096));
    let (root, [other]) = world.participants();
    root.set_constraints_like(cpu(1, 64), Object::Buffer(old.allocation, 0));
    let wait = root.wait();
    other.set_constraints(cpu(1, 4097));
    assert_eq!(wait.error(), Error::CONSTRAINTS_INTERSECTION_EMPTY);
    assert!(!other.is_open());
}

#[test]
fn a_late_joiner_whose_must_match_vmo_is_another_kind_of_buffer_fails_alone() {
    let world = World::new();
    let (root, own) = allocated(&world, cpu(1, 4096));
    let (_model, other) = allocated(&world, cpu(1, 8192));
    for (like, joins) in [(own.allocation, true), (other.allocation, false)] {
        let late = world.bind(root.attach());
        late.set_constraints_like(cpu(0, 64), Object::Buffer(like, 0));
        assert_eq!(late.is_open(), joins);
        assert!(root.is_open());
    }
}
