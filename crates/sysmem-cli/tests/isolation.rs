//! What a client of sysmem does wrong ends its own context, in a process that others live in, too:
//! the host of a bus (`sysmem1.md` 6.5, 7.2: R3 and R4).

mod common;

use std::os::fd::{AsFd, BorrowedFd};
use std::thread;
use std::time::Duration;

use common::bus::{BusDirectory, Participant};
use common::daemon::Daemon;
use common::eventually;
use sysmem::{Allocator, Channel, Collection, Constraints, Token};

const ALLOCATOR: &str = "fuchsia.sysmem2.Allocator";
const BUS: &str = "[sysmem]\nlibrary = 'SERVICE'\nproperties = { svc = 'DIR/svc' }\n\
                   [[device]]\nname = 'neighbour'\nlibrary = 'EXAMPLE'\n\
                   properties = { link = 'DIR/link' }\n";

/// A bus with sysmem and another driver in one process.
struct World {
    directory: BusDirectory,
    bus: Daemon,
    neighbour: Participant,
}

impl World {
    fn new() -> Self {
        let directory = BusDirectory::new();
        let link = directory.link("link");
        let bus = directory.start(BUS);
        let neighbour = Participant::accept(&link);
        Self { directory, bus, neighbour }
    }

    fn connect(&self) -> Channel {
        zx::connect(self.directory.path("svc").join(ALLOCATOR)).unwrap()
    }

    fn allocator(&self) -> Allocator {
        Allocator::from_channel(self.connect()).unwrap()
    }
}

fn small() -> Constraints {
    Constraints::new().cpu_read().min_buffers(1).min_size_bytes(4096)
}

/// A client that behaves, in the middle of things.
struct Bystander {
    allocator: Allocator,
    token: Token,
    waiting: Collection,
    last: Token,
}

impl Bystander {
    fn new(world: &World) -> Self {
        let allocator = world.allocator();
        let token = allocator.new_shared_token().unwrap();
        let root = allocator.new_shared_token().unwrap();
        let last = root.duplicate().unwrap();
        root.sync().unwrap();
        let waiting = allocator.bind(root).unwrap();
        waiting.set_constraints(small()).unwrap();
        token.sync().unwrap();
        waiting.sync().unwrap();
        Self { allocator, token, waiting, last }
    }

    /// Goes on as if nothing had been.
    fn finish(self) {
        let Self { allocator, token, waiting, last } = self;
        thread::scope(|scope| {
            let pending = scope.spawn(|| waiting.wait_for_buffers().map(|buffers| buffers.len()));
            let second = allocator.bind(last).unwrap();
            second.set_constraints(small()).unwrap();
            assert_eq!(pending.join().unwrap().unwrap(), 1);
        });
        token.sync().unwrap();
        token.release().unwrap();
        let collection = allocator.new_collection().unwrap();
        collection.set_constraints(small()).unwrap();
        assert_eq!(collection.wait_for_buffers().unwrap().len(), 1);
    }
}

/// A request header: transaction id, ordinal.
fn packet(txid: u32, ordinal: u64, body: &[u8]) -> Vec<u8> {
    let mut packet = txid.to_le_bytes().to_vec();
    packet.extend([2, 0, 0, 1]);
    packet.extend(ordinal.to_le_bytes());
    packet.extend(body);
    packet
}

const ALLOCATE_NON_SHARED: u64 = 0x5ca6_81f0_25a8_0e44;
const VALIDATE: u64 = 0x4c5e_e91b_02a7_e68d;
const SYNC: u64 = 0x11ac_2555_cf57_5b54;
const SET_CONSTRAINTS: u64 = 0x1fde_0f19_d650_197b;
const RELEASE: u64 = 0x6a5c_ae7d_6d6e_04c6;

