//! The events by which nodes name each other (`sysmem2-protocols.md` 2.7, GetNodeRef).

use std::collections::HashMap;
use std::io;

use sysmem_core::NodeId;
use zx::{Event, EventIdentity};

/// One event per node that was asked for one, made at the first asking.
#[derive(Debug, Default)]
pub(crate) struct NodeRefs {
    events: HashMap<NodeId, Event>,
    by_identity: HashMap<EventIdentity, NodeId>,
}

impl NodeRefs {
    /// A handle to give away, the same event each time.
    ///
    /// # Errors
    ///
    /// When descriptors ran out.
    pub(crate) fn handle_for(&mut self, node: NodeId) -> io::Result<zx::Handle> {
        if let Some(event) = self.events.get(&node) {
            return event.duplicate();
        }
        let event = Event::create()?;
        let handle = event.duplicate()?;
        self.by_identity.insert(event.identity(), node);
        self.events.insert(node, event);
        Ok(handle)
    }

    /// The node whose event this is.
    pub(crate) fn node_of(&self, handle: &zx::Handle) -> Option<NodeId> {
        let identity = EventIdentity::of(handle).ok()?;
        let node = self.by_identity.get(&identity)?;
        let is_ours = self.events.get(node)?.same_file(handle);
        is_ours.is_ok_and(|same| same).then_some(*node)
    }

    /// The node is gone: its event names nothing any more.
    pub(crate) fn forget(&mut self, node: NodeId) {
        if let Some(event) = self.events.remove(&node) {
            self.by_identity.remove(&event.identity());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_2_7_a_node_has_one_event_until_it_is_gone() {
        let mut refs = NodeRefs::default();
        let first = refs.handle_for(NodeId(1)).unwrap();
        let again = refs.handle_for(NodeId(1)).unwrap();
        let other = refs.handle_for(NodeId(2)).unwrap();
        assert_eq!(first.identity().unwrap(), again.identity().unwrap());
        assert_eq!(refs.node_of(&first), Some(NodeId(1)));
        assert_eq!(refs.node_of(&again), Some(NodeId(1)));
        assert_eq!(refs.node_of(&other), Some(NodeId(2)));
        let foreign = Event::create().unwrap().duplicate().unwrap();
        assert_eq!(refs.node_of(&foreign), None);
        refs.forget(NodeId(1));
        assert_eq!(refs.node_of(&first), None);
        assert_eq!(refs.node_of(&other), Some(NodeId(2)));
    }
}
