//! The four kinds of clients in one collection (`sysmem1.md` 7.2, R15 and R17): a driver in the bus's
//! host, a driver in a host of its own, a process behind the first broker, a process behind both.

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::bus::{BusDirectory, Participant};
use common::daemon::Daemon;
use common::text;
use rustix::process::Signal;
use sysmem::Allocator;
use zx::Listener;

const CONNECTOR: &str = "fuchsia.hardware.sysmem.DriverConnector";
const ALLOCATOR: &str = "fuchsia.sysmem2.Allocator";

/// How often each buffer goes around.
const LAPS: usize = 3;

/// A participant that is a process of its own: this program again, in [`participant`].
struct Process(Child);

impl Process {
    fn start(svc: &Path, link: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "participant"])
            .env("SYSMEM_TEST_SVC", svc)
            .env("SYSMEM_TEST_LINK", link)
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The other process. R17: all that it, and a driver, gives to the routine is an Allocator.
#[test]
#[ignore = "this is the other process of the other tests"]
fn participant() {
    let Some(svc) = std::env::var_os("SYSMEM_TEST_SVC") else { return };
    let link = zx::connect(std::env::var_os("SYSMEM_TEST_LINK").unwrap()).unwrap();
    let allocator = zx::connect(Path::new(&svc).join(ALLOCATOR)).unwrap();
    sysmem_driver_example::take_part(allocator, &link, || false).unwrap();
}

const IN_THE_BUS_HOST: &str = "[sysmem]\nlibrary = 'SERVICE'\nproxy = 'PROXY'\nnode = 'DIR/000'\n";
const IN_A_HOST_OF_ITS_OWN: &str =
    "[sysmem]\nlibrary = 'SERVICE'\nproxy = 'PROXY'\nhost = 'own'\nnode = 'DIR/000'\n";
const IN_A_SERVICE: &str = "[sysmem]\ndriver = 'DIR/svc/fuchsia.hardware.sysmem.DriverConnector'\n\
                            proxy = 'PROXY'\n";

#[test]
fn r15_r17_four_kinds_of_clients_share_buffers_with_sysmem_in_the_bus_host() {
    meet(IN_THE_BUS_HOST, "000", None);
}

#[test]
fn r15_r17_four_kinds_of_clients_share_buffers_with_sysmem_in_a_host_of_its_own() {
    meet(IN_A_HOST_OF_ITS_OWN, "000", None);
}

#[test]
fn r15_r17_four_kinds_of_clients_share_buffers_with_sysmem_in_a_service() {
    meet(IN_A_SERVICE, &format!("svc/{CONNECTOR}"), Some("svc"));
}

fn meet(sysmem: &str, node: &str, service: Option<&str>) {
    let directory = BusDirectory::new();
    let _service = service.map(|name| Daemon::serve(&directory.path(name)));
    let names = ["driver", "isolated", "zircon", "garnet"];
    let links = names.map(|name| directory.link(&format!("{name}.link")));
    let _bus = directory.start(&format!("{sysmem}{DRIVERS}"));
    let broker = |name: &str, way: &str, to: &Path| {
        let svc = directory.path(name);
        let arguments = ["broker", "--svc", text(&svc), way, text(to)];
        Daemon::start(&arguments, &directory.path(&format!("{name}.log")))
    };
    let _zircon = broker("zircon", "--driver", &directory.path(node));
    let _garnet = broker("garnet", "--upstream", &directory.path("zircon"));
    let process = |name: &str| Process::start(&directory.path(name), links_path(&links, name));
    let _processes = [process("zircon"), process("garnet")];
    let participants: Vec<Participant> = links.iter().map(Participant::accept).collect();

    let allocator = Allocator::connect_in(&directory.path("garnet")).unwrap();
    let token = allocator.new_shared_token().unwrap();
    let tokens: Vec<_> = participants.iter().map(|_| token.duplicate().unwrap()).collect();
    token.sync().unwrap();
    for (participant, token) in participants.iter().zip(tokens) {
        participant.invite(token);
    }
    token.release().unwrap();
    let seen: Vec<String> = participants.iter().map(Participant::hear).collect();
    assert!(seen[0].starts_with("buffers 4 65536 "), "{seen:?}");
    assert!(seen.iter().all(|one| *one == seen[0]), "not the same memory: {seen:?}");
    go_around(&participants);
}

const DRIVERS: &str = "[[device]]\nname = 'driver'\nlibrary = 'EXAMPLE'\n\
                       properties = { link = 'DIR/driver.link' }\n\
                       [[device]]\nname = 'isolated'\nlibrary = 'EXAMPLE'\nhost = 'own'\n\
                       protocols = ['sysmem']\nproperties = { link = 'DIR/isolated.link' }\n";

