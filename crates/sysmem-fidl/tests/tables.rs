//! Ordinals of the fields of every table, found by encoding one field alone: the first word of a
//! table is the largest ordinal in it.

use fidl::{ClientEnd, Codec, Encoder, HandleFault, ObjectType, Rights, ServerEnd, encode_body};
use sysmem_fidl::fuchsia_images2::*;
use sysmem_fidl::fuchsia_math::{RectU, SizeU};
use sysmem_fidl::fuchsia_sysmem2::*;

/// Any value of a type.
trait Sample {
    fn sample() -> Self;
}

#[derive(Debug, PartialEq)]
struct TestHandle;

impl fidl::Handle for TestHandle {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

impl Sample for TestHandle {
    fn sample() -> Self {
        Self
    }
}

impl<T> Sample for Vec<T> {
    fn sample() -> Self {
        Self::new()
    }
}

impl<P> Sample for ClientEnd<P, TestHandle> {
    fn sample() -> Self {
        Self::new(TestHandle)
    }
}

impl<P> Sample for ServerEnd<P, TestHandle> {
    fn sample() -> Self {
        Self::new(TestHandle)
    }
}

macro_rules! samples {
    ($($ty:ty),*) => {
        $(
            impl Sample for $ty {
                fn sample() -> Self {
                    Self::default()
                }
            }
        )*
    };
}

samples!(bool, u32, u64, i64, f32, String, SizeU, RectU);

macro_rules! enum_samples {
    ($($ty:ty),*) => {
        $(
            impl Sample for $ty {
                fn sample() -> Self {
                    Self::from_primitive(1)
                }
            }
        )*
    };
}

enum_samples!(PixelFormat, PixelFormatModifier, ColorSpace, CoherencyDomain);

fn largest_ordinal<C: Codec<TestHandle>>(value: C::Value) -> u64 {
    let mut encoder = Encoder::new();
    encode_body::<C, TestHandle>(value, &mut encoder).expect("the value encodes");
    let count = encoder.bytes().first_chunk().expect("a table has 16 bytes or more");
    u64::from_le_bytes(*count)
}

/// For each table a test with the ordinals of all of its fields. The destructuring pattern fails to
/// compile when a field is missing here.
macro_rules! tables {
    ($(
        $test:ident: $table:ident $(<$handle:ident>)? { $($field:ident = $ordinal:literal,)* }
    )*) => {
        $(
            impl Sample for $table $(<$handle>)? {
                fn sample() -> Self {
                    Self::default()
                }
            }

            #[test]
            fn $test() {
                type Table = $table $(<$handle>)?;
                let Table { $($field: _),* } = Table::default();
                $(
                    let mut value = Table::default();
                    value.$field = Some(Sample::sample());
                    let name = stringify!($field);
                    assert_eq!(largest_ordinal::<Table>(value), $ordinal, "{name}");
                )*
                assert_eq!(largest_ordinal::<Table>(Table::default()), 0);
            }
        )*
    };
}

// `sysmem2-constraints.md` 1.2 to 1.8 and 1.14.
tables! {
    buffer_usage: BufferUsage { none = 1, cpu = 2, vulkan = 3, display = 4, video = 5, }
    buffer_collection_constraints: BufferCollectionConstraints {
        usage = 1,
        min_buffer_count_for_camping = 2,
        min_buffer_count_for_dedicated_slack = 3,
        min_buffer_count_for_shared_slack = 4,
        min_buffer_count = 5,
        max_buffer_count = 6,
        buffer_memory_constraints = 7,
        image_format_constraints = 8,
    }
    heap: Heap { heap_type = 1, id = 2, }
    buffer_memory_constraints: BufferMemoryConstraints {
        min_size_bytes = 1,
        max_size_bytes = 2,
        physically_contiguous_required = 3,
        secure_required = 4,
        cpu_domain_supported = 5,
        ram_domain_supported = 6,
        inaccessible_domain_supported = 7,
        permitted_heaps = 8,
        min_physical_base_alignment = 9,
    }
    image_format_constraints: ImageFormatConstraints {
        pixel_format = 1,
        pixel_format_modifier = 2,
        color_spaces = 3,
        min_size = 4,
        max_size = 5,
        min_bytes_per_row = 6,
        max_bytes_per_row = 7,
        max_width_times_height = 8,
        size_alignment = 9,
        display_rect_alignment = 10,
        required_min_size = 11,
        required_max_size = 12,
        bytes_per_row_divisor = 13,
        start_offset_divisor = 14,
        pixel_format_and_modifiers = 15,
        require_bytes_per_row_at_pixel_boundary = 16,
        is_alpha_present = 17,
        required_max_size_list = 18,
        pad_for_block_size = 19,
        pad_beyond_image_size_bytes = 20,
    }
    format_costs: FormatCosts { format_costs = 1, }
    format_cost_entry: FormatCostEntry { key = 1, cost = 2, }
    format_cost_key: FormatCostKey {
        pixel_format = 1,
        pixel_format_modifier = 2,
        buffer_usage_bits = 3,
    }
}

// `image-formats.md` section 4.
tables! {
    image_format: ImageFormat {
        pixel_format = 1,
        pixel_format_modifier = 2,
        color_space = 3,
        size = 4,
        bytes_per_row = 5,
        display_rect = 6,
        valid_size = 7,
        pixel_aspect_ratio = 8,
    }
}

// `sysmem2-protocols.md` 1.10.
tables! {
    buffer_collection_info: BufferCollectionInfo<TestHandle> {
        settings = 1,
        buffers = 2,
        buffer_collection_id = 3,
    }
    vmo_buffer: VmoBuffer<TestHandle> { vmo = 1, vmo_usable_start = 2, close_weak_asap = 3, }
    single_buffer_settings: SingleBufferSettings {
        buffer_settings = 1,
        image_format_constraints = 2,
    }
    buffer_memory_settings: BufferMemorySettings {
        size_bytes = 1,
        is_physically_contiguous = 2,
        is_secure = 3,
        coherency_domain = 4,
        heap = 5,
        raw_vmo_size = 6,
    }
}

// `sysmem2-protocols.md` 1.5 to 1.9: requests and responses.
tables! {
    allocate_non_shared_collection: AllocatorAllocateNonSharedCollectionRequest<TestHandle> {
        collection_request = 1,
    }
    allocate_shared_collection: AllocatorAllocateSharedCollectionRequest<TestHandle> {
        token_request = 1,
    }
    bind_shared_collection: AllocatorBindSharedCollectionRequest<TestHandle> {
        token = 1,
        buffer_collection_request = 2,
    }
    validate_token: AllocatorValidateBufferCollectionTokenRequest { token_server_koid = 1, }
    validate_token_response: AllocatorValidateBufferCollectionTokenResponse { is_known = 1, }
    allocator_debug_info: AllocatorSetDebugClientInfoRequest { name = 1, id = 2, }
    get_vmo_info: AllocatorGetVmoInfoRequest<TestHandle> {
        vmo = 1,
        need_weak = 2,
        need_single_buffer_settings = 3,
        constraints_to_check = 4,
        vmo_settings_to_check = 5,
        vmo_settings_to_check_ignore_size = 6,
    }
    get_vmo_info_response: AllocatorGetVmoInfoResponse<TestHandle> {
        buffer_collection_id = 1,
        buffer_index = 2,
        close_weak_asap = 3,
        weak_vmo = 4,
        single_buffer_settings = 5,
        constraints_ok = 6,
        vmo_settings_match = 7,
    }
    set_name: NodeSetNameRequest { priority = 1, name = 2, }
    node_debug_info: NodeSetDebugClientInfoRequest { name = 1, id = 2, }
    set_debug_timeout: NodeSetDebugTimeoutLogDeadlineRequest { deadline = 1, }
    get_node_ref_response: NodeGetNodeRefResponse<TestHandle> { node_ref = 1, }
    is_alternate_for: NodeIsAlternateForRequest<TestHandle> { node_ref = 1, }
    is_alternate_for_response: NodeIsAlternateForResponse { is_alternate = 1, }
    get_id_response: NodeGetBufferCollectionIdResponse { buffer_collection_id = 1, }
    set_weak_ok: NodeSetWeakOkRequest { for_child_nodes_also = 1, }
    attach_node_tracking: NodeAttachNodeTrackingRequest<TestHandle> { server_end = 1, }
    duplicate_sync: BufferCollectionTokenDuplicateSyncRequest { rights_attenuation_masks = 1, }
    duplicate_sync_response: BufferCollectionTokenDuplicateSyncResponse<TestHandle> { tokens = 1, }
    duplicate: BufferCollectionTokenDuplicateRequest<TestHandle> {
        rights_attenuation_mask = 1,
        token_request = 2,
    }
    create_group: BufferCollectionTokenCreateBufferCollectionTokenGroupRequest<TestHandle> {
        group_request = 1,
    }
    set_constraints: BufferCollectionSetConstraintsRequest<TestHandle> {
        constraints = 1,
        must_match_vmo = 2,
    }
    wait_response: BufferCollectionWaitForAllBuffersAllocatedResponse<TestHandle> {
        buffer_collection_info = 1,
    }
    attach_token: BufferCollectionAttachTokenRequest<TestHandle> {
        rights_attenuation_mask = 1,
        token_request = 2,
    }
    attach_lifetime_tracking: BufferCollectionAttachLifetimeTrackingRequest<TestHandle> {
        server_end = 1,
        buffers_remaining = 2,
    }
    lifecycle_s07_create_child: BufferCollectionTokenGroupCreateChildRequest<TestHandle> {
        token_request = 1,
        rights_attenuation_mask = 2,
    }
    create_children_sync: BufferCollectionTokenGroupCreateChildrenSyncRequest {
        rights_attenuation_masks = 1,
    }
    create_children_sync_response:
        BufferCollectionTokenGroupCreateChildrenSyncResponse<TestHandle> { tokens = 1, }
}

// `sysmem2-protocols.md` 1.11.
tables! {
    secure_heap_properties: SecureHeapProperties {
        heap = 1,
        dynamic_protection_ranges = 2,
        protected_range_granularity = 3,
        max_protected_range_count = 4,
        is_mod_protected_range_available = 5,
    }
    secure_heap_range: SecureHeapRange { physical_address = 1, size_bytes = 2, }
    secure_heap_and_ranges: SecureHeapAndRanges { heap = 1, ranges = 2, }
    secure_heap_and_range: SecureHeapAndRange { heap = 1, range = 2, }
    secure_heap_and_range_modification: SecureHeapAndRangeModification {
        heap = 1,
        old_range = 2,
        new_range = 3,
    }
    dynamic_secure_heap: DynamicSecureHeap { heap = 1, }
    get_physical_secure_heaps: SecureMemGetPhysicalSecureHeapsResponse { heaps = 1, }
    get_dynamic_secure_heaps: SecureMemGetDynamicSecureHeapsResponse { heaps = 1, }
    get_secure_heap_properties: SecureMemGetPhysicalSecureHeapPropertiesRequest {
        entire_heap = 1,
    }
    get_secure_heap_properties_response: SecureMemGetPhysicalSecureHeapPropertiesResponse {
        properties = 1,
    }
    add_range: SecureMemAddSecureHeapPhysicalRangeRequest { heap_range = 1, }
    delete_range: SecureMemDeleteSecureHeapPhysicalRangeRequest { heap_range = 1, }
    modify_range: SecureMemModifySecureHeapPhysicalRangeRequest { range_modification = 1, }
    zero_sub_range: SecureMemZeroSubRangeRequest { is_covering_range_explicit = 1, heap_range = 2, }
}
