#include "participant.h"

#include <string.h>
#include <sys/mman.h>

static zx_status_t on_tokens_known(void *ctx) {
    ((participant_t *)ctx)->tokens_are_known = true;
    return ZX_OK;
}

static zx_status_t on_allocated(
    void *ctx, zx_status_t status, const fuchsia_sysmem_BufferCollectionInfo_2 *info) {
    participant_t *participant = (participant_t *)ctx;
    participant->is_allocated = true;
    participant->status = status;
    // The handles in it are ours from here on.
    participant->info = *info;
    return ZX_OK;
}

// No server sends this one, and a dispatch function ends with an error if it comes.
static const fuchsia_sysmem_BufferCollectionEvents_ops_t EVENTS = {
    on_tokens_known,
    on_allocated,
    NULL,
};

zx_status_t participant_join(
    participant_t *participant, zx_handle_t allocator, zx_handle_t token) {
    zx_handle_t view_request;
    zx_handle_t sink;
    memset(participant, 0, sizeof *participant);
    zx_status_t status = zx_channel_create(&participant->view, &view_request);
    if (status != ZX_OK) {
        zx_handle_close(token);
        return status;
    }
    status = fuchsia_sysmem_AllocatorBindSharedCollection(allocator, token, view_request);
    if (status != ZX_OK) {
        return status;
    }
    status = zx_channel_create(&participant->events, &sink);
    if (status != ZX_OK) {
        return status;
    }
    return fuchsia_sysmem_BufferCollectionSetEventSink(participant->view, sink);
}

zx_status_t participant_constrain(
    participant_t *participant, const fuchsia_sysmem_BufferCollectionConstraints *constraints) {
    return fuchsia_sysmem_BufferCollectionSetConstraints(participant->view, true, constraints);
}

// The longest event.
typedef fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage longest_event_t;

zx_status_t participant_read(participant_t *participant) {
    uint64_t bytes[sizeof(longest_event_t) / sizeof(uint64_t)];
    fidl_incoming_msg_t msg;
    const zx_status_t status = fidl_read(participant->events, bytes, sizeof bytes, &msg);
    if (status != ZX_OK) {
        return status;
    }
    // Requests of a sink get no replies, so there is no transaction.
    return fuchsia_sysmem_BufferCollectionEvents_dispatch(participant, NULL, &msg, &EVENTS);
}

static size_t buffer_size(const participant_t *participant) {
    return participant->info.settings.buffer_settings.size_bytes;
}

zx_status_t participant_map(participant_t *participant, bool writes) {
    const int protection = writes ? PROT_READ | PROT_WRITE : PROT_READ;
    for (uint32_t i = 0; i < participant->info.buffer_count; i++) {
        const fuchsia_sysmem_VmoBuffer *buffer = &participant->info.buffers[i];
        void *memory = mmap(
            NULL,
            buffer_size(participant),
            protection,
            MAP_SHARED,
            zx_handle_fd(buffer->vmo),
            (off_t)buffer->vmo_usable_start);
        if (memory == MAP_FAILED) {
            return ZX_ERR_ACCESS_DENIED;
        }
        participant->memory[i] = (uint8_t *)memory;
    }
    return ZX_OK;
}

void participant_leave(participant_t *participant) {
    for (uint32_t i = 0; i < participant->info.buffer_count; i++) {
        if (participant->memory[i] != NULL) {
            (void)munmap(participant->memory[i], buffer_size(participant));
        }
        zx_handle_close(participant->info.buffers[i].vmo);
    }
    // A channel that closes without this would fail the collection for the others.
    (void)fuchsia_sysmem_BufferCollectionClose(participant->view);
    zx_handle_close(participant->view);
    zx_handle_close(participant->events);
    memset(participant, 0, sizeof *participant);
}
