//! Reads the JSON form of constraints (`negotiate-json.md`) into the protocol's tables. What it
//! cannot read it panics on, with the place.

use serde_json::{Map, Value};
use sysmem_core::negotiation::{FormatCost, HeapCatalog, HeapDeclaration, Usage};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferMemoryConstraints, BufferMemorySettings, BufferUsage,
    CoherencyDomain, Heap, ImageFormatConstraints, PixelFormatAndModifier, SingleBufferSettings,
};

use super::usage_names;

/// A value, and where it stands.
pub struct Json<'a> {
    place: String,
    value: &'a Value,
}

impl<'a> Json<'a> {
    pub fn new(place: impl Into<String>, value: &'a Value) -> Self {
        Self { place: place.into(), value }
    }

    fn wrong(&self, expected: &str) -> ! {
        panic!("{}: {} is not {expected}", self.place, self.value)
    }

    fn object(&self) -> &'a Map<String, Value> {
        self.value.as_object().unwrap_or_else(|| self.wrong("an object"))
    }

    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        let value = self.object().get(key)?;
        Some(Self::new(format!("{}.{key}", self.place), value))
    }

    pub fn need(&self, key: &str) -> Json<'a> {
        self.get(key).unwrap_or_else(|| self.wrong(&format!("an object with {key}")))
    }

    /// The elements of a list.
    pub fn list(&self) -> impl Iterator<Item = Json<'a>> {
        let values = self.value.as_array().unwrap_or_else(|| self.wrong("a list"));
        let place = self.place.clone();
        let place = move |index| format!("{place}[{index}]");
        values.iter().enumerate().map(move |(index, value)| Self::new(place(index), value))
    }

    pub fn text(&self) -> &'a str {
        self.value.as_str().unwrap_or_else(|| self.wrong("a string"))
    }

    fn boolean(&self) -> bool {
        self.value.as_bool().unwrap_or_else(|| self.wrong("true or false"))
    }

    fn number(&self) -> f64 {
        self.value.as_f64().unwrap_or_else(|| self.wrong("a number"))
    }

    pub fn u64(&self) -> u64 {
        let digits = self.value.as_str().and_then(|text| text.strip_prefix("0x"));
        let parsed = match digits {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => self.value.as_u64(),
        };
        parsed.unwrap_or_else(|| self.wrong("an integer of 64 bits"))
    }

    pub fn u32(&self) -> u32 {
        u32::try_from(self.u64()).unwrap_or_else(|_| self.wrong("an integer of 32 bits"))
    }

    /// The member of an enum that has this name, if it is a name.
    fn named<T: Copy>(&self, members: &[T], name: fn(T) -> Option<&'static str>) -> Option<T> {
        let own = self.value.as_str()?;
        members.iter().copied().find(|member| name(*member) == Some(own))
    }

    /// Hands every member of an object to `read`, which says whether it knows it.
    fn table<T: Default>(&self, mut read: impl FnMut(&mut T, &str, Json<'a>) -> bool) -> T {
        let mut table = T::default();
        for key in self.object().keys() {
            let member = self.need(key);
            let place = member.place.clone();
            assert!(read(&mut table, key, member), "{place}: there is no such field");
        }
        table
    }
}

pub fn constraints(json: &Json<'_>) -> BufferCollectionConstraints {
    json.table(|table: &mut BufferCollectionConstraints, field, at| {
        match field {
            "usage" => table.usage = Some(usage(&at)),
            "min_buffer_count_for_camping" => table.min_buffer_count_for_camping = Some(at.u32()),
            "min_buffer_count_for_dedicated_slack" => {
                table.min_buffer_count_for_dedicated_slack = Some(at.u32());
            }
            "min_buffer_count_for_shared_slack" => {
                table.min_buffer_count_for_shared_slack = Some(at.u32());
            }
            "min_buffer_count" => table.min_buffer_count = Some(at.u32()),
            "max_buffer_count" => table.max_buffer_count = Some(at.u32()),
            "buffer_memory_constraints" => table.buffer_memory_constraints = Some(memory(&at)),
            "image_format_constraints" => {
                table.image_format_constraints = Some(at.list().map(|at| image(&at)).collect());
            }
            _ => return false,
        }
        true
    })
}

