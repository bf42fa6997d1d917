// A case for each rule of bindings (sysmem1.md section 6, and what of section 8 is about them).

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>

#include "check.h"
#include "fuchsia_sysmem.h"

enum { CAP = 64 };

// A server of one BufferCollection, and its client's end.
typedef struct server {
    fidl_loop_t *loop;
    fidl_binding_t *binding;
    zx_handle_t client;
    // Waits that were put off, in their order.
    fidl_txn_t *waits[CAP + 1];
    size_t num_waits;
    int num_syncs;
    int num_closes;
    int num_constraints;
    int num_errors;
    zx_status_t error;
    // What Close does, if not NULL.
    zx_status_t (*on_close)(struct server *server);
} server_t;

static zx_status_t set_event_sink(void *ctx, zx_handle_t events) {
    (void)ctx;
    zx_handle_close(events);
    return ZX_OK;
}

static zx_status_t sync_now(void *ctx, fidl_txn_t *txn) {
    ((server_t *)ctx)->num_syncs += 1;
    return fuchsia_sysmem_BufferCollectionSync_reply(txn);
}

static zx_status_t set_constraints(
    void *ctx,
    bool has_constraints,
    const fuchsia_sysmem_BufferCollectionConstraints *constraints) {
    server_t *server = (server_t *)ctx;
    CHECK(!has_constraints && constraints->usage.cpu == 0);
    server->num_constraints += 1;
    return ZX_OK;
}

static zx_status_t wait_later(void *ctx, fidl_txn_t *txn) {
    server_t *server = (server_t *)ctx;
    server->waits[server->num_waits] = fidl_txn_take(txn);
    CHECK(server->waits[server->num_waits] != NULL);
    server->num_waits += 1;
    return ZX_ERR_ASYNC;
}

// Neither replies nor puts the reply off.
static zx_status_t check_never(void *ctx, fidl_txn_t *txn) {
    (void)ctx;
    (void)txn;
    return ZX_OK;
}

static zx_status_t on_close(void *ctx) {
    server_t *server = (server_t *)ctx;
    server->num_closes += 1;
    return server->on_close == NULL ? ZX_OK : server->on_close(server);
}

static void on_error(void *ctx, zx_status_t status) {
    server_t *server = (server_t *)ctx;
    server->num_errors += 1;
    server->error = status;
    // The channel is closed before.
    CHECK(server->binding == NULL || !fidl_binding_is_bound(server->binding));
}

static const fuchsia_sysmem_BufferCollection_ops_t OPS = {
    set_event_sink, sync_now, set_constraints, wait_later, check_never, NULL, NULL,
    NULL,           NULL,     on_close,        NULL,       NULL,        NULL, NULL,
};

static void start_with_cap(server_t *server, uint32_t cap) {
    memset(server, 0, sizeof *server);
    server->loop = fidl_loop_create();
    CHECK(server->loop != NULL);
    server->binding =
        fuchsia_sysmem_BufferCollection_binding_create(server->loop, server, &OPS, cap);
    CHECK(server->binding != NULL);
    fidl_binding_set_error_handler(server->binding, on_error, server);
    zx_handle_t served;
    make_channel(&server->client, &served);
    fidl_binding_bind(server->binding, served);
}

static void start(server_t *server) {
    start_with_cap(server, CAP);
}

static void run(server_t *server) {
    while (fidl_loop_run_once(server->loop, 0) == ZX_OK) {
    }
}

static void stop(server_t *server) {
    fidl_binding_destroy(server->binding);
    for (size_t i = 0; i < server->num_waits; i++) {
        fidl_txn_destroy(server->waits[i]);
    }
    zx_handle_close(server->client);
    fidl_loop_destroy(server->loop);
}

static void send_wait(const server_t *server, uint32_t txid) {
    CHECK(
        fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_send(server->client, txid) == ZX_OK);
}

static void send_close(const server_t *server) {
    CHECK(fuchsia_sysmem_BufferCollectionClose(server->client) == ZX_OK);
}