/// What `sysmem1.md` 6.5 lists, as packets with so many descriptors.
fn violations() -> Vec<(&'static str, Vec<u8>, usize)> {
    let strict_unknown = packet(0, 0x1234, &[]);
    let mut bad_magic = packet(0, RELEASE, &[]);
    bad_magic[7] = 9;
    vec![
        ("short header", vec![1, 2, 3], 0),
        ("bad magic", bad_magic, 0),
        ("unknown ordinal", strict_unknown, 1),
        ("wrong body size", packet(0, ALLOCATE_NON_SHARED, &[1; 8]), 0),
        ("missing handle", packet(0, ALLOCATE_NON_SHARED, &[0; 16]), 0),
        ("surplus handles", packet(0, RELEASE, &[]), 3),
        ("two-way without a transaction", packet(0, SYNC, &[]), 0),
        ("two-way without a transaction", packet(0, VALIDATE, &[0; 16]), 0),
        ("garbage for constraints", packet(0, SET_CONSTRAINTS, &[0xff; 400]), 0),
        ("empty constraints", packet(0, SET_CONSTRAINTS, &[0; 16]), 0),
        ("a long message", vec![0xaa; 65_536], 0),
        ("many handles", packet(0, RELEASE, &[]), 253),
    ]
}

fn send(channel: &Channel, bytes: &[u8], handles: usize) {
    let passenger = std::fs::File::open("/dev/null").unwrap();
    let handles: Vec<BorrowedFd<'_>> = (0..handles).map(|_| passenger.as_fd()).collect();
    // What was sent before may have ended the channel.
    let _ = channel.send(bytes, &handles);
}

/// The channel that requests of this kind go over.
fn channel_of(caller: &impl AsFd) -> Channel {
    let copy = caller.as_fd().try_clone_to_owned().unwrap();
    Channel::from_handle(copy.into()).unwrap()
}

#[test]
fn r3_each_violation_ends_its_own_context_and_the_process_lives_on() {
    let mut world = World::new();
    let shared = world.neighbour.takes_part(&world.allocator());
    for (what, bytes, handles) in violations() {
        let bystander = Bystander::new(&world);
        let (connection, other) = (world.connect(), world.allocator());
        let token = other.new_shared_token().unwrap();
        let view = other.new_collection().unwrap();
        for channel in [connection, channel_of(token.caller()), channel_of(view.caller())] {
            send(&channel, &bytes, handles);
        }
        bystander.finish();
        shared.sync().unwrap();
        assert!(world.bus.is_alive(), "{what}");
    }
}

/// As many clients as R4 asks for; every other one talks nonsense.
const CLIENTS: u64 = 100;

#[test]
fn r4_a_hundred_clients_share_it_and_leave_nothing_behind() {
    let mut world = World::new();
    let allocator = world.allocator();
    let good = |allocator: &Allocator| {
        let collection = allocator.new_collection().unwrap();
        collection.set_constraints(small()).unwrap();
        assert_eq!(collection.wait_for_buffers().unwrap().len(), 1);
        collection.release().unwrap();
    };
    good(&allocator);
    let before = settled_descriptors(&world.bus);
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let client = world.allocator();
            scope.spawn(move || {
                if number % 2 == 0 {
                    (0..5).for_each(|_| good(&client));
                } else {
                    talk_nonsense(&client, Random(number));
                }
            });
        }
    });
    good(&allocator);
    eventually("all is closed", || (world.bus.descriptors().len() <= before).then_some(()));
    assert!(world.bus.is_alive());
}

/// How many descriptors there are once the closing threads have done their work.
fn settled_descriptors(bus: &Daemon) -> usize {
    eventually("closing", || {
        let first = bus.descriptors().len();
        thread::sleep(Duration::from_millis(20));
        (bus.descriptors().len() == first).then_some(first)
    })
}

/// Random changes to real requests, on an Allocator and on what it makes.
fn talk_nonsense(client: &Allocator, mut random: Random) {
    let packets: Vec<Vec<u8>> = violations().into_iter().map(|(_, bytes, _)| bytes).collect();
    for _ in 0..20 {
        let Ok(token) = client.new_shared_token() else { return };
        let Ok(collection) = client.new_collection() else { return };
        let targets = [
            channel_of(token.caller()),
            channel_of(collection.caller()),
            channel_of(client.caller()),
        ];
        let mut packet = packets[random.below(packets.len() as u64) as usize].clone();
        for _ in 0..random.below(4) {
            let place = random.below(packet.len() as u64) as usize;
            packet[place] = random.next() as u8;
        }
        // Most of it on nodes, since an Allocator ends with the first of it.
        let target = &targets[[0, 1, 0, 1, 2][random.below(5) as usize]];
        send(target, &packet, random.below(4) as usize);
    }
}

/// A generator of numbers that look random (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
