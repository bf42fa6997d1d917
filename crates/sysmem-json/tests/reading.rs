//! What is accepted, what is not, and where errors point.

use serde_json::{Value, json};
use sysmem_core::negotiation::SYSTEM_RAM;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::{
    self as fsysmem2, BufferCollectionConstraints, BufferUsage, Heap,
};
use sysmem_json::{Expected, Found, Node, Reason, Report, Scenario, from_json, from_text, to_json};

fn constraints(value: Value) -> BufferCollectionConstraints {
    from_json(&value).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// The place and the reason.
fn constraints_error(value: Value) -> (String, Reason) {
    let error = from_json::<BufferCollectionConstraints>(&value).expect_err("it can be read");
    assert!(!error.to_string().contains('\n'), "{error} is not one line");
    (error.place.to_string(), error.reason)
}

fn scenario_error(value: Value) -> String {
    Scenario::from_json(&value).expect_err("it can be read").to_string()
}

#[test]
fn usage_words_are_names_or_numbers() {
    let words = [
        (json!({"none": ["NONE_USAGE_PERMIT_ALLOCATION", "NONE_USAGE"]}), [3, 0, 0, 0, 0]),
        (json!({"cpu": ["READ_OFTEN", "WRITE"]}), [0, 6, 0, 0, 0]),
        (json!({"vulkan": ["IMAGE_SAMPLED", "BUFFER_INDIRECT_BUFFER"]}), [0, 0, 0x100_0004, 0, 0]),
        (json!({"display": ["LAYER", "LAYER"]}), [0, 0, 0, 1, 0]),
        (json!({"video": ["HW_DECODER_INTERNAL"]}), [0, 0, 0, 0, 32]),
        (json!({"cpu": [], "video": 0xFFFF_FFFF_u32}), [0, 0, 0, 0, u32::MAX]),
    ];
    for (value, expected) in words {
        let usage = constraints(json!({ "usage": value })).usage.unwrap();
        let words = [usage.none, usage.cpu, usage.vulkan, usage.display, usage.video];
        assert_eq!(words.map(Option::unwrap_or_default), expected, "{value}");
    }
    assert_eq!(constraints(json!({"usage": {"cpu": []}})).usage.unwrap().cpu, Some(0));
}

#[test]
fn fields_that_stand_twice_are_refused_with_their_place() {
    let cases = [
        (r#"{"root": {}, "root": {}}"#, "root"),
        (
            r#"{"participants": [{}, {"constraints": {"usage": {"cpu": 1, "cpu": 1}}}]}"#,
            "participants[1].constraints.usage.cpu",
        ),
        (
            r#"{"root": {"children": [{"group": [{"name": "a", "na\u006de": "b"}]}]}}"#,
            "root.children[0].group[0].name",
        ),
    ];
    for (text, place) in cases {
        let error = Scenario::from_text(text).unwrap_err();
        assert_eq!(error.place.to_string(), place);
        assert_eq!(error.reason, Reason::DuplicateField);
    }
    // Before what comes later is looked at.
    let error = Scenario::from_text(r#"{"root": {"name": 1, "name": 2, ["#).unwrap_err();
    assert_eq!(error.place.to_string(), "root.name");
}

/// The names follow from those of the constants, by the rule of the page.
#[test]
fn every_usage_constant_has_its_name() {
    const SOURCE: &str = include_str!("../../../fidl/fuchsia.sysmem2/usages.fidl");
    let constants = SOURCE.lines().filter_map(|line| line.strip_prefix("const "));
    let mut seen = 0;
    for constant in constants {
        let (constant, value) = constant.split_once(" uint32 = ").unwrap();
        let value = value.trim_end_matches(';');
        let value = match value.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16).unwrap(),
            None => value.parse().unwrap(),
        };
        let (word, name) = match constant.split_once('_').unwrap() {
            ("NONE", _) => ("none", constant.to_owned()),
            ("VULKAN", name) => ("vulkan", name.replacen("USAGE_", "", 1)),
            ("CPU", name) => ("cpu", name.replacen("USAGE_", "", 1)),
            ("DISPLAY", name) => ("display", name.replacen("USAGE_", "", 1)),
            ("VIDEO", name) => ("video", name.replacen("USAGE_", "", 1)),
            other => panic!("{other:?} is of no word"),
        };
        let by_name = json!({ word: [name] });
        let usage: BufferUsage = from_json(&by_name).unwrap();
        assert_eq!(Ok(&usage), from_json(&json!({ word: value })).as_ref(), "{constant}");
        assert_eq!(to_json(&usage), by_name);
        seen += 1;
    }
    assert_eq!(seen, 30);
}

#[test]
fn enums_are_names_numbers_or_hexadecimal() {
    for value in [json!("NV12"), json!(104), json!("0x68"), json!("0x00000000000000000068")] {
        assert_eq!(from_json(&value), Ok(PixelFormat::NV12), "{value}");
    }
    let unknown = PixelFormat::from_primitive(0x7777);
    assert_eq!(from_json(&json!("0x7777")), Ok(unknown));
    assert_eq!(to_json(&unknown), json!(0x7777));
    let modifier = PixelFormatModifier::ARM_AFBC_16X16_TE;
    for value in [json!("ARM_AFBC_16X16_TE"), json!(0x0800_0000_0000_1001_u64)] {
        assert_eq!(from_json(&value), Ok(modifier), "{value}");
    }
    assert_eq!(from_json(&json!("0x0800000000001001")), Ok(modifier));
    assert_eq!(to_json(&modifier), json!("ARM_AFBC_16X16_TE"));
    assert_eq!(from_json(&json!(0xFFFF_FFFE_u32)), Ok(ColorSpace::DO_NOT_CARE));
    assert_eq!(from_json(&json!(6)), Ok(fsysmem2::Error::CONSTRAINTS_INTERSECTION_EMPTY));
}

#[test]
fn long_integers_are_numbers_or_hexadecimal() {
    for (value, expected) in [
        (json!(0), 0),
        (json!(u64::MAX), u64::MAX),
        (json!("0x10"), 16),
        (json!("0xFFFFFFFFffffffff"), u64::MAX),
    ] {
        assert_eq!(from_json(&json!({ "id": value })), Ok(heap(expected)), "{value}");
    }
}

fn heap(id: u64) -> Heap {
    Heap { heap_type: None, id: Some(id) }
}

#[test]
fn values_of_a_wrong_kind_are_errors() {
    use {Expected as E, Found as F};
    let cases = [
        (json!([]), "", E::Object, F::List),
        (json!({"usage": 1}), "usage", E::Object, F::Integer),
        (json!({"usage": {"cpu": "READ"}}), "usage.cpu", E::UsageWord, F::Text),
        (json!({"usage": {"cpu": {}}}), "usage.cpu", E::UsageWord, F::Object),
        (json!({"usage": {"cpu": 1.5}}), "usage.cpu", E::UsageWord, F::Fraction),
        (json!({"usage": {"cpu": [1]}}), "usage.cpu[0]", E::Text, F::Integer),
        (json!({"min_buffer_count": "0x1"}), "min_buffer_count", E::Integer, F::Text),
        (json!({"min_buffer_count": 1.0}), "min_buffer_count", E::Integer, F::Fraction),
        (json!({"min_buffer_count": true}), "min_buffer_count", E::Integer, F::Boolean),
        (
            json!({"buffer_memory_constraints": {"min_size_bytes": "16"}}),
            "buffer_memory_constraints.min_size_bytes",
            E::LongInteger,
            F::Text,
        ),
        (
            json!({"buffer_memory_constraints": {"secure_required": 1}}),
            "buffer_memory_constraints.secure_required",
            E::Boolean,
            F::Integer,
        ),
        (
            json!({"buffer_memory_constraints": {"permitted_heaps": [{}, {"heap_type": []}]}}),
            "buffer_memory_constraints.permitted_heaps[1].heap_type",
            E::Text,
            F::List,
        ),
        (json!({"image_format_constraints": {}}), "image_format_constraints", E::List, F::Object),
        (
            json!({"image_format_constraints": [{"color_spaces": [["SRGB"]]}]}),
            "image_format_constraints[0].color_spaces[0]",
            E::Member,
            F::List,
        ),
    ];
    for (value, place, expected, found) in cases {
        let text = value.to_string();
        let reason = Reason::WrongType { expected, found };
        assert_eq!(constraints_error(value), (place.to_owned(), reason), "{text}");
    }
}

#[test]
fn null_is_not_accepted_anywhere() {
    for (value, place) in [
        (json!(null), ""),
        (json!({"usage": null}), "usage"),
        (json!({"usage": {"cpu": null}}), "usage.cpu"),
        (json!({"usage": {"cpu": [null]}}), "usage.cpu[0]"),
        (json!({"max_buffer_count": null}), "max_buffer_count"),
        (json!({"image_format_constraints": [null]}), "image_format_constraints[0]"),
        (
            json!({"image_format_constraints": [{"min_size": {"width": null, "height": 1}}]}),
            "image_format_constraints[0].min_size.width",
        ),
        (
            json!({"image_format_constraints": [{"pixel_format": null}]}),
            "image_format_constraints[0].pixel_format",
        ),
    ] {
        assert_eq!(constraints_error(value), (place.to_owned(), Reason::Null));
    }
}

#[test]
fn numbers_out_of_range_are_errors() {
    let (short, long) = (u64::from(u32::MAX), u64::MAX);
    for (text, max) in [
        (r#"{"min_buffer_count": -1}"#, short),
        (r#"{"min_buffer_count": 4294967296}"#, short),
        (r#"{"min_buffer_count": 99999999999999999999}"#, short),
        (r#"{"usage": {"video": 4294967296}}"#, short),
        (r#"{"buffer_memory_constraints": {"min_size_bytes": -1}}"#, long),
        (r#"{"buffer_memory_constraints": {"min_size_bytes": 18446744073709551616}}"#, long),
        (r#"{"buffer_memory_constraints": {"min_size_bytes": "0x10000000000000000"}}"#, long),
        (r#"{"image_format_constraints": [{"pixel_format": "0x100000000"}]}"#, short),
        (r#"{"image_format_constraints": [{"pixel_format": 4294967296}]}"#, short),
        (r#"{"image_format_constraints": [{"pixel_format_modifier": -1}]}"#, long),
    ] {
        let error = from_text::<BufferCollectionConstraints>(text).expect_err(text);
        assert_eq!(error.reason, Reason::OutOfRange { max }, "{text}");
    }
}

#[test]
fn hexadecimal_has_digits_and_nothing_else() {
    for text in ["0x", "0x+1", "0x-1", "0x1_0", "0xg", "0x 1", "0x1 "] {
        let expected = Reason::InvalidHex { text: text.to_owned() };
        let error = from_json::<PixelFormat>(&json!(text)).unwrap_err();
        assert_eq!(error.reason, expected, "{text}");
        let error = from_json::<Heap>(&json!({ "id": text })).unwrap_err();
        assert_eq!(error.reason, expected, "{text}");
    }
}

#[test]
fn unknown_names_and_fields_are_told_with_those_that_there_are() {
    let (place, reason) = constraints_error(json!({"usage": {"display": ["LAYERS"]}}));
    let known = vec!["LAYER", "CURSOR"];
    assert_eq!(place, "usage.display[0]");
    assert_eq!(reason, Reason::UnknownName { name: "LAYERS".to_owned(), known });
    // The name of the constant is not the name of the bit.
    let (_, reason) = constraints_error(json!({"usage": {"cpu": ["CPU_USAGE_READ"]}}));
    assert!(matches!(reason, Reason::UnknownName { .. }), "{reason:?}");

    let error = from_json::<Heap>(&json!({"heap_type": "x", "ids": 1})).unwrap_err();
    assert_eq!(error.to_string(), "ids: there is no such field; there are heap_type, id");
    let error = from_json::<PixelFormat>(&json!("nv12")).unwrap_err();
    assert!(error.to_string().starts_with(r#"there is no "nv12"; there are INVALID, R8G8B8A8"#));
}

#[test]
fn structs_have_all_their_fields() {
    let error = json!({"image_format_constraints": [{"max_size": {"width": 1}}]});
    let place = "image_format_constraints[0].max_size.height".to_owned();
    assert_eq!(constraints_error(error), (place, Reason::MissingField));
}

#[test]
fn strings_and_lists_have_the_bounds_of_their_fidl_types() {
    let heap = |heap_type: String| from_json::<Heap>(&json!({ "heap_type": heap_type }));
    assert!(heap("x".repeat(128)).is_ok());
    let reason = |bytes| Reason::TooLong { bytes, max: 128 };
    assert_eq!(heap("x".repeat(129)).unwrap_err().reason, reason(129));
    assert_eq!(heap("ä".repeat(65)).unwrap_err().reason, reason(130));

    let image = |image: Value| json!({ "image_format_constraints": [image] });
    let size = json!({"width": 1, "height": 1});
    let pair = json!({"pixel_format": 1, "pixel_format_modifier": 0});
    let heaps = |count| json!({ "permitted_heaps": vec![json!({}); count] });
    let bounds: [(&dyn Fn(usize) -> Value, usize); 5] = [
        (&|count| json!({ "image_format_constraints": vec![json!({}); count] }), 64),
        (&|count| json!({ "buffer_memory_constraints": heaps(count) }), 64),
        (&|count| image(json!({ "color_spaces": vec!["SRGB"; count] })), 32),
        (&|count| image(json!({ "pixel_format_and_modifiers": vec![&pair; count] })), 64),
        (&|count| image(json!({ "required_max_size_list": vec![&size; count] })), 64),
    ];
    for (list, max) in bounds {
        constraints(list(max));
        let (_, reason) = constraints_error(list(max + 1));
        assert_eq!(reason, Reason::TooMany { count: max + 1, max });
    }
}

#[test]
fn text_that_is_not_json_is_told_by_line_and_column() {
    let error = from_text::<Heap>("{\n  \"id\": }").unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 9: expected value");
    assert!(from_text::<Heap>("{} {}").is_err());
    assert!(from_text::<Heap>("").is_err());
}

#[test]
fn the_example_of_the_page_is_read() {
    let scenario = Scenario::from_json(&json!({
        "heaps": [{
            "heap_type": "fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM", "id": 0,
            "domains": ["CPU", "RAM"], "secure": false, "contiguous": true,
        }],
        "format_costs": [{
            "pixel_format": "NV12", "pixel_format_modifier": "LINEAR",
            "usage": {"video": ["HW_DECODER"]}, "cost": 100.0,
        }],
        "root": {
            "name": "camera",
            "constraints": {"usage": {"video": ["CAPTURE"]}, "min_buffer_count_for_camping": 2},
            "children": [
                {"name": "encoder", "constraints": {}},
                {"group": [
                    {"name": "display-fast", "constraints": {}},
                    {"name": "display-any", "constraints": {}},
                ]},
            ],
        },
    }))
    .unwrap();
    let [heap] = scenario.heaps.heaps() else { panic!("{:?}", scenario.heaps) };
    assert_eq!(heap.heap_type, SYSTEM_RAM);
    assert!(heap.cpu && heap.ram && !heap.inaccessible && !heap.secure && heap.contiguous);
    let [cost] = scenario.format_costs.as_slice() else { panic!("{:?}", scenario.format_costs) };
    assert_eq!((cost.cost, cost.usage.video), (100.0, fsysmem2::VIDEO_USAGE_HW_DECODER));
    let camera = &scenario.root;
    assert_eq!(camera.name.as_deref(), Some("camera"));
    let [Node::Participant(encoder), Node::Group(group)] = camera.children.as_slice() else {
        panic!("{:?}", camera.children)
    };
    assert_eq!(encoder.constraints, Some(BufferCollectionConstraints::default()));
    let names: Vec<_> = group.children.iter().map(|child| child.name.as_deref()).collect();
    assert_eq!(names, [Some("display-fast"), Some("display-any")]);
}

#[test]
fn what_scenarios_leave_out_has_defaults() {
    let scenario = Scenario::from_json(&json!({"participants": []})).unwrap();
    let [heap] = scenario.heaps.heaps() else { panic!("{:?}", scenario.heaps) };
    assert_eq!((heap.heap_type.as_str(), heap.id), (SYSTEM_RAM, 0));
    assert!(heap.cpu && heap.ram && heap.inaccessible && !heap.secure && heap.contiguous);
    assert_eq!(scenario.format_costs, []);
    assert_eq!((scenario.root.name, scenario.root.constraints), (None, None));

    let scenario = Scenario::from_json(&json!({
        "heaps": [{"heap_type": "h"}],
        "format_costs": [{"pixel_format": 1, "cost": 2}],
        "root": {},
    }))
    .unwrap();
    let [heap] = scenario.heaps.heaps() else { panic!("{:?}", scenario.heaps) };
    assert_eq!(heap.id, 0);
    assert!(!heap.cpu && !heap.ram && !heap.inaccessible && !heap.secure && !heap.contiguous);
    let modifier = scenario.format_costs[0].pixel_format_modifier;
    assert_eq!(modifier, PixelFormatModifier::LINEAR);
    // No heaps at all is not the same as heaps left out.
    let scenario = Scenario::from_json(&json!({"heaps": [], "root": {}})).unwrap();
    assert!(scenario.heaps.heaps().is_empty());
}

#[test]
fn errors_of_scenarios_name_the_place() {
    let cases = [
        (json!({}), "root: this field is missing"),
        (
            json!({"root": {}, "participants": []}),
            "participants: participants stands in place of root; there is a root already",
        ),
        (
            json!({"participants": [{}, {"constraints": {"usage": {"cpu": "READ"}}}]}),
            "participants[1].constraints.usage.cpu: expected a list of names or an integer, \
             found a string",
        ),
        (
            json!({"root": {"group": [{}]}}),
            "root.group: a group stands below a participant, not at the root or in a group",
        ),
        (
            json!({"root": {"children": [{"group": [{}, {"group": [{}]}]}]}}),
            "root.children[0].group[1].group: \
             a group stands below a participant, not at the root or in a group",
        ),
        (
            json!({"root": {"children": [{"group": [{}], "constraints": {}}]}}),
            "root.children[0].constraints: a group has no constraints of its own",
        ),
        (
            json!({"root": {"children": [{"group": [{}], "children": []}]}}),
            "root.children[0].children: the children of a group stand in its group",
        ),
        (
            json!({"root": {"children": [{"group": []}]}}),
            "root.children[0].group: a group has at least one child",
        ),
        (json!({"root": {"name": 1}}), "root.name: expected a string, found an integer"),
        (
            json!({"root": {"child": []}}),
            "root.child: there is no such field; there are name, constraints, group, children",
        ),
        (json!({"root": {}, "heaps": [{}]}), "heaps[0].heap_type: this field is missing"),
        (
            json!({"root": {}, "heaps": [{"heap_type": "h", "domains": [7]}]}),
            "heaps[0].domains[0]: a heap cannot have coherency domain 7",
        ),
        (
            json!({"root": {}, "format_costs": [{"pixel_format": "NV12", "cost": "1"}]}),
            "format_costs[0].cost: expected a number, found a string",
        ),
        (
            json!({"root": {}, "format_costs": null}),
            "format_costs: null is not a value; leave out what is not set",
        ),
    ];
    for (value, expected) in cases {
        let text = value.to_string();
        assert_eq!(scenario_error(value), expected, "{text}");
    }
}

#[test]
fn reports_are_written_as_the_page_says() {
    let error = Report::Error {
        error: fsysmem2::Error::TOO_MANY_GROUP_CHILD_COMBINATIONS,
        explanation: Some("why".to_owned()),
    };
    let expected = json!({
        "result": "error", "error": "TOO_MANY_GROUP_CHILD_COMBINATIONS", "explanation": "why",
    });
    assert_eq!(to_json(&error), expected);

    let error = Scenario::from_text("{}").unwrap_err();
    let expected = json!({"result": "bad_input", "error": "root: this field is missing"});
    assert_eq!(to_json(&Report::from(&error)), expected);

    for wrong in [json!({}), json!({"result": "good"}), json!({"result": "ok", "error": "x"})] {
        assert!(from_json::<Report>(&wrong).is_err(), "{wrong}");
    }
}
