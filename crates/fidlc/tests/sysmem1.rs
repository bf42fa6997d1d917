//! The library `fuchsia.sysmem` at its levels: every size and offset, every message, every ordinal
//! of
//! `sysmem1.md` sections 1 and 2.

use std::fs;
use std::path::Path;

use fidlc::ir::{
    Declaration, DeclarationKind, Guard, Library, MethodKind, Primitive, Protocol, Struct, Type,
    TypeKind,
};
use fidlc::{Compiler, SourceFile, Version};

/// Bytes of a message header.
const HEADER: u32 = 16;

/// The library at one level.
fn level(number: u32) -> Library {
    let mut compiler = Compiler::new();
    for name in ["zx", "fuchsia.sysmem"] {
        compiler.add_library(sources(name));
    }
    compiler.select("fuchsia", Version::HEAD);
    compiler.select("sysmem1", Version::number(number).expect("a level"));
    let compilation = compiler.compile().unwrap_or_else(|findings| panic!("{findings}"));
    assert!(compilation.warnings.is_empty(), "{}", compilation.warnings);
    compilation.libraries.into_iter().find(|l| l.name == "fuchsia.sysmem").expect("the library")
}

fn sources(name: &str) -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fidl").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: &Path| fs::read_to_string(path).expect("a source");
    paths.iter().map(|p| SourceFile { name: p.display().to_string(), text: read(p) }).collect()
}

fn structure<'l>(library: &'l Library, name: &str) -> Option<&'l Struct> {
    let named = |d: &&Declaration| d.name.declaration == name;
    match &library.declarations.iter().find(named)?.kind {
        DeclarationKind::Struct(layout) => Some(layout),
        _ => None,
    }
}

fn protocols(library: &Library) -> impl Iterator<Item = (&str, &Protocol)> {
    library.declarations.iter().filter_map(|declaration| match &declaration.kind {
        DeclarationKind::Protocol(protocol) => {
            Some((declaration.name.declaration.as_str(), protocol))
        }
        _ => None,
    })
}

/// A struct as the tables here write it: `Name size: member offset, member offset`.
fn describe(name: &str, layout: &Struct, base: u32) -> String {
    let members: Vec<_> =
        layout.members.iter().map(|m| format!("{} {}", m.name, m.offset + base)).collect();
    let size = match base {
        0 => layout.shape.inline_size,
        header => header + layout.shape.inline_size.next_multiple_of(8),
    };
    format!("{name} {size}: {}", members.join(", "))
}

