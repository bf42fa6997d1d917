// The library fuchsia.sysmem in C. Made by fidlc of its FIDL files: change those, not this.

#include "fuchsia_sysmem.h"

#include <string.h>

static const fidl_field_t fuchsia_sysmem_BufferMemoryConstraints_fields[] = {
    {8, FIDL_BOOL, 0, 1, 1, 0, NULL},  // physically_contiguous_required
    {9, FIDL_BOOL, 0, 1, 1, 0, NULL},  // secure_required
    {10, FIDL_BOOL, 0, 1, 1, 0, NULL},  // ram_domain_supported
    {11, FIDL_BOOL, 0, 1, 1, 0, NULL},  // cpu_domain_supported
    {12, FIDL_BOOL, 0, 1, 1, 0, NULL},  // inaccessible_domain_supported
    {13, FIDL_PADDING, 0, 3, 1, 0, NULL},
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {24, FIDL_PLAIN, FIDL_COUNTED, 32, 8, 16, NULL},  // heap_permitted
};

const fidl_struct_t fuchsia_sysmem_BufferMemoryConstraints_coding = {
    sizeof(fuchsia_sysmem_BufferMemoryConstraints),
    8,
    fuchsia_sysmem_BufferMemoryConstraints_fields,
};

static const fidl_field_t fuchsia_sysmem_PixelFormat_fields[] = {
    {4, FIDL_BOOL, 0, 1, 1, 0, NULL},  // has_format_modifier
    {5, FIDL_PADDING, 0, 3, 1, 0, NULL},
    {8, FIDL_PLAIN, FIDL_FLAGGED, 1, 8, 4, NULL},  // format_modifier
};

const fidl_struct_t fuchsia_sysmem_PixelFormat_coding = {
    sizeof(fuchsia_sysmem_PixelFormat),
    3,
    fuchsia_sysmem_PixelFormat_fields,
};

static const fidl_field_t fuchsia_sysmem_ImageFormatConstraints_fields[] = {
    {0, FIDL_STRUCT, 0, 1, 16, 0, &fuchsia_sysmem_PixelFormat_coding},  // pixel_format
    {20, FIDL_PLAIN, FIDL_COUNTED, 32, 4, 16, NULL},  // color_space
    {228, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

const fidl_struct_t fuchsia_sysmem_ImageFormatConstraints_coding = {
    sizeof(fuchsia_sysmem_ImageFormatConstraints),
    3,
    fuchsia_sysmem_ImageFormatConstraints_fields,
};

static const fidl_field_t fuchsia_sysmem_BufferCollectionConstraints_fields[] = {
    {40, FIDL_BOOL, 0, 1, 1, 0, NULL},  // has_buffer_memory_constraints
    {41, FIDL_PADDING, 0, 7, 1, 0, NULL},
    // buffer_memory_constraints
    {48, FIDL_STRUCT, FIDL_FLAGGED, 1, 280, 40, &fuchsia_sysmem_BufferMemoryConstraints_coding},
    {332, FIDL_PADDING, 0, 4, 1, 0, NULL},
    // image_format_constraints
    {336, FIDL_STRUCT, FIDL_COUNTED, 32, 232, 328, &fuchsia_sysmem_ImageFormatConstraints_coding},
};

const fidl_struct_t fuchsia_sysmem_BufferCollectionConstraints_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionConstraints),
    5,
    fuchsia_sysmem_BufferCollectionConstraints_fields,
};

