//! What a service shows of itself (`linux.sysmem/Inspector`), as `sysmem inspect --json` prints it.
//!
//! Nothing here has a bound: a snapshot is as large as what there is.

use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, SingleBufferSettings};
use sysmem_fidl::linux_sysmem::{
    Allocation, Awaited, Buffer, ChannelState, Collection, ConflictingParticipant, Connection,
    Explanation, Failure, FailureMode, FieldValue, Finding, Holder, MemoryIdentity, Node, NodeKind,
    ParticipantName, Process, Repair, Snapshot, Stage, Strength, WeakOk,
};

use crate::form::{List, Text, enumeration, structure, table};

type Any = Text<{ usize::MAX }>;
type All<T> = List<T, { usize::MAX }>;

table!(Snapshot {
    service: Process,
    began: i64,
    ended: i64,
    collections: All<Collection>,
    allocations: All<Allocation>,
    connections: All<Connection>,
    failures: All<Failure>,
});

table!(Failure { explanation: Explanation, clients: All<Process> });

table!(Explanation {
    buffer_collection_id: u64,
    collection_name: Any,
    failed_at: i64,
    text: Any,
    findings: All<Finding>,
    combinations: u32,
});

table!(Finding {
    text: Any,
    rule: Any,
    conflicts: All<ConflictingParticipant>,
    is_minimal: bool,
    repairs: All<Repair>,
});

table!(ConflictingParticipant { participant: ParticipantName, fields: All<FieldValue> });

table!(ParticipantName { name: Any, id: u64, number: u32 });

table!(FieldValue { field: Any, value: Any });

table!(Repair { participant: ParticipantName, text: Any, field: Any, from: Any, to: Any });

table!(Process { pid: u32, uid: u32 });

table!(Connection {
    client: Process,
    debug_name: Any,
    debug_id: u64,
    collection_count: u32,
    channel_count: u32,
});

table!(Collection {
    id: u64,
    name: Any,
    stage: Stage,
    created: i64,
    stall_deadline: i64,
    verbose_logging: bool,
    nodes: All<Node>,
    settings: SingleBufferSettings,
    buffer_count: u32,
    allocation_id: u64,
});

table!(Node {
    id: u64,
    parent: u64,
    kind: NodeKind,
    channel: ChannelState,
    client: Process,
    debug_name: Any,
    debug_id: u64,
    failure_mode: FailureMode,
    allocated: bool,
    rights_attenuation_mask: u32,
    weak: bool,
    weak_ok: WeakOk,
    constraints: BufferCollectionConstraints,
    awaited: Awaited,
    unanswered_waits: u32,
});

table!(Allocation {
    id: u64,
    collection_id: u64,
    collection_name: Any,
    held_by_collection: bool,
    buffers: All<Buffer>,
});

table!(Buffer {
    index: u32,
    size_bytes: u64,
    memory: MemoryIdentity,
    holders: All<Holder>,
    holders_omitted: u32,
    close_weak_asap: bool,
});

structure!(MemoryIdentity { dev: u64, ino: u64 });

table!(Holder { strength: Strength, debug_name: Any, debug_id: u64, pid: u32, since: i64 });

enumeration!(Stage: u32);
enumeration!(NodeKind: u32);
enumeration!(ChannelState: u32);
enumeration!(FailureMode: u32);
enumeration!(WeakOk: u32);
enumeration!(Awaited: u32);
enumeration!(Strength: u32);

#[cfg(test)]
mod tests {
    use crate::{from_json, to_json};

    use super::*;

    #[test]
    fn a_snapshot_survives_json() {
        let node = Node {
            id: Some(3),
            kind: Some(NodeKind::GROUP),
            failure_mode: Some(FailureMode::DO_NOT_PROPAGATE),
            awaited: Some(Awaited::ALL_CHILDREN_PRESENT),
            client: Some(Process { pid: Some(7), uid: Some(0) }),
            ..Default::default()
        };
        let holder = Holder {
            strength: Some(Strength::WEAK),
            debug_name: Some("x".repeat(5000)),
            since: Some(i64::MAX),
            ..Default::default()
        };
        let buffer = Buffer {
            memory: Some(MemoryIdentity { dev: 1, ino: u64::MAX }),
            holders: Some(vec![holder]),
            ..Default::default()
        };
        let snapshot = Snapshot {
            collections: Some(vec![Collection {
                stage: Some(Stage::ALLOCATING),
                nodes: Some(vec![node]),
                ..Default::default()
            }]),
            allocations: Some(vec![Allocation {
                buffers: Some(vec![buffer]),
                ..Default::default()
            }]),
            ..Default::default()
        };
        let json = to_json(&snapshot);
        assert_eq!(from_json::<Snapshot>(&json).unwrap(), snapshot);
        let node = &json["collections"][0]["nodes"][0];
        assert_eq!(node["awaited"], "ALL_CHILDREN_PRESENT");
    }
}