/// Sections 2.1 to 2.6 and 2.9; struct by struct and level by level.
const STRUCTS: &[(&[u32], &str)] = &[
    (&[1, 2], "BufferUsage 16: cpu 0, vulkan 4, display 8, video 12"),
    (&[3], "BufferUsage 20: none 0, cpu 4, vulkan 8, display 12, video 16"),
    (&[1, 2, 3], "FormatModifier 8: value 0"),
    (&[1, 2, 3], "PixelFormat 16: type 0, has_format_modifier 4, format_modifier 8"),
    (&[1, 2, 3], "ColorSpace 4: type 0"),
    (
        &[1],
        "ImageFormatConstraints 208: pixel_format 0, color_spaces_count 16, color_space 20, \
         min_coded_width 148, max_coded_width 152, min_coded_height 156, max_coded_height 160, \
         min_bytes_per_row 164, max_bytes_per_row 168, max_coded_width_times_coded_height 172, \
         layers 176, coded_width_divisor 180, coded_height_divisor 184, bytes_per_row_divisor 188, \
         start_offset_divisor 192, display_width_divisor 196, display_height_divisor 200",
    ),
    (
        &[2, 3],
        "ImageFormatConstraints 232: pixel_format 0, color_spaces_count 16, color_space 20, \
         min_coded_width 148, max_coded_width 152, min_coded_height 156, max_coded_height 160, \
         min_bytes_per_row 164, max_bytes_per_row 168, max_coded_width_times_coded_height 172, \
         layers 176, coded_width_divisor 180, coded_height_divisor 184, bytes_per_row_divisor 188, \
         start_offset_divisor 192, display_width_divisor 196, display_height_divisor 200, \
         required_min_coded_width 204, required_max_coded_width 208, \
         required_min_coded_height 212, required_max_coded_height 216, \
         required_min_bytes_per_row 220, required_max_bytes_per_row 224",
    ),
    (
        &[1],
        "BufferMemoryConstraints 12: min_size_bytes 0, max_size_bytes 4, \
         physically_contiguous_required 8, secure_required 9, secure_permitted 10",
    ),
    (
        &[2],
        "BufferMemoryConstraints 16: min_size_bytes 0, max_size_bytes 4, \
         physically_contiguous_required 8, secure_required 9, secure_permitted 10, \
         ram_domain_supported 11, cpu_domain_supported 12",
    ),
    (
        &[3],
        "BufferMemoryConstraints 280: min_size_bytes 0, max_size_bytes 4, \
         physically_contiguous_required 8, secure_required 9, ram_domain_supported 10, \
         cpu_domain_supported 11, inaccessible_domain_supported 12, heap_permitted_count 16, \
         heap_permitted 24",
    ),
    (&[1], "BufferMemorySettings 8: size_bytes 0, is_physically_contiguous 4, is_secure 5"),
    (
        &[2],
        "BufferMemorySettings 12: size_bytes 0, is_physically_contiguous 4, is_secure 5, \
         coherency_domain 8",
    ),
    (
        &[3],
        "BufferMemorySettings 24: size_bytes 0, is_physically_contiguous 4, is_secure 5, \
         coherency_domain 8, heap 16",
    ),
    (
        &[1],
        "BufferCollectionConstraints 6704: usage 0, min_buffer_count_for_camping 16, \
         min_buffer_count_for_dedicated_slack 20, min_buffer_count_for_shared_slack 24, \
         has_buffer_memory_constraints 28, buffer_memory_constraints 32, \
         image_format_constraints_count 44, image_format_constraints 48",
    ),
    (
        &[2],
        "BufferCollectionConstraints 7488: usage 0, min_buffer_count_for_camping 16, \
         min_buffer_count_for_dedicated_slack 20, min_buffer_count_for_shared_slack 24, \
         min_buffer_count 28, max_buffer_count 32, has_buffer_memory_constraints 36, \
         buffer_memory_constraints 40, image_format_constraints_count 56, \
         image_format_constraints 64",
    ),
    (
        &[3],
        "BufferCollectionConstraints 7760: usage 0, min_buffer_count_for_camping 20, \
         min_buffer_count_for_dedicated_slack 24, min_buffer_count_for_shared_slack 28, \
         min_buffer_count 32, max_buffer_count 36, has_buffer_memory_constraints 40, \
         buffer_memory_constraints 48, image_format_constraints_count 328, \
         image_format_constraints 336",
    ),
    (
        &[3],
        "BufferCollectionConstraintsAuxBuffers 2: need_clear_aux_buffers_for_secure 0, \
         allow_clear_aux_buffers_for_secure 1",
    ),
    (&[1, 2, 3], "VmoBuffer 16: vmo 0, vmo_usable_start 8"),
    (
        &[1],
        "SingleBufferSettings 224: buffer_settings 0, has_image_format_constraints 8, \
         image_format_constraints 16",
    ),
    (
        &[2],
        "SingleBufferSettings 248: buffer_settings 0, has_image_format_constraints 12, \
         image_format_constraints 16",
    ),
    (
        &[3],
        "SingleBufferSettings 264: buffer_settings 0, has_image_format_constraints 24, \
         image_format_constraints 32",
    ),
    (&[1], "SingleBufferInfo 232: settings 0, vmo 224"),
    (&[2], "SingleBufferInfo 264: settings 0, buffer 248"),
    (&[3], "SingleBufferInfo 280: settings 0, buffer 264"),
    (&[1], "BufferCollectionInfo_2 1256: buffer_count 0, settings 8, buffers 232"),
    (&[2], "BufferCollectionInfo_2 1280: buffer_count 0, settings 8, buffers 256"),
    (&[3], "BufferCollectionInfo_2 1296: buffer_count 0, settings 8, buffers 272"),
    (
        &[1],
        "ImageFormat_2 48: pixel_format 0, coded_width 16, coded_height 20, bytes_per_row 24, \
         display_width 28, display_height 32, layers 36, color_space 40",
    ),
    (
        &[2, 3],
        "ImageFormat_2 56: pixel_format 0, coded_width 16, coded_height 20, bytes_per_row 24, \
         display_width 28, display_height 32, layers 36, color_space 40, \
         has_pixel_aspect_ratio 44, pixel_aspect_ratio_width 48, pixel_aspect_ratio_height 52",
    ),
    (&[3], "PhysicalSecureHeap 24: heap 0, physical_address 8, size_bytes 16"),
    (&[3], "PhysicalSecureHeaps 776: heaps_count 0, heaps 8"),
    (&[1, 2, 3], "ImagePlane 8: byte_offset 0, bytes_per_row 4"),
    (
        &[1, 2, 3],
        "ImageFormat 72: width 0, height 4, layers 8, pixel_format 16, color_space 32, planes 36",
    ),
    (&[1, 2, 3], "BufferFormat 80: tag 0, image 8"),
    (
        &[1, 2, 3],
        "ImageSpec 40: min_width 0, min_height 4, layers 8, pixel_format 16, color_space 32",
    ),
    (&[1, 2, 3], "BufferCollectionInfo 352: buffer_count 0, format 8, vmos 88, vmo_size 344"),
];

