//! The processes of a run: the service, the bare server, two more participants, and the leader,
//! which measures.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sysmem::{
    Allocator, Channel, Collection, ColorSpace, Constraints, ImageConstraints, Interest,
    MessageBuffer, PixelFormat, RecvError, Token,
};
use sysmem_server::{Server, ServerConfig};
use zx::Listener;

use crate::{Workload, bare, socket};

const ROLE: &str = "SYSMEM_BENCH_ROLE";
const DIRECTORY: &str = "SYSMEM_BENCH_DIRECTORY";

/// Commands of the leader to the other participants.
const ALLOCATE: u8 = b'a';
const ALLOCATE_BARE: u8 = b'f';
const RELEASE: u8 = b'r';
const DONE: u8 = b'd';

/// What a child process does.
pub enum Role {
    Service,
    Bare,
    Participant,
}

impl Role {
    /// The role of this process; `None` for the leader.
    pub fn from_environment() -> Option<Self> {
        match std::env::var(ROLE).ok()?.as_str() {
            "service" => Some(Self::Service),
            "bare" => Some(Self::Bare),
            "participant" => Some(Self::Participant),
            other => panic!("no role {other}"),
        }
    }

    /// Plays it until the leader is gone.
    pub fn play(self) {
        let directory = PathBuf::from(std::env::var_os(DIRECTORY).expect("a directory"));
        match self {
            Self::Service => {
                let config = ServerConfig::in_directory(socket(&directory, "svc"));
                let server = Server::bind(config).expect("the service binds");
                report_ready();
                server.run().expect("the service runs");
            }
            Self::Bare => bare::serve(&socket(&directory, "bare")),
            Self::Participant => participate(&directory),
        }
    }
}

/// Says on standard output that a child accepts connections.
pub fn report_ready() {
    std::io::stdout().write_all(b"ready\n").expect("the leader reads");
    std::io::stdout().flush().expect("the leader reads");
}

/// All processes but the leader, and the leader's connections to them.
pub struct Crew {
    children: Vec<Child>,
    allocator: Allocator,
    bare: Channel,
    participants: Vec<Channel>,
    _directory: tempfile::TempDir,
}

