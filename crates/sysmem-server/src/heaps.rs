//! Which heap makes which buffers, and on which thread.

use std::collections::HashMap;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use sysmem_core::{AllocationId, AllocationPlan, HeapFailure};
use sysmem_heap::{BufferRequest, Heap, Pace};

use crate::config::HeapEntry;
use crate::mailbox::Mailbox;

/// The heaps of a server, by the names that collections know them by.
pub(crate) struct Heaps {
    heaps: HashMap<(String, u64), Place>,
    mailbox: Arc<Mailbox>,
}

/// Where an allocation stands.
#[derive(Debug)]
pub(crate) enum Progress {
    /// It is over.
    Done(Result<Vec<zx::Vmo>, HeapFailure>),
    /// The mailbox will have it.
    UnderWay,
}

struct Place {
    heap: Arc<dyn Heap>,
    /// The thread of a slow heap, once it was needed. It ends with this.
    worker: Option<Sender<Job>>,
}

struct Job {
    allocation: AllocationId,
    request: BufferRequest,
}

impl Heaps {
    pub(crate) fn new(entries: Vec<HeapEntry>, mailbox: Arc<Mailbox>) -> Self {
        let place =
            |HeapEntry { heap_type, id, heap }| ((heap_type, id), Place { heap, worker: None });
        Self { heaps: entries.into_iter().map(place).collect(), mailbox }
    }

    /// Starts an allocation. Takes no time itself: slow heaps work on threads of their own.
    pub(crate) fn start(&mut self, allocation: AllocationId, plan: AllocationPlan) -> Progress {
        let key = (plan.heap_type, plan.heap_id);
        let Some(place) = self.heaps.get_mut(&key) else {
            let (heap_type, id) = key;
            return Progress::Done(Err(failure(format!("there is no heap {heap_type} {id}"))));
        };
        let request = BufferRequest {
            name: plan.name,
            count: plan.count,
            size_bytes: plan.raw_size_bytes,
            physically_contiguous: plan.physically_contiguous,
            physical_alignment_bytes: plan.physical_alignment_bytes,
        };
        match place.heap.properties().pace {
            Pace::Immediate => Progress::Done(allocate(&*place.heap, &request)),
            Pace::Slow => place.delegate(Job { allocation, request }, &self.mailbox),
        }
    }
}

impl Place {
    fn delegate(&mut self, job: Job, mailbox: &Arc<Mailbox>) -> Progress {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => match spawn_worker(Arc::clone(&self.heap), Arc::clone(mailbox)) {
                Ok(worker) => none.insert(worker),
                Err(error) => {
                    let reason = format!("cannot start a thread for the heap: {error}");
                    return Progress::Done(Err(failure(reason)));
                }
            },
        };
        match worker.send(job) {
            Ok(()) => Progress::UnderWay,
            Err(_) => Progress::Done(Err(failure("the thread of the heap has ended".to_owned()))),
        }
    }
}

impl fmt::Debug for Heaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.heaps.keys()).finish()
    }
}

fn spawn_worker(heap: Arc<dyn Heap>, mailbox: Arc<Mailbox>) -> std::io::Result<Sender<Job>> {
    let (sender, jobs) = mpsc::channel::<Job>();
    thread::Builder::new().name("sysmem-heap".to_owned()).spawn(move || {
        for Job { allocation, request } in jobs {
            let result = allocate(&*heap, &request);
            mailbox.post(|letters| letters.allocations.push((allocation, result)));
        }
    })?;
    Ok(sender)
}

/// One allocation; a heap that panics has failed, and nothing else has.
fn allocate(heap: &dyn Heap, request: &BufferRequest) -> Result<Vec<zx::Vmo>, HeapFailure> {
    match panic::catch_unwind(AssertUnwindSafe(|| heap.allocate(request))) {
        Ok(Ok(buffers)) if u32::try_from(buffers.len()) == Ok(request.count) => Ok(buffers),
        Ok(Ok(buffers)) => Err(failure(format!(
            "the heap made {} buffers where {} were asked for",
            buffers.len(),
            request.count
        ))),
        Ok(Err(error)) => Err(failure(error.to_string())),
        Err(_) => Err(failure("the heap panicked".to_owned())),
    }
}

fn failure(reason: String) -> HeapFailure {
    HeapFailure { reason }
}
