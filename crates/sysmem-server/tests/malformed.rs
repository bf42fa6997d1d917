//! Every malformed packet of `fidl-wire.md` (6.1, 7, example 29) and `linux-objects.md` (Channels),
//! sent to a live service: that channel closes, and nothing else does.
//!
//! Of 6.1 these cannot be said in a request of `fuchsia.sysmem2`, which has no type that they are
//! about: 6 (recursion: a skipped field is not looked into), 9 (empty structs), 10 and 11 (strict
//! enums and bits), 24 and 25 (unions), 27 (rights, which the kernel keeps).

mod common;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use common::*;
use fidl::Method;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::EmbeddedServer;

const PRESENT: u64 = u64::MAX;
const INLINE: u64 = 1 << 48;
const HANDLE: u64 = 1 << 32;
/// A present handle in an envelope.
const HANDLE_INLINE: u64 = INLINE | HANDLE | 0xffff_ffff;
/// The field of a priority.
const PRIORITY: u64 = INLINE | 5;
const UNKNOWN: u64 = 0x1234;

/// What the runtime says of a message that does not decode: `ZX_ERR_INVALID_ARGS`.
const MALFORMED: i32 = -10;
/// And of a strict method that nobody knows: `ZX_ERR_NOT_SUPPORTED` (`sysmem2-protocols.md` 1.3).
const NOT_SUPPORTED: i32 = -2;
/// What sysmem says of every deviation: `ZX_ERR_INTERNAL`.
const DEVIATION: i32 = -1;

const SET_NAME: u64 = NodeSetNameMethod::ORDINAL;
const SYNC: u64 = NodeSyncMethod::ORDINAL;
const RELEASE: u64 = NodeReleaseMethod::ORDINAL;
const DUPLICATE_SYNC: u64 = BufferCollectionTokenDuplicateSyncMethod::ORDINAL;
const ALLOCATE_SHARED: u64 = AllocatorAllocateSharedCollectionMethod::ORDINAL;
const VALIDATE: u64 = AllocatorValidateBufferCollectionTokenMethod::ORDINAL;
const GET_VMO_INFO: u64 = AllocatorGetVmoInfoMethod::ORDINAL;
const SET_DEBUG: u64 = AllocatorSetDebugClientInfoMethod::ORDINAL;

/// A channel of each kind, to be spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Allocator,
    Token,
    Collection,
    Group,
}

const NODES: &[Kind] = &[Kind::Token, Kind::Collection, Kind::Group];
const ALL: &[Kind] = &[Kind::Allocator, Kind::Token, Kind::Collection, Kind::Group];

struct Case {
    what: &'static str,
    kinds: &'static [Kind],
    bytes: Vec<u8>,
    handles: Vec<OwnedFd>,
    epitaph: i32,
}

#[test]
fn wire_6_1_malformed_bodies_close_their_channel_alone() {
    spoil(bodies());
}

#[test]
fn wire_6_1_26_handles_of_the_wrong_type_close_their_channel_alone() {
    spoil(handles());
}

#[test]
fn wire_7_bad_headers_close_their_channel_alone() {
    spoil(headers());
}

#[test]
fn wire_ex29_packets_to_refuse_close_their_channel_alone() {
    spoil(example_29());
}

#[test]
fn objects_packets_that_are_too_long_close_their_channel_alone() {
    let scene = Scene::new();
    for length in [65_537, 100_000, 212_000] {
        for &kind in ALL {
            let victim = scene.victim(kind);
            victim.send_unchecked(&[], &vec![0; length]);
            scene.assert_only_closed(
                &victim,
                Some(MALFORMED),
                &format!("{length} bytes on {kind:?}"),
            );
        }
    }
}

#[test]
fn objects_a_zero_byte_packet_closes_its_channel_alone() {
    let scene = Scene::new();
    for &kind in ALL {
        let victim = scene.victim(kind);
        victim.send_unchecked(&[], &[]);
        scene.assert_only_closed(&victim, None, &format!("zero bytes on {kind:?}"));
    }
}

