//! What the service shows of itself, and what `/proc` adds to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use sysmem::linux_sysmem::{Buffer, Collection, Holder, Node, Snapshot};
use zx::{Sighting, VmoIdentity, find_memory, program_of, start_of};

/// A snapshot, and the processes in it.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    pub snapshot: Snapshot,
    /// The processes that there are.
    pub processes: BTreeMap<u32, Process>,
    /// Which processes have which memory.
    pub sightings: BTreeMap<VmoIdentity, Vec<Sighting>>,
    /// Processes that this user may not look at.
    pub hidden: BTreeSet<u32>,
}

/// A process that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// What its program is called.
    pub program: String,
    /// When it was started; monotonic time in nanoseconds.
    pub start: i64,
}

/// How exact the kernel is about the start of processes, twice.
const START_TOLERANCE_NS: i64 = 20_000_000;

impl Process {
    fn of(pid: u32) -> Option<Self> {
        Some(Self { program: program_of(pid)?, start: start_of(pid)? })
    }
}

impl Scene {
    /// Looks for the processes of a snapshot, and for those that have its buffers.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn around(snapshot: Snapshot) -> io::Result<Self> {
        let mut scene = Self { snapshot, ..Self::default() };
        let wanted: BTreeSet<VmoIdentity> = scene.buffers().filter_map(identity).collect();
        if !wanted.is_empty() {
            let found = find_memory(&wanted)?;
            scene.hidden = found.hidden;
            for sighting in found.found {
                scene.sightings.entry(sighting.memory).or_default().push(sighting);
            }
        }
        let pids = scene.pids();
        let known = pids.into_iter().filter_map(|pid| Some((pid, Process::of(pid)?)));
        scene.processes = known.collect();
        Ok(scene)
    }

    /// Whether there is no collection, no buffer and no failure.
    pub fn is_empty(&self) -> bool {
        let Snapshot { collections, allocations, failures, .. } = &self.snapshot;
        collections.iter().flatten().next().is_none()
            && allocations.iter().flatten().next().is_none()
            && failures.iter().flatten().next().is_none()
    }

    /// The process of the service.
    pub fn service_pid(&self) -> Option<u32> {
        self.snapshot.service.as_ref()?.pid
    }

    /// When it all was so: monotonic time in nanoseconds.
    pub fn now(&self) -> i64 {
        self.snapshot.ended.unwrap_or_default()
    }

    /// The program of a process that was there at a time, and is still.
    pub fn program(&self, pid: u32, since: Option<i64>) -> Option<&str> {
        let process = self.processes.get(&pid)?;
        // Otherwise the process has ended, and another one has its id now.
        let is_same =
            since.is_none_or(|since| process.start <= since.saturating_add(START_TOLERANCE_NS));
        is_same.then_some(process.program.as_str())
    }

    pub fn collections(&self) -> &[Collection] {
        self.snapshot.collections.as_deref().unwrap_or_default()
    }

    pub fn buffers(&self) -> impl Iterator<Item = &Buffer> {
        let allocations = self.snapshot.allocations.iter().flatten();
        allocations.flat_map(|allocation| allocation.buffers.iter().flatten())
    }

    /// Processes that have a buffer's memory.
    pub fn sightings_of(&self, buffer: &Buffer) -> &[Sighting] {
        let found = identity(buffer).and_then(|memory| self.sightings.get(&memory));
        found.map_or(&[], Vec::as_slice)
    }

    /// All processes that are spoken of.
    fn pids(&self) -> BTreeSet<u32> {
        let connections = self.snapshot.connections.iter().flatten();
        let clients = connections.filter_map(|connection| connection.client.as_ref()?.pid);
        let nodes = self.collections().iter().flat_map(nodes).filter_map(pid_of);
        let holders = self.buffers().flat_map(holders).filter_map(|holder| holder.pid);
        let failures = self.snapshot.failures.iter().flatten();
        let failed = failures.flat_map(|failure| failure.clients.iter().flatten());
        let failed = failed.filter_map(|client| client.pid);
        let seen = self.sightings.values().flatten().map(|sighting| sighting.pid);
        clients
            .chain(nodes)
            .chain(holders)
            .chain(seen)
            .chain(failed)
            .chain(self.service_pid())
            .collect()
    }
}

pub fn nodes(collection: &Collection) -> &[Node] {
    collection.nodes.as_deref().unwrap_or_default()
}

pub fn holders(buffer: &Buffer) -> &[Holder] {
    buffer.holders.as_deref().unwrap_or_default()
}

/// The process of a node's client.
pub fn pid_of(node: &Node) -> Option<u32> {
    node.client.as_ref()?.pid
}

fn identity(buffer: &Buffer) -> Option<VmoIdentity> {
    buffer.memory.as_ref().map(|memory| VmoIdentity { dev: memory.dev, ino: memory.ino })
}
