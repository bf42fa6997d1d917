// What decoders refuse, what they ignore, and that no handle is lost on the way.

#include <stddef.h>

#include "check.h"
#include "fuchsia_sysmem.h"
#include "golden_simple.h"

enum { MAX_BYTES = 8192 };

// A packet as it arrives.
typedef struct packet {
    uint64_t words[MAX_BYTES / 8];
    fidl_incoming_msg_t msg;
} packet_t;

static uint8_t *bytes_of(packet_t *packet) {
    return (uint8_t *)packet->words;
}

// What the peer of a channel has sent.
static void receive(zx_handle_t channel, packet_t *packet) {
    memset(packet, 0, sizeof *packet);
    CHECK(fidl_read(channel, packet->words, sizeof packet->words, &packet->msg) == ZX_OK);
}

// What a handler has seen.
typedef struct seen {
    int calls;
    golden_simple_Shape shape;
    bool has_shape;
    char name[13];
    uint32_t masks[4];
    size_t masks_count;
    size_t vmos_count;
    golden_simple_Kind kind;
    fuchsia_sysmem_BufferCollectionConstraints constraints;
    bool has_constraints;
    fuchsia_sysmem_BufferCollectionInfo_2 info;
} seen_t;

static zx_status_t on_mixed(
    void *ctx,
    bool has_shape,
    const golden_simple_Shape *shape,
    const char *name_data,
    size_t name_size,
    const uint32_t *masks_data,
    size_t masks_count,
    const golden_simple_Part *vmos_data,
    size_t vmos_count,
    golden_simple_Kind kind) {
    seen_t *seen = (seen_t *)ctx;
    seen->calls += 1;
    seen->has_shape = has_shape;
    seen->shape = *shape;
    memcpy(seen->name, name_data, name_size);
    seen->name[name_size] = '\0';
    memcpy(seen->masks, masks_data, masks_count * sizeof masks_data[0]);
    seen->masks_count = masks_count;
    seen->vmos_count = vmos_count;
    for (size_t i = 0; i < vmos_count; i++) {
        zx_handle_close(vmos_data[i].end);
    }
    seen->kind = kind;
    return ZX_OK;
}

static zx_status_t on_send(void *ctx, zx_handle_t peer) {
    ((seen_t *)ctx)->calls += 1;
    CHECK(peer != ZX_HANDLE_INVALID);
    zx_handle_close(peer);
    return ZX_OK;
}

static const golden_simple_Simple_ops_t SIMPLE = {on_send, on_mixed, NULL, NULL, NULL, NULL};

static zx_status_t on_constraints(
    void *ctx,
    bool has_constraints,
    const fuchsia_sysmem_BufferCollectionConstraints *constraints) {
    seen_t *seen = (seen_t *)ctx;
    seen->calls += 1;
    seen->has_constraints = has_constraints;
    seen->constraints = *constraints;
    return ZX_OK;
}

static const fuchsia_sysmem_BufferCollection_ops_t COLLECTION = {
    NULL, NULL, on_constraints, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
};

static void close_info(fuchsia_sysmem_BufferCollectionInfo_2 *info) {
    for (size_t i = 0; i < fuchsia_sysmem_MAX_COUNT_BUFFER_COLLECTION_INFO_BUFFERS; i++) {
        zx_handle_close(info->buffers[i].vmo);
    }
}

static zx_status_t on_allocated(
    void *ctx, zx_status_t status, const fuchsia_sysmem_BufferCollectionInfo_2 *info) {
    seen_t *seen = (seen_t *)ctx;
    seen->calls += 1;
    seen->info = *info;
    CHECK(status == ZX_OK);
    close_info(&seen->info);
    return ZX_OK;
}

static const fuchsia_sysmem_BufferCollectionEvents_ops_t EVENTS = {NULL, on_allocated, NULL};

static zx_status_t dispatch_simple(packet_t *packet, seen_t *seen) {
    memset(seen, 0, sizeof *seen);
    return golden_simple_Simple_dispatch(seen, NULL, &packet->msg, &SIMPLE);
}