fn usage(json: &Json<'_>) -> BufferUsage {
    json.table(|table: &mut BufferUsage, field, at| {
        let (word, names) = match field {
            "none" => (&mut table.none, usage_names::NONE),
            "cpu" => (&mut table.cpu, usage_names::CPU),
            "vulkan" => (&mut table.vulkan, usage_names::VULKAN),
            "display" => (&mut table.display, usage_names::DISPLAY),
            "video" => (&mut table.video, usage_names::VIDEO),
            _ => return false,
        };
        *word = Some(usage_word(&at, names));
        true
    })
}

fn usage_word(json: &Json<'_>, names: &[(&str, u32)]) -> u32 {
    if !json.value.is_array() {
        return json.u32();
    }
    json.list().fold(0, |bits, at| {
        let named = names.iter().find(|(name, _)| *name == at.text());
        bits | named.unwrap_or_else(|| at.wrong("a usage")).1
    })
}

fn memory(json: &Json<'_>) -> BufferMemoryConstraints {
    json.table(|table: &mut BufferMemoryConstraints, field, at| {
        match field {
            "min_size_bytes" => table.min_size_bytes = Some(at.u64()),
            "max_size_bytes" => table.max_size_bytes = Some(at.u64()),
            "physically_contiguous_required" => {
                table.physically_contiguous_required = Some(at.boolean());
            }
            "secure_required" => table.secure_required = Some(at.boolean()),
            "cpu_domain_supported" => table.cpu_domain_supported = Some(at.boolean()),
            "ram_domain_supported" => table.ram_domain_supported = Some(at.boolean()),
            "inaccessible_domain_supported" => {
                table.inaccessible_domain_supported = Some(at.boolean());
            }
            "permitted_heaps" => {
                table.permitted_heaps = Some(at.list().map(|at| heap(&at)).collect());
            }
            "min_physical_base_alignment" => table.min_physical_base_alignment = Some(at.u64()),
            _ => return false,
        }
        true
    })
}

fn heap(json: &Json<'_>) -> Heap {
    json.table(|table: &mut Heap, field, at| {
        match field {
            "heap_type" => table.heap_type = Some(at.text().to_owned()),
            "id" => table.id = Some(at.u64()),
            _ => return false,
        }
        true
    })
}

fn image(json: &Json<'_>) -> ImageFormatConstraints {
    json.table(|table: &mut ImageFormatConstraints, field, at| {
        match field {
            "pixel_format" => table.pixel_format = Some(pixel_format(&at)),
            "pixel_format_modifier" => table.pixel_format_modifier = Some(modifier(&at)),
            "color_spaces" => {
                table.color_spaces = Some(at.list().map(|at| color_space(&at)).collect());
            }
            "min_size" => table.min_size = Some(size(&at)),
            "max_size" => table.max_size = Some(size(&at)),
            "min_bytes_per_row" => table.min_bytes_per_row = Some(at.u32()),
            "max_bytes_per_row" => table.max_bytes_per_row = Some(at.u32()),
            "max_width_times_height" => table.max_width_times_height = Some(at.u64()),
            "size_alignment" => table.size_alignment = Some(size(&at)),
            "display_rect_alignment" => table.display_rect_alignment = Some(size(&at)),
            "required_min_size" => table.required_min_size = Some(size(&at)),
            "required_max_size" => table.required_max_size = Some(size(&at)),
            "bytes_per_row_divisor" => table.bytes_per_row_divisor = Some(at.u32()),
            "start_offset_divisor" => table.start_offset_divisor = Some(at.u32()),
            "pixel_format_and_modifiers" => {
                table.pixel_format_and_modifiers = Some(at.list().map(|at| pair(&at)).collect());
            }
            "require_bytes_per_row_at_pixel_boundary" => {
                table.require_bytes_per_row_at_pixel_boundary = Some(at.boolean());
            }
            "is_alpha_present" => table.is_alpha_present = Some(at.boolean()),
            "required_max_size_list" => {
                table.required_max_size_list = Some(at.list().map(|at| size(&at)).collect());
            }
            "pad_for_block_size" => table.pad_for_block_size = Some(size(&at)),
            "pad_beyond_image_size_bytes" => table.pad_beyond_image_size_bytes = Some(at.u64()),
            _ => return false,
        }
        true
    })
}

