//! The last line: a panic of the core ends with one collection.

use std::panic::{self, AssertUnwindSafe};

use fidl::Handle;
use sysmem_core::{Core, Subject};

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The core handled it.
    Handled,
    /// The core panicked, and gave up what the input was about.
    Abandoned,
    /// The core panicked, and there is nothing to give up, or it cannot.
    Stuck,
}

/// Lets `act` work on the core. If that panics, the collection or Allocator that it was about
/// fails.
///
/// The core lives on. It handles every request inside one collection, so what a panic leaves half
/// done is what is given up here.
pub(crate) fn contain<H: Handle>(
    core: &mut Core<H>,
    subject: Option<Subject>,
    act: impl FnOnce(&mut Core<H>),
) -> Outcome {
    if panic::catch_unwind(AssertUnwindSafe(|| act(core))).is_ok() {
        return Outcome::Handled;
    }
    let Some(subject) = subject else { return Outcome::Stuck };
    match panic::catch_unwind(AssertUnwindSafe(|| core.abandon(subject))) {
        Ok(()) => Outcome::Abandoned,
        Err(_) => Outcome::Stuck,
    }
}

#[cfg(test)]
mod tests {
    use fidl::{HandleFault, ObjectType, Rights, ServerEnd};
    use sysmem_core::negotiation::HeapCatalog;
    use sysmem_core::{
        AllocationId, BufferHandle, ChannelId, Config, Effect, Host, Input, Instant, NodeId,
    };
    use sysmem_fidl::fuchsia_sysmem2::*;

    use super::*;

    #[derive(Debug)]
    struct NoHandle;

    impl Handle for NoHandle {
        fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
            Ok(self)
        }
    }

    struct NoObjects;

    impl Host<NoHandle> for NoObjects {
        fn token_of(&self, _: &NoHandle) -> Option<ChannelId> {
            None
        }
        fn token_with_koid(&self, _: u64) -> Option<ChannelId> {
            None
        }
        fn node_of(&self, _: &NoHandle) -> Option<NodeId> {
            None
        }
        fn buffer_of(&self, _: &NoHandle) -> Option<BufferHandle> {
            None
        }
        fn has_strong_handle(&self, _: AllocationId, _: u32) -> bool {
            false
        }
    }

    fn core() -> Core<NoHandle> {
        Core::new(Config {
            heaps: HeapCatalog::system_ram(false),
            format_costs: Vec::new(),
            page_size_bytes: 4096,
            first_collection_id: 1,
        })
    }

    /// A collection with one node; the number of its channel.
    fn collection(core: &mut Core<NoHandle>, allocator: ChannelId) -> ChannelId {
        let payload = AllocatorAllocateNonSharedCollectionRequest {
            collection_request: Some(ServerEnd::new(NoHandle)),
        };
        let request = AllocatorRequest::AllocateNonSharedCollection { payload };
        core.handle(Instant(0), Input::Allocator(allocator, request), &NoObjects);
        match core.poll_effect() {
            Some(Effect::Serve { channel, .. }) => channel,
            other => panic!("{other:?}"),
        }
    }

    fn closed(core: &mut Core<NoHandle>) -> Vec<ChannelId> {
        let mut closed = Vec::new();
        while let Some(effect) = core.poll_effect() {
            if let Effect::Close { channel, .. } = effect {
                closed.push(channel);
            }
        }
        closed
    }

    #[test]
    fn design_a_panic_ends_one_collection() {
        let mut core = core();
        let allocator = core.accept();
        let unlucky = collection(&mut core, allocator);
        let other = collection(&mut core, allocator);
        let subject = core.subject(&Input::Closed(unlucky));
        let outcome = contain(&mut core, subject, |_| panic!("as if the core had"));
        assert_eq!(outcome, Outcome::Abandoned);
        assert_eq!(closed(&mut core), [unlucky]);
        assert_eq!(contain(&mut core, None, |_| panic!("once more")), Outcome::Stuck);
        assert_eq!(contain(&mut core, None, Core::shut_down), Outcome::Handled);
        assert_eq!(closed(&mut core), [other, allocator]);
    }

    #[test]
    fn design_a_panic_over_buffers_ends_the_collection_that_they_are_for() {
        let mut core = core();
        let allocator = core.accept();
        let unlucky = collection(&mut core, allocator);
        let constraints = BufferCollectionConstraints {
            usage: Some(BufferUsage { cpu: Some(CPU_USAGE_READ), ..Default::default() }),
            min_buffer_count: Some(1),
            buffer_memory_constraints: Some(BufferMemoryConstraints {
                min_size_bytes: Some(1),
                cpu_domain_supported: Some(true),
                ..Default::default()
            }),
            ..Default::default()
        };
        let payload = BufferCollectionSetConstraintsRequest {
            constraints: Some(constraints),
            must_match_vmo: None,
        };
        let request = BufferCollectionRequest::SetConstraints { payload };
        core.handle(Instant(0), Input::Collection(unlucky, request), &NoObjects);
        let Some(Effect::Allocate { allocation, .. }) = core.poll_effect() else {
            panic!("nothing is allocated")
        };
        let subject = core.subject(&Input::Allocated { allocation, result: Ok(()) });
        let outcome = contain(&mut core, subject, |_| panic!("as if the core had"));
        assert_eq!(outcome, Outcome::Abandoned);
        assert_eq!(closed(&mut core), [unlucky]);
    }
}