static zx_status_t reply_to_wait(fidl_txn_t *txn, zx_status_t status, zx_handle_t vmo) {
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    memset(&info, 0, sizeof info);
    info.buffer_count = 1;
    info.buffers[0].vmo = vmo;
    return fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_reply(txn, status, &info);
}

// Reads the reply to a Wait: its transaction id. The status is in it.
static uint32_t read_wait(const server_t *server, zx_status_t *out_status) {
    uint64_t bytes[256];
    fidl_incoming_msg_t msg;
    fidl_message_header_t header;
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    CHECK(fidl_read(server->client, bytes, sizeof bytes, &msg) == ZX_OK);
    CHECK(fidl_header_of(&msg, &header) == ZX_OK);
    CHECK(
        fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_decode(&msg, out_status, &info) ==
        ZX_OK);
    zx_handle_close(info.buffers[0].vmo);
    return header.txid;
}

static void check_ended(server_t *server, zx_status_t status) {
    run(server);
    CHECK(server->num_errors == 1);
    CHECK(server->error == status);
    CHECK(read_status(server->client) == ZX_ERR_PEER_CLOSED);
}

// 6.2: messages are dispatched in arrival order, all of them before the end of the channel.
static void s06_2_readable_is_handled_before_peer_closed(void) {
    server_t server;
    start(&server);
    for (int i = 0; i < 100; i++) {
        send_close(&server);
    }
    zx_handle_close(server.client);
    server.client = ZX_HANDLE_INVALID;
    run(&server);
    CHECK(server.num_closes == 100);
    CHECK(server.num_errors == 1 && server.error == ZX_ERR_PEER_CLOSED);
    stop(&server);
}

static void s06_2_a_short_message_ends_the_channel(void) {
    server_t server;
    start(&server);
    const zx_handle_t handle = some_handle();
    CHECK(zx_channel_write(server.client, "fifteen bytes..", 15, &handle, 1) == ZX_OK);
    check_ended(&server, ZX_ERR_BUFFER_TOO_SMALL);
    stop(&server);
}

static void s06_2_unknown_ordinals_and_null_handlers_end_the_channel(void) {
    for (int i = 0; i < 2; i++) {
        server_t server;
        start(&server);
        if (i == 0) {
            fidl_message_header_t header;
            const zx_handle_t handle = some_handle();
            fidl_header_init(&header, 0, 77);
            CHECK(zx_channel_write(server.client, &header, sizeof header, &handle, 1) == ZX_OK);
        } else {
            CHECK(fuchsia_sysmem_BufferCollectionCloseSingleBuffer(server.client, 1) == ZX_OK);
        }
        check_ended(&server, ZX_ERR_NOT_SUPPORTED);
        stop(&server);
    }
}

static zx_status_t close_fails(server_t *server) {
    (void)server;
    return ZX_ERR_BAD_STATE;
}

static void s06_2_the_status_of_a_handler_does_not_reach_the_binding(void) {
    server_t server;
    start(&server);
    server.on_close = close_fails;
    send_close(&server);
    send_close(&server);
    check_ended(&server, ZX_ERR_INTERNAL);
    CHECK(server.num_closes == 1);
    stop(&server);
}

static void s06_2_a_malformed_message_ends_the_channel(void) {
    server_t server;
    start(&server);
    fidl_message_header_t header;
    const zx_handle_t handle = some_handle();
    fidl_header_init(&header, 0, fuchsia_sysmem_BufferCollectionCloseOrdinal);
    CHECK(zx_channel_write(server.client, &header, sizeof header, &handle, 1) == ZX_OK);
    check_ended(&server, ZX_ERR_INTERNAL);
    CHECK(server.num_closes == 0);
    stop(&server);
}

static void s06_2_close_is_idempotent_and_silent(void) {
    server_t server;
    start(&server);
    send_close(&server);
    fidl_binding_close(server.binding);
    fidl_binding_close(server.binding);
    CHECK(!fidl_binding_is_bound(server.binding));
    run(&server);
    CHECK(server.num_closes == 0 && server.num_errors == 0);
    // What was not read of its messages does not matter to the peer.
    CHECK(read_status(server.client) == ZX_ERR_PEER_CLOSED);
    stop(&server);
}

