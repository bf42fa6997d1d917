// One end of a conversation whose other end is in Rust (interop.rs). The channel is descriptor 0.

#include <poll.h>
#include <sys/mman.h>

#include "check.h"
#include "fuchsia_sysmem.h"

enum { VMO_SIZE = 4096 };

static char first_byte(zx_handle_t vmo) {
    void *mapped = mmap(NULL, VMO_SIZE, PROT_READ, MAP_SHARED, zx_handle_fd(vmo), 0);
    CHECK(mapped != MAP_FAILED);
    const char first = *(const char *)mapped;
    CHECK(munmap(mapped, VMO_SIZE) == 0);
    return first;
}

// An end of a channel whose other end nobody needs.
static zx_handle_t end_of_channel(void) {
    return some_handle();
}

static fuchsia_sysmem_ImageFormatConstraints nv12(void) {
    fuchsia_sysmem_ImageFormatConstraints format;
    memset(&format, 0, sizeof format);
    format.pixel_format.type = fuchsia_sysmem_PixelFormatType_NV12;
    format.pixel_format.has_format_modifier = true;
    format.pixel_format.format_modifier.value = fuchsia_sysmem_FORMAT_MODIFIER_INTEL_I915_X_TILED;
    format.color_spaces_count = 2;
    format.color_space[0].type = fuchsia_sysmem_ColorSpaceType_REC709;
    format.color_space[1].type = fuchsia_sysmem_ColorSpaceType_REC2100;
    // Every number by its place in the struct.
    uint32_t *const numbers[] = {
        &format.min_coded_width,           &format.max_coded_width,
        &format.min_coded_height,          &format.max_coded_height,
        &format.min_bytes_per_row,         &format.max_bytes_per_row,
        &format.max_coded_width_times_coded_height, &format.layers,
        &format.coded_width_divisor,       &format.coded_height_divisor,
        &format.bytes_per_row_divisor,     &format.start_offset_divisor,
        &format.display_width_divisor,     &format.display_height_divisor,
        &format.required_min_coded_width,  &format.required_max_coded_width,
        &format.required_min_coded_height, &format.required_max_coded_height,
        &format.required_min_bytes_per_row, &format.required_max_bytes_per_row,
    };
    for (uint32_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = i + 1;
    }
    return format;
}

static fuchsia_sysmem_BufferCollectionConstraints constraints(void) {
    fuchsia_sysmem_BufferCollectionConstraints all;
    memset(&all, 0, sizeof all);
    all.usage.cpu = fuchsia_sysmem_cpuUsageRead;
    all.usage.vulkan = fuchsia_sysmem_vulkanUsageSampled;
    all.usage.display = fuchsia_sysmem_displayUsageCursor;
    all.usage.video = fuchsia_sysmem_videoUsageCapture;
    all.min_buffer_count_for_camping = 1;
    all.min_buffer_count_for_dedicated_slack = 2;
    all.min_buffer_count_for_shared_slack = 3;
    all.min_buffer_count = 4;
    all.max_buffer_count = 5;
    all.has_buffer_memory_constraints = true;
    all.buffer_memory_constraints.min_size_bytes = 6;
    all.buffer_memory_constraints.max_size_bytes = 7;
    all.buffer_memory_constraints.secure_required = true;
    all.buffer_memory_constraints.cpu_domain_supported = true;
    all.buffer_memory_constraints.heap_permitted_count = 2;
    all.buffer_memory_constraints.heap_permitted[1] = fuchsia_sysmem_HeapType_AMLOGIC_SECURE;
    all.image_format_constraints_count = 1;
    all.image_format_constraints[0] = nv12();
    return all;
}

static void talk_to_allocator(zx_handle_t channel) {
    bool is_known = false;
    CHECK(
        fuchsia_sysmem_AllocatorAllocateNonSharedCollection(channel, end_of_channel()) == ZX_OK);
    CHECK(fuchsia_sysmem_AllocatorAllocateSharedCollection(channel, end_of_channel()) == ZX_OK);
    CHECK(
        fuchsia_sysmem_AllocatorBindSharedCollection(
            channel, end_of_channel(), end_of_channel()) == ZX_OK);
    CHECK(
        fuchsia_sysmem_AllocatorValidateBufferCollectionToken(channel, 77, &is_known) == ZX_OK);
    CHECK(is_known);
    CHECK(fuchsia_sysmem_AllocatorSetDebugClientInfo(channel, "a C program", 11, 42) == ZX_OK);
}

static void talk_to_token(zx_handle_t channel) {
    CHECK(
        fuchsia_sysmem_BufferCollectionTokenDuplicate(channel, 0xfffffff7, end_of_channel()) ==
        ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionTokenSync(channel) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionTokenSetName(channel, 5, "b\xc3\xbc" "ffer", 7) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfo(channel, "", 0, 1) == ZX_OK);
    CHECK(
        fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadline(channel, INT64_MAX) ==
        ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionTokenClose(channel) == ZX_OK);
}