#[test]
fn objects_as_many_handles_as_a_packet_carries_are_all_closed() {
    let scene = Scene::new();
    for &kind in NODES {
        let victim = scene.victim(kind);
        let (watched, given) = zx::Channel::pair().unwrap();
        let handles = vec![given.as_fd(); zx::MAX_MESSAGE_HANDLES];
        victim.send_raw(&packet(SET_NAME, &set_name(4, PRESENT, b"fidl")), &handles);
        drop(given);
        scene.assert_only_closed(&victim, Some(MALFORMED), &format!("253 handles on {kind:?}"));
        assert_eq!(Wire::new(watched).end(), End { epitaph: None });
    }
}

#[test]
fn protocols_s3_s4_s5_unknown_flexible_methods_end_their_channel() {
    let scene = Scene::new();
    for &kind in ALL {
        let victim = scene.victim(kind);
        victim.send_raw(&header(0, 2, 0x80, 1, UNKNOWN), &[]);
        scene.assert_only_closed(
            &victim,
            Some(DEVIATION),
            &format!("unknown one-way method on {kind:?}"),
        );

        let victim = scene.victim(kind);
        victim.send_raw(&header(7, 2, 0x80, 1, UNKNOWN), &[]);
        let mut reply = header(7, 2, 0x80, 1, UNKNOWN);
        reply.extend(words(&[3, INLINE | 0xffff_fffe]));
        assert!(victim.channel.wait(zx::Interest::Readable, Some(PATIENCE)).unwrap());
        let mut buffer = zx::MessageBuffer::new();
        assert_eq!(victim.channel.recv(&mut buffer).unwrap().bytes, reply);
        scene.assert_only_closed(
            &victim,
            Some(DEVIATION),
            &format!("unknown two-way method on {kind:?}"),
        );
    }
}

#[test]
fn the_packets_that_the_malformed_ones_are_made_from_are_good() {
    let scene = Scene::new();
    for &kind in NODES {
        let victim = scene.victim(kind);
        victim.send_raw(&packet(SET_NAME, &set_name(4, PRESENT, b"fidl")), &[]);
        victim.send_raw(&header(1, 2, 0x80, 1, SYNC), &[]);
        let mut buffer = zx::MessageBuffer::new();
        assert!(victim.channel.wait(zx::Interest::Readable, Some(PATIENCE)).unwrap());
        let reply = victim.channel.recv(&mut buffer).unwrap();
        assert_eq!(reply.bytes[16..], words(&[1, INLINE]), "{kind:?}");
    }
    let victim = scene.victim(Kind::Allocator);
    let question = [header(5, 2, 0x80, 1, GET_VMO_INFO), words(&[2, PRESENT, 0, INLINE | 1])];
    victim.send_raw(&question.concat(), &[]);
    assert!(victim.channel.wait(zx::Interest::Readable, Some(PATIENCE)).unwrap());
    let mut buffer = zx::MessageBuffer::new();
    let reply = victim.channel.recv(&mut buffer).unwrap();
    let error = u64::from(Error::PROTOCOL_DEVIATION.into_primitive());
    assert_eq!(reply.bytes[16..], words(&[2, INLINE | error]));
    let (token, end) = zx::Channel::pair().unwrap();
    victim.send_raw(&packet(ALLOCATE_SHARED, &[1, PRESENT, HANDLE_INLINE]), &[end.as_fd()]);
    drop(end);
    BufferCollectionTokenProxy::new(Wire::new(token)).sync().unwrap();
}

/// A service, and clients of it that do nothing wrong.
struct Scene {
    server: EmbeddedServer,
    allocator: Allocator,
    bystander: Collection,
}

impl Scene {
    fn new() -> Self {
        let server = server();
        let allocator = connect(&server);
        let bystander = sole_collection(&allocator);
        set_constraints(&bystander, CPU_USAGE_READ, 1);
        wait_for_buffers(&bystander);
        Self { server, allocator, bystander }
    }

    /// A fresh channel; one of a node belongs to a collection of its own.
    fn victim(&self, kind: Kind) -> Wire {
        match kind {
            Kind::Allocator => connect(&self.server).into_caller(),
            Kind::Token => shared_token(&self.allocator).into_caller(),
            Kind::Collection => sole_collection(&self.allocator).into_caller(),
            Kind::Group => {
                let (group, end) = Wire::pair();
                let token = shared_token(&self.allocator);
                let request = BufferCollectionTokenCreateBufferCollectionTokenGroupRequest {
                    group_request: Some(end),
                };
                token.create_buffer_collection_token_group(request);
                // The group's parent has to live, or the group goes with it.
                token.sync().unwrap();
                token.release();
                group
            }
        }
    }