static zx_status_t close_destroys(server_t *server) {
    fidl_binding_destroy(server->binding);
    server->binding = NULL;
    return ZX_OK;
}

static void s06_2_a_handler_may_destroy_its_binding(void) {
    server_t server;
    start(&server);
    server.on_close = close_destroys;
    send_close(&server);
    send_close(&server);
    run(&server);
    CHECK(server.num_closes == 1 && server.num_errors == 0);
    stop(&server);
}

static zx_status_t close_closes(server_t *server) {
    fidl_binding_close(server->binding);
    return ZX_ERR_BAD_STATE;
}

static void s06_2_a_handler_may_close_its_binding(void) {
    server_t server;
    start(&server);
    server.on_close = close_closes;
    send_close(&server);
    send_close(&server);
    run(&server);
    CHECK(server.num_closes == 1 && server.num_errors == 0);
    stop(&server);
}

static void destroy_on_error(void *ctx, zx_status_t status) {
    server_t *server = (server_t *)ctx;
    server->num_errors += 1;
    server->error = status;
    fidl_binding_destroy(server->binding);
    server->binding = NULL;
}

// 6.4, CreateChannelOwned: whoever owns itself goes with its channel.
static void s06_4_the_error_handler_may_destroy_its_binding(void) {
    server_t server;
    memset(&server, 0, sizeof server);
    server.loop = fidl_loop_create();
    CHECK(server.loop != NULL);
    server.binding =
        fuchsia_sysmem_BufferCollection_binding_create(server.loop, &server, &OPS, CAP);
    fidl_binding_set_error_handler(server.binding, destroy_on_error, &server);
    zx_handle_t served;
    make_channel(&server.client, &served);
    fidl_binding_bind(server.binding, served);
    zx_handle_close(server.client);
    server.client = ZX_HANDLE_INVALID;
    run(&server);
    CHECK(server.binding == NULL && server.num_errors == 1);
    CHECK(server.error == ZX_ERR_PEER_CLOSED);
    stop(&server);
}

static void s06_2_what_cannot_be_waited_for_fails_at_once(void) {
    server_t server;
    memset(&server, 0, sizeof server);
    server.loop = fidl_loop_create();
    CHECK(server.loop != NULL);
    server.binding =
        fuchsia_sysmem_BufferCollection_binding_create(server.loop, &server, &OPS, CAP);
    fidl_binding_set_error_handler(server.binding, on_error, &server);
    // Nobody can wait for a file.
    const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    fidl_binding_bind(server.binding, zx_handle_from_fd(file));
    CHECK(server.num_errors == 1 && server.error == ZX_ERR_NO_RESOURCES);
    CHECK(fcntl(file, F_GETFD) < 0);
    stop(&server);
}

static void second_channel(void) {
    server_t server;
    start(&server);
    fidl_binding_bind(server.binding, some_handle());
}

static void second_error_handler(void) {
    fidl_loop_t *loop = fidl_loop_create();
    fidl_binding_t *binding =
        fuchsia_sysmem_BufferCollection_binding_create(loop, NULL, &OPS, CAP);
    fidl_binding_set_error_handler(binding, on_error, NULL);
    fidl_binding_set_error_handler(binding, on_error, NULL);
}

static void cap_of_zero(void) {
    (void)fuchsia_sysmem_BufferCollection_binding_create(fidl_loop_create(), NULL, &OPS, 0);
}

static void s06_1_wrong_uses_end_the_program(void) {
    CHECK(aborts(second_channel));
    CHECK(aborts(second_error_handler));
    CHECK(aborts(cap_of_zero));
}

