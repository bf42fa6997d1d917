//! One collection with a participant in C that speaks the first version of the protocol, and two in
//! Rust that speak the second one: blocking and asynchronous.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use sysmem::{Buffers, Channel, Constraints, Interest, MessageBuffer};
use sysmem_server::{EmbeddedServer, ServerConfig};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the program asks for; the others ask for less.
const SIZE_BYTES: u64 = 64 * 1024;

/// `c/examples/nonblocking.c` as the guest of a collection, and the channel to it.
struct Guest {
    process: Child,
    channel: Channel,
}

impl Guest {
    fn start(directory: &Path) -> Self {
        let (channel, theirs) = Channel::pair().unwrap();
        let process = Command::new(program())
            .arg("guest")
            .env("SYSMEM_SVC", directory)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self { process, channel }
    }

    /// Waits until it has seen what was written; what it says about its buffers.
    fn finish(self) -> String {
        assert!(self.channel.wait(Interest::Readable, Some(PATIENCE)).unwrap(), "it says nothing");
        let mut buffer = MessageBuffer::new();
        assert_eq!(self.channel.recv(&mut buffer).unwrap().bytes, b"seen");
        let output = self.process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }
}

fn program() -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mixed-nonblocking");
    let examples = sysmem_c::bindings().join("examples");
    let sources = ["nonblocking.c", "participant.c"].map(|name| examples.join(name));
    sysmem_c::build(&program, &sources, &[]).unwrap_or_else(|error| panic!("{error}"));
    program
}

fn little() -> Constraints {
    Constraints::new().camping(1).min_size_bytes(100)
}

/// What the program expects at a place of a buffer.
fn pattern(buffer: usize, at: usize) -> u8 {
    (at * 7 + buffer + 1) as u8
}

fn contents(buffer: usize) -> Vec<u8> {
    (0..SIZE_BYTES as usize).map(|at| pattern(buffer, at)).collect()
}

/// What the program says of the same buffers.
fn description(buffers: &Buffers) -> String {
    let mut text = format!("{} buffers shared\n", buffers.len());
    for buffer in buffers.iter() {
        let ino = buffer.handle().unwrap().identity().unwrap().ino;
        text += &format!("inode {ino}, {} bytes\n", buffers.size_bytes());
    }
    text
}

#[tokio::test]
async fn sysmem1_c_and_rust_of_both_kinds_share_the_same_buffers() {
    let directory = std::env::temp_dir().join(format!("sysmem-mixed-{}", std::process::id()));
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory)).unwrap();
    let guest = Guest::start(&directory);

    let allocator = sysmem::Allocator::connect_in(&directory).unwrap();
    let token = allocator.new_shared_token().unwrap();
    let (for_async, for_guest) = (token.duplicate().unwrap(), token.duplicate().unwrap());
    token.sync().unwrap();
    let for_guest = for_guest.into_channel().unwrap();
    guest.channel.send(b"token", &[for_guest.as_fd()]).unwrap();
    drop(for_guest);

    let blocking = thread::spawn(move || {
        let collection = allocator.bind(token).unwrap();
        collection.set_constraints(little().cpu_write()).unwrap();
        let buffers = collection.wait_for_buffers().unwrap();
        (collection, buffers)
    });
    let allocator = sysmem::tokio::Allocator::connect_in(&directory).unwrap();
    let for_async = for_async.into_channel().unwrap();
    let token = sysmem::tokio::Token::from_channel(for_async).unwrap();
    let collection = allocator.bind(token).unwrap();
    collection.set_constraints(little().cpu_read()).unwrap();
    let buffers = collection.wait_for_buffers().await.unwrap();
    let (writing_collection, written) = blocking.join().unwrap();

    for (number, buffer) in written.iter().enumerate() {
        buffer.map().unwrap().write(0, &contents(number)).unwrap();
    }
    for (number, buffer) in buffers.iter().enumerate() {
        let mut seen = vec![0; SIZE_BYTES as usize];
        buffer.map_read().unwrap().read(0, &mut seen).unwrap();
        assert!(seen == contents(number), "buffer {number}");
    }
    guest.channel.send(b"written", &[]).unwrap();
    let said = guest.finish();
    assert_eq!((buffers.len(), buffers.size_bytes()), (3, SIZE_BYTES));
    assert_eq!(description(&buffers), said);
    assert_eq!(description(&written), said);

    collection.release().unwrap();
    writing_collection.release().unwrap();
    server.stop().unwrap();
    let _ = std::fs::remove_dir_all(directory);
}
