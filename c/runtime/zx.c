// MSG_CMSG_CLOEXEC, SOCK_CLOEXEC and O_PATH are not in C11's view of the headers.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "zx.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// The most descriptors that the kernel passes with one packet (SCM_MAX_FD). There is always room
// for them, so that a truncated list means that descriptor numbers ran out.
enum { KERNEL_MAX_DESCRIPTORS = 253 };

// Type of a control message with a descriptor that nobody asked for: whoever shares our end of a
// socket can have the kernel add one.
enum { CONTROL_PIDFD = 4 };

// Room for what else the kernel may add: credentials, a pidfd, a time stamp.
enum { OTHER_CONTROL_BYTES = 512 };

// Room for the longest path of a service.
enum { PATH_CAPACITY = 4096 };

// Room for one list of descriptors, aligned as the kernel wants it.
typedef union control {
    struct cmsghdr align;
    unsigned char bytes[CMSG_SPACE(KERNEL_MAX_DESCRIPTORS * sizeof(int)) + OTHER_CONTROL_BYTES];
} control_t;

static zx_status_t status_of_errno(int error) {
    switch (error) {
        case EPIPE:
        case ECONNRESET:
        case ENOTCONN:
            return ZX_ERR_PEER_CLOSED;
        case EAGAIN:
            return ZX_ERR_SHOULD_WAIT;
        case EBADF:
            return ZX_ERR_BAD_HANDLE;
        case ENOTSOCK:
            return ZX_ERR_WRONG_TYPE;
        case ENOMEM:
        case ENOBUFS:
            return ZX_ERR_NO_MEMORY;
        case EMFILE:
        case ENFILE:
        case ETOOMANYREFS:
            return ZX_ERR_NO_RESOURCES;
        case ENOENT:
        case ECONNREFUSED:
            return ZX_ERR_NOT_FOUND;
        case EACCES:
        case EPERM:
            return ZX_ERR_ACCESS_DENIED;
        default:
            return ZX_ERR_IO;
    }
}

zx_handle_t zx_handle_from_fd(int fd) {
    if (fd > 0) {
        return (zx_handle_t)fd;
    }
    if (fd < 0) {
        return ZX_HANDLE_INVALID;
    }
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 1);
    close(fd);
    return moved > 0 ? (zx_handle_t)moved : ZX_HANDLE_INVALID;
}

int zx_handle_fd(zx_handle_t handle) {
    return handle == ZX_HANDLE_INVALID || handle > INT32_MAX ? -1 : (int)handle;
}

void zx_handle_close(zx_handle_t handle) {
    const int fd = zx_handle_fd(handle);
    if (fd >= 0) {
        // On Linux the descriptor is gone even if this is interrupted.
        (void)close(fd);
    }
}

void zx_handle_close_many(const zx_handle_t *handles, size_t count) {
    for (size_t i = 0; i < count; i++) {
        zx_handle_close(handles[i]);
    }
}

zx_status_t zx_channel_create(zx_handle_t *out0, zx_handle_t *out1) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        return status_of_errno(errno);
    }
    *out0 = zx_handle_from_fd(ends[0]);
    *out1 = zx_handle_from_fd(ends[1]);
    if (*out0 == ZX_HANDLE_INVALID || *out1 == ZX_HANDLE_INVALID) {
        zx_handle_close(*out0);
        zx_handle_close(*out1);
        return ZX_ERR_NO_RESOURCES;
    }
    return ZX_OK;
}

// Fills in the address of a socket; false if the path is too long for one.
static bool make_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        return false;
    }
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

static zx_status_t connect_socket(int fd, const char *path) {
    struct sockaddr_un address;
    int file = -1;
    if (!make_address(path, &address)) {
        // The kernel follows the link of an open descriptor to the socket itself.
        char link[64];
        file = open(path, O_PATH | O_CLOEXEC);
        if (file < 0) {
            return status_of_errno(errno);
        }
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        (void)make_address(link, &address);
    }
    const int result = connect(fd, (const struct sockaddr *)&address, sizeof address);
    const zx_status_t status = result == 0 ? ZX_OK : status_of_errno(errno);
    if (file >= 0) {
        (void)close(file);
    }
    return status;
}

