//! The service as a process of its own, as others see it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_server::{Server, ServerConfig};
use tracing::Level;

use super::{Allocator, Wire};

/// The name of the ignored test that is the service, in binaries that need one.
const SERVICE: &str = "service";

/// The line by which it says that one can connect.
const READY: &str = "ready";

/// What tells the process of the service where to listen.
const DIRECTORY: &str = "SYSMEM_TEST_DIRECTORY";

/// A service in a process and a directory of its own. Killed when the test is over.
pub struct Service {
    process: Child,
    /// Lines of its log. They are read as they come: the service waits for whoever reads them.
    log: Receiver<String>,
    /// Those before it was ready.
    said: Vec<String>,
    directory: PathBuf,
}

impl Service {
    /// Starts the test `service` of this binary.
    pub fn start() -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(arguments());
        Self::spawn(command).expect("the service has not started")
    }

    /// As [`Service::start`], where the user has no more than that of something that the kernel
    /// counts for each user. `None`: the system does not let us arrange that.
    pub fn start_with_limit(name: &str, limit: u32) -> Option<Self> {
        let script = format!("echo {limit} >/proc/sys/user/{name} && exec \"$@\"");
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "sh", "-c", &script, "sh"]);
        command.arg(env::current_exe().unwrap()).args(arguments());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sysmem-test-{}-{number}", std::process::id());
        let directory = env::temp_dir().join(name);
        let command = command.env(DIRECTORY, &directory);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().ok()?;
        let (sender, log) = channel();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut service = Self { process, log, said: Vec::new(), directory };
        while service.said.last().is_none_or(|line| line != READY) {
            service.said.push(service.log.recv().ok()?);
        }
        Some(service)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where its socket for a protocol is.
    pub fn socket(&self, protocol: &str) -> PathBuf {
        self.directory.join(protocol)
    }

    pub fn connect(&self) -> Allocator {
        let path = self.socket("fuchsia.sysmem2.Allocator");
        AllocatorProxy::new(Wire::new(zx::connect(path).unwrap()))
    }

    /// Kills it. Everything that it has logged.
    pub fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.said.extend(self.log.iter());
        std::mem::take(&mut self.said)
    }

    /// What its descriptors are of.
    pub fn descriptors(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap();
        entries.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok()).collect()
    }

    /// How many bytes of memory it has descriptors of. It has no mappings of any.
    pub fn buffer_bytes(&self) -> u64 {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.id())).unwrap();
        assert!(!maps.contains("/memfd:"), "{maps}");
        let is_memory = |path: &Path| path.to_string_lossy().starts_with("/memfd:");
        let entries = fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let memory = paths.filter(|path| fs::read_link(path).is_ok_and(|of| is_memory(&of)));
        memory.filter_map(|path| Some(fs::metadata(path).ok()?.len())).sum()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        self.process.wait().unwrap();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn arguments() -> [&'static str; 4] {
    ["--ignored", "--exact", "--nocapture", SERVICE]
}

/// What the test `service` of a binary does, if [`Service`] has started it.
pub fn be_the_service() {
    let Some(directory) = env::var_os(DIRECTORY) else { return };
    super::log::Lines { least: Level::WARN, take: |line| eprintln!("{line}") }.begin();
    let server = Server::bind(ServerConfig::in_directory(directory)).unwrap();
    eprintln!("{READY}");
    server.run().unwrap();
}
