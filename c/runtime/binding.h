// Serves one channel by the handlers of a program, with replies now or later.
//
// A binding reads the messages of its channel in their order, one at a time, and calls the dispatch
// function of its protocol. When the channel ends, it calls the error handler, once.
//
// Everything here, and every call that it makes, happens on the thread of its loop. A handler may
// do anything, also close or destroy its binding, except to run the loop.

#ifndef SYSMEM_C_BINDING_H_
#define SYSMEM_C_BINDING_H_

#include <stdbool.h>
#include <stdint.h>

#include "fidl.h"
#include "loop.h"
#include "zx.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fidl_binding fidl_binding_t;

// How many requests may wait for their replies in sysmem's own servers.
#define FIDL_DEFAULT_CAP UINT32_C(64)

// A dispatch function of any protocol.
typedef zx_status_t fidl_dispatch_t(
    void *ctx, fidl_txn_t *txn, fidl_incoming_msg_t *msg, const void *ops);

// The channel of a binding has ended, and is closed. status is not ZX_OK; ZX_ERR_PEER_CLOSED is the
// usual end. May destroy the binding.
typedef void fidl_error_handler_t(void *ctx, zx_status_t status);

// Makes a binding for a channel to come. cap is the most messages that may be under way at a time,
// and not 0. It counts requests whose replies have been put off, and every message, one-way or not,
// while its handler runs: with cap replies put off, any further message ends the channel.
//
// Generated code has a function of this kind for each protocol, which knows the types. NULL: no
// memory. The binding is the caller's.
fidl_binding_t *fidl_binding_create(
    fidl_loop_t *loop, fidl_dispatch_t *dispatch, void *stub, const void *ops, uint32_t cap);

// Closes and frees a binding. The error handler does not run any more. Transactions that were put
// off stay valid, as after fidl_binding_close. binding may be NULL.
void fidl_binding_destroy(fidl_binding_t *binding);

// Says what is called when the channel ends. Exactly once, before fidl_binding_bind.
void fidl_binding_set_error_handler(
    fidl_binding_t *binding, fidl_error_handler_t *handler, void *ctx);

// Starts to serve a channel. Exactly once. Takes the channel. If that cannot be done the error
// handler runs at once.
void fidl_binding_bind(fidl_binding_t *binding, zx_handle_t channel);

// Whether the channel is being served.
bool fidl_binding_is_bound(const fidl_binding_t *binding);

// Closes the channel. The error handler does not run any more. Does nothing the second time.
void fidl_binding_close(fidl_binding_t *binding);

// Ends the channel because of something that went wrong: closes it at once, and has the error
// handler run from the loop, unless the binding is closed or destroyed before. The first failure
// counts. status is not ZX_OK.
void fidl_binding_fail(fidl_binding_t *binding, zx_status_t status);

// Puts a reply off: the transaction that a handler of a two-way method was given becomes one that
// outlives it. At most once for each, and not after the reply. The result is the caller's, to be
// passed to a reply function once and then to fidl_txn_destroy; the message is not, so the handler
// copies what it needs of it.
//
// NULL: no memory; the transaction is as it was.
fidl_txn_t *fidl_txn_take(fidl_txn_t *txn);

// Frees a transaction from fidl_txn_take. It has to have had its reply, or its channel has to have
// ended; anything else is a mistake of the program, and ends it. txn may be NULL.
//
// A reply after the end of the channel returns ZX_ERR_BAD_STATE, and does no harm.
void fidl_txn_destroy(fidl_txn_t *txn);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SYSMEM_C_BINDING_H_