#[test]
fn sysmem1_r25_sizes_and_offsets_of_structs() {
    for number in [1, 2, 3] {
        let library = level(number);
        let mut named = 0;
        for (levels, expected) in STRUCTS {
            let name = expected.split(' ').next().unwrap_or_default();
            if levels.contains(&number) {
                let layout = structure(&library, name).unwrap_or_else(|| panic!("{name}"));
                assert_eq!(describe(name, layout, 0), *expected, "level {number}");
                named += 1;
            }
        }
        let all = library.declarations.iter().filter(|declaration| {
            let is_named = declaration.naming_context.len() == 1;
            is_named && matches!(declaration.kind, DeclarationKind::Struct(_))
        });
        assert_eq!(named, all.count(), "every struct of level {number} is in the table");
    }
}

/// Section 2.7: method, direction, and the size at levels 1, 2 and 3, 0 where there is none; then
/// the offsets. Names with `*` stand for several methods.
const MESSAGES: &[(&str, [u32; 3], &str)] = &[
    ("Allocator*.AllocateNonSharedCollection request", [24; 3], "collection_request 16"),
    ("Allocator*.AllocateSharedCollection request", [24; 3], "token_request 16"),
    ("Allocator*.BindSharedCollection request", [24; 3], "token 16, buffer_collection_request 20"),
    (
        "BufferCollectionToken.Duplicate request",
        [24; 3],
        "rights_attenuation_mask 16, token_request 20",
    ),
    ("BufferCollectionToken.Sync request", [16; 3], ""),
    ("BufferCollectionToken.Sync reply", [16; 3], ""),
    ("BufferCollectionToken.Close request", [16; 3], ""),
    ("BufferCollection.Sync request", [16; 3], ""),
    ("BufferCollection.Sync reply", [16; 3], ""),
    ("BufferCollection.Close request", [16; 3], ""),
    ("BufferCollection.WaitForBuffersAllocated request", [16; 3], ""),
    ("BufferCollection.CheckBuffersAllocated request", [0, 16, 16], ""),
    ("BufferCollection.SetEventSink request", [24; 3], "events 16"),
    (
        "BufferCollection.SetConstraints request",
        [6728, 7512, 7784],
        "has_constraints 16, constraints 24",
    ),
    (
        "BufferCollection.WaitForBuffersAllocated reply",
        [1280, 1304, 1320],
        "status 16, buffer_collection_info 24",
    ),
    (
        "BufferCollectionEvents.OnBuffersAllocated request",
        [1280, 1304, 1320],
        "status 16, buffer_collection_info 24",
    ),
    ("BufferCollectionEvents.OnDuplicatedTokensKnownByServer request", [16; 3], ""),
    ("BufferCollection.GetAuxBuffers request", [0, 0, 16], ""),
    (
        "BufferCollection.GetAuxBuffers reply",
        [0, 0, 1320],
        "status 16, buffer_collection_info_aux_buffers 24",
    ),
    ("BufferCollection.CheckBuffersAllocated reply", [0, 24, 24], "status 16"),
    ("BufferCollection.CloseSingleBuffer request", [24; 3], "buffer_index 16"),
    ("BufferCollection.AllocateSingleBuffer request", [24; 3], "buffer_index 16"),
    ("BufferCollection.CheckSingleBufferAllocated request", [24; 3], "buffer_index 16"),
    ("BufferCollection.WaitForSingleBufferAllocated request", [24; 3], "buffer_index 16"),
    (
        "BufferCollection.WaitForSingleBufferAllocated reply",
        [256, 288, 304],
        "status 16, buffer_info 24",
    ),
    (
        "BufferCollectionEvents.OnAllocateSingleBufferDone request",
        [256, 288, 304],
        "status 16, buffer_info 24",
    ),
    ("DriverConnector.Connect request", [24, 24, 24], "* 16"),
    ("DriverConnector.GetProtectedMemoryInfo request", [16, 16, 0], ""),
    (
        "DriverConnector.GetProtectedMemoryInfo reply",
        [40, 40, 0],
        "status 16, base_address 24, size 32",
    ),
    ("BufferCollectionToken.SetName request", [0, 0, 40], "priority 16, name 24"),
    ("BufferCollection.SetName request", [0, 0, 40], "priority 16, name 24"),
    ("Allocator.SetDebugClientInfo request", [0, 0, 40], "name 16, id 32"),
    ("BufferCollectionToken.SetDebugClientInfo request", [0, 0, 40], "name 16, id 32"),
    ("BufferCollection.SetDebugClientInfo request", [0, 0, 40], "name 16, id 32"),
    ("BufferCollectionToken.SetDebugTimeoutLogDeadline request", [0, 0, 24], "deadline 16"),
    ("BufferCollection.SetConstraintsAuxBuffers request", [0, 0, 24], "constraints 16"),
    ("Allocator.ValidateBufferCollectionToken request", [0, 0, 24], "token_server_koid 16"),
    ("Allocator.ValidateBufferCollectionToken reply", [0, 0, 24], "is_known 16"),
    ("Heap.AllocateVmo request", [0, 24, 24], "size 16"),
    ("Heap.AllocateVmo reply", [0, 24, 24], "s 16, vmo 20"),
    ("Heap.CreateResource request", [0, 24, 24], "vmo 16"),
    ("Heap.CreateResource reply", [0, 32, 32], "s 16, id 24"),
    ("Heap.DestroyResource request", [0, 24, 24], "id 16"),
    ("Heap.DestroyResource reply", [0, 16, 16], ""),
];

