//! Packets that were good before something happened to them. Whatever it was, the service goes on,
//! and keeps nothing of them. One seed, so that a failure comes again.

mod common;

use std::os::fd::AsFd;

use common::*;
use fidl::{Encoder, Txid};
use sysmem_fidl::Handle;
use sysmem_fidl::fuchsia_sysmem2::*;

const SEED: u64 = 0x5eed;
const ROUNDS: usize = 4000;

/// The generator of Steele, Lea and Flood, known as splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

fn one_way<M: fidl::OneWay<Handle>>(request: fidl::RequestValue<M, Handle>) -> Vec<u8> {
    let mut encoder = Encoder::new();
    fidl::encode_event::<M, Handle>(request, &mut encoder).unwrap();
    encoder.bytes().to_vec()
}

fn two_way<M: fidl::TwoWay<Handle>>(request: fidl::TwoWayRequestValue<M, Handle>) -> Vec<u8> {
    let mut encoder = Encoder::new();
    fidl::encode_call::<M, Handle>(Txid::new(1).unwrap(), request, &mut encoder).unwrap();
    encoder.bytes().to_vec()
}

fn end<P>() -> Option<fidl::ServerEnd<P, Handle>> {
    Some(Wire::pair().1)
}

fn constraints() -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(BufferUsage { cpu: Some(CPU_USAGE_READ), ..Default::default() }),
        min_buffer_count: Some(2),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            min_size_bytes: Some(4096),
            permitted_heaps: Some(vec![Heap { heap_type: Some("x".to_owned()), id: Some(1) }]),
            ..Default::default()
        }),
        image_format_constraints: Some(vec![ImageFormatConstraints::default(); 3]),
        ..Default::default()
    }
}

/// One of each kind of request, handles aside.
fn good_packets() -> Vec<Vec<u8>> {
    let masks = Some(vec![u32::MAX, 0x8000_0000]);
    vec![
        two_way::<NodeSyncMethod>(()),
        two_way::<NodeGetNodeRefMethod>(()),
        two_way::<NodeGetBufferCollectionIdMethod>(()),
        two_way::<BufferCollectionWaitForAllBuffersAllocatedMethod>(()),
        two_way::<BufferCollectionCheckAllBuffersAllocatedMethod>(()),
        two_way::<BufferCollectionTokenDuplicateSyncMethod>(
            BufferCollectionTokenDuplicateSyncRequest { rights_attenuation_masks: masks.clone() },
        ),
        two_way::<BufferCollectionTokenGroupCreateChildrenSyncMethod>(
            BufferCollectionTokenGroupCreateChildrenSyncRequest { rights_attenuation_masks: masks },
        ),
        one_way::<NodeSetNameMethod>(NodeSetNameRequest {
            priority: Some(1),
            name: Some("a name".to_owned()),
        }),
        one_way::<BufferCollectionSetConstraintsMethod>(BufferCollectionSetConstraintsRequest {
            constraints: Some(constraints()),
            ..Default::default()
        }),
        one_way::<BufferCollectionTokenDuplicateMethod>(BufferCollectionTokenDuplicateRequest {
            rights_attenuation_mask: Some(u32::MAX),
            token_request: end(),
        }),
        one_way::<BufferCollectionTokenGroupCreateChildMethod>(
            BufferCollectionTokenGroupCreateChildRequest {
                token_request: end(),
                rights_attenuation_mask: None,
            },
        ),
        one_way::<BufferCollectionTokenGroupAllChildrenPresentMethod>(()),
        one_way::<AllocatorAllocateSharedCollectionMethod>(
            AllocatorAllocateSharedCollectionRequest { token_request: end() },
        ),
        one_way::<AllocatorAllocateNonSharedCollectionMethod>(
            AllocatorAllocateNonSharedCollectionRequest { collection_request: end() },
        ),
        one_way::<AllocatorSetDebugClientInfoMethod>(AllocatorSetDebugClientInfoRequest {
            name: Some("somebody".to_owned()),
            id: Some(7),
        }),
        two_way::<AllocatorGetVmoInfoMethod>(AllocatorGetVmoInfoRequest {
            constraints_to_check: Some(constraints()),
            ..Default::default()
        }),
    ]
}

fn spoil(packet: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..random.below(4) {
        let at = random.below(packet.len());
        packet[at] = match random.below(3) {
            0 => packet[at] ^ 1 << random.below(8),
            1 => [0, 1, 8, 0xff][random.below(4)],
            _ => random.next() as u8,
        };
    }
    match random.below(8) {
        0 => packet.truncate(1 + random.below(packet.len())),
        1 => packet.extend([0; 8]),
        _ => {}
    }
}

#[test]
fn wire_mutated_packets_end_nothing_but_their_channels() {
    let server = server();
    let allocator = connect(&server);
    let bystander = sole_collection(&allocator);
    set_constraints(&bystander, CPU_USAGE_READ, 1);
    wait_for_buffers(&bystander);
    let mut random = Random(SEED);
    let packets = good_packets();
    let (witness, given) = zx::Channel::pair().unwrap();
    let memory = zx::Vmo::create("given", 4096).unwrap().reopen(zx::Access::ReadOnly).unwrap();
    let mut victims: Vec<Wire> = Vec::new();
    for round in 0..ROUNDS {
        if victims.len() < 16 {
            victims.push(match random.below(3) {
                0 => connect(&server).into_caller(),
                1 => shared_token(&allocator).into_caller(),
                _ => sole_collection(&allocator).into_caller(),
            });
        }
        let mut packet = packets[random.below(packets.len())].clone();
        spoil(&mut packet, &mut random);
        let all = [given.as_fd(), memory.as_fd(), given.as_fd()];
        let handles = &all[..random.below(4)];
        let victim = random.below(victims.len());
        // One that has ended, or that is not read for too long, is replaced.
        if victims[victim].channel.send(&packet, handles).is_err() || random.below(20) == 0 {
            victims.swap_remove(victim);
        }
        if round % 64 == 0 {
            bystander.sync().unwrap();
        }
    }
    drop((victims, given));
    assert_serves(&allocator);
    server.stop().unwrap();
    // Nobody has kept the end that went along with every second packet.
    drain(&Wire::new(witness));
}

/// Waits for the end of a channel, whatever else comes.
fn drain(wire: &Wire) {
    let mut buffer = zx::MessageBuffer::new();
    loop {
        assert!(
            wire.channel.wait(zx::Interest::Readable, Some(PATIENCE)).unwrap(),
            "somebody has it"
        );
        match wire.channel.recv(&mut buffer) {
            Ok(_) | Err(zx::RecvError::WouldBlock) => {}
            Err(zx::RecvError::PeerClosed) => return,
            Err(error) => panic!("{error}"),
        }
    }
}