    fn assert_only_closed(&self, victim: &Wire, epitaph: Option<i32>, what: &str) {
        assert_eq!(victim.end(), End { epitaph }, "{what}");
        let id = self.bystander.get_buffer_collection_id();
        assert!(id.is_ok_and(|id| id.buffer_collection_id.is_some()), "{what}");
        let known = self.allocator.validate_buffer_collection_token(
            AllocatorValidateBufferCollectionTokenRequest { token_server_koid: Some(1) },
        );
        assert_eq!(known.unwrap().is_known, Some(false), "{what}");
    }
}

/// Sends each case on each of its channels: as it is, and with a handle too many.
fn spoil(cases: Vec<Case>) {
    let scene = Scene::new();
    for Case { what, kinds, bytes, handles, epitaph } in cases {
        let handles: Vec<BorrowedFd<'_>> = handles.iter().map(AsFd::as_fd).collect();
        for &kind in kinds {
            let victim = scene.victim(kind);
            victim.send_raw(&bytes, &handles);
            scene.assert_only_closed(&victim, Some(epitaph), &format!("{what} on {kind:?}"));

            let victim = scene.victim(kind);
            let (watched, given) = zx::Channel::pair().unwrap();
            let mut more = handles.clone();
            more.push(given.as_fd());
            victim.send_raw(&bytes, &more);
            drop(given);
            scene.assert_only_closed(
                &victim,
                Some(epitaph),
                &format!("{what}, and a handle, on {kind:?}"),
            );
            assert_eq!(Wire::new(watched).end(), End { epitaph: None }, "{what}");
        }
    }
    assert_serves(&scene.allocator);
}

fn case(what: &'static str, kinds: &'static [Kind], bytes: Vec<u8>) -> Case {
    Case { what, kinds, bytes, handles: Vec::new(), epitaph: MALFORMED }
}

fn bodies() -> Vec<Case> {
    let node = |what, ordinal, body: &[u64]| case(what, NODES, packet(ordinal, body));
    let allocator =
        |what, ordinal, body: &[u64]| case(what, &[Kind::Allocator], packet(ordinal, body));
    let two_way = |what, kinds, ordinal, body: &[u64]| {
        case(what, kinds, [header(3, 2, 0x80, 1, ordinal), words(body)].concat())
    };
    let need_weak = |what, envelope| {
        two_way(what, &[Kind::Allocator], GET_VMO_INFO, &[2, PRESENT, 0, envelope])
    };
    let good = set_name(4, PRESENT, b"fidl");
    let long = [b'x'; 65];
    vec![
        node("1: half a table", SET_NAME, &[0]),
        node("1: no body", SET_NAME, &[]),
        allocator("1: no body", SET_DEBUG, &[]),
        node("2: a table without its envelopes", SET_NAME, &[2, PRESENT]),
        node("2: a string without its bytes", SET_NAME, &set_name(8, PRESENT, b"")),
        node("3: bytes left over", SET_NAME, &[good.clone(), vec![0]].concat()),
        node("3: a body where none belongs", RELEASE, &[0]),
        two_way("3: a body where none belongs", NODES, SYNC, &[0]),
        allocator("4: no handle", ALLOCATE_SHARED, &[1, PRESENT, INLINE | 0xffff_ffff]),
        node("7: padding behind a string", SET_NAME, &set_name(4, PRESENT, b"fidl\0x")),
        need_weak("7: padding in an envelope", INLINE | 0xee01),
        need_weak("8: a bool that is 2", INLINE | 2),
        node("12: presence of a table", SET_NAME, &[&[2, 1], &good[2..]].concat()),
        node("12: presence of a string", SET_NAME, &set_name(4, 1, b"fidl")),
        two_way("12: vector", &[Kind::Token], DUPLICATE_SYNC, &[1, PRESENT, 16, 0, 1]),
        allocator("13: presence of a handle", ALLOCATE_SHARED, &[1, PRESENT, INLINE | 1]),
        node("14: an absent table", SET_NAME, &[&[2, 0], &good[2..]].concat()),
        node("14: an absent string", SET_NAME, &set_name(0, 0, b"")),
        allocator("14: an absent handle", ALLOCATE_SHARED, &[1, PRESENT, INLINE]),
        node("15: an absent string of 4", SET_NAME, &set_name(4, 0, b"")),
        two_way("15: vector", &[Kind::Token], DUPLICATE_SYNC, &[1, PRESENT, 16, 4, 0]),
        node("16: length of a string", SET_NAME, &set_name(1 << 32, PRESENT, b"")),
        node("16: ordinal of a table", SET_NAME, &[&[1 << 32 | 2], &good[1..]].concat()),
        two_way("16: vector", &[Kind::Token], DUPLICATE_SYNC, &[1, PRESENT, 16, 1 << 32, PRESENT]),
        node("17: a string of 65", SET_NAME, &set_name(65, PRESENT, &long)),
        two_way("17: vector of 65", &[Kind::Token], DUPLICATE_SYNC, &masks(65)),
        node("18: not UTF-8", SET_NAME, &set_name(4, PRESENT, b"\xff\xfe\xfd\xfc")),
        node("18: a surrogate", SET_NAME, &set_name(3, PRESENT, b"\xed\xa0\x80")),
        node("19: flags 2", SET_NAME, &[1, PRESENT, 2 << 48]),
        allocator("20: 8 bytes inlined", SET_DEBUG, &[2, PRESENT, 0, INLINE | 7]),
        node("20: 4 bytes not inlined", SET_NAME, &[1, PRESENT, 8, 5]),
        node("21: 7 bytes", SET_NAME, &[2, PRESENT, PRIORITY, 7, 0, PRESENT]),
        node("21: too many bytes", SET_NAME, &[2, PRESENT, PRIORITY, 24, 0, PRESENT, 0]),
        node("21: too few bytes", SET_NAME, &[2, PRESENT, PRIORITY, 8, 0, PRESENT]),
        node(
            "21: no bytes in an unknown field",
            SET_NAME,
            &[3, PRESENT, PRIORITY, 24, HANDLE, 4, PRESENT, u64::from_le_bytes(*b"fidl\0\0\0\0")],
        ),
        node("23: more bytes than there are", SET_NAME, &[2, PRESENT, PRIORITY, 800, 0, PRESENT]),
        node("23: more handles than there are", SET_NAME, &[1, PRESENT, INLINE | (5 << 32)]),
        allocator(
            "23: a handle that is not there",
            ALLOCATE_SHARED,
            &[1, PRESENT, 2 * HANDLE + HANDLE_INLINE],
        ),
    ]
}

