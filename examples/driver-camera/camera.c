// A driver in C: a camera that takes part in a collection that somebody else has made, and takes
// pictures into its buffers when it is told to.
//
// It speaks fuchsia.sysmem, the first version of the protocol, and never waits for a reply: every
// request is one-way, buffers come as an event, and its thread rests only in poll().
//
// Whoever coordinates listens on a socket, whose path is the property "link" of the device. What is
// said there:
//
//     token, with one beside it   it turns that in, and answers: buffers COUNT SIZE INODE...
//     shoot BUFFER NUMBER         it fills the buffer with NUMBER, and answers: frame BUFFER NUMBER

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "participant.h"
#include "sysmem/driver.h"

enum { PICTURE_BYTES = 64 * 1024, COMMAND_BYTES = 64, ANSWER_BYTES = 2048 };

typedef struct camera {
    const sysmem_device_t *device;
    zx_handle_t allocator;
    zx_handle_t link;
    // The thread ends when the far end is closed.
    zx_handle_t stop;
    zx_handle_t stop_far;
    pthread_t thread;
    bool has_joined;
    bool has_buffers;
    participant_t participant;
} camera_t;

static zx_status_t say(const camera_t *camera, const char *text) {
    return zx_channel_write(camera->link, text, strlen(text), NULL, 0);
}

// Turns a token in, and says what the camera wants of buffers.
static zx_status_t join(camera_t *camera, zx_handle_t token) {
    fuchsia_sysmem_BufferCollectionConstraints constraints;
    zx_status_t status = participant_join(&camera->participant, camera->allocator, token);
    camera->has_joined = true;
    if (status != ZX_OK) {
        return status;
    }
    memset(&constraints, 0, sizeof constraints);
    constraints.usage.cpu = fuchsia_sysmem_cpuUsageWrite;
    // One is filled while the other waits to be looked at.
    constraints.min_buffer_count_for_camping = 2;
    constraints.has_buffer_memory_constraints = true;
    constraints.buffer_memory_constraints.min_size_bytes = PICTURE_BYTES;
    constraints.buffer_memory_constraints.cpu_domain_supported = true;
    return participant_constrain(&camera->participant, &constraints);
}

static zx_status_t describe(const camera_t *camera) {
    const fuchsia_sysmem_BufferCollectionInfo_2 *info = &camera->participant.info;
    char text[ANSWER_BYTES];
    size_t length = (size_t)snprintf(
        text,
        sizeof text,
        "buffers %u %u",
        info->buffer_count,
        info->settings.buffer_settings.size_bytes);
    for (uint32_t i = 0; i < info->buffer_count; i++) {
        struct stat status;
        if (fstat(zx_handle_fd(info->buffers[i].vmo), &status) != 0) {
            return ZX_ERR_BAD_HANDLE;
        }
        const uintmax_t inode = (uintmax_t)status.st_ino;
        // 64 numbers of 64 bits have room.
        length += (size_t)snprintf(text + length, sizeof text - length, " %ju", inode);
    }
    return say(camera, text);
}

static zx_status_t shoot(camera_t *camera, unsigned buffer, unsigned number) {
    const participant_t *participant = &camera->participant;
    char text[COMMAND_BYTES];
    if (!camera->has_buffers || buffer >= participant->info.buffer_count || number > UINT8_MAX) {
        return ZX_ERR_INVALID_ARGS;
    }
    const size_t size = participant->info.settings.buffer_settings.size_bytes;
    memset(participant->memory[buffer], (int)number, size);
    (void)snprintf(text, sizeof text, "frame %u %u", buffer, number);
    return say(camera, text);
}

// Does what the coordinator says. Takes the handles.
static zx_status_t obey(
    camera_t *camera, const char *command, const zx_handle_t *handles, size_t num_handles) {
    unsigned buffer;
    unsigned number;
    if (strcmp(command, "token") == 0 && num_handles == 1 && !camera->has_joined) {
        return join(camera, handles[0]);
    }
    zx_handle_close_many(handles, num_handles);
    if (sscanf(command, "shoot %u %u", &buffer, &number) == 2) {
        return shoot(camera, buffer, number);
    }
    return ZX_ERR_INVALID_ARGS;
}

static zx_status_t read_link(camera_t *camera) {
    for (;;) {
        char command[COMMAND_BYTES];
        zx_handle_t handles[ZX_CHANNEL_MAX_MSG_HANDLES];
        size_t length;
        size_t num_handles;
        zx_status_t status = zx_channel_read(
            camera->link, command, sizeof command - 1, handles, &length, &num_handles);
        if (status != ZX_OK) {
            return status == ZX_ERR_SHOULD_WAIT ? ZX_OK : status;
        }
        command[length] = '\0';
        status = obey(camera, command, handles, num_handles);
        if (status != ZX_OK) {
            return status;
        }
    }
}

