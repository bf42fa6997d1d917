//! Running the command, and looking at processes from outside.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod bus;
pub mod daemon;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The command with these arguments, and without settings of the machine it runs on.
pub fn sysmem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sysmem"));
    command.args(arguments).env_remove("SYSMEM_SVC").env_remove("SYSMEM_LOG");
    command
}

/// Runs the command to its end, which has to be a good one.
pub fn succeed(arguments: &[&str]) -> Output {
    let output = sysmem(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", error_text(&output));
    output
}

/// Runs the command to its end: exit status, and what is on standard error.
pub fn fail(arguments: &[&str]) -> (i32, String) {
    let output = sysmem(arguments).output().unwrap();
    (output.status.code().unwrap(), error_text(&output))
}

/// What a process has written to standard error.
pub fn error_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A file that comes with the project.
pub fn media(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../media").join(name)
}

/// Waits for something that is about to be so, and fails if it does not come.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        thread::sleep(Duration::from_millis(1));
    }
}

/// `sysmem serve`, until it is dropped.
pub struct Service {
    process: Child,
}

impl Service {
    /// Starts it and waits until it is ready.
    pub fn start(directory: &Path) -> Self {
        Self::start_with(directory, &[])
    }

    /// Starts it with more arguments.
    pub fn start_with(directory: &Path, more: &[&str]) -> Self {
        Self::run(sysmem(&["serve", "--svc", text(directory)]).args(more))
    }

    /// Starts it with its log in a file.
    pub fn start_logging(directory: &Path, log: &Path) -> Self {
        let log = fs::File::create(log).unwrap();
        Self::run(sysmem(&["serve", "--svc", text(directory)]).stderr(log))
    }

    fn run(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { process }
    }

    /// How many descriptors the process has open.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.process.id())).unwrap().count()
    }

    /// Sends a signal and waits for the end.
    pub fn stop(mut self, signal: Signal) -> std::process::ExitStatus {
        send(self.process.id(), signal);
        self.process.wait().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal to a process.
pub fn send(id: u32, signal: Signal) {
    let pid = Pid::from_raw(id.try_into().unwrap()).unwrap();
    // A process that ended a moment ago cannot be signalled any more.
    let _ = kill_process(pid, signal);
}

/// The live children of a process: id and arguments.
pub fn children(parent: u32) -> Vec<(u32, Vec<String>)> {
    let ids = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let ids = ids.unwrap_or_default();
    let arguments = |id: u32| {
        let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.split('\0').map(str::to_owned).collect::<Vec<_>>()
    };
    ids.split_whitespace().map(|id| id.parse().unwrap()).map(|id| (id, arguments(id))).collect()
}

/// Whether a process with this id is there, zombies included.
pub fn exists(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}
