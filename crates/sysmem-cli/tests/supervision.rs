//! Daemons under a service manager: sockets that are open already (`sd_listen_fds`(3)), words about
//! how far they are (`sd_notify`(3)), and the units that come with the project.

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{error_text, send, sysmem, text};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
use rustix::process::Signal;
use sysmem::{Allocator, Constraints};
use tempfile::TempDir;

const ALLOCATOR: &str = "fuchsia.sysmem2.Allocator";
const CONNECTOR: &str = "fuchsia.hardware.sysmem.DriverConnector";

/// The command, with one socket that is open already, as a service manager starts it.
fn activated(arguments: &[&str], socket: impl AsFd) -> Command {
    let socket: OwnedFd = socket.as_fd().try_clone_to_owned().unwrap();
    let program = env!("CARGO_BIN_EXE_sysmem");
    let mut command = Command::new("sh");
    // Its number has to be 3, and the variable has to hold the id of the process itself.
    let script = "export LISTEN_PID=$$; exec \"$0\" \"$@\" 3<&0 0</dev/null";
    command.args(["-c", script, program]).args(arguments);
    command.env("LISTEN_FDS", "1").env_remove("SYSMEM_SVC").env_remove("SYSMEM_LOG");
    command.stdin(Stdio::from(socket)).stdout(Stdio::piped());
    command
}

/// A listening socket as a service manager makes it: bound to the very path that others connect to.
fn listen(path: &Path) -> OwnedFd {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::SEQPACKET, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
    rustix::net::listen(&socket, 16).unwrap();
    socket
}

/// A process that is killed in the end.
struct Killed(Child);

impl Killed {
    /// Starts it and waits until it is ready.
    fn start(mut command: Command) -> Self {
        let mut process = Self(command.spawn().unwrap());
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        process
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn allocate(svc: &Path) {
    let allocator = Allocator::connect_in(svc).unwrap();
    let collection = allocator.new_collection().unwrap();
    let constraints = Constraints::new().min_buffers(1).min_size_bytes(1).cpu_read();
    collection.set_constraints(constraints).unwrap();
    assert_eq!(collection.wait_for_buffers().unwrap().len(), 1);
    collection.release().unwrap();
}

#[test]
fn serve_takes_sockets_that_are_open_already_and_leaves_them_there() {
    let directory = TempDir::new().unwrap();
    let socket = directory.path().join(ALLOCATOR);
    let listener = listen(&socket);
    let mut service = Killed::start(activated(&["serve"], &listener));
    allocate(directory.path());
    send(service.0.id(), Signal::TERM);
    assert!(service.0.wait().unwrap().success());
    assert!(socket.exists());
    // Clients wait for the next one.
    let allocator = Allocator::connect_in(directory.path()).unwrap();
    let token = allocator.new_shared_token().unwrap();
    let _service = Killed::start(activated(&["serve"], &listener));
    token.sync().unwrap();
}

#[test]
fn broker_takes_sockets_that_are_open_already() {
    let directory = TempDir::new().unwrap();
    let (driver, svc) = (directory.path().join("driver"), directory.path().join("svc"));
    let _service = common::Service::start(&driver);
    fs::create_dir(&svc).unwrap();
    let listener = listen(&svc.join(ALLOCATOR));
    let arguments = ["broker", "--svc", text(&svc), "--upstream", text(&driver)];
    let _broker = Killed::start(activated(&arguments, &listener));
    allocate(&svc);
    assert!(svc.join(CONNECTOR).exists(), "the other socket is made");
}

#[test]
fn sockets_that_are_of_no_use_are_refused() {
    let directory = TempDir::new().unwrap();
    let other = listen(&directory.path().join("other"));
    let file = fs::File::open("/dev/null").unwrap();
    let cases = [
        (activated(&["serve"], &other), "other: no protocol of this name is served here"),
        (activated(&["serve"], &file), "descriptor 3 is no listening socket"),
    ];
    for (mut command, expected) in cases {
        let output = command.output().unwrap();
        let message = error_text(&output);
        assert_eq!((output.status.code(), message.lines().count()), (Some(1), 1), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    let mut command = activated(&["serve"], &other);
    let message = error_text(&command.env("LISTEN_FDS", "many").output().unwrap());
    assert!(message.contains("LISTEN_FDS is many"), "{message}");
}

#[test]
fn daemons_say_when_clients_can_connect_and_when_they_end() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("bus.toml"), "").unwrap();
    let manager = UnixDatagram::bind(path("notify")).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let hear = || {
        let mut word = [0; 64];
        let length = manager.recv(&mut word).unwrap();
        String::from_utf8(word[..length].to_vec()).unwrap()
    };
    let (svc, broker, bus) = (path("svc"), path("broker"), path("bus.toml"));
    let commands: [&[&str]; 3] = [
        &["serve", "--svc", text(&svc)],
        &["broker", "--svc", text(&broker), "--upstream", text(&svc)],
        &["devhost", "--bus", text(&bus)],
    ];
    for arguments in commands {
        let mut command = sysmem(arguments);
        let command = command.env("NOTIFY_SOCKET", path("notify")).stdout(Stdio::null());
        let mut daemon = Killed(command.spawn().unwrap());
        assert_eq!(hear(), "READY=1", "{arguments:?}");
        send(daemon.0.id(), Signal::TERM);
        assert_eq!(hear(), "STOPPING=1", "{arguments:?}");
        assert!(daemon.0.wait().unwrap().success());
    }
}

#[test]
fn units_are_as_systemd_wants_them() {
    let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systemd");
    let directory = TempDir::new().unwrap();
    let mut copies = Vec::new();
    for entry in fs::read_dir(units).unwrap() {
        let unit = entry.unwrap().path();
        let text = fs::read_to_string(&unit).unwrap();
        let copy = directory.path().join(unit.file_name().unwrap());
        // It is looked whether the program is there.
        fs::write(&copy, text.replace("/usr/bin/sysmem", env!("CARGO_BIN_EXE_sysmem"))).unwrap();
        if copy.extension().is_some_and(|kind| kind == "service" || kind == "socket") {
            copies.push(copy);
        }
    }
    assert_eq!(copies.len(), 6);
    match Command::new("systemd-analyze").arg("verify").args(&copies).output() {
        Ok(output) => {
            let message = error_text(&output);
            let about_ours: Vec<&str> =
                message.lines().filter(|line| line.contains("sysmem")).collect();
            assert_eq!(about_ours, Vec::<&str>::new());
            assert!(output.status.success(), "{message}");
        }
        Err(error) => eprintln!("skipped: no systemd-analyze: {error}"),
    }
}
