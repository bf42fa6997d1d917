// Structs to messages and back, by the tables of generated code.

#include "fidl.h"

#include <string.h>

#define HANDLE_PRESENT UINT32_MAX
#define CONTENT_PRESENT UINT64_MAX

const fidl_struct_t fidl_header_only = {sizeof(fidl_message_header_t), 0, NULL};

// A walk over a message, in one direction or the other. It goes on after an error when encoding, to
// find all handles.
typedef struct walk {
    bool encodes;
    // The first error.
    zx_status_t status;
    // What is out of line: where the next object is or goes, and how many bytes are left for it.
    uint8_t *tail;
    size_t tail_left;
    // Encoding, handles found so far; decoding, handles used so far.
    zx_handle_t *handles;
    size_t num_handles;
    // Decoding, handles that there are.
    size_t max_handles;
} walk_t;

static void walk_struct(walk_t *walk, const fidl_struct_t *type, uint8_t *object);

static void fail(walk_t *walk) {
    if (walk->status == ZX_OK) {
        walk->status = ZX_ERR_INVALID_ARGS;
    }
}

static bool stopped(const walk_t *walk) {
    return !walk->encodes && walk->status != ZX_OK;
}

static size_t align8(size_t size) {
    return (size + 7) & ~(size_t)7;
}

static bool is_continuation(uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

// Bytes of the code point at the start of text, 0 if there is none that is well-formed.
static size_t code_point_length(const uint8_t *text, size_t left) {
    if (text[0] < 0x80) {
        return 1;
    }
    const size_t length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    if (text[0] < 0xc2 || text[0] > 0xf4 || left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(text[i])) {
            return 0;
        }
    }
    // Forms that are too long, surrogates, and what is beyond U+10FFFF.
    const bool wrong = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
                       (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f);
    return wrong ? 0 : length;
}