static zx_status_t dispatch_collection(packet_t *packet, seen_t *seen) {
    memset(seen, 0, sizeof *seen);
    return fuchsia_sysmem_BufferCollection_dispatch(seen, NULL, &packet->msg, &COLLECTION);
}

static zx_status_t dispatch_event(packet_t *packet, seen_t *seen) {
    memset(seen, 0, sizeof *seen);
    return fuchsia_sysmem_BufferCollectionEvents_dispatch(seen, NULL, &packet->msg, &EVENTS);
}

static golden_simple_Shape some_shape(void) {
    golden_simple_Shape shape;
    // Padding that must not arrive.
    memset(&shape, 0xa5, sizeof shape);
    shape.kind = golden_simple_Kind_SECOND;
    shape.flags = golden_simple_BOTH;
    shape.scale = 1.5f;
    shape.has_corner = true;
    shape.corner.round = true;
    shape.corner.x = golden_simple_LOWEST;
    shape.corners_count = 1;
    shape.corners[0].round = false;
    shape.corners[0].x = 7;
    memset(shape.grid, 9, sizeof shape.grid);
    return shape;
}

// Sends a message of every kind of parameter, and gives it as it arrives.
static void mixed_packet(packet_t *packet) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    const golden_simple_Shape shape = some_shape();
    const uint32_t masks[] = {1, 2, 3};
    const golden_simple_Part parts[] = {{some_handle(), true}, {ZX_HANDLE_INVALID, false}};
    CHECK(
        golden_simple_SimpleMixed(
            near, true, &shape, "h\xc3\xa9llo", 6, masks, 3, parts, 2, golden_simple_Kind_FIRST) ==
        ZX_OK);
    receive(far, packet);
    CHECK(packet->msg.num_handles == 1);
    zx_handle_close(near);
    zx_handle_close(far);
}

static void every_kind_of_parameter_arrives(void) {
    packet_t packet;
    seen_t seen;
    mixed_packet(&packet);
    CHECK(dispatch_simple(&packet, &seen) == ZX_OK);
    CHECK(seen.calls == 1 && seen.has_shape);
    CHECK(seen.shape.kind == golden_simple_Kind_SECOND && seen.shape.flags == golden_simple_BOTH);
    CHECK(seen.shape.corner.round && seen.shape.corner.x == golden_simple_LOWEST);
    CHECK(seen.shape.corners_count == 1 && seen.shape.corners[0].x == 7);
    CHECK(seen.shape.corners[1].x == 0);
    CHECK(seen.shape.grid[1][2] == 9);
    CHECK(strcmp(seen.name, "h\xc3\xa9llo") == 0);
    CHECK(seen.masks_count == 3 && seen.masks[2] == 3);
    CHECK(seen.vmos_count == 2);
    CHECK(seen.kind == golden_simple_Kind_FIRST);
}

static void padding_is_sent_as_zeros(void) {
    packet_t packet;
    mixed_packet(&packet);
    const size_t padding[] = {17, 23, 25, 33, 39, 60, 63, 102, 103, 153, 159};
    for (size_t i = 0; i < sizeof padding / sizeof padding[0]; i++) {
        CHECK(bytes_of(&packet)[padding[i]] == 0);
    }
    // The second corner is behind the count.
    for (size_t at = 24 + 56; at < 24 + 72; at++) {
        CHECK(bytes_of(&packet)[at] == 0);
    }
    fidl_incoming_msg_close(&packet.msg);
}