// Waits with poll(), as a program with other things to do would.
static void read_later(
    zx_handle_t channel, void *bytes, size_t capacity, fidl_incoming_msg_t *msg) {
    struct pollfd wanted = {zx_handle_fd(channel), POLLIN, 0};
    CHECK(poll(&wanted, 1, -1) == 1);
    CHECK(fidl_read(channel, bytes, capacity, msg) == ZX_OK);
}

// What the Rust end replies to a Wait that succeeds.
static void check_info(const fuchsia_sysmem_BufferCollectionInfo_2 *info) {
    CHECK(info->buffer_count == 2);
    CHECK(info->settings.buffer_settings.size_bytes == VMO_SIZE);
    CHECK(info->settings.buffer_settings.is_physically_contiguous);
    CHECK(info->settings.buffer_settings.coherency_domain == fuchsia_sysmem_CoherencyDomain_RAM);
    CHECK(info->settings.buffer_settings.heap == fuchsia_sysmem_HeapType_FRAMEBUFFER);
    CHECK(info->settings.has_image_format_constraints);
    // Both were zeroed before they were filled, padding included.
    const fuchsia_sysmem_ImageFormatConstraints expected = nv12();
    CHECK(memcmp(&info->settings.image_format_constraints, &expected, sizeof expected) == 0);
    CHECK(info->buffers[1].vmo_usable_start == 16);
    CHECK(first_byte(info->buffers[0].vmo) == 'x' && first_byte(info->buffers[1].vmo) == 'y');
    CHECK(info->buffers[2].vmo == ZX_HANDLE_INVALID);
    zx_handle_close(info->buffers[0].vmo);
    zx_handle_close(info->buffers[1].vmo);
}

static void wait_for_buffers(zx_handle_t channel) {
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    zx_status_t status = 1;
    CHECK(
        fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated(channel, &status, &info) == ZX_OK);
    CHECK(status == ZX_OK);
    check_info(&info);

    uint64_t bytes[256];
    fidl_incoming_msg_t msg;
    CHECK(fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_send(channel, 5) == ZX_OK);
    read_later(channel, bytes, sizeof bytes, &msg);
    CHECK(
        fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_decode(&msg, &status, &info) ==
        ZX_OK);
    CHECK(status == ZX_ERR_NOT_SUPPORTED && info.buffer_count == 0);
    CHECK(
        fuchsia_sysmem_BufferCollectionCheckBuffersAllocated(channel, &status) == ZX_OK &&
        status == ZX_ERR_UNAVAILABLE);
}

static void single_buffers(zx_handle_t channel) {
    fuchsia_sysmem_SingleBufferInfo info;
    zx_status_t status;
    CHECK(fuchsia_sysmem_BufferCollectionCloseSingleBuffer(channel, 3) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionAllocateSingleBuffer(channel, 4) == ZX_OK);
    CHECK(
        fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated(channel, 5, &status, &info) ==
        ZX_OK);
    CHECK(status == ZX_OK && first_byte(info.buffer.vmo) == 'z');
    zx_handle_close(info.buffer.vmo);
    CHECK(fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocated(channel, UINT64_MAX) == ZX_OK);
}

static void talk_to_collection(zx_handle_t channel) {
    const fuchsia_sysmem_BufferCollectionConstraints all = constraints();
    const fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers aux = {false, true};
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    zx_status_t status;
    CHECK(fuchsia_sysmem_BufferCollectionSetEventSink(channel, end_of_channel()) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSync(channel) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffers(channel, &aux) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSetConstraints(channel, true, &all) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSetConstraints(channel, false, NULL) == ZX_OK);
    wait_for_buffers(channel);
    single_buffers(channel);
    CHECK(fuchsia_sysmem_BufferCollectionGetAuxBuffers(channel, &status, &info) == ZX_OK);
    CHECK(status == ZX_ERR_BAD_STATE && info.buffers[0].vmo == ZX_HANDLE_INVALID);
    CHECK(fuchsia_sysmem_BufferCollectionSetName(channel, 1, "name", 4) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSetDebugClientInfo(channel, "client", 6, 2) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionClose(channel) == ZX_OK);
}

