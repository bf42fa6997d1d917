// A participant of a collection that never waits for a reply: it sends one-way requests only, and
// learns everything from the events that it serves.

#ifndef SYSMEM_C_EXAMPLES_PARTICIPANT_H_
#define SYSMEM_C_EXAMPLES_PARTICIPANT_H_

#include <stdbool.h>
#include <stdint.h>

#include "fuchsia_sysmem.h"

typedef struct participant {
    zx_handle_t view;
    // The server end of BufferCollectionEvents; poll it for reading.
    zx_handle_t events;
    // What the events have told.
    bool tokens_are_known;
    bool is_allocated;
    zx_status_t status;
    // The buffers, if is_allocated and the status is ZX_OK.
    fuchsia_sysmem_BufferCollectionInfo_2 info;
    // Where they are mapped.
    uint8_t *memory[fuchsia_sysmem_MAX_COUNT_BUFFER_COLLECTION_INFO_BUFFERS];
} participant_t;

// Turns a token in for a view, and hands the sink for events over. Takes the token. The allocator
// stays the caller's.
zx_status_t participant_join(
    participant_t *participant, zx_handle_t allocator, zx_handle_t token);

// States the constraints.
zx_status_t participant_constrain(
    participant_t *participant, const fuchsia_sysmem_BufferCollectionConstraints *constraints);

// Reads and handles one event. ZX_ERR_SHOULD_WAIT: there is none. ZX_ERR_PEER_CLOSED: the
// collection has failed.
zx_status_t participant_read(participant_t *participant);

// Maps all buffers, for reading, or for reading and writing.
zx_status_t participant_map(participant_t *participant, bool writes);

// Leaves the collection, and drops its buffers.
void participant_leave(participant_t *participant);

#endif  // SYSMEM_C_EXAMPLES_PARTICIPANT_H_
