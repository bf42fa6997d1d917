//! Tables of the protocol as JSON, by the rules of `negotiate-json.md`.

use serde_json::{Map, Value};
use sysmem::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferMemoryConstraints, BufferMemorySettings, BufferUsage,
    CoherencyDomain, Heap, ImageFormatConstraints, SingleBufferSettings,
};
use sysmem::{ColorSpace, PixelFormat, PixelFormatModifier, SizeU};

mod usage;

/// `BufferCollectionConstraints`.
pub fn constraints(table: &BufferCollectionConstraints) -> Value {
    let mut object = Object::default();
    object.set("usage", table.usage.as_ref().map(buffer_usage));
    object.set("min_buffer_count_for_camping", table.min_buffer_count_for_camping);
    object.set("min_buffer_count_for_dedicated_slack", table.min_buffer_count_for_dedicated_slack);
    object.set("min_buffer_count_for_shared_slack", table.min_buffer_count_for_shared_slack);
    object.set("min_buffer_count", table.min_buffer_count);
    object.set("max_buffer_count", table.max_buffer_count);
    let memory = table.buffer_memory_constraints.as_ref();
    object.set("buffer_memory_constraints", memory.map(memory_constraints));
    let images = table.image_format_constraints.as_ref();
    object.set("image_format_constraints", images.map(|images| list(images, image_constraints)));
    object.into()
}

/// `SingleBufferSettings`.
pub fn settings(table: &SingleBufferSettings) -> Value {
    let mut object = Object::default();
    object.set("buffer_settings", table.buffer_settings.as_ref().map(memory_settings));
    let image = table.image_format_constraints.as_ref();
    object.set("image_format_constraints", image.map(image_constraints));
    object.into()
}

fn buffer_usage(table: &BufferUsage) -> Value {
    let mut object = Object::default();
    object.set("none", table.none.map(|bits| usage::word(bits, usage::NONE)));
    object.set("cpu", table.cpu.map(|bits| usage::word(bits, usage::CPU)));
    object.set("vulkan", table.vulkan.map(|bits| usage::word(bits, usage::VULKAN)));
    object.set("display", table.display.map(|bits| usage::word(bits, usage::DISPLAY)));
    object.set("video", table.video.map(|bits| usage::word(bits, usage::VIDEO)));
    object.into()
}

fn memory_constraints(table: &BufferMemoryConstraints) -> Value {
    let mut object = Object::default();
    object.set("min_size_bytes", table.min_size_bytes);
    object.set("max_size_bytes", table.max_size_bytes);
    object.set("physically_contiguous_required", table.physically_contiguous_required);
    object.set("secure_required", table.secure_required);
    object.set("cpu_domain_supported", table.cpu_domain_supported);
    object.set("ram_domain_supported", table.ram_domain_supported);
    object.set("inaccessible_domain_supported", table.inaccessible_domain_supported);
    let heaps = table.permitted_heaps.as_ref();
    object.set("permitted_heaps", heaps.map(|heaps| list(heaps, heap)));
    object.set("min_physical_base_alignment", table.min_physical_base_alignment);
    object.into()
}

fn memory_settings(table: &BufferMemorySettings) -> Value {
    let mut object = Object::default();
    object.set("size_bytes", table.size_bytes);
    object.set("raw_vmo_size", table.raw_vmo_size);
    object.set("is_physically_contiguous", table.is_physically_contiguous);
    object.set("is_secure", table.is_secure);
    object.set("coherency_domain", table.coherency_domain.map(coherency_domain));
    object.set("heap", table.heap.as_ref().map(heap));
    object.into()
}

