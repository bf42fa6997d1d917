//! Values of constants and of the members of enums.

use sysmem_fidl::fuchsia_images2::*;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_fidl::zx;

/// `sysmem2-protocols.md` 1.1 and 1.11, `sysmem2-constraints.md` 1.1.
#[test]
fn limits() {
    assert_eq!(MAX_COUNT_DUPLICATES, 64_u32);
    assert_eq!(MAX_COUNT_CREATE_CHILDREN, 64_i32);
    assert_eq!(MAX_CLIENT_NAME_LENGTH, 256_i32);
    assert_eq!(MAX_COUNT_BUFFER_COLLECTION_INFO_BUFFERS, 128_u32);
    assert_eq!(MAX_COUNT_BUFFER_COLLECTION_CONSTRAINTS_IMAGE_FORMAT_CONSTRAINTS, 64_u32);
    assert_eq!(MAX_COUNT_BUFFER_MEMORY_CONSTRAINTS_PERMITTED_HEAPS, 64_u32);
    assert_eq!(MAX_COUNT_IMAGE_FORMAT_CONSTRAINTS_COLOR_SPACES, 32_u32);
    assert_eq!(MAX_COUNT_PIXEL_FORMAT_AND_MODIFIERS, 64_u32);
    assert_eq!(MAX_COUNT_IMAGE_FORMAT_CONSTRAINTS_REQUIRED_MAX_SIZE_LIST, 64_u32);
    assert_eq!(MAX_HEAPS_COUNT, 32_u32);
    assert_eq!(MAX_RANGES_COUNT, 128_u32);
}

/// `sysmem2-constraints.md` 1.2: each word has the bits of the page and no others.
#[test]
fn usages() {
    assert_eq!([NONE_USAGE, NONE_USAGE_PERMIT_ALLOCATION], [1, 2]);
    let cpu = [CPU_USAGE_READ, CPU_USAGE_READ_OFTEN, CPU_USAGE_WRITE, CPU_USAGE_WRITE_OFTEN];
    assert_eq!(cpu, [1, 2, 4, 8]);
    let images = [
        VULKAN_IMAGE_USAGE_TRANSFER_SRC,
        VULKAN_IMAGE_USAGE_TRANSFER_DST,
        VULKAN_IMAGE_USAGE_SAMPLED,
        VULKAN_IMAGE_USAGE_STORAGE,
        VULKAN_IMAGE_USAGE_COLOR_ATTACHMENT,
        VULKAN_IMAGE_USAGE_STENCIL_ATTACHMENT,
        VULKAN_IMAGE_USAGE_TRANSIENT_ATTACHMENT,
        VULKAN_IMAGE_USAGE_INPUT_ATTACHMENT,
    ];
    assert_eq!(images, [0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80]);
    let buffers = [
        VULKAN_BUFFER_USAGE_TRANSFER_SRC,
        VULKAN_BUFFER_USAGE_TRANSFER_DST,
        VULKAN_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER,
        VULKAN_BUFFER_USAGE_STORAGE_TEXEL_BUFFER,
        VULKAN_BUFFER_USAGE_UNIFORM_BUFFER,
        VULKAN_BUFFER_USAGE_STORAGE_BUFFER,
        VULKAN_BUFFER_USAGE_INDEX_BUFFER,
        VULKAN_BUFFER_USAGE_VERTEX_BUFFER,
        VULKAN_BUFFER_USAGE_INDIRECT_BUFFER,
    ];
    let expected =
        [0x10000, 0x20000, 0x40000, 0x80000, 0x100000, 0x200000, 0x400000, 0x800000, 0x1000000];
    assert_eq!(buffers, expected);
    assert_eq!([DISPLAY_USAGE_LAYER, DISPLAY_USAGE_CURSOR], [1, 2]);
    let video = [
        VIDEO_USAGE_HW_DECODER,
        VIDEO_USAGE_HW_ENCODER,
        VIDEO_USAGE_CAPTURE,
        VIDEO_USAGE_DECRYPTOR_OUTPUT,
        VIDEO_USAGE_HW_DECODER_INTERNAL,
    ];
    assert_eq!(video, [1, 2, 8, 16, 32]);
}

/// Names and numbers of the members of an enum, by number.
macro_rules! members {
    ($ty:ident) => {{
        let mut members: Vec<_> =
            $ty::MEMBERS.iter().map(|m| (m.name().expect("a name"), m.into_primitive())).collect();
        members.sort_by_key(|(_, number)| *number);
        members
    }};
}

/// `sysmem2-protocols.md` 1.1.
#[test]
fn errors() {
    let expected = [
        "INVALID",
        "UNSPECIFIED",
        "PROTOCOL_DEVIATION",
        "NOT_FOUND",
        "HANDLE_ACCESS_DENIED",
        "NO_MEMORY",
        "CONSTRAINTS_INTERSECTION_EMPTY",
        "PENDING",
        "TOO_MANY_GROUP_CHILD_COMBINATIONS",
        "NO_MORE_STRONG_VMO_HANDLES",
    ];
    assert_eq!(members!(Error), expected.into_iter().zip(0..).collect::<Vec<_>>());
}

/// `sysmem2-constraints.md` 1.6.
#[test]
fn coherency_domains() {
    assert_eq!(members!(CoherencyDomain), [("CPU", 0), ("RAM", 1), ("INACCESSIBLE", 2)]);
}

