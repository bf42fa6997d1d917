#include "binding.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Messages that one binding handles before others have their turn.
enum { MESSAGES_PER_TURN = 32 };

typedef struct transaction transaction_t;

// A request: on the stack while its handler runs, on the heap if its reply was put off.
struct transaction {
    // First, so that a pointer to one is a pointer to the other.
    fidl_txn_t base;
    uint32_t txid;
    // The handler is done with this one: replied, or took a copy.
    bool is_settled;
    bool is_on_heap;
    // NULL when the binding is gone.
    fidl_binding_t *binding;
    // The others of the same binding, if on the heap.
    transaction_t *next;
    transaction_t **link;
};

struct fidl_binding {
    // First, as above.
    fidl_watch_t watch;
    fidl_loop_t *loop;
    fidl_dispatch_t *dispatch;
    void *stub;
    const void *ops;
    uint32_t cap;
    // Messages under way: the one whose handler runs, and those whose replies were put off.
    uint32_t outstanding;
    transaction_t *put_off;
    zx_handle_t channel;
    bool was_bound;
    fidl_error_handler_t *on_error;
    void *on_error_ctx;
    // Set to true when the binding is destroyed while a message is being handled.
    bool *is_destroyed;
    fidl_task_t failure;
    zx_status_t failure_status;
};

// A use of the bindings that no input can cause.
static void check_use(bool is_right, const char *what) {
    if (!is_right) {
        (void)fprintf(stderr, "fidl binding: %s\n", what);
        abort();
    }
}

static zx_status_t reply(fidl_txn_t *txn, fidl_outgoing_msg_t *msg) {
    transaction_t *transaction = (transaction_t *)txn;
    check_use(!transaction->is_settled, "a second reply, or one to a request that was put off");
    transaction->is_settled = true;
    fidl_binding_t *binding = transaction->binding;
    if (binding == NULL || !fidl_binding_is_bound(binding)) {
        fidl_outgoing_msg_close(msg);
        return ZX_ERR_BAD_STATE;
    }
    // The transaction id is the first member of a header.
    memcpy(msg->bytes, &transaction->txid, sizeof transaction->txid);
    return zx_channel_write(
        binding->channel, msg->bytes, msg->num_bytes, msg->handles, msg->num_handles);
}

fidl_txn_t *fidl_txn_take(fidl_txn_t *txn) {
    transaction_t *transaction = (transaction_t *)txn;
    check_use(!transaction->is_settled && !transaction->is_on_heap, "a request put off twice");
    transaction_t *copy = (transaction_t *)malloc(sizeof *copy);
    if (copy == NULL) {
        return NULL;
    }
    *copy = *transaction;
    copy->is_on_heap = true;
    transaction->is_settled = true;
    fidl_binding_t *binding = copy->binding;
    if (binding != NULL) {
        copy->link = &binding->put_off;
        copy->next = binding->put_off;
        if (copy->next != NULL) {
            copy->next->link = &copy->next;
        }
        binding->put_off = copy;
        binding->outstanding += 1;
    }
    return &copy->base;
}

void fidl_txn_destroy(fidl_txn_t *txn) {
    if (txn == NULL) {
        return;
    }
    transaction_t *transaction = (transaction_t *)txn;
    fidl_binding_t *binding = transaction->binding;
    if (binding != NULL) {
        const bool may_go = transaction->is_settled || !fidl_binding_is_bound(binding);
        check_use(may_go, "a request that never got its reply");
        *transaction->link = transaction->next;
        if (transaction->next != NULL) {
            transaction->next->link = transaction->link;
        }
        binding->outstanding -= 1;
    }
    free(transaction);
}

bool fidl_binding_is_bound(const fidl_binding_t *binding) {
    return binding->channel != ZX_HANDLE_INVALID;
}

static void close_channel(fidl_binding_t *binding) {
    if (fidl_binding_is_bound(binding)) {
        fidl_loop_unwatch(binding->loop, zx_handle_fd(binding->channel));
        zx_handle_close(binding->channel);
        binding->channel = ZX_HANDLE_INVALID;
    }
}

static void call_error_handler(fidl_binding_t *binding, zx_status_t status) {
    fidl_error_handler_t *handler = binding->on_error;
    binding->on_error = NULL;
    if (handler != NULL) {
        handler(binding->on_error_ctx, status);
    }
}

// The channel has ended by itself. The binding may be gone afterwards.
static void end(fidl_binding_t *binding, zx_status_t status) {
    if (fidl_binding_is_bound(binding)) {
        close_channel(binding);
        call_error_handler(binding, status);
    }
}