static bool is_utf8(const uint8_t *text, size_t size) {
    size_t at = 0;
    while (at < size) {
        const size_t length = code_point_length(text + at, size - at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

// The value of 1, 2, 4 or 8 bytes.
static uint64_t read_value(const uint8_t *at, uint32_t size) {
    uint64_t value = 0;
    for (uint32_t i = 0; i < size; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static bool is_member(const fidl_values_t *values, const uint8_t *at) {
    const uint64_t value = read_value(at, values->size);
    if (values->num_members == 0) {
        return (value & ~values->mask) == 0;
    }
    for (uint32_t i = 0; i < values->num_members; i++) {
        if (values->members[i] == value) {
            return true;
        }
    }
    return false;
}

static void encode_handle(walk_t *walk, bool nullable, uint8_t *at) {
    zx_handle_t handle;
    memcpy(&handle, at, sizeof handle);
    const uint32_t presence = handle == ZX_HANDLE_INVALID ? 0 : HANDLE_PRESENT;
    memcpy(at, &presence, sizeof presence);
    if (handle == ZX_HANDLE_INVALID) {
        if (!nullable) {
            fail(walk);
        }
    } else if (walk->num_handles < ZX_CHANNEL_MAX_MSG_HANDLES) {
        walk->handles[walk->num_handles] = handle;
        walk->num_handles += 1;
    } else {
        zx_handle_close(handle);
        fail(walk);
    }
}

static void decode_handle(walk_t *walk, bool nullable, uint8_t *at) {
    uint32_t presence;
    memcpy(&presence, at, sizeof presence);
    if (presence == 0 && nullable) {
        return;
    }
    if (presence != HANDLE_PRESENT || walk->num_handles == walk->max_handles) {
        fail(walk);
        return;
    }
    memcpy(at, &walk->handles[walk->num_handles], sizeof walk->handles[0]);
    walk->num_handles += 1;
}

static void walk_element(walk_t *walk, const fidl_field_t *field, uint8_t *at) {
    const bool nullable = (field->flags & FIDL_NULLABLE) != 0;
    switch (field->kind) {
        case FIDL_PADDING:
        case FIDL_PLAIN:
            break;
        case FIDL_BOOL:
            if (at[0] > 1) {
                fail(walk);
            }
            break;
        case FIDL_VALUES:
            if (!is_member((const fidl_values_t *)field->type, at)) {
                fail(walk);
            }
            break;
        case FIDL_HANDLE:
            if (walk->encodes) {
                encode_handle(walk, nullable, at);
            } else {
                decode_handle(walk, nullable, at);
            }
            break;
        case FIDL_STRUCT:
            walk_struct(walk, (const fidl_struct_t *)field->type, at);
            break;
    }
}

static void walk_elements(walk_t *walk, const fidl_field_t *field, uint8_t *first, size_t count) {
    if (field->kind == FIDL_PLAIN) {
        return;
    }
    for (size_t i = 0; i < count && !stopped(walk); i++) {
        walk_element(walk, field, first + i * field->stride);
    }
}

// Elements from the count on: zeros; and where there could be handles, none.
static void walk_absent(walk_t *walk, const fidl_field_t *field, uint8_t *first, size_t count) {
    if ((field->flags & FIDL_HOLDS_HANDLES) == 0) {
        memset(first, 0, count * field->stride);
        return;
    }
    const size_t before = walk->num_handles;
    walk_elements(walk, field, first, count);
    if (walk->num_handles != before) {
        fail(walk);
    }
}

static void walk_array(walk_t *walk, const fidl_field_t *field, uint8_t *object) {
    uint8_t *first = object + field->offset;
    size_t count = field->count;
    if ((field->flags & FIDL_COUNTED) != 0) {
        uint32_t given;
        memcpy(&given, object + field->guard_offset, sizeof given);
        if (given > field->count) {
            fail(walk);
        } else {
            count = given;
        }
    }
    walk_elements(walk, field, first, count);
    if (count < field->count && !stopped(walk)) {
        walk_absent(walk, field, first + count * field->stride, field->count - count);
    }
}

// Copies the content of a string or vector behind what is there already.
static bool append(walk_t *walk, const fidl_vector_t *vector, size_t size) {
    if (align8(size) > walk->tail_left) {
        return false;
    }
    if (size > 0) {
        memcpy(walk->tail, vector->content.data, size);
    }
    memset(walk->tail + size, 0, align8(size) - size);
    return true;
}

static bool locate(const walk_t *walk, fidl_vector_t *vector, size_t size) {
    if (vector->content.presence != CONTENT_PRESENT || align8(size) > walk->tail_left) {
        return false;
    }
    vector->content.presence = 0;
    vector->content.data = walk->tail;
    return true;
}

static void walk_out_of_line(walk_t *walk, const fidl_field_t *field, uint8_t *at) {
    fidl_vector_t vector;
    memcpy(&vector, at, sizeof vector);
    if (vector.count > field->count) {
        fail(walk);
        return;
    }
    const size_t count = (size_t)vector.count;
    const size_t size = count * field->stride;
    if (!(walk->encodes ? append(walk, &vector, size) : locate(walk, &vector, size))) {
        fail(walk);
        return;
    }
    uint8_t *content = walk->tail;
    walk->tail += align8(size);
    walk->tail_left -= align8(size);
    if (walk->encodes) {
        vector.content.presence = CONTENT_PRESENT;
    }
    memcpy(at, &vector, sizeof vector);
    if ((field->flags & FIDL_TEXT) != 0 && !is_utf8(content, size)) {
        fail(walk);
    }
    walk_elements(walk, field, content, count);
}

static void walk_field(walk_t *walk, const fidl_field_t *field, uint8_t *object) {
    uint8_t *at = object + field->offset;
    const bool is_padding = field->kind == FIDL_PADDING;
    const bool is_denied =
        (field->flags & FIDL_FLAGGED) != 0 && object[field->guard_offset] == 0;
    if (is_padding || is_denied) {
        memset(at, 0, (size_t)field->count * field->stride);
    } else if ((field->flags & FIDL_OUT_OF_LINE) != 0) {
        walk_out_of_line(walk, field, at);
    } else {
        walk_array(walk, field, object);
    }
}

static void walk_struct(walk_t *walk, const fidl_struct_t *type, uint8_t *object) {
    for (uint32_t i = 0; i < type->num_fields && !stopped(walk); i++) {
        walk_field(walk, &type->fields[i], object);
    }
}

zx_status_t fidl_encode(
    const fidl_struct_t *type, void *message, size_t capacity, fidl_outgoing_msg_t *out) {
    uint8_t *bytes = (uint8_t *)message;
    walk_t walk = {true, ZX_OK, bytes + type->size, capacity - type->size, out->handles, 0, 0};
    walk_struct(&walk, type, bytes);
    out->bytes = message;
    out->num_bytes = (size_t)(walk.tail - bytes);
    out->num_handles = walk.num_handles;
    if (walk.status != ZX_OK) {
        fidl_outgoing_msg_close(out);
    }
    return walk.status;
}

// Decodes without closing anything.
static zx_status_t decode(const fidl_struct_t *type, fidl_incoming_msg_t *msg, void *value) {
    if (msg->num_bytes < type->size) {
        return ZX_ERR_INVALID_ARGS;
    }
    memcpy(value, msg->bytes, type->size);
    walk_t walk = {
        false,
        ZX_OK,
        (uint8_t *)msg->bytes + type->size,
        msg->num_bytes - type->size,
        msg->handles,
        0,
        msg->num_handles,
    };
    walk_struct(&walk, type, (uint8_t *)value);
    if (walk.tail_left != 0 || walk.num_handles != walk.max_handles) {
        fail(&walk);
    }
    return walk.status;
}

zx_status_t fidl_decode(const fidl_struct_t *type, fidl_incoming_msg_t *msg, void *value) {
    const zx_status_t status = decode(type, msg, value);
    if (status != ZX_OK) {
        fidl_incoming_msg_close(msg);
    }
    msg->num_handles = 0;
    return status;
}
