//! Packets: 32, 33, 52, 53, and what a flag denies (R26).

use fidl::{Encoder, Txid};
use sysmem_core::v1;
use sysmem_fidl::fuchsia_sysmem::*;

use super::client::{Allocator, INTERNAL, INVALID_ARGS, NOT_SUPPORTED, View};
use super::constraints::{image, images};
use super::views::views;
use crate::client::Call;
use crate::handle::SimHandle;
use crate::world::World;

/// Bytes of a packet where the constraints begin.
const BODY: usize = 24;

fn one_way<M: fidl::OneWay<SimHandle>>(request: fidl::RequestValue<M, SimHandle>) -> Vec<u8> {
    let mut encoder = Encoder::new();
    fidl::encode_event::<M, SimHandle>(request, &mut encoder).unwrap();
    encoder.bytes().to_vec()
}

fn two_way<M: fidl::TwoWay<SimHandle>>(request: fidl::TwoWayRequestValue<M, SimHandle>) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let txid = Txid::new(1).unwrap();
    fidl::encode_call::<M, SimHandle>(txid, request, &mut encoder).unwrap();
    encoder.bytes().to_vec()
}

fn set_constraints(has_constraints: bool, constraints: BufferCollectionConstraints) -> Vec<u8> {
    one_way::<BufferCollectionSetConstraintsMethod>(BufferCollectionSetConstraintsRequest {
        has_constraints,
        constraints,
    })
}

/// What becomes of a collection of two, one of which sends this packet.
fn outcome(packet: Vec<u8>) -> v1::Outcome {
    let world = World::new();
    let [own, other] = views(&world);
    let wait: Call = own.wait();
    other.constrain(images(&[image()]));
    own.send_raw(packet);
    wait.outcome()
}

#[test]
fn sysmem1_c32_a_two_way_request_without_transaction_ends_the_channel() {
    let world = World::new();
    let [view, other] = views(&world);
    let mut packet = two_way::<BufferCollectionSyncMethod>(());
    packet[..4].fill(0);
    view.send_raw(packet);
    assert_eq!(view.epitaph(), INVALID_ARGS);
    assert_eq!(other.epitaph(), INTERNAL);
    assert!(world.driver().wires.take_all_answers().is_empty());
}

#[test]
fn sysmem1_c33_a_one_way_request_may_have_a_transaction_and_gets_no_reply() {
    let world = World::new();
    let [view] = views(&world);
    let mut packet = set_constraints(true, images(&[image()]));
    packet[0] = 9;
    view.send_raw(packet);
    assert!(world.driver().wires.take_all_answers().is_empty());
    assert!(view.wait().outcome().is_ok());
}

#[test]
fn sysmem1_c52_what_is_in_padding_changes_nothing() {
    let clean = set_constraints(true, images(&[image()]));
    let mut dirty = clean.clone();
    for padding in [17..BODY, BODY + 41..BODY + 48, BODY + 61..BODY + 64, BODY + 332..BODY + 336] {
        dirty[padding].fill(0xa5);
    }
    assert_eq!(outcome(dirty), outcome(clean));
}

#[test]
fn sysmem1_c53_bools_above_one_are_malformed() {
    let world = World::new();
    let [view, _other] = views(&world);
    let mut packet = set_constraints(true, images(&[image()]));
    packet[16] = 2;
    view.send_raw(packet);
    assert_eq!(view.epitaph(), INVALID_ARGS);
}

#[test]
fn sysmem1_r26_what_a_flag_denies_changes_nothing() {
    let mut without_memory = images(&[image()]);
    without_memory.has_buffer_memory_constraints = false;
    without_memory.buffer_memory_constraints = BufferMemoryConstraints::default();
    without_memory.min_buffer_count = 1;
    let cases = [
        // has_constraints, and all of the constraints.
        (set_constraints(false, BufferCollectionConstraints::default()), BODY..BODY + 7760),
        // has_buffer_memory_constraints.
        (set_constraints(true, without_memory), BODY + 48..BODY + 328),
        // has_format_modifier of the first image.
        (set_constraints(true, images(&[image()])), BODY + 336 + 8..BODY + 336 + 16),
    ];
    for (zeros, denied) in cases {
        let mut noise = zeros.clone();
        let random = (0_u32..).map(|number| number.wrapping_mul(0x9e37_79b9).to_be_bytes()[0]);
        noise[denied].iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
        assert_ne!(noise, zeros);
        assert_eq!(outcome(noise), outcome(zeros));
    }
}

#[test]
fn sysmem1_unknown_methods_are_not_supported() {
    let world = World::new();
    let allocator = Allocator::connect(&world);
    let view: View = allocator.sole_view();
    view.send_raw(one_way::<sysmem_fidl::fuchsia_sysmem2::NodeReleaseMethod>(()));
    assert_eq!(view.epitaph(), NOT_SUPPORTED);
    allocator.send_raw(one_way::<BufferCollectionCloseMethod>(()));
    assert_eq!(allocator.epitaph(), NOT_SUPPORTED);
}
