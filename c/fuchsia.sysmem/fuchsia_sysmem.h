// The library fuchsia.sysmem in C. Made by fidlc of its FIDL files: change those, not this.

// The first version of the protocol for buffers that several participants share, in flat messages.
//
// Every message is a header and a plain C struct. Where a value may be missing there is a `bool
// has_x` immediately before `x`, and what `x` holds is ignored while the flag is false. Where
// there may be several there is an array of a fixed size and a count; elements from the count on
// are ignored. A struct of zeros is a valid value, so 0 stands for "no limit" or "the least" in
// fields where it would mean nothing otherwise.
//
// The usual course, in which no participant ever waits for a reply:
//
// 1. An initiator makes a collection with `Allocator.AllocateSharedCollection` and gets a
//    `BufferCollectionToken`.
// 2. It makes one more token for each other participant (`BufferCollectionToken.Duplicate`).
// 3. It turns its own token in for a `BufferCollection` (`Allocator.BindSharedCollection`) and
//    gives it a sink for events (`BufferCollection.SetEventSink`). After
//    `BufferCollectionEvents.OnDuplicatedTokensKnownByServer` it sends the other tokens off.
// 4. Every participant turns its token in and sends its constraints
//    (`BufferCollection.SetConstraints`).
// 5. When the last one has, the server allocates, and everybody with a sink gets
//    `BufferCollectionEvents.OnBuffersAllocated`.
// 6. A participant that closes its channel without `Close` first has failed, and its failure ends
//    the collection for all.
//
// Whatever is sent before a message on the same channel is handled before it. A server that cannot
// go on with a channel closes it. Its last message may be an epitaph with a status; the first
// servers sent none, and clients have to do without.
//
// The library kept its name while its structs grew. What levels there were, and which of them a
// peer speaks, is the version of the platform `sysmem1` here:
//
// * 1: January 2019, the first driver.
// * 2: in 2019. Buffer counts with limits, required sizes, coherency domains, offsets in VMOs.
// * 3: late 2019, then frozen. Heaps, `BufferUsage.none`, names, auxiliary buffers.
// * 4: 2021. The sink for events is gone; later participants can be added.

// Who owns handles:
//
// * A function that sends takes every handle that it is given, in structs too. It is sent or
//   closed, whatever the function returns.
// * What a function returns through out_* is the caller's, and only valid if it returns ZX_OK.
// * A decode function and a dispatch function take every handle of the message, whatever they
//   return.
// * A handler takes every handle that it is given, in structs too. Strings, vectors and structs
//   are the message's and live until the handler returns.
// * The channel that a function is called on stays the caller's.
//
// Unless said otherwise a function returns what zx_channel_write and fidl_encode return.

// Not in C, since it has no C layout: SecureMem.

#ifndef FUCHSIA_SYSMEM_H_
#define FUCHSIA_SYSMEM_H_

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binding.h"
#include "fidl.h"
#include "zx.h"

#ifdef __cplusplus
extern "C" {
#endif

// Longest name of a client or of a buffer, in bytes.
#define fuchsia_sysmem_MAX_NAME_LENGTH UINT32_C(64)

// What a participant does with buffers: bits for each field. At least one has to be set.
typedef struct fuchsia_sysmem_BufferUsage {
    // `noneUsage`.
    uint32_t none;
    // `cpuUsage*`.
    uint32_t cpu;
    // `vulkanUsage*`, `VULKAN_IMAGE_USAGE_*` and `VULKAN_BUFFER_USAGE_*`.
    uint32_t vulkan;
    // `displayUsage*`.
    uint32_t display;
    // `videoUsage*`.
    uint32_t video;
} fuchsia_sysmem_BufferUsage;

static_assert(sizeof(fuchsia_sysmem_BufferUsage) == 20, "size");
static_assert(offsetof(fuchsia_sysmem_BufferUsage, none) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferUsage, cpu) == 4, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferUsage, vulkan) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferUsage, display) == 12, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferUsage, video) == 16, "offset");

// Kinds of memory. Bit 60 marks those that one device provides; the highest bit is reserved.
typedef uint64_t fuchsia_sysmem_HeapType;

// Ordinary memory.
#define fuchsia_sysmem_HeapType_SYSTEM_RAM ((fuchsia_sysmem_HeapType)UINT64_C(0))
// Protected memory of Amlogic systems.
#define fuchsia_sysmem_HeapType_AMLOGIC_SECURE ((fuchsia_sysmem_HeapType)UINT64_C(0x1000000000010000))
// Protected memory of the video decoder of Amlogic systems.
#define fuchsia_sysmem_HeapType_AMLOGIC_SECURE_VDEC ((fuchsia_sysmem_HeapType)UINT64_C(0x1000000000010001))
// Memory of the host of a goldfish emulator, which the guest cannot see.
#define fuchsia_sysmem_HeapType_GOLDFISH_DEVICE_LOCAL ((fuchsia_sysmem_HeapType)UINT64_C(0x1000000000020000))
// Memory of the host of a goldfish emulator, which the guest can map.
#define fuchsia_sysmem_HeapType_GOLDFISH_HOST_VISIBLE ((fuchsia_sysmem_HeapType)UINT64_C(0x1000000000020001))
// Memory that a display shows.
#define fuchsia_sysmem_HeapType_FRAMEBUFFER ((fuchsia_sysmem_HeapType)UINT64_C(0x1000000000030001))

// What one participant needs of memory.
typedef struct fuchsia_sysmem_BufferMemoryConstraints {
    // Least size of a buffer in bytes.
    uint32_t min_size_bytes;
    // Largest size of a buffer in bytes. 0: no limit.
    uint32_t max_size_bytes;
    // Physical memory has to be in one piece.
    bool physically_contiguous_required;
    // Memory has to be protected.
    bool secure_required;
    // The participant can work in `CoherencyDomain.RAM`.
    bool ram_domain_supported;
    // The participant can work in `CoherencyDomain.CPU`.
    bool cpu_domain_supported;
    // The participant can work in `CoherencyDomain.INACCESSIBLE`.
    bool inaccessible_domain_supported;
    // How many heaps the participant can use. 0: any.
    uint32_t heap_permitted_count;
    // The heaps, preferred ones first.
    fuchsia_sysmem_HeapType heap_permitted[32];
} fuchsia_sysmem_BufferMemoryConstraints;

static_assert(sizeof(fuchsia_sysmem_BufferMemoryConstraints) == 280, "size");
static_assert(offsetof(fuchsia_sysmem_BufferMemoryConstraints, min_size_bytes) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferMemoryConstraints, max_size_bytes) == 4, "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferMemoryConstraints, physically_contiguous_required) == 8,
    "offset");
static_assert(offsetof(fuchsia_sysmem_BufferMemoryConstraints, secure_required) == 9, "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferMemoryConstraints, ram_domain_supported) == 10,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferMemoryConstraints, cpu_domain_supported) == 11,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferMemoryConstraints, inaccessible_domain_supported) == 12,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferMemoryConstraints, heap_permitted_count) == 16,
    "offset");
static_assert(offsetof(fuchsia_sysmem_BufferMemoryConstraints, heap_permitted) == 24, "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferMemoryConstraints_coding;

// How pixels are stored. For formats with subsampled chroma the planes follow each other.
typedef uint32_t fuchsia_sysmem_PixelFormatType;

// No format. What a zeroed struct has; never valid in a request.
#define fuchsia_sysmem_PixelFormatType_INVALID ((fuchsia_sysmem_PixelFormatType)UINT32_C(0))
// 32 bits a pixel: R, G, B, A, 8 bits each, R in the byte of the lowest address.
#define fuchsia_sysmem_PixelFormatType_R8G8B8A8 ((fuchsia_sysmem_PixelFormatType)UINT32_C(1))
// 32 bits a pixel: B, G, R, A, 8 bits each, B in the byte of the lowest address.
#define fuchsia_sysmem_PixelFormatType_BGRA32 ((fuchsia_sysmem_PixelFormatType)UINT32_C(101))
// YUV 4:2:0, planes Y, U and V.
#define fuchsia_sysmem_PixelFormatType_I420 ((fuchsia_sysmem_PixelFormatType)UINT32_C(102))
// YUV 4:2:0 in one plane: two rows of Y, one row of U and V interleaved, and so on.
#define fuchsia_sysmem_PixelFormatType_M420 ((fuchsia_sysmem_PixelFormatType)UINT32_C(103))
// YUV 4:2:0, planes Y and UV interleaved, U first.
#define fuchsia_sysmem_PixelFormatType_NV12 ((fuchsia_sysmem_PixelFormatType)UINT32_C(104))
// YUV 4:2:2 in one plane, Y0, U, Y1, V.
#define fuchsia_sysmem_PixelFormatType_YUY2 ((fuchsia_sysmem_PixelFormatType)UINT32_C(105))
// A JPEG image, of whatever it says itself.
#define fuchsia_sysmem_PixelFormatType_MJPEG ((fuchsia_sysmem_PixelFormatType)UINT32_C(106))
// YUV 4:2:0, planes Y, V and U.
#define fuchsia_sysmem_PixelFormatType_YV12 ((fuchsia_sysmem_PixelFormatType)UINT32_C(107))
// 24 bits a pixel: B, G, R.
#define fuchsia_sysmem_PixelFormatType_BGR24 ((fuchsia_sysmem_PixelFormatType)UINT32_C(108))
// 16 bits a pixel: R in the highest 5, G in 6, B in the lowest 5.
#define fuchsia_sysmem_PixelFormatType_RGB565 ((fuchsia_sysmem_PixelFormatType)UINT32_C(109))
// 8 bits a pixel: R in the highest 3, G in 3, B in the lowest 2.
#define fuchsia_sysmem_PixelFormatType_RGB332 ((fuchsia_sysmem_PixelFormatType)UINT32_C(110))
// 8 bits a pixel: R, G and B in 2 each, from the highest down, then 2 that are not used.
#define fuchsia_sysmem_PixelFormatType_RGB2220 ((fuchsia_sysmem_PixelFormatType)UINT32_C(111))
// 8 bits a pixel: luminance.
#define fuchsia_sysmem_PixelFormatType_L8 ((fuchsia_sysmem_PixelFormatType)UINT32_C(112))
// 8 bits a pixel: red.
#define fuchsia_sysmem_PixelFormatType_R8 ((fuchsia_sysmem_PixelFormatType)UINT32_C(113))
// 16 bits a pixel: R, G.
#define fuchsia_sysmem_PixelFormatType_R8G8 ((fuchsia_sysmem_PixelFormatType)UINT32_C(114))
// 32 bits a pixel: A in the highest 2, R, G, B in 10 each.
#define fuchsia_sysmem_PixelFormatType_A2R10G10B10 ((fuchsia_sysmem_PixelFormatType)UINT32_C(115))
// 32 bits a pixel: A in the highest 2, B, G, R in 10 each.
#define fuchsia_sysmem_PixelFormatType_A2B10G10R10 ((fuchsia_sysmem_PixelFormatType)UINT32_C(116))

// The arrangement of pixels in memory: a number as in the Linux kernel's `drm_fourcc.h`, the
// vendor in the highest byte.
typedef struct fuchsia_sysmem_FormatModifier {
    // One of `FORMAT_MODIFIER_*`.
    uint64_t value;
} fuchsia_sysmem_FormatModifier;

static_assert(sizeof(fuchsia_sysmem_FormatModifier) == 8, "size");
static_assert(offsetof(fuchsia_sysmem_FormatModifier, value) == 0, "offset");

// How pixels are stored, and in what arrangement.
typedef struct fuchsia_sysmem_PixelFormat {
    // How one pixel is stored.
    fuchsia_sysmem_PixelFormatType type;
    // The arrangement is given.
    bool has_format_modifier;
    // The arrangement of pixels in memory; without it they follow each other line by line.
    fuchsia_sysmem_FormatModifier format_modifier;
} fuchsia_sysmem_PixelFormat;

static_assert(sizeof(fuchsia_sysmem_PixelFormat) == 16, "size");
static_assert(offsetof(fuchsia_sysmem_PixelFormat, type) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_PixelFormat, has_format_modifier) == 4, "offset");
static_assert(offsetof(fuchsia_sysmem_PixelFormat, format_modifier) == 8, "offset");

