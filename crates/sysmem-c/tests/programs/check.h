// What the programs of the tests share.

#ifndef SYSMEM_C_TESTS_CHECK_H_
#define SYSMEM_C_TESTS_CHECK_H_

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zx.h"

// Ends the program, and says where, unless the condition holds.
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

static inline void check(bool holds, const char *text, const char *file, int line) {
    if (!holds) {
        (void)fprintf(stderr, "%s:%d: %s\n", file, line, text);
        exit(1);
    }
}

typedef struct test_case {
    const char *name;
    void (*run)(void);
} test_case_t;

// Descriptors that are open.
static inline int open_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    CHECK(folder != NULL);
    int count = 0;
    while (readdir(folder) != NULL) {
        count += 1;
    }
    CHECK(closedir(folder) == 0);
    return count;
}

// A channel whose ends have to be there.
static inline void make_channel(zx_handle_t *out0, zx_handle_t *out1) {
    CHECK(zx_channel_create(out0, out1) == ZX_OK);
}

// A handle to something that nobody looks at.
static inline zx_handle_t some_handle(void) {
    zx_handle_t kept;
    zx_handle_t closed;
    make_channel(&kept, &closed);
    zx_handle_close(closed);
    return kept;
}

// Whether the peer has closed, or there is nothing from it.
static inline zx_status_t read_status(zx_handle_t channel) {
    uint64_t bytes[ZX_CHANNEL_MAX_MSG_BYTES / 8];
    zx_handle_t handles[ZX_CHANNEL_MAX_MSG_HANDLES];
    size_t num_bytes;
    size_t num_handles;
    const zx_status_t status =
        zx_channel_read(channel, bytes, sizeof bytes, handles, &num_bytes, &num_handles);
    zx_handle_close_many(handles, num_handles);
    return status;
}

// Whether a function ends its process by abort().
static inline bool aborts(void (*run)(void)) {
    (void)fflush(NULL);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        (void)fclose(stderr);
        run();
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static inline void run_case(const test_case_t *test) {
    const int before = open_descriptors();
    test->run();
    CHECK(open_descriptors() == before);
}

// Without an argument lists the cases, with one runs it, with "all" all of them; and checks that
// they leave no descriptor.
static inline int run_cases(const test_case_t *cases, size_t count, int argc, char **argv) {
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        if (argc < 2) {
            (void)printf("%s\n", cases[i].name);
        } else if (strcmp(cases[i].name, argv[1]) == 0 || strcmp("all", argv[1]) == 0) {
            run_case(&cases[i]);
            found += 1;
        }
    }
    return argc < 2 || found > 0 ? 0 : 2;
}

#endif  // SYSMEM_C_TESTS_CHECK_H_