fn handles() -> Vec<Case> {
    let channel = || OwnedFd::from(zx::Channel::pair().unwrap().0);
    let memory = || {
        let vmo = zx::Vmo::create("test", 4096).unwrap();
        OwnedFd::from(vmo.reopen(zx::Access::ReadOnly).unwrap())
    };
    let allocate = |what, handles: Vec<OwnedFd>| Case {
        what,
        kinds: &[Kind::Allocator],
        bytes: packet(ALLOCATE_SHARED, &[1, PRESENT, HANDLE_INLINE]),
        handles,
        epitaph: MALFORMED,
    };
    let pipe = OwnedFd::from(std::io::pipe().unwrap().0);
    let stream = std::os::unix::net::UnixStream::pair().unwrap().0;
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let get_vmo_info = [header(5, 2, 0x80, 1, GET_VMO_INFO), words(&[1, PRESENT, HANDLE_INLINE])];
    vec![
        Case {
            what: "5: a handle left over",
            kinds: NODES,
            bytes: packet(SET_NAME, &set_name(4, PRESENT, b"fidl")),
            handles: vec![channel()],
            epitaph: MALFORMED,
        },
        Case {
            what: "22: an envelope with a handle that nobody takes",
            kinds: &[Kind::Allocator],
            bytes: [
                header(5, 2, 0x80, 1, GET_VMO_INFO),
                words(&[2, PRESENT, 0, INLINE | HANDLE | 1]),
            ]
            .concat(),
            handles: vec![channel()],
            epitaph: MALFORMED,
        },
        allocate("26: memory for a channel", vec![memory()]),
        allocate("26: a pipe for a channel", vec![pipe]),
        allocate("26: a stream for a channel", vec![stream.into()]),
        allocate("26: an internet socket for a channel", vec![tcp.into()]),
        allocate("26: a directory for a channel", vec![std::fs::File::open("/").unwrap().into()]),
        Case {
            what: "26: a channel for memory",
            kinds: &[Kind::Allocator],
            bytes: get_vmo_info.concat(),
            handles: vec![channel()],
            epitaph: MALFORMED,
        },
    ]
}

