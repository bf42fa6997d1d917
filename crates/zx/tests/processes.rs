//! What takes another process: deaths, other users, real clients (`linux-objects.md`;
//! `linux-platform.md` 3, 4 and 10).
//!
//! The other process is this binary again, in the function `participant` at the end. While it is
//! being started it holds copies of all descriptors here, so these tests wait for what they expect.

mod common;

use std::os::fd::AsFd;
use std::process::{Command, Stdio};

use common::{
    NOBODY, TempDir, is_root, receive, role, spawn_participant, wait_until_peer_closed,
    wait_until_released,
};
use rustix::fs::{Mode, OFlags};
use zx::{
    Access, Channel, CloseWatch, ConnectError, EventPair, Handle, ListenError, Listener, Mapping,
    Slot, Vmo, WatchId, connect,
};

/// A VMO with one handle, locked and watched.
struct Lent {
    vmo: Vmo,
    watch: CloseWatch,
    id: WatchId,
    handle: Option<Handle>,
}

impl Lent {
    fn new(access: Access) -> Lent {
        let vmo = Vmo::create("lent", 8192).unwrap();
        let watch = CloseWatch::new().unwrap();
        let id = watch.watch(&vmo).unwrap();
        let handle = vmo.reopen(access).unwrap();
        vmo.lock(&handle, Slot::strong(0)).unwrap();
        Lent { vmo, watch, id, handle: Some(handle) }
    }

    fn send(&mut self, channel: &Channel) {
        channel.send_owned(b"vmo", &mut vec![self.handle.take().unwrap()]).unwrap();
    }

    fn wait_until_released(&mut self) {
        wait_until_released(&mut self.watch, self.id, &self.vmo, 0);
    }
}

#[test]
fn lifetime_killed_participant_with_a_mapping_only_lets_go() {
    let mut lent = Lent::new(Access::ReadWrite);
    let (process, channel) = spawn_participant("map");
    lent.send(&channel);
    assert_eq!(receive(&channel).0, b"mapped");
    assert!(lent.vmo.is_held(Slot::strong(0)).unwrap());
    let seen = lent.vmo.reopen(Access::ReadOnly).unwrap();
    let seen = Mapping::new(&seen, 8192, Access::ReadOnly).unwrap();
    assert_eq!(seen.load_u8(4097), Ok(77), "the same memory in both processes");
    process.kill();
    lent.wait_until_released();
}

#[test]
fn lifetime_killed_participant_that_never_read_lets_go() {
    let mut lent = Lent::new(Access::ReadOnly);
    let (process, channel) = spawn_participant("wait");
    lent.send(&channel);
    assert!(lent.vmo.is_held(Slot::strong(0)).unwrap());
    process.kill();
    lent.wait_until_released();
}

#[test]
fn lifetime_handle_survives_fork_and_exec_of_its_holder() {
    let mut lent = Lent::new(Access::ReadOnly);
    let handle = lent.handle.take().unwrap();
    let mut sleeper = Command::new("sh")
        .args(["-c", "exec sleep 1000"])
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(handle)))
        .spawn()
        .unwrap();
    assert!(lent.vmo.is_held(Slot::strong(0)).unwrap());
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    lent.wait_until_released();
}

#[test]
fn lifetime_killed_participant_closes_its_eventpairs_and_channels() {
    let (ours, theirs) = EventPair::pair().unwrap();
    let (process, channel) = spawn_participant("keep");
    channel.send_owned(b"eventpair", &mut vec![theirs.into()]).unwrap();
    assert_eq!(receive(&channel).0, b"kept");
    assert!(!ours.is_peer_closed().unwrap());
    process.kill();
    wait_until_peer_closed(&ours);
}

#[test]
fn objects_read_only_handle_cannot_be_opened_for_writing_by_another_user() {
    if !is_root() {
        eprintln!("skipped: only root can start a process of another user");
        return;
    }
    let vmo = Vmo::create("not yours", 8192).unwrap();
    let (_process, channel) = spawn_participant("reopen as nobody");
    for (access, expected) in
        [(Access::ReadOnly, "EACCES EACCES"), (Access::ReadWrite, "EACCES EACCES")]
    {
        channel.send_owned(b"vmo", &mut vec![vmo.reopen(access).unwrap()]).unwrap();
        assert_eq!(receive(&channel).0, expected.as_bytes(), "{access:?}");
    }
}

#[test]
fn objects_too_many_references_is_not_the_peers_fault() {
    let (_process, channel) = spawn_participant("fill the sockets");
    assert_eq!(receive(&channel).0, b"TooManyReferences");
}

#[test]
fn objects_credentials_name_the_process_that_connected_also_when_forwarded() {
    let directory = TempDir::new();
    let path = directory.path().join("test.Protocol");
    let listener = Listener::bind(&path, 0o666).unwrap();
    let (process, channel) = spawn_participant("connect");
    channel.send(path.to_str().unwrap().as_bytes(), &[]).unwrap();
    assert_eq!(receive(&channel).0, b"connected");
    let accepted = listener.accept().unwrap().unwrap();

    let (broker, driver) = Channel::pair().unwrap();
    broker.send_owned(b"Connect", &mut vec![accepted.into()]).unwrap();
    let forwarded = receive(&driver).1.remove(0);
    let forwarded = Channel::from_handle(forwarded).unwrap();
    let credentials = forwarded.peer_credentials().unwrap();
    assert_eq!(credentials.pid.map(|pid| pid.get()), Some(process.id()));
    assert_eq!(receive(&forwarded).0, b"hello");
}

