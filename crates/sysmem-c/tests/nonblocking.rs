//! `c/examples/nonblocking.c`: from connecting to shared buffers without one two-way call.

mod support;

#[path = "support/service.rs"]
mod service;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use service::Service;
use sysmem_server::{EmbeddedServer, ServerConfig};

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

/// Runs the program with a service directory.
fn share(how: &str, directory: &Path) {
    let output = support::command(program()).arg(how).env("SYSMEM_SVC", directory).output();
    let output = output.expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    assert!(support::left_open(&errors).is_empty(), "descriptors stay open: {errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2 buffers shared\n");
}

fn share_with_the_service(how: &str) {
    let directory = support::scratch(&format!("embedded-{how}"));
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory)).expect("a server");
    share(how, &directory);
    server.stop().expect("a good end");
}

/// The service of the tests fails at the first request that asks for a reply.
fn share_without_two_way_calls(how: &str) {
    let service = Service::start(&support::scratch(&format!("service-{how}")));
    share(how, service.directory());
    assert_eq!(service.finish(), 1);
}

#[test]
fn sysmem1_r20_buffers_are_shared_in_one_process() {
    share_with_the_service("one");
}

#[test]
fn sysmem1_r20_buffers_are_shared_between_processes() {
    share_with_the_service("two");
}

#[test]
fn sysmem1_r22_buffers_are_shared_in_one_process_without_two_way_calls() {
    share_without_two_way_calls("one");
}

#[test]
fn sysmem1_r22_buffers_are_shared_between_processes_without_two_way_calls() {
    share_without_two_way_calls("two");
}
