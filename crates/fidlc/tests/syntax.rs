//! What the grammar accepts (`fidl-language.md` sections 1 and 2).

mod support;

use fidlc::ir::{DeclarationKind, Library, MethodKind, Openness, Strictness, Value};
use support::{find, library, names, protocol, structure, table};

#[test]
fn language_1_keywords_are_names_too() {
    let library = library(
        "library type;
         alias alias = uint8;
         type struct = struct { struct alias; type string; strict bool; resource alias; };
         type strict = strict enum { enum = 1; bits = 2; };
         const const strict = strict.enum;
         type table = table { 1: reserved struct; 2: table vector<strict>; };
         protocol protocol {
             compose();
             strict strict();
             flexible flexible() -> () error uint32;
             -> error(struct { using alias; library alias; });
             strict -> open();
         };
         service service { service client_end:protocol; };",
    );
    assert_eq!(structure(&library, "struct").members.len(), 4);
    assert_eq!(table(&library, "table").members.len(), 2);
    let methods: Vec<_> = protocol(&library, "protocol")
        .methods
        .iter()
        .map(|method| (method.name.as_str(), method.strictness))
        .collect();
    let (strict, flexible) = (Strictness::Strict, Strictness::Flexible);
    let expected = [
        ("compose", flexible),
        ("strict", strict),
        ("flexible", flexible),
        ("error", flexible),
        ("open", strict),
    ];
    assert_eq!(methods, expected);
}

#[test]
fn language_6_shapes_of_methods() {
    let library = library(
        "library test;
         ajar protocol P {
             OneWay();
             strict TwoWay() -> (struct { a uint8; });
             -> Event(table {});
         };",
    );
    let protocol = protocol(&library, "P");
    assert_eq!(protocol.openness, Openness::Ajar);
    let kinds: Vec<_> = protocol.methods.iter().map(|method| &method.kind).collect();
    assert!(matches!(kinds[0], MethodKind::OneWay { request: None }));
    assert!(matches!(kinds[1], MethodKind::TwoWay { request: None, response }
        if response.success.is_some() && response.result_union.is_none()));
    assert!(matches!(kinds[2], MethodKind::Event { payload: Some(_) }));
}

/// The value of a constant.
fn value(library: &Library, name: &str) -> Value {
    match &find(library, name).kind {
        DeclarationKind::Const(constant) => constant.value.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn language_5_values_of_constants() {
    let library = library(
        r#"library test;
         type Bits = bits : uint8 { A = 1; B = 0x80; ALIAS = SHIFTED; };
         type Enum = strict enum : int8 { LOW = -128; };
         const SHIFTED uint32 = 0b100;
         const HEX uint64 = 0xffffffffffffffff;
         const NEGATIVE int64 = -9223372036854775808;
         const FLAGS Bits = Bits.A | Bits.B | Bits.ALIAS;
         const NONE Bits = 0;
         const LOWEST Enum = Enum.LOW;
         const SMALL uint8 = SHIFTED;
         const MASK uint16 = 1 | SHIFTED | 0x10;
         const RATIO float32 = 1.5;
         const TINY float64 = 1e-8;
         const WHOLE float64 = 3;
         const YES bool = true;
         const SAME bool = YES;
         const TEXT string:9 = "a\"\n\u{1F600}";
        "#,
    );
    for (name, expected) in [
        ("HEX", Value::Integer(u64::MAX.into())),
        ("NEGATIVE", Value::Integer(i64::MIN.into())),
        ("FLAGS", Value::Integer(0x85)),
        ("NONE", Value::Integer(0)),
        ("LOWEST", Value::Integer(-128)),
        ("SMALL", Value::Integer(4)),
        ("MASK", Value::Integer(0x15)),
        ("RATIO", Value::Float(1.5)),
        ("TINY", Value::Float(1e-8)),
        ("WHOLE", Value::Float(3.0)),
        ("SAME", Value::Bool(true)),
        ("TEXT", Value::String("a\"\n\u{1F600}".to_owned())),
    ] {
        assert_eq!(value(&library, name), expected, "{name}");
    }
    match &find(&library, "Bits").kind {
        DeclarationKind::Bits(bits) => assert_eq!(bits.mask, 0x85),
        other => panic!("{other:?}"),
    }
}

#[test]
fn language_4_3_the_unknown_value_of_enums() {
    let library = library(
        "library test;
         type Plain = enum { A = 1; };
         type Small = enum : int8 { A = 1; };
         type Marked = enum : uint8 {
             A = 255;
             @unknown
             OTHER = 7;
         };
         type Strict = strict enum { A = 1; };",
    );
    let unknown = |name| match &find(&library, name).kind {
        DeclarationKind::Enum(found) => found.unknown_value,
        other => panic!("{other:?}"),
    };
    let values = ["Plain", "Small", "Marked", "Strict"].map(unknown);
    assert_eq!(values, [Some(u32::MAX.into()), Some(127), Some(7), None]);
}

#[test]
fn language_10_attributes_reach_the_back_ends() {
    let library = library(
        "@custom(\"on the library\")
         library test;
         const WHO string = \"me\";
         @discoverable
         @transport(\"Driver\")
         protocol P {
             @author(WHO)
             M();
             @first(yes=true, name=\"x\")
             N();
         };
         @discoverable(name=\"other.lib.Q\")
         protocol Q {};",
    );
    let text = |text: &str| Value::String(text.to_owned());
    assert_eq!(library.attributes.others["custom"]["value"], text("on the library"));
    let p = protocol(&library, "P");
    assert_eq!(p.discoverable.as_deref(), Some("test.P"));
    assert_eq!(p.transport, "Driver");
    assert_eq!(p.methods[0].attributes.others["author"]["value"], text("me"));
    let first = &p.methods[1].attributes.others["first"];
    assert_eq!((&first["yes"], &first["name"]), (&Value::Bool(true), &text("x")));
    assert_eq!(protocol(&library, "Q").discoverable.as_deref(), Some("other.lib.Q"));
}

#[test]
fn language_3_a_library_of_several_files() {
    let mut compiler = fidlc::Compiler::new();
    let file =
        |name: &str, text: &str| fidlc::SourceFile { name: name.to_owned(), text: text.to_owned() };
    compiler.add_library(vec![
        file("one.fidl", "library test; using dep; type A = struct { b B; t dep.T; };"),
        file("two.fidl", "library test;\n\n  type B = struct {};"),
    ]);
    compiler.add_library(vec![file("dep.fidl", "library dep; type T = struct {};")]);
    let libraries = support::compile(&compiler);
    assert_eq!(libraries[1].name, "test");
    assert_eq!(names(&libraries[1]), ["B", "A"]);
    let location = &find(&libraries[1], "B").location;
    assert_eq!((location.file.as_str(), location.line, location.column), ("two.fidl", 3, 8));
}