extern const fidl_struct_t fuchsia_sysmem_PixelFormat_coding;

// What colors the numbers of a pixel mean.
typedef uint32_t fuchsia_sysmem_ColorSpaceType;

// No color space. What a zeroed struct has; never valid in a request.
#define fuchsia_sysmem_ColorSpaceType_INVALID ((fuchsia_sysmem_ColorSpaceType)UINT32_C(0))
// sRGB.
#define fuchsia_sysmem_ColorSpaceType_SRGB ((fuchsia_sysmem_ColorSpaceType)UINT32_C(1))
// 601 NTSC, Y, Cb and Cr from 16 to 235 and 240.
#define fuchsia_sysmem_ColorSpaceType_REC601_NTSC ((fuchsia_sysmem_ColorSpaceType)UINT32_C(2))
// 601 NTSC, all values.
#define fuchsia_sysmem_ColorSpaceType_REC601_NTSC_FULL_RANGE ((fuchsia_sysmem_ColorSpaceType)UINT32_C(3))
// 601 PAL, Y, Cb and Cr from 16 to 235 and 240.
#define fuchsia_sysmem_ColorSpaceType_REC601_PAL ((fuchsia_sysmem_ColorSpaceType)UINT32_C(4))
// 601 PAL, all values.
#define fuchsia_sysmem_ColorSpaceType_REC601_PAL_FULL_RANGE ((fuchsia_sysmem_ColorSpaceType)UINT32_C(5))
// 709.
#define fuchsia_sysmem_ColorSpaceType_REC709 ((fuchsia_sysmem_ColorSpaceType)UINT32_C(6))
// 2020, of 10 or 12 bits.
#define fuchsia_sysmem_ColorSpaceType_REC2020 ((fuchsia_sysmem_ColorSpaceType)UINT32_C(7))
// 2100, of 10 or 12 bits.
#define fuchsia_sysmem_ColorSpaceType_REC2100 ((fuchsia_sysmem_ColorSpaceType)UINT32_C(8))

// What colors the numbers of a pixel mean.
typedef struct fuchsia_sysmem_ColorSpace {
    // Which one.
    fuchsia_sysmem_ColorSpaceType type;
} fuchsia_sysmem_ColorSpace;

static_assert(sizeof(fuchsia_sysmem_ColorSpace) == 4, "size");
static_assert(offsetof(fuchsia_sysmem_ColorSpace, type) == 0, "offset");

// What one participant needs of images in one format, or what was chosen.
//
// A divisor of 0 is 1. A limit of 0 in a `max_*` field is no limit.
typedef struct fuchsia_sysmem_ImageFormatConstraints {
    // How pixels are stored.
    fuchsia_sysmem_PixelFormat pixel_format;
    // How many color spaces there are. At least 1.
    uint32_t color_spaces_count;
    // The color spaces, each at most once.
    fuchsia_sysmem_ColorSpace color_space[32];
    // Least width in pixels, of what is stored.
    uint32_t min_coded_width;
    // Largest width in pixels.
    uint32_t max_coded_width;
    // Least height in pixels, of what is stored.
    uint32_t min_coded_height;
    // Largest height in pixels.
    uint32_t max_coded_height;
    // Least distance from row to row, of the first plane.
    uint32_t min_bytes_per_row;
    // Largest distance from row to row.
    uint32_t max_bytes_per_row;
    // Largest number of pixels.
    uint32_t max_coded_width_times_coded_height;
    // Layers of a multi-layered image. 0 is 1.
    uint32_t layers;
    // What the width is a multiple of.
    uint32_t coded_width_divisor;
    // What the height is a multiple of.
    uint32_t coded_height_divisor;
    // What the distance from row to row is a multiple of.
    uint32_t bytes_per_row_divisor;
    // What the offset of the image in its buffer is a multiple of.
    uint32_t start_offset_divisor;
    // What the width that is shown is a multiple of.
    uint32_t display_width_divisor;
    // What the height that is shown is a multiple of.
    uint32_t display_height_divisor;
    // The participant will use images of this width, or of a larger one. 0: it does not say.
    uint32_t required_min_coded_width;
    // The participant will use images of this width, or of a smaller one. 0: it does not say.
    uint32_t required_max_coded_width;
    // As `required_min_coded_width`, for the height.
    uint32_t required_min_coded_height;
    // As `required_max_coded_width`, for the height.
    uint32_t required_max_coded_height;
    // As `required_min_coded_width`, for the distance from row to row.
    uint32_t required_min_bytes_per_row;
    // As `required_max_coded_width`, for the distance from row to row.
    uint32_t required_max_bytes_per_row;
} fuchsia_sysmem_ImageFormatConstraints;

static_assert(sizeof(fuchsia_sysmem_ImageFormatConstraints) == 232, "size");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, pixel_format) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, color_spaces_count) == 16, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, color_space) == 20, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, min_coded_width) == 148, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, max_coded_width) == 152, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, min_coded_height) == 156, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, max_coded_height) == 160, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, min_bytes_per_row) == 164, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, max_bytes_per_row) == 168, "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, max_coded_width_times_coded_height) == 172,
    "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormatConstraints, layers) == 176, "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, coded_width_divisor) == 180,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, coded_height_divisor) == 184,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, bytes_per_row_divisor) == 188,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, start_offset_divisor) == 192,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, display_width_divisor) == 196,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, display_height_divisor) == 200,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, required_min_coded_width) == 204,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, required_max_coded_width) == 208,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, required_min_coded_height) == 212,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, required_max_coded_height) == 216,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, required_min_bytes_per_row) == 220,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_ImageFormatConstraints, required_max_bytes_per_row) == 224,
    "offset");

extern const fidl_struct_t fuchsia_sysmem_ImageFormatConstraints_coding;

// What one participant needs of a collection.
typedef struct fuchsia_sysmem_BufferCollectionConstraints {
    // What it does with buffers. At least one bit has to be set.
    fuchsia_sysmem_BufferUsage usage;
    // Buffers that it may hold for longer than a moment. Added up over participants.
    uint32_t min_buffer_count_for_camping;
    // Buffers for its own slack. Added up over participants.
    uint32_t min_buffer_count_for_dedicated_slack;
    // Buffers for slack that participants share. The largest number counts.
    uint32_t min_buffer_count_for_shared_slack;
    // Least number of all buffers.
    uint32_t min_buffer_count;
    // Most buffers. 0: no limit.
    uint32_t max_buffer_count;
    // The participant has constraints on memory.
    bool has_buffer_memory_constraints;
    // Constraints on memory.
    fuchsia_sysmem_BufferMemoryConstraints buffer_memory_constraints;
    // How many image formats the participant can do with. 0: it does not care.
    uint32_t image_format_constraints_count;
    // The image formats, each at most once.
    fuchsia_sysmem_ImageFormatConstraints image_format_constraints[32];
} fuchsia_sysmem_BufferCollectionConstraints;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionConstraints) == 7760, "size");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionConstraints, usage) == 0, "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, min_buffer_count_for_camping) == 20,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, min_buffer_count_for_dedicated_slack) == 24,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, min_buffer_count_for_shared_slack) == 28,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, min_buffer_count) == 32,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, max_buffer_count) == 36,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, has_buffer_memory_constraints) == 40,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, buffer_memory_constraints) == 48,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, image_format_constraints_count) == 328,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraints, image_format_constraints) == 336,
    "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferCollectionConstraints_coding;

