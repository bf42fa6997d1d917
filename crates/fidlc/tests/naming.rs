//! Names of anonymous layouts and compiler-made declarations (`fidl-language.md` section 8), and the
//! unions that wrap responses (`fidl-wire.md` 7.2).

mod support;

use fidlc::ir::{MethodKind, Name, Response, TypeKind};
use support::{find, library, names, protocol, structure, union};

/// Name and context of every declaration whose name was generated.
fn generated(text: &str) -> Vec<(String, String)> {
    let library = library(text);
    let anonymous = library.declarations.iter().filter(|d| d.naming_context.len() > 1);
    let mut all: Vec<_> =
        anonymous.map(|d| (d.name.declaration.clone(), d.naming_context.join(" "))).collect();
    all.sort();
    all
}

fn expect(text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
    assert_eq!(generated(text), expected, "{text}");
}

#[test]
fn language_8_checked_example() {
    expect(
        "library test.error;
         protocol Example {
             strict foo(struct { a uint8; }) -> (struct { b uint8; }) error uint32;
         };",
        &[
            ("ExampleFooRequest", "Example foo Request"),
            ("Example_foo_Response", "Example foo Response response"),
            ("Example_foo_Result", "Example foo Response"),
        ],
    );
}

#[test]
fn language_8_members_and_their_containers() {
    expect(
        "library test;
         type Outer = struct {
             some_field struct { inner table { 1: kDeep vector<struct { x uint8; }>; }; };
             HTTPServer array<union { 1: a uint8; }, 2>;
             a1_2 box<struct {}>;
         };",
        &[
            ("A1_2", "Outer a1_2"),
            ("Deep", "Outer some_field inner kDeep"),
            ("HttpServer", "Outer HTTPServer"),
            ("Inner", "Outer some_field inner"),
            ("SomeField", "Outer some_field"),
        ],
    );
}

#[test]
fn language_8_unwrapped_messages() {
    expect(
        "library test;
         protocol P {
             one_way(table {});
             strict TwoWay(struct { a uint8; }) -> (struct { inner enum { A = 1; }; });
             -> OnEvent(union {});
         };",
        &[
            ("Inner", "P TwoWay Response inner"),
            ("POnEventRequest", "P OnEvent Request"),
            ("POneWayRequest", "P one_way Request"),
            ("PTwoWayRequest", "P TwoWay Request"),
            ("PTwoWayResponse", "P TwoWay Response"),
        ],
    );
}

#[test]
fn language_8_empty_success_inline_error_and_named_payload() {
    expect(
        "library test;
         type Named = struct { a uint8; };
         protocol P {
             Ping() -> ();
             strict Try() -> () error enum : int32 { BAD = 1; };
             Get() -> (Named) error int32;
         };",
        &[
            ("P_Get_Result", "P Get Response"),
            ("P_Ping_Response", "P Ping Response response"),
            ("P_Ping_Result", "P Ping Response"),
            ("P_Try_Error", "P Try Response err"),
            ("P_Try_Response", "P Try Response response"),
            ("P_Try_Result", "P Try Response"),
        ],
    );
}

#[test]
fn language_8_generated_name_replaces_the_name() {
    expect(
        "library test;
         type S = struct { member @generated_name(\"Chosen\") struct { deep struct {}; }; };",
        &[("Chosen", "S member"), ("Deep", "S member deep")],
    );
}

#[test]
fn wire_7_2_variants_of_result_unions() {
    let library = library(
        "library test;
         protocol P {
             Flexible() -> ();
             FlexibleError() -> () error uint32;
             strict StrictError() -> () error int32;
             strict Bare() -> ();
         };",
    );
    let variants = |name: &str| -> Vec<(u64, String)> {
        let union = union(&library, name);
        assert!(union.is_result && !union.resource);
        union.members.iter().map(|member| (member.ordinal, member.name.clone())).collect()
    };
    let (response, err) = ((1, "response".to_owned()), (2, "err".to_owned()));
    let framework = (3, "framework_err".to_owned());
    assert_eq!(variants("P_Flexible_Result"), [response.clone(), framework.clone()]);
    assert_eq!(variants("P_FlexibleError_Result"), [response.clone(), err.clone(), framework]);
    assert_eq!(variants("P_StrictError_Result"), [response, err]);
    assert!(structure(&library, "P_Flexible_Response").is_empty_success);
    assert!(!names(&library).iter().any(|name| name.starts_with("P_Bare")));
    let wrapped: Vec<_> = protocol(&library, "P")
        .methods
        .iter()
        .map(|method| match &method.kind {
            MethodKind::TwoWay { response: Response { result_union, .. }, .. } => {
                result_union.as_ref().map(|name| name.declaration.as_str())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        Some("P_Flexible_Result"),
        Some("P_FlexibleError_Result"),
        Some("P_StrictError_Result"),
        None,
    ];
    assert_eq!(wrapped, expected);
}

#[test]
fn language_6_composed_methods_keep_their_protocol() {
    let library = library(
        "library test;
         protocol Base { Common(); };
         protocol Middle { compose Base; };
         protocol Top { Own(); compose Base; compose Middle; };",
    );
    let top = protocol(&library, "Top");
    let methods: Vec<_> = top
        .methods
        .iter()
        .map(|method| (method.selector.as_str(), method.declared_in.declaration.as_str()))
        .collect();
    assert_eq!(methods, [("test/Top.Own", "Top"), ("test/Base.Common", "Base")]);
    let base = &protocol(&library, "Base").methods[0];
    assert_eq!(base.ordinal, top.methods[1].ordinal);
}

#[test]
fn language_9_1_names_of_other_libraries() {
    let compiler = support::compiler(&[
        "library user;
         using a.b;
         using other as short;
         const N uint32 = a.b.LIMIT;
         type S = struct { x a.b.T; y short.E; z vector<uint8>:N; };
         const E short.E = short.E.TWO;",
        "library a.b; const LIMIT uint8 = 7; type T = struct {};",
        "library other; type E = enum { ONE = 1; TWO = 2; };",
    ]);
    let libraries = support::compile(&compiler);
    let user = libraries.last().expect("three libraries");
    assert_eq!(user.name, "user");
    assert_eq!(user.dependencies, ["a.b", "other"]);
    let members = &structure(user, "S").members;
    let identifier = |index: usize| match &members[index].ty.kind {
        TypeKind::Identifier { name, .. } => name.clone(),
        other => panic!("{other:?}"),
    };
    let name = |library: &str, declaration: &str| Name {
        library: library.to_owned(),
        declaration: declaration.to_owned(),
    };
    assert_eq!(identifier(0), name("a.b", "T"));
    assert_eq!(identifier(1), name("other", "E"));
    assert!(matches!(&members[2].ty.kind, TypeKind::Vector { bound: Some(7), .. }));
}

#[test]
fn language_1_doc_comments_reach_every_element() {
    let library = library(
        "library test;
         /// A struct,
         ///
         ///   indented.
         type S = struct {
             /// A member.
             a uint8;
         };",
    );
    assert_eq!(find(&library, "S").attributes.doc, ["A struct,", "", "  indented."]);
    assert_eq!(structure(&library, "S").members[0].attributes.doc, ["A member."]);
}

#[test]
fn language_3_declarations_come_after_what_they_need() {
    let library = library(
        "library test;
         type A = struct { c C; };
         type B = struct { next box<A>; };
         type C = struct { d array<D, 2>; };
         type D = struct { b B; };",
    );
    assert_eq!(names(&library), ["B", "D", "C", "A"]);
}