static const fidl_field_t fuchsia_sysmem_BufferMemorySettings_fields[] = {
    {4, FIDL_BOOL, 0, 1, 1, 0, NULL},  // is_physically_contiguous
    {5, FIDL_BOOL, 0, 1, 1, 0, NULL},  // is_secure
    {6, FIDL_PADDING, 0, 2, 1, 0, NULL},
    {12, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

const fidl_struct_t fuchsia_sysmem_BufferMemorySettings_coding = {
    sizeof(fuchsia_sysmem_BufferMemorySettings),
    4,
    fuchsia_sysmem_BufferMemorySettings_fields,
};

static const fidl_field_t fuchsia_sysmem_SingleBufferSettings_fields[] = {
    {0, FIDL_STRUCT, 0, 1, 24, 0, &fuchsia_sysmem_BufferMemorySettings_coding},  // buffer_settings
    {24, FIDL_BOOL, 0, 1, 1, 0, NULL},  // has_image_format_constraints
    {25, FIDL_PADDING, 0, 7, 1, 0, NULL},
    // image_format_constraints
    {32, FIDL_STRUCT, FIDL_FLAGGED, 1, 232, 24, &fuchsia_sysmem_ImageFormatConstraints_coding},
};

const fidl_struct_t fuchsia_sysmem_SingleBufferSettings_coding = {
    sizeof(fuchsia_sysmem_SingleBufferSettings),
    4,
    fuchsia_sysmem_SingleBufferSettings_fields,
};

static const fidl_field_t fuchsia_sysmem_VmoBuffer_fields[] = {
    {0, FIDL_HANDLE, FIDL_NULLABLE | FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // vmo
    {4, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

const fidl_struct_t fuchsia_sysmem_VmoBuffer_coding = {
    sizeof(fuchsia_sysmem_VmoBuffer),
    2,
    fuchsia_sysmem_VmoBuffer_fields,
};

static const fidl_field_t fuchsia_sysmem_BufferCollectionInfo_2_fields[] = {
    {4, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {8, FIDL_STRUCT, 0, 1, 264, 0, &fuchsia_sysmem_SingleBufferSettings_coding},  // settings
    // buffers
    {272, FIDL_STRUCT, FIDL_COUNTED | FIDL_HOLDS_HANDLES, 64, 16, 0, &fuchsia_sysmem_VmoBuffer_coding},
};

const fidl_struct_t fuchsia_sysmem_BufferCollectionInfo_2_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionInfo_2),
    3,
    fuchsia_sysmem_BufferCollectionInfo_2_fields,
};

static const fidl_field_t fuchsia_sysmem_SingleBufferInfo_fields[] = {
    {0, FIDL_STRUCT, 0, 1, 264, 0, &fuchsia_sysmem_SingleBufferSettings_coding},  // settings
    {264, FIDL_STRUCT, FIDL_HOLDS_HANDLES, 1, 16, 0, &fuchsia_sysmem_VmoBuffer_coding},  // buffer
};

const fidl_struct_t fuchsia_sysmem_SingleBufferInfo_coding = {
    sizeof(fuchsia_sysmem_SingleBufferInfo),
    2,
    fuchsia_sysmem_SingleBufferInfo_fields,
};

static const fidl_field_t fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers_fields[] = {
    {0, FIDL_BOOL, 0, 1, 1, 0, NULL},  // need_clear_aux_buffers_for_secure
    {1, FIDL_BOOL, 0, 1, 1, 0, NULL},  // allow_clear_aux_buffers_for_secure
};

const fidl_struct_t fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers),
    2,
    fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers_fields,
};

static const fidl_field_t fuchsia_sysmem_ImageFormat_fields[] = {
    {12, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {16, FIDL_STRUCT, 0, 1, 16, 0, &fuchsia_sysmem_PixelFormat_coding},  // pixel_format
    {68, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

const fidl_struct_t fuchsia_sysmem_ImageFormat_coding = {
    sizeof(fuchsia_sysmem_ImageFormat),
    3,
    fuchsia_sysmem_ImageFormat_fields,
};

static const fidl_field_t fuchsia_sysmem_BufferFormat_fields[] = {
    {4, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {8, FIDL_STRUCT, 0, 1, 72, 0, &fuchsia_sysmem_ImageFormat_coding},  // image
};

const fidl_struct_t fuchsia_sysmem_BufferFormat_coding = {
    sizeof(fuchsia_sysmem_BufferFormat),
    2,
    fuchsia_sysmem_BufferFormat_fields,
};

static const fidl_field_t fuchsia_sysmem_BufferCollectionInfo_fields[] = {
    {4, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {8, FIDL_STRUCT, 0, 1, 80, 0, &fuchsia_sysmem_BufferFormat_coding},  // format
    {88, FIDL_HANDLE, FIDL_NULLABLE | FIDL_HOLDS_HANDLES, 64, 4, 0, NULL},  // vmos
};

const fidl_struct_t fuchsia_sysmem_BufferCollectionInfo_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionInfo),
    3,
    fuchsia_sysmem_BufferCollectionInfo_fields,
};

static const fidl_field_t fuchsia_sysmem_ImageFormat_2_fields[] = {
    {0, FIDL_STRUCT, 0, 1, 16, 0, &fuchsia_sysmem_PixelFormat_coding},  // pixel_format
    {44, FIDL_BOOL, 0, 1, 1, 0, NULL},  // has_pixel_aspect_ratio
    {45, FIDL_PADDING, 0, 3, 1, 0, NULL},
    {48, FIDL_PLAIN, FIDL_FLAGGED, 1, 4, 44, NULL},  // pixel_aspect_ratio_width
    {52, FIDL_PLAIN, FIDL_FLAGGED, 1, 4, 44, NULL},  // pixel_aspect_ratio_height
};

const fidl_struct_t fuchsia_sysmem_ImageFormat_2_coding = {
    sizeof(fuchsia_sysmem_ImageFormat_2),
    5,
    fuchsia_sysmem_ImageFormat_2_fields,
};

static const fidl_field_t fuchsia_sysmem_ImageSpec_fields[] = {
    {12, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {16, FIDL_STRUCT, 0, 1, 16, 0, &fuchsia_sysmem_PixelFormat_coding},  // pixel_format
    {36, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

const fidl_struct_t fuchsia_sysmem_ImageSpec_coding = {
    sizeof(fuchsia_sysmem_ImageSpec),
    3,
    fuchsia_sysmem_ImageSpec_fields,
};

static const fidl_field_t fuchsia_sysmem_PhysicalSecureHeaps_fields[] = {
    {4, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {8, FIDL_PLAIN, FIDL_COUNTED, 32, 24, 0, NULL},  // heaps
};

const fidl_struct_t fuchsia_sysmem_PhysicalSecureHeaps_coding = {
    sizeof(fuchsia_sysmem_PhysicalSecureHeaps),
    2,
    fuchsia_sysmem_PhysicalSecureHeaps_fields,
};

static const fidl_field_t AllocatorAllocateNonSharedCollectionRequest_fields[] = {
    {16, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // collection_request
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t AllocatorAllocateNonSharedCollectionRequest_coding = {
    sizeof(fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage),
    2,
    AllocatorAllocateNonSharedCollectionRequest_fields,
};

static const fidl_field_t AllocatorAllocateSharedCollectionRequest_fields[] = {
    {16, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // token_request
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t AllocatorAllocateSharedCollectionRequest_coding = {
    sizeof(fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage),
    2,
    AllocatorAllocateSharedCollectionRequest_fields,
};

static const fidl_field_t AllocatorBindSharedCollectionRequest_fields[] = {
    {16, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // token
    {20, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // buffer_collection_request
};

static const fidl_struct_t AllocatorBindSharedCollectionRequest_coding = {
    sizeof(fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage),
    2,
    AllocatorBindSharedCollectionRequest_fields,
};

static const fidl_struct_t AllocatorValidateBufferCollectionTokenRequest_coding = {
    sizeof(fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage),
    0,
    NULL,
};

static const fidl_field_t AllocatorValidateBufferCollectionTokenResponse_fields[] = {
    {16, FIDL_BOOL, 0, 1, 1, 0, NULL},  // is_known
    {17, FIDL_PADDING, 0, 7, 1, 0, NULL},
};

static const fidl_struct_t AllocatorValidateBufferCollectionTokenResponse_coding = {
    sizeof(fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage),
    2,
    AllocatorValidateBufferCollectionTokenResponse_fields,
};

static const fidl_field_t AllocatorSetDebugClientInfoRequest_fields[] = {
    {16, FIDL_PLAIN, FIDL_OUT_OF_LINE | FIDL_TEXT, 64, 1, 0, NULL},  // name
};

static const fidl_struct_t AllocatorSetDebugClientInfoRequest_coding = {
    sizeof(fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage),
    1,
    AllocatorSetDebugClientInfoRequest_fields,
};

zx_status_t fuchsia_sysmem_AllocatorAllocateNonSharedCollection(
    zx_handle_t channel,
    zx_handle_t collection_request) {
    fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_AllocatorAllocateNonSharedCollectionOrdinal);
    message.collection_request = collection_request;
    return fidl_send(
        channel,
        &AllocatorAllocateNonSharedCollectionRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_AllocatorAllocateSharedCollection(
    zx_handle_t channel,
    zx_handle_t token_request) {
    fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_AllocatorAllocateSharedCollectionOrdinal);
    message.token_request = token_request;
    return fidl_send(
        channel,
        &AllocatorAllocateSharedCollectionRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_AllocatorBindSharedCollection(
    zx_handle_t channel,
    zx_handle_t token,
    zx_handle_t buffer_collection_request) {
    fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_AllocatorBindSharedCollectionOrdinal);
    message.token = token;
    message.buffer_collection_request = buffer_collection_request;
    return fidl_send(
        channel,
        &AllocatorBindSharedCollectionRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken_send(
    zx_handle_t channel,
    uint32_t txid,
    uint64_t token_server_koid) {
    fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage message;
    fidl_header_init(
        &message.hdr,
        txid,
        fuchsia_sysmem_AllocatorValidateBufferCollectionTokenOrdinal);
    message.token_server_koid = token_server_koid;
    return fidl_send(
        channel,
        &AllocatorValidateBufferCollectionTokenRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken_decode(
    fidl_incoming_msg_t *msg,
    bool *out_is_known) {
    fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_AllocatorValidateBufferCollectionTokenOrdinal,
        &AllocatorValidateBufferCollectionTokenResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_is_known = response.is_known;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken(
    zx_handle_t channel,
    uint64_t token_server_koid,
    bool *out_is_known) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_AllocatorValidateBufferCollectionToken_send(
        channel,
        txid,
        token_server_koid);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[3];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_AllocatorValidateBufferCollectionToken_decode(&msg, out_is_known);
}

zx_status_t fuchsia_sysmem_AllocatorSetDebugClientInfo(
    zx_handle_t channel,
    const char *name_data,
    size_t name_size,
    uint64_t id) {
    struct {
        fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage fixed;
        uint8_t tail[64];
    } message;
    fidl_header_init(&message.fixed.hdr, 0, fuchsia_sysmem_AllocatorSetDebugClientInfoOrdinal);
    message.fixed.name = fidl_vector(name_data, name_size);
    message.fixed.id = id;
    return fidl_send(channel, &AllocatorSetDebugClientInfoRequest_coding, &message, sizeof message);
}

static zx_status_t handle_AllocatorAllocateNonSharedCollection(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    fuchsia_sysmem_AllocatorAllocateNonSharedCollectionRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &AllocatorAllocateNonSharedCollectionRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->AllocateNonSharedCollection(ctx, request.collection_request));
}

static zx_status_t handle_AllocatorAllocateSharedCollection(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    fuchsia_sysmem_AllocatorAllocateSharedCollectionRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &AllocatorAllocateSharedCollectionRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->AllocateSharedCollection(ctx, request.token_request));
}

static zx_status_t handle_AllocatorBindSharedCollection(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    fuchsia_sysmem_AllocatorBindSharedCollectionRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &AllocatorBindSharedCollectionRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->BindSharedCollection(
        ctx,
        request.token,
        request.buffer_collection_request));
}

zx_status_t fuchsia_sysmem_AllocatorValidateBufferCollectionToken_reply(
    fidl_txn_t *txn,
    bool is_known) {
    fuchsia_sysmem_AllocatorValidateBufferCollectionTokenResponseMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_AllocatorValidateBufferCollectionTokenOrdinal);
    message.is_known = is_known;
    return fidl_reply(
        txn,
        &AllocatorValidateBufferCollectionTokenResponse_coding,
        &message,
        sizeof message);
}

static zx_status_t handle_AllocatorValidateBufferCollectionToken(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    fuchsia_sysmem_AllocatorValidateBufferCollectionTokenRequestMessage request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(
        msg,
        txn,
        &AllocatorValidateBufferCollectionTokenRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->ValidateBufferCollectionToken(ctx, request.token_server_koid, txn));
}

static zx_status_t handle_AllocatorSetDebugClientInfo(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    fuchsia_sysmem_AllocatorSetDebugClientInfoRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &AllocatorSetDebugClientInfoRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetDebugClientInfo(
        ctx,
        (const char *)request.name.content.data,
        (size_t)request.name.count,
        request.id));
}

zx_status_t fuchsia_sysmem_Allocator_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    fidl_message_header_t header;
    if (fidl_header_of(msg, &header) != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    switch (header.ordinal) {
        case fuchsia_sysmem_AllocatorAllocateNonSharedCollectionOrdinal:
            if (ops->AllocateNonSharedCollection == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_AllocatorAllocateNonSharedCollection(ctx, txn, msg, ops);
        case fuchsia_sysmem_AllocatorAllocateSharedCollectionOrdinal:
            if (ops->AllocateSharedCollection == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_AllocatorAllocateSharedCollection(ctx, txn, msg, ops);
        case fuchsia_sysmem_AllocatorBindSharedCollectionOrdinal:
            if (ops->BindSharedCollection == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_AllocatorBindSharedCollection(ctx, txn, msg, ops);
        case fuchsia_sysmem_AllocatorValidateBufferCollectionTokenOrdinal:
            if (ops->ValidateBufferCollectionToken == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_AllocatorValidateBufferCollectionToken(ctx, txn, msg, ops);
        case fuchsia_sysmem_AllocatorSetDebugClientInfoOrdinal:
            if (ops->SetDebugClientInfo == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_AllocatorSetDebugClientInfo(ctx, txn, msg, ops);
        default:
            return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t fuchsia_sysmem_Allocator_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Allocator_ops_t *ops) {
    const zx_status_t result = fuchsia_sysmem_Allocator_try_dispatch(ctx, txn, msg, ops);
    if (result == ZX_ERR_NOT_SUPPORTED) {
        fidl_incoming_msg_close(msg);
    }
    return result;
}

// The dispatch function, for bindings of any protocol.
static zx_status_t dispatch_Allocator(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const void *ops) {
    return fuchsia_sysmem_Allocator_dispatch(
        ctx,
        txn,
        msg,
        (const fuchsia_sysmem_Allocator_ops_t *)ops);
}

fidl_binding_t *fuchsia_sysmem_Allocator_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_Allocator_ops_t *ops,
    uint32_t cap) {
    return fidl_binding_create(loop, dispatch_Allocator, stub, ops, cap);
}

static const fidl_field_t BufferCollectionTokenDuplicateRequest_fields[] = {
    {20, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // token_request
};

static const fidl_struct_t BufferCollectionTokenDuplicateRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage),
    1,
    BufferCollectionTokenDuplicateRequest_fields,
};

static const fidl_field_t BufferCollectionTokenSetNameRequest_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {24, FIDL_PLAIN, FIDL_OUT_OF_LINE | FIDL_TEXT, 64, 1, 0, NULL},  // name
};

static const fidl_struct_t BufferCollectionTokenSetNameRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage),
    2,
    BufferCollectionTokenSetNameRequest_fields,
};

static const fidl_field_t BufferCollectionTokenSetDebugClientInfoRequest_fields[] = {
    {16, FIDL_PLAIN, FIDL_OUT_OF_LINE | FIDL_TEXT, 64, 1, 0, NULL},  // name
};

static const fidl_struct_t BufferCollectionTokenSetDebugClientInfoRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage),
    1,
    BufferCollectionTokenSetDebugClientInfoRequest_fields,
};

static const fidl_struct_t BufferCollectionTokenSetDebugTimeoutLogDeadlineRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage),
    0,
    NULL,
};

zx_status_t fuchsia_sysmem_BufferCollectionTokenDuplicate(
    zx_handle_t channel,
    uint32_t rights_attenuation_mask,
    zx_handle_t token_request) {
    fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionTokenDuplicateOrdinal);
    message.rights_attenuation_mask = rights_attenuation_mask;
    message.token_request = token_request;
    return fidl_send(
        channel,
        &BufferCollectionTokenDuplicateRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSync_send(zx_handle_t channel, uint32_t txid) {
    fidl_message_header_t message;
    fidl_header_init(&message, txid, fuchsia_sysmem_BufferCollectionTokenSyncOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSync_decode(fidl_incoming_msg_t *msg) {
    fidl_message_header_t response;
    return fidl_decode_reply(
        msg,
        fuchsia_sysmem_BufferCollectionTokenSyncOrdinal,
        &fidl_header_only,
        &response);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSync(zx_handle_t channel) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_BufferCollectionTokenSync_send(channel, txid);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[3];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_BufferCollectionTokenSync_decode(&msg);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenClose(zx_handle_t channel) {
    fidl_message_header_t message;
    fidl_header_init(&message, 0, fuchsia_sysmem_BufferCollectionTokenCloseOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSetName(
    zx_handle_t channel,
    uint32_t priority,
    const char *name_data,
    size_t name_size) {
    struct {
        fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage fixed;
        uint8_t tail[64];
    } message;
    fidl_header_init(&message.fixed.hdr, 0, fuchsia_sysmem_BufferCollectionTokenSetNameOrdinal);
    message.fixed.priority = priority;
    message.fixed.name = fidl_vector(name_data, name_size);
    return fidl_send(
        channel,
        &BufferCollectionTokenSetNameRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfo(
    zx_handle_t channel,
    const char *name_data,
    size_t name_size,
    uint64_t id) {
    struct {
        fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage fixed;
        uint8_t tail[64];
    } message;
    fidl_header_init(
        &message.fixed.hdr,
        0,
        fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoOrdinal);
    message.fixed.name = fidl_vector(name_data, name_size);
    message.fixed.id = id;
    return fidl_send(
        channel,
        &BufferCollectionTokenSetDebugClientInfoRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadline(
    zx_handle_t channel,
    int64_t deadline) {
    fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineOrdinal);
    message.deadline = deadline;
    return fidl_send(
        channel,
        &BufferCollectionTokenSetDebugTimeoutLogDeadlineRequest_coding,
        &message,
        sizeof message);
}

static zx_status_t handle_BufferCollectionTokenDuplicate(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionTokenDuplicateRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionTokenDuplicateRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->Duplicate(
        ctx,
        request.rights_attenuation_mask,
        request.token_request));
}

zx_status_t fuchsia_sysmem_BufferCollectionTokenSync_reply(fidl_txn_t *txn) {
    fidl_message_header_t message;
    fidl_header_init(&message, 0, fuchsia_sysmem_BufferCollectionTokenSyncOrdinal);
    return fidl_reply(txn, &fidl_header_only, &message, sizeof message);
}

static zx_status_t handle_BufferCollectionTokenSync(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fidl_message_header_t request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(msg, txn, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->Sync(ctx, txn));
}

static zx_status_t handle_BufferCollectionTokenClose(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fidl_message_header_t request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(msg, NULL, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->Close(ctx));
}

static zx_status_t handle_BufferCollectionTokenSetName(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionTokenSetNameRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionTokenSetNameRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetName(
        ctx,
        request.priority,
        (const char *)request.name.content.data,
        (size_t)request.name.count));
}

static zx_status_t handle_BufferCollectionTokenSetDebugClientInfo(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionTokenSetDebugClientInfoRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetDebugClientInfo(
        ctx,
        (const char *)request.name.content.data,
        (size_t)request.name.count,
        request.id));
}

static zx_status_t handle_BufferCollectionTokenSetDebugTimeoutLogDeadline(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionTokenSetDebugTimeoutLogDeadlineRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetDebugTimeoutLogDeadline(ctx, request.deadline));
}

zx_status_t fuchsia_sysmem_BufferCollectionToken_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    fidl_message_header_t header;
    if (fidl_header_of(msg, &header) != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    switch (header.ordinal) {
        case fuchsia_sysmem_BufferCollectionTokenDuplicateOrdinal:
            if (ops->Duplicate == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionTokenDuplicate(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionTokenSyncOrdinal:
            if (ops->Sync == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionTokenSync(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionTokenCloseOrdinal:
            if (ops->Close == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionTokenClose(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionTokenSetNameOrdinal:
            if (ops->SetName == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionTokenSetName(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionTokenSetDebugClientInfoOrdinal:
            if (ops->SetDebugClientInfo == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionTokenSetDebugClientInfo(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionTokenSetDebugTimeoutLogDeadlineOrdinal:
            if (ops->SetDebugTimeoutLogDeadline == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionTokenSetDebugTimeoutLogDeadline(ctx, txn, msg, ops);
        default:
            return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t fuchsia_sysmem_BufferCollectionToken_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops) {
    const zx_status_t result = fuchsia_sysmem_BufferCollectionToken_try_dispatch(
        ctx,
        txn,
        msg,
        ops);
    if (result == ZX_ERR_NOT_SUPPORTED) {
        fidl_incoming_msg_close(msg);
    }
    return result;
}

// The dispatch function, for bindings of any protocol.
static zx_status_t dispatch_BufferCollectionToken(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const void *ops) {
    return fuchsia_sysmem_BufferCollectionToken_dispatch(
        ctx,
        txn,
        msg,
        (const fuchsia_sysmem_BufferCollectionToken_ops_t *)ops);
}

fidl_binding_t *fuchsia_sysmem_BufferCollectionToken_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_BufferCollectionToken_ops_t *ops,
    uint32_t cap) {
    return fidl_binding_create(loop, dispatch_BufferCollectionToken, stub, ops, cap);
}

static const fidl_field_t BufferCollectionSetEventSinkRequest_fields[] = {
    {16, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // events
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t BufferCollectionSetEventSinkRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage),
    2,
    BufferCollectionSetEventSinkRequest_fields,
};

static const fidl_field_t BufferCollectionSetConstraintsRequest_fields[] = {
    {16, FIDL_BOOL, 0, 1, 1, 0, NULL},  // has_constraints
    {17, FIDL_PADDING, 0, 7, 1, 0, NULL},
    // constraints
    {24, FIDL_STRUCT, FIDL_FLAGGED, 1, 7760, 16, &fuchsia_sysmem_BufferCollectionConstraints_coding},
};

static const fidl_struct_t BufferCollectionSetConstraintsRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage),
    3,
    BufferCollectionSetConstraintsRequest_fields,
};

static const fidl_field_t BufferCollectionWaitForBuffersAllocatedResponse_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    // buffer_collection_info
    {24, FIDL_STRUCT, FIDL_HOLDS_HANDLES, 1, 1296, 0, &fuchsia_sysmem_BufferCollectionInfo_2_coding},
};

static const fidl_struct_t BufferCollectionWaitForBuffersAllocatedResponse_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage),
    2,
    BufferCollectionWaitForBuffersAllocatedResponse_fields,
};

static const fidl_field_t BufferCollectionCheckBuffersAllocatedResponse_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t BufferCollectionCheckBuffersAllocatedResponse_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage),
    1,
    BufferCollectionCheckBuffersAllocatedResponse_fields,
};

static const fidl_struct_t BufferCollectionCloseSingleBufferRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage),
    0,
    NULL,
};

static const fidl_struct_t BufferCollectionAllocateSingleBufferRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage),
    0,
    NULL,
};

static const fidl_struct_t BufferCollectionWaitForSingleBufferAllocatedRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage),
    0,
    NULL,
};

static const fidl_field_t BufferCollectionWaitForSingleBufferAllocatedResponse_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    // buffer_info
    {24, FIDL_STRUCT, FIDL_HOLDS_HANDLES, 1, 280, 0, &fuchsia_sysmem_SingleBufferInfo_coding},
};

static const fidl_struct_t BufferCollectionWaitForSingleBufferAllocatedResponse_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage),
    2,
    BufferCollectionWaitForSingleBufferAllocatedResponse_fields,
};

static const fidl_struct_t BufferCollectionCheckSingleBufferAllocatedRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage),
    0,
    NULL,
};

static const fidl_field_t BufferCollectionSetNameRequest_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    {24, FIDL_PLAIN, FIDL_OUT_OF_LINE | FIDL_TEXT, 64, 1, 0, NULL},  // name
};

static const fidl_struct_t BufferCollectionSetNameRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionSetNameRequestMessage),
    2,
    BufferCollectionSetNameRequest_fields,
};

static const fidl_field_t BufferCollectionSetDebugClientInfoRequest_fields[] = {
    {16, FIDL_PLAIN, FIDL_OUT_OF_LINE | FIDL_TEXT, 64, 1, 0, NULL},  // name
};

static const fidl_struct_t BufferCollectionSetDebugClientInfoRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage),
    1,
    BufferCollectionSetDebugClientInfoRequest_fields,
};

static const fidl_field_t BufferCollectionSetConstraintsAuxBuffersRequest_fields[] = {
    // constraints
    {16, FIDL_STRUCT, 0, 1, 2, 0, &fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers_coding},
    {18, FIDL_PADDING, 0, 6, 1, 0, NULL},
};

static const fidl_struct_t BufferCollectionSetConstraintsAuxBuffersRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage),
    2,
    BufferCollectionSetConstraintsAuxBuffersRequest_fields,
};

static const fidl_field_t BufferCollectionGetAuxBuffersResponse_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    // buffer_collection_info_aux_buffers
    {24, FIDL_STRUCT, FIDL_HOLDS_HANDLES, 1, 1296, 0, &fuchsia_sysmem_BufferCollectionInfo_2_coding},
};

static const fidl_struct_t BufferCollectionGetAuxBuffersResponse_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage),
    2,
    BufferCollectionGetAuxBuffersResponse_fields,
};