/// `sysmem2-constraints.md` 1.9.
#[test]
fn pixel_formats() {
    let expected = [
        ("INVALID", 0),
        ("R8G8B8A8", 1),
        ("B8G8R8A8", 101),
        ("I420", 102),
        ("M420", 103),
        ("NV12", 104),
        ("YUY2", 105),
        ("MJPEG", 106),
        ("YV12", 107),
        ("B8G8R8", 108),
        ("R5G6B5", 109),
        ("R3G3B2", 110),
        ("R2G2B2X2", 111),
        ("L8", 112),
        ("R8", 113),
        ("R8G8", 114),
        ("A2R10G10B10", 115),
        ("A2B10G10R10", 116),
        ("P010", 117),
        ("R8G8B8", 118),
        ("R8G8B8X8", 119),
        ("B8G8R8X8", 120),
        ("DO_NOT_CARE", 0xffff_fffe),
    ];
    assert_eq!(members!(PixelFormat), expected);
}

/// `sysmem2-constraints.md` 1.10.
#[test]
fn pixel_format_modifiers() {
    let expected = [
        ("LINEAR", 0),
        ("DO_NOT_CARE", 0x00ff_ffff_ffff_fffe),
        ("INVALID", 0x00ff_ffff_ffff_ffff),
        ("INTEL_I915_X_TILED", 0x0100_0000_0000_0001),
        ("INTEL_I915_Y_TILED", 0x0100_0000_0000_0002),
        ("INTEL_I915_YF_TILED", 0x0100_0000_0000_0003),
        ("INTEL_I915_Y_TILED_CCS", 0x0100_0000_0100_0002),
        ("INTEL_I915_YF_TILED_CCS", 0x0100_0000_0100_0003),
        ("ARM_AFBC_16X16", 0x0800_0000_0000_0001),
        ("ARM_AFBC_32X8", 0x0800_0000_0000_0002),
        ("ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV", 0x0800_0000_0000_0071),
        ("ARM_LINEAR_TE", 0x0800_0000_0000_1000),
        ("ARM_AFBC_16X16_TE", 0x0800_0000_0000_1001),
        ("ARM_AFBC_32X8_TE", 0x0800_0000_0000_1002),
        ("ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE", 0x0800_0000_0000_1071),
        ("ARM_AFBC_16X16_YUV_TILED_HEADER", 0x0800_0000_0000_2011),
        ("ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TILED_HEADER", 0x0800_0000_0000_2071),
        ("ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER", 0x0800_0000_0000_3071),
        ("GOOGLE_GOLDFISH_OPTIMAL", 0x6700_0000_0000_0001),
    ];
    assert_eq!(members!(PixelFormatModifier), expected);
}

/// `image-formats.md` 2.2: vendors and bits.
#[test]
fn parts_of_modifiers() {
    let vendors = [
        (FORMAT_MODIFIER_VENDOR_INTEL, 0x01),
        (FORMAT_MODIFIER_VENDOR_AMD, 0x02),
        (FORMAT_MODIFIER_VENDOR_NVIDIA, 0x03),
        (FORMAT_MODIFIER_VENDOR_SAMSUNG, 0x04),
        (FORMAT_MODIFIER_VENDOR_QUALCOMM, 0x05),
        (FORMAT_MODIFIER_VENDOR_VIVANTE, 0x06),
        (FORMAT_MODIFIER_VENDOR_BROADCOM, 0x07),
        (FORMAT_MODIFIER_VENDOR_ARM, 0x08),
        (FORMAT_MODIFIER_VENDOR_ALLWINNER, 0x09),
        (FORMAT_MODIFIER_VENDOR_AMLOGIC, 0x0a),
        (FORMAT_MODIFIER_VENDOR_GOOGLE, 0x67),
    ];
    for (value, byte) in vendors {
        assert_eq!(value, byte << 56);
    }
    assert_eq!(FORMAT_MODIFIER_INTEL_CCS_BIT, 0x100_0000);
    let arm = [
        FORMAT_MODIFIER_ARM_YUV_BIT,
        FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT,
        FORMAT_MODIFIER_ARM_SPARSE_BIT,
        FORMAT_MODIFIER_ARM_BCH_BIT,
        FORMAT_MODIFIER_ARM_TE_BIT,
        FORMAT_MODIFIER_ARM_TILED_HEADER_BIT,
    ];
    assert_eq!(arm, [0x10, 0x20, 0x40, 0x800, 0x1000, 0x2000]);
}

/// `sysmem2-constraints.md` 1.11.
#[test]
fn color_spaces() {
    let expected = [
        ("INVALID", 0),
        ("SRGB", 1),
        ("REC601_NTSC", 2),
        ("REC601_NTSC_FULL_RANGE", 3),
        ("REC601_PAL", 4),
        ("REC601_PAL_FULL_RANGE", 5),
        ("REC709", 6),
        ("REC2020", 7),
        ("REC2100", 8),
        ("PASSTHROUGH", 9),
        ("DO_NOT_CARE", 0xffff_fffe),
    ];
    assert_eq!(members!(ColorSpace), expected);
}

/// `sysmem2-protocols.md` 5.7.
#[test]
fn rights() {
    let most = zx::RIGHT_TRANSFER
        | zx::RIGHT_DUPLICATE
        | zx::RIGHT_WAIT
        | zx::RIGHT_INSPECT
        | zx::RIGHT_READ
        | zx::RIGHT_WRITE
        | zx::RIGHT_GET_PROPERTY
        | zx::RIGHT_SET_PROPERTY
        | zx::RIGHT_MAP;
    assert_eq!(most, 0xc0ef);
    assert_eq!([zx::RIGHT_EXECUTE, zx::RIGHT_SIGNAL], [0x10, 0x1000]);
    assert_eq!(zx::RIGHT_SAME_RIGHTS, fidl::Rights::SAME.0);
}
