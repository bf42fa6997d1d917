//! Buses with real drivers: shared objects that cargo has built, and C ones that are built here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sysmem::{Allocator, Channel, Collection, Constraints, Interest, MessageBuffer};
use tempfile::TempDir;
use zx::Listener;

use super::daemon::Daemon;
use super::{children, eventually, text};

/// A directory with a bus file and what belongs to it.
pub struct BusDirectory(TempDir);

impl BusDirectory {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes the bus file. `SERVICE`, `PROXY` and `EXAMPLE` in it stand for the drivers of these
    /// names, `DIR` for this directory.
    pub fn write(&self, bus: &str) -> PathBuf {
        let bus = bus
            .replace("SERVICE", text(&built("sysmem_driver_service")))
            .replace("PROXY", text(&built("sysmem_driver_proxy")))
            .replace("EXAMPLE", text(&built("sysmem_driver_example")))
            .replace("DIR", text(self.0.path()));
        let file = self.path("bus.toml");
        fs::write(&file, bus).unwrap();
        file
    }

    /// Runs a bus, until it is dropped.
    pub fn start(&self, bus: &str) -> Daemon {
        let file = self.write(bus);
        Daemon::start(&["devhost", "--bus", text(&file)], &self.path("devhost.log"))
    }

    /// Builds a driver out of `tests/drivers/NAME.c`, as `NAME.so` in this directory.
    pub fn compile(&self, name: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = Command::new("cc")
            .args(["-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-pthread"])
            .args(["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-O1"])
            .arg("-I")
            .arg(root.join("../../include"))
            .arg(root.join(format!("tests/drivers/{name}.c")))
            .arg("-o")
            .arg(self.path(&format!("{name}.so")))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", super::error_text(&output));
    }

    /// Builds the example of a driver in C, as `camera.so` in this directory.
    pub fn compile_camera(&self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let examples = sysmem_c::bindings().join("examples");
        let sources =
            [root.join("examples/driver-camera/camera.c"), examples.join("participant.c")];
        let includes = [root.join("include"), examples];
        sysmem_c::build_shared(&self.path("camera.so"), &sources, &includes).unwrap();
    }

    /// Listens where a device with `properties = { link = "DIR/NAME" }` comes to take part.
    pub fn link(&self, name: &str) -> Listener {
        Listener::bind(self.path(name), 0o666).unwrap()
    }
}

/// The shared object of a driver that cargo has built for the tests, beside them.
pub fn built(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().unwrap().join(format!("lib{name}.so"));
    assert!(path.exists(), "{} is not built", path.display());
    path
}

/// The shared objects with this name in a process.
pub fn has_mapped(process: u32, library: &str) -> bool {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    maps.lines().any(|line| line.contains(library))
}

/// The processes below the host of a bus.
pub fn hosts_below(bus: &Daemon) -> Vec<u32> {
    children(bus.id()).into_iter().map(|(id, _)| id).collect()
}

/// A participant that does what it is told; see the crate of the example.
pub struct Participant(pub Channel);

impl Participant {
    /// The next one that comes.
    pub fn accept(listener: &Listener) -> Self {
        Self(eventually("a participant", || listener.accept().unwrap()))
    }

    pub fn say(&self, text: &str, handles: &[std::os::fd::BorrowedFd<'_>]) {
        self.0.send(text.as_bytes(), handles).unwrap();
    }

    pub fn hear(&self) -> String {
        assert!(self.0.wait(Interest::Readable, Some(Duration::from_secs(30))).unwrap());
        let mut buffer = MessageBuffer::new();
        String::from_utf8(self.0.recv(&mut buffer).unwrap().bytes.to_vec()).unwrap()
    }

    /// Gives it a token to turn in.
    pub fn invite(&self, token: sysmem::Token) {
        let token = token.into_channel().unwrap();
        self.say("token", &[std::os::fd::AsFd::as_fd(&token)]);
    }

    /// Whether it lives and gets buffers: in a collection of `allocator` with nobody else in it.
    pub fn takes_part(&self, allocator: &Allocator) -> Collection {
        let token = allocator.new_shared_token().unwrap();
        let theirs = token.duplicate().unwrap();
        token.sync().unwrap();
        let mine = allocator.bind(token).unwrap();
        mine.set_constraints(Constraints::new().cpu_read().min_size_bytes(1)).unwrap();
        self.invite(theirs);
        assert!(self.hear().starts_with("buffers 1 65536 "));
        mine
    }
}
