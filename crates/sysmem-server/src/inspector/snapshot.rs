//! Data out of what was seen. Not done on the loop.

use std::num::NonZeroU32;
use std::sync::Arc;

use sysmem_core::inspect::{
    Allocation, Awaited, Collection, Connection, FailureMode, Link, Node, NodeKind, Stage, WeakOk,
};
use sysmem_core::{Instant, Recipient};
use sysmem_fidl::linux_sysmem as flinux;
use zx::{Credentials, Strength};

use super::walk::{SeenAllocation, SeenCollection, Sights};
use super::{WriteError, Written};
use crate::buffers::{Holder, SeenBuffer};

/// What `/proc/PID/fd` of whoever asked shows.
const NAME: &str = "sysmem-snapshot";

/// Writes what was seen as persistent FIDL data.
///
/// # Errors
///
/// See [`WriteError`].
pub(super) fn write(sights: Sights) -> Result<Written, WriteError> {
    let bytes = fidl::persist::<flinux::Snapshot>(snapshot(sights)).map_err(WriteError::Encode)?;
    let memory = zx::freeze(NAME, &bytes).map_err(WriteError::Memory)?;
    Ok(Written { memory, size_bytes: bytes.len() as u64 })
}

fn snapshot(sights: Sights) -> flinux::Snapshot {
    let Sights { began, ended, collections, connections, allocations, failures } = sights;
    flinux::Snapshot {
        service: Some(flinux::Process {
            pid: Some(std::process::id()),
            uid: Some(rustix::process::geteuid().as_raw()),
        }),
        began: Some(time(began)),
        ended: Some(time(ended)),
        collections: Some(collections.into_iter().map(collection).collect()),
        allocations: Some(allocations.into_iter().map(allocation).collect()),
        connections: Some(connections.into_iter().map(connection).collect()),
        failures: Some(failures.into_iter().map(failure).collect()),
    }
}

fn connection((connection, client): (Connection, Option<Credentials>)) -> flinux::Connection {
    let (debug_name, debug_id) = debug_info(connection.client);
    flinux::Connection {
        client: client.map(process),
        debug_name,
        debug_id,
        collection_count: Some(count(connection.collections)),
        channel_count: Some(count(connection.channels)),
    }
}

fn collection(seen: SeenCollection) -> flinux::Collection {
    let SeenCollection { collection, clients } = seen;
    let Collection { id, name, verbose, created, stall_deadline, stage, nodes } = collection;
    let nodes = nodes.into_iter().zip(clients).map(|(one, client)| node(one, client));
    let (stage, allocation_id, buffers) = match stage {
        Stage::Gathering => (flinux::Stage::GATHERING, None, None),
        Stage::Allocating(allocation) => (flinux::Stage::ALLOCATING, Some(allocation.0), None),
        Stage::Allocated { allocation, count, settings } => {
            (flinux::Stage::ALLOCATED, Some(allocation.0), Some((count, settings)))
        }
    };
    let (buffer_count, settings) = buffers.unzip();
    flinux::Collection {
        id: Some(id),
        name,
        stage: Some(stage),
        created: Some(time(created)),
        stall_deadline: stall_deadline.map(time),
        verbose_logging: Some(verbose),
        nodes: Some(nodes.collect()),
        settings: settings.map(Arc::unwrap_or_clone),
        buffer_count,
        allocation_id,
    }
}

fn node(node: Node, client: Option<Credentials>) -> flinux::Node {
    let (debug_name, debug_id) = debug_info(Some(node.client));
    flinux::Node {
        id: Some(node.id.0),
        parent: node.parent.map(|parent| parent.0),
        kind: Some(match node.kind {
            NodeKind::Token => flinux::NodeKind::TOKEN,
            NodeKind::Collection => flinux::NodeKind::COLLECTION,
            NodeKind::Group => flinux::NodeKind::GROUP,
        }),
        channel: Some(match node.link {
            Link::Open(_) => flinux::ChannelState::OPEN,
            Link::Released(_) => flinux::ChannelState::RELEASED,
            Link::Closed => flinux::ChannelState::CLOSED,
        }),
        client: client.map(process),
        debug_name,
        debug_id,
        failure_mode: Some(match node.failure_mode {
            FailureMode::Propagate => flinux::FailureMode::PROPAGATE,
            FailureMode::PropagateBeforeAllocation => {
                flinux::FailureMode::PROPAGATE_BEFORE_ALLOCATION
            }
            FailureMode::DoNotPropagate => flinux::FailureMode::DO_NOT_PROPAGATE,
        }),
        allocated: Some(node.allocated),
        rights_attenuation_mask: Some(node.rights),
        weak: Some(node.strength == sysmem_core::Strength::Weak),
        weak_ok: Some(match node.weak_ok {
            WeakOk::No => flinux::WeakOk::NO,
            WeakOk::ForNode => flinux::WeakOk::SELF,
            WeakOk::ForNodeAndChildren => flinux::WeakOk::SELF_AND_CHILDREN,
        }),
        constraints: node.constraints.map(Arc::unwrap_or_clone),
        awaited: node.awaited.map(|awaited| match awaited {
            Awaited::TurnIn => flinux::Awaited::TURN_IN,
            Awaited::Constraints => flinux::Awaited::CONSTRAINTS,
            Awaited::AllChildrenPresent => flinux::Awaited::ALL_CHILDREN_PRESENT,
            Awaited::Close => flinux::Awaited::CLOSE,
        }),
        unanswered_waits: Some(count(node.waits)),
    }
}

fn allocation(seen: SeenAllocation) -> flinux::Allocation {
    let SeenAllocation { id, allocation: Allocation { collection, name, held }, buffers } = seen;
    flinux::Allocation {
        id: Some(id.0),
        collection_id: Some(collection),
        collection_name: name,
        held_by_collection: Some(held),
        buffers: Some(buffers.into_iter().map(buffer).collect()),
    }
}

fn buffer(buffer: SeenBuffer) -> flinux::Buffer {
    let zx::VmoIdentity { dev, ino } = buffer.memory;
    flinux::Buffer {
        index: Some(buffer.index),
        size_bytes: Some(buffer.size_bytes),
        memory: Some(flinux::MemoryIdentity { dev, ino }),
        holders: Some(buffer.holders.into_iter().map(holder).collect()),
        holders_omitted: Some(count(buffer.omitted)),
        close_weak_asap: Some(buffer.strong_gone),
    }
}

fn holder(holder: Holder) -> flinux::Holder {
    let (recipient, since) = holder.to.unzip();
    let (debug_name, debug_id) = debug_info(recipient);
    flinux::Holder {
        strength: Some(match holder.strength {
            Strength::Strong => flinux::Strength::STRONG,
            Strength::Weak => flinux::Strength::WEAK,
        }),
        debug_name,
        debug_id,
        pid: holder.client.map(NonZeroU32::get),
        since: since.map(time),
    }
}

fn failure((explanation, clients): (flinux::Explanation, Vec<Credentials>)) -> flinux::Failure {
    let clients = clients.into_iter().map(process).collect();
    flinux::Failure { explanation: Some(explanation), clients: Some(clients) }
}

fn process(client: Credentials) -> flinux::Process {
    flinux::Process { pid: client.pid.map(|pid| pid.get()), uid: Some(client.uid) }
}

/// Both, unless nobody has said anything.
fn debug_info(client: Option<Recipient>) -> (Option<String>, Option<u64>) {
    let said = client.filter(|client| !client.name.is_empty() || client.id != 0);
    said.map(|client| (client.name.to_string(), client.id)).unzip()
}

fn time(instant: Instant) -> i64 {
    instant.0
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
