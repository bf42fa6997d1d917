// Tries the C ABI, in bind and from another thread, and logs what came of it.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sysmem/driver.h"

static const sysmem_device_t *the_device;
static sysmem_protocol_t sysmem;

static void report(const char *what, long value) {
    char line[100];
    snprintf(line, sizeof line, "probe: %s %ld", what, value);
    the_device->ops->log(the_device->ctx, 2, line);
}

static int is_open(int fd) {
    return fcntl(fd, F_GETFD) != -1;
}

// Connects a fresh channel, and says whether anybody serves it: whoever does, keeps it open.
static void connect_channel(const char *what) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        report(what, -1000);
        return;
    }
    report(what, sysmem.ops->connect(sysmem.ctx, (zx_handle_t)ends[1]));
    struct pollfd end = {.fd = ends[0], .events = 0};
    report("hangs up", poll(&end, 1, 50));
    close(ends[0]);
}

static void *in_a_thread(void *unused) {
    (void)unused;
    connect_channel("from a thread");
    return NULL;
}

static void try_bad_handles(void) {
    report("no handle", sysmem.ops->connect(sysmem.ctx, 0));
    report("nothing open", sysmem.ops->connect(sysmem.ctx, 700000));
    report("out of range", sysmem.ops->connect(sysmem.ctx, 0xffffffffu));
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    report("a file", sysmem.ops->connect(sysmem.ctx, (zx_handle_t)file));
    report("the file is open", is_open(file));
}

static zx_status_t probe_bind(const sysmem_device_t *device, void **out_ctx) {
    the_device = device;
    *out_ctx = NULL;
    static const uint32_t ids[] = {
        ZX_PROTOCOL_PBUS, ZX_PROTOCOL_PLATFORM_PROXY, ZX_PROTOCOL_PDEV, 0x12345678u};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        sysmem_protocol_t other;
        report("another protocol", device->ops->get_protocol(device->ctx, ids[i], &other));
    }
    report("size of a pair", (long)sizeof(sysmem_protocol_t));
    zx_status_t status = device->ops->get_protocol(device->ctx, ZX_PROTOCOL_SYSMEM, &sysmem);
    report("sysmem", status);
    if (status != ZX_OK) {
        return status;
    }
    try_bad_handles();
    connect_channel("inside of bind");
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_a_thread, NULL) == 0) {
        // The thread gets on while bind waits for it.
        pthread_join(thread, NULL);
    }
    return ZX_OK;
}

static void probe_release(void *ctx) {
    (void)ctx;
    report("released", 0);
}

static const sysmem_bind_rule_t rules[] = {{.property = "model", .value = "probe"}};

const sysmem_driver_t sysmem_driver_record = {
    .abi_version = SYSMEM_DRIVER_ABI_VERSION,
    .protocol = ZX_PROTOCOL_PDEV,
    .name = "probe",
    .rules = rules,
    .rule_count = 1,
    .bind = probe_bind,
    .release = probe_release,
};
