//! Facts of layouts (`fidl-language.md` section 14, `fidl-wire.md` sections 2 and 3).

mod support;

use fidlc::ir::{Shape, TypeKind};
use support::{library, structure};

/// Size, alignment, depth, handles, out-of-line bytes, padding, envelope, flexible envelope.
type Row = (u32, u32, u32, u32, u32, bool, bool, bool);

const ANY: u32 = u32::MAX;

fn row(shape: Shape) -> Row {
    (
        shape.inline_size,
        shape.alignment,
        shape.depth,
        shape.max_handles,
        shape.max_out_of_line,
        shape.has_padding,
        shape.has_envelope,
        shape.has_flexible_envelope,
    )
}

#[test]
fn language_14_shapes_of_types() {
    let library = library(
        "library test;
         type ObjType = enum { NONE = 0; };
         resource_definition Handle : uint32 { properties { subtype ObjType; }; };
         type Pair = struct { a uint8; b uint32; };
         type Tab = table { 1: a uint8; 3: p Pair; };
         type ResTab = resource table { 1: h Handle; 2: v vector<Handle>:4; };
         type Uni = strict union { 1: small uint32; 2: large Pair; };
         type Flex = union { 1: t Tab; };
         type List = struct { value uint64; next box<List>; };
         type ResList = resource struct { h Handle; next box<ResList>; };
         type All = resource struct {
             primitive uint64;
             pair Pair;
             text string:10;
             unbounded string;
             numbers vector<uint64>:3;
             bytes vector<uint8>:3;
             pairs array<Pair, 3>;
             boxed box<Pair>;
             handle Handle;
             handles vector<Handle>:5;
             many vector<Handle>;
             tab Tab;
             restab ResTab;
             uni Uni;
             flex Flex;
             list List;
             reslist ResList;
             empty struct {};
         };",
    );
    let expected: &[(&str, Row)] = &[
        ("primitive", (8, 8, 0, 0, 0, false, false, false)),
        ("pair", (8, 4, 0, 0, 0, true, false, false)),
        ("text", (16, 8, 1, 0, 16, true, false, false)),
        ("unbounded", (16, 8, 1, 0, ANY, true, false, false)),
        ("numbers", (16, 8, 1, 0, 24, false, false, false)),
        ("bytes", (16, 8, 1, 0, 8, true, false, false)),
        ("pairs", (24, 4, 0, 0, 0, true, false, false)),
        ("boxed", (8, 8, 1, 0, 8, true, false, false)),
        ("handle", (4, 4, 0, 1, 0, false, false, false)),
        ("handles", (16, 8, 1, 5, 24, true, false, false)),
        ("many", (16, 8, 1, ANY, ANY, true, false, false)),
        ("tab", (16, 8, 2, 0, 32, true, true, true)),
        ("restab", (16, 8, 3, 5, 48, true, true, true)),
        ("uni", (16, 8, 1, 0, 8, true, true, false)),
        ("flex", (16, 8, 3, 0, 48, true, true, true)),
        ("list", (16, 8, ANY, 0, ANY, false, false, false)),
        ("reslist", (16, 8, ANY, ANY, ANY, true, false, false)),
        ("empty", (1, 1, 0, 0, 0, false, false, false)),
    ];
    let members = &structure(&library, "All").members;
    let actual: Vec<_> =
        members.iter().map(|member| (member.name.as_str(), row(member.ty.shape))).collect();
    assert_eq!(actual, expected);
}

#[test]
fn wire_3_3_offsets_and_padding_of_struct_members() {
    let library = library(
        "library test;
         type S = struct { a uint8; b uint32; c uint16; d array<uint8, 3>; e uint64; f bool; };",
    );
    let members = &structure(&library, "S").members;
    let places: Vec<_> = members.iter().map(|m| (m.offset, m.padding)).collect();
    assert_eq!(places, [(0, 3), (4, 0), (8, 0), (10, 3), (16, 0), (24, 7)]);
    assert_eq!(structure(&library, "S").shape.inline_size, 32);
}

#[test]
fn language_4_2_constraints_accumulate_through_aliases() {
    let library = library(
        "library test;
         type ObjType = enum { NONE = 0; CHANNEL = 4; };
         type Rights = bits { READ = 1; WRITE = 2; };
         resource_definition Handle : uint32 { properties { subtype ObjType; rights Rights; }; };
         const BOTH Rights = Rights.READ | Rights.WRITE;
         alias Text = string:5;
         alias Channel = Handle:CHANNEL;
         protocol P {};
         alias Client = client_end:P;
         type S = resource struct {
             a Text:optional;
             b Channel:optional;
             c Handle:<CHANNEL, Rights.READ | Rights.WRITE, optional>;
             d Handle:<CHANNEL, BOTH>;
             e Handle;
             f Client:optional;
             g vector<byte>:MAX;
         };",
    );
    let kinds: Vec<_> = structure(&library, "S").members.iter().map(|m| &m.ty.kind).collect();
    assert!(matches!(kinds[0], TypeKind::String { bound: Some(5), optional: true }));
    let handle = |kind: &TypeKind| match kind {
        TypeKind::Handle { subtype, rights, optional, .. } => (*subtype, *rights, *optional),
        other => panic!("{other:?}"),
    };
    assert_eq!(handle(kinds[1]), (4, None, true));
    assert_eq!(handle(kinds[2]), (4, Some(3), true));
    assert_eq!(handle(kinds[3]), (4, Some(3), false));
    assert_eq!(handle(kinds[4]), (0, None, false));
    assert!(matches!(kinds[5], TypeKind::Endpoint { optional: true, .. }));
    assert!(matches!(kinds[6], TypeKind::Vector { bound: None, .. }));
    assert!(structure(&library, "S").members.iter().skip(1).take(5).all(|m| m.ty.resource));
}