// One byte of the message of all kinds, and what it may not be.
static void s08_53_a_wrong_byte_is_refused(void) {
    const struct {
        size_t at;
        uint8_t byte;
    } wrong[] = {
        {7, 2},            // magic number
        {16, 2},           // has_shape
        {24 + 2, 4},       // flags, strict
        {24 + 8, 255},     // has_corner
        {24 + 16, 3},      // corner.round
        {24 + 32, 3},      // corners_count
        {24 + 40, 2},      // corners[0].round
        {104, 13},         // size of name
        {104 + 8, 0},      // presence of name
        {120, 5},          // count of masks
        {120 + 4, 1},      // count of masks, beyond 32 bits
        {136, 1},          // count of vmos: a surplus handle would stay
        {160, 0xff},       // name, not UTF-8
        {160 + 2, 'x'},    // name, a sequence cut off
        {184, 0},          // the handle of vmos[0] is not taken
        {184, 7},          // presence of a handle
        {184 + 4, 2},      // vmos[0].sealed
        {184 + 8, 0xff},   // presence of a handle
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        packet_t packet;
        seen_t seen;
        mixed_packet(&packet);
        const int before = open_descriptors();
        bytes_of(&packet)[wrong[i].at] = wrong[i].byte;
        if (dispatch_simple(&packet, &seen) != ZX_ERR_INTERNAL) {
            (void)fprintf(stderr, "byte %zu\n", wrong[i].at);
            CHECK(false);
        }
        CHECK(seen.calls == 0);
        CHECK(open_descriptors() == before - 1);
    }
}

static void messages_of_other_lengths_are_refused(void) {
    for (size_t length = 16; length < 16 + 200; length += 8) {
        packet_t packet;
        seen_t seen;
        mixed_packet(&packet);
        if (length == packet.msg.num_bytes) {
            fidl_incoming_msg_close(&packet.msg);
            continue;
        }
        packet.msg.num_bytes = length;
        CHECK(dispatch_simple(&packet, &seen) == ZX_ERR_INTERNAL);
        CHECK(seen.calls == 0 && packet.msg.num_handles == 0);
    }
}

static void missing_and_surplus_handles_are_refused(void) {
    for (size_t handles = 0; handles < 3; handles++) {
        packet_t packet;
        seen_t seen;
        memset(&packet, 0, sizeof packet);
        golden_simple_SimpleSendRequestMessage request;
        memset(&request, 0, sizeof request);
        fidl_header_init(&request.hdr, 0, golden_simple_SimpleSendOrdinal);
        request.peer = UINT32_MAX;
        memcpy(packet.words, &request, sizeof request);
        packet.msg.bytes = packet.words;
        packet.msg.num_bytes = sizeof request;
        packet.msg.num_handles = handles;
        for (size_t i = 0; i < handles; i++) {
            packet.msg.handles[i] = some_handle();
        }
        CHECK(dispatch_simple(&packet, &seen) == (handles == 1 ? ZX_OK : ZX_ERR_INTERNAL));
    }
}

static void senders_keep_to_the_types(void) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    const int before = open_descriptors();
    CHECK(golden_simple_SimpleSend(near, ZX_HANDLE_INVALID) == ZX_ERR_INVALID_ARGS);
    golden_simple_Shape shape = some_shape();
    const uint32_t masks[5] = {0};
    const struct {
        const char *name;
        size_t masks_count;
        golden_simple_Flags flags;
        uint32_t corners;
    } wrong[] = {
        {"thirteen byte", 1, 1, 1}, {"\xff", 1, 1, 1}, {"\xed\xa0\x80", 1, 1, 1},
        {"x", 5, 1, 1},             {"x", 1, 4, 1},    {"x", 1, 1, 3},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        shape.flags = wrong[i].flags;
        shape.corners_count = wrong[i].corners;
        const golden_simple_Part parts[] = {{some_handle(), true}, {some_handle(), false}};
        CHECK(
            golden_simple_SimpleMixed(
                near, true, &shape, wrong[i].name, strlen(wrong[i].name), masks,
                wrong[i].masks_count, parts, 2, 0) == ZX_ERR_INVALID_ARGS);
    }
    CHECK(open_descriptors() == before);
    CHECK(read_status(far) == ZX_ERR_SHOULD_WAIT);
    zx_handle_close(near);
    zx_handle_close(far);
}

static void sent_handles_are_closed_whatever_happens(void) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    zx_handle_close(far);
    const int before = open_descriptors();
    CHECK(golden_simple_SimpleSend(near, some_handle()) == ZX_ERR_PEER_CLOSED);
    CHECK(golden_simple_SimpleSend(ZX_HANDLE_INVALID, some_handle()) == ZX_ERR_BAD_HANDLE);
    CHECK(open_descriptors() == before);
    zx_handle_close(near);
}

