//! Golden help texts. `UPDATE_GOLDEN=1 cargo test -p sysmem-cli --test help` writes them anew.

mod common;

use std::fs;
use std::path::Path;

use common::{fail, succeed};

#[test]
fn help_is_what_it_was() {
    for (name, arguments) in [
        ("sysmem", &["--help"][..]),
        ("serve", &["serve", "--help"]),
        ("broker", &["broker", "--help"]),
        ("demo", &["demo", "--help"]),
        ("devhost", &["devhost", "--help"]),
        ("negotiate", &["negotiate", "--help"]),
        ("inspect", &["inspect", "--help"]),
    ] {
        let help = String::from_utf8(succeed(arguments).stdout).unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &help).unwrap();
        }
        assert_eq!(help, fs::read_to_string(&path).unwrap(), "{}", path.display());
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
}

#[test]
fn bad_usage_is_one_line_and_status_1() {
    for arguments in
        [&["nonsense"][..], &["demo", "--effects", "none"], &["serve", "--svc"], &["demo", "x"]]
    {
        let (status, message) = fail(arguments);
        assert_eq!((status, message.lines().count()), (1, 1), "{message}");
        assert!(message.starts_with("error: ") && message.contains("--help"), "{message}");
    }
    assert_eq!(fail(&[]).0, 1);
}
