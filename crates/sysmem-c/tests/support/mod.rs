//! Libraries of the project, compiled; programs of the tests, built and run.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fidlc::backend::{GeneratedFile, c};
use fidlc::{Compiler, SourceFile, Version};

/// The C of `fuchsia.sysmem` at one of its levels.
pub fn generate(level: u32) -> [GeneratedFile; 2] {
    let mut compiler = Compiler::new();
    for name in ["zx", "fuchsia.sysmem"] {
        compiler.add_library(sources(name));
    }
    compiler.select("fuchsia", Version::HEAD);
    compiler.select("sysmem1", Version::number(level).expect("a level"));
    let compilation = compiler.compile().unwrap_or_else(|findings| panic!("{findings}"));
    let libraries = compilation.libraries;
    let library = libraries.iter().find(|l| l.name == "fuchsia.sysmem").expect("the library");
    c::generate(library, &libraries)
}

fn sources(name: &str) -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fidl").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: &Path| fs::read_to_string(path).expect("a source");
    paths.iter().map(|p| SourceFile { name: p.display().to_string(), text: read(p) }).collect()
}

/// A folder for what a test makes.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The output of the C back end for its golden case, as files that can be compiled: the folder.
pub fn golden_simple(name: &str) -> PathBuf {
    let folder = scratch(name);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fidlc/tests/golden");
    for extension in ["h", "c"] {
        let text = fs::read(golden.join(format!("simple.{extension}.golden"))).expect("a file");
        fs::write(folder.join(format!("golden_simple.{extension}")), text).expect("a file");
    }
    folder
}

/// Builds a program of `tests/programs`.
pub fn program(name: &str) -> PathBuf {
    let folder = golden_simple(name);
    let program = folder.join(name);
    let sources = [
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/programs/{name}.c")),
        folder.join("golden_simple.c"),
    ];
    sysmem_c::build(&program, &sources, &[folder]).unwrap_or_else(|error| panic!("{error}"));
    program
}

/// A command that runs a program under valgrind where there is one, and else alone.
pub fn command(program: &Path) -> Command {
    let valgrind = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !valgrind.is_ok_and(|status| status.success()) {
        eprintln!("no valgrind: {} runs without it", program.display());
        return Command::new(program);
    }
    let mut command = Command::new("valgrind");
    let options = ["--quiet", "--error-exitcode=99", "--leak-check=full", "--track-fds=yes"];
    command.args(options).arg(program);
    command
}

/// Descriptors that a program left open, as valgrind tells it at the end; none without valgrind.
pub fn left_open(stderr: &str) -> Vec<&str> {
    let lines: Vec<&str> = stderr.lines().collect();
    let is_own = |pair: &&[&str]| {
        pair[0].contains("== Open ") && !pair[1].contains("<inherited from parent>")
    };
    lines.windows(2).filter(is_own).map(|pair| pair[0]).collect()
}

/// Runs every case of a program, and once more all of them under valgrind, if there is one.
pub fn run_cases(program: &Path) {
    let cases = cases(program);
    assert!(!cases.is_empty());
    for case in cases {
        run(Command::new(program).arg(&case), &case);
    }
    run(command(program).arg("all"), "all");
}

fn run(command: &mut Command, case: &str) {
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{case}: {}\n{text}", output.status);
}

/// Names of the cases of a program: what it prints without an argument.
fn cases(program: &Path) -> Vec<String> {
    let output = Command::new(program).output().expect("it runs");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(str::to_owned).collect()
}
