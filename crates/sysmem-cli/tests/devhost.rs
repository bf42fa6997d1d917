//! `sysmem devhost` (`sysmem1.md` 4, 7.2 and 8), with real hosts and real drivers in them.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::bus::{BusDirectory, Participant, has_mapped, hosts_below};
use common::daemon::Daemon;
use common::{error_text, eventually, fail, sysmem, text};
use rustix::process::Signal;
use sysmem::Allocator;

const NODE: &str = "node";

/// Where sysmem is: in the bus's host, in a host of its own, and in a service of its own.
const PLACEMENTS: [&str; 3] = [
    "[sysmem]\nlibrary = 'SERVICE'\nproxy = 'PROXY'\nnode = 'DIR/node'\n\
     properties = { svc = 'DIR/svc' }\n",
    "[sysmem]\nlibrary = 'SERVICE'\nproxy = 'PROXY'\nhost = 'own'\nnode = 'DIR/node'\n\
     properties = { svc = 'DIR/svc' }\n",
    "[sysmem]\ndriver = 'DIR/svc/fuchsia.hardware.sysmem.DriverConnector'\nproxy = 'PROXY'\n",
];

/// A bus with sysmem somewhere, and whatever else is in `bus`.
struct World {
    directory: BusDirectory,
    bus: Daemon,
    _service: Option<Daemon>,
}

impl World {
    fn start(placement: &str, bus: &str) -> Self {
        Self::start_in(BusDirectory::new(), placement, bus)
    }

    fn start_in(directory: BusDirectory, placement: &str, bus: &str) -> Self {
        let elsewhere = placement == PLACEMENTS[2];
        let service = elsewhere.then(|| Daemon::serve(&directory.path("svc")));
        let bus = directory.start(&format!("{placement}{bus}"));
        Self { directory, bus, _service: service }
    }

    /// A connection to the same sysmem, as any process makes it.
    fn allocator(&self) -> Allocator {
        let svc = self.directory.path("svc");
        eventually("the service", || Allocator::connect_in(&svc).ok())
    }
}

fn example(name: &str, more: &str) -> String {
    format!(
        "[[device]]\nname = '{name}'\nlibrary = 'EXAMPLE'\n{more}\n\
         properties = {{ link = 'DIR/{name}' }}\n"
    )
}

const OWN: &str = "host = 'own'\nprotocols = ['sysmem']";

#[test]
fn r1_r2_r6_a_driver_in_the_bus_host_reaches_sysmem_directly() {
    for placement in PLACEMENTS {
        let directory = BusDirectory::new();
        let link = directory.link("one");
        let world = World::start_in(directory, placement, &example("one", ""));
        let _collection = Participant::accept(&link).takes_part(&world.allocator());
        let bus = world.bus.id();
        assert!(has_mapped(bus, "libsysmem_driver_example.so"));
        assert!(!has_mapped(bus, "libsysmem_driver_proxy.so"));
        assert_eq!(world.bus.logged("a proxied connection"), 0);
        // The same file in this process, in one of its own, or not here at all.
        let below = hosts_below(&world.bus);
        let service = |id| has_mapped(id, "libsysmem_driver_service.so");
        match PLACEMENTS.iter().position(|one| *one == placement) {
            Some(0) => assert!(service(bus) && below.is_empty()),
            Some(1) => assert!(!service(bus) && below.len() == 1 && service(below[0])),
            _ => assert!(!service(bus) && below.is_empty()),
        }
    }
}

#[test]
fn r2_r5_r7_the_same_driver_in_a_host_of_its_own_goes_by_way_of_the_proxy() {
    for placement in PLACEMENTS {
        let directory = BusDirectory::new();
        let link = directory.link("one");
        let world = World::start_in(directory, placement, &example("one", OWN));
        let participant = Participant::accept(&link);
        let _collection = participant.takes_part(&world.allocator());
        let below = hosts_below(&world.bus);
        let host = below.iter().find(|id| has_mapped(**id, "libsysmem_driver_example.so"));
        let host = *host.expect("a host of its own");
        assert!(has_mapped(host, "libsysmem_driver_proxy.so"));
        assert!(!has_mapped(host, "libsysmem_driver_service.so"));
        assert!(!has_mapped(world.bus.id(), "libsysmem_driver_example.so"));
        assert!(!has_mapped(world.bus.id(), "libsysmem_driver_proxy.so"));
        let log = world.bus.log_with("a proxied connection");
        let connections: Vec<String> = log.lines().map(str::to_owned).collect();
        let proxied = connections.iter().filter(|line| line.contains("a proxied connection"));
        assert_eq!(proxied.filter(|line| line.contains("OK")).count(), 1, "{connections:?}");
    }
}

