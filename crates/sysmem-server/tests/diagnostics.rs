//! `linux.sysmem/Diagnostics`: who may ask, and what comes of it.

mod common;

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

use common::*;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::*;
use sysmem_fidl::linux_sysmem::{
    DiagnosticsExplainRequest, DiagnosticsProxy, ExplainError, Explanation,
};
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};

type Diagnostics = DiagnosticsProxy<Wire>;

fn diagnostics(server: &EmbeddedServer) -> Diagnostics {
    DiagnosticsProxy::new(Wire::new(server.connect_to(Discoverable::Diagnostics).unwrap()))
}

fn about_channel(koid: u64) -> DiagnosticsExplainRequest {
    DiagnosticsExplainRequest { server_koid: Some(koid), ..Default::default() }
}

fn about_collection(id: u64) -> DiagnosticsExplainRequest {
    DiagnosticsExplainRequest { buffer_collection_id: Some(id), ..Default::default() }
}

/// What the service calls its end of a channel.
fn koid(collection: &Collection) -> u64 {
    collection.caller().channel.peer_name_koid().expect("the service has named its end").get()
}

fn name(collection: &Collection, name: &str, id: u64) {
    collection.set_debug_client_info(NodeSetDebugClientInfoRequest {
        name: Some(name.to_owned()),
        id: Some(id),
    });
}

/// Constraints of two who do not agree on a size.
fn bytes(min: Option<u64>, max: Option<u64>) -> BufferCollectionConstraints {
    BufferCollectionConstraints {
        usage: Some(BufferUsage { cpu: Some(CPU_USAGE_WRITE), ..Default::default() }),
        min_buffer_count_for_camping: Some(1),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            min_size_bytes: min,
            max_size_bytes: max,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn ask_for(collection: &Collection, constraints: BufferCollectionConstraints) {
    collection.set_constraints(BufferCollectionSetConstraintsRequest {
        constraints: Some(constraints),
        ..Default::default()
    });
}

/// Waits, if it comes to that: everything may be over already.
fn wait_in_vain(collection: &Collection) {
    if let Ok(result) = collection.wait_for_all_buffers_allocated() {
        assert_eq!(result.unwrap_err(), Error::CONSTRAINTS_INTERSECTION_EMPTY);
    }
}

/// A camera and an encoder that want buffers of different sizes. They have failed.
fn failed_pair(allocator: &Allocator) -> (u64, [Collection; 2]) {
    let token = shared_token(allocator);
    let other = duplicate(&token);
    token.sync().unwrap();
    let (camera, encoder) = (bind(allocator, token), bind(allocator, other));
    name(&camera, "camera", 1);
    name(&encoder, "encoder", 2);
    let id = camera.get_buffer_collection_id().unwrap().buffer_collection_id.unwrap();
    ask_for(&camera, bytes(Some(65_536), None));
    ask_for(&encoder, bytes(None, Some(4096)));
    wait_in_vain(&camera);
    wait_in_vain(&encoder);
    (id, [camera, encoder])
}

fn check(explanation: &Explanation, id: u64) {
    assert_eq!(explanation.buffer_collection_id, Some(id));
    assert_eq!(explanation.combinations, Some(1));
    let text = explanation.text.as_deref().unwrap();
    for part in ["camera: min_size_bytes 65536", "encoder: max_size_bytes 4096", "to fix it: "] {
        assert!(text.contains(part), "{text}");
    }
    let [finding] = explanation.findings.as_deref().unwrap() else { panic!("{explanation:?}") };
    assert_eq!(finding.is_minimal, Some(true));
    let conflicts = finding.conflicts.as_deref().unwrap().iter().map(|conflict| {
        let participant = conflict.participant.clone().unwrap();
        let [field] = conflict.fields.as_deref().unwrap() else { panic!("{conflict:?}") };
        let field = field.clone();
        (participant.name.unwrap(), participant.id.unwrap(), field.field.unwrap(), field.value)
    });
    let field = |name| format!("buffer_memory_constraints.{name}");
    let expected = [
        ("camera".to_owned(), 1, field("min_size_bytes"), Some("65536".to_owned())),
        ("encoder".to_owned(), 2, field("max_size_bytes"), Some("4096".to_owned())),
    ];
    assert_eq!(conflicts.collect::<Vec<_>>(), expected);
    let repairs = finding.repairs.as_deref().unwrap();
    let raised = repairs.iter().find(|repair| repair.from.as_deref() == Some("4096")).unwrap();
    assert_eq!(raised.to.as_deref(), Some("65536"), "{repairs:?}");
}

#[test]
fn objects_each_protocol_has_a_socket_of_its_own_in_the_service_directory() {
    let directory = Scratch::new("protocols");
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory.0)).unwrap();
    let connect = |name: &str| Wire::new(zx::connect(directory.0.join(name)).unwrap());
    let allocator = Allocator::new(connect("fuchsia.sysmem2.Allocator"));
    let diagnostics = Diagnostics::new(connect("linux.sysmem.Diagnostics"));
    assert_serves(&allocator);
    assert_eq!(
        diagnostics.explain(about_channel(1)).unwrap().unwrap_err(),
        ExplainError::NOT_FOUND
    );
    server.stop().unwrap();
    assert_eq!(std::fs::read_dir(&directory.0).unwrap().count(), 0);
}

