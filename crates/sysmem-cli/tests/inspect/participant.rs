//! Participants in processes of their own, which do what they are told.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sysmem::fuchsia_sysmem2::{DISPLAY_USAGE_LAYER, VIDEO_USAGE_HW_ENCODER};
use sysmem::{
    Allocator, Buffers, Channel, Collection, ColorSpace, Constraints, Handle, ImageConstraints,
    Interest, Mapping, MessageBuffer, PixelFormat, PixelFormatModifier, RecvError, Token,
};

const NAME: &str = "SYSMEM_TEST_PARTICIPANT";
const SVC: &str = "SYSMEM_TEST_SVC";

/// What can be told to a participant; each is answered when it is done.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// With a token.
    Bind,
    SetConstraints,
    Wait,
    /// Maps the first buffer.
    Map,
    Unmap,
    /// Releases the collection and keeps the rest.
    Release,
    CloseHandles,
    /// With a handle, whatever it is.
    Keep,
}

/// A participant, until it is dropped.
pub struct Participant {
    channel: Channel,
    process: Child,
}

impl Participant {
    /// Starts a process that calls itself this.
    pub fn start(name: &str, directory: &Path) -> Self {
        let (channel, its) = Channel::pair().unwrap();
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "participant", "--ignored"])
            .env(NAME, name)
            .env(SVC, directory)
            .stdin(Stdio::from(OwnedFd::from(Handle::from(its))))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { channel, process }
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Has it turn a token in.
    pub fn bind(&self, token: Token) {
        self.give(Order::Bind, token.into_channel().unwrap().into());
    }

    /// Has something done, and waits until it is.
    pub fn tell(&self, order: Order) {
        self.channel.send(&[order as u8], &[]).unwrap();
        assert_eq!(receive(&self.channel).map(|(answer, _)| answer), Some(order as u8));
    }

    /// As [`Self::tell`], with a handle that goes along.
    pub fn give(&self, order: Order, handle: Handle) {
        self.channel.send(&[order as u8], &[handle.as_fd()]).unwrap();
        assert_eq!(receive(&self.channel).map(|(answer, _)| answer), Some(order as u8));
    }

    /// Ends it without a word, and waits until it is gone.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Participant {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The participant itself, in a process that [`Participant::start`] has started.
pub fn run() {
    let Ok(name) = std::env::var(NAME) else { return };
    let directory = std::env::var(SVC).unwrap();
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().unwrap();
    let channel = Channel::from_handle(stdin.into()).unwrap();
    let allocator = Allocator::connect_in(Path::new(&directory)).unwrap();
    allocator.set_debug_info(&name, std::process::id().into()).unwrap();
    let mut state = State::default();
    while let Some((order, handles)) = receive(&channel) {
        state.obey(order, handles, &allocator, &name);
        channel.send(&[order], &[]).unwrap();
    }
}

#[derive(Default)]
struct State {
    collection: Option<Collection>,
    buffers: Option<Buffers>,
    mapping: Option<Mapping>,
    kept: Vec<Handle>,
}

impl State {
    fn obey(&mut self, order: u8, mut handles: Vec<Handle>, allocator: &Allocator, name: &str) {
        let is = |other: Order| order == other as u8;
        let collection = || self.collection.as_ref().expect("a collection");
        if is(Order::Bind) {
            let token = Channel::from_handle(handles.remove(0)).unwrap();
            let token = Token::from_channel(token).unwrap();
            self.collection = Some(allocator.bind(token).unwrap());
        } else if is(Order::SetConstraints) {
            collection().set_constraints(wishes(name)).unwrap();
            collection().sync().unwrap();
        } else if is(Order::Wait) {
            self.buffers = Some(collection().wait_for_buffers().unwrap());
        } else if is(Order::Map) {
            self.mapping = Some(self.buffers.as_ref().unwrap()[0].map_read().unwrap());
        } else if is(Order::Unmap) {
            self.mapping = None;
        } else if is(Order::Release) {
            self.collection.take().unwrap().release().unwrap();
        } else if is(Order::CloseHandles) {
            self.buffers = None;
        } else if is(Order::Keep) {
            self.kept = handles;
        }
    }
}

/// What a participant of this name wants.
pub fn wishes(name: &str) -> Constraints {
    let image = ImageConstraints::linear(PixelFormat::NV12)
        .color_space(ColorSpace::REC709)
        .size(640, 480)
        .row_alignment(64);
    match name {
        "encoder" => {
            let image = image.or(PixelFormat::I420, PixelFormatModifier::LINEAR);
            Constraints::new().video(VIDEO_USAGE_HW_ENCODER).camping(2).image(image)
        }
        "display" => Constraints::new().display(DISPLAY_USAGE_LAYER).camping(1).image(image),
        "camera" => Constraints::new().cpu_write().camping(2).shared_slack(1).image(image),
        _ => Constraints::new().cpu_read().image(image),
    }
}

/// The first byte of the next packet, and its handles; `None` at the end.
fn receive(channel: &Channel) -> Option<(u8, Vec<Handle>)> {
    let mut buffer = MessageBuffer::new();
    loop {
        match channel.recv(&mut buffer) {
            Ok(packet) => return Some((packet.bytes[0], packet.handles.drain(..).collect())),
            Err(RecvError::WouldBlock) => {
                let patience = Some(Duration::from_secs(60));
                assert!(channel.wait(Interest::Readable, patience).unwrap(), "no order comes");
            }
            Err(_) => return None,
        }
    }
}