fn image_constraints(table: &ImageFormatConstraints) -> Value {
    let mut object = Object::default();
    object.set("pixel_format", table.pixel_format.map(pixel_format));
    object.set("pixel_format_modifier", table.pixel_format_modifier.map(modifier));
    let spaces = table.color_spaces.as_ref();
    object.set("color_spaces", spaces.map(|spaces| list(spaces, |space| color_space(*space))));
    object.set("min_size", table.min_size.map(size));
    object.set("max_size", table.max_size.map(size));
    object.set("min_bytes_per_row", table.min_bytes_per_row);
    object.set("max_bytes_per_row", table.max_bytes_per_row);
    object.set("max_width_times_height", table.max_width_times_height);
    object.set("size_alignment", table.size_alignment.map(size));
    object.set("display_rect_alignment", table.display_rect_alignment.map(size));
    object.set("required_min_size", table.required_min_size.map(size));
    object.set("required_max_size", table.required_max_size.map(size));
    object.set("bytes_per_row_divisor", table.bytes_per_row_divisor);
    object.set("start_offset_divisor", table.start_offset_divisor);
    let pairs = table.pixel_format_and_modifiers.as_ref();
    let pair = |pair: &sysmem::fuchsia_sysmem2::PixelFormatAndModifier| {
        let mut object = Object::default();
        object.set("pixel_format", Some(pixel_format(pair.pixel_format)));
        object.set("pixel_format_modifier", Some(modifier(pair.pixel_format_modifier)));
        object.into()
    };
    object.set("pixel_format_and_modifiers", pairs.map(|pairs| list(pairs, pair)));
    object.set(
        "require_bytes_per_row_at_pixel_boundary",
        table.require_bytes_per_row_at_pixel_boundary,
    );
    object.set("is_alpha_present", table.is_alpha_present);
    let sizes = table.required_max_size_list.as_ref();
    object.set("required_max_size_list", sizes.map(|sizes| list(sizes, |one| size(*one))));
    object.set("pad_for_block_size", table.pad_for_block_size.map(size));
    object.set("pad_beyond_image_size_bytes", table.pad_beyond_image_size_bytes);
    object.into()
}

fn heap(table: &Heap) -> Value {
    let mut object = Object::default();
    object.set("heap_type", table.heap_type.clone());
    object.set("id", table.id);
    object.into()
}

fn size(size: SizeU) -> Value {
    let mut object = Object::default();
    object.set("width", Some(size.width));
    object.set("height", Some(size.height));
    object.into()
}

fn pixel_format(value: PixelFormat) -> Value {
    name_or_number(value.name(), value.into_primitive())
}

fn modifier(value: PixelFormatModifier) -> Value {
    name_or_number(value.name(), value.into_primitive())
}

fn color_space(value: ColorSpace) -> Value {
    name_or_number(value.name(), value.into_primitive())
}

fn coherency_domain(value: CoherencyDomain) -> Value {
    name_or_number(value.name(), value.into_primitive())
}

fn name_or_number(name: Option<&str>, number: impl Into<Value>) -> Value {
    name.map_or_else(|| number.into(), Value::from)
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

/// An object without the fields that are not set.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sysmem::{Constraints, ImageConstraints};

    use super::*;

    #[test]
    fn json_unset_fields_are_absent_and_enums_are_names() {
        let image = ImageConstraints::linear(PixelFormat::NV12)
            .color_space(ColorSpace::REC709)
            .size(640, 480);
        let table = Constraints::new().cpu_write().camping(2).image(image).into();
        assert_eq!(
            constraints(&table),
            json!({
                "usage": {"cpu": ["WRITE", "WRITE_OFTEN"]},
                "min_buffer_count_for_camping": 2,
                "image_format_constraints": [{
                    "pixel_format": "NV12",
                    "pixel_format_modifier": "LINEAR",
                    "color_spaces": ["REC709"],
                    "min_size": {"width": 640, "height": 480},
                    "max_size": {"width": 640, "height": 480},
                }],
            })
        );
        assert_eq!(constraints(&BufferCollectionConstraints::default()), json!({}));
    }

    #[test]
    fn json_values_without_a_name_are_numbers() {
        assert_eq!(pixel_format(PixelFormat::from_primitive(0x7777)), json!(0x7777));
        assert_eq!(modifier(PixelFormatModifier::from_primitive(u64::MAX)), json!(u64::MAX));
    }
}