/// Whether a name is meant by an entry of [`MESSAGES`].
fn means(entry: &str, name: &str) -> bool {
    match entry.split_once('*') {
        None => entry == name,
        Some((before, after)) => name.starts_with(before) && name.ends_with(after),
    }
}

#[test]
fn sysmem1_r25_sizes_and_offsets_of_messages() {
    for number in [1, 2, 3] {
        let library = level(number);
        for (protocol_name, protocol) in protocols(&library).filter(|(_, p)| p.is_simple) {
            for method in &protocol.methods {
                for (direction, payload) in messages(&method.kind) {
                    let name = format!("{protocol_name}.{} {direction}", method.name);
                    let entry = MESSAGES.iter().find(|(entry, ..)| means(entry, &name));
                    let (_, sizes, offsets) = entry.unwrap_or_else(|| panic!("{name}"));
                    let size = sizes[number as usize - 1];
                    let described = match payload {
                        None => format!("m {HEADER}: "),
                        Some(ty) => describe("m", payload_of(&library, ty), HEADER),
                    };
                    let offsets = match number {
                        1 => offsets.replace('*', "allocator2_request"),
                        _ => offsets.replace('*', "allocator_request"),
                    };
                    assert_eq!(described, format!("m {size}: {offsets}"), "{name} at {number}");
                }
            }
        }
    }
}

#[test]
fn sysmem1_2_7_every_message_of_the_table_exists_where_it_has_a_size() {
    for number in [1, 2, 3] {
        let library = level(number);
        let mut names = Vec::new();
        for (protocol_name, protocol) in protocols(&library) {
            for method in &protocol.methods {
                for (direction, _) in messages(&method.kind) {
                    names.push(format!("{protocol_name}.{} {direction}", method.name));
                }
            }
        }
        for (entry, sizes, _) in MESSAGES {
            let exists = names.iter().any(|name| means(entry, name));
            assert_eq!(exists, sizes[number as usize - 1] != 0, "{entry} at level {number}");
        }
    }
}

