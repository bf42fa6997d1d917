//! Memory without a kernel: who holds which buffer, and what the core was told about it.

use sysmem_core::{
    AllocationPlan, COMPLAINT_AFTER_NS, Delivery, Handles, Input, Instant, Presence, Strength,
};

use crate::handle::SimHandle;

/// The buffers of one collection.
#[derive(Debug)]
pub struct Allocation {
    pub plan: AllocationPlan,
    pub stage: Memory,
    pub buffers: Vec<Buffer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Wanted,
    Made,
    LetGo,
    Gone,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Buffer {
    /// Handles that clients have.
    pub strong: usize,
    pub weak: usize,
    /// Those that they have sent, and the core has not dropped yet.
    pub strong_sent: usize,
    pub weak_sent: usize,
    /// What the core was told about it.
    pub told: Presence,
    pub close_weak_asap: CloseWeakAsap,
    complained: bool,
}

/// The eventpair that comes with weak handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseWeakAsap {
    /// Nobody has got one.
    Unmade,
    Open,
    Closed(Instant),
}

impl Allocation {
    pub fn new(plan: AllocationPlan) -> Self {
        let buffer = Buffer {
            strong: 0,
            weak: 0,
            strong_sent: 0,
            weak_sent: 0,
            told: Presence::Strong,
            close_weak_asap: CloseWeakAsap::Unmade,
            complained: false,
        };
        let buffers = vec![buffer; plan.count as usize];
        Self { plan, stage: Memory::Wanted, buffers }
    }

    /// A participant gets what was promised to it.
    pub fn deliver(&mut self, delivery: &Delivery) {
        assert_eq!(self.plan.count, delivery.count);
        assert_eq!(self.plan.collection, delivery.collection);
        match &delivery.handles {
            Handles::None => {}
            Handles::Strong(_) => {
                assert_eq!(self.stage, Memory::Made, "whoever gets strong handles is strong");
                self.buffers.iter_mut().for_each(|buffer| buffer.strong += 1);
            }
            Handles::Weak { access, presence } => {
                assert!(matches!(self.stage, Memory::Made | Memory::LetGo), "{:?}", self.stage);
                assert_eq!(presence.len(), self.buffers.len());
                for (buffer, presence) in self.buffers.iter_mut().zip(presence) {
                    buffer.deliver_weak(*presence, access.is_some());
                }
            }
        }
    }

    /// Whoever asked about a VMO gets a weak handle.
    pub fn deliver_new_weak(&mut self, index: u32) {
        let buffer = &mut self.buffers[index as usize];
        assert!(self.stage == Memory::Made || buffer.told == Presence::Strong, "there is no other");
        buffer.deliver_weak(Presence::Strong, true);
    }

    /// What there is to be told about a buffer.
    pub fn report(&self, index: u32) -> Option<Presence> {
        let buffer = &self.buffers[index as usize];
        match buffer.told {
            _ if self.stage != Memory::LetGo || buffer.has_strong() => None,
            Presence::Strong => Some(Presence::Weak),
            Presence::Weak if buffer.weak + buffer.weak_sent == 0 => Some(Presence::Gone),
            Presence::Weak | Presence::Gone => None,
        }
    }

    /// Whether the core has been told that all is gone, or there is nothing to tell.
    pub fn note_told(&mut self, index: u32, told: Presence) {
        self.buffers[index as usize].told = told;
        if self.buffers.iter().all(|buffer| buffer.told == Presence::Gone) {
            self.stage = Memory::Gone;
        }
    }
}

impl Buffer {
    pub fn drop_one(&mut self, strength: Strength) {
        match strength {
            Strength::Strong => self.strong -= 1,
            Strength::Weak => self.weak -= 1,
        }
    }

    pub const fn has_strong(&self) -> bool {
        self.strong + self.strong_sent > 0
    }

    /// The core wants the eventpair closed.
    pub fn close_weak_asap(&mut self, now: Instant) {
        assert_eq!(self.told, Presence::Weak, "it has strong handles, or is gone");
        assert!(!matches!(self.close_weak_asap, CloseWeakAsap::Closed(_)), "closed once");
        self.close_weak_asap = CloseWeakAsap::Closed(now);
    }

    /// The core complains about its weak handles.
    pub fn complain(&mut self, now: Instant) {
        let CloseWeakAsap::Closed(at) = self.close_weak_asap else {
            panic!("nobody was asked to close")
        };
        assert!(now.0 - at.0 >= COMPLAINT_AFTER_NS, "too early");
        assert_eq!(self.told, Presence::Weak);
        assert!(!self.complained, "once is enough");
        self.complained = true;
    }

    pub const fn is_complained_about(&self) -> bool {
        self.complained
    }

    fn deliver_weak(&mut self, presence: Presence, with_memory: bool) {
        assert_eq!(presence, self.told, "the core knows what it was told");
        if presence == Presence::Strong && with_memory {
            self.weak += 1;
        }
        self.close_weak_asap = match (self.close_weak_asap, presence) {
            (CloseWeakAsap::Unmade, Presence::Strong) => CloseWeakAsap::Open,
            (CloseWeakAsap::Unmade | CloseWeakAsap::Open, Presence::Weak) => {
                panic!("whoever comes late gets one that is closed")
            }
            (other, _) => other,
        };
    }
}

/// The input that tells the core.
pub const fn report_of(
    allocation: sysmem_core::AllocationId,
    index: u32,
    told: Presence,
) -> Input<SimHandle> {
    match told {
        Presence::Gone => Input::BufferGone { allocation, index },
        Presence::Weak | Presence::Strong => Input::StrongGone { allocation, index },
    }
}