/// Every buffer goes from one participant to the next. What one writes the next one checks.
fn go_around(participants: &[Participant]) {
    let mut frames = [0; 4];
    for _ in 0..LAPS {
        for (buffer, number) in frames.iter_mut().enumerate() {
            for participant in participants {
                participant.say(&format!("frame {buffer} {number}"), &[]);
                *number += 1;
                assert_eq!(participant.hear(), format!("frame {buffer} {number}"));
            }
        }
    }
}

fn links_path<'l>(links: &'l [Listener], name: &str) -> &'l Path {
    let file = format!("{name}.link");
    let is_it = |link: &&Listener| link.path().ends_with(&file);
    links.iter().find(is_it).expect("a link of this name").path()
}

/// A producer in C, which speaks the first version of the protocol, and a consumer in Rust, which
/// speaks the second: side by side in the bus's host, or in hosts of their own.
#[test]
fn r1_r15_pictures_of_a_driver_in_c_reach_a_driver_in_rust() {
    const OWN: &str = "host = 'own'\nprotocols = ['sysmem']\n";
    for sysmem in [IN_THE_BUS_HOST, IN_A_HOST_OF_ITS_OWN, IN_A_SERVICE] {
        for (camera, viewer) in [("", OWN), (OWN, "")] {
            take_pictures(sysmem, camera, viewer);
        }
    }
}

fn take_pictures(sysmem: &str, camera: &str, viewer: &str) {
    let directory = BusDirectory::new();
    directory.compile_camera();
    let elsewhere = sysmem == IN_A_SERVICE;
    let _service = elsewhere.then(|| Daemon::serve(&directory.path("svc")));
    let node = directory.path(&if elsewhere { format!("svc/{CONNECTOR}") } else { "000".into() });
    let links = ["camera.link", "viewer.link"].map(|name| directory.link(name));
    let device = |name: &str, library: &str, more: &str| {
        format!(
            "[[device]]\nname = '{name}'\nlibrary = '{library}'\n{more}\
             properties = {{ link = 'DIR/{name}.link' }}\n"
        )
    };
    let devices = [device("camera", "camera.so", camera), device("viewer", "EXAMPLE", viewer)];
    let bus = directory.start(&format!("{sysmem}{}", devices.concat()));
    let [camera, viewer] = links.each_ref().map(Participant::accept);

    let svc = directory.path("zircon");
    let arguments = ["broker", "--svc", text(&svc), "--driver", text(&node)];
    let _broker = Daemon::start(&arguments, &directory.path("zircon.log"));
    let allocator = Allocator::connect_in(&svc).unwrap();
    let token = allocator.new_shared_token().unwrap();
    let (first, second) = (token.duplicate().unwrap(), token.duplicate().unwrap());
    token.sync().unwrap();
    token.release().unwrap();
    camera.invite(first);
    viewer.invite(second);
    let seen = camera.hear();
    assert!(seen.starts_with("buffers 3 65536 "), "{seen}");
    assert_eq!(viewer.hear(), seen, "not the same memory");
    for number in 1..=6 {
        let buffer = number % 3;
        camera.say(&format!("shoot {buffer} {number}"), &[]);
        assert_eq!(camera.hear(), format!("frame {buffer} {number}"));
        // It looks at every byte before it answers.
        viewer.say(&format!("frame {buffer} {number}"), &[]);
        assert_eq!(viewer.hear(), format!("frame {buffer} {}", number + 1));
    }
    assert!(bus.stop(Signal::TERM).success());
}

/// R12 and R14 with a bus: brokers and buses may come and go in any order.
#[test]
fn brokers_find_the_driver_of_a_bus_that_comes_later_and_again() {
    let directory = BusDirectory::new();
    let class = directory.path("class");
    std::fs::create_dir(&class).unwrap();
    let svc = directory.path("svc");
    let arguments = ["broker", "--svc", text(&svc), "--driver", text(&class)];
    let _broker = Daemon::start(&arguments, &directory.path("broker.log"));
    let bus = "[sysmem]\nlibrary = 'SERVICE'\nnode = 'DIR/class/000'\n";
    for _ in 0..3 {
        let allocator = Allocator::connect_in(&svc).unwrap();
        let token = allocator.new_shared_token().unwrap();
        let bus = directory.start(bus);
        token.sync().unwrap();
        assert!(bus.stop(Signal::TERM).success());
        assert!(allocator.wait_for_close(Duration::from_secs(20)).unwrap());
    }
}
