//! How long participants wait for buffers, against a bare program in the same run.
//!
//! Two workloads: one participant that allocates one buffer of 4 KiB, and three participants in
//! three processes that allocate four NV12 buffers of 1920x1080. Service and participants are
//! processes of their own. The floor is `bare`: the same processes, the same packets from clients,
//! the same memfds, seals and descriptors, without any protocol. Rounds of both alternate.
//!
//! Target: three participants take at most 4 times as long as the bare fan-out.

mod bare;
mod roles;

use std::path::Path;
use std::time::Duration;

use roles::{Crew, Role};

/// Rounds before the ones that count, and the ones that count.
const WARM_UP: usize = 200;
const ROUNDS: usize = 3_000;

fn main() {
    if let Some(role) = Role::from_environment() {
        role.play();
        return;
    }
    share_one_cpu();
    let crew = Crew::assemble();
    println!("{:<52} {:>10} {:>10} {:>7}", "workload", "median", "floor", "ratio");
    compare("one participant, one buffer of 4 KiB", &crew, Workload::One);
    compare("three participants, four NV12 1920x1080", &crew, Workload::Three);
}

/// What is allocated, and by how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// One participant, one buffer of 4 KiB.
    One,
    /// Three participants, four buffers for NV12 frames of 1920x1080.
    Three,
}

impl Workload {
    /// How many wait for buffers.
    pub fn participants(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Three => 3,
        }
    }

    /// How many buffers they get.
    pub fn buffers(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Three => 4,
        }
    }

    /// Bytes of one buffer.
    pub fn buffer_bytes(self) -> u64 {
        match self {
            Self::One => 4096,
            Self::Three => 1920 * 1080 * 3 / 2,
        }
    }
}

/// Keeps this process, and those that it starts, on the first CPU that it may use.
fn share_one_cpu() {
    let allowed = rustix::thread::sched_getaffinity(None).expect("a set of CPUs");
    let mut one = rustix::thread::CpuSet::new();
    let first = (0..rustix::thread::CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu));
    one.set(first.expect("a CPU"));
    rustix::thread::sched_setaffinity(None, &one).expect("it may be restricted");
}

fn compare(name: &str, crew: &Crew, workload: Workload) {
    let mut service = Vec::with_capacity(ROUNDS);
    let mut floor = Vec::with_capacity(ROUNDS);
    for round in 0..WARM_UP + ROUNDS {
        let times = (crew.allocate(workload), crew.allocate_bare(workload));
        if round >= WARM_UP {
            service.push(times.0);
            floor.push(times.1);
        }
    }
    let (service, floor) = (median(service), median(floor));
    println!("{name:<52} {service:>7.1} us {floor:>7.1} us {:>7.2}", service / floor);
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// Where the sockets of a run are.
pub fn socket(directory: &Path, name: &str) -> std::path::PathBuf {
    directory.join(name)
}