fn messages(kind: &MethodKind) -> Vec<(&'static str, Option<&Type>)> {
    match kind {
        MethodKind::OneWay { request } => vec![("request", request.as_ref())],
        MethodKind::TwoWay { request, response } => {
            vec![("request", request.as_ref()), ("reply", response.success.as_ref())]
        }
        MethodKind::Event { payload } => vec![("event", payload.as_ref())],
    }
}

fn payload_of<'l>(library: &'l Library, ty: &Type) -> &'l Struct {
    let TypeKind::Identifier { name, .. } = &ty.kind else { panic!("{ty:?}") };
    structure(library, &name.declaration).expect("a payload is a struct")
}

/// Sections 2.1 to 2.6: what is logically optional, and what says so.
#[test]
fn sysmem1_r26_flags_stand_immediately_before_what_they_deny() {
    let library = level(3);
    let mut flags = Vec::new();
    let mut counts = Vec::new();
    for declaration in &library.declarations {
        let DeclarationKind::Struct(layout) = &declaration.kind else { continue };
        for (index, member) in layout.members.iter().enumerate() {
            match member.guard {
                Some(Guard::Flag(flag)) => {
                    let (flag_index, flag) = (flag, &layout.members[flag]);
                    assert_eq!(flag.ty.kind, TypeKind::Primitive(Primitive::Bool));
                    if flag_index + 1 == index {
                        assert_eq!(flag.offset + 1 + flag.padding, member.offset, "only padding");
                    }
                    flags.push((flag.name.as_str(), member.name.as_str()));
                }
                Some(Guard::Count(count)) => {
                    counts.push((layout.members[count].name.as_str(), member.name.as_str()));
                }
                None => {}
            }
        }
    }
    flags.sort_unstable();
    counts.sort_unstable();
    assert_eq!(
        flags,
        [
            ("has_buffer_memory_constraints", "buffer_memory_constraints"),
            ("has_constraints", "constraints"),
            ("has_format_modifier", "format_modifier"),
            ("has_image_format_constraints", "image_format_constraints"),
            ("has_pixel_aspect_ratio", "pixel_aspect_ratio_height"),
            ("has_pixel_aspect_ratio", "pixel_aspect_ratio_width"),
        ]
    );
    assert_eq!(
        counts,
        [
            ("buffer_count", "buffers"),
            ("color_spaces_count", "color_space"),
            ("heap_permitted_count", "heap_permitted"),
            ("heaps_count", "heaps"),
            ("image_format_constraints_count", "image_format_constraints"),
        ]
    );
}

#[test]
fn sysmem1_1_1_method_ordinals() {
    let mut known = Vec::new();
    for number in [2, 3, 4] {
        let library = level(number);
        for (protocol_name, protocol) in protocols(&library) {
            for method in &protocol.methods {
                let name = format!("{protocol_name}.{}", method.name);
                let expected = ORDINALS.iter().find(|(known, _)| *known == name);
                let (_, expected) = expected.unwrap_or_else(|| panic!("{name}"));
                assert_eq!(method.ordinal, *expected, "{name}");
                known.push(name);
            }
        }
    }
    for (name, _) in ORDINALS {
        assert!(known.iter().any(|known| known == name), "{name} is in no level");
    }
}

#[test]
fn sysmem1_1_5_methods_come_in_the_order_of_the_table() {
    let library = level(3);
    let (_, protocol) =
        protocols(&library).find(|(name, _)| *name == "BufferCollection").expect("a protocol");
    let names: Vec<_> = protocol.methods.iter().map(|method| method.name.as_str()).collect();
    let expected = [
        "SetEventSink",
        "Sync",
        "SetConstraints",
        "WaitForBuffersAllocated",
        "CheckBuffersAllocated",
        "CloseSingleBuffer",
        "AllocateSingleBuffer",
        "WaitForSingleBufferAllocated",
        "CheckSingleBufferAllocated",
        "Close",
        "SetName",
        "SetDebugClientInfo",
        "SetConstraintsAuxBuffers",
        "GetAuxBuffers",
    ];
    assert_eq!(names, expected);
}

