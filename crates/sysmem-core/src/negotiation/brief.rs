//! Constraints and settings on one line, for logs (`sysmem2-protocols.md` 6.3).

use std::fmt;

use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, ImageFormatConstraints, SingleBufferSettings,
};

use super::explain::{Field, Value};

/// As many entries of `image_format_constraints` are shown.
const IMAGES_SHOWN: usize = 4;

/// Displays what is set in constraints, by the names of the fields; nothing of what is not. However
/// much it is, the line stays short enough to be read: of long lists it has the beginning, and how
/// much more there is.
#[derive(Clone, Copy, Debug)]
pub struct Brief<'a>(pub &'a BufferCollectionConstraints);

/// As [`Brief`], for settings.
#[derive(Clone, Copy, Debug)]
pub struct BriefSettings<'a>(pub &'a SingleBufferSettings);

/// The table that a field stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Collection,
    Memory,
    Image(usize),
}

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(constraints) = self;
        let images = constraints.image_format_constraints.as_ref().map_or(0, Vec::len);
        let mut last = None;
        for field in Field::all(images.min(IMAGES_SHOWN)) {
            let value = field.get(constraints);
            if value == Value::Unset {
                continue;
            }
            let table = Table::of(field);
            match last.replace(table) {
                Some(last) if last == table => f.write_str(", ")?,
                Some(_) => write!(f, "; {table}")?,
                None => table.fmt(f)?,
            }
            write!(f, "{} {value}", field.name())?;
        }
        match images.saturating_sub(IMAGES_SHOWN) {
            0 if last.is_none() => f.write_str("nothing"),
            0 => Ok(()),
            more => write!(f, "; and {more} more image formats"),
        }
    }
}

impl fmt::Display for BriefSettings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(settings) = self;
        let memory = settings.buffer_settings.clone().unwrap_or_default();
        let heap = memory.heap.unwrap_or_default();
        let heap_type = heap.heap_type.unwrap_or_default();
        let size = memory.size_bytes.unwrap_or_default();
        let raw = memory.raw_vmo_size.unwrap_or_default();
        write!(f, "{size} bytes, in memory of {raw}; heap {}", heap_type.escape_debug())?;
        if let Some(id @ 1..) = heap.id {
            write!(f, " {id}")?;
        }
        let domain = memory.coherency_domain.and_then(|domain| domain.name());
        write!(f, ", domain {}", domain.unwrap_or("unknown"))?;
        if memory.is_physically_contiguous == Some(true) {
            f.write_str(", contiguous")?;
        }
        if memory.is_secure == Some(true) {
            f.write_str(", secure")?;
        }
        match &settings.image_format_constraints {
            Some(image) => write!(f, "; {}", Brief(&with_image(image))),
            None => Ok(()),
        }
    }
}

impl Table {
    const fn of(field: Field) -> Self {
        match field {
            Field::Usage | Field::Count(_) => Self::Collection,
            Field::Memory(_) => Self::Memory,
            Field::Image { entry, .. } => Self::Image(entry),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collection => Ok(()),
            Self::Memory => f.write_str("memory: "),
            Self::Image(entry) => write!(f, "image {entry}: "),
        }
    }
}

fn with_image(image: &ImageFormatConstraints) -> BufferCollectionConstraints {
    let image_format_constraints = Some(vec![image.clone()]);
    BufferCollectionConstraints { image_format_constraints, ..Default::default() }
}

#[cfg(test)]
mod tests {
    use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat};
    use sysmem_fidl::fuchsia_sysmem2::{
        self as fsysmem2, BufferMemoryConstraints, BufferMemorySettings, BufferUsage,
        CoherencyDomain, Heap,
    };

    use super::*;

    fn image(pixel_format: PixelFormat) -> ImageFormatConstraints {
        ImageFormatConstraints {
            pixel_format: Some(pixel_format),
            color_spaces: Some(vec![ColorSpace::SRGB]),
            ..Default::default()
        }
    }

    #[test]
    fn what_is_set_is_shown_table_by_table() {
        let constraints = BufferCollectionConstraints {
            usage: Some(BufferUsage {
                cpu: Some(fsysmem2::CPU_USAGE_READ_OFTEN),
                ..Default::default()
            }),
            min_buffer_count: Some(2),
            buffer_memory_constraints: Some(BufferMemoryConstraints {
                min_size_bytes: Some(64),
                permitted_heaps: Some(vec![Heap { heap_type: Some("a\nb".into()), id: None }]),
                ..Default::default()
            }),
            image_format_constraints: Some(vec![image(PixelFormat::NV12); 6]),
            ..Default::default()
        };
        let shown = Brief(&constraints).to_string();
        let expected = "usage cpu READ_OFTEN, min_buffer_count 2; \
                        memory: min_size_bytes 64, permitted_heaps [a\\nb]; \
                        image 0: color_spaces [SRGB], pixel_format NV12; image 1: ";
        assert!(shown.starts_with(expected), "{shown}");
        assert!(shown.ends_with("; and 2 more image formats"), "{shown}");
        assert_eq!(Brief(&BufferCollectionConstraints::default()).to_string(), "nothing");
    }

    #[test]
    fn settings_are_shown_with_their_image() {
        let settings = SingleBufferSettings {
            buffer_settings: Some(BufferMemorySettings {
                size_bytes: Some(100),
                is_physically_contiguous: Some(true),
                is_secure: Some(false),
                coherency_domain: Some(CoherencyDomain::RAM),
                heap: Some(Heap { heap_type: Some("heap".into()), id: Some(3) }),
                raw_vmo_size: Some(4096),
            }),
            image_format_constraints: Some(image(PixelFormat::I420)),
        };
        let expected = "100 bytes, in memory of 4096; heap heap 3, domain RAM, contiguous; \
                        image 0: color_spaces [SRGB], pixel_format I420";
        assert_eq!(BriefSettings(&settings).to_string(), expected);
    }
}
