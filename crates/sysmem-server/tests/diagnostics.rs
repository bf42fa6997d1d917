//! `linux.sysmem/Diagnostics`: who may ask, and what comes of it.

mod common;

use common::*;
use sysmem_fidl::linux_sysmem::{DiagnosticsExplainRequest, DiagnosticsProxy, ExplainError};
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};

type Diagnostics = DiagnosticsProxy<Wire>;

fn diagnostics(server: &EmbeddedServer) -> Diagnostics {
    DiagnosticsProxy::new(Wire::new(server.connect_to(Discoverable::Diagnostics).unwrap()))
}

#[test]
fn objects_each_protocol_has_a_socket_of_its_own_in_the_service_directory() {
    let directory = Scratch::new("protocols");
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory.0)).unwrap();
    let connect = |name: &str| Wire::new(zx::connect(directory.0.join(name)).unwrap());
    let allocator = Allocator::new(connect("fuchsia.sysmem2.Allocator"));
    let diagnostics = Diagnostics::new(connect("linux.sysmem.Diagnostics"));
    assert_serves(&allocator);
    let unknown = DiagnosticsExplainRequest { server_koid: Some(1), ..Default::default() };
    let answer = diagnostics.explain(unknown).unwrap();
    assert_eq!(answer.unwrap_err(), ExplainError::NOT_FOUND);
    server.stop().unwrap();
    assert_eq!(std::fs::read_dir(&directory.0).unwrap().count(), 0);
}

#[test]
fn explain_what_is_no_request_ends_that_connection_alone() {
    let server = server();
    let (broken, other) = (diagnostics(&server), diagnostics(&server));
    broken.caller().send_raw(b"not a message of anybody", &[]);
    assert_eq!(broken.caller().end(), End { epitaph: None });
    let unknown = DiagnosticsExplainRequest { server_koid: Some(1), ..Default::default() };
    assert_eq!(other.explain(unknown).unwrap().unwrap_err(), ExplainError::NOT_FOUND);
    assert_serves(&connect(&server));
}
