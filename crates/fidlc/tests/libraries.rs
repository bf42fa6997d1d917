//! The libraries of the project: they compile, and ordinals are those of the protocol page.

use std::fs;
use std::path::Path;

use fidlc::ir::{DeclarationKind, Library};
use fidlc::{Compiler, SourceFile};

/// The files of one library below the folder `fidl` of the project.
fn library(name: &str) -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fidl").join(name);
    let mut files: Vec<SourceFile> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "fidl"))
        .map(|path| SourceFile {
            name: format!("{name}/{}", path.file_name().unwrap_or_default().display()),
            text: fs::read_to_string(&path).expect("a source"),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn compile() -> Vec<Library> {
    let mut compiler = Compiler::new();
    for name in ["fuchsia.sysmem2", "linux.sysmem", "fuchsia.images2", "fuchsia.math", "zx"] {
        compiler.add_library(library(name));
    }
    let compilation = compiler.compile().unwrap_or_else(|findings| panic!("{findings}"));
    assert!(compilation.warnings.is_empty(), "{}", compilation.warnings);
    compilation.libraries
}

#[test]
fn dependencies_come_first() {
    let libraries = compile();
    let names: Vec<_> = libraries.iter().map(|library| library.name.as_str()).collect();
    let at = |name| names.iter().position(|other| *other == name);
    assert!(at("fuchsia.math") < at("fuchsia.images2"));
    assert!(at("fuchsia.images2") < at("fuchsia.sysmem2"));
    assert!(at("zx") < at("fuchsia.sysmem2"));
}

#[test]
fn protocols_1_2_method_ordinals() {
    let libraries = compile();
    let sysmem2 = libraries.iter().find(|l| l.name == "fuchsia.sysmem2").expect("the library");
    let mut checked = 0;
    for declaration in &sysmem2.declarations {
        let DeclarationKind::Protocol(protocol) = &declaration.kind else { continue };
        for method in protocol.methods.iter().filter(|m| m.declared_in == declaration.name) {
            let name = format!("{}.{}", declaration.name.declaration, method.name);
            if let Some((_, ordinal)) = ORDINALS.iter().find(|(known, _)| *known == name) {
                assert_eq!(method.ordinal, *ordinal, "{name}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, ORDINALS.len());
}

/// `sysmem2-protocols.md` 1.2.
const ORDINALS: &[(&str, u64)] = &[
    ("Allocator.AllocateNonSharedCollection", 0x5ca6_81f0_25a8_0e44),
    ("Allocator.AllocateSharedCollection", 0x11a1_9ff5_1f0b_49c1),
    ("Allocator.BindSharedCollection", 0x5509_16b0_dc1d_5b4e),
    ("Allocator.ValidateBufferCollectionToken", 0x4c5e_e91b_02a7_e68d),
    ("Allocator.SetDebugClientInfo", 0x6f68_f19a_3f50_9c4d),
    ("Allocator.GetVmoInfo", 0x21a8_8112_0aa0_ddf9),
    ("Node.Sync", 0x11ac_2555_cf57_5b54),
    ("Node.Release", 0x6a5c_ae7d_6d6e_04c6),
    ("Node.SetName", 0x0b41_f162_4f48_c1e9),
    ("Node.SetDebugClientInfo", 0x5cde_8914_608d_99b1),
    ("Node.SetDebugTimeoutLogDeadline", 0x716b_0af1_3d5c_0806),
    ("Node.SetVerboseLogging", 0x5209_c774_15b4_dfad),
    ("Node.GetNodeRef", 0x5b3d_0e51_614d_f053),
    ("Node.IsAlternateFor", 0x03a5_8e00_157e_0825),
    ("Node.GetBufferCollectionId", 0x77d1_9a49_4b78_ba8c),
    ("Node.SetWeak", 0x22dd_3ea5_14ee_ffe1),
    ("Node.SetWeakOk", 0x38a4_4fc4_d772_4be9),
    ("Node.AttachNodeTracking", 0x3f22_f2a2_93d3_cdac),
    ("BufferCollectionToken.DuplicateSync", 0x1c1a_f991_9d1c_a45c),
    ("BufferCollectionToken.Duplicate", 0x73e7_8f92_ee7f_b887),
    ("BufferCollectionToken.SetDispensable", 0x228a_cf97_9254_df8b),
    ("BufferCollectionToken.CreateBufferCollectionTokenGroup", 0x30f8_d48e_77bd_36f2),
    ("BufferCollection.SetConstraints", 0x1fde_0f19_d650_197b),
    ("BufferCollection.WaitForAllBuffersAllocated", 0x0623_0034_4b61_404e),
    ("BufferCollection.CheckAllBuffersAllocated", 0x35a5_fe77_ce93_9c10),
    ("BufferCollection.AttachToken", 0x46ac_7d00_0849_2982),
    ("BufferCollection.AttachLifetimeTracking", 0x3ecb_5101_1311_6dcf),
    ("BufferCollectionTokenGroup.CreateChild", 0x41a0_075d_419f_30c5),
    ("BufferCollectionTokenGroup.CreateChildrenSync", 0x15de_a448_c536_070a),
    ("BufferCollectionTokenGroup.AllChildrenPresent", 0x5c32_7e4a_2339_1312),
];