fn headers() -> Vec<Case> {
    let all = |what, bytes| case(what, ALL, bytes);
    let unknown = |what, bytes| Case { epitaph: NOT_SUPPORTED, ..all(what, bytes) };
    let mut epitaph = header(0, 2, 0, 1, u64::MAX);
    epitaph.extend(words(&[0xffff_ffff]));
    vec![
        all("one byte", vec![2]),
        all("a header but for a byte", header(0, 2, 0x80, 1, SYNC)[..15].to_vec()),
        all("magic 0", header(1, 2, 0x80, 0, SYNC)),
        all("magic 2", header(1, 2, 0x80, 2, SYNC)),
        all("wire format v1", header(1, 0, 0x80, 1, SYNC)),
        all("ordinal 0", header(1, 2, 0x80, 1, 0)),
        all("a control message", header(1, 2, 0x80, 1, 1 << 63)),
        all("an epitaph", epitaph),
        unknown("an unknown strict method", header(0, 2, 0, 1, UNKNOWN)),
        unknown("an unknown strict two-way method", header(9, 2, 0, 1, UNKNOWN)),
        case("a two-way method without txid", NODES, header(0, 2, 0x80, 1, SYNC)),
        case("a one-way method with txid", NODES, header(4, 2, 0x80, 1, RELEASE)),
        case(
            "a two-way method without txid",
            &[Kind::Allocator],
            packet(VALIDATE, &[1, PRESENT, 8, 1]),
        ),
    ]
}

/// The bodies of the example as they stand, under ordinals that every node knows.
fn example_29() -> Vec<Case> {
    let bodies: [&[u8]; 10] = [
        b"\x01\0\x01\0\x2c\x01\0\0\x90\x1f\0\0\0\0\0\0",
        b"\x02\0\0\0\x2c\x01\0\0\x90\x1f\0\0\0\0\0\0",
        b"\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\x02\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xc0\xaf\0\0\0\0\0\0",
        b"\x01\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\xff\xff\xff\xff\x07\0\0\0",
        b"\x01\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x08\0\0\0\0\0\0\0\x05\0\0\0\0\0\0\0",
        b"\x01\0\0\0\0\0\0\0\x34\x12\0\xee\0\0\x01\0",
        b"\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0",
        b"\x02\0\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\
          \x68\x65\x79\0\0\0\0\0",
        b"\0\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ];
    let mut cases: Vec<Case> = bodies
        .into_iter()
        .map(|body| {
            let bytes = [header(0, 2, 0x80, 1, SET_NAME), body.to_vec()].concat();
            case("a body of example 29", NODES, bytes)
        })
        .collect();
    // And its faults, put into the types that there are.
    let overlong = packet(SET_NAME, &set_name(2, PRESENT, b"\xc0\xaf"));
    cases.push(case("overlong UTF-8", NODES, overlong));
    let long = packet(
        SET_NAME,
        &[2, PRESENT, PRIORITY, 32, 3, PRESENT, u64::from_le_bytes(*b"hey\0\0\0\0\0")],
    );
    cases.push(case("32 bytes where the subtree has 24", NODES, long));
    cases
}

/// The body of SetName.
fn set_name(count: u64, presence: u64, content: &[u8]) -> Vec<u64> {
    let content: Vec<u64> = content
        .chunks(8)
        .map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        })
        .collect();
    let bytes = 8 * (2 + content.len() as u64);
    [vec![2, PRESENT, PRIORITY, bytes, count, presence], content].concat()
}

/// The body of DuplicateSync with this many masks.
fn masks(count: u64) -> Vec<u64> {
    let content = vec![PRESENT; count.div_ceil(2) as usize];
    [vec![1, PRESENT, 8 * (2 + content.len() as u64), count, PRESENT], content].concat()
}

/// A flexible one-way message.
fn packet(ordinal: u64, body: &[u64]) -> Vec<u8> {
    [header(0, 2, 0x80, 1, ordinal), words(body)].concat()
}

fn header(txid: u32, at_rest: u8, dynamic: u8, magic: u8, ordinal: u64) -> Vec<u8> {
    let mut bytes = txid.to_le_bytes().to_vec();
    bytes.extend([at_rest, 0, dynamic, magic]);
    bytes.extend(ordinal.to_le_bytes());
    bytes
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}
