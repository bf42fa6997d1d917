// What generated bindings stand on: messages, the tables that describe them, calls and replies.
//
// Messages have simple layout. A message is a header and a C struct as it lies in memory, in the
// byte order and alignment of x86-64 and AArch64; each handle in it stands as all ones or zero, and
// is passed beside the bytes. Strings and vectors, where there are any, follow the struct.

#ifndef SYSMEM_C_FIDL_H_
#define SYSMEM_C_FIDL_H_

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zx.h"

#ifdef __cplusplus
extern "C" {
#endif

// The first 16 bytes of a message.
typedef struct fidl_message_header {
    // What ties a reply to its request; 0 where there is no reply.
    uint32_t txid;
    uint8_t at_rest_flags[2];
    uint8_t dynamic_flags;
    uint8_t magic;
    // Which method it is.
    uint64_t ordinal;
} fidl_message_header_t;

static_assert(sizeof(fidl_message_header_t) == 16, "size of a header");
static_assert(offsetof(fidl_message_header_t, magic) == 7, "place of the magic number");

// The last message of a server that says why it closes: an int32 follows the header.
#define FIDL_EPITAPH_ORDINAL UINT64_MAX

// Transaction ids from here on are those of blocking calls.
#define FIDL_FIRST_BLOCKING_TXID UINT32_C(0x40000000)

// A string or vector in a message struct. Whose the content is, depends on the function.
typedef struct fidl_vector {
    // Bytes of a string, elements of a vector.
    uint64_t count;
    union {
        const void *data;
        // On the wire: all ones.
        uint64_t presence;
    } content;
} fidl_vector_t;

static_assert(sizeof(fidl_vector_t) == 16, "size of a vector");

// A message that has been received. Its bytes belong to whoever read it, its handles to the message
// until fidl_decode moves them into a struct.
typedef struct fidl_incoming_msg {
    // Aligned to 8 bytes.
    void *bytes;
    size_t num_bytes;
    size_t num_handles;
    zx_handle_t handles[ZX_CHANNEL_MAX_MSG_HANDLES];
} fidl_incoming_msg_t;

// A message that is ready to be sent. Owns its handles.
typedef struct fidl_outgoing_msg {
    void *bytes;
    size_t num_bytes;
    size_t num_handles;
    zx_handle_t handles[ZX_CHANNEL_MAX_MSG_HANDLES];
} fidl_outgoing_msg_t;

// A two-way request that waits for its reply. See binding.h for one that outlives its handler.
typedef struct fidl_txn fidl_txn_t;

struct fidl_txn {
    // Sends the reply, whose transaction id it fills in. Takes the handles, whatever the outcome.
    zx_status_t (*reply)(fidl_txn_t *txn, fidl_outgoing_msg_t *msg);
    // The request is of a two-way method. Set by generated code before it calls the handler.
    bool awaits_reply;
};

// -------------------------------------------------------------------------------------------------
// Tables. Generated code has one for each struct in which something has to be checked or changed on
// its way.

typedef enum fidl_kind {
    // Bytes between members. Sent as zeros, ignored on arrival.
    FIDL_PADDING,
    // Any bytes are a value.
    FIDL_PLAIN,
    // 0 or 1.
    FIDL_BOOL,
    // A handle.
    FIDL_HANDLE,
    // A strict enum or strict bits: a fidl_values_t says which values there are.
    FIDL_VALUES,
    // A struct with a table of its own, a fidl_struct_t.
    FIDL_STRUCT
} fidl_kind_t;

enum {
    // Handles may be missing.
    FIDL_NULLABLE = 1,
    // The byte at guard_offset says whether the member has a value. If not, it is sent as zeros and
    // arrives as zeros.
    FIDL_FLAGGED = 2,
    // The uint32 at guard_offset says how many elements have values. The others are sent as zeros
    // and arrive as zeros.
    FIDL_COUNTED = 4,
    // The content follows the struct.
    FIDL_OUT_OF_LINE = 8,
    // Out of line, and UTF-8.
    FIDL_TEXT = 16,
    // There are handles in it.
    FIDL_HOLDS_HANDLES = 32
};

// A member of a struct.
typedef struct fidl_field {
    uint32_t offset;
    fidl_kind_t kind;
    // Some of the flags above.
    uint32_t flags;
    // Elements of an array, 1 for a single value; out of line, the most that there may be.
    uint32_t count;
    // Bytes from element to element.
    uint32_t stride;
    uint32_t guard_offset;
    // What the kind says.
    const void *type;
} fidl_field_t;

// A struct, or a whole message with its header.
typedef struct fidl_struct {
    uint32_t size;
    uint32_t num_fields;
    const fidl_field_t *fields;
} fidl_struct_t;

// The values of a strict enum, or the bits of strict bits.
typedef struct fidl_values {
    // Bytes of a value: 1, 2, 4 or 8.
    uint32_t size;
    // 0: any combination of the bits in mask.
    uint32_t num_members;
    const uint64_t *members;
    uint64_t mask;
} fidl_values_t;

// A message that is a header alone.
extern const fidl_struct_t fidl_header_only;

// -------------------------------------------------------------------------------------------------
// For generated code.

// Fills in a header.
void fidl_header_init(fidl_message_header_t *header, uint32_t txid, uint64_t ordinal);

// A string or vector for a message struct.
fidl_vector_t fidl_vector(const void *data, size_t count);

// Makes a message ready to be sent, in place. message is the struct that type describes, followed
// by room for what is out of line; capacity bytes in all, aligned to 8.
//
// Takes every handle in the struct: into out, or closed on an error.
//
// ZX_ERR_INVALID_ARGS: a handle is missing, a value is none, a count is too large, a string is too
// long or not UTF-8.
zx_status_t fidl_encode(
    const fidl_struct_t *type, void *message, size_t capacity, fidl_outgoing_msg_t *out);

// Checks a message and fills in the struct that type describes. Strings and vectors point into the
// bytes of the message.
//
// The handles are the struct's then. On an error all handles of the message are closed. In either
// case the message has none left.
//
// ZX_ERR_INVALID_ARGS: more or fewer bytes or handles than the type has, or what fidl_encode
// refuses.
zx_status_t fidl_decode(const fidl_struct_t *type, fidl_incoming_msg_t *msg, void *value);

// As fidl_decode, for the reply to a method. An epitaph gives its status, or ZX_ERR_PEER_CLOSED if
// that is no error.
zx_status_t fidl_decode_reply(
    fidl_incoming_msg_t *msg, uint64_t ordinal, const fidl_struct_t *type, void *value);

// As fidl_decode, for a request. If it is of a two-way method it has to have a transaction id.
//
// Every error is ZX_ERR_INTERNAL, as it always was in C.
zx_status_t fidl_decode_request(
    fidl_incoming_msg_t *msg, fidl_txn_t *txn, const fidl_struct_t *type, void *value);

// fidl_encode, then zx_channel_write.
zx_status_t fidl_send(
    zx_handle_t channel, const fidl_struct_t *type, void *message, size_t capacity);

// fidl_encode, then the reply of a transaction.
zx_status_t fidl_reply(fidl_txn_t *txn, const fidl_struct_t *type, void *message, size_t capacity);

// A transaction id for a blocking call, at least FIDL_FIRST_BLOCKING_TXID.
uint32_t fidl_next_txid(void);

// Blocks until the reply with this transaction id arrives.
//
// ZX_ERR_PEER_CLOSED; the status of an epitaph; ZX_ERR_BAD_STATE: another message was there, since
// replies of other requests were outstanding on the channel. It is lost, and its handles are
// closed.
zx_status_t fidl_wait_for_reply(
    zx_handle_t channel, uint32_t txid, void *bytes, size_t capacity, fidl_incoming_msg_t *msg);

// What a dispatch function makes of the result of a handler: ZX_OK, or one of ZX_ERR_STOP,
// ZX_ERR_NEXT and ZX_ERR_ASYNC, or ZX_ERR_INTERNAL for everything else.
zx_status_t fidl_handled(zx_status_t status);

// -------------------------------------------------------------------------------------------------
// For programs with an event loop of their own.

// Receives one message, as zx_channel_read does. bytes is aligned to 8.
//
// The handles are the message's: give it to a decode or dispatch function, or to
// fidl_incoming_msg_close.
zx_status_t fidl_read(
    zx_handle_t channel, void *bytes, size_t capacity, fidl_incoming_msg_t *msg);

// The header of a message. ZX_ERR_BUFFER_TOO_SMALL: it is too short to have one;
// ZX_ERR_INVALID_ARGS: it is in another format.
zx_status_t fidl_header_of(const fidl_incoming_msg_t *msg, fidl_message_header_t *out);

// Closes the handles that a message still has.
void fidl_incoming_msg_close(fidl_incoming_msg_t *msg);

// Closes the handles that a message still has.
void fidl_outgoing_msg_close(fidl_outgoing_msg_t *msg);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // SYSMEM_C_FIDL_H_