#[test]
fn explain_what_is_no_request_ends_that_connection_alone() {
    let server = server();
    let (broken, other) = (diagnostics(&server), diagnostics(&server));
    broken.caller().send_raw(b"not a message of anybody", &[]);
    assert_eq!(broken.caller().end(), End { epitaph: None });
    assert_eq!(other.explain(about_channel(1)).unwrap().unwrap_err(), ExplainError::NOT_FOUND);
    assert_serves(&connect(&server));
}

#[test]
fn explain_a_failure_is_known_by_each_channel_and_by_the_id_of_the_collection() {
    let server = server();
    let (id, collections) = failed_pair(&connect(&server));
    let diagnostics = diagnostics(&server);
    for collection in &collections {
        check(&diagnostics.explain(about_channel(koid(collection))).unwrap().unwrap(), id);
    }
    check(&diagnostics.explain(about_collection(id)).unwrap().unwrap(), id);
    let not_found = diagnostics.explain(about_collection(id + 1)).unwrap();
    assert_eq!(not_found.unwrap_err(), ExplainError::NOT_FOUND);
    let both = DiagnosticsExplainRequest { server_koid: Some(1), buffer_collection_id: Some(1) };
    for request in [both, DiagnosticsExplainRequest::default()] {
        let refused = diagnostics.explain(request).unwrap();
        assert_eq!(refused.unwrap_err(), ExplainError::INVALID_ARGUMENTS);
    }
}

#[test]
fn explain_many_failures_leave_the_latest_and_hold_up_nobody() {
    let server = server();
    let allocator = connect(&server);
    let diagnostics = diagnostics(&server);
    let pairs: Vec<_> = (0..100)
        .map(|_| {
            assert_serves(&allocator);
            failed_pair(&allocator)
        })
        .collect();
    let known =
        pairs.iter().filter(|(id, _)| match diagnostics.explain(about_collection(*id)).unwrap() {
            Ok(explanation) => {
                assert!(!explanation.text.unwrap().is_empty());
                true
            }
            Err(error) => {
                assert_eq!(error, ExplainError::NOT_FOUND);
                false
            }
        });
    let known: Vec<u64> = known.map(|(id, _)| *id).collect();
    let latest: Vec<u64> = pairs[36..].iter().map(|(id, _)| *id).collect();
    assert_eq!(known, latest);
}

/// More than can be explained at once: every question is answered all the same, and others are
/// served meanwhile.
#[test]
fn explain_a_burst_of_failures_holds_up_nobody() {
    let server = server();
    let allocator = connect(&server);
    let pair = || {
        let token = shared_token(&allocator);
        let other = duplicate(&token);
        token.sync().unwrap();
        let (camera, encoder) = (bind(&allocator, token), bind(&allocator, other));
        ask_for(&camera, many_formats(8192));
        (camera, encoder)
    };
    let pairs: Vec<_> = (0..60).map(|_| pair()).collect();
    for (camera, _) in &pairs {
        camera.sync().unwrap();
    }
    for (_, encoder) in &pairs {
        ask_for(encoder, many_formats(4096));
    }
    assert_serves(&allocator);
    let (mut explained, mut unexplained) = (0, 0);
    for (camera, encoder) in pairs {
        assert_eq!(encoder.caller().end().epitaph, Some(-1));
        let explanation = diagnostics(&server).explain(about_channel(koid(&camera)));
        let explanation = explanation.unwrap().unwrap();
        assert_serves(&allocator);
        match explanation.findings {
            Some(_) => explained += 1,
            None => {
                let text = explanation.text.unwrap();
                assert!(text.contains("too much has failed at once"), "{text}");
                unexplained += 1;
            }
        }
    }
    assert!(explained > 0 && explained + unexplained == 60, "{explained} {unexplained}");
}

/// So many formats that it takes a while to find out about them, in rows of at most so many bytes.
fn many_formats(max_bytes_per_row: u32) -> BufferCollectionConstraints {
    let modifiers = PixelFormatModifier::MEMBERS.iter().copied();
    let is_real = |modifier: &PixelFormatModifier| {
        ![PixelFormatModifier::DO_NOT_CARE, PixelFormatModifier::INVALID].contains(modifier)
    };
    let image = |pixel_format_modifier| ImageFormatConstraints {
        pixel_format: Some(PixelFormat::R8G8B8A8),
        pixel_format_modifier: Some(pixel_format_modifier),
        color_spaces: Some(vec![ColorSpace::SRGB]),
        min_size: Some(SizeU { width: 2048, height: 64 }),
        max_bytes_per_row: Some(max_bytes_per_row),
        ..Default::default()
    };
    BufferCollectionConstraints {
        image_format_constraints: Some(modifiers.filter(is_real).map(image).collect()),
        ..bytes(None, None)
    }
}

