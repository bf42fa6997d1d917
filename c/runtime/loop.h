// An event loop for one thread: calls back when descriptors become readable, and runs tasks later.
//
// It is small on purpose. A program that has a loop of its own polls fidl_loop_fd for reading
// there, and calls fidl_loop_run_once(loop, 0) when it is readable.

#ifndef SYSMEM_C_LOOP_H_
#define SYSMEM_C_LOOP_H_

#include <stdbool.h>
#include <stdint.h>

#include "zx.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fidl_loop fidl_loop_t;

// Something to be done later, once. Zero it before its first use; it belongs to the caller, and
// must not go away while it is posted.
typedef struct fidl_task fidl_task_t;

struct fidl_task {
    void (*run)(fidl_task_t *task);
    // The loop's.
    fidl_task_t *next;
    uint32_t turn;
    bool is_posted;
};

// A descriptor that is watched. It belongs to the caller, and must not go away while it is watched.
typedef struct fidl_watch fidl_watch_t;

struct fidl_watch {
    // There is something to read, or the peer has closed.
    void (*on_readable)(fidl_watch_t *watch);
};

// NULL: no memory, or no descriptors left.
fidl_loop_t *fidl_loop_create(void);

// Tasks that are still posted do not run. No binding may be left on the loop.
void fidl_loop_destroy(fidl_loop_t *loop);

// Readable when there is something to do. Stays the loop's.
int fidl_loop_fd(const fidl_loop_t *loop);

// Room for ZX_CHANNEL_MAX_MSG_BYTES, aligned to 8: what bindings read messages into. Since the loop
// does one thing at a time, one buffer does for all, and a handler may destroy its binding and
// still look at its message.
void *fidl_loop_message_buffer(fidl_loop_t *loop);

// Waits until there is something to do, and does one thing: runs the tasks that are posted by now,
// or calls one on_readable. timeout_ms < 0: waits for as long as it takes.
//
// ZX_ERR_TIMED_OUT.
zx_status_t fidl_loop_run_once(fidl_loop_t *loop, int timeout_ms);

// Runs a task at the next opportunity. Nothing happens if it is posted already.
void fidl_loop_post(fidl_loop_t *loop, fidl_task_t *task);

// Takes a task back. Nothing happens if it is not posted.
void fidl_loop_cancel(fidl_loop_t *loop, fidl_task_t *task);

// Starts to watch a descriptor.
zx_status_t fidl_loop_watch(fidl_loop_t *loop, fidl_watch_t *watch, int fd);

// Stops to watch a descriptor, which has to be open still.
void fidl_loop_unwatch(fidl_loop_t *loop, int fd);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SYSMEM_C_LOOP_H_