// How the content of memory gets from those who write it to those who read it.
typedef uint32_t fuchsia_sysmem_CoherencyDomain;

// CPUs see what CPUs write; a device reads and writes through caches or snoops them.
#define fuchsia_sysmem_CoherencyDomain_CPU ((fuchsia_sysmem_CoherencyDomain)UINT32_C(0))
// Content passes through RAM: whoever uses a cache flushes and invalidates it.
#define fuchsia_sysmem_CoherencyDomain_RAM ((fuchsia_sysmem_CoherencyDomain)UINT32_C(1))
// CPUs do not see the content.
#define fuchsia_sysmem_CoherencyDomain_INACCESSIBLE ((fuchsia_sysmem_CoherencyDomain)UINT32_C(2))

// What memory was chosen.
typedef struct fuchsia_sysmem_BufferMemorySettings {
    // Size of a buffer in bytes.
    uint32_t size_bytes;
    // Physical memory is in one piece.
    bool is_physically_contiguous;
    // Memory is protected.
    bool is_secure;
    // How content gets from participant to participant.
    fuchsia_sysmem_CoherencyDomain coherency_domain;
    // Where memory comes from.
    fuchsia_sysmem_HeapType heap;
} fuchsia_sysmem_BufferMemorySettings;

static_assert(sizeof(fuchsia_sysmem_BufferMemorySettings) == 24, "size");
static_assert(offsetof(fuchsia_sysmem_BufferMemorySettings, size_bytes) == 0, "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferMemorySettings, is_physically_contiguous) == 4,
    "offset");
static_assert(offsetof(fuchsia_sysmem_BufferMemorySettings, is_secure) == 5, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferMemorySettings, coherency_domain) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferMemorySettings, heap) == 16, "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferMemorySettings_coding;

// What all buffers of a collection have in common.
typedef struct fuchsia_sysmem_SingleBufferSettings {
    // The memory.
    fuchsia_sysmem_BufferMemorySettings buffer_settings;
    // The buffers hold images.
    bool has_image_format_constraints;
    // The one format that was chosen, and what holds for images in it.
    fuchsia_sysmem_ImageFormatConstraints image_format_constraints;
} fuchsia_sysmem_SingleBufferSettings;

static_assert(sizeof(fuchsia_sysmem_SingleBufferSettings) == 264, "size");
static_assert(offsetof(fuchsia_sysmem_SingleBufferSettings, buffer_settings) == 0, "offset");
static_assert(
    offsetof(fuchsia_sysmem_SingleBufferSettings, has_image_format_constraints) == 24,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_SingleBufferSettings, image_format_constraints) == 32,
    "offset");

extern const fidl_struct_t fuchsia_sysmem_SingleBufferSettings_coding;

// One buffer: a VMO, and where in it.
typedef struct fuchsia_sysmem_VmoBuffer {
    // The memory. Missing for participants without VMOs, and from the buffer count on.
    zx_handle_t vmo;
    // First byte of the buffer in the VMO. The size is in `BufferMemorySettings`.
    uint64_t vmo_usable_start;
} fuchsia_sysmem_VmoBuffer;

static_assert(sizeof(fuchsia_sysmem_VmoBuffer) == 16, "size");
static_assert(offsetof(fuchsia_sysmem_VmoBuffer, vmo) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_VmoBuffer, vmo_usable_start) == 8, "offset");

extern const fidl_struct_t fuchsia_sysmem_VmoBuffer_coding;

// The buffers of a collection.
typedef struct fuchsia_sysmem_BufferCollectionInfo_2 {
    // How many there are.
    uint32_t buffer_count;
    // What they have in common.
    fuchsia_sysmem_SingleBufferSettings settings;
    // The buffers.
    fuchsia_sysmem_VmoBuffer buffers[64];
} fuchsia_sysmem_BufferCollectionInfo_2;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionInfo_2) == 1296, "size");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo_2, buffer_count) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo_2, settings) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo_2, buffers) == 272, "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferCollectionInfo_2_coding;

// A buffer that was allocated alone.
typedef struct fuchsia_sysmem_SingleBufferInfo {
    // Its settings.
    fuchsia_sysmem_SingleBufferSettings settings;
    // Its memory.
    fuchsia_sysmem_VmoBuffer buffer;
} fuchsia_sysmem_SingleBufferInfo;

static_assert(sizeof(fuchsia_sysmem_SingleBufferInfo) == 280, "size");
static_assert(offsetof(fuchsia_sysmem_SingleBufferInfo, settings) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_SingleBufferInfo, buffer) == 264, "offset");

extern const fidl_struct_t fuchsia_sysmem_SingleBufferInfo_coding;

// What one participant needs of auxiliary buffers: places, one for each protected buffer, where
// what must not be protected can be written.
typedef struct fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers {
    // If buffers are protected, the participant has to have auxiliary ones that are not. Implies
    // `allow_clear_aux_buffers_for_secure`.
    bool need_clear_aux_buffers_for_secure;
    // The participant can do with auxiliary buffers. Whoever never says, allows them if it only
    // reads.
    bool allow_clear_aux_buffers_for_secure;
} fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers) == 2, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers, need_clear_aux_buffers_for_secure) == 0,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers, allow_clear_aux_buffers_for_secure) == 1,
    "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers_coding;

// Most buffers of a collection.
#define fuchsia_sysmem_MAX_COUNT_BUFFER_COLLECTION_INFO_BUFFERS UINT32_C(64)

// Where a plane of an image is. Not used any more.
typedef struct fuchsia_sysmem_ImagePlane {
    // First byte, counted from the start of the image.
    uint32_t byte_offset;
    // From row to row.
    uint32_t bytes_per_row;
} fuchsia_sysmem_ImagePlane;

static_assert(sizeof(fuchsia_sysmem_ImagePlane) == 8, "size");
static_assert(offsetof(fuchsia_sysmem_ImagePlane, byte_offset) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_ImagePlane, bytes_per_row) == 4, "offset");

// An image. Not used any more; see `ImageFormat_2`.
typedef struct fuchsia_sysmem_ImageFormat {
    // Pixels in a row.
    uint32_t width;
    // Rows.
    uint32_t height;
    // Layers of a multi-layered image.
    uint32_t layers;
    // How pixels are stored.
    fuchsia_sysmem_PixelFormat pixel_format;
    // What colors the pixels mean.
    fuchsia_sysmem_ColorSpace color_space;
    // The planes.
    fuchsia_sysmem_ImagePlane planes[4];
} fuchsia_sysmem_ImageFormat;

static_assert(sizeof(fuchsia_sysmem_ImageFormat) == 72, "size");
static_assert(offsetof(fuchsia_sysmem_ImageFormat, width) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat, height) == 4, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat, layers) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat, pixel_format) == 16, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat, color_space) == 32, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat, planes) == 36, "offset");

extern const fidl_struct_t fuchsia_sysmem_ImageFormat_coding;

// What a buffer holds. Not used any more. (It was a union of one member, which on the wire is
// this.)
typedef struct fuchsia_sysmem_BufferFormat {
    // Which member it is: 0, an image.
    uint32_t tag;
    // The image.
    fuchsia_sysmem_ImageFormat image;
} fuchsia_sysmem_BufferFormat;

static_assert(sizeof(fuchsia_sysmem_BufferFormat) == 80, "size");
static_assert(offsetof(fuchsia_sysmem_BufferFormat, tag) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferFormat, image) == 8, "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferFormat_coding;

// The buffers of a collection, as they were told before there were constraints. Not used any more.
typedef struct fuchsia_sysmem_BufferCollectionInfo {
    // How many there are.
    uint32_t buffer_count;
    // What they hold.
    fuchsia_sysmem_BufferFormat format;
    // The memory.
    zx_handle_t vmos[64];
    // Size of each VMO in bytes.
    uint64_t vmo_size;
} fuchsia_sysmem_BufferCollectionInfo;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionInfo) == 352, "size");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo, buffer_count) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo, format) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo, vmos) == 88, "offset");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionInfo, vmo_size) == 344, "offset");

extern const fidl_struct_t fuchsia_sysmem_BufferCollectionInfo_coding;

// Most image formats of one participant.
#define fuchsia_sysmem_MAX_COUNT_BUFFER_COLLECTION_CONSTRAINTS_IMAGE_FORMAT_CONSTRAINTS UINT32_C(32)

// Most color spaces of one image format.
#define fuchsia_sysmem_MAX_COUNT_IMAGE_FORMAT_CONSTRAINTS_COLOR_SPACES UINT32_C(32)

// Most heaps of one participant.
#define fuchsia_sysmem_MAX_COUNT_BUFFER_MEMORY_CONSTRAINTS_HEAP_PERMITTED UINT32_C(32)

// Line by line.
#define fuchsia_sysmem_FORMAT_MODIFIER_NONE UINT64_C(0)

// Line by line.
#define fuchsia_sysmem_FORMAT_MODIFIER_LINEAR UINT64_C(0)

// No arrangement; what a modifier is that is none.
#define fuchsia_sysmem_FORMAT_MODIFIER_VALUE_RESERVED UINT64_C(0x00ffffffffffffff)

// The same as `FORMAT_MODIFIER_VALUE_RESERVED`.
#define fuchsia_sysmem_FORMAT_MODIFIER_INVALID UINT64_C(0x00ffffffffffffff)

// No vendor, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_NONE UINT64_C(0)

// Intel, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_INTEL UINT64_C(0x0100000000000000)

// AMD, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_AMD UINT64_C(0x0200000000000000)

// NVIDIA, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_NVIDIA UINT64_C(0x0300000000000000)

