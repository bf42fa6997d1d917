//! Constraints on memory.

use super::{FromV1Error, ToV1Error, counted, fill, nonzero};
use crate::{fuchsia_sysmem as v1, fuchsia_sysmem2 as v2};

impl TryFrom<&v1::BufferMemoryConstraints> for v2::BufferMemoryConstraints {
    type Error = FromV1Error;

    fn try_from(memory: &v1::BufferMemoryConstraints) -> Result<Self, FromV1Error> {
        let heaps = counted("heap_permitted", &memory.heap_permitted, memory.heap_permitted_count)?;
        let heaps: Vec<v2::Heap> = heaps.iter().map(|heap| (*heap).into()).collect();
        Ok(Self {
            min_size_bytes: nonzero(memory.min_size_bytes).map(u64::from),
            max_size_bytes: nonzero(memory.max_size_bytes).map(u64::from),
            physically_contiguous_required: Some(memory.physically_contiguous_required),
            secure_required: Some(memory.secure_required),
            cpu_domain_supported: Some(memory.cpu_domain_supported),
            ram_domain_supported: Some(memory.ram_domain_supported),
            inaccessible_domain_supported: Some(memory.inaccessible_domain_supported),
            permitted_heaps: (!heaps.is_empty()).then_some(heaps),
            ..Default::default()
        })
    }
}

impl TryFrom<&v2::BufferMemoryConstraints> for v1::BufferMemoryConstraints {
    type Error = ToV1Error;

    fn try_from(memory: &v2::BufferMemoryConstraints) -> Result<Self, ToV1Error> {
        let min_size_bytes = memory.min_size_bytes.unwrap_or_default();
        let max_size_bytes = memory.max_size_bytes.unwrap_or_default();
        if memory.min_physical_base_alignment.is_some_and(|alignment| alignment > 1) {
            return Err(ToV1Error::Inexpressible("min_physical_base_alignment"));
        }
        let heaps = memory.permitted_heaps.as_deref().unwrap_or_default().iter();
        let mut heap_permitted = Self::default().heap_permitted;
        let heap_permitted_count = fill("heap_permitted", &mut heap_permitted, heaps)?;
        Ok(Self {
            min_size_bytes: size("min_size_bytes", min_size_bytes)?,
            // A limit that no buffer of the first version can reach.
            max_size_bytes: u32::try_from(max_size_bytes).unwrap_or(u32::MAX),
            physically_contiguous_required: memory
                .physically_contiguous_required
                .unwrap_or_default(),
            secure_required: memory.secure_required.unwrap_or_default(),
            ram_domain_supported: memory.ram_domain_supported.unwrap_or_default(),
            cpu_domain_supported: memory.cpu_domain_supported.unwrap_or_default(),
            inaccessible_domain_supported: memory.inaccessible_domain_supported.unwrap_or_default(),
            heap_permitted_count,
            heap_permitted,
        })
    }
}

/// A number of bytes that has 32 bits in the first version.
pub(super) fn size(field: &'static str, value: u64) -> Result<u32, ToV1Error> {
    u32::try_from(value).map_err(|_| ToV1Error::TooLarge { field, value })
}
