//! `sysmem broker` (`sysmem1.md` 5, 7.2 and 8), with real services, brokers and clients.

mod common;

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use common::daemon::Daemon;
use common::{error_text, eventually, succeed, sysmem, text};
use rustix::process::Signal;
use sysmem::{Allocator, Collection, Constraints, Error};
use tempfile::TempDir;

const ALLOCATOR: &str = "fuchsia.sysmem2.Allocator";
const ALLOCATOR_V1: &str = "fuchsia.sysmem.Allocator";
const CONNECTOR: &str = "fuchsia.hardware.sysmem.DriverConnector";
/// Another user than whoever runs the tests.
const NOBODY: u32 = 65_534;

/// Directories of a service and two brokers: `driver`, `zircon`, `garnet`.
struct World(TempDir);

impl World {
    fn new() -> Self {
        let world = Self(TempDir::new().unwrap());
        // Others come in, too.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(world.0.path(), open).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn serve(&self) -> Daemon {
        Daemon::serve(&self.path("driver"))
    }

    /// The first broker, before the driver.
    fn zircon(&self) -> Daemon {
        self.zircon_with("")
    }

    fn zircon_with(&self, config: &str) -> Daemon {
        self.broker("zircon", "--driver", &self.path("driver").join(CONNECTOR), config)
    }

    /// The second broker, before the first.
    fn garnet(&self) -> Daemon {
        self.broker("garnet", "--upstream", &self.path("zircon"), "")
    }

    fn broker(&self, name: &str, way: &str, driver: &Path, config: &str) -> Daemon {
        let file = self.path(&format!("{name}.toml"));
        fs::write(&file, config).unwrap();
        let svc = self.path(name);
        let arguments = ["broker", "--svc", text(&svc), way, text(driver), "--config", text(&file)];
        Daemon::start(&arguments, &self.path(&format!("{name}.log")))
    }

    /// Builds the example of a client in C: two processes that share buffers.
    fn build_client_in_c(&self) -> PathBuf {
        let program = self.path("nonblocking");
        let sources = ["nonblocking.c", "participant.c"];
        let sources = sources.map(|name| sysmem_c::bindings().join("examples").join(name));
        sysmem_c::build(&program, &sources, &[]).unwrap();
        program
    }

    fn connect(&self, name: &str) -> Allocator {
        Allocator::connect_in(&self.path(name)).unwrap()
    }
}

/// A collection that has said everything: buffers come as soon as somebody serves it.
fn ask(allocator: &Allocator) -> Collection {
    let collection = allocator.new_collection().unwrap();
    let constraints = Constraints::new().min_buffers(2).min_size_bytes(4096).cpu_read();
    collection.set_constraints(constraints).unwrap();
    collection
}

/// Goes the whole way.
fn allocate(allocator: &Allocator) -> Result<usize, Error> {
    ask(allocator).wait_for_buffers().map(|buffers| buffers.len())
}

fn is_closed(allocator: &Allocator) -> bool {
    allocator.wait_for_close(Duration::from_secs(20)).unwrap()
}

#[test]
fn r11_r13_processes_get_buffers_through_either_broker() {
    let world = World::new();
    let (_service, zircon, garnet) = (world.serve(), world.zircon(), world.garnet());
    for name in ["zircon", "garnet"] {
        succeed(&["demo", "--svc", text(&world.path(name))]);
    }
    // The command and three participants each; those of garnet pass both.
    garnet.wait_for_count("handed on", 4);
    zircon.wait_for_count("handed on", 8);
}