// Samsung, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_SAMSUNG UINT64_C(0x0400000000000000)

// Qualcomm, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_QCOM UINT64_C(0x0500000000000000)

// Vivante, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_VIVANTE UINT64_C(0x0600000000000000)

// Broadcom, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_BROADCOM UINT64_C(0x0700000000000000)

// Arm, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_ARM UINT64_C(0x0800000000000000)

// Google, as the highest byte.
#define fuchsia_sysmem_FORMAT_MODIFIER_VENDOR_GOOGLE UINT64_C(0x0900000000000000)

// Intel tiles of 512 bytes and 8 rows.
#define fuchsia_sysmem_FORMAT_MODIFIER_INTEL_I915_X_TILED UINT64_C(0x0100000000000001)

// Intel tiles of 128 bytes and 32 rows.
#define fuchsia_sysmem_FORMAT_MODIFIER_INTEL_I915_Y_TILED UINT64_C(0x0100000000000002)

// Intel tiles of 128 bytes and 32 rows, in squares.
#define fuchsia_sysmem_FORMAT_MODIFIER_INTEL_I915_YF_TILED UINT64_C(0x0100000000000003)

// Intel, with a plane of compression control.
#define fuchsia_sysmem_FORMAT_MODIFIER_INTEL_CCS_BIT UINT64_C(0x0000000001000000)

// `FORMAT_MODIFIER_INTEL_I915_Y_TILED`, compressed.
#define fuchsia_sysmem_FORMAT_MODIFIER_INTEL_I915_Y_TILED_CCS UINT64_C(0x0100000001000002)

// `FORMAT_MODIFIER_INTEL_I915_YF_TILED`, compressed.
#define fuchsia_sysmem_FORMAT_MODIFIER_INTEL_I915_YF_TILED_CCS UINT64_C(0x0100000001000003)

// Arm: colors are transformed.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_YUV_BIT UINT64_C(16)

// Arm: a block in two halves.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_SPLIT_BLOCK_BIT UINT64_C(32)

// Arm: every block at a place of its own.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_SPARSE_BIT UINT64_C(64)

// Arm: copied blocks share their content.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_BCH_BIT UINT64_C(2048)

// Arm: transaction elimination.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_TE_BIT UINT64_C(4096)

// Arm: headers in tiles.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_TILED_HEADER_BIT UINT64_C(8192)

// Arm frame buffer compression, blocks of 16 by 16.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16 UINT64_C(0x0800000000000001)

// Arm frame buffer compression, blocks of 32 by 8.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_32X8 UINT64_C(0x0800000000000002)

// Line by line, with transaction elimination.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_LINEAR_TE UINT64_C(0x0800000000001000)

// `FORMAT_MODIFIER_ARM_AFBC_16X16` and TE.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16_TE UINT64_C(0x0800000000001001)

// `FORMAT_MODIFIER_ARM_AFBC_32X8` and TE.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_32X8_TE UINT64_C(0x0800000000001002)

// `FORMAT_MODIFIER_ARM_AFBC_16X16`, YUV and TILED_HEADER.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16_YUV_TILED_HEADER UINT64_C(0x0800000000002011)

// `FORMAT_MODIFIER_ARM_AFBC_16X16`, SPLIT_BLOCK, SPARSE and YUV.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV UINT64_C(0x0800000000000071)

// The same and TE.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE UINT64_C(0x0800000000001071)

// The same and TILED_HEADER.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TILED_HEADER UINT64_C(0x0800000000002071)

// The same and TE and TILED_HEADER.
#define fuchsia_sysmem_FORMAT_MODIFIER_ARM_AFBC_16X16_SPLIT_BLOCK_SPARSE_YUV_TE_TILED_HEADER UINT64_C(0x0800000000003071)

// Whatever the host of a goldfish emulator likes best.
#define fuchsia_sysmem_FORMAT_MODIFIER_GOOGLE_GOLDFISH_OPTIMAL UINT64_C(0x0900000000000001)

// One image in a buffer, as participants tell each other.
typedef struct fuchsia_sysmem_ImageFormat_2 {
    // How pixels are stored.
    fuchsia_sysmem_PixelFormat pixel_format;
    // Width in pixels, of what is stored.
    uint32_t coded_width;
    // Height in pixels, of what is stored.
    uint32_t coded_height;
    // Distance from row to row of the first plane.
    uint32_t bytes_per_row;
    // Width in pixels, of what is to be shown.
    uint32_t display_width;
    // Height in pixels, of what is to be shown.
    uint32_t display_height;
    // Layers of a multi-layered image. 0 is 1.
    uint32_t layers;
    // What colors the pixels mean.
    fuchsia_sysmem_ColorSpace color_space;
    // The aspect ratio is given; otherwise the receiver may have to guess it.
    bool has_pixel_aspect_ratio;
    // Width of a pixel, as a proportion to its height.
    uint32_t pixel_aspect_ratio_width;
    // Height of a pixel.
    uint32_t pixel_aspect_ratio_height;
} fuchsia_sysmem_ImageFormat_2;

static_assert(sizeof(fuchsia_sysmem_ImageFormat_2) == 56, "size");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, pixel_format) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, coded_width) == 16, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, coded_height) == 20, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, bytes_per_row) == 24, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, display_width) == 28, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, display_height) == 32, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, layers) == 36, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, color_space) == 40, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, has_pixel_aspect_ratio) == 44, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, pixel_aspect_ratio_width) == 48, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageFormat_2, pixel_aspect_ratio_height) == 52, "offset");

extern const fidl_struct_t fuchsia_sysmem_ImageFormat_2_coding;

// What an image has to be. Not used any more; see `ImageFormatConstraints`.
typedef struct fuchsia_sysmem_ImageSpec {
    // Least number of pixels in a row.
    uint32_t min_width;
    // Least number of rows.
    uint32_t min_height;
    // Layers of a multi-layered image.
    uint32_t layers;
    // How pixels are stored.
    fuchsia_sysmem_PixelFormat pixel_format;
    // What colors the pixels mean.
    fuchsia_sysmem_ColorSpace color_space;
} fuchsia_sysmem_ImageSpec;

static_assert(sizeof(fuchsia_sysmem_ImageSpec) == 40, "size");
static_assert(offsetof(fuchsia_sysmem_ImageSpec, min_width) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageSpec, min_height) == 4, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageSpec, layers) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageSpec, pixel_format) == 16, "offset");
static_assert(offsetof(fuchsia_sysmem_ImageSpec, color_space) == 32, "offset");

extern const fidl_struct_t fuchsia_sysmem_ImageSpec_coding;

// Most heaps in one message of `SecureMem`.
#define fuchsia_sysmem_MAX_HEAPS_COUNT UINT32_C(32)

// A protected heap.
typedef struct fuchsia_sysmem_PhysicalSecureHeap {
    // Which one.
    fuchsia_sysmem_HeapType heap;
    // Physical address of the first byte.
    uint64_t physical_address;
    // Size in bytes.
    uint64_t size_bytes;
} fuchsia_sysmem_PhysicalSecureHeap;

static_assert(sizeof(fuchsia_sysmem_PhysicalSecureHeap) == 24, "size");
static_assert(offsetof(fuchsia_sysmem_PhysicalSecureHeap, heap) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_PhysicalSecureHeap, physical_address) == 8, "offset");
static_assert(offsetof(fuchsia_sysmem_PhysicalSecureHeap, size_bytes) == 16, "offset");

// Protected heaps.
typedef struct fuchsia_sysmem_PhysicalSecureHeaps {
    // How many there are.
    uint32_t heaps_count;
    // The heaps.
    fuchsia_sysmem_PhysicalSecureHeap heaps[32];
} fuchsia_sysmem_PhysicalSecureHeaps;

static_assert(sizeof(fuchsia_sysmem_PhysicalSecureHeaps) == 776, "size");
static_assert(offsetof(fuchsia_sysmem_PhysicalSecureHeaps, heaps_count) == 0, "offset");
static_assert(offsetof(fuchsia_sysmem_PhysicalSecureHeaps, heaps) == 8, "offset");

extern const fidl_struct_t fuchsia_sysmem_PhysicalSecureHeaps_coding;

// The participant does not touch the content of buffers.
#define fuchsia_sysmem_noneUsage UINT32_C(1)

// Reads with the CPU now and then.
#define fuchsia_sysmem_cpuUsageRead UINT32_C(1)

// Reads with the CPU often.
#define fuchsia_sysmem_cpuUsageReadOften UINT32_C(2)

// Writes with the CPU now and then.
#define fuchsia_sysmem_cpuUsageWrite UINT32_C(4)

// Writes with the CPU often.
#define fuchsia_sysmem_cpuUsageWriteOften UINT32_C(8)

// `VK_IMAGE_USAGE_TRANSFER_SRC_BIT`
#define fuchsia_sysmem_vulkanUsageTransferSrc UINT32_C(1)

// `VK_IMAGE_USAGE_TRANSFER_DST_BIT`. Counts as writing.
#define fuchsia_sysmem_vulkanUsageTransferDst UINT32_C(2)

// `VK_IMAGE_USAGE_SAMPLED_BIT`
#define fuchsia_sysmem_vulkanUsageSampled UINT32_C(4)

// `VK_IMAGE_USAGE_STORAGE_BIT`. Counts as writing.
#define fuchsia_sysmem_vulkanUsageStorage UINT32_C(8)

// `VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT`
#define fuchsia_sysmem_vulkanUsageColorAttachment UINT32_C(16)

// `VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT`
#define fuchsia_sysmem_vulkanUsageStencilAttachment UINT32_C(32)

// `VK_IMAGE_USAGE_TRANSIENT_ATTACHMENT_BIT`
#define fuchsia_sysmem_vulkanUsageTransientAttachment UINT32_C(64)

