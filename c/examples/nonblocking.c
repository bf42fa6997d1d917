// Shares buffers without ever waiting for a reply: every request is one-way, and the program waits
// only in poll(), for whatever happens next.
//
//     nonblocking one      two participants in one process
//     nonblocking two      two processes; the second gets its token from the first
//     nonblocking guest    the second of two; the first is somebody else, at descriptor 0
//
// The first participant writes into every buffer, the second finds it in its own mapping. Between
// processes they talk over a channel: the first sends the token, later a message when it has
// written, and then the second one when it has seen.

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "participant.h"

enum { SIZE_BYTES = 64 * 1024 };

// Ends the program unless something went well.
static void expect(zx_status_t status, const char *what) {
    if (status != ZX_OK) {
        (void)fprintf(stderr, "nonblocking: %s: status %d\n", what, status);
        exit(1);
    }
}

static zx_handle_t connect_to_sysmem(void) {
    zx_handle_t allocator;
    expect(zx_service_connect(fuchsia_sysmem_Allocator_Name, &allocator), "connecting");
    return allocator;
}

// Waits until one of two channels has something to read; either may be ZX_HANDLE_INVALID.
static void wait_for_any(zx_handle_t a, zx_handle_t b) {
    struct pollfd wanted[] = {
        {zx_handle_fd(a), POLLIN, 0},
        {zx_handle_fd(b), POLLIN, 0},
    };
    // An interruption is as good as something to read: everybody looks and finds nothing.
    (void)poll(wanted, 2, -1);
}

// Handles what has come for a participant.
static void handle_events(participant_t *participant) {
    zx_status_t status;
    do {
        status = participant_read(participant);
    } while (status == ZX_OK);
    if (status != ZX_ERR_SHOULD_WAIT) {
        expect(status, "the collection");
    }
}

static void wait_until_tokens_are_known(participant_t *participant) {
    while (!participant->tokens_are_known) {
        wait_for_any(participant->events, ZX_HANDLE_INVALID);
        handle_events(participant);
    }
}

static void wait_until_allocated(participant_t *participant) {
    while (!participant->is_allocated) {
        wait_for_any(participant->events, ZX_HANDLE_INVALID);
        handle_events(participant);
    }
    expect(participant->status, "allocating");
}

static void constrain(participant_t *participant, uint32_t cpu_usage) {
    fuchsia_sysmem_BufferCollectionConstraints constraints;
    memset(&constraints, 0, sizeof constraints);
    constraints.usage.cpu = cpu_usage;
    constraints.min_buffer_count_for_camping = 1;
    constraints.has_buffer_memory_constraints = true;
    constraints.buffer_memory_constraints.min_size_bytes = SIZE_BYTES;
    constraints.buffer_memory_constraints.cpu_domain_supported = true;
    expect(participant_constrain(participant, &constraints), "constraints");
}

// Makes a collection: its first token, and one more of the same.
static void make_tokens(zx_handle_t allocator, zx_handle_t *out_first, zx_handle_t *out_second) {
    zx_handle_t request;
    expect(zx_channel_create(out_first, &request), "a channel");
    expect(fuchsia_sysmem_AllocatorAllocateSharedCollection(allocator, request), "a collection");
    expect(zx_channel_create(out_second, &request), "a channel");
    expect(
        fuchsia_sysmem_BufferCollectionTokenDuplicate(*out_first, UINT32_MAX, request),
        "a second token");
}

// What the first participant writes at a place of a buffer.
static uint8_t pattern(uint32_t buffer, size_t at) {
    return (uint8_t)(at * 7 + buffer + 1);
}

static void write_pattern(participant_t *participant) {
    expect(participant_map(participant, true), "mapping for writing");
    for (uint32_t i = 0; i < participant->info.buffer_count; i++) {
        for (size_t at = 0; at < SIZE_BYTES; at++) {
            participant->memory[i][at] = pattern(i, at);
        }
    }
}

static void check_pattern(participant_t *participant) {
    expect(participant_map(participant, false), "mapping for reading");
    for (uint32_t i = 0; i < participant->info.buffer_count; i++) {
        for (size_t at = 0; at < SIZE_BYTES; at++) {
            if (participant->memory[i][at] != pattern(i, at)) {
                expect(ZX_ERR_INTERNAL, "the content of a buffer");
            }
        }
    }
    (void)printf("%u buffers shared\n", participant->info.buffer_count);
}

// Says which memory the buffers are, for comparison with what others have.
static void print_identities(const participant_t *participant) {
    for (uint32_t i = 0; i < participant->info.buffer_count; i++) {
        struct stat status;
        const int fd = zx_handle_fd(participant->info.buffers[i].vmo);
        expect(fstat(fd, &status) == 0 ? ZX_OK : ZX_ERR_BAD_HANDLE, "a buffer");
        (void)printf(
            "inode %ju, %u bytes\n",
            (uintmax_t)status.st_ino,
            participant->info.settings.buffer_settings.size_bytes);
    }
}

