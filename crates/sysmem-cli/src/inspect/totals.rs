//! How much each process takes part in and holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::holdings::{Holding, holdings};
use super::scene::{Scene, nodes, pid_of};

/// The sums of one process.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Total {
    pub pid: u32,
    /// Not set of a process that has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// Collections in which it has a node.
    pub collections: usize,
    pub nodes: usize,
    /// Buffers that it holds, by the records of the service or as `/proc` shows.
    pub buffers: usize,
    /// What they take, together.
    pub bytes: u64,
}

/// The sums of every process, those who hold most first.
pub fn totals(scene: &Scene) -> Vec<Total> {
    let mut totals: BTreeMap<u32, Total> = BTreeMap::new();
    let connections = scene.snapshot.connections.iter().flatten();
    for pid in connections.filter_map(|connection| connection.client.as_ref()?.pid) {
        totals.entry(pid).or_default();
    }
    for collection in scene.collections() {
        let pids: Vec<u32> = nodes(collection).iter().filter_map(pid_of).collect();
        pids.iter().for_each(|pid| totals.entry(*pid).or_default().nodes += 1);
        for pid in BTreeSet::from_iter(pids) {
            totals.entry(pid).or_default().collections += 1;
        }
    }
    // Whoever has a channel is there. Others may have left handles behind, and their ids.
    let mut ids_since: BTreeMap<u32, Option<i64>> = totals.keys().map(|pid| (*pid, None)).collect();
    for buffer in scene.buffers() {
        let mut counted = BTreeSet::new();
        for Holding { pid, recipient, .. } in holdings(scene, buffer) {
            let Some(pid) = pid.filter(|pid| counted.insert(*pid)) else { continue };
            let total = totals.entry(pid).or_default();
            total.buffers += 1;
            total.bytes += buffer.size_bytes.unwrap_or_default();
            ids_since.entry(pid).or_insert(recipient.and_then(|recipient| recipient.since));
        }
    }
    let named = |(pid, total)| {
        let since = ids_since.get(&pid).copied().flatten();
        Total { pid, program: scene.program(pid, since).map(str::to_owned), ..total }
    };
    let mut totals: Vec<_> = totals.into_iter().map(named).collect();
    totals.sort_by_key(|total| std::cmp::Reverse(total.bytes));
    totals
}