// `VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT`
#define fuchsia_sysmem_vulkanUsageInputAttachment UINT32_C(128)

// The same as `vulkanUsageTransferSrc`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_TRANSFER_SRC UINT32_C(1)

// The same as `vulkanUsageTransferDst`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_TRANSFER_DST UINT32_C(2)

// The same as `vulkanUsageSampled`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_SAMPLED UINT32_C(4)

// The same as `vulkanUsageStorage`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_STORAGE UINT32_C(8)

// The same as `vulkanUsageColorAttachment`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_COLOR_ATTACHMENT UINT32_C(16)

// The same as `vulkanUsageStencilAttachment`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_STENCIL_ATTACHMENT UINT32_C(32)

// The same as `vulkanUsageTransientAttachment`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_TRANSIENT_ATTACHMENT UINT32_C(64)

// The same as `vulkanUsageInputAttachment`.
#define fuchsia_sysmem_VULKAN_IMAGE_USAGE_INPUT_ATTACHMENT UINT32_C(128)

// `VK_BUFFER_USAGE_TRANSFER_SRC_BIT`, as are the following ones, 16 bits further up.
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_TRANSFER_SRC UINT32_C(0x00010000)

// `VK_BUFFER_USAGE_TRANSFER_DST_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_TRANSFER_DST UINT32_C(0x00020000)

// `VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER UINT32_C(0x00040000)

// `VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_STORAGE_TEXEL_BUFFER UINT32_C(0x00080000)

// `VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_UNIFORM_BUFFER UINT32_C(0x00100000)

// `VK_BUFFER_USAGE_STORAGE_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_STORAGE_BUFFER UINT32_C(0x00200000)

// `VK_BUFFER_USAGE_INDEX_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_INDEX_BUFFER UINT32_C(0x00400000)

// `VK_BUFFER_USAGE_VERTEX_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_VERTEX_BUFFER UINT32_C(0x00800000)

// `VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT`
#define fuchsia_sysmem_VULKAN_BUFFER_USAGE_INDIRECT_BUFFER UINT32_C(0x01000000)

// Shows buffers as a layer.
#define fuchsia_sysmem_displayUsageLayer UINT32_C(1)

// Shows buffers as a cursor.
#define fuchsia_sysmem_displayUsageCursor UINT32_C(2)

// Decodes into buffers with hardware. Counts as writing.
#define fuchsia_sysmem_videoUsageHwDecoder UINT32_C(1)

// Encodes buffers with hardware.
#define fuchsia_sysmem_videoUsageHwEncoder UINT32_C(2)

// Works on protected content.
#define fuchsia_sysmem_videoUsageHwProtected UINT32_C(4)

// Captures images, from a camera for instance.
#define fuchsia_sysmem_videoUsageCapture UINT32_C(8)

// Holds decrypted content.
#define fuchsia_sysmem_videoUsageDecryptorOutput UINT32_C(16)

// Is working memory of a hardware decoder.
#define fuchsia_sysmem_videoUsageHwDecoderInternal UINT32_C(32)

// -------------------------------------------------------------------------------------------------
// Protocol Allocator
//
// Makes collections, and turns tokens into views of them.
//
// No request says whether it went well; that shows on the channels that it was about. Closing this
// channel has no effect on them.

#define fuchsia_sysmem_Allocator_Name "fuchsia.sysmem.Allocator"
#define fuchsia_sysmem_AllocatorAllocateNonSharedCollectionOrdinal UINT64_C(0x20f79299bbb4d2c6)
#define fuchsia_sysmem_AllocatorAllocateSharedCollectionOrdinal UINT64_C(0x7a757a57bfda0f71)
#define fuchsia_sysmem_AllocatorBindSharedCollectionOrdinal UINT64_C(0x146eca7ec46ff4ee)
#define fuchsia_sysmem_AllocatorValidateBufferCollectionTokenOrdinal UINT64_C(0x575b279b0236faea)
#define fuchsia_sysmem_AllocatorSetDebugClientInfoOrdinal UINT64_C(0x419f0d5b30728b26)

typedef struct fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage {
    fidl_message_header_t hdr;
    // Server end of the view.
    zx_handle_t collection_request;
} fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage, collection_request) == 16,
    "offset");

typedef struct fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage {
    fidl_message_header_t hdr;
    // Server end of the token.
    zx_handle_t token_request;
} fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage;

static_assert(sizeof(fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage) == 24, "size");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage, token_request) == 16,
    "offset");

typedef struct fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage {
    fidl_message_header_t hdr;
    // Client end of the token, which is used up.
    zx_handle_t token;
    // Server end of the view.
    zx_handle_t buffer_collection_request;
} fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage;

static_assert(sizeof(fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage) == 24, "size");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage, token) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage, buffer_collection_request) == 20,
    "offset");

typedef struct fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage {
    fidl_message_header_t hdr;
    // Identity of the server end of the token.
    uint64_t token_server_koid;
} fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage, token_server_koid) == 16,
    "offset");

typedef struct fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage {
    fidl_message_header_t hdr;
    // It is known.
    bool is_known;
} fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage;

static_assert(
    sizeof(fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage, is_known) == 16,
    "offset");

typedef struct fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage {
    fidl_message_header_t hdr;
    // Name of the client, for people.
    fidl_vector_t name;
    // Usually the koid or id of the process.
    uint64_t id;
} fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage;

static_assert(sizeof(fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage) == 40, "size");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage, name) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage, id) == 32,
    "offset");

// Makes a collection for a single participant, and binds its only token at once.
//
// Takes collection_request, whatever it returns.
zx_status_t fuchsia_sysmem_AllocatorAllocateNonSharedCollection(
    zx_handle_t channel,
    zx_handle_t collection_request);

// Makes a collection with one token, whose rights mask takes nothing away.
//
// Takes token_request, whatever it returns.
zx_status_t fuchsia_sysmem_AllocatorAllocateSharedCollection(
    zx_handle_t channel,
    zx_handle_t token_request);

// Turns a token in for a view.
//
// Messages that were sent on the token before have their effect before the first message on
// the view. If the server does not know the token, or the end is no channel at all, both ends
// are closed and nothing else happens. Turning a token in twice, or after its `Close`, fails
// the collection.
//
// Takes token and buffer_collection_request, whatever it returns.
zx_status_t fuchsia_sysmem_AllocatorBindSharedCollection(
    zx_handle_t channel,
    zx_handle_t token,
    zx_handle_t buffer_collection_request);

// Asks whether a token is one that the server holds at the moment.
//
// A token that was duplicated just before may still be unknown; see
// `BufferCollectionToken.Sync`.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken(
    zx_handle_t channel,
    uint64_t token_server_koid,
    bool *out_is_known);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_AllocatorValidateBufferCollectionToken_decode.
zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken_send(
    zx_handle_t channel,
    uint32_t txid,
    uint64_t token_server_koid);

// Takes a reply apart. Returns what fidl_decode_reply returns.
zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken_decode(
    fidl_incoming_msg_t *msg,
    bool *out_is_known);

// Says who the client is, for diagnostics. Holds for tokens and views made through this
// channel from now on, unless they say it themselves.
zx_status_t fuchsia_sysmem_AllocatorSetDebugClientInfo(
    zx_handle_t channel,
    const char *name_data,
    size_t name_size,
    uint64_t id);

// Replies to ValidateBufferCollectionToken, once.
zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken_reply(
    fidl_txn_t *txn,
    bool is_known);

// Handlers of a server, each for the method of its name. ctx is what the dispatch
// function was given. NULL: as if there were no such method.
typedef struct fuchsia_sysmem_Allocator_ops {
    // Closes collection_request, now or later.
    zx_status_t (*AllocateNonSharedCollection)(void *ctx, zx_handle_t collection_request);
    // Closes token_request, now or later.
    zx_status_t (*AllocateSharedCollection)(void *ctx, zx_handle_t token_request);
    // Closes token and buffer_collection_request, now or later.
    zx_status_t (*BindSharedCollection)(
        void *ctx,
        zx_handle_t token,
        zx_handle_t buffer_collection_request);
    zx_status_t (*ValidateBufferCollectionToken)(
        void *ctx,
        uint64_t token_server_koid,
        fidl_txn_t *txn);
    zx_status_t (*SetDebugClientInfo)(
        void *ctx,
        const char *name_data,
        size_t name_size,
        uint64_t id);
} fuchsia_sysmem_Allocator_ops_t;

// Decodes a request and calls its handler.
//
// ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is
// malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,
// ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the
// message are gone.
zx_status_t fuchsia_sysmem_Allocator_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops);

// As the dispatch function, but leaves the message as it is if there is no such method.
zx_status_t fuchsia_sysmem_Allocator_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops);

// A binding that serves the protocol by these handlers; see fidl_binding_create.
fidl_binding_t *fuchsia_sysmem_Allocator_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_Allocator_ops_t *ops,
    uint32_t cap);

// -------------------------------------------------------------------------------------------------
// Protocol BufferCollectionToken
//
// The right to become a participant of a collection.
//
// A token that is closed without having been turned in and without `Close` fails its collection.

#define fuchsia_sysmem_BufferCollectionToken_Name "fuchsia.sysmem.BufferCollectionToken"
#define fuchsia_sysmem_BufferCollectionTokenDuplicateOrdinal UINT64_C(0x2f9f81bdde4b7292)
#define fuchsia_sysmem_BufferCollectionTokenSyncOrdinal UINT64_C(0x16941ac71d960cd0)
#define fuchsia_sysmem_BufferCollectionTokenCloseOrdinal UINT64_C(0x11df1970c2c12176)
#define fuchsia_sysmem_BufferCollectionTokenSetNameOrdinal UINT64_C(0x217666cfb1e12891)
#define fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoOrdinal UINT64_C(0x62877b3f964dd780)
#define fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineOrdinal UINT64_C(0x4ef125d1c1e03150)