impl Crew {
    /// Starts everybody and waits until they are there.
    pub fn assemble() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let control = Listener::bind(socket(directory.path(), "control"), 0o600).expect("listens");
        let mut children: Vec<Child> =
            ["service", "bare"].iter().map(|role| start(role, directory.path())).collect();
        for child in &mut children {
            let mut line = [0; 6];
            child.stdout.take().expect("piped").read_exact(&mut line).expect("ready");
        }
        let mut participants = Vec::new();
        for _ in 0..2 {
            children.push(start("participant", directory.path()));
            participants.push(accept(&control));
        }
        let svc = socket(directory.path(), "svc");
        Self {
            allocator: Allocator::connect_in(&svc).expect("the service is there"),
            bare: zx::connect(socket(directory.path(), "bare")).expect("the floor is there"),
            children,
            participants,
            _directory: directory,
        }
    }

    /// Runs a workload over the service: from the first request to the last participant's answer.
    pub fn allocate(&self, workload: Workload) -> Duration {
        let start = Instant::now();
        let collection = match workload {
            Workload::One => self.allocator.new_collection().expect("a collection"),
            Workload::Three => {
                let token = self.allocator.new_shared_token().expect("a token");
                let others = [token.duplicate().expect("two"), token.duplicate().expect("three")];
                token.sync().expect("the service knows them");
                for (other, to) in others.into_iter().zip(&self.participants) {
                    let channel = other.into_channel().expect("it is known");
                    to.send(&[ALLOCATE], &[channel.as_fd()]).expect("room");
                }
                self.allocator.bind(token).expect("a collection")
            }
        };
        negotiate(&collection, workload);
        self.wait_for_others(workload);
        let time = start.elapsed();

        collection.release().expect("released");
        if workload == Workload::Three {
            self.participants.iter().for_each(|to| to.send(&[RELEASE], &[]).expect("room"));
            self.wait_for_others(workload);
        }
        time
    }

    /// The same by the bare server.
    pub fn allocate_bare(&self, workload: Workload) -> Duration {
        let start = Instant::now();
        let collection = match workload {
            Workload::One => bare::new_channel(&self.bare),
            Workload::Three => {
                let token = bare::new_channel(&self.bare);
                let others = [bare::new_channel(&token), bare::new_channel(&token)];
                bare::sync(&token);
                for (other, to) in others.into_iter().zip(&self.participants) {
                    to.send(&[ALLOCATE_BARE], &[other.as_fd()]).expect("room");
                }
                bare::bind(&self.bare, token)
            }
        };
        bare::participate(&collection, workload);
        self.wait_for_others(workload);
        start.elapsed()
    }

    fn wait_for_others(&self, workload: Workload) {
        if workload == Workload::Three {
            for participant in &self.participants {
                with_message(participant, |bytes, _| assert_eq!(bytes, [DONE])).expect("an answer");
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The life of the second and the third participant.
fn participate(directory: &Path) {
    let leader = zx::connect(socket(directory, "control")).expect("the leader listens");
    let allocator = Allocator::connect_in(&socket(directory, "svc")).expect("the service");
    let bare_server = zx::connect(socket(directory, "bare")).expect("the floor");
    let mut collection: Option<Collection> = None;
    loop {
        let next = with_message(&leader, |bytes, handles| {
            let token = handles.pop().map(|h| Channel::from_handle(h).expect("a channel"));
            (bytes[0], token)
        });
        match next {
            Some((ALLOCATE, Some(token))) => {
                let token = Token::from_channel(token).expect("a token");
                let bound = allocator.bind(token).expect("a collection");
                negotiate(&bound, Workload::Three);
                collection = Some(bound);
            }
            Some((ALLOCATE_BARE, Some(token))) => {
                bare::participate(&bare::bind(&bare_server, token), Workload::Three);
            }
            Some((RELEASE, None)) => {
                if let Some(collection) = collection.take() {
                    collection.release().expect("released");
                }
            }
            _ => return,
        }
        leader.send(&[DONE], &[]).expect("room");
    }
}

/// States the constraints of a participant and waits for buffers.
fn negotiate(collection: &Collection, workload: Workload) {
    let constraints = Constraints::new().cpu_read().cpu_write();
    let constraints = match workload {
        Workload::One => constraints.camping(1).min_size_bytes(4096),
        Workload::Three => constraints.camping(1).min_buffers(4).image(
            ImageConstraints::linear(PixelFormat::NV12)
                .color_space(ColorSpace::REC709)
                .min_size(1920, 1080),
        ),
    };
    collection.set_constraints(constraints).expect("constraints");
    let buffers = collection.wait_for_buffers().expect("buffers");
    assert_eq!(buffers.len(), usize::from(workload.buffers()));
}

fn start(role: &str, directory: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .env(ROLE, role)
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child starts")
}

fn accept(listener: &Listener) -> Channel {
    loop {
        if let Some(channel) = listener.accept().expect("accepts") {
            return channel;
        }
        let mut fds = [rustix::event::PollFd::new(listener, rustix::event::PollFlags::IN)];
        rustix::event::poll(&mut fds, None).expect("poll");
    }
}

/// Waits for a message; `None` when the peer is gone.
fn with_message<T>(
    channel: &Channel,
    read: impl Fn(&[u8], &mut Vec<sysmem::Handle>) -> T,
) -> Option<T> {
    thread_local! {
        static BUFFER: std::cell::RefCell<MessageBuffer> = MessageBuffer::new().into();
    }
    BUFFER.with_borrow_mut(|buffer| {
        loop {
            match channel.recv(buffer) {
                Ok(message) => return Some(read(message.bytes, message.handles)),
                Err(RecvError::WouldBlock) => {
                    channel.wait(Interest::Readable, None).expect("poll");
                }
                Err(_) => return None,
            }
        }
    })
}
