// Handles, status codes and channels: what of Zircon the bindings need, on Linux.
//
// A handle is a file descriptor. A channel is one end of a connected AF_UNIX SOCK_SEQPACKET socket,
// a message is one packet, and handles in a message are descriptors that travel with it.
//
// Nothing here has state of its own. Functions may be called from any thread; one channel belongs
// to one thread at a time.

#ifndef SYSMEM_C_ZX_H_
#define SYSMEM_C_ZX_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The number of a descriptor of this process. 0 is no handle, so a struct of zeros has none; the
// descriptor 0 itself is never used, see zx_handle_from_fd.
typedef uint32_t zx_handle_t;

// 0 for success, else one of ZX_ERR_*.
typedef int32_t zx_status_t;

#define ZX_HANDLE_INVALID ((zx_handle_t)0)

#define ZX_OK (0)
#define ZX_ERR_INTERNAL (-1)
#define ZX_ERR_NOT_SUPPORTED (-2)
#define ZX_ERR_NO_RESOURCES (-3)
#define ZX_ERR_NO_MEMORY (-4)
#define ZX_ERR_INVALID_ARGS (-10)
#define ZX_ERR_BAD_HANDLE (-11)
#define ZX_ERR_WRONG_TYPE (-12)
#define ZX_ERR_OUT_OF_RANGE (-14)
#define ZX_ERR_BUFFER_TOO_SMALL (-15)
#define ZX_ERR_BAD_STATE (-20)
#define ZX_ERR_TIMED_OUT (-21)
#define ZX_ERR_SHOULD_WAIT (-22)
#define ZX_ERR_PEER_CLOSED (-24)
#define ZX_ERR_NOT_FOUND (-25)
#define ZX_ERR_ALREADY_EXISTS (-26)
#define ZX_ERR_ALREADY_BOUND (-27)
#define ZX_ERR_UNAVAILABLE (-28)
#define ZX_ERR_ACCESS_DENIED (-30)
#define ZX_ERR_IO (-40)
#define ZX_ERR_STOP (-60)
#define ZX_ERR_NEXT (-61)
#define ZX_ERR_ASYNC (-62)

// What one message carries at most, its header included.
#define ZX_CHANNEL_MAX_MSG_BYTES (65536u)
#define ZX_CHANNEL_MAX_MSG_HANDLES (64u)

// Takes a descriptor as a handle. Descriptor 0 is moved to another number, since 0 is no handle.
//
// Takes fd. Returns ZX_HANDLE_INVALID if it is negative, or cannot be moved; it is closed then.
zx_handle_t zx_handle_from_fd(int fd);

// The descriptor of a handle, -1 for none. It stays the handle's.
int zx_handle_fd(zx_handle_t handle);

// Closes a handle, if there is one.
void zx_handle_close(zx_handle_t handle);

// Closes count handles; those that are ZX_HANDLE_INVALID are passed over.
void zx_handle_close_many(const zx_handle_t *handles, size_t count);

// Makes a channel. Both ends are the caller's.
zx_status_t zx_channel_create(zx_handle_t *out0, zx_handle_t *out1);

// Connects to a protocol by its name, such as "fuchsia.sysmem.Allocator", in the service directory:
// $SYSMEM_SVC, else $XDG_RUNTIME_DIR/sysmem, else /run/sysmem. Does not block.
//
// ZX_ERR_NOT_FOUND: nobody serves it. The channel is the caller's.
zx_status_t zx_service_connect(const char *protocol, zx_handle_t *out);

// Connects to the socket at a path. As zx_service_connect.
zx_status_t zx_channel_connect(const char *path, zx_handle_t *out);

// Sends one message. Never blocks.
//
// Takes the handles: they are closed here, whatever the outcome; the receiver gets copies. The
// channel stays the caller's.
//
// ZX_ERR_PEER_CLOSED; ZX_ERR_SHOULD_WAIT: the peer does not read; ZX_ERR_OUT_OF_RANGE: no bytes, or
// more bytes or handles than a message carries; ZX_ERR_BAD_HANDLE: one of the handles is none;
// ZX_ERR_NO_RESOURCES: too many descriptors are under way.
zx_status_t zx_channel_write(
    zx_handle_t channel,
    const void *bytes,
    size_t num_bytes,
    const zx_handle_t *handles,
    size_t num_handles);

// Receives one message into bytes, which has room for capacity bytes, and handles, which has room
// for ZX_CHANNEL_MAX_MSG_HANDLES. Never blocks. The handles are the caller's.
//
// ZX_ERR_SHOULD_WAIT: nothing there yet. Any other error is the end of the channel, and no handle
// is left open: ZX_ERR_PEER_CLOSED, after everything that was sent before has been received;
// ZX_ERR_BUFFER_TOO_SMALL: a message of more bytes; ZX_ERR_OUT_OF_RANGE: of more handles;
// ZX_ERR_NO_RESOURCES: descriptors of this process ran out.
zx_status_t zx_channel_read(
    zx_handle_t channel,
    void *bytes,
    size_t capacity,
    zx_handle_t *handles,
    size_t *actual_bytes,
    size_t *actual_handles);

// Blocks until a message is there or the peer has closed. timeout_ms < 0: for as long as it takes.
//
// ZX_ERR_TIMED_OUT.
zx_status_t zx_channel_wait(zx_handle_t channel, int timeout_ms);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SYSMEM_C_ZX_H_