typedef struct fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage {
    fidl_message_header_t hdr;
    // Rights that stay. Bits that are 0 here, or are 0 in the mask of this token, are taken
    // away from the VMOs of the new token's participant. 0xFFFFFFFF takes nothing away.
    uint32_t rights_attenuation_mask;
    // Server end of the new token.
    zx_handle_t token_request;
} fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage) == 24, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage, rights_attenuation_mask) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage, token_request) == 20,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage {
    fidl_message_header_t hdr;
    // More is stronger.
    uint32_t priority;
    // The name. May be shortened.
    fidl_vector_t name;
} fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage) == 40, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage, priority) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage, name) == 24,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage {
    fidl_message_header_t hdr;
    // Name of the client, for people.
    fidl_vector_t name;
    // Usually the koid or id of the process.
    uint64_t id;
} fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage) == 40,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage, name) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage, id) == 32,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage {
    fidl_message_header_t hdr;
    // The time.
    int64_t deadline;
} fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage, deadline) == 16,
    "offset");

// Makes one more token of the same collection, for another participant.
//
// Send its client end to another process only when the server is known to have it: after
// `Sync`, or after `BufferCollectionEvents.OnDuplicatedTokensKnownByServer` of the view that
// this token was turned in for.
//
// Takes token_request, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionTokenDuplicate(
    zx_handle_t channel,
    uint32_t rights_attenuation_mask,
    zx_handle_t token_request);

// Is answered when everything that was sent on this channel before has been done. Not after
// `Close`.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSync(zx_handle_t channel);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_BufferCollectionTokenSync_decode.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSync_send(zx_handle_t channel, uint32_t txid);

// Takes a reply apart. Returns what fidl_decode_reply returns.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSync_decode(fidl_incoming_msg_t *msg);

// Gives the token back: its participant does not take part, and that is no failure. Closing
// the channel is all that may follow.
zx_status_t fuchsia_sysmem_BufferCollectionTokenClose(zx_handle_t channel);

// Suggests a name for buffers that are allocated from now on. The highest priority wins.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSetName(
    zx_handle_t channel,
    uint32_t priority,
    const char *name_data,
    size_t name_size);

// Says who the client is, for diagnostics.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfo(
    zx_handle_t channel,
    const char *name_data,
    size_t name_size,
    uint64_t id);

// The server logs a line when not everybody has sent constraints 5 seconds after the
// collection was made. Says when it shall do so instead. Of several values any one may hold.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadline(
    zx_handle_t channel,
    int64_t deadline);

// Replies to Sync, once.
zx_status_t fuchsia_sysmem_BufferCollectionTokenSync_reply(fidl_txn_t *txn);

// Handlers of a server, each for the method of its name. ctx is what the dispatch
// function was given. NULL: as if there were no such method.
typedef struct fuchsia_sysmem_BufferCollectionToken_ops {
    // Closes token_request, now or later.
    zx_status_t (*Duplicate)(
        void *ctx,
        uint32_t rights_attenuation_mask,
        zx_handle_t token_request);
    zx_status_t (*Sync)(void *ctx, fidl_txn_t *txn);
    zx_status_t (*Close)(void *ctx);
    zx_status_t (*SetName)(void *ctx, uint32_t priority, const char *name_data, size_t name_size);
    zx_status_t (*SetDebugClientInfo)(
        void *ctx,
        const char *name_data,
        size_t name_size,
        uint64_t id);
    zx_status_t (*SetDebugTimeoutLogDeadline)(void *ctx, int64_t deadline);
} fuchsia_sysmem_BufferCollectionToken_ops_t;

// Decodes a request and calls its handler.
//
// ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is
// malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,
// ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the
// message are gone.
zx_status_t fuchsia_sysmem_BufferCollectionToken_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops);

// As the dispatch function, but leaves the message as it is if there is no such method.
zx_status_t fuchsia_sysmem_BufferCollectionToken_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops);

// A binding that serves the protocol by these handlers; see fidl_binding_create.
fidl_binding_t *fuchsia_sysmem_BufferCollectionToken_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops,
    uint32_t cap);

// -------------------------------------------------------------------------------------------------
// Protocol BufferCollection
//
// A participant's view of a collection.
//
// A view that is closed without `Close` fails its collection.

#define fuchsia_sysmem_BufferCollection_Name "fuchsia.sysmem.BufferCollection"
#define fuchsia_sysmem_BufferCollectionSetEventSinkOrdinal UINT64_C(0x7e48a6aac582e3c6)
#define fuchsia_sysmem_BufferCollectionSyncOrdinal UINT64_C(0x0941fdbb6ec7f85e)
#define fuchsia_sysmem_BufferCollectionSetConstraintsOrdinal UINT64_C(0x4d9c3406c213227b)
#define fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedOrdinal UINT64_C(0x714667ea2a29a3a2)
#define fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedOrdinal UINT64_C(0x0245bb81f79189e9)
#define fuchsia_sysmem_BufferCollectionCloseSingleBufferOrdinal UINT64_C(0x3becedeb5959121a)
#define fuchsia_sysmem_BufferCollectionAllocateSingleBufferOrdinal UINT64_C(0x19cca74dfad8f2bf)
#define fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedOrdinal UINT64_C(0x025ee1433c5fd1dc)
#define fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedOrdinal UINT64_C(0x5905702f25c60301)
#define fuchsia_sysmem_BufferCollectionCloseOrdinal UINT64_C(0x48ac4179438f99fe)
#define fuchsia_sysmem_BufferCollectionSetNameOrdinal UINT64_C(0x77250b31c9fae9d0)
#define fuchsia_sysmem_BufferCollectionSetDebugClientInfoOrdinal UINT64_C(0x39ce0028c1010ec5)
#define fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersOrdinal UINT64_C(0x1ad80e63c090d817)
#define fuchsia_sysmem_BufferCollectionGetAuxBuffersOrdinal UINT64_C(0x6c6cac6000a29a55)

typedef struct fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage {
    fidl_message_header_t hdr;
    // Client end of a channel whose server is the client of this view.
    zx_handle_t events;
} fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage) == 24, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage, events) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage {
    fidl_message_header_t hdr;
    // False: the participant has no constraints and gets no VMOs, only settings and counts.
    bool has_constraints;
    // The constraints.
    fuchsia_sysmem_BufferCollectionConstraints constraints;
} fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage) == 7784, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage, has_constraints) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage, constraints) == 24,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t status;
    // The buffers; zeros unless the status is 0.
    fuchsia_sysmem_BufferCollectionInfo_2 buffer_collection_info;
} fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage) == 1320,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage, status) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage, buffer_collection_info) == 24,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t status;
} fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage, status) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage {
    fidl_message_header_t hdr;
    // Which one.
    uint64_t buffer_index;
} fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage) == 24, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage, buffer_index) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage {
    fidl_message_header_t hdr;
    // Which one.
    uint64_t buffer_index;
} fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage, buffer_index) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage {
    fidl_message_header_t hdr;
    // Which one.
    uint64_t buffer_index;
} fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage, buffer_index) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t status;
    // The buffer; zeros unless the status is 0.
    fuchsia_sysmem_SingleBufferInfo buffer_info;
} fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage) == 304,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage, status) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage, buffer_info) == 24,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage {
    fidl_message_header_t hdr;
    // Which one.
    uint64_t buffer_index;
} fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage, buffer_index) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionSetNameRequestMessage {
    fidl_message_header_t hdr;
    // More is stronger.
    uint32_t priority;
    // The name. May be shortened.
    fidl_vector_t name;
} fuchsia_sysmem_BufferCollectionSetNameRequestMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionSetNameRequestMessage) == 40, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetNameRequestMessage, priority) == 16,
    "offset");
static_assert(offsetof(fuchsia_sysmem_BufferCollectionSetNameRequestMessage, name) == 24, "offset");

typedef struct fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage {
    fidl_message_header_t hdr;
    // Name of the client, for people.
    fidl_vector_t name;
    // Usually the koid or id of the process.
    uint64_t id;
} fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage) == 40,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage, name) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage, id) == 32,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage {
    fidl_message_header_t hdr;
    // The constraints.
    fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers constraints;
} fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage) == 24,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage, constraints) == 16,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t status;
    // As many as there are buffers. There are none if the first one has no VMO.
    fuchsia_sysmem_BufferCollectionInfo_2 buffer_collection_info_aux_buffers;
} fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage;

static_assert(sizeof(fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage) == 1320, "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage, status) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage, buffer_collection_info_aux_buffers) == 24,
    "offset");

// Gives the server the sink for events of this view. At most once, and before
// `SetConstraints`; otherwise the view fails.
//
// Takes events, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionSetEventSink(zx_handle_t channel, zx_handle_t events);

// Is answered when everything that was sent on this channel before has been done, and what was
// sent before on the token that this view came from.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
zx_status_t fuchsia_sysmem_BufferCollectionSync(zx_handle_t channel);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_BufferCollectionSync_decode.
zx_status_t fuchsia_sysmem_BufferCollectionSync_send(zx_handle_t channel, uint32_t txid);

// Takes a reply apart. Returns what fidl_decode_reply returns.
zx_status_t fuchsia_sysmem_BufferCollectionSync_decode(fidl_incoming_msg_t *msg);

// States the constraints of this participant, or that it has none. Once only: a second time
// fails the view.
//
// When no tokens are left and the last view has sent its constraints, the server allocates.
zx_status_t fuchsia_sysmem_BufferCollectionSetConstraints(
    zx_handle_t channel,
    bool has_constraints,
    const fuchsia_sysmem_BufferCollectionConstraints *constraints);

