//! Subcommands that run until they are told to stop, and what they log.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};

use rustix::process::Signal;

use super::{eventually, send, sysmem, text};

/// A process of the command that has said `ready`. Killed when it is dropped.
pub struct Daemon {
    process: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts the command with these arguments; its log, at level info, goes to the file `log`.
    pub fn start(arguments: &[&str], log: &Path) -> Self {
        let mut process = sysmem(arguments)
            .arg("-v")
            .stdout(Stdio::piped())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{}", fs::read_to_string(log).unwrap());
        Self { process, log: log.to_owned() }
    }

    /// `sysmem serve` in `directory`.
    pub fn serve(directory: &Path) -> Self {
        Self::start(&["serve", "--svc", text(directory)], &directory.with_extension("serve.log"))
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// What it has logged, once this text is there: the log may come after what it is about.
    pub fn log_with(&self, text: &str) -> String {
        eventually(text, || Some(self.log()).filter(|log| log.contains(text)))
    }

    /// How many lines of the log have this text in them.
    pub fn logged(&self, text: &str) -> usize {
        self.log().lines().filter(|line| line.contains(text)).count()
    }

    /// Waits until the log has this text.
    pub fn wait_for_log(&self, text: &str) {
        eventually(text, || (self.logged(text) > 0).then_some(()));
    }

    /// Waits until this many lines of the log have this text in them, and fails if there are more.
    pub fn wait_for_count(&self, text: &str, count: usize) {
        let found = eventually(text, || Some(self.logged(text)).filter(|found| *found >= count));
        assert_eq!(found, count, "{text}: {}", self.log());
    }

    /// What its descriptors are: sockets, files.
    pub fn descriptors(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap();
        // One that is closed while it is looked at is not there.
        entries.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok()).collect()
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Sends a signal and waits for the end.
    pub fn stop(mut self, signal: Signal) -> ExitStatus {
        send(self.id(), signal);
        self.process.wait().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