#[test]
fn r5_r16_who_lists_nothing_or_is_not_below_the_bus_gets_nothing() {
    let devices = [
        example("unlisted", "host = 'own'"),
        example("beside", "below_bus = false"),
        example("beside_alone", "below_bus = false\nhost = 'own'"),
    ];
    let world = World::start(PLACEMENTS[0], &devices.concat());
    for name in ["unlisted", "beside", "beside_alone"] {
        let device = format!("device=\"{name}\"");
        let refusal = eventually("a refusal", || {
            let log = world.bus.log();
            let mut lines = log.lines().filter(|line| line.contains(&device));
            lines.find(|line| line.contains("no driver")).map(str::to_owned)
        });
        assert!(refusal.contains("NOT_SUPPORTED (-2)"), "{refusal}");
    }
}

#[test]
fn edge_56_without_sysmem_everybody_is_told_so() {
    let directory = BusDirectory::new();
    // Its node cannot be made, so it does not come up.
    let sysmem = "[sysmem]\nlibrary = 'SERVICE'\nproxy = 'PROXY'\nnode = 'DIR/none/node'\n";
    let devices = [example("here", ""), example("there", OWN)].concat();
    let bus = directory.start(&format!("{sysmem}{devices}"));
    bus.wait_for_count("no driver: it said NOT_SUPPORTED (-2)", 1);
    bus.wait_for_count("driver example: it said NOT_SUPPORTED (-2)", 1);
    bus.wait_for_log("the service cannot be started");
}

#[test]
fn r8_r9_edge_54_55_the_c_abi_keeps_its_promises_wherever_the_driver_runs() {
    let driver = |more: &str| {
        format!(
            "[[device]]\nname = 'probe'\nlibrary = 'probe.so'\n{more}\n\
             properties = {{ model = 'probe' }}\n"
        )
    };
    for placement in PLACEMENTS {
        for more in ["", OWN] {
            let directory = BusDirectory::new();
            directory.compile("probe");
            let World { bus, directory, .. } = World::start_in(directory, placement, &driver(more));
            assert!(bus.stop(Signal::TERM).success());
            let log = fs::read_to_string(directory.path("devhost.log")).unwrap();
            for expected in [
                "another protocol -2",
                "size of a pair 16",
                "sysmem 0",
                "no handle -11",
                "nothing open -11",
                "out of range -11",
                "a file -12",
                "the file is open 0",
                "inside of bind 0",
                "from a thread 0",
                "hangs up 0",
            ] {
                assert!(log.contains(&format!("probe: {expected} device")), "{expected}: {log}");
            }
            assert!(!log.contains("hangs up 1") && !log.contains("another protocol 0"), "{log}");
            assert!(log.contains("probe: released 0"), "{log}");
        }
    }
}

#[test]
fn drivers_bind_to_the_devices_that_they_are_for() {
    let directory = BusDirectory::new();
    directory.compile("probe");
    let bus = directory.start(
        "[[device]]\nname = 'one'\nlibrary = 'probe.so'\nproperties = { model = 'other' }\n\
         [[device]]\nname = 'two'\nlibrary = 'PROXY'\n",
    );
    bus.wait_for_log("it drives devices whose model is probe");
    bus.wait_for_log("it drives other kinds of devices");
}

#[test]
fn a_driver_of_another_version_is_refused_with_both_numbers() {
    let directory = BusDirectory::new();
    directory.compile("old");
    let file = directory.write("[[device]]\nname = 'old'\nlibrary = 'old.so'\n");
    let (status, message) = fail(&["devhost", "--bus", text(&file)]);
    assert_eq!((status, message.lines().count()), (1, 1), "{message}");
    for part in [text(&directory.path("old.so")), "version 999", "has version 1"] {
        assert!(message.contains(part), "{message}");
    }
    let bus = directory.start("[[device]]\nname = 'old'\nlibrary = 'old.so'\nhost = 'own'\n");
    bus.wait_for_log("version 999");
}

#[test]
fn edge_59_no_driver_binds_before_its_proxy_has_registered() {
    let directory = BusDirectory::new();
    directory.compile("idle_proxy");
    let link = directory.link("one");
    let sysmem = "[sysmem]\nlibrary = 'SERVICE'\nproxy = 'idle_proxy.so'\n";
    let bus = directory.start(&format!("{sysmem}{}", example("one", OWN)));
    bus.wait_for_log("the proxy offers no fuchsia.sysmem2.Allocator");
    assert!(link.accept().unwrap().is_none());
}