// Is answered when allocation has been tried. May be sent at any time and any number of times;
// each reply has handles of its own.
//
// Status: 0; −4, no memory; −30, no access; −10, wrong constraints; −2, constraints that
// cannot be met together.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
//
// The caller closes the handles in buffer_collection_info, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated(
    zx_handle_t channel,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_decode.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_send(
    zx_handle_t channel,
    uint32_t txid);

// Takes a reply apart. Returns what fidl_decode_reply returns.
//
// The caller closes the handles in buffer_collection_info, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info);

// Is answered at once: −28 while allocation has not been tried, then its outcome.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated(
    zx_handle_t channel,
    int32_t *out_status);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_decode.
zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_send(
    zx_handle_t channel,
    uint32_t txid);

// Takes a reply apart. Returns what fidl_decode_reply returns.
zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status);

// Has the server drop one of the buffers. No server did.
zx_status_t fuchsia_sysmem_BufferCollectionCloseSingleBuffer(
    zx_handle_t channel,
    uint64_t buffer_index);

// Allocates a new buffer in place of one that was closed. No server did.
zx_status_t fuchsia_sysmem_BufferCollectionAllocateSingleBuffer(
    zx_handle_t channel,
    uint64_t buffer_index);

// Is answered when a buffer exists. No server did.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
//
// The caller closes the handles in buffer_info, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated(
    zx_handle_t channel,
    uint64_t buffer_index,
    int32_t *out_status,
    fuchsia_sysmem_SingleBufferInfo *out_buffer_info);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for
// fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_decode.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_send(
    zx_handle_t channel,
    uint32_t txid,
    uint64_t buffer_index);

// Takes a reply apart. Returns what fidl_decode_reply returns.
//
// The caller closes the handles in buffer_info, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status,
    fuchsia_sysmem_SingleBufferInfo *out_buffer_info);

// Asks for `BufferCollectionEvents.OnAllocateSingleBufferDone` with status −25 if there is no
// such buffer. No server sent it.
zx_status_t fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocated(
    zx_handle_t channel,
    uint64_t buffer_index);

// Ends this view without failing the collection. Constraints that were sent still count.
// Closing the channel is all that may follow.
zx_status_t fuchsia_sysmem_BufferCollectionClose(zx_handle_t channel);

// See `BufferCollectionToken.SetName`.
zx_status_t fuchsia_sysmem_BufferCollectionSetName(
    zx_handle_t channel,
    uint32_t priority,
    const char *name_data,
    size_t name_size);

// Says who the client is, for diagnostics.
zx_status_t fuchsia_sysmem_BufferCollectionSetDebugClientInfo(
    zx_handle_t channel,
    const char *name_data,
    size_t name_size,
    uint64_t id);

// States the constraints on auxiliary buffers. Only before `SetConstraints`.
zx_status_t fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffers(
    zx_handle_t channel,
    const fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers *constraints);

// Gets the auxiliary buffers: only after `WaitForBuffersAllocated` was answered, or
// `BufferCollectionEvents.OnBuffersAllocated` has come.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
//
// The caller closes the handles in buffer_collection_info_aux_buffers, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers(
    zx_handle_t channel,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info_aux_buffers);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_BufferCollectionGetAuxBuffers_decode.
zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers_send(zx_handle_t channel, uint32_t txid);

// Takes a reply apart. Returns what fidl_decode_reply returns.
//
// The caller closes the handles in buffer_collection_info_aux_buffers, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info_aux_buffers);

// Replies to Sync, once.
zx_status_t fuchsia_sysmem_BufferCollectionSync_reply(fidl_txn_t *txn);

// Replies to WaitForBuffersAllocated, once.
//
// Takes the handles in buffer_collection_info, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_reply(
    fidl_txn_t *txn,
    int32_t status,
    const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info);

// Replies to CheckBuffersAllocated, once.
zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_reply(
    fidl_txn_t *txn,
    int32_t status);

// Replies to WaitForSingleBufferAllocated, once.
//
// Takes the handles in buffer_info, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_reply(
    fidl_txn_t *txn,
    int32_t status,
    const fuchsia_sysmem_SingleBufferInfo *buffer_info);

// Replies to GetAuxBuffers, once.
//
// Takes the handles in buffer_collection_info_aux_buffers, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers_reply(
    fidl_txn_t *txn,
    int32_t status,
    const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info_aux_buffers);

// Handlers of a server, each for the method of its name. ctx is what the dispatch
// function was given. NULL: as if there were no such method.
typedef struct fuchsia_sysmem_BufferCollection_ops {
    // Closes events, now or later.
    zx_status_t (*SetEventSink)(void *ctx, zx_handle_t events);
    zx_status_t (*Sync)(void *ctx, fidl_txn_t *txn);
    zx_status_t (*SetConstraints)(
        void *ctx,
        bool has_constraints,
        const fuchsia_sysmem_BufferCollectionConstraints *constraints);
    zx_status_t (*WaitForBuffersAllocated)(void *ctx, fidl_txn_t *txn);
    zx_status_t (*CheckBuffersAllocated)(void *ctx, fidl_txn_t *txn);
    zx_status_t (*CloseSingleBuffer)(void *ctx, uint64_t buffer_index);
    zx_status_t (*AllocateSingleBuffer)(void *ctx, uint64_t buffer_index);
    zx_status_t (*WaitForSingleBufferAllocated)(void *ctx, uint64_t buffer_index, fidl_txn_t *txn);
    zx_status_t (*CheckSingleBufferAllocated)(void *ctx, uint64_t buffer_index);
    zx_status_t (*Close)(void *ctx);
    zx_status_t (*SetName)(void *ctx, uint32_t priority, const char *name_data, size_t name_size);
    zx_status_t (*SetDebugClientInfo)(
        void *ctx,
        const char *name_data,
        size_t name_size,
        uint64_t id);
    zx_status_t (*SetConstraintsAuxBuffers)(
        void *ctx,
        const fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers *constraints);
    zx_status_t (*GetAuxBuffers)(void *ctx, fidl_txn_t *txn);
} fuchsia_sysmem_BufferCollection_ops_t;

// Decodes a request and calls its handler.
//
// ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is
// malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,
// ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the
// message are gone.
zx_status_t fuchsia_sysmem_BufferCollection_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops);

// As the dispatch function, but leaves the message as it is if there is no such method.
zx_status_t fuchsia_sysmem_BufferCollection_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops);

// A binding that serves the protocol by these handlers; see fidl_binding_create.
fidl_binding_t *fuchsia_sysmem_BufferCollection_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_BufferCollection_ops_t *ops,
    uint32_t cap);

// -------------------------------------------------------------------------------------------------
// Protocol BufferCollectionEvents
//
// What a view has to tell, sent to a channel that the view's client serves.
//
// Events of a channel itself would need bindings that dispatch them; one-way requests in the other
// direction need what every server has. Each event comes at most once, and at once if what it
// tells is true already when the sink is set.

#define fuchsia_sysmem_BufferCollectionEvents_Name "fuchsia.sysmem.BufferCollectionEvents"
#define fuchsia_sysmem_BufferCollectionEventsOnDuplicatedTokensKnownByServerOrdinal UINT64_C(0x676c26fb29b9556a)
#define fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedOrdinal UINT64_C(0x4b74d7c0dc6d8903)
#define fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneOrdinal UINT64_C(0x3acc52158e4ff771)

typedef struct fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage {
    fidl_message_header_t hdr;
    // The outcome; see `BufferCollection.WaitForBuffersAllocated`.
    int32_t status;
    // The buffers; zeros unless the status is 0.
    fuchsia_sysmem_BufferCollectionInfo_2 buffer_collection_info;
} fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage) == 1320,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage, status) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage, buffer_collection_info) == 24,
    "offset");

typedef struct fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t status;
    // The buffer; zeros unless the status is 0.
    fuchsia_sysmem_SingleBufferInfo buffer_info;
} fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage;

static_assert(
    sizeof(fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage) == 304,
    "size");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage, status) == 16,
    "offset");
static_assert(
    offsetof(fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage, buffer_info) == 24,
    "offset");

// Every token that was duplicated from the token of this view is known to the server now, and
// may be sent to others.
zx_status_t fuchsia_sysmem_BufferCollectionEventsOnDuplicatedTokensKnownByServer(
    zx_handle_t channel);

// Allocation has been tried. Comes after the replies to `WaitForBuffersAllocated` of the same
// view.
//
// Takes the handles in buffer_collection_info, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocated(
    zx_handle_t channel,
    int32_t status,
    const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info);

// A single buffer has been allocated. No server sent it.
//
// Takes the handles in buffer_info, whatever it returns.
zx_status_t fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDone(
    zx_handle_t channel,
    int32_t status,
    const fuchsia_sysmem_SingleBufferInfo *buffer_info);

// Handlers of a server, each for the method of its name. ctx is what the dispatch
// function was given. NULL: as if there were no such method.
typedef struct fuchsia_sysmem_BufferCollectionEvents_ops {
    zx_status_t (*OnDuplicatedTokensKnownByServer)(void *ctx);
    // Closes the handles in buffer_collection_info, now or later.
    zx_status_t (*OnBuffersAllocated)(
        void *ctx,
        int32_t status,
        const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info);
    // Closes the handles in buffer_info, now or later.
    zx_status_t (*OnAllocateSingleBufferDone)(
        void *ctx,
        int32_t status,
        const fuchsia_sysmem_SingleBufferInfo *buffer_info);
} fuchsia_sysmem_BufferCollectionEvents_ops_t;

// Decodes a request and calls its handler.
//
// ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is
// malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,
// ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the
// message are gone.
zx_status_t fuchsia_sysmem_BufferCollectionEvents_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops);

