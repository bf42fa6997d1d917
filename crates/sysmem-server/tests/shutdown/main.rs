//! When all clients go, nothing stays behind: no node, no descriptor, no byte. The service is a
//! process of its own, and its `/proc` says what it has.
//!
//! `SYSMEM_SHUTDOWN_SEED` replays a run.

#[path = "../common/mod.rs"]
mod common;
mod crowd;

use std::env;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use common::memory::wait_until_closed;
use common::service::{Service, be_the_service};
use common::*;
use crowd::{Crowd, Rng};
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_fidl::linux_sysmem::{InspectorProxy, Snapshot};

const COLLECTIONS: usize = 200;
const CLIENTS: usize = 8;

/// What tells a process that is a client where the Allocator is, and how to behave.
const ALLOCATOR: &str = "SYSMEM_TEST_ALLOCATOR";
const SEED: &str = "SYSMEM_SHUTDOWN_SEED";

/// What a service says that there is: nodes of each collection, and allocations.
fn inspect(service: &Service) -> (Vec<usize>, usize) {
    let path = service.socket("linux.sysmem.Inspector");
    let inspector = InspectorProxy::new(Wire::new(zx::connect(path).unwrap()));
    let response = inspector.take_snapshot().unwrap().unwrap();
    let memory = response.snapshot.unwrap().into();
    let bytes = zx::read_frozen(&memory, response.size_bytes.unwrap()).unwrap();
    let snapshot = fidl::unpersist::<Snapshot>(&bytes).unwrap();
    let collections = snapshot.collections.unwrap();
    let nodes = collections.into_iter().map(|collection| collection.nodes.unwrap().len());
    (nodes.collect(), snapshot.allocations.unwrap().len())
}

fn seed() -> u64 {
    let seed = env::var(SEED).map_or(0x0005_75e3, |seed| seed.parse().expect("a number"));
    println!("{SEED}={seed}");
    seed
}

fn round_trip(allocator: &Allocator) {
    let request = AllocatorValidateBufferCollectionTokenRequest { token_server_koid: Some(1) };
    allocator.validate_buffer_collection_token(request).unwrap();
}

/// A service at rest, somebody who uses it all the time, and how many descriptors it has.
fn service_at_rest() -> (Service, Allocator, usize) {
    let service = Service::start();
    let bystander = service.connect();
    assert_serves(&bystander);
    while service.buffer_bytes() > 0 {
        round_trip(&bystander);
    }
    let descriptors = service.descriptors().len();
    (service, bystander, descriptors)
}

fn wait_until_nothing_is_left(service: &Service, bystander: &Allocator, descriptors: usize) {
    let start = Instant::now();
    while inspect(service) != (Vec::new(), 0)
        || service.descriptors().len() > descriptors
        || service.buffer_bytes() > 0
    {
        assert!(start.elapsed() < PATIENCE, "{:#?}", service.descriptors());
        round_trip(bystander);
    }
    assert_serves(bystander);
}

#[test]
fn objects_when_all_clients_go_nothing_stays_behind() {
    zx::raise_descriptor_limit().unwrap();
    let (service, bystander, descriptors) = service_at_rest();
    let clients = (0..CLIENTS).map(|_| service.connect()).collect();
    let mut crowd = Crowd::new(seed(), clients);
    for _ in 0..COLLECTIONS {
        crowd.make_collection();
    }
    let (nodes, allocations) = inspect(&service);
    let total: usize = nodes.iter().sum();
    println!("{} collections, {total} nodes, {allocations} allocations", nodes.len());
    assert_eq!(nodes.len(), COLLECTIONS);
    assert!(nodes.contains(&1) && nodes.iter().any(|count| *count > 5));
    assert!(allocations > COLLECTIONS / 4 && allocations < COLLECTIONS);
    assert!(service.buffer_bytes() > 0);
    crowd.go().iter().for_each(wait_until_closed);
    wait_until_nothing_is_left(&service, &bystander, descriptors);
}

#[test]
fn objects_when_all_clients_are_killed_at_work_nothing_stays_behind() {
    let (service, bystander, descriptors) = service_at_rest();
    let mut rng = Rng(seed());
    let allocator = service.socket("fuchsia.sysmem2.Allocator");
    let mut clients: Vec<Child> =
        (0..CLIENTS).map(|_| start_client(&allocator, rng.next())).collect();
    rng.shuffle(&mut clients);
    for mut client in clients {
        assert_serves(&bystander);
        client.kill().unwrap();
        client.wait().unwrap();
    }
    wait_until_nothing_is_left(&service, &bystander, descriptors);
}

/// Starts a client in a process of its own, and waits until it has something to do.
fn start_client(allocator: &PathBuf, seed: u64) -> Child {
    let mut client = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "client"])
        .env(ALLOCATOR, allocator)
        .env(SEED, seed.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut word = [0; 4];
    client.stderr.as_mut().unwrap().read_exact(&mut word).unwrap();
    assert_eq!(&word, b"busy");
    client
}

#[test]
#[ignore = "a client of the tests here"]
fn client() {
    let Some(path) = env::var_os(ALLOCATOR) else { return };
    let connect = |_| Allocator::new(Wire::new(zx::connect(PathBuf::from(&path)).unwrap()));
    let mut crowd = Crowd::new(seed(), (0..2).map(connect).collect());
    let mut is_new = true;
    // Until it is killed.
    loop {
        for _ in 0..10 {
            crowd.make_collection();
        }
        if std::mem::take(&mut is_new) {
            eprint!("busy");
        }
        crowd.tidy_up();
    }
}

#[test]
#[ignore = "the service of the tests here"]
fn service() {
    be_the_service();
}