// 6.3, and R18: other requests are served while some wait; replies come with their own ids.
static void s06_3_replies_come_later_and_in_any_order(void) {
    server_t server;
    start(&server);
    for (uint32_t txid = 1; txid <= 3; txid++) {
        send_wait(&server, txid);
    }
    CHECK(fuchsia_sysmem_BufferCollectionSync_send(server.client, 9) == ZX_OK);
    run(&server);
    CHECK(server.num_waits == 3 && server.num_syncs == 1);
    uint64_t bytes[4];
    fidl_incoming_msg_t msg;
    CHECK(fidl_read(server.client, bytes, sizeof bytes, &msg) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSync_decode(&msg) == ZX_OK);
    const size_t order[] = {2, 0, 1};
    for (size_t i = 0; i < 3; i++) {
        zx_status_t status;
        CHECK(reply_to_wait(server.waits[order[i]], (zx_status_t)i, some_handle()) == ZX_OK);
        CHECK(read_wait(&server, &status) == order[i] + 1);
        CHECK(status == (zx_status_t)i);
    }
    stop(&server);
}

// R18: while requests of one channel wait, those of another are served.
static void r18_a_waiting_view_does_not_hold_up_another(void) {
    server_t waiting;
    server_t other;
    zx_handle_t served;
    start(&waiting);
    send_wait(&waiting, 1);
    run(&waiting);
    memset(&other, 0, sizeof other);
    other.loop = waiting.loop;
    other.binding =
        fuchsia_sysmem_BufferCollection_binding_create(other.loop, &other, &OPS, CAP);
    fidl_binding_set_error_handler(other.binding, on_error, &other);
    make_channel(&other.client, &served);
    fidl_binding_bind(other.binding, served);
    CHECK(fuchsia_sysmem_BufferCollectionSync_send(other.client, 1) == ZX_OK);
    run(&other);
    CHECK(other.num_syncs == 1 && waiting.num_waits == 1);
    CHECK(read_status(other.client) == ZX_OK);
    CHECK(read_status(waiting.client) == ZX_ERR_SHOULD_WAIT);
    CHECK(reply_to_wait(waiting.waits[0], ZX_OK, ZX_HANDLE_INVALID) == ZX_OK);
    CHECK(read_status(waiting.client) == ZX_OK);
    fidl_binding_destroy(other.binding);
    zx_handle_close(other.client);
    stop(&waiting);
}

static void s06_3_a_reply_after_close_does_no_harm(void) {
    server_t server;
    start(&server);
    send_wait(&server, 1);
    run(&server);
    fidl_binding_close(server.binding);
    const int before = open_descriptors();
    CHECK(reply_to_wait(server.waits[0], ZX_OK, some_handle()) == ZX_ERR_BAD_STATE);
    CHECK(open_descriptors() == before);
    stop(&server);
}

static void s06_3_a_reply_after_destroy_does_no_harm(void) {
    server_t server;
    start(&server);
    send_wait(&server, 1);
    send_wait(&server, 2);
    run(&server);
    fidl_binding_destroy(server.binding);
    server.binding = NULL;
    const int before = open_descriptors();
    CHECK(reply_to_wait(server.waits[0], ZX_OK, some_handle()) == ZX_ERR_BAD_STATE);
    CHECK(open_descriptors() == before);
    // The other one is dropped without a reply, which is fine by now.
    stop(&server);
}

static void s06_3_a_reply_after_the_peer_is_gone_does_no_harm(void) {
    server_t server;
    start(&server);
    send_wait(&server, 1);
    run(&server);
    zx_handle_close(server.client);
    server.client = ZX_HANDLE_INVALID;
    CHECK(reply_to_wait(server.waits[0], ZX_OK, some_handle()) == ZX_ERR_PEER_CLOSED);
    run(&server);
    CHECK(server.num_errors == 1 && server.error == ZX_ERR_PEER_CLOSED);
    stop(&server);
}

static void drop_unanswered(void) {
    server_t server;
    start(&server);
    send_wait(&server, 1);
    run(&server);
    fidl_txn_destroy(server.waits[0]);
}

static void never_answer(void) {
    server_t server;
    start(&server);
    CHECK(fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_send(server.client, 1) == ZX_OK);
    run(&server);
}

