//! What one participant asks for, and what all ask for together (`sysmem2-constraints.md` sections
//! 2 and 3).

use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, ImageFormatConstraints};

use super::Environment;
use super::budget::{Budget, Stop};
use super::counts::Counts;
use super::failure::{Conflict, Fault};
use super::image::{Candidate, CommonImages, ImageList};
use super::limits::HEAP_COMPARISONS;
use super::memory::Memory;
use super::number::has_area;
use super::usage::Usage;

/// The constraints of one participant with every default filled in, valid by themselves. Strings
/// and lists are still those of the table.
#[derive(Debug)]
pub(super) struct Terms<'a> {
    usage: Usage,
    counts: Counts,
    memory: Memory<'a>,
    images: ImageList<'a>,
}

/// Those of several participants together.
#[derive(Debug)]
pub(super) struct CommonTerms<'a> {
    usage: Usage,
    counts: Counts,
    memory: Memory<'a>,
    images: CommonImages<'a>,
}

/// What everybody agrees on, ready to choose from.
#[derive(Clone, Debug)]
pub(super) struct Settlement<'a> {
    pub(super) usage: Usage,
    pub(super) counts: Counts,
    pub(super) memory: Memory<'a>,
    /// Empty if the buffers hold no images.
    pub(super) candidates: Vec<Candidate<'a>>,
}

impl<'a> Terms<'a> {
    /// Those of one participant (stage N).
    pub(super) fn sanitize(
        table: &'a BufferCollectionConstraints,
        environment: &Environment<'_>,
    ) -> Result<Self, Fault> {
        if *table == BufferCollectionConstraints::default() {
            return Ok(Self {
                usage: Usage::NONE,
                counts: Counts::UNCONSTRAINED,
                memory: Memory::UNCONSTRAINED,
                images: ImageList::default(),
            });
        }
        let usage = Usage::sanitize(table.usage.as_ref()).map_err(Fault::Usage)?;
        let counts = Counts::sanitize(table).map_err(Fault::Count)?;
        let memory = table.buffer_memory_constraints.as_ref();
        let memory = Memory::sanitize(memory, usage, environment.heaps).map_err(Fault::Memory)?;
        let images = table.image_format_constraints.as_deref().unwrap_or_default();
        let images = ImageList::sanitize(images, usage, environment.page_size_bytes)?;
        Ok(Self { usage, counts, memory, images })
    }
}

impl<'a> CommonTerms<'a> {
    /// Those of nobody, to start from (stage I).
    pub(super) fn unconstrained() -> Self {
        Self {
            usage: Usage::NONE,
            counts: Counts::UNCONSTRAINED,
            memory: Memory::UNCONSTRAINED,
            images: CommonImages::default(),
        }
    }

    /// Adds those of the next participant (3.2).
    pub(super) fn combine(
        &mut self,
        other: &Terms<'a>,
        budget: &mut Budget,
    ) -> Result<(), Stop<Conflict>> {
        budget.spend(self.memory.comparisons(&other.memory) / HEAP_COMPARISONS)?;
        budget.spend(1)?;
        self.usage = self.usage.union(other.usage);
        self.counts =
            self.counts.combine(other.counts).ok_or(Stop::Because(Conflict::CountOverflow))?;
        self.memory.combine(&other.memory).map_err(|heap| Stop::Because(Conflict::Heap(heap)))?;
        self.images.combine(&other.images, budget).map_err(|stop| stop.map(Conflict::Format))
    }

    /// Checks those of all together (stage A).
    pub(super) fn settle(
        self,
        environment: &Environment<'_>,
        budget: &mut Budget,
    ) -> Result<Settlement<'a>, Stop<Fault>> {
        let Self { usage, counts, memory, images } = self;
        if !usage.is_real() && !usage.permits_allocation() {
            return Err(Stop::Because(Fault::NobodyUsesBuffers));
        }
        counts.check().map_err(|fault| Stop::Because(Fault::Count(fault)))?;
        memory.check(environment.heaps).map_err(|fault| Stop::Because(Fault::Memory(fault)))?;
        Ok(Settlement { usage, counts, memory, candidates: images.settle(budget)? })
    }
}

/// Whether the constraints give any buffer a size (2.1, pre-check).
pub(super) fn has_size(table: &BufferCollectionConstraints) -> bool {
    let memory = table.buffer_memory_constraints.as_ref();
    let is_given = memory.and_then(|memory| memory.min_size_bytes).is_some_and(|bytes| bytes > 0);
    let images = table.image_format_constraints.as_deref().unwrap_or_default();
    is_given || images.iter().any(has_image_size)
}

fn has_image_size(table: &ImageFormatConstraints) -> bool {
    let listed = table.required_max_size_list.iter().flatten();
    let sizes: [Option<&SizeU>; 2] = [table.min_size.as_ref(), table.required_max_size.as_ref()];
    sizes.into_iter().flatten().chain(listed).any(|size| has_area(*size))
}