fn size(json: &Json<'_>) -> SizeU {
    SizeU { width: json.need("width").u32(), height: json.need("height").u32() }
}

fn pair(json: &Json<'_>) -> PixelFormatAndModifier {
    PixelFormatAndModifier {
        pixel_format: pixel_format(&json.need("pixel_format")),
        pixel_format_modifier: modifier(&json.need("pixel_format_modifier")),
    }
}

fn pixel_format(json: &Json<'_>) -> PixelFormat {
    json.named(PixelFormat::MEMBERS, PixelFormat::name)
        .unwrap_or_else(|| PixelFormat::from_primitive(json.u32()))
}

fn modifier(json: &Json<'_>) -> PixelFormatModifier {
    json.named(PixelFormatModifier::MEMBERS, PixelFormatModifier::name)
        .unwrap_or_else(|| PixelFormatModifier::from_primitive(json.u64()))
}

fn color_space(json: &Json<'_>) -> ColorSpace {
    json.named(ColorSpace::MEMBERS, ColorSpace::name)
        .unwrap_or_else(|| ColorSpace::from_primitive(json.u32()))
}

fn domain(json: &Json<'_>) -> CoherencyDomain {
    json.named(CoherencyDomain::MEMBERS, CoherencyDomain::name)
        .unwrap_or_else(|| CoherencyDomain::from_primitive(json.u32()))
}

pub fn heaps(json: &Json<'_>) -> HeapCatalog {
    let declaration = |at: Json<'_>| {
        let domains: Vec<_> = at.get("domains").iter().flat_map(Json::list).collect();
        let has = |of| domains.iter().any(|at| domain(at) == of);
        HeapDeclaration {
            heap_type: at.need("heap_type").text().to_owned(),
            id: at.get("id").map_or(0, |at| at.u64()),
            cpu: has(CoherencyDomain::CPU),
            ram: has(CoherencyDomain::RAM),
            inaccessible: has(CoherencyDomain::INACCESSIBLE),
            secure: at.get("secure").is_some_and(|at| at.boolean()),
            contiguous: at.get("contiguous").is_some_and(|at| at.boolean()),
        }
    };
    HeapCatalog::new(json.list().map(declaration).collect())
}

pub fn format_costs(json: &Json<'_>) -> Vec<FormatCost> {
    let entry = |at: Json<'_>| FormatCost {
        pixel_format: pixel_format(&at.need("pixel_format")),
        pixel_format_modifier: at
            .get("pixel_format_modifier")
            .map_or(PixelFormatModifier::LINEAR, |at| modifier(&at)),
        usage: at.get("usage").map_or(Usage::default(), |at| Usage::from(&usage(&at))),
        cost: at.need("cost").number(),
    };
    json.list().map(entry).collect()
}

pub fn settings(json: &Json<'_>) -> SingleBufferSettings {
    json.table(|table: &mut SingleBufferSettings, field, at| {
        match field {
            "buffer_settings" => table.buffer_settings = Some(memory_settings(&at)),
            "image_format_constraints" => table.image_format_constraints = Some(image(&at)),
            _ => return false,
        }
        true
    })
}

fn memory_settings(json: &Json<'_>) -> BufferMemorySettings {
    json.table(|table: &mut BufferMemorySettings, field, at| {
        match field {
            "size_bytes" => table.size_bytes = Some(at.u64()),
            "raw_vmo_size" => table.raw_vmo_size = Some(at.u64()),
            "is_physically_contiguous" => table.is_physically_contiguous = Some(at.boolean()),
            "is_secure" => table.is_secure = Some(at.boolean()),
            "coherency_domain" => table.coherency_domain = Some(domain(&at)),
            "heap" => table.heap = Some(heap(&at)),
            _ => return false,
        }
        true
    })
}