static zx_status_t read_events(camera_t *camera) {
    participant_t *participant = &camera->participant;
    zx_status_t status;
    if (!camera->has_joined) {
        return ZX_OK;
    }
    do {
        status = participant_read(participant);
    } while (status == ZX_OK);
    if (status != ZX_ERR_SHOULD_WAIT) {
        return status;
    }
    if (!participant->is_allocated || camera->has_buffers) {
        return ZX_OK;
    }
    status = participant->status;
    if (status == ZX_OK) {
        status = participant_map(participant, true);
    }
    if (status != ZX_OK) {
        return status;
    }
    camera->has_buffers = true;
    return describe(camera);
}

static void report_end(const camera_t *camera, zx_status_t status) {
    char line[COMMAND_BYTES];
    (void)snprintf(line, sizeof line, "camera: it ends with status %d", status);
    camera->device->ops->log(camera->device->ctx, status == ZX_ERR_PEER_CLOSED ? 2 : 1, line);
}

static void *run(void *ctx) {
    camera_t *camera = (camera_t *)ctx;
    for (;;) {
        struct pollfd wanted[] = {
            {zx_handle_fd(camera->stop), POLLIN, 0},
            {zx_handle_fd(camera->link), POLLIN, 0},
            // None before it has joined, which poll() passes over.
            {zx_handle_fd(camera->participant.events), POLLIN, 0},
        };
        // An interruption is as good as something to read: everybody looks and finds nothing.
        (void)poll(wanted, sizeof wanted / sizeof wanted[0], -1);
        if (wanted[0].revents != 0) {
            break;
        }
        zx_status_t status = read_link(camera);
        if (status == ZX_OK) {
            status = read_events(camera);
        }
        if (status != ZX_OK) {
            report_end(camera, status);
            break;
        }
    }
    if (camera->has_joined) {
        participant_leave(&camera->participant);
    }
    return NULL;
}

static void discard(camera_t *camera) {
    const zx_handle_t handles[] = {
        camera->allocator, camera->link, camera->stop, camera->stop_far};
    zx_handle_close_many(handles, sizeof handles / sizeof handles[0]);
    free(camera);
}

// The one thing that makes this a driver: how it gets to the Allocator.
static zx_status_t connect_to_sysmem(camera_t *camera) {
    const sysmem_device_t *device = camera->device;
    sysmem_protocol_t sysmem;
    zx_handle_t request;
    zx_status_t status =
        device->ops->get_protocol(device->ctx, ZX_PROTOCOL_SYSMEM_V1, &sysmem);
    if (status == ZX_OK) {
        status = zx_channel_create(&camera->allocator, &request);
    }
    return status == ZX_OK ? sysmem.ops->connect(sysmem.ctx, request) : status;
}

static zx_status_t start(camera_t *camera) {
    const sysmem_device_t *device = camera->device;
    const char *link = device->ops->get_property(device->ctx, "link");
    zx_status_t status = link == NULL ? ZX_ERR_INVALID_ARGS : connect_to_sysmem(camera);
    if (status == ZX_OK) {
        status = zx_channel_connect(link, &camera->link);
    }
    if (status == ZX_OK) {
        status = zx_channel_create(&camera->stop, &camera->stop_far);
    }
    if (status == ZX_OK && pthread_create(&camera->thread, NULL, run, camera) != 0) {
        status = ZX_ERR_NO_RESOURCES;
    }
    return status;
}

static zx_status_t camera_bind(const sysmem_device_t *device, void **out_ctx) {
    camera_t *camera = (camera_t *)calloc(1, sizeof *camera);
    if (camera == NULL) {
        return ZX_ERR_NO_MEMORY;
    }
    camera->device = device;
    const zx_status_t status = start(camera);
    if (status != ZX_OK) {
        discard(camera);
        return status;
    }
    *out_ctx = camera;
    return ZX_OK;
}

static void camera_release(void *ctx) {
    camera_t *camera = (camera_t *)ctx;
    zx_handle_close(camera->stop_far);
    camera->stop_far = ZX_HANDLE_INVALID;
    (void)pthread_join(camera->thread, NULL);
    discard(camera);
}

const sysmem_driver_t sysmem_driver_record = {
    .abi_version = SYSMEM_DRIVER_ABI_VERSION,
    .protocol = ZX_PROTOCOL_PDEV,
    .name = "camera",
    .rules = NULL,
    .rule_count = 0,
    .bind = camera_bind,
    .release = camera_release,
};
