//! Tokens and binding: 1 to 15.

use sysmem_core::{Access, v1};
use sysmem_fidl::fuchsia_sysmem::*;

use super::client::{ALL_RIGHTS, Allocator, BAD_STATE, INTERNAL, Token};
use super::constraints::{cpu, writer};
use crate::handle::Object;
use crate::world::World;

const NO_WRITE: u32 = 0xffff_fff7;

fn allocator_and_token() -> (World, Allocator, Token) {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let token = allocator.shared_token();
    (world, allocator, token)
}

#[test]
fn sysmem1_c01_a_duplicate_queued_before_the_binding_makes_a_token() {
    let (_world, allocator, token) = allocator_and_token();
    let child = token.queue_duplicate(ALL_RIGHTS);
    let view = allocator.bind(&token);
    let other = allocator.bind(&child);
    view.constrain(cpu(1, 64));
    assert!(view.wait().is_unanswered());
    other.constrain(cpu(2, 64));
    assert_eq!(other.wait().outcome().unwrap().buffers.count, 3);
}

#[test]
fn sysmem1_c02_what_was_sent_on_a_view_before_the_binding_is_handled() {
    let (_world, allocator, token) = allocator_and_token();
    let view = allocator.new_view();
    view.queue_constraints(cpu(1, 64));
    let wait = view.wait();
    assert!(wait.is_unanswered());
    allocator.bind_to(Object::ClientEnd(token.pair), &view);
    assert_eq!(wait.outcome().unwrap().buffers.count, 1);
}

#[test]
fn sysmem1_c03_an_unknown_token_closes_what_was_passed_and_nothing_else() {
    let (world, allocator, token) = allocator_and_token();
    let foreign = world.foreign_token();
    let view = allocator.bind(&foreign);
    assert_eq!(view.epitaph(), None);
    assert!(allocator.is_open() && token.is_open());
    assert!(!allocator.knows(&Token(foreign)) && allocator.knows(&token));
}

#[test]
fn sysmem1_c04_a_token_is_turned_in_once() {
    let (_world, allocator, token) = allocator_and_token();
    let first = allocator.bind(&token);
    let second = allocator.bind(&token);
    assert_eq!(second.epitaph(), None);
    first.constrain(cpu(1, 64));
    assert!(first.wait().outcome().is_ok());
}

#[test]
fn sysmem1_c05_a_token_that_got_close_cannot_be_turned_in() {
    let (_world, allocator, root) = allocator_and_token();
    let token = root.duplicate();
    token.done();
    let view = allocator.bind(&token);
    assert_eq!(token.epitaph(), BAD_STATE);
    assert_eq!(root.epitaph(), INTERNAL);
    assert_eq!(view.epitaph(), None);
    assert!(allocator.is_open());
}

#[test]
fn sysmem1_c06_giving_up_the_last_token_has_buffers_allocated() {
    let (_world, allocator, root) = allocator_and_token();
    let token = root.duplicate();
    let view = allocator.bind(&root);
    view.constrain(cpu(1, 64));
    let wait = view.wait();
    token.done();
    assert!(wait.is_unanswered());
    token.close();
    assert!(wait.outcome().is_ok());
}

#[test]
fn sysmem1_c07_a_collection_without_views_ends_silently() {
    let (world, allocator, root) = allocator_and_token();
    let token = root.duplicate();
    token.leave();
    root.leave();
    allocator.close();
    world.assert_nothing_is_left();
}

#[test]
fn sysmem1_c08_a_message_after_close_fails_everybody() {
    for message in ["sync", "close", "duplicate"] {
        let (_world, allocator, root) = allocator_and_token();
        let token = root.duplicate();
        let view = allocator.bind(&root);
        view.constrain(cpu(1, 64));
        token.done();
        match message {
            "sync" => assert!(token.sync().is_unanswered()),
            "close" => token.done(),
            _ => drop(token.duplicate()),
        }
        assert_eq!(token.epitaph(), BAD_STATE, "{message}");
        assert_eq!(view.epitaph(), INTERNAL, "{message}");
    }
}

#[test]
fn sysmem1_c09_masks_take_away_down_the_chain() {
    let (_world, allocator, root) = allocator_and_token();
    let between = root.duplicate_with(NO_WRITE);
    let child = between.duplicate_with(ALL_RIGHTS);
    between.leave();
    let views = [allocator.bind(&root), allocator.bind(&child)];
    views.iter().for_each(|view| view.constrain(writer(1, 64)));
    let access = views.map(|view| view.wait().outcome().unwrap().buffers.handles.access());
    assert_eq!(access, [Some(Access::ReadWrite), Some(Access::ReadOnly)]);
}