zx_status_t zx_channel_connect(const char *path, zx_handle_t *out) {
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return status_of_errno(errno);
    }
    const zx_status_t status = connect_socket(fd, path);
    if (status != ZX_OK) {
        (void)close(fd);
        return status;
    }
    *out = zx_handle_from_fd(fd);
    return *out == ZX_HANDLE_INVALID ? ZX_ERR_NO_RESOURCES : ZX_OK;
}

// The value of a variable; an empty one counts as none.
static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

zx_status_t zx_service_connect(const char *protocol, zx_handle_t *out) {
    const char *service = variable("SYSMEM_SVC");
    const char *runtime = variable("XDG_RUNTIME_DIR");
    char path[PATH_CAPACITY];
    int length;
    if (service != NULL) {
        length = snprintf(path, sizeof path, "%s/%s", service, protocol);
    } else if (runtime != NULL) {
        length = snprintf(path, sizeof path, "%s/sysmem/%s", runtime, protocol);
    } else {
        length = snprintf(path, sizeof path, "/run/sysmem/%s", protocol);
    }
    if (length < 0 || (size_t)length >= sizeof path) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    return zx_channel_connect(path, out);
}

// Adds the descriptors to a packet. The control data lives as long as the packet.
static void attach(
    struct msghdr *packet, control_t *control, const zx_handle_t *handles, size_t count) {
    memset(control, 0, sizeof *control);
    packet->msg_control = control->bytes;
    packet->msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *list = CMSG_FIRSTHDR(packet);
    list->cmsg_level = SOL_SOCKET;
    list->cmsg_type = SCM_RIGHTS;
    list->cmsg_len = CMSG_LEN(count * sizeof(int));
    for (size_t i = 0; i < count; i++) {
        const int fd = zx_handle_fd(handles[i]);
        memcpy(CMSG_DATA(list) + i * sizeof fd, &fd, sizeof fd);
    }
}