zx_status_t fuchsia_sysmem_BufferCollectionSetEventSink(zx_handle_t channel, zx_handle_t events) {
    fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionSetEventSinkOrdinal);
    message.events = events;
    return fidl_send(
        channel,
        &BufferCollectionSetEventSinkRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionSync_send(zx_handle_t channel, uint32_t txid) {
    fidl_message_header_t message;
    fidl_header_init(&message, txid, fuchsia_sysmem_BufferCollectionSyncOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionSync_decode(fidl_incoming_msg_t *msg) {
    fidl_message_header_t response;
    return fidl_decode_reply(
        msg,
        fuchsia_sysmem_BufferCollectionSyncOrdinal,
        &fidl_header_only,
        &response);
}

zx_status_t fuchsia_sysmem_BufferCollectionSync(zx_handle_t channel) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_BufferCollectionSync_send(channel, txid);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[3];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_BufferCollectionSync_decode(&msg);
}

zx_status_t fuchsia_sysmem_BufferCollectionSetConstraints(
    zx_handle_t channel,
    bool has_constraints,
    const fuchsia_sysmem_BufferCollectionConstraints *constraints) {
    fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionSetConstraintsOrdinal);
    message.has_constraints = has_constraints;
    if (has_constraints) {
        message.constraints = *constraints;
    }
    return fidl_send(
        channel,
        &BufferCollectionSetConstraintsRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_send(
    zx_handle_t channel,
    uint32_t txid) {
    fidl_message_header_t message;
    fidl_header_init(&message, txid, fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info) {
    fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedOrdinal,
        &BufferCollectionWaitForBuffersAllocatedResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_status = response.status;
    *out_buffer_collection_info = response.buffer_collection_info;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated(
    zx_handle_t channel,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_send(channel, txid);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[165];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_decode(
        &msg,
        out_status,
        out_buffer_collection_info);
}

zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_send(
    zx_handle_t channel,
    uint32_t txid) {
    fidl_message_header_t message;
    fidl_header_init(&message, txid, fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status) {
    fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedOrdinal,
        &BufferCollectionCheckBuffersAllocatedResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_status = response.status;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated(
    zx_handle_t channel,
    int32_t *out_status) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_send(channel, txid);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[3];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_decode(&msg, out_status);
}

zx_status_t fuchsia_sysmem_BufferCollectionCloseSingleBuffer(
    zx_handle_t channel,
    uint64_t buffer_index) {
    fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionCloseSingleBufferOrdinal);
    message.buffer_index = buffer_index;
    return fidl_send(
        channel,
        &BufferCollectionCloseSingleBufferRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionAllocateSingleBuffer(
    zx_handle_t channel,
    uint64_t buffer_index) {
    fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionAllocateSingleBufferOrdinal);
    message.buffer_index = buffer_index;
    return fidl_send(
        channel,
        &BufferCollectionAllocateSingleBufferRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_send(
    zx_handle_t channel,
    uint32_t txid,
    uint64_t buffer_index) {
    fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage message;
    fidl_header_init(
        &message.hdr,
        txid,
        fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedOrdinal);
    message.buffer_index = buffer_index;
    return fidl_send(
        channel,
        &BufferCollectionWaitForSingleBufferAllocatedRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status,
    fuchsia_sysmem_SingleBufferInfo *out_buffer_info) {
    fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedOrdinal,
        &BufferCollectionWaitForSingleBufferAllocatedResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_status = response.status;
    *out_buffer_info = response.buffer_info;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated(
    zx_handle_t channel,
    uint64_t buffer_index,
    int32_t *out_status,
    fuchsia_sysmem_SingleBufferInfo *out_buffer_info) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_send(
        channel,
        txid,
        buffer_index);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[38];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_decode(
        &msg,
        out_status,
        out_buffer_info);
}

zx_status_t fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocated(
    zx_handle_t channel,
    uint64_t buffer_index) {
    fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedOrdinal);
    message.buffer_index = buffer_index;
    return fidl_send(
        channel,
        &BufferCollectionCheckSingleBufferAllocatedRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionClose(zx_handle_t channel) {
    fidl_message_header_t message;
    fidl_header_init(&message, 0, fuchsia_sysmem_BufferCollectionCloseOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionSetName(
    zx_handle_t channel,
    uint32_t priority,
    const char *name_data,
    size_t name_size) {
    struct {
        fuchsia_sysmem_BufferCollectionSetNameRequestMessage fixed;
        uint8_t tail[64];
    } message;
    fidl_header_init(&message.fixed.hdr, 0, fuchsia_sysmem_BufferCollectionSetNameOrdinal);
    message.fixed.priority = priority;
    message.fixed.name = fidl_vector(name_data, name_size);
    return fidl_send(channel, &BufferCollectionSetNameRequest_coding, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionSetDebugClientInfo(
    zx_handle_t channel,
    const char *name_data,
    size_t name_size,
    uint64_t id) {
    struct {
        fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage fixed;
        uint8_t tail[64];
    } message;
    fidl_header_init(
        &message.fixed.hdr,
        0,
        fuchsia_sysmem_BufferCollectionSetDebugClientInfoOrdinal);
    message.fixed.name = fidl_vector(name_data, name_size);
    message.fixed.id = id;
    return fidl_send(
        channel,
        &BufferCollectionSetDebugClientInfoRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffers(
    zx_handle_t channel,
    const fuchsia_sysmem_BufferCollectionConstraintsAuxBuffers *constraints) {
    fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersOrdinal);
    message.constraints = *constraints;
    return fidl_send(
        channel,
        &BufferCollectionSetConstraintsAuxBuffersRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers_send(zx_handle_t channel, uint32_t txid) {
    fidl_message_header_t message;
    fidl_header_init(&message, txid, fuchsia_sysmem_BufferCollectionGetAuxBuffersOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info_aux_buffers) {
    fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_BufferCollectionGetAuxBuffersOrdinal,
        &BufferCollectionGetAuxBuffersResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_status = response.status;
    *out_buffer_collection_info_aux_buffers = response.buffer_collection_info_aux_buffers;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers(
    zx_handle_t channel,
    int32_t *out_status,
    fuchsia_sysmem_BufferCollectionInfo_2 *out_buffer_collection_info_aux_buffers) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_BufferCollectionGetAuxBuffers_send(channel, txid);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[165];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_BufferCollectionGetAuxBuffers_decode(
        &msg,
        out_status,
        out_buffer_collection_info_aux_buffers);
}

static zx_status_t handle_BufferCollectionSetEventSink(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionSetEventSinkRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionSetEventSinkRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetEventSink(ctx, request.events));
}

zx_status_t fuchsia_sysmem_BufferCollectionSync_reply(fidl_txn_t *txn) {
    fidl_message_header_t message;
    fidl_header_init(&message, 0, fuchsia_sysmem_BufferCollectionSyncOrdinal);
    return fidl_reply(txn, &fidl_header_only, &message, sizeof message);
}

static zx_status_t handle_BufferCollectionSync(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fidl_message_header_t request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(msg, txn, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->Sync(ctx, txn));
}

static zx_status_t handle_BufferCollectionSetConstraints(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionSetConstraintsRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionSetConstraintsRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetConstraints(ctx, request.has_constraints, &request.constraints));
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForBuffersAllocated_reply(
    fidl_txn_t *txn,
    int32_t status,
    const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info) {
    fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedResponseMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedOrdinal);
    message.status = status;
    message.buffer_collection_info = *buffer_collection_info;
    return fidl_reply(
        txn,
        &BufferCollectionWaitForBuffersAllocatedResponse_coding,
        &message,
        sizeof message);
}

static zx_status_t handle_BufferCollectionWaitForBuffersAllocated(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fidl_message_header_t request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(msg, txn, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->WaitForBuffersAllocated(ctx, txn));
}

zx_status_t fuchsia_sysmem_BufferCollectionCheckBuffersAllocated_reply(
    fidl_txn_t *txn,
    int32_t status) {
    fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedResponseMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedOrdinal);
    message.status = status;
    return fidl_reply(
        txn,
        &BufferCollectionCheckBuffersAllocatedResponse_coding,
        &message,
        sizeof message);
}

static zx_status_t handle_BufferCollectionCheckBuffersAllocated(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fidl_message_header_t request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(msg, txn, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->CheckBuffersAllocated(ctx, txn));
}

static zx_status_t handle_BufferCollectionCloseSingleBuffer(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionCloseSingleBufferRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionCloseSingleBufferRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->CloseSingleBuffer(ctx, request.buffer_index));
}

static zx_status_t handle_BufferCollectionAllocateSingleBuffer(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionAllocateSingleBufferRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionAllocateSingleBufferRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->AllocateSingleBuffer(ctx, request.buffer_index));
}

zx_status_t fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocated_reply(
    fidl_txn_t *txn,
    int32_t status,
    const fuchsia_sysmem_SingleBufferInfo *buffer_info) {
    fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedResponseMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedOrdinal);
    message.status = status;
    message.buffer_info = *buffer_info;
    return fidl_reply(
        txn,
        &BufferCollectionWaitForSingleBufferAllocatedResponse_coding,
        &message,
        sizeof message);
}

static zx_status_t handle_BufferCollectionWaitForSingleBufferAllocated(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedRequestMessage request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(
        msg,
        txn,
        &BufferCollectionWaitForSingleBufferAllocatedRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->WaitForSingleBufferAllocated(ctx, request.buffer_index, txn));
}

static zx_status_t handle_BufferCollectionCheckSingleBufferAllocated(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionCheckSingleBufferAllocatedRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->CheckSingleBufferAllocated(ctx, request.buffer_index));
}

static zx_status_t handle_BufferCollectionClose(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fidl_message_header_t request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(msg, NULL, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->Close(ctx));
}

static zx_status_t handle_BufferCollectionSetName(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionSetNameRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionSetNameRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetName(
        ctx,
        request.priority,
        (const char *)request.name.content.data,
        (size_t)request.name.count));
}

static zx_status_t handle_BufferCollectionSetDebugClientInfo(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionSetDebugClientInfoRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionSetDebugClientInfoRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetDebugClientInfo(
        ctx,
        (const char *)request.name.content.data,
        (size_t)request.name.count,
        request.id));
}

static zx_status_t handle_BufferCollectionSetConstraintsAuxBuffers(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionSetConstraintsAuxBuffersRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->SetConstraintsAuxBuffers(ctx, &request.constraints));
}

zx_status_t fuchsia_sysmem_BufferCollectionGetAuxBuffers_reply(
    fidl_txn_t *txn,
    int32_t status,
    const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info_aux_buffers) {
    fuchsia_sysmem_BufferCollectionGetAuxBuffersResponseMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_BufferCollectionGetAuxBuffersOrdinal);
    message.status = status;
    message.buffer_collection_info_aux_buffers = *buffer_collection_info_aux_buffers;
    return fidl_reply(txn, &BufferCollectionGetAuxBuffersResponse_coding, &message, sizeof message);
}

static zx_status_t handle_BufferCollectionGetAuxBuffers(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fidl_message_header_t request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(msg, txn, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->GetAuxBuffers(ctx, txn));
}

zx_status_t fuchsia_sysmem_BufferCollection_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    fidl_message_header_t header;
    if (fidl_header_of(msg, &header) != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    switch (header.ordinal) {
        case fuchsia_sysmem_BufferCollectionSetEventSinkOrdinal:
            if (ops->SetEventSink == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionSetEventSink(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionSyncOrdinal:
            if (ops->Sync == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionSync(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionSetConstraintsOrdinal:
            if (ops->SetConstraints == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionSetConstraints(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionWaitForBuffersAllocatedOrdinal:
            if (ops->WaitForBuffersAllocated == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionWaitForBuffersAllocated(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionCheckBuffersAllocatedOrdinal:
            if (ops->CheckBuffersAllocated == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionCheckBuffersAllocated(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionCloseSingleBufferOrdinal:
            if (ops->CloseSingleBuffer == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionCloseSingleBuffer(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionAllocateSingleBufferOrdinal:
            if (ops->AllocateSingleBuffer == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionAllocateSingleBuffer(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionWaitForSingleBufferAllocatedOrdinal:
            if (ops->WaitForSingleBufferAllocated == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionWaitForSingleBufferAllocated(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionCheckSingleBufferAllocatedOrdinal:
            if (ops->CheckSingleBufferAllocated == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionCheckSingleBufferAllocated(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionCloseOrdinal:
            if (ops->Close == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionClose(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionSetNameOrdinal:
            if (ops->SetName == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionSetName(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionSetDebugClientInfoOrdinal:
            if (ops->SetDebugClientInfo == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionSetDebugClientInfo(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionSetConstraintsAuxBuffersOrdinal:
            if (ops->SetConstraintsAuxBuffers == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionSetConstraintsAuxBuffers(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionGetAuxBuffersOrdinal:
            if (ops->GetAuxBuffers == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionGetAuxBuffers(ctx, txn, msg, ops);
        default:
            return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t fuchsia_sysmem_BufferCollection_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollection_ops_t *ops) {
    const zx_status_t result = fuchsia_sysmem_BufferCollection_try_dispatch(ctx, txn, msg, ops);
    if (result == ZX_ERR_NOT_SUPPORTED) {
        fidl_incoming_msg_close(msg);
    }
    return result;
}

// The dispatch function, for bindings of any protocol.
static zx_status_t dispatch_BufferCollection(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const void *ops) {
    return fuchsia_sysmem_BufferCollection_dispatch(
        ctx,
        txn,
        msg,
        (const fuchsia_sysmem_BufferCollection_ops_t *)ops);
}

fidl_binding_t *fuchsia_sysmem_BufferCollection_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_BufferCollection_ops_t *ops,
    uint32_t cap) {
    return fidl_binding_create(loop, dispatch_BufferCollection, stub, ops, cap);
}

static const fidl_field_t BufferCollectionEventsOnBuffersAllocatedRequest_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    // buffer_collection_info
    {24, FIDL_STRUCT, FIDL_HOLDS_HANDLES, 1, 1296, 0, &fuchsia_sysmem_BufferCollectionInfo_2_coding},
};

static const fidl_struct_t BufferCollectionEventsOnBuffersAllocatedRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage),
    2,
    BufferCollectionEventsOnBuffersAllocatedRequest_fields,
};

static const fidl_field_t BufferCollectionEventsOnAllocateSingleBufferDoneRequest_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
    // buffer_info
    {24, FIDL_STRUCT, FIDL_HOLDS_HANDLES, 1, 280, 0, &fuchsia_sysmem_SingleBufferInfo_coding},
};

static const fidl_struct_t BufferCollectionEventsOnAllocateSingleBufferDoneRequest_coding = {
    sizeof(fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage),
    2,
    BufferCollectionEventsOnAllocateSingleBufferDoneRequest_fields,
};

zx_status_t fuchsia_sysmem_BufferCollectionEventsOnDuplicatedTokensKnownByServer(
    zx_handle_t channel) {
    fidl_message_header_t message;
    fidl_header_init(
        &message,
        0,
        fuchsia_sysmem_BufferCollectionEventsOnDuplicatedTokensKnownByServerOrdinal);
    return fidl_send(channel, &fidl_header_only, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocated(
    zx_handle_t channel,
    int32_t status,
    const fuchsia_sysmem_BufferCollectionInfo_2 *buffer_collection_info) {
    fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedOrdinal);
    message.status = status;
    message.buffer_collection_info = *buffer_collection_info;
    return fidl_send(
        channel,
        &BufferCollectionEventsOnBuffersAllocatedRequest_coding,
        &message,
        sizeof message);
}

zx_status_t fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDone(
    zx_handle_t channel,
    int32_t status,
    const fuchsia_sysmem_SingleBufferInfo *buffer_info) {
    fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage message;
    fidl_header_init(
        &message.hdr,
        0,
        fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneOrdinal);
    message.status = status;
    message.buffer_info = *buffer_info;
    return fidl_send(
        channel,
        &BufferCollectionEventsOnAllocateSingleBufferDoneRequest_coding,
        &message,
        sizeof message);
}

static zx_status_t handle_BufferCollectionEventsOnDuplicatedTokensKnownByServer(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops) {
    fidl_message_header_t request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(msg, NULL, &fidl_header_only, &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->OnDuplicatedTokensKnownByServer(ctx));
}

static zx_status_t handle_BufferCollectionEventsOnBuffersAllocated(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionEventsOnBuffersAllocatedRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->OnBuffersAllocated(
        ctx,
        request.status,
        &request.buffer_collection_info));
}

static zx_status_t handle_BufferCollectionEventsOnAllocateSingleBufferDone(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops) {
    fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &BufferCollectionEventsOnAllocateSingleBufferDoneRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->OnAllocateSingleBufferDone(ctx, request.status, &request.buffer_info));
}

zx_status_t fuchsia_sysmem_BufferCollectionEvents_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops) {
    fidl_message_header_t header;
    if (fidl_header_of(msg, &header) != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    switch (header.ordinal) {
        case fuchsia_sysmem_BufferCollectionEventsOnDuplicatedTokensKnownByServerOrdinal:
            if (ops->OnDuplicatedTokensKnownByServer == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionEventsOnDuplicatedTokensKnownByServer(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionEventsOnBuffersAllocatedOrdinal:
            if (ops->OnBuffersAllocated == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionEventsOnBuffersAllocated(ctx, txn, msg, ops);
        case fuchsia_sysmem_BufferCollectionEventsOnAllocateSingleBufferDoneOrdinal:
            if (ops->OnAllocateSingleBufferDone == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_BufferCollectionEventsOnAllocateSingleBufferDone(ctx, txn, msg, ops);
        default:
            return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t fuchsia_sysmem_BufferCollectionEvents_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops) {
    const zx_status_t result = fuchsia_sysmem_BufferCollectionEvents_try_dispatch(
        ctx,
        txn,
        msg,
        ops);
    if (result == ZX_ERR_NOT_SUPPORTED) {
        fidl_incoming_msg_close(msg);
    }
    return result;
}

// The dispatch function, for bindings of any protocol.
static zx_status_t dispatch_BufferCollectionEvents(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const void *ops) {
    return fuchsia_sysmem_BufferCollectionEvents_dispatch(
        ctx,
        txn,
        msg,
        (const fuchsia_sysmem_BufferCollectionEvents_ops_t *)ops);
}

fidl_binding_t *fuchsia_sysmem_BufferCollectionEvents_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_BufferCollectionEvents_ops_t *ops,
    uint32_t cap) {
    return fidl_binding_create(loop, dispatch_BufferCollectionEvents, stub, ops, cap);
}

static const fidl_field_t DriverConnectorConnectRequest_fields[] = {
    {16, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // allocator_request
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t DriverConnectorConnectRequest_coding = {
    sizeof(fuchsia_sysmem_DriverConnectorConnectRequestMessage),
    2,
    DriverConnectorConnectRequest_fields,
};

zx_status_t fuchsia_sysmem_DriverConnectorConnect(
    zx_handle_t channel,
    zx_handle_t allocator_request) {
    fuchsia_sysmem_DriverConnectorConnectRequestMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_DriverConnectorConnectOrdinal);
    message.allocator_request = allocator_request;
    return fidl_send(channel, &DriverConnectorConnectRequest_coding, &message, sizeof message);
}

static zx_status_t handle_DriverConnectorConnect(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_DriverConnector_ops_t *ops) {
    fuchsia_sysmem_DriverConnectorConnectRequestMessage request;
    (void)txn;
    const zx_status_t result = fidl_decode_request(
        msg,
        NULL,
        &DriverConnectorConnectRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->Connect(ctx, request.allocator_request));
}

zx_status_t fuchsia_sysmem_DriverConnector_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_DriverConnector_ops_t *ops) {
    fidl_message_header_t header;
    if (fidl_header_of(msg, &header) != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    switch (header.ordinal) {
        case fuchsia_sysmem_DriverConnectorConnectOrdinal:
            if (ops->Connect == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_DriverConnectorConnect(ctx, txn, msg, ops);
        default:
            return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t fuchsia_sysmem_DriverConnector_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_DriverConnector_ops_t *ops) {
    const zx_status_t result = fuchsia_sysmem_DriverConnector_try_dispatch(ctx, txn, msg, ops);
    if (result == ZX_ERR_NOT_SUPPORTED) {
        fidl_incoming_msg_close(msg);
    }
    return result;
}

// The dispatch function, for bindings of any protocol.
static zx_status_t dispatch_DriverConnector(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const void *ops) {
    return fuchsia_sysmem_DriverConnector_dispatch(
        ctx,
        txn,
        msg,
        (const fuchsia_sysmem_DriverConnector_ops_t *)ops);
}

fidl_binding_t *fuchsia_sysmem_DriverConnector_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_DriverConnector_ops_t *ops,
    uint32_t cap) {
    return fidl_binding_create(loop, dispatch_DriverConnector, stub, ops, cap);
}

static const fidl_struct_t HeapAllocateVmoRequest_coding = {
    sizeof(fuchsia_sysmem_HeapAllocateVmoRequestMessage),
    0,
    NULL,
};

static const fidl_field_t HeapAllocateVmoResponse_fields[] = {
    {20, FIDL_HANDLE, FIDL_NULLABLE | FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // vmo
};

static const fidl_struct_t HeapAllocateVmoResponse_coding = {
    sizeof(fuchsia_sysmem_HeapAllocateVmoResponseMessage),
    1,
    HeapAllocateVmoResponse_fields,
};

static const fidl_field_t HeapCreateResourceRequest_fields[] = {
    {16, FIDL_HANDLE, FIDL_HOLDS_HANDLES, 1, 4, 0, NULL},  // vmo
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t HeapCreateResourceRequest_coding = {
    sizeof(fuchsia_sysmem_HeapCreateResourceRequestMessage),
    2,
    HeapCreateResourceRequest_fields,
};

static const fidl_field_t HeapCreateResourceResponse_fields[] = {
    {20, FIDL_PADDING, 0, 4, 1, 0, NULL},
};

static const fidl_struct_t HeapCreateResourceResponse_coding = {
    sizeof(fuchsia_sysmem_HeapCreateResourceResponseMessage),
    1,
    HeapCreateResourceResponse_fields,
};

static const fidl_struct_t HeapDestroyResourceRequest_coding = {
    sizeof(fuchsia_sysmem_HeapDestroyResourceRequestMessage),
    0,
    NULL,
};

zx_status_t fuchsia_sysmem_HeapAllocateVmo_send(zx_handle_t channel, uint32_t txid, uint64_t size) {
    fuchsia_sysmem_HeapAllocateVmoRequestMessage message;
    fidl_header_init(&message.hdr, txid, fuchsia_sysmem_HeapAllocateVmoOrdinal);
    message.size = size;
    return fidl_send(channel, &HeapAllocateVmoRequest_coding, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_HeapAllocateVmo_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_s,
    zx_handle_t *out_vmo) {
    fuchsia_sysmem_HeapAllocateVmoResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_HeapAllocateVmoOrdinal,
        &HeapAllocateVmoResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_s = response.s;
    *out_vmo = response.vmo;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_HeapAllocateVmo(
    zx_handle_t channel,
    uint64_t size,
    int32_t *out_s,
    zx_handle_t *out_vmo) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_HeapAllocateVmo_send(channel, txid, size);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[3];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_HeapAllocateVmo_decode(&msg, out_s, out_vmo);
}

zx_status_t fuchsia_sysmem_HeapCreateResource_send(
    zx_handle_t channel,
    uint32_t txid,
    zx_handle_t vmo) {
    fuchsia_sysmem_HeapCreateResourceRequestMessage message;
    fidl_header_init(&message.hdr, txid, fuchsia_sysmem_HeapCreateResourceOrdinal);
    message.vmo = vmo;
    return fidl_send(channel, &HeapCreateResourceRequest_coding, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_HeapCreateResource_decode(
    fidl_incoming_msg_t *msg,
    int32_t *out_s,
    uint64_t *out_id) {
    fuchsia_sysmem_HeapCreateResourceResponseMessage response;
    const zx_status_t result = fidl_decode_reply(
        msg,
        fuchsia_sysmem_HeapCreateResourceOrdinal,
        &HeapCreateResourceResponse_coding,
        &response);
    if (result != ZX_OK) {
        return result;
    }
    *out_s = response.s;
    *out_id = response.id;
    return ZX_OK;
}

zx_status_t fuchsia_sysmem_HeapCreateResource(
    zx_handle_t channel,
    zx_handle_t vmo,
    int32_t *out_s,
    uint64_t *out_id) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_HeapCreateResource_send(channel, txid, vmo);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[4];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_HeapCreateResource_decode(&msg, out_s, out_id);
}

zx_status_t fuchsia_sysmem_HeapDestroyResource_send(
    zx_handle_t channel,
    uint32_t txid,
    uint64_t id) {
    fuchsia_sysmem_HeapDestroyResourceRequestMessage message;
    fidl_header_init(&message.hdr, txid, fuchsia_sysmem_HeapDestroyResourceOrdinal);
    message.id = id;
    return fidl_send(channel, &HeapDestroyResourceRequest_coding, &message, sizeof message);
}

zx_status_t fuchsia_sysmem_HeapDestroyResource_decode(fidl_incoming_msg_t *msg) {
    fidl_message_header_t response;
    return fidl_decode_reply(
        msg,
        fuchsia_sysmem_HeapDestroyResourceOrdinal,
        &fidl_header_only,
        &response);
}

zx_status_t fuchsia_sysmem_HeapDestroyResource(zx_handle_t channel, uint64_t id) {
    const uint32_t txid = fidl_next_txid();
    zx_status_t result = fuchsia_sysmem_HeapDestroyResource_send(channel, txid, id);
    if (result != ZX_OK) {
        return result;
    }
    uint64_t bytes[3];
    fidl_incoming_msg_t msg;
    result = fidl_wait_for_reply(channel, txid, bytes, sizeof bytes, &msg);
    if (result != ZX_OK) {
        return result;
    }
    return fuchsia_sysmem_HeapDestroyResource_decode(&msg);
}

zx_status_t fuchsia_sysmem_HeapAllocateVmo_reply(fidl_txn_t *txn, int32_t s, zx_handle_t vmo) {
    fuchsia_sysmem_HeapAllocateVmoResponseMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_HeapAllocateVmoOrdinal);
    message.s = s;
    message.vmo = vmo;
    return fidl_reply(txn, &HeapAllocateVmoResponse_coding, &message, sizeof message);
}

static zx_status_t handle_HeapAllocateVmo(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops) {
    fuchsia_sysmem_HeapAllocateVmoRequestMessage request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(
        msg,
        txn,
        &HeapAllocateVmoRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->AllocateVmo(ctx, request.size, txn));
}

zx_status_t fuchsia_sysmem_HeapCreateResource_reply(fidl_txn_t *txn, int32_t s, uint64_t id) {
    fuchsia_sysmem_HeapCreateResourceResponseMessage message;
    fidl_header_init(&message.hdr, 0, fuchsia_sysmem_HeapCreateResourceOrdinal);
    message.s = s;
    message.id = id;
    return fidl_reply(txn, &HeapCreateResourceResponse_coding, &message, sizeof message);
}

static zx_status_t handle_HeapCreateResource(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops) {
    fuchsia_sysmem_HeapCreateResourceRequestMessage request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(
        msg,
        txn,
        &HeapCreateResourceRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->CreateResource(ctx, request.vmo, txn));
}

zx_status_t fuchsia_sysmem_HeapDestroyResource_reply(fidl_txn_t *txn) {
    fidl_message_header_t message;
    fidl_header_init(&message, 0, fuchsia_sysmem_HeapDestroyResourceOrdinal);
    return fidl_reply(txn, &fidl_header_only, &message, sizeof message);
}

static zx_status_t handle_HeapDestroyResource(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops) {
    fuchsia_sysmem_HeapDestroyResourceRequestMessage request;
    txn->awaits_reply = true;
    const zx_status_t result = fidl_decode_request(
        msg,
        txn,
        &HeapDestroyResourceRequest_coding,
        &request);
    if (result != ZX_OK) {
        return result;
    }
    return fidl_handled(ops->DestroyResource(ctx, request.id, txn));
}

zx_status_t fuchsia_sysmem_Heap_try_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops) {
    fidl_message_header_t header;
    if (fidl_header_of(msg, &header) != ZX_OK) {
        fidl_incoming_msg_close(msg);
        return ZX_ERR_INTERNAL;
    }
    switch (header.ordinal) {
        case fuchsia_sysmem_HeapAllocateVmoOrdinal:
            if (ops->AllocateVmo == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_HeapAllocateVmo(ctx, txn, msg, ops);
        case fuchsia_sysmem_HeapCreateResourceOrdinal:
            if (ops->CreateResource == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_HeapCreateResource(ctx, txn, msg, ops);
        case fuchsia_sysmem_HeapDestroyResourceOrdinal:
            if (ops->DestroyResource == NULL) {
                return ZX_ERR_NOT_SUPPORTED;
            }
            return handle_HeapDestroyResource(ctx, txn, msg, ops);
        default:
            return ZX_ERR_NOT_SUPPORTED;
    }
}

zx_status_t fuchsia_sysmem_Heap_dispatch(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const fuchsia_sysmem_Heap_ops_t *ops) {
    const zx_status_t result = fuchsia_sysmem_Heap_try_dispatch(ctx, txn, msg, ops);
    if (result == ZX_ERR_NOT_SUPPORTED) {
        fidl_incoming_msg_close(msg);
    }
    return result;
}

// The dispatch function, for bindings of any protocol.
static zx_status_t dispatch_Heap(
    void *ctx,
    fidl_txn_t *txn,
    fidl_incoming_msg_t *msg,
    const void *ops) {
    return fuchsia_sysmem_Heap_dispatch(ctx, txn, msg, (const fuchsia_sysmem_Heap_ops_t *)ops);
}

fidl_binding_t *fuchsia_sysmem_Heap_binding_create(
    fidl_loop_t *loop,
    void *stub,
    const fuchsia_sysmem_Heap_ops_t *ops,
    uint32_t cap) {
    return fidl_binding_create(loop, dispatch_Heap, stub, ops, cap);
}
