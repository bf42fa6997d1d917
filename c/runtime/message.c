// Headers, calls and replies.

#include "fidl.h"

#include <stdatomic.h>
#include <string.h>

// Wire format 2, which for simple layouts is the same as the first one.
#define AT_REST_WIRE_FORMAT_V2 0x02
#define MAGIC 1

void fidl_header_init(fidl_message_header_t *header, uint32_t txid, uint64_t ordinal) {
    memset(header, 0, sizeof *header);
    header->txid = txid;
    header->at_rest_flags[0] = AT_REST_WIRE_FORMAT_V2;
    header->magic = MAGIC;
    header->ordinal = ordinal;
}

fidl_vector_t fidl_vector(const void *data, size_t count) {
    fidl_vector_t vector = {count, {NULL}};
    vector.content.presence = 0;
    vector.content.data = data;
    return vector;
}

zx_status_t fidl_header_of(const fidl_incoming_msg_t *msg, fidl_message_header_t *out) {
    if (msg->num_bytes < sizeof *out) {
        return ZX_ERR_BUFFER_TOO_SMALL;
    }
    memcpy(out, msg->bytes, sizeof *out);
    return out->magic == MAGIC ? ZX_OK : ZX_ERR_INVALID_ARGS;
}

void fidl_incoming_msg_close(fidl_incoming_msg_t *msg) {
    zx_handle_close_many(msg->handles, msg->num_handles);
    msg->num_handles = 0;
}

void fidl_outgoing_msg_close(fidl_outgoing_msg_t *msg) {
    zx_handle_close_many(msg->handles, msg->num_handles);
    msg->num_handles = 0;
}

zx_status_t fidl_read(
    zx_handle_t channel, void *bytes, size_t capacity, fidl_incoming_msg_t *msg) {
    msg->bytes = bytes;
    return zx_channel_read(
        channel, bytes, capacity, msg->handles, &msg->num_bytes, &msg->num_handles);
}

zx_status_t fidl_send(
    zx_handle_t channel, const fidl_struct_t *type, void *message, size_t capacity) {
    fidl_outgoing_msg_t out;
    const zx_status_t status = fidl_encode(type, message, capacity, &out);
    if (status != ZX_OK) {
        return status;
    }
    return zx_channel_write(channel, out.bytes, out.num_bytes, out.handles, out.num_handles);
}

zx_status_t fidl_reply(fidl_txn_t *txn, const fidl_struct_t *type, void *message, size_t capacity) {
    fidl_outgoing_msg_t out;
    const zx_status_t status = fidl_encode(type, message, capacity, &out);
    return status == ZX_OK ? txn->reply(txn, &out) : status;
}

uint32_t fidl_next_txid(void) {
    static atomic_uint_least32_t next;
    const uint32_t number = (uint32_t)atomic_fetch_add(&next, 1);
    return FIDL_FIRST_BLOCKING_TXID | (number % FIDL_FIRST_BLOCKING_TXID);
}

// What an epitaph says.
static zx_status_t epitaph_status(const fidl_incoming_msg_t *msg) {
    int32_t status;
    if (msg->num_bytes < sizeof(fidl_message_header_t) + sizeof status) {
        return ZX_ERR_INVALID_ARGS;
    }
    memcpy(&status, (const uint8_t *)msg->bytes + sizeof(fidl_message_header_t), sizeof status);
    return status < 0 ? status : ZX_ERR_PEER_CLOSED;
}

// Whether a message is the reply with this transaction id, or else why not.
static zx_status_t check_reply(const fidl_incoming_msg_t *msg, uint32_t txid) {
    fidl_message_header_t header;
    const zx_status_t status = fidl_header_of(msg, &header);
    if (status != ZX_OK) {
        return status;
    }
    if (header.ordinal == FIDL_EPITAPH_ORDINAL) {
        return epitaph_status(msg);
    }
    return header.txid == txid ? ZX_OK : ZX_ERR_BAD_STATE;
}

zx_status_t fidl_wait_for_reply(
    zx_handle_t channel, uint32_t txid, void *bytes, size_t capacity, fidl_incoming_msg_t *msg) {
    zx_status_t status;
    for (;;) {
        status = fidl_read(channel, bytes, capacity, msg);
        if (status != ZX_ERR_SHOULD_WAIT) {
            break;
        }
        status = zx_channel_wait(channel, -1);
        if (status != ZX_OK) {
            return status;
        }
    }
    if (status == ZX_OK) {
        status = check_reply(msg, txid);
        if (status != ZX_OK) {
            fidl_incoming_msg_close(msg);
        }
    }
    return status;
}

zx_status_t fidl_decode_reply(
    fidl_incoming_msg_t *msg, uint64_t ordinal, const fidl_struct_t *type, void *value) {
    fidl_message_header_t header;
    zx_status_t status = fidl_header_of(msg, &header);
    if (status == ZX_OK && header.ordinal == FIDL_EPITAPH_ORDINAL) {
        status = epitaph_status(msg);
    } else if (status == ZX_OK && header.ordinal != ordinal) {
        status = ZX_ERR_INVALID_ARGS;
    }
    if (status != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return status;
    }
    return fidl_decode(type, msg, value);
}

zx_status_t fidl_decode_request(
    fidl_incoming_msg_t *msg, fidl_txn_t *txn, const fidl_struct_t *type, void *value) {
    fidl_message_header_t header;
    const bool is_good = fidl_header_of(msg, &header) == ZX_OK;
    const bool lacks_txid = txn != NULL && txn->awaits_reply && is_good && header.txid == 0;
    if (!is_good || lacks_txid) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    return fidl_decode(type, msg, value) == ZX_OK ? ZX_OK : ZX_ERR_INTERNAL;
}

zx_status_t fidl_handled(zx_status_t status) {
    switch (status) {
        case ZX_OK:
        case ZX_ERR_STOP:
        case ZX_ERR_NEXT:
        case ZX_ERR_ASYNC:
            return status;
        default:
            return ZX_ERR_INTERNAL;
    }
}
