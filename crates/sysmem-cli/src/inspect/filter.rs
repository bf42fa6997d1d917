//! Leaving out what nobody asked about.

use sysmem::linux_sysmem::{Allocation, Collection, Connection, Failure, Snapshot};

use super::scene::{Scene, holders, nodes, pid_of};

/// What somebody asks about. Everything, if nothing is set.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// An id or a name.
    pub collection: Option<String>,
    /// A process id, or a part of a client's or program's name.
    pub client: Option<String>,
}

impl Filter {
    /// Keeps what was asked for: whole collections, and the buffers that go with them.
    pub fn apply(&self, scene: &mut Scene) {
        let Snapshot { collections, allocations, connections, failures, .. } = &scene.snapshot;
        let wanted = |one: &&Collection| self.wants_collection(one, scene);
        let collections: Vec<_> = collections.iter().flatten().filter(wanted).cloned().collect();
        let is_kept = |id| collections.iter().any(|kept| kept.id == id);
        let wanted =
            |one: &&Allocation| is_kept(one.collection_id) || self.wants_allocation(one, scene);
        let allocations = allocations.iter().flatten().filter(wanted).cloned().collect();
        let wanted = |one: &&Connection| self.wants_connection(one, scene);
        let connections = connections.iter().flatten().filter(wanted).cloned().collect();
        let wanted = |one: &&Failure| self.wants_failure(one, scene);
        let failures = failures.iter().flatten().filter(wanted).cloned().collect();
        let snapshot = &mut scene.snapshot;
        snapshot.collections = Some(collections);
        snapshot.allocations = Some(allocations);
        snapshot.connections = Some(connections);
        snapshot.failures = Some(failures);
    }

    fn wants_collection(&self, collection: &Collection, scene: &Scene) -> bool {
        let mut nodes = nodes(collection).iter();
        self.is_about(collection.id, collection.name.as_deref())
            && (self.client.is_none()
                || nodes
                    .any(|node| self.is_client(pid_of(node), node.debug_name.as_deref(), scene)))
    }

    /// Buffers of a collection that is gone, or of one that others take part in.
    fn wants_allocation(&self, allocation: &Allocation, scene: &Scene) -> bool {
        let buffers = allocation.buffers.iter().flatten();
        let mut holders = buffers.clone().flat_map(holders);
        let mut seen = buffers.flat_map(|buffer| scene.sightings_of(buffer));
        self.is_about(allocation.collection_id, allocation.collection_name.as_deref())
            && (self.client.is_none()
                || holders.any(|one| self.is_client(one.pid, one.debug_name.as_deref(), scene))
                || seen.any(|sighting| self.is_client(Some(sighting.pid), None, scene)))
    }

    fn wants_connection(&self, connection: &Connection, scene: &Scene) -> bool {
        let pid = connection.client.as_ref().and_then(|client| client.pid);
        self.client.is_none() || self.is_client(pid, connection.debug_name.as_deref(), scene)
    }

    fn wants_failure(&self, failure: &Failure, scene: &Scene) -> bool {
        let Some(explanation) = &failure.explanation else { return false };
        let mut clients = failure.clients.iter().flatten();
        let findings = explanation.findings.iter().flatten();
        let conflicts = findings.flat_map(|finding| finding.conflicts.iter().flatten());
        let names = conflicts.filter_map(|one| one.participant.as_ref()?.name.as_deref());
        self.is_about(explanation.buffer_collection_id, explanation.collection_name.as_deref())
            && (self.client.is_none()
                || clients.any(|client| self.is_client(client.pid, None, scene))
                || names.into_iter().any(|name| self.is_client(None, Some(name), scene)))
    }

    fn is_about(&self, id: Option<u64>, name: Option<&str>) -> bool {
        self.collection.as_deref().is_none_or(|wanted| {
            name == Some(wanted) || wanted.parse().is_ok_and(|wanted| Some(wanted) == id)
        })
    }

    fn is_client(&self, pid: Option<u32>, name: Option<&str>, scene: &Scene) -> bool {
        let Some(wanted) = self.client.as_deref() else { return true };
        let program = pid.and_then(|pid| scene.program(pid, None));
        let is_named = [name, program].into_iter().flatten().any(|name| name.contains(wanted));
        is_named || wanted.parse().is_ok_and(|wanted| Some(wanted) == pid)
    }
}