static void share_in_one_process(void) {
    participant_t writer;
    participant_t reader;
    zx_handle_t first;
    zx_handle_t second;
    const zx_handle_t allocator = connect_to_sysmem();
    make_tokens(allocator, &first, &second);
    expect(participant_join(&writer, allocator, first), "joining");
    // Sooner the server might not know the second token.
    wait_until_tokens_are_known(&writer);
    expect(participant_join(&reader, allocator, second), "joining");
    zx_handle_close(allocator);
    constrain(&writer, fuchsia_sysmem_cpuUsageWrite);
    constrain(&reader, fuchsia_sysmem_cpuUsageRead);
    while (!writer.is_allocated || !reader.is_allocated) {
        wait_for_any(
            writer.is_allocated ? ZX_HANDLE_INVALID : writer.events,
            reader.is_allocated ? ZX_HANDLE_INVALID : reader.events);
        handle_events(&writer);
        handle_events(&reader);
    }
    expect(writer.status, "allocating");
    expect(reader.status, "allocating");
    write_pattern(&writer);
    check_pattern(&reader);
    participant_leave(&reader);
    participant_leave(&writer);
}

// Waits for a message of the other process; gives the handle in it, if any.
static zx_handle_t hear(zx_handle_t other) {
    char bytes[16];
    zx_handle_t handles[ZX_CHANNEL_MAX_MSG_HANDLES] = {ZX_HANDLE_INVALID};
    size_t num_bytes;
    size_t num_handles;
    expect(zx_channel_wait(other, -1), "waiting for the other process");
    expect(
        zx_channel_read(other, bytes, sizeof bytes, handles, &num_bytes, &num_handles),
        "the other process");
    return handles[0];
}

static void tell(zx_handle_t other, const char *word, zx_handle_t handle) {
    const size_t num_handles = handle == ZX_HANDLE_INVALID ? 0 : 1;
    expect(
        zx_channel_write(other, word, strlen(word), &handle, num_handles),
        "telling the other process");
}

static void run_writer(zx_handle_t other) {
    participant_t writer;
    zx_handle_t first;
    zx_handle_t second;
    const zx_handle_t allocator = connect_to_sysmem();
    make_tokens(allocator, &first, &second);
    expect(participant_join(&writer, allocator, first), "joining");
    zx_handle_close(allocator);
    // Sooner the other process could come to a server that does not know its token.
    wait_until_tokens_are_known(&writer);
    tell(other, "token", second);
    constrain(&writer, fuchsia_sysmem_cpuUsageWrite);
    wait_until_allocated(&writer);
    write_pattern(&writer);
    tell(other, "written", ZX_HANDLE_INVALID);
    (void)hear(other);
    participant_leave(&writer);
}

static void run_reader(zx_handle_t other, bool is_guest) {
    participant_t reader;
    const zx_handle_t token = hear(other);
    const zx_handle_t allocator = connect_to_sysmem();
    expect(participant_join(&reader, allocator, token), "joining");
    zx_handle_close(allocator);
    constrain(&reader, fuchsia_sysmem_cpuUsageRead);
    wait_until_allocated(&reader);
    (void)hear(other);
    check_pattern(&reader);
    if (is_guest) {
        print_identities(&reader);
    }
    tell(other, "seen", ZX_HANDLE_INVALID);
    participant_leave(&reader);
}

static void share_between_processes(void) {
    zx_handle_t near;
    zx_handle_t far;
    expect(zx_channel_create(&near, &far), "a channel");
    const pid_t child = fork();
    expect(child < 0 ? ZX_ERR_NO_RESOURCES : ZX_OK, "a second process");
    if (child == 0) {
        zx_handle_close(near);
        run_reader(far, false);
        zx_handle_close(far);
        exit(0);
    }
    zx_handle_close(far);
    run_writer(near);
    zx_handle_close(near);
    int status = 0;
    const bool went_well = waitpid(child, &status, 0) == child && status == 0;
    expect(went_well ? ZX_OK : ZX_ERR_INTERNAL, "the second process");
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "one") == 0) {
        share_in_one_process();
    } else if (argc == 2 && strcmp(argv[1], "two") == 0) {
        share_between_processes();
    } else if (argc == 2 && strcmp(argv[1], "guest") == 0) {
        const zx_handle_t host = zx_handle_from_fd(STDIN_FILENO);
        run_reader(host, true);
        zx_handle_close(host);
    } else {
        (void)fprintf(stderr, "Usage: nonblocking one|two|guest\n");
        return 2;
    }
    return 0;
}