static void reply_twice(void) {
    server_t server;
    start(&server);
    send_wait(&server, 1);
    run(&server);
    (void)reply_to_wait(server.waits[0], ZX_OK, ZX_HANDLE_INVALID);
    (void)reply_to_wait(server.waits[0], ZX_OK, ZX_HANDLE_INVALID);
}

static void s06_3_every_request_gets_exactly_one_reply(void) {
    CHECK(aborts(drop_unanswered));
    CHECK(aborts(never_answer));
    CHECK(aborts(reply_twice));
}

// Section 8, 21: with as many Waits pending as there may be, any message is one too many.
static void s08_21_the_cap_counts_every_message(void) {
    for (int i = 0; i < 3; i++) {
        server_t server;
        start(&server);
        for (uint32_t txid = 1; txid <= CAP; txid++) {
            send_wait(&server, txid);
        }
        run(&server);
        CHECK(server.num_waits == CAP && server.num_errors == 0);
        if (i == 0) {
            send_wait(&server, CAP + 1);
        } else if (i == 1) {
            send_close(&server);
        } else {
            CHECK(
                fuchsia_sysmem_BufferCollectionSetConstraints(server.client, false, NULL) ==
                ZX_OK);
        }
        check_ended(&server, ZX_ERR_NO_RESOURCES);
        CHECK(server.num_waits == CAP && server.num_closes == 0 && server.num_constraints == 0);
        stop(&server);
    }
}

// Section 8, 22.
static void s08_22_one_way_messages_count_while_their_handler_runs(void) {
    server_t server;
    start_with_cap(&server, 2);
    send_wait(&server, 1);
    for (int i = 0; i < 10; i++) {
        send_close(&server);
    }
    run(&server);
    CHECK(server.num_closes == 10 && server.num_errors == 0);
    stop(&server);
}

static void s08_22_a_wait_counts_until_its_transaction_is_destroyed(void) {
    for (int destroys = 0; destroys < 2; destroys++) {
        server_t server;
        start_with_cap(&server, 1);
        send_wait(&server, 1);
        run(&server);
        CHECK(reply_to_wait(server.waits[0], ZX_OK, ZX_HANDLE_INVALID) == ZX_OK);
        if (destroys) {
            fidl_txn_destroy(server.waits[0]);
            server.num_waits = 0;
        }
        send_close(&server);
        run(&server);
        CHECK(server.num_closes == (destroys ? 1 : 0));
        CHECK(server.num_errors == (destroys ? 0 : 1));
        CHECK(destroys || server.error == ZX_ERR_NO_RESOURCES);
        stop(&server);
    }
}

// Section 8, 32 and 33.
static void s08_32_a_two_way_request_without_id_ends_the_channel(void) {
    server_t server;
    start(&server);
    send_wait(&server, 0);
    check_ended(&server, ZX_ERR_INTERNAL);
    CHECK(server.num_waits == 0);
    stop(&server);
}

static void s08_33_a_one_way_request_with_id_gets_no_reply(void) {
    server_t server;
    fidl_message_header_t header;
    start(&server);
    fidl_header_init(&header, 5, fuchsia_sysmem_BufferCollectionCloseOrdinal);
    CHECK(zx_channel_write(server.client, &header, sizeof header, NULL, 0) == ZX_OK);
    run(&server);
    CHECK(server.num_closes == 1 && server.num_errors == 0);
    CHECK(read_status(server.client) == ZX_ERR_SHOULD_WAIT);
    stop(&server);
}

// Section 8, 34: what was written before the close arrives.
static void s08_34_a_reply_is_not_overtaken_by_the_close(void) {
    server_t server;
    zx_status_t status;
    start(&server);
    send_wait(&server, 4);
    run(&server);
    CHECK(reply_to_wait(server.waits[0], ZX_ERR_NO_MEMORY, ZX_HANDLE_INVALID) == ZX_OK);
    fidl_binding_fail(server.binding, ZX_ERR_NO_MEMORY);
    CHECK(read_wait(&server, &status) == 4 && status == ZX_ERR_NO_MEMORY);
    CHECK(read_status(server.client) == ZX_ERR_PEER_CLOSED);
    stop(&server);
}