/// The new ordinals of section 1.1, without `DriverConnector.SetAuxServiceDirectory`, whose
/// signature the page does not know.
const ORDINALS: &[(&str, u64)] = &[
    ("Allocator.AllocateNonSharedCollection", 0x20f7_9299_bbb4_d2c6),
    ("Allocator.AllocateSharedCollection", 0x7a75_7a57_bfda_0f71),
    ("Allocator.BindSharedCollection", 0x146e_ca7e_c46f_f4ee),
    ("Allocator.ValidateBufferCollectionToken", 0x575b_279b_0236_faea),
    ("Allocator.SetDebugClientInfo", 0x419f_0d5b_3072_8b26),
    ("BufferCollectionToken.Duplicate", 0x2f9f_81bd_de4b_7292),
    ("BufferCollectionToken.Sync", 0x1694_1ac7_1d96_0cd0),
    ("BufferCollectionToken.Close", 0x11df_1970_c2c1_2176),
    ("BufferCollectionToken.SetName", 0x2176_66cf_b1e1_2891),
    ("BufferCollectionToken.SetDebugClientInfo", 0x6287_7b3f_964d_d780),
    ("BufferCollectionToken.SetDebugTimeoutLogDeadline", 0x4ef1_25d1_c1e0_3150),
    ("BufferCollectionToken.DuplicateSync", 0x049e_d7ab_7cc1_9f18),
    ("BufferCollectionToken.SetDispensable", 0x76e4_ec34_fc2c_f5b3),
    ("BufferCollection.SetEventSink", 0x7e48_a6aa_c582_e3c6),
    ("BufferCollection.Sync", 0x0941_fdbb_6ec7_f85e),
    ("BufferCollection.SetConstraints", 0x4d9c_3406_c213_227b),
    ("BufferCollection.WaitForBuffersAllocated", 0x7146_67ea_2a29_a3a2),
    ("BufferCollection.CheckBuffersAllocated", 0x0245_bb81_f791_89e9),
    ("BufferCollection.CloseSingleBuffer", 0x3bec_edeb_5959_121a),
    ("BufferCollection.AllocateSingleBuffer", 0x19cc_a74d_fad8_f2bf),
    ("BufferCollection.WaitForSingleBufferAllocated", 0x025e_e143_3c5f_d1dc),
    ("BufferCollection.CheckSingleBufferAllocated", 0x5905_702f_25c6_0301),
    ("BufferCollection.Close", 0x48ac_4179_438f_99fe),
    ("BufferCollection.SetName", 0x7725_0b31_c9fa_e9d0),
    ("BufferCollection.SetDebugClientInfo", 0x39ce_0028_c101_0ec5),
    ("BufferCollection.SetConstraintsAuxBuffers", 0x1ad8_0e63_c090_d817),
    ("BufferCollection.GetAuxBuffers", 0x6c6c_ac60_00a2_9a55),
    ("BufferCollection.AttachToken", 0x6f5a_dcca_4ac7_443e),
    ("BufferCollection.AttachLifetimeTracking", 0x170d_0f1d_89d5_0989),
    ("BufferCollectionEvents.OnDuplicatedTokensKnownByServer", 0x676c_26fb_29b9_556a),
    ("BufferCollectionEvents.OnBuffersAllocated", 0x4b74_d7c0_dc6d_8903),
    ("BufferCollectionEvents.OnAllocateSingleBufferDone", 0x3acc_5215_8e4f_f771),
    ("DriverConnector.Connect", 0x663a_49f8_408b_8184),
    ("DriverConnector.GetProtectedMemoryInfo", 0x1234_84ef_a964_8678),
    ("Heap.AllocateVmo", 0x1c88_5a45_7f62_6eef),
    ("Heap.CreateResource", 0x20f4_e8b6_0cb7_6063),
    ("Heap.DestroyResource", 0x766b_ee03_db72_e8fa),
    ("SecureMem.GetPhysicalSecureHeaps", 0x0782_319d_6ce7_fa05),
    ("SecureMem.SetPhysicalSecureHeaps", 0x75a8_9c33_ee8a_5d7e),
];
