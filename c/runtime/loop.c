#include "loop.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fidl_loop {
    int epoll;
    // Readable while tasks are posted, so that the loop is too.
    int wakeup;
    fidl_task_t *first;
    fidl_task_t **end;
    // Counts runs of tasks: those that were posted in an earlier turn are due.
    uint32_t turn;
    uint64_t message[ZX_CHANNEL_MAX_MSG_BYTES / sizeof(uint64_t)];
};

static zx_status_t add(fidl_loop_t *loop, int fd, void *watch) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN;
    event.data.ptr = watch;
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0) {
        return ZX_OK;
    }
    return errno == EBADF ? ZX_ERR_BAD_HANDLE : ZX_ERR_NO_RESOURCES;
}

fidl_loop_t *fidl_loop_create(void) {
    fidl_loop_t *loop = (fidl_loop_t *)calloc(1, sizeof *loop);
    if (loop == NULL) {
        return NULL;
    }
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->end = &loop->first;
    if (loop->epoll < 0 || loop->wakeup < 0 || add(loop, loop->wakeup, NULL) != ZX_OK) {
        fidl_loop_destroy(loop);
        return NULL;
    }
    return loop;
}

void fidl_loop_destroy(fidl_loop_t *loop) {
    if (loop->epoll >= 0) {
        (void)close(loop->epoll);
    }
    if (loop->wakeup >= 0) {
        (void)close(loop->wakeup);
    }
    free(loop);
}

int fidl_loop_fd(const fidl_loop_t *loop) {
    return loop->epoll;
}

void *fidl_loop_message_buffer(fidl_loop_t *loop) {
    return loop->message;
}

static fidl_task_t *take_first(fidl_loop_t *loop) {
    fidl_task_t *task = loop->first;
    loop->first = task->next;
    if (loop->first == NULL) {
        loop->end = &loop->first;
    }
    task->next = NULL;
    task->is_posted = false;
    return task;
}

// Runs the tasks that are posted now; those that they post are for the next time.
static void run_tasks(fidl_loop_t *loop) {
    uint64_t posts;
    if (read(loop->wakeup, &posts, sizeof posts) != (ssize_t)sizeof posts) {
        return;
    }
    loop->turn += 1;
    while (loop->first != NULL && loop->first->turn != loop->turn) {
        fidl_task_t *task = take_first(loop);
        task->run(task);
    }
}

zx_status_t fidl_loop_run_once(fidl_loop_t *loop, int timeout_ms) {
    struct epoll_event event;
    // One event at a time: what a handler does may end the watch of another.
    int ready;
    do {
        ready = epoll_wait(loop->epoll, &event, 1, timeout_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        return ZX_ERR_IO;
    }
    if (ready == 0) {
        return ZX_ERR_TIMED_OUT;
    }
    fidl_watch_t *watch = (fidl_watch_t *)event.data.ptr;
    if (watch == NULL) {
        run_tasks(loop);
    } else {
        watch->on_readable(watch);
    }
    return ZX_OK;
}

void fidl_loop_post(fidl_loop_t *loop, fidl_task_t *task) {
    if (task->is_posted) {
        return;
    }
    const uint64_t one = 1;
    task->is_posted = true;
    task->turn = loop->turn;
    task->next = NULL;
    *loop->end = task;
    loop->end = &task->next;
    // Cannot fail: the counter would have to overflow.
    (void)!write(loop->wakeup, &one, sizeof one);
}

void fidl_loop_cancel(fidl_loop_t *loop, fidl_task_t *task) {
    if (!task->is_posted) {
        return;
    }
    fidl_task_t **link = &loop->first;
    while (*link != task) {
        link = &(*link)->next;
    }
    *link = task->next;
    if (loop->end == &task->next) {
        loop->end = link;
    }
    task->next = NULL;
    task->is_posted = false;
}

zx_status_t fidl_loop_watch(fidl_loop_t *loop, fidl_watch_t *watch, int fd) {
    return add(loop, fd, watch);
}

void fidl_loop_unwatch(fidl_loop_t *loop, int fd) {
    struct epoll_event unused;
    memset(&unused, 0, sizeof unused);
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, &unused);
}
