//! `c/examples/nonblocking.c`: from connecting to shared buffers without one two-way call.

mod support;

#[path = "support/service.rs"]
mod service;

use std::path::PathBuf;
use std::sync::OnceLock;

use service::Service;

fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = support::scratch("nonblocking").join("nonblocking");
        let examples = sysmem_c::bindings().join("examples");
        let sources = ["nonblocking.c", "participant.c"].map(|name| examples.join(name));
        sysmem_c::build(&program, &sources, &[]).unwrap_or_else(|error| panic!("{error}"));
        program
    })
}

fn share(how: &str) {
    let directory = support::scratch(&format!("service-{how}"));
    let service = Service::start(&directory);
    let mut command = support::command(program());
    let output = command.arg(how).env("SYSMEM_SVC", service.directory()).output();
    let output = output.expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    assert!(support::left_open(&errors).is_empty(), "descriptors stay open: {errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2 buffers shared\n");
    assert_eq!(service.finish(), 1);
}

#[test]
fn sysmem1_r20_buffers_are_shared_in_one_process_without_blocking() {
    share("one");
}

#[test]
fn sysmem1_r22_buffers_are_shared_between_processes_without_two_way_calls() {
    share("two");
}