#[test]
fn sysmem1_c10_who_may_not_be_sent_handles_fails_when_there_are_any() {
    for (mask, by_event) in [(0, false), (ALL_RIGHTS & !0x2, false), (0, true)] {
        let (world, allocator, root) = allocator_and_token();
        let token = root.duplicate_with(mask);
        assert!(matches!(root.sync().v1_answer(), v1::Reply::TokenSync(_)), "not at once");
        let views = [allocator.bind(&root), allocator.bind(&token)];
        let sink = by_event.then(|| views[1].set_sink());
        let wait = (!by_event).then(|| views[1].wait());
        views.iter().for_each(|view| view.constrain(cpu(1, 64)));
        assert_eq!(views[1].epitaph(), Some(-30), "mask {mask:#x}");
        assert!(wait.is_none_or(|wait| wait.is_unanswered()));
        assert!(sink.is_none_or(|sink| sink.take().len() == 1));
        assert_eq!(views[0].epitaph(), INTERNAL);
        allocator.close();
        world.assert_nothing_is_left();
    }
    // Who gets no handles is not concerned.
    let (_world, allocator, root) = allocator_and_token();
    let token = root.duplicate_with(0);
    let views = [allocator.bind(&root), allocator.bind(&token)];
    views[0].constrain(cpu(1, 64));
    views[1].accept_anything();
    assert!(views[1].wait().outcome().is_ok());
}

#[test]
fn sysmem1_c11_a_token_that_is_gone_is_never_known_again() {
    let (_world, allocator, root) = allocator_and_token();
    assert!(allocator.knows(&root));
    let child = root.duplicate();
    assert!(allocator.knows(&child));
    let view = allocator.bind(&root);
    child.leave();
    let later = allocator.shared_token();
    assert!(!allocator.knows(&root) && !allocator.knows(&child) && allocator.knows(&later));
    assert!(view.is_open());
}

#[test]
fn sysmem1_c12_a_sole_view_may_have_requests_in_its_queue() {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let view = allocator.new_view();
    view.queue_constraints(cpu(2, 64));
    let wait = view.wait();
    allocator.serve_alone(&view);
    assert_eq!(wait.outcome().unwrap().buffers.count, 2);
}

#[test]
fn sysmem1_c13_tokens_outlive_their_allocator() {
    let (world, allocator, token) = allocator_and_token();
    allocator.close();
    let view = Allocator::connect(&world).bind(&token);
    view.constrain(cpu(1, 64));
    assert!(view.wait().outcome().is_ok());
}

#[test]
fn sysmem1_c14_the_initiator_may_leave_and_the_others_allocate() {
    let (world, allocator, root) = allocator_and_token();
    let token = root.duplicate();
    let own = allocator.bind(&root);
    own.leave();
    allocator.close();
    let other = Allocator::connect(&world).bind(&token);
    other.constrain(cpu(1, 64));
    assert!(other.wait().outcome().is_ok());
}

#[test]
fn sysmem1_c15_a_token_is_removed_or_becomes_a_view_and_never_both() {
    // Removed: turned in when its channel has closed after Close.
    let (world, allocator, root) = allocator_and_token();
    let token = root.duplicate();
    token.leave();
    let view = allocator.bind(&token);
    assert_eq!(view.epitaph(), None);
    let own = allocator.bind(&root);
    own.constrain(cpu(1, 64));
    assert_eq!(own.wait().outcome().unwrap().buffers.count, 1);
    own.leave();
    allocator.close();
    world.assert_nothing_is_left();
}

#[test]
fn sysmem1_names_and_deadlines_are_those_of_the_collection() {
    let (world, allocator, root) = allocator_and_token();
    allocator.set_debug_info("initiator", 7);
    root.send::<BufferCollectionTokenSetNameMethod>(BufferCollectionTokenSetNameRequest {
        priority: 1,
        name: "frames".into(),
    });
    root.send::<BufferCollectionTokenSetDebugTimeoutLogDeadlineMethod>(
        BufferCollectionTokenSetDebugTimeoutLogDeadlineRequest { deadline: 1_000_000_000 },
    );
    let view = allocator.bind(&root);
    world.advance_to(1);
    assert_eq!(world.log("client \"initiator\" (7)").len(), 1);
    view.send::<BufferCollectionSetNameMethod>(BufferCollectionSetNameRequest {
        priority: 2,
        name: "pictures".into(),
    });
    view.constrain(cpu(1, 64));
    assert_eq!(world.allocated_names(), ["pictures"]);
}