// Constraints with something behind every flag and count.
static void constraints_packet(packet_t *packet, bool has_constraints, bool has_memory) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    fuchsia_sysmem_BufferCollectionConstraints constraints;
    memset(&constraints, 0, sizeof constraints);
    constraints.usage.cpu = fuchsia_sysmem_cpuUsageRead;
    constraints.has_buffer_memory_constraints = has_memory;
    constraints.buffer_memory_constraints.cpu_domain_supported = true;
    constraints.image_format_constraints_count = 1;
    constraints.image_format_constraints[0].pixel_format.type = fuchsia_sysmem_PixelFormatType_NV12;
    constraints.image_format_constraints[0].color_spaces_count = 1;
    CHECK(
        fuchsia_sysmem_BufferCollectionSetConstraints(near, has_constraints, &constraints) ==
        ZX_OK);
    receive(far, packet);
    CHECK(packet->msg.num_bytes == 7784);
    zx_handle_close(near);
    zx_handle_close(far);
}

// R26: false and anything behaves as false and zeros.
static void r26_what_a_flag_denies_is_not_looked_at(void) {
    packet_t packet;
    seen_t seen;
    static const fuchsia_sysmem_BufferCollectionConstraints ZEROS;
    constraints_packet(&packet, false, true);
    memset(bytes_of(&packet) + 24, 0xa5, 7760);
    CHECK(dispatch_collection(&packet, &seen) == ZX_OK);
    CHECK(seen.calls == 1 && !seen.has_constraints);
    CHECK(memcmp(&seen.constraints, &ZEROS, sizeof ZEROS) == 0);

    constraints_packet(&packet, true, false);
    memset(bytes_of(&packet) + 24 + 48, 0xa5, 280);
    memset(bytes_of(&packet) + 24 + 336 + 8, 0xa5, 8);
    CHECK(dispatch_collection(&packet, &seen) == ZX_OK);
    CHECK(seen.calls == 1 && seen.has_constraints);
    const size_t size = sizeof ZEROS.buffer_memory_constraints;
    CHECK(memcmp(&seen.constraints.buffer_memory_constraints, &ZEROS, size) == 0);
    CHECK(seen.constraints.image_format_constraints[0].pixel_format.format_modifier.value == 0);
}

static void elements_behind_the_count_are_not_looked_at(void) {
    packet_t packet;
    seen_t seen;
    constraints_packet(&packet, true, true);
    memset(bytes_of(&packet) + 24 + 336 + 232, 0xa5, 31 * 232);
    CHECK(dispatch_collection(&packet, &seen) == ZX_OK);
    CHECK(seen.constraints.image_format_constraints[1].pixel_format.type == 0);
    CHECK(seen.constraints.image_format_constraints[31].layers == 0);
}

static void s08_36_counts_beyond_the_array_are_refused(void) {
    const size_t counts[] = {24 + 48 + 16, 24 + 328, 24 + 336 + 16};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (uint8_t count = 32; count <= 33; count++) {
            packet_t packet;
            seen_t seen;
            constraints_packet(&packet, true, true);
            bytes_of(&packet)[counts[i]] = count;
            CHECK(dispatch_collection(&packet, &seen) == (count == 32 ? ZX_OK : ZX_ERR_INTERNAL));
        }
    }
}

static void s08_52_padding_is_not_looked_at(void) {
    packet_t packet;
    seen_t seen;
    const size_t padding[] = {17, 24 + 41, 24 + 61, 24 + 332, 24 + 336 + 5, 24 + 336 + 228};
    constraints_packet(&packet, true, true);
    CHECK(dispatch_collection(&packet, &seen) == ZX_OK);
    const fuchsia_sysmem_BufferCollectionConstraints expected = seen.constraints;
    constraints_packet(&packet, true, true);
    for (size_t i = 0; i < sizeof padding / sizeof padding[0]; i++) {
        bytes_of(&packet)[padding[i]] = 0xa5;
    }
    CHECK(dispatch_collection(&packet, &seen) == ZX_OK);
    CHECK(memcmp(&seen.constraints, &expected, sizeof expected) == 0);
}

