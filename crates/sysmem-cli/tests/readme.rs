//! What the README promises (`sysmem1.md` 7.2, R28).

mod common;

use std::fs;
use std::path::Path;

use common::succeed;

#[test]
fn r28_the_readme_has_the_four_topics_of_the_seeds_and_commands_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for topic in ["Driver environment", "Connecting to sysmem", "Serving", "Protocol"] {
        assert!(readme.contains(&format!("\n### {topic}\n")), "{topic}");
    }
    let commands = readme.lines().filter_map(|line| line.strip_prefix("target/release/sysmem "));
    let mut names: Vec<&str> = commands.filter_map(|rest| rest.split(' ').next()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["broker", "demo", "devhost", "inspect", "serve"]);
    for name in names {
        succeed(&[name, "--help"]);
    }
}
