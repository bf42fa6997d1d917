//! What participants do with the buffers (`sysmem2-constraints.md` 1.2).

use std::fmt;

use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;
use sysmem_fidl::fuchsia_sysmem2::BufferUsage;

use super::failure::UsageFault;
use super::usage_names::{self, BitNames};

/// The five words of a `BufferUsage`. Unknown bits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Usage {
    pub none: u32,
    pub cpu: u32,
    pub vulkan: u32,
    pub display: u32,
    pub video: u32,
}

/// Whether a participant writes to the buffers, and so gets handles with the right to.
pub fn has_write_usage(usage: &BufferUsage) -> bool {
    Usage::from(usage).writes()
}

/// Whether a participant does anything with the buffers, and so gets handles at all.
pub fn has_real_usage(usage: &BufferUsage) -> bool {
    Usage::from(usage).is_real()
}

const CPU_WRITE: u32 = fsysmem2::CPU_USAGE_WRITE | fsysmem2::CPU_USAGE_WRITE_OFTEN;
const VULKAN_WRITE: u32 =
    fsysmem2::VULKAN_IMAGE_USAGE_TRANSFER_DST | fsysmem2::VULKAN_IMAGE_USAGE_STORAGE;
const VIDEO_WRITE: u32 = fsysmem2::VIDEO_USAGE_HW_DECODER
    | fsysmem2::VIDEO_USAGE_HW_DECODER_INTERNAL
    | fsysmem2::VIDEO_USAGE_DECRYPTOR_OUTPUT
    | fsysmem2::VIDEO_USAGE_HW_ENCODER;

impl Usage {
    /// What constraints without any field stand for (C2).
    pub(super) const NONE: Self =
        Self { none: fsysmem2::NONE_USAGE, cpu: 0, vulkan: 0, display: 0, video: 0 };

    /// The usage of one participant (C5 to C7).
    pub(super) fn sanitize(table: Option<&BufferUsage>) -> Result<Self, UsageFault> {
        let usage = table.map(Self::from).unwrap_or_default();
        if usage.none == 0 && !usage.is_real() {
            return Err(UsageFault::Unset);
        }
        if usage.none != 0 && usage.is_real() {
            return Err(UsageFault::NoneWithOthers(usage));
        }
        if usage.permits_allocation() && usage.none & fsysmem2::NONE_USAGE == 0 {
            return Err(UsageFault::PermitWithoutNone(usage));
        }
        Ok(usage)
    }

    /// Whether any word but `none` has a bit.
    pub fn is_real(self) -> bool {
        self.cpu | self.vulkan | self.display | self.video != 0
    }

    /// Whether the CPU reads or writes. Unknown bits count.
    pub fn is_cpu(self) -> bool {
        self.cpu != 0
    }

    /// Whether a bit says that the participant writes. No display bit does, nor do
    /// `COLOR_ATTACHMENT` and `CAPTURE`, as in Fuchsia's server.
    pub fn writes(self) -> bool {
        self.cpu & CPU_WRITE | self.vulkan & VULKAN_WRITE | self.video & VIDEO_WRITE != 0
    }

    /// Whether buffers are wanted even if nobody uses them.
    pub fn permits_allocation(self) -> bool {
        self.none & fsysmem2::NONE_USAGE_PERMIT_ALLOCATION != 0
    }

    /// Every bit of both.
    pub(super) fn union(self, other: Self) -> Self {
        Self {
            none: self.none | other.none,
            cpu: self.cpu | other.cpu,
            vulkan: self.vulkan | other.vulkan,
            display: self.display | other.display,
            video: self.video | other.video,
        }
    }

    /// How many bits there are but those of `none`, if all of them are also in `other`.
    pub(super) fn real_bits_within(self, other: Self) -> Option<u32> {
        let words = [
            (self.cpu, other.cpu),
            (self.vulkan, other.vulkan),
            (self.display, other.display),
            (self.video, other.video),
        ];
        let within = words.iter().all(|(own, others)| own & !others == 0);
        within.then(|| words.iter().map(|(own, _)| own.count_ones()).sum())
    }
}

impl From<&BufferUsage> for Usage {
    fn from(table: &BufferUsage) -> Self {
        Self {
            none: table.none.unwrap_or(0),
            cpu: table.cpu.unwrap_or(0),
            vulkan: table.vulkan.unwrap_or(0),
            display: table.display.unwrap_or(0),
            video: table.video.unwrap_or(0),
        }
    }
}

/// The names of the bits, such as `cpu READ|WRITE, video HW_ENCODER`; those without a name as a
/// number.
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            ("", self.none, usage_names::NONE),
            ("cpu ", self.cpu, usage_names::CPU),
            ("vulkan ", self.vulkan, usage_names::VULKAN),
            ("display ", self.display, usage_names::DISPLAY),
            ("video ", self.video, usage_names::VIDEO),
        ];
        let mut separator = "";
        for (word, bits, names) in words.into_iter().filter(|(_, bits, _)| *bits != 0) {
            write!(f, "{separator}{word}{}", Bits { bits, names })?;
            separator = ", ";
        }
        if *self == Self::default() { f.write_str("no bits") } else { Ok(()) }
    }
}

/// One word.
struct Bits {
    bits: u32,
    names: BitNames,
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unnamed = self.bits;
        let mut separator = "";
        for (name, bit) in self.names.iter().filter(|(_, bit)| self.bits & bit != 0) {
            write!(f, "{separator}{name}")?;
            separator = "|";
            unnamed &= !bit;
        }
        if unnamed == 0 { Ok(()) } else { write!(f, "{separator}{unnamed:#x}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usages_are_read_by_their_names() {
        let usage = Usage { cpu: 5, vulkan: 0x20000, video: 0x102, ..Usage::default() };
        let names = "cpu READ|WRITE, vulkan BUFFER_TRANSFER_DST, video HW_ENCODER|0x100";
        assert_eq!(usage.to_string(), names);
        assert_eq!(Usage::NONE.to_string(), "NONE_USAGE");
        assert_eq!(Usage::default().to_string(), "no bits");
    }

    /// Sentence 76 of `sysmem2-constraints.md` section 8, and the table of 1.2.
    #[test]
    fn constraints_s76_color_attachment_is_no_write_usage() {
        let writes =
            |cpu, vulkan, display, video| Usage { none: 0, cpu, vulkan, display, video }.writes();
        assert!(!writes(0, fsysmem2::VULKAN_IMAGE_USAGE_COLOR_ATTACHMENT, 0, 0));
        assert!(!writes(3, 0x1FF_00F5, u32::MAX, fsysmem2::VIDEO_USAGE_CAPTURE));
        for cpu in [4, 8] {
            assert!(writes(cpu, 0, 0, 0));
        }
        for vulkan in [2, 8] {
            assert!(writes(0, vulkan, 0, 0));
        }
        for video in [1, 2, 16, 32] {
            assert!(writes(0, 0, 0, video));
        }
    }
}
