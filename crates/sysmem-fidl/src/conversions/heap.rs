//! Heaps: numbers in the first version, names in the second.

use super::ToV1Error;
use crate::fuchsia_sysmem::HeapType;
use crate::fuchsia_sysmem2::Heap;

/// The names of the heaps that have members (`sysmem2-constraints.md` 1.4).
const NAMES: [(HeapType, &str); 6] = [
    (HeapType::SYSTEM_RAM, "fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM"),
    (HeapType::AMLOGIC_SECURE, "fuchsia.amlogic.platform.sysmem.heap.HEAP_TYPE.SECURE"),
    (HeapType::AMLOGIC_SECURE_VDEC, "fuchsia.amlogic.platform.sysmem.heap.HEAP_TYPE.SECURE_VDEC"),
    (
        HeapType::GOLDFISH_DEVICE_LOCAL,
        "fuchsia.goldfish.platform.sysmem.heap.HEAP_TYPE.DEVICE_LOCAL",
    ),
    (
        HeapType::GOLDFISH_HOST_VISIBLE,
        "fuchsia.goldfish.platform.sysmem.heap.HEAP_TYPE.HOST_VISIBLE",
    ),
    (HeapType::FRAMEBUFFER, "fuchsia.sysmem.heap.HEAP_TYPE.FRAMEBUFFER"),
];

/// Numbers of other heaps, in hexadecimal, stand behind this. The pattern of names leaves the last
/// part to whoever has the part before it, and no heap of ours is called so.
const NUMBERED: &str = "fuchsia.sysmem.heap.HEAP_TYPE.0x";

impl From<HeapType> for Heap {
    /// Always a heap of which there is one (`id` 0). A number without a name gets one made of the
    /// number, so that it is the same heap for all who name it.
    fn from(number: HeapType) -> Self {
        let heap_type = match NAMES.iter().find(|(known, _)| *known == number) {
            Some((_, name)) => (*name).to_owned(),
            None => format!("{NUMBERED}{:x}", number.into_primitive()),
        };
        Self { heap_type: Some(heap_type), id: Some(0) }
    }
}

impl TryFrom<&Heap> for HeapType {
    type Error = ToV1Error;

    fn try_from(heap: &Heap) -> Result<Self, ToV1Error> {
        let name = heap.heap_type.as_deref().ok_or(ToV1Error::Missing("heap_type"))?;
        let id = heap.id.unwrap_or_default();
        let known = NAMES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number);
        let number = known.or_else(|| {
            let number = u64::from_str_radix(name.strip_prefix(NUMBERED)?, 16).ok()?;
            Some(Self::from_primitive(number))
        });
        match number {
            Some(number) if id == 0 => Ok(number),
            _ => Err(ToV1Error::NoSuchHeap { heap_type: name.to_owned(), id }),
        }
    }
}