// An event with VMOs in the first places, as it arrives.
static void event_packet(packet_t *packet, uint32_t vmos) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    memset(&info, 0, sizeof info);
    info.buffer_count = vmos;
    for (uint32_t i = 0; i < vmos; i++) {
        info.buffers[i].vmo = some_handle();
    }
    CHECK(fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocated(near, ZX_OK, &info) == ZX_OK);
    receive(far, packet);
    CHECK(packet->msg.num_bytes == 1320 && packet->msg.num_handles == vmos);
    zx_handle_close(near);
    zx_handle_close(far);
}

static void sixty_four_handles_travel_in_one_message(void) {
    packet_t packet;
    seen_t seen;
    event_packet(&packet, 64);
    CHECK(dispatch_event(&packet, &seen) == ZX_OK);
    CHECK(seen.info.buffer_count == 64 && seen.info.buffers[63].vmo != ZX_HANDLE_INVALID);
}

static void handles_behind_the_count_are_refused(void) {
    packet_t packet;
    seen_t seen;
    event_packet(&packet, 3);
    bytes_of(&packet)[24] = 2;
    CHECK(dispatch_event(&packet, &seen) == ZX_ERR_INTERNAL);
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    memset(&info, 0, sizeof info);
    info.buffers[0].vmo = some_handle();
    CHECK(
        fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocated(1, ZX_OK, &info) ==
        ZX_ERR_INVALID_ARGS);
}

static void try_dispatch_leaves_unknown_messages_alone(void) {
    packet_t packet;
    seen_t seen = {0};
    event_packet(&packet, 2);
    CHECK(
        fuchsia_sysmem_BufferCollection_try_dispatch(&seen, NULL, &packet.msg, &COLLECTION) ==
        ZX_ERR_NOT_SUPPORTED);
    CHECK(packet.msg.num_handles == 2);
    CHECK(dispatch_event(&packet, &seen) == ZX_OK);
    event_packet(&packet, 2);
    CHECK(dispatch_collection(&packet, &seen) == ZX_ERR_NOT_SUPPORTED);
    CHECK(packet.msg.num_handles == 0);
}

// 6.6: an epitaph is a close with a status.
static void s06_6_an_epitaph_is_the_status_of_a_call(void) {
    const int32_t statuses[] = {ZX_ERR_NO_MEMORY, ZX_OK};
    for (size_t i = 0; i < 2; i++) {
        zx_handle_t near;
        zx_handle_t far;
        make_channel(&near, &far);
        struct {
            fidl_message_header_t hdr;
            int32_t status;
            int32_t padding;
        } epitaph = {{0, {0, 0}, 0, 0, 0}, statuses[i], 0};
        fidl_header_init(&epitaph.hdr, 0, FIDL_EPITAPH_ORDINAL);
        CHECK(zx_channel_write(far, &epitaph, sizeof epitaph, NULL, 0) == ZX_OK);
        const zx_status_t status = fuchsia_sysmem_BufferCollectionSync(near);
        CHECK(status == (i == 0 ? ZX_ERR_NO_MEMORY : ZX_ERR_PEER_CLOSED));
        zx_handle_close(near);
        zx_handle_close(far);
    }
}

static void blocking_calls_end_with_their_channel(void) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    CHECK(fuchsia_sysmem_BufferCollectionSync_send(near, 1) == ZX_OK);
    zx_handle_close(far);
    CHECK(fuchsia_sysmem_BufferCollectionSync(near) == ZX_ERR_PEER_CLOSED);
    zx_handle_close(near);
}

static void replies_of_others_are_refused(void) {
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    fidl_message_header_t header;
    fidl_header_init(&header, 3, fuchsia_sysmem_BufferCollectionSyncOrdinal);
    const zx_handle_t handle = some_handle();
    CHECK(zx_channel_write(far, &header, sizeof header, &handle, 1) == ZX_OK);
    CHECK(fuchsia_sysmem_BufferCollectionSync(near) == ZX_ERR_BAD_STATE);
    zx_handle_close(near);
    zx_handle_close(far);
}

