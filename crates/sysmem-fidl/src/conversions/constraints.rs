//! What a participant needs of a collection.

use super::{FromV1Error, ToV1Error, counted, fill, nonzero};
use crate::{fuchsia_sysmem as v1, fuchsia_sysmem2 as v2};

impl From<v1::BufferUsage> for v2::BufferUsage {
    fn from(usage: v1::BufferUsage) -> Self {
        Self {
            none: nonzero(usage.none),
            cpu: nonzero(usage.cpu),
            vulkan: nonzero(usage.vulkan),
            display: nonzero(usage.display),
            video: nonzero(usage.video),
        }
    }
}

impl From<&v2::BufferUsage> for v1::BufferUsage {
    fn from(usage: &v2::BufferUsage) -> Self {
        Self {
            none: usage.none.unwrap_or_default(),
            cpu: usage.cpu.unwrap_or_default(),
            vulkan: usage.vulkan.unwrap_or_default(),
            display: usage.display.unwrap_or_default(),
            video: usage.video.unwrap_or_default(),
        }
    }
}

impl TryFrom<&v1::BufferCollectionConstraints> for v2::BufferCollectionConstraints {
    type Error = FromV1Error;

    /// `usage` is always set, even if it is all zeros: what that means is a matter of the
    /// negotiation. Whoever has no constraints (`has_constraints` false) has the default ones here,
    /// with nothing set.
    fn try_from(constraints: &v1::BufferCollectionConstraints) -> Result<Self, FromV1Error> {
        let memory = constraints.has_buffer_memory_constraints;
        let memory = memory.then_some(&constraints.buffer_memory_constraints);
        let images = counted(
            "image_format_constraints",
            &constraints.image_format_constraints,
            constraints.image_format_constraints_count,
        )?;
        let images = images.iter().map(v2::ImageFormatConstraints::try_from);
        let images = images.collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            usage: Some(constraints.usage.into()),
            min_buffer_count_for_camping: nonzero(constraints.min_buffer_count_for_camping),
            min_buffer_count_for_dedicated_slack: nonzero(
                constraints.min_buffer_count_for_dedicated_slack,
            ),
            min_buffer_count_for_shared_slack: nonzero(
                constraints.min_buffer_count_for_shared_slack,
            ),
            min_buffer_count: nonzero(constraints.min_buffer_count),
            max_buffer_count: nonzero(constraints.max_buffer_count),
            buffer_memory_constraints: memory.map(TryInto::try_into).transpose()?,
            image_format_constraints: (!images.is_empty()).then_some(images),
        })
    }
}

impl TryFrom<&v2::BufferCollectionConstraints> for v1::BufferCollectionConstraints {
    type Error = ToV1Error;

    fn try_from(constraints: &v2::BufferCollectionConstraints) -> Result<Self, ToV1Error> {
        let memory = constraints.buffer_memory_constraints.as_ref();
        let memory = memory.map(v1::BufferMemoryConstraints::try_from).transpose()?;
        let mut all = Self {
            usage: constraints.usage.as_ref().map(v1::BufferUsage::from).unwrap_or_default(),
            min_buffer_count_for_camping: constraints
                .min_buffer_count_for_camping
                .unwrap_or_default(),
            min_buffer_count_for_dedicated_slack: constraints
                .min_buffer_count_for_dedicated_slack
                .unwrap_or_default(),
            min_buffer_count_for_shared_slack: constraints
                .min_buffer_count_for_shared_slack
                .unwrap_or_default(),
            min_buffer_count: constraints.min_buffer_count.unwrap_or_default(),
            max_buffer_count: constraints.max_buffer_count.unwrap_or_default(),
            has_buffer_memory_constraints: memory.is_some(),
            buffer_memory_constraints: memory.unwrap_or_default(),
            ..Self::default()
        };
        // In place: this array is large.
        let images = constraints.image_format_constraints.as_deref().unwrap_or_default().iter();
        let places = &mut all.image_format_constraints;
        all.image_format_constraints_count = fill("image_format_constraints", places, images)?;
        Ok(all)
    }
}