/// Who attaches to a collection fails alone, and conflicts with what there is.
#[test]
fn explain_who_comes_too_late_conflicts_with_the_buffers_that_there_are() {
    let server = server();
    let allocator = connect(&server);
    let camera = sole_collection(&allocator);
    name(&camera, "camera", 1);
    ask_for(&camera, bytes(Some(4096), None));
    assert_eq!(wait_for_buffers(&camera).len(), 1);
    let (token, end) = Wire::pair();
    camera.attach_token(BufferCollectionAttachTokenRequest {
        rights_attenuation_mask: Some(u32::MAX),
        token_request: Some(end),
    });
    camera.sync().unwrap();
    let late = bind(&allocator, Token::new(token));
    name(&late, "recorder", 2);
    ask_for(&late, bytes(Some(65_536), None));
    wait_in_vain(&late);
    let explanation = diagnostics(&server).explain(about_channel(koid(&late))).unwrap().unwrap();
    let text = explanation.text.unwrap();
    for part in
        ["  the existing allocation: max_size_bytes 4096", "  recorder: min_size_bytes 65536"]
    {
        assert!(text.contains(part), "{text}");
    }
    assert!(wait_for_buffers(&camera).len() == 1, "the others go on");
}

/// Each combination of children has a reason of its own.
#[test]
fn explain_groups_that_leave_no_way_out_are_followed_up_one_combination_at_a_time() {
    let server = server();
    let allocator = connect(&server);
    let token = shared_token(&allocator);
    let (group, end) = Wire::pair();
    token.create_buffer_collection_token_group(
        BufferCollectionTokenCreateBufferCollectionTokenGroupRequest { group_request: Some(end) },
    );
    let group = Group::new(group);
    let children = [("small", 4096), ("smaller", 64)].map(|(child, size)| {
        let (token, end) = Wire::pair();
        group.create_child(BufferCollectionTokenGroupCreateChildRequest {
            token_request: Some(end),
            rights_attenuation_mask: None,
        });
        (child, size, token)
    });
    group.all_children_present();
    token.sync().unwrap();
    group.sync().unwrap();
    let camera = bind(&allocator, token);
    name(&camera, "camera", 1);
    let children = children.map(|(child, size, token)| {
        let collection = bind(&allocator, Token::new(token));
        name(&collection, child, size);
        ask_for(&collection, bytes(None, Some(size)));
        collection
    });
    ask_for(&camera, bytes(Some(65_536), None));
    wait_in_vain(&camera);
    let explanation = diagnostics(&server).explain(about_channel(koid(&camera))).unwrap().unwrap();
    assert_eq!(explanation.combinations, Some(2));
    assert_eq!(explanation.findings.as_ref().map(Vec::len), Some(2));
    let text = explanation.text.unwrap();
    for part in ["none of the 2 combinations", "small: max_size_bytes 4096", "smaller: max_size"] {
        assert!(text.contains(part), "{text}");
    }
    drop(children);
}

const ASK_IN: &str = "SYSMEM_TEST_ASK_IN";
const ASK_ABOUT: &str = "SYSMEM_TEST_ASK_ABOUT";

/// A process that asks about a failure: 0 if it is told, 17 if there is nothing to be told. It is
/// this test, run by another one.
#[test]
fn asks() {
    let Ok(directory) = env::var(ASK_IN) else { return };
    let koid = env::var(ASK_ABOUT).unwrap().parse().unwrap();
    let socket = zx::connect(format!("{directory}/linux.sysmem.Diagnostics")).unwrap();
    let diagnostics = Diagnostics::new(Wire::new(socket));
    match diagnostics.explain(about_channel(koid)).unwrap() {
        Ok(_) => std::process::exit(0),
        Err(ExplainError::NOT_FOUND) => std::process::exit(17),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn explain_a_failure_is_none_of_the_business_of_other_users() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not root: nobody else can be asked to ask");
        return;
    }
    let directory = Scratch::new("business");
    let server = EmbeddedServer::spawn(ServerConfig::in_directory(&directory.0)).unwrap();
    let (_, [camera, _encoder]) = failed_pair(&connect(&server));
    let asked_by = |uid| {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["asks", "--exact"]).uid(uid).gid(uid);
        command.env(ASK_IN, &directory.0).env(ASK_ABOUT, koid(&camera).to_string());
        command.output().unwrap().status.code()
    };
    assert_eq!(asked_by(65_534), Some(17));
    assert_eq!(asked_by(0), Some(0));
}