/// Two processes in C, which speak `fuchsia.sysmem`, the first version of the protocol.
#[test]
fn r11_r13_clients_of_the_first_version_get_buffers_through_either_broker() {
    let world = World::new();
    let (_service, zircon, garnet) = (world.serve(), world.zircon(), world.garnet());
    let program = world.build_client_in_c();
    for name in ["zircon", "garnet"] {
        let mut command = Command::new(&program);
        let output = command.arg("two").env("SYSMEM_SVC", world.path(name)).output().unwrap();
        assert!(output.status.success(), "{}", error_text(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "2 buffers shared\n");
    }
    // Both versions, in any order, on one connection between the brokers.
    allocate(&world.connect("garnet")).unwrap();
    garnet.wait_for_count("handed on", 3);
    zircon.wait_for_count("handed on", 5);
    assert_eq!(zircon.logged(ALLOCATOR_V1), 4, "{}", zircon.log());
}

#[test]
fn r12_a_broker_keeps_nothing_and_is_not_missed() {
    let world = World::new();
    let (service, zircon, garnet) = (world.serve(), world.zircon(), world.garnet());
    allocate(&world.connect("garnet")).unwrap();
    // Of the connection that was handed on, something may be open here still.
    let opened = || [&zircon, &garnet].map(|broker| broker.descriptors().len());
    let before = opened();
    let clients: Vec<Allocator> =
        (0..8).map(|n| world.connect(if n % 2 == 0 { "zircon" } else { "garnet" })).collect();
    let waiting: Vec<Collection> = clients.iter().map(ask).collect();
    for collection in &waiting {
        collection.wait_for_buffers().unwrap();
    }
    eventually("the brokers have let go", || {
        opened().iter().zip(&before).all(|(now, before)| now <= before).then_some(())
    });
    zircon.stop(Signal::KILL);
    garnet.stop(Signal::KILL);
    for (client, collection) in clients.iter().zip(&waiting) {
        assert_eq!(allocate(client).unwrap(), 2);
        collection.wait_for_buffers().unwrap();
    }
    service.stop(Signal::KILL);
    assert!(clients.iter().all(is_closed), "it was that service that served them");
}

#[test]
fn r14_garnet_reaches_the_driver_through_zircon_alone() {
    let world = World::new();
    let (service, garnet) = (world.serve(), world.garnet());
    let client = world.connect("garnet");
    let collection = ask(&client);
    garnet.wait_for_log("requests wait for it");
    assert!(!client.wait_for_close(Duration::from_millis(50)).unwrap(), "it waits");
    let zircon = world.zircon();
    assert_eq!(collection.wait_for_buffers().unwrap().len(), 2);
    garnet.wait_for_count("handed on", 1);
    zircon.wait_for_count("handed on", 1);
    service.stop(Signal::TERM);
    assert!(is_closed(&client));
}

#[test]
fn edge_62_63_70_requests_wait_in_their_order_and_arrive_intact() {
    let world = World::new();
    let zircon = world.zircon();
    let clients: Vec<Allocator> = (0..20).map(|_| world.connect("zircon")).collect();
    let waiting: Vec<Collection> = clients.iter().map(ask).collect();
    zircon.wait_for_log("requests wait for it");
    let late = world.connect("zircon");
    let _service = world.serve();
    let ids: Vec<u64> = waiting
        .iter()
        .map(|collection| collection.wait_for_buffers().unwrap().collection_id())
        .collect();
    assert!(ids.is_sorted(), "{ids:?}");
    allocate(&late).unwrap();
}

#[test]
fn edge_65_a_client_that_dies_in_the_queue_holds_nobody_up() {
    let world = World::new();
    let zircon = world.zircon();
    let dead = world.connect("zircon");
    ask(&dead);
    drop(dead);
    let client = world.connect("zircon");
    zircon.wait_for_log("requests wait for it");
    let _service = world.serve();
    allocate(&client).unwrap();
    // The dead one, too.
    zircon.wait_for_count("handed on", 2);
}

#[test]
fn edge_66_the_driver_restarts_and_new_connections_heal() {
    let world = World::new();
    let mut service = world.serve();
    let _zircon = world.zircon();
    for signal in [Signal::KILL, Signal::TERM, Signal::KILL] {
        let client = world.connect("zircon");
        allocate(&client).unwrap();
        service.stop(signal);
        assert!(is_closed(&client));
        service = world.serve();
        let first = allocate(&world.connect("zircon"));
        assert!(first.is_ok() || allocate(&world.connect("zircon")).is_ok(), "{first:?}");
        // What comes while there is no driver waits for the next one.
        service.stop(signal);
        let client = world.connect("zircon");
        let collection = ask(&client);
        service = world.serve();
        assert_eq!(collection.wait_for_buffers().unwrap().len(), 2);
    }
}

#[test]
fn edge_67_a_broker_ends_while_everybody_waits() {
    for signal in [Signal::TERM, Signal::INT] {
        let world = World::new();
        let zircon = world.zircon();
        let client = world.connect("zircon");
        zircon.wait_for_log("requests wait for it");
        assert!(zircon.stop(signal).success());
        assert!(is_closed(&client));
        let left = fs::read_dir(world.path("zircon")).unwrap().count();
        assert_eq!(left, 0, "sockets were left behind");
    }
}

#[test]
fn edge_68_an_unknown_service_is_refused() {
    let world = World::new();
    let _zircon = world.zircon();
    let error = zx::connect(world.path("zircon").join("fuchsia.sysmem9.Allocator")).unwrap_err();
    assert!(matches!(error, zx::ConnectError::NoService(_)), "{error}");
}

#[test]
fn edge_64_69_one_node_of_a_class_is_used_and_then_the_next() {
    let world = World::new();
    let class = world.path("class");
    fs::create_dir(&class).unwrap();
    let zircon = world.broker("zircon", "--driver", &class, "");
    // A node that nobody listens on any more.
    drop(std::os::unix::net::UnixDatagram::bind(class.join("000")).unwrap());
    let client = world.connect("zircon");
    zircon.wait_for_log("requests wait for it");
    let node = |name: &str, directory: &str| {
        let service = Daemon::serve(&world.path(directory));
        symlink(world.path(directory).join(CONNECTOR), class.join(name)).unwrap();
        service
    };
    let first = node("001", "one");
    allocate(&client).unwrap();
    let second = node("002", "two");
    for _ in 0..3 {
        allocate(&world.connect("zircon")).unwrap();
    }
    zircon.wait_for_count("connected to the driver", 1);
    first.stop(Signal::KILL);
    assert!(is_closed(&client));
    let client = world.connect("zircon");
    assert_eq!(allocate(&client).unwrap(), 2);
    second.stop(Signal::KILL);
    assert!(is_closed(&client), "it was the second that served it");
}

/// A broker that gives somebody up closes the connection and says nothing.
#[test]
fn edge_71_clients_accept_a_close_without_an_epitaph() {
    let world = World::new();
    let _zircon = world.zircon_with("max_wait_ms = 1");
    let error = allocate(&world.connect("zircon")).unwrap_err();
    assert!(matches!(error, Error::Closed { epitaph: None, .. }), "{error:?}");
    let svc = world.path("zircon");
    let ended = common::fail(&["demo", "--svc", text(&svc)]);
    assert_eq!(ended, (3, "error: the service has ended\n".to_owned()));
    let program = world.build_client_in_c();
    let output = Command::new(program).arg("one").env("SYSMEM_SVC", svc).output().unwrap();
    let message = error_text(&output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("status -24"), "{message}");
}

#[test]
fn brokers_bound_how_many_wait() {
    let world = World::new();
    let zircon = world.zircon_with("max_waiting = 2");
    let clients: Vec<Allocator> = (0..3).map(|_| world.connect("zircon")).collect();
    assert!(is_closed(&clients[2]), "there is no room for a third");
    let who = format!("process {} ", std::process::id());
    let line = "as many requests wait for the driver as may";
    let log = zircon.log_with(line);
    assert_eq!(log.lines().filter(|l| l.contains(line) && l.contains(&who)).count(), 1);
    let _service = world.serve();
    for client in &clients[..2] {
        allocate(client).unwrap();
    }
}

#[test]
fn brokers_bound_how_long_they_wait() {
    let world = World::new();
    let zircon = world.zircon_with("max_wait_ms = 50");
    let start = Instant::now();
    let client = world.connect("zircon");
    assert!(is_closed(&client));
    assert!(start.elapsed() >= Duration::from_millis(50));
    zircon.wait_for_log("the driver did not come in time");
    let _service = world.serve();
    allocate(&world.connect("zircon")).unwrap();
}

#[test]
fn brokers_deny_programs_and_say_whom_and_why() {
    let world = World::new();
    let _service = world.serve();
    let me = std::env::current_exe().unwrap();
    let rule = |program: &Path| format!("[[allow]]\nprograms = [{program:?}]");
    let zircon = world.zircon_with(&rule(Path::new("/bin/other")));
    assert!(is_closed(&world.connect("zircon")));
    let log = eventually("the denial", || {
        Some(zircon.log()).filter(|log| log.contains("denied: no rule allows it"))
    });
    for part in [text(&me), ALLOCATOR, &format!("process {} ", std::process::id())] {
        assert!(log.contains(part), "{part}: {log}");
    }
    zircon.stop(Signal::TERM);
    let _zircon = world.zircon_with(&rule(&me));
    allocate(&world.connect("zircon")).unwrap();
    let refused = sysmem(&["demo", "--svc", text(&world.path("zircon"))]).output().unwrap();
    assert!(!refused.status.success(), "only the program of the tests may");
}

#[test]
fn brokers_tell_versions_of_the_protocol_apart() {
    let world = World::new();
    let _service = world.serve();
    for (allowed, denied) in [(ALLOCATOR, ALLOCATOR_V1), (ALLOCATOR_V1, ALLOCATOR)] {
        let zircon =
            world.zircon_with(&format!("[[allow]]\nprotocols = [{allowed:?}, {CONNECTOR:?}]"));
        let garnet = world.garnet();
        for name in ["garnet", "zircon"] {
            let connect = |protocol| zx::connect(world.path(name).join(protocol)).unwrap();
            let (client, refused) = (connect(allowed), connect(denied));
            assert!(refused.wait(zx::Interest::End, Some(Duration::from_secs(20))).unwrap());
            assert!(!client.wait(zx::Interest::End, Some(Duration::ZERO)).unwrap());
        }
        // That of garnet is denied by the rules of the broker before it.
        zircon.wait_for_count(&format!("protocol={denied:?}"), 2);
        zircon.wait_for_count(&format!("protocol={allowed:?}"), 2);
        assert!(garnet.stop(Signal::TERM).success());
        assert!(zircon.stop(Signal::TERM).success());
    }
}

/// Whoever connects keeps the own identity through all brokers (`linux-objects.md`, Service
/// directories), for their rules and for the service.
#[test]
fn brokers_apply_rules_to_the_client_and_not_to_the_broker_before_them() -> io::Result<()> {
    if !rustix::process::getuid().is_root() {
        eprintln!("skipped: only root can be two users");
        return Ok(());
    }
    let world = World::new();
    let _service = world.serve();
    let zircon = world.zircon_with("[[allow]]\nuids = [0]");
    let _garnet = world.garnet();
    allocate(&world.connect("garnet")).unwrap();
    let output =
        sysmem(&["demo", "--svc", text(&world.path("garnet"))]).uid(NOBODY).gid(NOBODY).output()?;
    assert!(!output.status.success(), "{}", error_text(&output));
    let denied = format!("of user {NOBODY}");
    let log = zircon.log_with("denied");
    let denial = log.lines().find(|line| line.contains("denied")).unwrap();
    assert!(denial.contains(&denied), "{denial}");
    let mut command = sysmem(&["demo", "--svc", text(&world.path("zircon"))]);
    assert!(!command.uid(NOBODY).output()?.status.success());
    Ok(())
}

#[test]
fn brokers_behind_one_that_say_nonsense_are_dropped_alone() {
    let world = World::new();
    let (_service, zircon, _garnet) = (world.serve(), world.zircon(), world.garnet());
    allocate(&world.connect("garnet")).unwrap();
    let link = zx::connect(world.path("zircon").join(CONNECTOR)).unwrap();
    link.send(b"nonsense", &[]).unwrap();
    assert!(link.wait(zx::Interest::Readable, Some(Duration::from_secs(20))).unwrap());
    let end = link.recv(&mut zx::MessageBuffer::new()).unwrap_err();
    assert_eq!(end, zx::RecvError::PeerClosed);
    zircon.wait_for_log("it sent something that is no request");
    allocate(&world.connect("garnet")).unwrap();
}

#[test]
fn errors_of_configurations_name_file_line_and_key() {
    let world = World::new();
    let config = world.path("config.toml");
    fs::write(&config, "\nsocket_mode = 666\n").unwrap();
    let (svc, none) = (world.path("svc"), world.path("none"));
    let arguments =
        ["broker", "--svc", text(&svc), "--driver", text(&none), "--config", text(&config)];
    let (status, message) = common::fail(&arguments);
    assert_eq!((status, message.lines().count()), (1, 1), "{message}");
    assert!(message.contains(&format!("{}: line 2: socket_mode: ", text(&config))), "{message}");
    for wrong in [&["broker", "--svc", "x"][..], &["broker", "--driver", "x"]] {
        assert_eq!(common::fail(wrong).0, 1);
    }
}
