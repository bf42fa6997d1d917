//! Selection of versions (`fidl-language.md` section 11).

mod support;

use fidlc::ir::Library;
use fidlc::{Rule, Version};
use support::{compile, compiler, names, protocol, structure, table};

const LIBRARY: &str = "
@available(added=1)
library test;

type Options = table {
    1: first uint8;
    @available(added=2)
    2: second uint8;
    @available(added=2, deprecated=3, removed=5, note=\"use second\")
    3: third uint8;
    @available(added=NEXT)
    4: fourth uint8;
    @available(added=HEAD)
    5: fifth uint8;
};

@available(removed=4)
type Old = struct {};

@available(added=2, replaced=3)
type Changing = struct { a uint8; };
@available(added=3)
type Changing = struct { b uint16; };

protocol Service {
    @available(added=3)
    New(struct { arg struct { x uint8; }; });
    strict(removed=4) flexible(added=4) Call() -> () error int32;
};
";

fn at(versions: &[&str]) -> Library {
    let mut compiler = compiler(&[LIBRARY]);
    for version in versions {
        compiler.select("test", version.parse().expect("a version"));
    }
    compile(&compiler).remove(0)
}

fn options(versions: &[&str]) -> Vec<String> {
    let library = at(versions);
    table(&library, "Options").members.iter().map(|member| member.name.clone()).collect()
}

#[test]
fn language_11_members_exist_from_added_to_before_removed() {
    for (version, expected) in [
        ("1", &["first"][..]),
        ("2", &["first", "second", "third"]),
        ("4", &["first", "second", "third"]),
        ("5", &["first", "second"]),
        ("2147483647", &["first", "second"]),
        ("NEXT", &["first", "second", "fourth"]),
        ("HEAD", &["first", "second", "fourth", "fifth"]),
    ] {
        assert_eq!(options(&[version]), expected, "{version}");
    }
}

#[test]
fn language_11_head_is_selected_by_default() {
    assert_eq!(options(&[]), options(&["HEAD"]));
}

#[test]
fn language_11_deprecation_comes_with_its_note() {
    let deprecated = |version| {
        let library = at(&[version]);
        let members = &table(&library, "Options").members;
        members.iter().filter_map(|m| m.attributes.deprecated.clone()).collect::<Vec<_>>()
    };
    assert_eq!(deprecated("2"), [""; 0]);
    assert_eq!(deprecated("3"), ["use second"]);
}

#[test]
fn language_11_a_replaced_declaration_gives_way() {
    let member = |version| {
        let library = at(&[version]);
        structure(&library, "Changing").members[0].name.clone()
    };
    assert_eq!(member("2"), "a");
    assert_eq!(member("3"), "b");
    assert!(!names(&at(&["1"])).contains(&"Changing"));
}

#[test]
fn language_11_anonymous_layouts_follow_their_method() {
    assert!(!names(&at(&["2"])).contains(&"Arg"));
    assert!(names(&at(&["3"])).contains(&"ServiceNewRequest"));
    assert!(names(&at(&["3"])).contains(&"Arg"));
}

#[test]
fn language_11_modifiers_change_with_versions() {
    use fidlc::ir::Strictness::{Flexible, Strict};
    for (version, expected) in [("3", Strict), ("4", Flexible)] {
        let library = at(&[version]);
        let methods = &protocol(&library, "Service").methods;
        let call = methods.iter().find(|method| method.name == "Call").expect("the method");
        assert_eq!(call.strictness, expected, "{version}");
    }
}

#[test]
fn language_11_a_set_of_versions_is_their_union() {
    let both = at(&["2", "HEAD"]);
    assert_eq!(options(&["2", "HEAD"]), ["first", "second", "third", "fourth", "fifth"]);
    assert!(names(&both).contains(&"Old"));
    assert_eq!(structure(&both, "Changing").members[0].name, "b");
}

#[test]
fn language_11_every_version_is_checked_whatever_is_selected() {
    let mut compiler = compiler(&["
        @available(added=1)
        library test;
        @available(added=5, removed=6)
        type Broken = struct { a Missing; };
    "]);
    compiler.select("test", Version::HEAD);
    let findings = compiler.compile().expect_err("a name is missing in version 5");
    let rules: Vec<_> = findings.iter().map(fidlc::Diagnostic::rule).collect();
    assert_eq!(rules, [Rule::NameNotFound]);
}

#[test]
fn language_11_platforms_are_selected_one_by_one() {
    let mut compiler = compiler(&[
        "@available(platform=\"one\", added=1)
         library lib.a;
         type A = struct {
             first uint8;
             @available(added=2)
             second uint8;
         };",
        "@available(added=1)
         library other;
         using lib.a;
         type B = struct {
             a lib.a.A;
             @available(added=2)
             b uint8;
         };",
    ]);
    compiler.select("one", Version::number(1).expect("in range"));
    compiler.select("other", Version::HEAD);
    let libraries = compile(&compiler);
    assert_eq!(structure(&libraries[0], "A").members.len(), 1);
    assert_eq!(structure(&libraries[1], "B").members.len(), 2);
}

#[test]
fn language_11_a_member_may_end_before_its_parent_is_deprecated() {
    let library = "
        @available(added=1)
        library test;
        @available(deprecated=5)
        type T = table {
            @available(removed=3)
            1: a uint8;
            @available(added=6)
            2: b uint8;
        };";
    let deprecated = |version: &str| {
        let mut compiler = compiler(&[library]);
        compiler.select("test", version.parse().expect("a version"));
        let library = compile(&compiler).remove(0);
        let members = &table(&library, "T").members;
        members.iter().map(|m| m.attributes.deprecated.is_some()).collect::<Vec<_>>()
    };
    assert_eq!(deprecated("2"), [false]);
    assert_eq!(deprecated("5"), [false; 0]);
    assert_eq!(deprecated("6"), [true]);
}

#[test]
fn language_11_imports_may_be_used_in_some_versions_only() {
    let compiler = compiler(&[
        "@available(added=1)
         library test;
         using dep;
         @available(removed=2)
         type Old = struct { t dep.T; };",
        "@available(platform=\"test\", added=1)
         library dep;
         type T = struct {};",
    ]);
    let libraries = compile(&compiler);
    let test = libraries.iter().find(|library| library.name == "test").expect("the library");
    assert!(test.declarations.is_empty() && test.dependencies.is_empty());
}

#[test]
fn language_11_another_platform_is_seen_as_it_is_selected() {
    let versioned = "@available(platform=\"other\", added=2)\nlibrary old.platform;\n\
        @available(added=3)\ntype New = struct { a uint8; };\n";
    let user = "library user;\nusing old.platform;\n\
        type Holder = struct { it old.platform.New; };\n";
    let mut compiler = compiler(&[versioned, user]);
    compiler.select("other", Version::HEAD);
    assert_eq!(compile(&compiler).len(), 2);
    compiler.select("other", "3".parse().expect("a version"));
    assert_eq!(compile(&compiler).len(), 2);
}