// Section 8, 73.
static void s08_73_too_many_handles_end_the_channel(void) {
    server_t server;
    start(&server);
    int fds[ZX_CHANNEL_MAX_MSG_HANDLES + 1];
    union {
        struct cmsghdr align;
        unsigned char bytes[CMSG_SPACE(sizeof fds)];
    } control;
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        fds[i] = STDERR_FILENO;
    }
    fidl_message_header_t header;
    fidl_header_init(&header, 0, fuchsia_sysmem_BufferCollectionCloseOrdinal);
    struct iovec content = {&header, sizeof header};
    struct msghdr packet;
    memset(&packet, 0, sizeof packet);
    memset(&control, 0, sizeof control);
    packet.msg_iov = &content;
    packet.msg_iovlen = 1;
    packet.msg_control = control.bytes;
    packet.msg_controllen = sizeof control.bytes;
    struct cmsghdr *list = CMSG_FIRSTHDR(&packet);
    list->cmsg_level = SOL_SOCKET;
    list->cmsg_type = SCM_RIGHTS;
    list->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(list), fds, sizeof fds);
    CHECK(sendmsg(zx_handle_fd(server.client), &packet, 0) == sizeof header);
    check_ended(&server, ZX_ERR_OUT_OF_RANGE);
    stop(&server);
}

static zx_status_t close_fails_async(server_t *server) {
    fidl_binding_fail(server->binding, ZX_ERR_BAD_STATE);
    fidl_binding_fail(server->binding, ZX_ERR_NO_MEMORY);
    // Closed at once, told later.
    CHECK(!fidl_binding_is_bound(server->binding));
    CHECK(read_status(server->client) == ZX_ERR_PEER_CLOSED);
    CHECK(server->num_errors == 0);
    return ZX_ERR_INTERNAL;
}

static void s06_4_an_asynchronous_failure_keeps_its_status(void) {
    server_t server;
    start(&server);
    server.on_close = close_fails_async;
    send_close(&server);
    send_close(&server);
    run(&server);
    CHECK(server.num_closes == 1 && server.num_errors == 1);
    CHECK(server.error == ZX_ERR_BAD_STATE);
    stop(&server);
}

static void s06_4_a_failure_is_not_told_to_who_is_gone(void) {
    for (int i = 0; i < 2; i++) {
        server_t server;
        start(&server);
        fidl_binding_fail(server.binding, ZX_ERR_BAD_STATE);
        if (i == 0) {
            fidl_binding_destroy(server.binding);
            server.binding = NULL;
        } else {
            fidl_binding_close(server.binding);
        }
        run(&server);
        CHECK(server.num_errors == 0);
        stop(&server);
    }
}

typedef struct counting_task {
    fidl_task_t task;
    fidl_loop_t *loop;
    int runs;
    bool again;
} counting_task_t;

static void count_run(fidl_task_t *task) {
    counting_task_t *counting = (counting_task_t *)(void *)task;
    counting->runs += 1;
    if (counting->again) {
        fidl_loop_post(counting->loop, task);
    }
}

static void tasks_run_once_for_each_post(void) {
    fidl_loop_t *loop = fidl_loop_create();
    CHECK(loop != NULL);
    counting_task_t tasks[3];
    memset(tasks, 0, sizeof tasks);
    for (size_t i = 0; i < 3; i++) {
        tasks[i].task.run = count_run;
        tasks[i].loop = loop;
        fidl_loop_post(loop, &tasks[i].task);
        fidl_loop_post(loop, &tasks[i].task);
    }
    tasks[0].again = true;
    fidl_loop_cancel(loop, &tasks[2].task);
    fidl_loop_cancel(loop, &tasks[2].task);
    CHECK(fidl_loop_run_once(loop, 0) == ZX_OK);
    CHECK(tasks[0].runs == 1 && tasks[1].runs == 1 && tasks[2].runs == 0);
    CHECK(fidl_loop_run_once(loop, 0) == ZX_OK);
    CHECK(tasks[0].runs == 2 && tasks[1].runs == 1);
    fidl_loop_cancel(loop, &tasks[0].task);
    while (fidl_loop_run_once(loop, 0) == ZX_OK) {
    }
    CHECK(tasks[0].runs == 2);
    fidl_loop_post(loop, &tasks[2].task);
    CHECK(fidl_loop_run_once(loop, -1) == ZX_OK);
    CHECK(tasks[2].runs == 1);
    fidl_loop_destroy(loop);
}