#[test]
fn a_host_that_crashes_takes_nothing_with_it_and_is_started_again() {
    let directory = BusDirectory::new();
    let (steady, fragile, last) =
        (directory.link("steady"), directory.link("fragile"), directory.link("last"));
    let restart = format!("{OWN}\nrestart = true");
    let devices =
        [example("steady", ""), example("fragile", &restart), example("last", OWN)].concat();
    let world = World::start_in(directory, PLACEMENTS[0], &devices);
    let allocator = world.allocator();
    let steady = Participant::accept(&steady);
    let kept = steady.takes_part(&allocator);
    let last = Participant::accept(&last);
    for _ in 0..3 {
        let participant = Participant::accept(&fragile);
        let lost = participant.takes_part(&allocator);
        let hosts = hosts_below(&world.bus);
        let victim = hosts.into_iter().find(|id| is_peer(&participant, *id));
        common::send(victim.unwrap(), Signal::KILL);
        // Its collection fails with it.
        eventually("the collection has failed", || lost.sync().err());
        kept.sync().unwrap();
    }
    let again = Participant::accept(&fragile);
    let _collection = again.takes_part(&allocator);
    world.bus.wait_for_count("its host has ended: signal: 9", 3);
    // The other is not to be started again.
    let victim = hosts_below(&world.bus).into_iter().find(|id| is_peer(&last, *id)).unwrap();
    common::send(victim, Signal::KILL);
    eventually("its end", || (world.bus.logged("its host has ended") == 4).then_some(()));
    assert_eq!(hosts_below(&world.bus).len(), 1);
    kept.sync().unwrap();
}

/// Whether a participant is in this process.
fn is_peer(participant: &Participant, process: u32) -> bool {
    let pid = participant.0.peer_credentials().unwrap().pid;
    pid.is_some_and(|pid| pid.get() == process)
}

#[test]
fn edge_57_58_nonsense_of_one_host_ends_its_proxy_alone() {
    let directory = BusDirectory::new();
    directory.compile("rogue");
    let link = directory.link("good");
    let rogue = format!(
        "[[device]]\nname = 'rogue'\nlibrary = 'rogue.so'\n{OWN}\n\
         properties = {{ trigger = 'DIR/trigger' }}\n"
    );
    let devices = [rogue, example("good", OWN)].concat();
    let mut world = World::start_in(directory, PLACEMENTS[0], &devices);
    let good = Participant::accept(&link);
    let before = world.bus.descriptors().len();
    fs::write(world.directory.path("trigger"), "").unwrap();
    world.bus.wait_for_log("the channel of its proxy is closed: a request was too short");
    // One fewer: nothing of what came is kept.
    eventually("closing", || (world.bus.descriptors().len() < before).then_some(()));
    let _collection = good.takes_part(&world.allocator());
    assert!(world.bus.is_alive());
    assert_eq!(hosts_below(&world.bus).len(), 2, "the rogue itself lives on");
}

#[test]
fn hosts_end_with_their_bus() {
    for signal in [Signal::TERM, Signal::KILL] {
        let directory = BusDirectory::new();
        let link = directory.link("one");
        let world = World::start_in(directory, PLACEMENTS[1], &example("one", OWN));
        let _participant = Participant::accept(&link);
        let hosts = hosts_below(&world.bus);
        assert_eq!(hosts.len(), 2);
        let node = world.directory.path(NODE);
        assert!(node.exists());
        world.bus.stop(signal);
        eventually("their end", || {
            let gone = |id: &u32| !Path::new(&format!("/proc/{id}/exe")).exists();
            hosts.iter().all(|id| gone(id) || is_zombie(*id)).then_some(())
        });
        assert!(!node.exists(), "the service was released");
    }
}

fn is_zombie(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

#[test]
fn errors_of_bus_files_name_file_line_and_key() {
    let directory = BusDirectory::new();
    let cases = [
        ("\n[sysmen]\n", "line 2: [sysmen]: "),
        ("[[device]]\nname = 'a'\nlibrary = 7\n", "line 3: library: "),
        ("[sysmem]\nlibrary = 'none.so'\n", "none.so: cannot be loaded: "),
    ];
    for (bus, expected) in cases {
        let file = directory.write(bus);
        let (status, message) = fail(&["devhost", "--bus", text(&file)]);
        assert_eq!((status, message.lines().count()), (1, 1), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    let output = sysmem(&["devhost-isolated"]).output().unwrap();
    assert!(error_text(&output).contains("standard input is not a bus"));
}

#[test]
fn the_header_is_plain_c_and_plain_cpp() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/sysmem/driver.h");
    let strict = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-fsyntax-only"];
    for (compiler, standard, language) in [("cc", "c11", "c"), ("c++", "c++17", "c++")] {
        let mut command = Command::new(compiler);
        command.arg(format!("-std={standard}")).args(strict).args(["-x", language]).arg(&header);
        match command.output() {
            Ok(output) => assert!(output.status.success(), "{}", error_text(&output)),
            Err(error) if compiler == "c++" => eprintln!("skipped: no C++ compiler: {error}"),
            Err(error) => panic!("no C compiler: {error}"),
        }
    }
}