static zx_status_t send_packet(
    int fd,
    const void *bytes,
    size_t num_bytes,
    const zx_handle_t *handles,
    size_t num_handles) {
    if (num_bytes == 0 || num_bytes > ZX_CHANNEL_MAX_MSG_BYTES ||
        num_handles > ZX_CHANNEL_MAX_MSG_HANDLES) {
        return ZX_ERR_OUT_OF_RANGE;
    }
    struct iovec content = {(void *)(uintptr_t)bytes, num_bytes};
    struct msghdr packet;
    control_t control;
    memset(&packet, 0, sizeof packet);
    packet.msg_iov = &content;
    packet.msg_iovlen = 1;
    if (num_handles > 0) {
        attach(&packet, &control, handles, num_handles);
    }
    ssize_t sent;
    do {
        sent = sendmsg(fd, &packet, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? status_of_errno(errno) : ZX_OK;
}

zx_status_t zx_channel_write(
    zx_handle_t channel,
    const void *bytes,
    size_t num_bytes,
    const zx_handle_t *handles,
    size_t num_handles) {
    const int fd = zx_handle_fd(channel);
    const zx_status_t status = send_packet(fd, bytes, num_bytes, handles, num_handles);
    zx_handle_close_many(handles, num_handles);
    return status;
}

// Takes the descriptors of one control message. What does not fit is closed and makes the result
// false, as does a descriptor that cannot be used.
static bool adopt_list(struct cmsghdr *list, zx_handle_t *handles, size_t *count) {
    bool complete = true;
    const size_t length = (list->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < length; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(list) + i * sizeof fd, sizeof fd);
        const zx_handle_t handle = zx_handle_from_fd(fd);
        if (handle != ZX_HANDLE_INVALID && *count < ZX_CHANNEL_MAX_MSG_HANDLES) {
            handles[*count] = handle;
            *count += 1;
        } else {
            zx_handle_close(handle);
            complete = false;
        }
    }
    return complete;
}

// Takes every descriptor that came with a packet; false unless all could be kept.
static bool adopt(struct msghdr *packet, zx_handle_t *handles, size_t *count) {
    bool complete = true;
    *count = 0;
    for (struct cmsghdr *list = CMSG_FIRSTHDR(packet); list != NULL;
         list = CMSG_NXTHDR(packet, list)) {
        if (list->cmsg_level != SOL_SOCKET) {
            continue;
        }
        if (list->cmsg_type == SCM_RIGHTS) {
            complete = adopt_list(list, handles, count) && complete;
        } else if (list->cmsg_type == CONTROL_PIDFD) {
            int fd;
            memcpy(&fd, CMSG_DATA(list), sizeof fd);
            (void)close(fd);
        }
    }
    return complete;
}

static ssize_t receive_packet(int fd, struct msghdr *packet) {
    const size_t room = packet->msg_controllen;
    for (;;) {
        packet->msg_controllen = room;
        const ssize_t received = recvmsg(fd, packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        // A peer that closed with messages of ours unread sets ECONNRESET once. What it sent before
        // is still in the queue behind it, and counts.
        if (received >= 0 || (errno != EINTR && errno != ECONNRESET)) {
            return received;
        }
    }
}

zx_status_t zx_channel_read(
    zx_handle_t channel,
    void *bytes,
    size_t capacity,
    zx_handle_t *handles,
    size_t *actual_bytes,
    size_t *actual_handles) {
    struct iovec content = {bytes, capacity};
    struct msghdr packet;
    control_t control;
    memset(&packet, 0, sizeof packet);
    packet.msg_iov = &content;
    packet.msg_iovlen = 1;
    packet.msg_control = control.bytes;
    packet.msg_controllen = sizeof control.bytes;
    *actual_bytes = 0;
    *actual_handles = 0;
    const ssize_t received = receive_packet(zx_handle_fd(channel), &packet);
    if (received < 0) {
        return status_of_errno(errno);
    }
    const bool complete = adopt(&packet, handles, actual_handles);
    zx_status_t status = ZX_OK;
    if ((packet.msg_flags & MSG_CTRUNC) != 0) {
        status = ZX_ERR_NO_RESOURCES;
    } else if (!complete) {
        status = ZX_ERR_OUT_OF_RANGE;
    } else if ((packet.msg_flags & MSG_TRUNC) != 0) {
        status = ZX_ERR_BUFFER_TOO_SMALL;
    } else if (received == 0) {
        status = ZX_ERR_PEER_CLOSED;
    }
    if (status != ZX_OK) {
        zx_handle_close_many(handles, *actual_handles);
        *actual_handles = 0;
        return status;
    }
    *actual_bytes = (size_t)received;
    return ZX_OK;
}

static int64_t now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

zx_status_t zx_channel_wait(zx_handle_t channel, int timeout_ms) {
    const int64_t deadline = now_ms() + timeout_ms;
    int left = timeout_ms;
    for (;;) {
        struct pollfd wanted = {zx_handle_fd(channel), POLLIN, 0};
        if (wanted.fd < 0) {
            return ZX_ERR_BAD_HANDLE;
        }
        const int ready = poll(&wanted, 1, left);
        if (ready > 0) {
            return (wanted.revents & POLLNVAL) != 0 ? ZX_ERR_BAD_HANDLE : ZX_OK;
        }
        if (ready == 0) {
            return ZX_ERR_TIMED_OUT;
        }
        if (errno != EINTR) {
            return status_of_errno(errno);
        }
        if (timeout_ms >= 0) {
            const int64_t rest = deadline - now_ms();
            left = rest > 0 ? (int)rest : 0;
        }
    }
}