static void talk_to_driver_and_heap(zx_handle_t channel) {
    zx_status_t status = 1;
    zx_handle_t vmo = ZX_HANDLE_INVALID;
    uint64_t id = 0;
    CHECK(fuchsia_sysmem_DriverConnectorConnect(channel, end_of_channel()) == ZX_OK);
    CHECK(fuchsia_sysmem_HeapAllocateVmo(channel, VMO_SIZE, &status, &vmo) == ZX_OK);
    CHECK(status == ZX_OK && first_byte(vmo) == 'h');
    CHECK(fuchsia_sysmem_HeapCreateResource(channel, vmo, &status, &id) == ZX_OK);
    CHECK(status == ZX_OK && id == 99);
    CHECK(fuchsia_sysmem_HeapDestroyResource(channel, id) == ZX_OK);
    CHECK(fuchsia_sysmem_HeapAllocateVmo(channel, VMO_SIZE, &status, &vmo) == ZX_OK);
    CHECK(status == ZX_ERR_NO_MEMORY && vmo == ZX_HANDLE_INVALID);
}

static void talk(zx_handle_t channel) {
    talk_to_allocator(channel);
    talk_to_token(channel);
    talk_to_collection(channel);
    talk_to_driver_and_heap(channel);
}

// As a server: of events, and of an Allocator.
typedef struct server {
    fidl_loop_t *loop;
    int known;
    int allocated;
    bool is_over;
} server_t;

static zx_status_t on_known(void *ctx) {
    ((server_t *)ctx)->known += 1;
    return ZX_OK;
}

static zx_status_t on_allocated(
    void *ctx, zx_status_t status, const fuchsia_sysmem_BufferCollectionInfo_2 *info) {
    CHECK(status == ZX_OK);
    check_info(info);
    ((server_t *)ctx)->allocated += 1;
    return ZX_OK;
}

static zx_status_t on_single(
    void *ctx, zx_status_t status, const fuchsia_sysmem_SingleBufferInfo *info) {
    (void)ctx;
    CHECK(status == ZX_ERR_NOT_FOUND && info->buffer.vmo == ZX_HANDLE_INVALID);
    return ZX_OK;
}

static void on_end(void *ctx, zx_status_t status) {
    CHECK(status == ZX_ERR_PEER_CLOSED);
    ((server_t *)ctx)->is_over = true;
}

static void serve_events(zx_handle_t channel) {
    const fuchsia_sysmem_BufferCollectionEvents_ops_t ops = {on_known, on_allocated, on_single};
    server_t server = {fidl_loop_create(), 0, 0, false};
    fidl_binding_t *binding = fuchsia_sysmem_BufferCollectionEvents_binding_create(
        server.loop, &server, &ops, FIDL_DEFAULT_CAP);
    fidl_binding_set_error_handler(binding, on_end, &server);
    fidl_binding_bind(binding, channel);
    while (!server.is_over) {
        CHECK(fidl_loop_run_once(server.loop, -1) == ZX_OK);
    }
    CHECK(server.known == 1 && server.allocated == 1);
    fidl_binding_destroy(binding);
    fidl_loop_destroy(server.loop);
}

static zx_status_t on_non_shared(void *ctx, zx_handle_t request) {
    (void)ctx;
    zx_handle_close(request);
    return ZX_OK;
}

static zx_status_t on_bind(void *ctx, zx_handle_t token, zx_handle_t request) {
    (void)ctx;
    zx_handle_close(token);
    zx_handle_close(request);
    return ZX_OK;
}

static zx_status_t on_validate(void *ctx, uint64_t koid, fidl_txn_t *txn) {
    (void)ctx;
    return fuchsia_sysmem_AllocatorValidateBufferCollectionToken_reply(txn, koid == 7);
}

static zx_status_t on_client_info(void *ctx, const char *name, size_t size, uint64_t id) {
    (void)ctx;
    CHECK(size == 4 && memcmp(name, "Rust", 4) == 0 && id == 3);
    return ZX_OK;
}

static void serve_allocator(zx_handle_t channel) {
    const fuchsia_sysmem_Allocator_ops_t ops = {
        on_non_shared, on_non_shared, on_bind, on_validate, on_client_info,
    };
    server_t server = {fidl_loop_create(), 0, 0, false};
    fidl_binding_t *binding = fuchsia_sysmem_Allocator_binding_create(
        server.loop, &server, &ops, FIDL_DEFAULT_CAP);
    fidl_binding_set_error_handler(binding, on_end, &server);
    fidl_binding_bind(binding, channel);
    while (!server.is_over) {
        CHECK(fidl_loop_run_once(server.loop, -1) == ZX_OK);
    }
    fidl_binding_destroy(binding);
    fidl_loop_destroy(server.loop);
}

int main(int argc, char **argv) {
    const int before = open_descriptors();
    CHECK(argc == 2);
    const zx_handle_t channel = zx_handle_from_fd(STDIN_FILENO);
    CHECK(channel != ZX_HANDLE_INVALID);
    if (strcmp(argv[1], "client") == 0) {
        talk(channel);
        zx_handle_close(channel);
    } else if (strcmp(argv[1], "events") == 0) {
        serve_events(channel);
    } else {
        serve_allocator(channel);
    }
    // The channel came with the program.
    CHECK(open_descriptors() == before - 1);
    return 0;
}
