//! The costs of formats that come with Fuchsia (`sysmem2-constraints.md` 4.4), for boards with such
//! hardware. Without any, numbers alone decide between formats.

use sysmem_fidl::fuchsia_images2::{
    FORMAT_MODIFIER_ARM_SPARSE_BIT, FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT,
    FORMAT_MODIFIER_ARM_TE_BIT, FORMAT_MODIFIER_ARM_TILED_HEADER_BIT, FORMAT_MODIFIER_ARM_YUV_BIT,
    PixelFormat, PixelFormatModifier,
};
use sysmem_fidl::fuchsia_sysmem2::VIDEO_USAGE_HW_DECODER;

use super::cost::FormatCost;
use super::usage::Usage;

/// A list of costs that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CostTable {
    /// Decoders that write NV12.
    VideoDecoder,
    /// GPUs with AFBC: the more of a frame can be left out or is skipped, the cheaper.
    ArmMali,
    /// GPUs and displays with tiles: compressed before not compressed, Yf before Y before X.
    Intel,
}

impl CostTable {
    pub const ALL: [Self; 3] = [Self::VideoDecoder, Self::ArmMali, Self::Intel];

    /// What configurations call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VideoDecoder => "video-decoder",
            Self::ArmMali => "arm-mali",
            Self::Intel => "intel",
        }
    }

    /// The costs, in the order in which they count.
    pub fn entries(self) -> Vec<FormatCost> {
        match self {
            Self::VideoDecoder => vec![FormatCost {
                pixel_format: PixelFormat::NV12,
                pixel_format_modifier: PixelFormatModifier::LINEAR,
                usage: Usage { video: VIDEO_USAGE_HW_DECODER, ..Usage::default() },
                cost: 100.0,
            }],
            Self::ArmMali => {
                let afbc = ARM_AFBC.into_iter().map(|modifier| (modifier, afbc_cost(modifier)));
                let linear = [(PixelFormatModifier::ARM_LINEAR_TE, 30_000.0)];
                for_each_format(&ARM_FORMATS, afbc.chain(linear))
            }
            Self::Intel => for_each_format(&INTEL_FORMATS, INTEL_TILINGS),
        }
    }
}

const ARM_FORMATS: [PixelFormat; 4] =
    [PixelFormat::B8G8R8A8, PixelFormat::R8G8B8A8, PixelFormat::R8G8B8X8, PixelFormat::B8G8R8X8];

/// Whether the formats with an X are in the list as well is not known (4.4).
const INTEL_FORMATS: [PixelFormat; 2] = [PixelFormat::B8G8R8A8, PixelFormat::R8G8B8A8];

const ARM_AFBC: [PixelFormatModifier; 9] = [
    PixelFormatModifier::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER,
    PixelFormatModifier::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE,
    PixelFormatModifier::ARM_AFBC_16X16_TE,
    PixelFormatModifier::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TILED_HEADER,
    PixelFormatModifier::ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV,
    PixelFormatModifier::ARM_AFBC_16X16_YUV_TILED_HEADER,
    PixelFormatModifier::ARM_AFBC_16X16,
    PixelFormatModifier::ARM_AFBC_32X8_TE,
    PixelFormatModifier::ARM_AFBC_32X8,
];

const INTEL_TILINGS: [(PixelFormatModifier, f64); 5] = [
    (PixelFormatModifier::INTEL_I915_YF_TILED_CCS, 500.0),
    (PixelFormatModifier::INTEL_I915_Y_TILED_CCS, 600.0),
    (PixelFormatModifier::INTEL_I915_YF_TILED, 1000.0),
    (PixelFormatModifier::INTEL_I915_Y_TILED, 2000.0),
    (PixelFormatModifier::INTEL_I915_X_TILED, 3000.0),
];

/// Every feature that a modifier does without costs something; splitting costs a little.
fn afbc_cost(modifier: PixelFormatModifier) -> f64 {
    const WIDE_BLOCK: u64 = 0x2;
    let value = modifier.into_primitive();
    let has = |bits: u64| value & bits != 0;
    let costs = [
        (!has(FORMAT_MODIFIER_ARM_YUV_BIT), 100.0),
        (!has(FORMAT_MODIFIER_ARM_TILED_HEADER_BIT), 500.0),
        (has(FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT), 10.0),
        (!has(FORMAT_MODIFIER_ARM_SPARSE_BIT), 1000.0),
        (!has(FORMAT_MODIFIER_ARM_TE_BIT), 2000.0),
        (has(WIDE_BLOCK), 4000.0),
    ];
    costs.into_iter().filter(|(applies, _)| *applies).map(|(_, cost)| cost).sum()
}

fn for_each_format(
    formats: &[PixelFormat],
    costs: impl IntoIterator<Item = (PixelFormatModifier, f64)>,
) -> Vec<FormatCost> {
    let costs = costs.into_iter().flat_map(|(pixel_format_modifier, cost)| {
        formats.iter().map(move |&pixel_format| FormatCost {
            pixel_format,
            pixel_format_modifier,
            usage: Usage::default(),
            cost,
        })
    });
    costs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(table: CostTable, format: PixelFormat) -> Vec<(u64, f64)> {
        let entries = table.entries().into_iter();
        let entries = entries.filter(|entry| entry.pixel_format == format);
        entries.map(|it| (it.pixel_format_modifier.into_primitive(), it.cost)).collect()
    }

    #[test]
    fn constraints_4_4_costs_of_arm_mali() {
        let expected = [
            (0x3071, 10.0),
            (0x1071, 510.0),
            (0x1001, 1600.0),
            (0x2071, 2010.0),
            (0x0071, 2510.0),
            (0x2011, 3000.0),
            (0x0001, 3600.0),
            (0x1002, 5600.0),
            (0x0002, 7600.0),
            (0x1000, 30_000.0),
        ];
        let expected = expected.map(|(low, cost)| (0x0800_0000_0000_0000 | low, cost));
        for format in ARM_FORMATS {
            assert_eq!(costs(CostTable::ArmMali, format), expected);
        }
        assert_eq!(CostTable::ArmMali.entries().len(), 40);
    }

    #[test]
    fn constraints_4_4_costs_of_intel_and_of_decoders() {
        let expected = [
            (0x0100_0000_0100_0003, 500.0),
            (0x0100_0000_0100_0002, 600.0),
            (0x0100_0000_0000_0003, 1000.0),
            (0x0100_0000_0000_0002, 2000.0),
            (0x0100_0000_0000_0001, 3000.0),
        ];
        for format in INTEL_FORMATS {
            assert_eq!(costs(CostTable::Intel, format), expected);
        }
        assert_eq!(costs(CostTable::VideoDecoder, PixelFormat::NV12), [(0, 100.0)]);
    }
}