static const test_case_t CASES[] = {
    {"s06_1_wrong_uses_end_the_program", s06_1_wrong_uses_end_the_program},
    {"s06_2_readable_is_handled_before_peer_closed", s06_2_readable_is_handled_before_peer_closed},
    {"s06_2_a_short_message_ends_the_channel", s06_2_a_short_message_ends_the_channel},
    {"s06_2_unknown_ordinals_and_null_handlers_end_the_channel",
     s06_2_unknown_ordinals_and_null_handlers_end_the_channel},
    {"s06_2_the_status_of_a_handler_does_not_reach_the_binding",
     s06_2_the_status_of_a_handler_does_not_reach_the_binding},
    {"s06_2_a_malformed_message_ends_the_channel", s06_2_a_malformed_message_ends_the_channel},
    {"s06_2_close_is_idempotent_and_silent", s06_2_close_is_idempotent_and_silent},
    {"s06_2_a_handler_may_destroy_its_binding", s06_2_a_handler_may_destroy_its_binding},
    {"s06_2_a_handler_may_close_its_binding", s06_2_a_handler_may_close_its_binding},
    {"s06_2_what_cannot_be_waited_for_fails_at_once",
     s06_2_what_cannot_be_waited_for_fails_at_once},
    {"s06_3_replies_come_later_and_in_any_order", s06_3_replies_come_later_and_in_any_order},
    {"r18_a_waiting_view_does_not_hold_up_another", r18_a_waiting_view_does_not_hold_up_another},
    {"s06_3_a_reply_after_close_does_no_harm", s06_3_a_reply_after_close_does_no_harm},
    {"s06_3_a_reply_after_destroy_does_no_harm", s06_3_a_reply_after_destroy_does_no_harm},
    {"s06_3_a_reply_after_the_peer_is_gone_does_no_harm",
     s06_3_a_reply_after_the_peer_is_gone_does_no_harm},
    {"s06_3_every_request_gets_exactly_one_reply", s06_3_every_request_gets_exactly_one_reply},
    {"s06_4_the_error_handler_may_destroy_its_binding",
     s06_4_the_error_handler_may_destroy_its_binding},
    {"s06_4_an_asynchronous_failure_keeps_its_status",
     s06_4_an_asynchronous_failure_keeps_its_status},
    {"s06_4_a_failure_is_not_told_to_who_is_gone", s06_4_a_failure_is_not_told_to_who_is_gone},
    {"s08_21_the_cap_counts_every_message", s08_21_the_cap_counts_every_message},
    {"s08_22_one_way_messages_count_while_their_handler_runs",
     s08_22_one_way_messages_count_while_their_handler_runs},
    {"s08_22_a_wait_counts_until_its_transaction_is_destroyed",
     s08_22_a_wait_counts_until_its_transaction_is_destroyed},
    {"s08_32_a_two_way_request_without_id_ends_the_channel",
     s08_32_a_two_way_request_without_id_ends_the_channel},
    {"s08_33_a_one_way_request_with_id_gets_no_reply",
     s08_33_a_one_way_request_with_id_gets_no_reply},
    {"s08_34_a_reply_is_not_overtaken_by_the_close", s08_34_a_reply_is_not_overtaken_by_the_close},
    {"s08_73_too_many_handles_end_the_channel", s08_73_too_many_handles_end_the_channel},
    {"tasks_run_once_for_each_post", tasks_run_once_for_each_post},
};

int main(int argc, char **argv) {
    return run_cases(CASES, sizeof CASES / sizeof CASES[0], argc, argv);
}