// The number after this one, of a generator whose seeds always give the same numbers.
static uint32_t next_random(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

// Section 8, 72: whatever is wrong with a message, no descriptor of it stays open.
static void s08_72_no_descriptor_of_a_broken_message_stays(void) {
    uint64_t state = 1;
    const int before = open_descriptors();
    for (int round = 0; round < 3000; round++) {
        packet_t packet;
        seen_t seen;
        const bool is_event = round % 2 == 1;
        if (is_event) {
            event_packet(&packet, 1 + next_random(&state) % 3);
        } else {
            mixed_packet(&packet);
        }
        const uint32_t changes = 1 + next_random(&state) % 4;
        for (uint32_t i = 0; i < changes; i++) {
            const size_t at = 16 + next_random(&state) % (packet.msg.num_bytes - 16);
            const uint32_t byte = next_random(&state);
            bytes_of(&packet)[at] = (uint8_t)(byte % 3 == 0 ? byte : byte % 5 == 0 ? 0 : 0xff);
        }
        // The handler of events insists on this status.
        if (is_event) {
            memset(bytes_of(&packet) + 16, 0, 4);
        }
        // What is good is seen and closed by the handler.
        const zx_status_t status =
            is_event ? dispatch_event(&packet, &seen) : dispatch_simple(&packet, &seen);
        CHECK(status == ZX_OK || status == ZX_ERR_INTERNAL);
    }
    CHECK(open_descriptors() == before);
}

// Section 7.1: descriptor 0 is no handle, and arrives under another number.
static void descriptor_0_is_not_a_handle(void) {
    const int kept = dup(0);
    zx_handle_t near;
    zx_handle_t far;
    make_channel(&near, &far);
    CHECK(golden_simple_SimpleSend(near, some_handle()) == ZX_OK);
    CHECK(close(0) == 0);
    packet_t packet;
    seen_t seen;
    receive(far, &packet);
    CHECK(packet.msg.num_handles == 1 && packet.msg.handles[0] != ZX_HANDLE_INVALID);
    CHECK(dispatch_simple(&packet, &seen) == ZX_OK && seen.calls == 1);
    if (kept >= 0) {
        CHECK(dup2(kept, 0) == 0 && close(kept) == 0);
    }
    zx_handle_close(near);
    zx_handle_close(far);
}

static const test_case_t CASES[] = {
    {"every_kind_of_parameter_arrives", every_kind_of_parameter_arrives},
    {"padding_is_sent_as_zeros", padding_is_sent_as_zeros},
    {"s08_53_a_wrong_byte_is_refused", s08_53_a_wrong_byte_is_refused},
    {"messages_of_other_lengths_are_refused", messages_of_other_lengths_are_refused},
    {"missing_and_surplus_handles_are_refused", missing_and_surplus_handles_are_refused},
    {"senders_keep_to_the_types", senders_keep_to_the_types},
    {"sent_handles_are_closed_whatever_happens", sent_handles_are_closed_whatever_happens},
    {"r26_what_a_flag_denies_is_not_looked_at", r26_what_a_flag_denies_is_not_looked_at},
    {"elements_behind_the_count_are_not_looked_at", elements_behind_the_count_are_not_looked_at},
    {"s08_36_counts_beyond_the_array_are_refused", s08_36_counts_beyond_the_array_are_refused},
    {"s08_52_padding_is_not_looked_at", s08_52_padding_is_not_looked_at},
    {"sixty_four_handles_travel_in_one_message", sixty_four_handles_travel_in_one_message},
    {"handles_behind_the_count_are_refused", handles_behind_the_count_are_refused},
    {"try_dispatch_leaves_unknown_messages_alone", try_dispatch_leaves_unknown_messages_alone},
    {"s06_6_an_epitaph_is_the_status_of_a_call", s06_6_an_epitaph_is_the_status_of_a_call},
    {"blocking_calls_end_with_their_channel", blocking_calls_end_with_their_channel},
    {"replies_of_others_are_refused", replies_of_others_are_refused},
    {"s08_72_no_descriptor_of_a_broken_message_stays",
     s08_72_no_descriptor_of_a_broken_message_stays},
    {"descriptor_0_is_not_a_handle", descriptor_0_is_not_a_handle},
};

int main(int argc, char **argv) {
    return run_cases(CASES, sizeof CASES / sizeof CASES[0], argc, argv);
}