#[test]
fn objects_service_refuses_a_user_that_its_mode_excludes() {
    if !is_root() {
        eprintln!("skipped: only root can start a process of another user");
        return;
    }
    let directory = TempDir::new();
    let path = directory.path().join("test.Protocol");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(directory.path(), open).unwrap();
    for (mode, expected) in [(0o666, "connected"), (0o600, "PermissionDenied")] {
        let _listener = Listener::bind(&path, mode).unwrap();
        let (_process, channel) = spawn_participant("connect as nobody");
        channel.send(path.to_str().unwrap().as_bytes(), &[]).unwrap();
        let answer = String::from_utf8(receive(&channel).0).unwrap();
        assert!(answer.starts_with(expected), "{mode:o}: {answer}");
    }
}

#[test]
fn objects_socket_of_a_killed_service_is_replaced() {
    let directory = TempDir::new();
    let path = directory.path().join("test.Protocol");
    let (process, channel) = spawn_participant("serve");
    channel.send(path.to_str().unwrap().as_bytes(), &[]).unwrap();
    assert_eq!(receive(&channel).0, b"listening");
    let connected = connect(&path).unwrap();
    assert_eq!(Listener::bind(&path, 0o600).unwrap_err(), ListenError::AlreadyServed(path.clone()));
    process.kill();
    assert!(connected.wait(zx::Interest::Readable, Some(common::PATIENCE)).unwrap());
    assert_eq!(connect(&path).unwrap_err(), ConnectError::NobodyListens(path.clone()));

    let listener = Listener::bind(&path, 0o600).unwrap();
    connect(&path).unwrap();
    assert!(listener.accept().unwrap().is_some());
    drop(listener);
    assert_eq!(directory.names(), [""; 0]);
}

#[test]
fn objects_descriptor_limit_is_raised_to_the_hard_one() {
    let (_process, channel) = spawn_participant("raise the limit");
    assert_eq!(receive(&channel).0, b"200 200");
}

#[test]
#[ignore = "the other process of the tests here"]
fn participant() {
    let Some((role, channel)) = role() else { return };
    match role.as_str() {
        "wait" => {}
        "keep" => {
            let (_, kept) = receive(&channel);
            channel.send(b"kept", &[]).unwrap();
            wait_for_the_end();
            drop(kept);
        }
        "map" => map(&channel),
        "reopen as nobody" => reopen_as_nobody(&channel),
        "fill the sockets" => fill_the_sockets(&channel),
        "connect" => connect_to(&channel),
        "connect as nobody" => {
            common::become_nobody();
            connect_to(&channel);
        }
        "serve" => {
            let path = String::from_utf8(receive(&channel).0).unwrap();
            let listener = Listener::bind(path, 0o600).unwrap();
            channel.send(b"listening", &[]).unwrap();
            wait_for_the_end();
            drop(listener);
        }
        "raise the limit" => raise_the_limit(&channel),
        unknown => panic!("no role {unknown}"),
    }
    wait_for_the_end();
}

/// Until the test kills this process, or is gone itself and its end of the channel with it. Reads
/// nothing: what is in flight shall stay there.
fn wait_for_the_end() {
    common::wait_for_hangup(std::io::stdin().as_fd(), None);
}

fn map(channel: &Channel) {
    let (_, mut handles) = receive(channel);
    let mapping = Mapping::new(&handles[0], 8192, Access::ReadWrite).unwrap();
    handles.clear();
    mapping.store_u8(4097, 77).unwrap();
    channel.send(b"mapped", &[]).unwrap();
    wait_for_the_end();
    drop(mapping);
}

fn reopen_as_nobody(channel: &Channel) {
    common::become_nobody();
    assert_eq!(rustix::process::geteuid().as_raw(), NOBODY);
    // A process that changed its user may not look at its own descriptors until it is dumpable.
    let dumpable = rustix::process::DumpableBehavior::Dumpable;
    rustix::process::set_dumpable_behavior(dumpable).unwrap();
    for _ in 0..2 {
        let (_, handles) = receive(channel);
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&handles[0]));
        let results = [OFlags::RDONLY, OFlags::RDWR].map(|flags| {
            match rustix::fs::open(path.as_str(), flags | OFlags::CLOEXEC, Mode::empty()) {
                Ok(_) => "opened",
                Err(rustix::io::Errno::ACCESS) => "EACCES",
                Err(_) => "another error",
            }
        });
        channel.send(results.join(" ").as_bytes(), &[]).unwrap();
    }
}

fn fill_the_sockets(channel: &Channel) {
    // The privileged are exempt from the limit.
    if is_root() {
        common::become_nobody();
    }
    set_descriptor_limit(64, 64);
    let (ours, _theirs) = Channel::pair().unwrap();
    let handles = [ours.as_fd(); 40];
    let refusal = (0..10).find_map(|_| ours.send(b"x", &handles).err());
    channel.send(format!("{:?}", refusal.unwrap()).as_bytes(), &[]).unwrap();
}

fn connect_to(channel: &Channel) {
    let path = String::from_utf8(receive(channel).0).unwrap();
    let answer = match connect(path) {
        Ok(connection) => {
            connection.send(b"hello", &[]).unwrap();
            "connected".to_string()
        }
        Err(error) => format!("{error:?}"),
    };
    channel.send(answer.as_bytes(), &[]).unwrap();
}

fn raise_the_limit(channel: &Channel) {
    set_descriptor_limit(100, 200);
    let raised = zx::raise_descriptor_limit().unwrap();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let answer = format!("{raised} {}", limit.current.unwrap());
    channel.send(answer.as_bytes(), &[]).unwrap();
}

fn set_descriptor_limit(soft: u64, hard: u64) {
    let limit = rustix::process::Rlimit { current: Some(soft), maximum: Some(hard) };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
}
