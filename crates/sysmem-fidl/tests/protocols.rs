//! Ordinals, names and openness of protocols and methods.

use fidl::{Method, Openness, Protocol};
use sysmem_fidl::fuchsia_hardware_sysmem::{
    DriverConnectorConnectV1Method, DriverConnectorConnectV2Method, DriverConnectorMarker,
};
use sysmem_fidl::fuchsia_sysmem2::*;

/// For each method: its ordinal, its name (which is that of the marker, with dots), and that it is
/// flexible.
macro_rules! check {
    ($($marker:ident = $ordinal:literal;)*) => {
        $(
            let name = $marker::NAME.strip_prefix("fuchsia.sysmem2/").expect("the library");
            assert_eq!(name.replace('.', "") + "Method", stringify!($marker));
            assert_eq!($marker::ORDINAL, $ordinal, "{name}");
            assert!($marker::FLEXIBLE, "{name}");
        )*
    };
}

/// `sysmem2-protocols.md` 1.2.
#[test]
fn protocols_1_2_ordinals() {
    check! {
        AllocatorAllocateNonSharedCollectionMethod = 0x5ca6_81f0_25a8_0e44;
        AllocatorAllocateSharedCollectionMethod = 0x11a1_9ff5_1f0b_49c1;
        AllocatorBindSharedCollectionMethod = 0x5509_16b0_dc1d_5b4e;
        AllocatorValidateBufferCollectionTokenMethod = 0x4c5e_e91b_02a7_e68d;
        AllocatorSetDebugClientInfoMethod = 0x6f68_f19a_3f50_9c4d;
        AllocatorGetVmoInfoMethod = 0x21a8_8112_0aa0_ddf9;
        NodeSyncMethod = 0x11ac_2555_cf57_5b54;
        NodeReleaseMethod = 0x6a5c_ae7d_6d6e_04c6;
        NodeSetNameMethod = 0x0b41_f162_4f48_c1e9;
        NodeSetDebugClientInfoMethod = 0x5cde_8914_608d_99b1;
        NodeSetDebugTimeoutLogDeadlineMethod = 0x716b_0af1_3d5c_0806;
        NodeSetVerboseLoggingMethod = 0x5209_c774_15b4_dfad;
        NodeGetNodeRefMethod = 0x5b3d_0e51_614d_f053;
        NodeIsAlternateForMethod = 0x03a5_8e00_157e_0825;
        NodeGetBufferCollectionIdMethod = 0x77d1_9a49_4b78_ba8c;
        NodeSetWeakMethod = 0x22dd_3ea5_14ee_ffe1;
        NodeSetWeakOkMethod = 0x38a4_4fc4_d772_4be9;
        NodeAttachNodeTrackingMethod = 0x3f22_f2a2_93d3_cdac;
        BufferCollectionTokenDuplicateSyncMethod = 0x1c1a_f991_9d1c_a45c;
        BufferCollectionTokenDuplicateMethod = 0x73e7_8f92_ee7f_b887;
        BufferCollectionTokenSetDispensableMethod = 0x228a_cf97_9254_df8b;
        BufferCollectionTokenCreateBufferCollectionTokenGroupMethod = 0x30f8_d48e_77bd_36f2;
        BufferCollectionSetConstraintsMethod = 0x1fde_0f19_d650_197b;
        BufferCollectionWaitForAllBuffersAllocatedMethod = 0x0623_0034_4b61_404e;
        BufferCollectionCheckAllBuffersAllocatedMethod = 0x35a5_fe77_ce93_9c10;
        BufferCollectionAttachTokenMethod = 0x46ac_7d00_0849_2982;
        BufferCollectionAttachLifetimeTrackingMethod = 0x3ecb_5101_1311_6dcf;
        BufferCollectionTokenGroupCreateChildMethod = 0x41a0_075d_419f_30c5;
        BufferCollectionTokenGroupCreateChildrenSyncMethod = 0x15de_a448_c536_070a;
        BufferCollectionTokenGroupAllChildrenPresentMethod = 0x5c32_7e4a_2339_1312;
    }
}

/// `sysmem2-protocols.md` 1.11.
#[test]
fn protocols_1_11_ordinals_of_secure_mem() {
    check! {
        SecureMemGetPhysicalSecureHeapsMethod = 0x3871_6300_5920_73e3;
        SecureMemGetDynamicSecureHeapsMethod = 0x1190_847f_9995_2834;
        SecureMemGetPhysicalSecureHeapPropertiesMethod = 0x0c6f_0688_9009_c7bc;
        SecureMemAddSecureHeapPhysicalRangeMethod = 0x35f6_95b9_b6c7_217a;
        SecureMemDeleteSecureHeapPhysicalRangeMethod = 0x0eaa_58c6_5026_4c9e;
        SecureMemModifySecureHeapPhysicalRangeMethod = 0x60b7_448a_a118_7734;
        SecureMemZeroSubRangeMethod = 0x5b25_b790_1a38_5ce5;
    }
}

/// `sysmem2-protocols.md` 1.3 and 1.4.
#[test]
fn protocols_1_4_all_are_open_and_only_the_allocator_can_be_discovered() {
    fn facts<P: Protocol>() -> (&'static str, Option<&'static str>) {
        assert_eq!(P::OPENNESS, Openness::Open, "{}", P::NAME);
        (P::NAME, P::DISCOVERABLE)
    }
    let found = [
        facts::<AllocatorMarker>(),
        facts::<NodeMarker>(),
        facts::<BufferCollectionTokenMarker>(),
        facts::<BufferCollectionMarker>(),
        facts::<BufferCollectionTokenGroupMarker>(),
        facts::<SecureMemMarker>(),
    ];
    let expected = [
        ("fuchsia.sysmem2/Allocator", Some("fuchsia.sysmem2.Allocator")),
        ("fuchsia.sysmem2/Node", None),
        ("fuchsia.sysmem2/BufferCollectionToken", None),
        ("fuchsia.sysmem2/BufferCollection", None),
        ("fuchsia.sysmem2/BufferCollectionTokenGroup", None),
        ("fuchsia.sysmem2/SecureMem", None),
    ];
    assert_eq!(found, expected);
}

/// `sysmem2-protocols.md` 1.11.
#[test]
fn protocols_1_11_driver_connector() {
    assert_eq!(DriverConnectorConnectV1Method::ORDINAL, 0x0c9c_a288_ac3a_7f0a);
    assert_eq!(DriverConnectorConnectV2Method::ORDINAL, 0x3db5_7fa5_29fc_9309);
    assert_eq!(DriverConnectorMarker::OPENNESS, Openness::Closed);
    let name = "fuchsia.hardware.sysmem.DriverConnector";
    assert_eq!(DriverConnectorMarker::DISCOVERABLE, Some(name));
}
