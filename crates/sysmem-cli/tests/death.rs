//! A participant of the demo is killed: the others end, nothing is left, the service goes on.

mod common;

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use common::{Service, children, eventually, exists, send, succeed, sysmem, text};
use rustix::process::Signal;
use tempfile::TempDir;

/// A demo that would run until it is stopped: its input is a pipe in which pictures come for ever.
struct EndlessDemo {
    command: Child,
    feeder: Child,
}

impl EndlessDemo {
    fn start(directory: &Path, more: &[&str]) -> Self {
        // A pipe of its own: the writer of an earlier one may live a moment longer.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let pipe = directory.join(format!("pipe-{count}.y4m"));
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        // 'FRAME' and a picture of 4x2, for ever.
        let script = "{ printf 'YUV4MPEG2 W4 H2\\n'; yes 'FRAME\nABCDEFGHIJK'; } > \"$0\"";
        let feeder = std::process::Command::new("sh")
            .args(["-c", script, text(&pipe)])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let command = sysmem(&["demo", "--input", text(&pipe)])
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { command, feeder }
    }

    /// The process of a participant, once it runs.
    fn participant(&self, role: &str) -> u32 {
        eventually("the start of a participant", || {
            let children = children(self.command.id());
            let is_role = |(_, arguments): &&(u32, Vec<String>)| {
                arguments.get(2).map(String::as_str) == Some(role)
            };
            children.iter().find(is_role).map(|(id, _)| *id)
        })
    }

    /// Waits for the end: exit status and message.
    fn end(&mut self) -> (Option<i32>, String) {
        let status = self.command.wait().unwrap();
        let mut message = String::new();
        self.command.stderr.take().unwrap().read_to_string(&mut message).unwrap();
        (status.code(), message)
    }
}

impl Drop for EndlessDemo {
    fn drop(&mut self) {
        for process in [&mut self.command, &mut self.feeder] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Moments from before the first request to amid the pictures.
fn moments() -> impl Iterator<Item = Duration> {
    [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89].into_iter().map(Duration::from_millis)
}

fn kill_each(directory: &Path, more: &[&str]) {
    for moment in moments() {
        for role in ["source", "filter", "sink"] {
            let mut demo = EndlessDemo::start(directory, more);
            let victim = demo.participant(role);
            let all: Vec<u32> = children(demo.command.id()).iter().map(|(id, _)| *id).collect();
            // What differs is how far the demo has come, and any answer to that is fine.
            std::thread::sleep(moment);
            send(victim, Signal::KILL);
            let (status, message) = demo.end();
            assert_eq!(status, Some(1), "{role} after {moment:?}: {message}");
            assert_eq!(
                message,
                format!("error: the {role} was killed by signal 9; the others ended with it\n")
            );
            assert!(all.iter().all(|id| !exists(*id)), "{role} after {moment:?}");
        }
    }
}

#[test]
fn a_killed_participant_ends_the_demo_with_an_embedded_service() {
    kill_each(TempDir::new().unwrap().path(), &[]);
}

#[test]
fn a_running_service_survives_and_forgets_killed_participants() {
    let directory = TempDir::new().unwrap();
    let svc = directory.path().join("svc");
    let service = Service::start(&svc);
    // The first collection may open what stays open.
    succeed(&["demo", "--svc", text(&svc)]);
    let before = settled(&service);
    kill_each(directory.path(), &["--svc", text(&svc)]);
    succeed(&["demo", "--svc", text(&svc)]);
    eventually("the return of all descriptors", || (service.descriptors() == before).then_some(()));
}

#[test]
fn a_killed_command_takes_its_participants_along() {
    let directory = TempDir::new().unwrap();
    let svc = directory.path().join("svc");
    let _service = Service::start(&svc);
    for more in [&[][..], &["--svc", text(&svc)]] {
        let demo = EndlessDemo::start(directory.path(), more);
        demo.participant("sink");
        let all: Vec<u32> = children(demo.command.id()).iter().map(|(id, _)| *id).collect();
        send(demo.command.id(), Signal::KILL);
        eventually("the end of all participants", || {
            all.iter().all(|id| has_ended(*id)).then_some(())
        });
    }
}

#[test]
fn a_service_that_ends_ends_the_demo_with_status_3() {
    let directory = TempDir::new().unwrap();
    let svc = directory.path().join("svc");
    for signal in [Signal::KILL, Signal::TERM] {
        for moment in moments() {
            let service = Service::start(&svc);
            let mut demo = EndlessDemo::start(directory.path(), &["--svc", text(&svc)]);
            demo.participant("sink");
            std::thread::sleep(moment);
            service.stop(signal);
            let (status, message) = demo.end();
            assert_eq!(status, Some(3), "{signal:?} after {moment:?}: {message}");
            assert_eq!(message.lines().count(), 1, "{message}");
        }
    }
}

/// The number of descriptors once it stays the same for a while.
fn settled(service: &Service) -> usize {
    let mut last = (service.descriptors(), 0);
    eventually("rest", || {
        let now = service.descriptors();
        last = if now == last.0 { (now, last.1 + 1) } else { (now, 0) };
        (last.1 > 200).then_some(now)
    })
}

/// Gone, or a zombie of a parent that does not ask.
fn has_ended(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    status.is_empty() || status.contains("\nState:\tZ")
}
