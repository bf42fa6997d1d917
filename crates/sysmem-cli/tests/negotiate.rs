//! `sysmem negotiate` (`command-line.md`, `negotiate-json.md`), with the examples of the project.
//! `UPDATE_GOLDEN=1 cargo test -p sysmem-cli --test negotiate` writes what is expected anew.

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use common::{error_text, sysmem, text};
use serde_json::Value;

const EXAMPLES: [&str; 10] = [
    "camera-encoder-display",
    "gpu-display",
    "gpu-display-afbc",
    "gpu-choice-of-display",
    "conflict-stride",
    "conflict-modifier",
    "conflict-heap",
    "conflict-color-space",
    "conflict-count",
    "conflict-size",
];

fn example(name: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/negotiate");
    examples.join(format!("{name}.json"))
}

fn negotiate(arguments: &[&str]) -> Output {
    sysmem(&[&["negotiate"], arguments].concat()).output().unwrap()
}

/// Runs with something on standard input.
fn negotiate_piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = sysmem(&[&["negotiate"], arguments].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(input).unwrap();
    process.wait_with_output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn expected_status(name: &str) -> i32 {
    if name.starts_with("conflict-") { 2 } else { 0 }
}

#[test]
fn examples_come_out_as_people_know_them() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/negotiate");
    for name in EXAMPLES {
        let output = negotiate(&[text(&example(name))]);
        assert_eq!(status(&output), expected_status(name), "{name}");
        let path = golden.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(&golden).unwrap();
            fs::write(&path, &output.stdout).unwrap();
        }
        assert_eq!(stdout(&output), fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn all_examples_are_tested() {
    let directory = example("x").parent().unwrap().to_owned();
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let examples = files.filter(|path| path.extension().is_some_and(|it| it == "json"));
    assert_eq!(examples.count(), EXAMPLES.len());
}

#[test]
fn json_is_one_object_and_the_status_says_the_same() {
    for name in EXAMPLES {
        let output = negotiate(&[text(&example(name)), "--json"]);
        let [report] = lines(&output).try_into().unwrap();
        assert_eq!(status(&output), expected_status(name), "{name}");
        if status(&output) == 0 {
            assert_eq!(report["result"], "ok", "{name}");
            assert!(report["buffer_count"].is_u64() && report["settings"].is_object());
            assert_eq!(error_text(&output), "");
        } else {
            assert_eq!(report["result"], "error", "{name}");
            assert_eq!(report["error"], "CONSTRAINTS_INTERSECTION_EMPTY");
            assert!(report["explanation"].as_str().unwrap().contains("to fix it: "), "{name}");
            assert_eq!(error_text(&output).lines().count(), 1);
        }
    }
    let output = negotiate(&[text(&example("gpu-choice-of-display")), "--json"]);
    assert_eq!(lines(&output)[0]["chosen"], serde_json::json!(["gpu", "display"]));
}

#[test]
fn bad_input_is_status_1_and_says_where() {
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("bad.json");
    for (input, place) in [
        ("{", "line 1, column 1"),
        ("{}", "root"),
        (r#"{"root": {"constraints": {"usage": {"cpu": ["READS"]}}}}"#, "root.constraints.usage"),
        (r#"{"participants": [{"constraints": null}]}"#, "participants[0].constraints"),
        (r#"{"root": {"name": "a", "name": "b"}}"#, "root.name"),
    ] {
        fs::write(&file, input).unwrap();
        for options in [&[][..], &["--json"]] {
            let output = negotiate(&[&[text(&file)], options].concat());
            let message = error_text(&output);
            assert_eq!((status(&output), message.lines().count()), (1, 1), "{message}");
            assert!(message.contains(text(&file)) && message.contains(place), "{message}");
            assert_eq!(stdout(&output), "");
        }
    }
    fs::write(&file, b"\xff").unwrap();
    for missing in ["/nonexistent/file.json", text(&file), text(directory.path())] {
        let output = negotiate(&[missing]);
        let message = error_text(&output);
        assert_eq!((status(&output), message.lines().count()), (1, 1), "{message}");
        assert!(message.contains(missing), "{message}");
    }
}

#[test]
fn jsonl_answers_each_line_whatever_is_wrong_with_it() {
    let compact = |name| {
        let text = fs::read_to_string(example(name)).unwrap();
        serde_json::from_str::<Value>(&text).unwrap().to_string()
    };
    let (good, bad) = (compact("camera-encoder-display"), compact("conflict-heap"));
    let input = [good.as_bytes(), b"nonsense", bad.as_bytes(), b"\xff", b"", b"{\"roots\": {}}"];
    let input = input.join(&b'\n');
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("inputs.jsonl");
    fs::write(&file, &input).unwrap();

    let from_file = negotiate(&[text(&file), "--jsonl"]);
    let reports = lines(&from_file);
    let results: Vec<_> = reports.iter().map(|report| report["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["ok", "bad_input", "error", "bad_input", "bad_input", "bad_input"]);
    assert!(reports[5]["error"].as_str().unwrap().starts_with("roots: "), "{reports:?}");
    assert_eq!((status(&from_file), error_text(&from_file).as_str()), (0, ""));

    for ending in ["", "\n"] {
        let input = [&input, ending.as_bytes()].concat();
        for options in [&["-", "--jsonl"][..], &["--jsonl", "--json", "-"]] {
            let piped = negotiate_piped(options, &input);
            assert_eq!((status(&piped), stdout(&piped)), (0, stdout(&from_file)));
        }
    }
    assert_eq!(stdout(&negotiate_piped(&["-", "--jsonl"], b"")), "");
    let missing = negotiate(&["/nonexistent/file.jsonl", "--jsonl"]);
    assert_eq!(status(&missing), 1);
}

/// Two who cannot agree and one who has nothing to do with it: who, about what, and what helps.
#[test]
fn conflicts_name_the_two_and_their_fields() {
    for (name, parts) in [
        ("stride", ["camera: max_bytes_per_row 848", "encoder: bytes_per_row_divisor 64"]),
        ("heap", ["camera: permitted_heaps", "display: permitted_heaps"]),
        ("color-space", ["camera: color_spaces [REC601_PAL]", "encoder: color_spaces [REC709"]),
        ("count", ["min_buffer_count_for_camping 4", "max_buffer_count 6"]),
        ("size", ["camera: min_size 1920x1080", "encoder: max_size 1280x720"]),
    ] {
        let output = stdout(&negotiate(&[text(&example(&format!("conflict-{name}")))]));
        let explanation = output.split("\nno agreement\n").nth(1).unwrap();
        assert!(parts.iter().all(|part| explanation.contains(part)), "{explanation}");
    }
}

/// Whatever stands in a name stays on its line; nameless participants go by their number.
#[test]
fn names_are_shown_as_they_are() {
    let input = br#"{"participants": [
        {"constraints": {"usage": {"cpu": ["READ"]}, "max_buffer_count": 0}},
        {"name": "two\nlines", "constraints": {"usage": {"cpu": ["READ"]},
         "min_buffer_count": 1, "buffer_memory_constraints": {"min_size_bytes": 1}}}]}"#;
    let output = stdout(&negotiate_piped(&["-"], input));
    assert!(output.starts_with(&format!("{:23}participant 1  \"two\\nlines\"\n", "")), "{output}");
    assert!(output.contains("raise participant 1's max_buffer_count from 0 to 1"), "{output}");
}