// As the dispatch function, but leaves the message as it is if there is no such method.
zx_status_t fuchsia_sysmem_BufferCollectionEvents_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops);

// A binding that serves the protocol by these handlers; see fidl_binding_create.
fidl_binding_t *fuchsia_sysmem_BufferCollectionEvents_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops,
    uint32_t cap);

// -------------------------------------------------------------------------------------------------
// Protocol DriverConnector
//
// How a broker reaches the driver that serves `Allocator`: the only protocol that is served
// through the node of the device.

#define fuchsia_sysmem_DriverConnector_Name "fuchsia.sysmem.DriverConnector"
#define fuchsia_sysmem_DriverConnectorConnectOrdinal UINT64_C(0x663a49f8408b8184)

typedef struct fuchsia_sysmem_DriverConnectorConnectRequestMessage {
    fidl_message_header_t hdr;
    // Server end.
    zx_handle_t allocator_request;
} fuchsia_sysmem_DriverConnectorConnectRequestMessage;

static_assert(sizeof(fuchsia_sysmem_DriverConnectorConnectRequestMessage) == 24, "size");
static_assert(
    offsetof(fuchsia_sysmem_DriverConnectorConnectRequestMessage, allocator_request) == 16,
    "offset");

// Hands over a channel for the driver to serve. That it is not served shows by its being
// closed.
//
// Takes allocator_request, whatever it returns.
zx_status_t fuchsia_sysmem_DriverConnectorConnect(
    zx_handle_t channel,
    zx_handle_t allocator_request);

// Handlers of a server, each for the method of its name. ctx is what the dispatch
// function was given. NULL: as if there were no such method.
typedef struct fuchsia_sysmem_DriverConnector_ops {
    // Closes allocator_request, now or later.
    zx_status_t (*Connect)(void *ctx, zx_handle_t allocator_request);
} fuchsia_sysmem_DriverConnector_ops_t;

// Decodes a request and calls its handler.
//
// ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is
// malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,
// ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the
// message are gone.
zx_status_t fuchsia_sysmem_DriverConnector_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_DriverConnector_ops_t *ops);

// As the dispatch function, but leaves the message as it is if there is no such method.
zx_status_t fuchsia_sysmem_DriverConnector_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_DriverConnector_ops_t *ops);

// A binding that serves the protocol by these handlers; see fidl_binding_create.
fidl_binding_t *fuchsia_sysmem_DriverConnector_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_DriverConnector_ops_t *ops,
    uint32_t cap);

// -------------------------------------------------------------------------------------------------
// Protocol Heap
//
// Provides memory of one kind. The server of this library is its client.

#define fuchsia_sysmem_HeapAllocateVmoOrdinal UINT64_C(0x1c885a457f626eef)
#define fuchsia_sysmem_HeapCreateResourceOrdinal UINT64_C(0x20f4e8b60cb76063)
#define fuchsia_sysmem_HeapDestroyResourceOrdinal UINT64_C(0x766bee03db72e8fa)

typedef struct fuchsia_sysmem_HeapAllocateVmoRequestMessage {
    fidl_message_header_t hdr;
    // Size in bytes.
    uint64_t size;
} fuchsia_sysmem_HeapAllocateVmoRequestMessage;

static_assert(sizeof(fuchsia_sysmem_HeapAllocateVmoRequestMessage) == 24, "size");
static_assert(offsetof(fuchsia_sysmem_HeapAllocateVmoRequestMessage, size) == 16, "offset");

typedef struct fuchsia_sysmem_HeapAllocateVmoResponseMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t s;
    // The VMO; missing unless the status is 0.
    zx_handle_t vmo;
} fuchsia_sysmem_HeapAllocateVmoResponseMessage;

static_assert(sizeof(fuchsia_sysmem_HeapAllocateVmoResponseMessage) == 24, "size");
static_assert(offsetof(fuchsia_sysmem_HeapAllocateVmoResponseMessage, s) == 16, "offset");
static_assert(offsetof(fuchsia_sysmem_HeapAllocateVmoResponseMessage, vmo) == 20, "offset");

typedef struct fuchsia_sysmem_HeapCreateResourceRequestMessage {
    fidl_message_header_t hdr;
    // The VMO.
    zx_handle_t vmo;
} fuchsia_sysmem_HeapCreateResourceRequestMessage;

static_assert(sizeof(fuchsia_sysmem_HeapCreateResourceRequestMessage) == 24, "size");
static_assert(offsetof(fuchsia_sysmem_HeapCreateResourceRequestMessage, vmo) == 16, "offset");

typedef struct fuchsia_sysmem_HeapCreateResourceResponseMessage {
    fidl_message_header_t hdr;
    // The outcome.
    int32_t s;
    // What `DestroyResource` will name.
    uint64_t id;
} fuchsia_sysmem_HeapCreateResourceResponseMessage;

static_assert(sizeof(fuchsia_sysmem_HeapCreateResourceResponseMessage) == 32, "size");
static_assert(offsetof(fuchsia_sysmem_HeapCreateResourceResponseMessage, s) == 16, "offset");
static_assert(offsetof(fuchsia_sysmem_HeapCreateResourceResponseMessage, id) == 24, "offset");

typedef struct fuchsia_sysmem_HeapDestroyResourceRequestMessage {
    fidl_message_header_t hdr;
    // Which one.
    uint64_t id;
} fuchsia_sysmem_HeapDestroyResourceRequestMessage;

static_assert(sizeof(fuchsia_sysmem_HeapDestroyResourceRequestMessage) == 24, "size");
static_assert(offsetof(fuchsia_sysmem_HeapDestroyResourceRequestMessage, id) == 16, "offset");

// Makes a VMO. It may be one that never has pages, for memory that the CPU cannot reach; it
// may be dropped without ever being used.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
//
// The caller closes vmo, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_HeapAllocateVmo(
    zx_handle_t channel,
    uint64_t size,
    int32_t *out_s,
    zx_handle_t *out_vmo);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_HeapAllocateVmo_decode.
zx_status_t fuchsia_sysmem_HeapAllocateVmo_send(zx_handle_t channel, uint32_t txid, uint64_t size);

// Takes a reply apart. Returns what fidl_decode_reply returns.
//
// The caller closes vmo, if it returns ZX_OK.
zx_status_t fuchsia_sysmem_HeapAllocateVmo_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_s,
    zx_handle_t *out_vmo);

// Provides what the VMO, or the one that it is a child of in full, stands for. Comes before
// any use. The heap keeps no handle to the VMO.
//
// Takes vmo, whatever it returns.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
zx_status_t fuchsia_sysmem_HeapCreateResource(
    zx_handle_t channel,
    zx_handle_t vmo,
    int32_t *out_s,
    uint64_t *out_id);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_HeapCreateResource_decode.
//
// Takes vmo, whatever it returns.
zx_status_t fuchsia_sysmem_HeapCreateResource_send(
    zx_handle_t channel,
    uint32_t txid,
    zx_handle_t vmo);

// Takes a reply apart. Returns what fidl_decode_reply returns.
zx_status_t fuchsia_sysmem_HeapCreateResource_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_s,
    uint64_t *out_id);

// Takes back what `CreateResource` provided.
//
// Blocks until the reply is there. No other reply may be outstanding on the channel.
zx_status_t fuchsia_sysmem_HeapDestroyResource(zx_handle_t channel, uint64_t id);

// Sends the request alone; txid, less than FIDL_FIRST_BLOCKING_TXID and not 0, comes back in the
// header of the reply, which is for fuchsia_sysmem_HeapDestroyResource_decode.
zx_status_t fuchsia_sysmem_HeapDestroyResource_send(
    zx_handle_t channel,
    uint32_t txid,
    uint64_t id);

// Takes a reply apart. Returns what fidl_decode_reply returns.
zx_status_t fuchsia_sysmem_HeapDestroyResource_decode(fidl_incoming_msg_t *msg);

// Replies to AllocateVmo, once.
//
// Takes vmo, whatever it returns.
zx_status_t fuchsia_sysmem_HeapAllocateVmo_reply(fidl_txn_t *txn, int32_t s, zx_handle_t vmo);

// Replies to CreateResource, once.
zx_status_t fuchsia_sysmem_HeapCreateResource_reply(fidl_txn_t *txn, int32_t s, uint64_t id);

// Replies to DestroyResource, once.
zx_status_t fuchsia_sysmem_HeapDestroyResource_reply(fidl_txn_t *txn);

// Handlers of a server, each for the method of its name. ctx is what the dispatch
// function was given. NULL: as if there were no such method.
typedef struct fuchsia_sysmem_Heap_ops {
    zx_status_t (*AllocateVmo)(void *ctx, uint64_t size, fidl_txn_t *txn);
    // Closes vmo, now or later.
    zx_status_t (*CreateResource)(void *ctx, zx_handle_t vmo, fidl_txn_t *txn);
    zx_status_t (*DestroyResource)(void *ctx, uint64_t id, fidl_txn_t *txn);
} fuchsia_sysmem_Heap_ops_t;

// Decodes a request and calls its handler.
//
// ZX_ERR_NOT_SUPPORTED: there is no such method. ZX_ERR_INTERNAL: the message is
// malformed, or the handler returned something else than ZX_OK, ZX_ERR_STOP,
// ZX_ERR_NEXT or ZX_ERR_ASYNC, which are passed on. In every case the handles of the
// message are gone.
zx_status_t fuchsia_sysmem_Heap_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops);

// As the dispatch function, but leaves the message as it is if there is no such method.
zx_status_t fuchsia_sysmem_Heap_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops);

// A binding that serves the protocol by these handlers; see fidl_binding_create.
fidl_binding_t *fuchsia_sysmem_Heap_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_Heap_ops_t *ops,
    uint32_t cap);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // FUCHSIA_SYSMEM_H_
