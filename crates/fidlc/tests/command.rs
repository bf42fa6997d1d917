//! The command `fidlc`, run as a user runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn json_goes_to_standard_output() {
    let output = fidlc(&["--files", "protocols.fidl", "--available", "golden:2", "--json", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected = fs::read(Path::new(CASES).join("protocols.json.golden")).unwrap();
    assert!(output.stdout == expected, "the output is not that of the golden file");
}

#[test]
fn rust_goes_to_a_folder_by_name() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command");
    fs::create_dir_all(&folder).unwrap();
    let folder_name = folder.to_str().unwrap();
    let output = fidlc(&[
        "--files",
        "structs.fidl",
        "--files",
        "constants.fidl",
        "--name",
        "golden.structs",
        "--rust",
        folder_name,
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let written = fs::read_to_string(folder.join("golden_structs.rs")).unwrap();
    let expected = fs::read_to_string(Path::new(CASES).join("structs.rs.golden")).unwrap();
    assert_eq!(written, expected);
    assert!(!folder.join("golden_constants.rs").exists(), "only what --name says");
}

#[test]
fn c_goes_to_a_folder_by_name() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command-c");
    fs::create_dir_all(&folder).unwrap();
    let folder_name = folder.to_str().unwrap();
    let output = fidlc(&["--files", "simple.fidl", "--available", "golden:2", "--c", folder_name]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for extension in ["h", "c"] {
        let written = fs::read_to_string(folder.join(format!("golden_simple.{extension}")));
        let golden = Path::new(CASES).join(format!("simple.{extension}.golden"));
        assert_eq!(written.unwrap(), fs::read_to_string(golden).unwrap());
    }
}

#[test]
fn faults_in_the_files_end_with_1_and_a_diagnostic() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faulty.fidl");
    fs::write(&file, "library faulty;\ntype T = struct { x Missing; };\n").unwrap();
    let output = fidlc(&["--files", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("error[fi-0052]") && text.contains("faulty.fidl:2:21"), "{text}");
}

#[test]
fn missing_files_and_libraries_are_named() {
    let output = fidlc(&["--files", "absent.fidl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot read absent.fidl"), "{}", stderr(&output));
    let output = fidlc(&["--files", "structs.fidl", "--name", "golden.other"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no library golden.other"), "{}", stderr(&output));
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    assert_eq!(fidlc(&["structs.fidl"]).status.code(), Some(2));
    let help = fidlc(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("Usage: fidlc --files"));
}

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

/// Runs the command in the folder of cases.
fn fidlc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fidlc")).args(arguments).current_dir(CASES).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