static void run_failure(fidl_task_t *task) {
    fidl_binding_t *binding =
        (fidl_binding_t *)(void *)((char *)task - offsetof(fidl_binding_t, failure));
    call_error_handler(binding, binding->failure_status);
}

void fidl_binding_fail(fidl_binding_t *binding, zx_status_t status) {
    if (fidl_binding_is_bound(binding)) {
        close_channel(binding);
        binding->failure_status = status;
        fidl_loop_post(binding->loop, &binding->failure);
    }
}

void fidl_binding_close(fidl_binding_t *binding) {
    close_channel(binding);
    fidl_loop_cancel(binding->loop, &binding->failure);
    binding->on_error = NULL;
}

void fidl_binding_destroy(fidl_binding_t *binding) {
    if (binding == NULL) {
        return;
    }
    fidl_binding_close(binding);
    for (transaction_t *open = binding->put_off; open != NULL; open = open->next) {
        open->binding = NULL;
    }
    if (binding->is_destroyed != NULL) {
        *binding->is_destroyed = true;
    }
    free(binding);
}

// Calls the dispatch function; true if the binding goes on.
static bool call_dispatch(fidl_binding_t *binding, fidl_incoming_msg_t *msg, uint32_t txid) {
    bool is_destroyed = false;
    transaction_t transaction = {{reply, false}, txid, false, false, binding, NULL, NULL};
    binding->is_destroyed = &is_destroyed;
    binding->outstanding += 1;
    const zx_status_t status =
        binding->dispatch(binding->stub, &transaction.base, msg, binding->ops);
    if (is_destroyed) {
        return false;
    }
    binding->is_destroyed = NULL;
    binding->outstanding -= 1;
    if (status != ZX_OK && status != ZX_ERR_ASYNC) {
        end(binding, status);
        return false;
    }
    if (!fidl_binding_is_bound(binding)) {
        return false;
    }
    const bool is_answered = !transaction.base.awaits_reply || transaction.is_settled;
    check_use(is_answered, "a handler neither replied nor put the reply off");
    return true;
}

// Reads and handles one message; true if there may be more.
static bool handle_message(fidl_binding_t *binding) {
    fidl_incoming_msg_t msg;
    fidl_message_header_t header;
    void *bytes = fidl_loop_message_buffer(binding->loop);
    zx_status_t status = fidl_read(binding->channel, bytes, ZX_CHANNEL_MAX_MSG_BYTES, &msg);
    if (status == ZX_ERR_SHOULD_WAIT) {
        return false;
    }
    if (status != ZX_OK) {
        end(binding, status);
        return false;
    }
    status = fidl_header_of(&msg, &header);
    if (status == ZX_OK && binding->outstanding >= binding->cap) {
        status = ZX_ERR_NO_RESOURCES;
    }
    if (status != ZX_OK) {
        fidl_incoming_msg_close(&msg);
        end(binding, status);
        return false;
    }
    return call_dispatch(binding, &msg, header.txid);
}

static void on_readable(fidl_watch_t *watch) {
    fidl_binding_t *binding = (fidl_binding_t *)(void *)watch;
    check_use(binding->is_destroyed == NULL, "a handler that runs its loop");
    for (int i = 0; i < MESSAGES_PER_TURN; i++) {
        if (!handle_message(binding)) {
            return;
        }
    }
}

fidl_binding_t *fidl_binding_create(
    fidl_loop_t *loop, fidl_dispatch_t *dispatch, void *stub, const void *ops, uint32_t cap) {
    check_use(cap > 0, "a cap of 0");
    fidl_binding_t *binding = (fidl_binding_t *)calloc(1, sizeof *binding);
    if (binding == NULL) {
        return NULL;
    }
    binding->watch.on_readable = on_readable;
    binding->failure.run = run_failure;
    binding->loop = loop;
    binding->dispatch = dispatch;
    binding->stub = stub;
    binding->ops = ops;
    binding->cap = cap;
    return binding;
}

void fidl_binding_set_error_handler(
    fidl_binding_t *binding, fidl_error_handler_t *handler, void *ctx) {
    check_use(binding->on_error == NULL, "a second error handler");
    check_use(!binding->was_bound, "an error handler after the channel");
    binding->on_error = handler;
    binding->on_error_ctx = ctx;
}

void fidl_binding_bind(fidl_binding_t *binding, zx_handle_t channel) {
    check_use(!binding->was_bound, "a second channel");
    binding->was_bound = true;
    const zx_status_t status =
        fidl_loop_watch(binding->loop, &binding->watch, zx_handle_fd(channel));
    if (status != ZX_OK) {
        zx_handle_close(channel);
        call_error_handler(binding, status);
        return;
    }
    binding->channel = channel;
}
