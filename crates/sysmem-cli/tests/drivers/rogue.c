// A driver gone mad: once the file that its property "trigger" names is there, it sends nonsense,
// with descriptors, over every socket of its process.

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sysmem/driver.h"

static const char *trigger;

static void send_nonsense(int fd, int passenger) {
    char text[] = "nonsense";
    struct iovec bytes = {.iov_base = text, .iov_len = sizeof text};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {
        .msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &passenger, sizeof passenger);
    sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void *run(void *unused) {
    (void)unused;
    while (access(trigger, F_OK) != 0) {
        usleep(1000);
    }
    for (int fd = 3; fd < 64; fd++) {
        send_nonsense(fd, STDERR_FILENO);
    }
    return NULL;
}

static zx_status_t rogue_bind(const sysmem_device_t *device, void **out_ctx) {
    *out_ctx = NULL;
    trigger = device->ops->get_property(device->ctx, "trigger");
    pthread_t thread;
    if (trigger == NULL || pthread_create(&thread, NULL, run, NULL) != 0) {
        return -1;
    }
    pthread_detach(thread);
    return ZX_OK;
}

const sysmem_driver_t sysmem_driver_record = {
    .abi_version = SYSMEM_DRIVER_ABI_VERSION,
    .protocol = ZX_PROTOCOL_PDEV,
    .name = "rogue",
    .rules = NULL,
    .rule_count = 0,
    .bind = rogue_bind,
    .release = NULL,
};
