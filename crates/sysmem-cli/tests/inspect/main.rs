//! `sysmem inspect` (`command-line.md`): a real service, participants in processes of their own.

#[path = "../common/mod.rs"]
mod common;
mod participant;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use common::{Service, eventually, fail, succeed, text};
use participant::{Order, Participant, wishes};
use serde_json::{Value, json};
use sysmem::fuchsia_sysmem2::BufferCollectionConstraints;
use sysmem::{
    Allocator, Collection, Constraints, Group, ImageConstraints, Inspector, PixelFormat, Rights,
    Token,
};
use tempfile::TempDir;

/// Not a test of its own: a participant of the other tests.
#[test]
#[ignore = "a process of the other tests"]
fn participant() {
    participant::run();
}

/// What `sysmem inspect` prints.
fn inspect(directory: &Path, more: &[&str]) -> String {
    let output = succeed(&[&["inspect", "--svc", text(directory)], more].concat());
    String::from_utf8(output.stdout).unwrap()
}

fn inspect_json(directory: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&inspect(directory, &[&["--json"], more].concat())).unwrap()
}

/// Takes fields out, wherever they stand.
fn remove(value: &mut Value, names: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, names)),
        Value::Object(fields) => {
            fields.retain(|name, _| !names.contains(&name.as_str()));
            fields.values_mut().for_each(|field| remove(field, names));
        }
        _ => {}
    }
}

fn text_of(directory: &TempDir) -> &str {
    text(directory.path())
}

/// The lines that contain all of these.
fn lines<'t>(text: &'t str, parts: &[&str]) -> Vec<&'t str> {
    text.lines().filter(|line| parts.iter().all(|part| line.contains(part))).collect()
}

/// A camera in this process, and others in theirs: an encoder, a display that is one of two
/// choices, a viewer that is attached later.
struct Pipeline {
    camera: Collection,
    encoder: Participant,
    display: Participant,
    viewer: Participant,
    other_choice: Collection,
    _group: Group,
}

impl Pipeline {
    fn start(directory: &Path) -> Self {
        let allocator = Allocator::connect_in(directory).unwrap();
        allocator.set_debug_info("camera", std::process::id().into()).unwrap();
        let token = allocator.new_shared_token().unwrap();
        token.set_name(1, "preview").unwrap();
        let for_encoder = token.duplicate().unwrap();
        let group = token.create_group().unwrap();
        let mut choices: Vec<Token> = (0..2).map(|_| group.create_child().unwrap()).collect();
        group.all_children_present().unwrap();
        token.sync().unwrap();
        choices.iter().for_each(|choice| choice.sync().unwrap());
        let encoder = Participant::start("encoder", directory);
        encoder.bind(for_encoder);
        let display = Participant::start("display", directory);
        display.bind(choices.remove(0));
        let other_choice = allocator.bind(choices.remove(0)).unwrap();
        let camera = allocator.bind(token).unwrap();
        let for_viewer = camera.attach(Rights::READ_ONLY).unwrap();
        camera.sync().unwrap();
        let viewer = Participant::start("viewer", directory);
        viewer.bind(for_viewer);
        Self { camera, encoder, display, viewer, other_choice, _group: group }
    }

    /// Everybody gets buffers but the other choice, once the camera has said what it wants.
    fn allocate(&self) {
        self.other_choice.set_constraints(wishes("viewer")).unwrap();
        for participant in [&self.encoder, &self.display, &self.viewer] {
            participant.tell(Order::SetConstraints);
        }
        for participant in [&self.encoder, &self.display, &self.viewer] {
            participant.tell(Order::Wait);
        }
    }
}

#[test]
fn inspect_shows_who_takes_part_and_who_is_awaited() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let pipeline = Pipeline::start(directory.path());
    pipeline.camera.set_constraints(wishes("camera")).unwrap();
    pipeline.camera.sync().unwrap();
    let before = inspect(directory.path(), &[]);
    assert_eq!(lines(&before, &["\"preview\"", "gathering for", "3 nodes are awaited"]).len(), 1);
    let own = std::process::id().to_string();
    assert_eq!(lines(&before, &["  camera ", &own, "ready", "NV12 640x480"]).len(), 1, "{before}");
    for (branch, participant) in
        [("├─ encoder", &pipeline.encoder), ("│  ├─ display", &pipeline.display)]
    {
        let pid = participant.pid().to_string();
        let found = lines(&before, &[branch, &pid, "AWAITED to set constraints"]);
        assert_eq!(found.len(), 1, "{before}");
    }
    let viewer = pipeline.viewer.pid().to_string();
    let late = lines(&before, &["└─ viewer", &viewer, "yet to set constraints", "attached"]);
    assert_eq!(late.len(), 1, "{before}");

    pipeline.allocate();
    pipeline.viewer.tell(Order::Map);
    let after = inspect(directory.path(), &[]);
    assert_eq!(lines(&after, &["6 buffers of 450.0 KiB"]).len(), 1, "{after}");
    assert_eq!(lines(&after, &["NV12, REC709, 640x480, 640 bytes a row"]).len(), 1, "{after}");
    let display = pipeline.display.pid().to_string();
    assert_eq!(lines(&after, &["│  └─ display", &display, "has buffers"]).len(), 1, "{after}");
    let holder = lines(&after, &[" viewer ", &viewer, "strong", "descriptor ", "mapped"]);
    assert_eq!(holder.len(), 1, "{after}");
    assert!(after.is_ascii() || !after.contains('\u{1b}'), "no emphasis without a terminal");
}

#[test]
fn inspect_says_the_same_as_json() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let pipeline = Pipeline::start(directory.path());
    pipeline.camera.set_constraints(wishes("camera")).unwrap();
    pipeline.allocate();
    pipeline.viewer.tell(Order::Map);
    let mut json = inspect_json(directory.path(), &[]);
    let snapshot = Inspector::connect_in(directory.path()).unwrap().take_snapshot().unwrap();
    let expected = sysmem_json::to_json(&snapshot);
    for part in ["collections", "allocations", "connections", "failures"] {
        let mut without = json[part].clone();
        remove(&mut without, &["program", "processes"]);
        assert_eq!(without, expected[part]);
    }
    let collection = json["collections"][0].take();
    assert_eq!(
        (&collection["name"], &collection["stage"]),
        (&"preview".into(), &"ALLOCATED".into())
    );
    let nodes = collection["nodes"].as_array().unwrap();
    let names: Vec<_> = nodes.iter().map(|node| node["debug_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["camera", "encoder", "camera", "display", "viewer"]);
    assert_eq!(nodes[4]["failure_mode"], "DO_NOT_PROPAGATE");
    assert_eq!(nodes[1]["client"]["pid"], pipeline.encoder.pid());
    assert!(nodes[1]["client"]["program"].as_str().unwrap().starts_with("inspect-"));
    let expected = sysmem_json::to_json(&BufferCollectionConstraints::from(wishes("encoder")));
    assert_eq!(nodes[1]["constraints"], expected);
    let format = &collection["settings"]["image_format_constraints"]["pixel_format"];
    assert_eq!(format, "NV12");
    let buffer = &json["allocations"][0]["buffers"][0];
    let holders = buffer["holders"].as_array().unwrap();
    assert_eq!(holders.len(), 3);
    let viewer = pipeline.viewer.pid();
    assert!(holders.iter().any(|one| one["pid"] == viewer && one["strength"] == "STRONG"));
    let processes = buffer["processes"].as_array().unwrap();
    let seen = processes.iter().find(|one| one["pid"] == viewer).unwrap();
    assert_eq!(seen["mappings"].as_array().unwrap().len(), 1);
    let totals = json["clients"].as_array().unwrap();
    let total = totals.iter().find(|one| one["pid"] == viewer).unwrap();
    assert_eq!((&total["collections"], &total["buffers"]), (&1.into(), &6.into()));
    assert_eq!(total["bytes"], 6 * 452 * 1024);
}

#[test]
fn inspect_names_who_still_holds_a_buffer() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let allocator = Allocator::connect_in(directory.path()).unwrap();
    let token = allocator.new_shared_token().unwrap();
    let for_viewer = token.duplicate().unwrap();
    token.sync().unwrap();
    let viewer = Participant::start("viewer", directory.path());
    viewer.bind(for_viewer);
    let root = allocator.bind(token).unwrap();
    root.set_constraints(wishes("camera")).unwrap();
    viewer.tell(Order::SetConstraints);
    viewer.tell(Order::Wait);
    let id = root.collection_id().unwrap().to_string();
    let buffers = root.wait_for_buffers().unwrap();
    // Somebody to whom the first buffer is passed on, without the service's knowledge.
    let friend = Participant::start("friend", directory.path());
    friend.give(Order::Keep, buffers[0].handle().unwrap().duplicate().unwrap());
    drop(buffers);
    viewer.tell(Order::Map);
    viewer.tell(Order::Release);
    root.release().unwrap();

    let pid = viewer.pid().to_string();
    let look = || inspect(directory.path(), &["--collection", &id]);
    let text = eventually("the end of the collection", || {
        let text = look();
        text.contains("has ended").then_some(text)
    });
    assert!(!lines(&text, &["viewer", &pid, "strong", "descriptor"]).is_empty(), "{text}");
    let first = lines(&text, &["viewer", &pid, "strong", "descriptor", "mapped"]);
    assert_eq!(first.len(), 1, "{text}");
    let friend_pid = friend.pid().to_string();
    assert_eq!(lines(&text, &["passed on", &friend_pid, "descriptor"]).len(), 1, "{text}");

    // A mapping alone, and a handle that its first owner has closed, hold the first buffer alone.
    viewer.tell(Order::CloseHandles);
    let text = eventually("the end of the others", || {
        let text = look();
        text.contains("1 buffer still held").then_some(text)
    });
    let mapped = lines(&text, &["viewer", &pid, "mapped"]);
    assert_eq!(mapped.len(), 1, "{text}");
    assert!(!mapped[0].contains("descriptor"), "{text}");
    viewer.kill();
    let text = eventually("the end of the viewer", || {
        let text = look();
        (!text.contains("viewer")).then_some(text)
    });
    assert_eq!(lines(&text, &["passed on", &friend_pid, "descriptor"]).len(), 1, "{text}");
    friend.kill();
    eventually("the end of all", || {
        let text = inspect(directory.path(), &[]);
        (!text.contains("has ended")).then_some(())
    });
    let (status, message) = fail(&["inspect", "--svc", text_of(&directory), "--collection", &id]);
    assert_eq!((status, message.lines().count()), (1, 1), "{message}");
    assert!(message.contains(&id), "{message}");
}

#[test]
fn inspect_marks_weak_nodes_and_weak_handles() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let allocator = Allocator::connect_in(directory.path()).unwrap();
    let token = allocator.new_shared_token().unwrap();
    let for_keeper = token.duplicate().unwrap();
    for_keeper.set_debug_info("keeper", 1).unwrap();
    for_keeper.set_weak().unwrap();
    token.sync().unwrap();
    let (keeper, root) = (allocator.bind(for_keeper).unwrap(), allocator.bind(token).unwrap());
    keeper.set_constraints(wishes("viewer")).unwrap();
    root.set_constraints(wishes("camera")).unwrap();
    let weak = keeper.wait_for_buffers().unwrap();
    let _strong = root.wait_for_buffers().unwrap();
    let text = inspect(directory.path(), &[]);
    assert_eq!(lines(&text, &["└─ keeper", "has buffers", "weak, weak ok"]).len(), 1, "{text}");
    assert_eq!(lines(&text, &["  keeper ", "weak", "descriptor"]).len(), 1, "{text}");
    assert_eq!(lines(&text, &["  unnamed ", "strong", "descriptor"]).len(), 1, "{text}");
    let json = inspect_json(directory.path(), &[]);
    let node = &json["collections"][0]["nodes"][1];
    assert_eq!((&node["weak"], &node["weak_ok"]), (&true.into(), &"SELF".into()));
    let holders = json["allocations"][0]["buffers"][0]["holders"].as_array().unwrap();
    assert!(holders.iter().any(|one| one["strength"] == "WEAK" && one["debug_name"] == "keeper"));
    drop(weak);
}

#[test]
fn inspect_tells_the_latest_failures_with_their_reasons() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let allocator = Allocator::connect_in(directory.path()).unwrap();
    let token = allocator.new_shared_token().unwrap();
    token.set_name(1, "misfits").unwrap();
    let other = token.duplicate().unwrap();
    token.set_debug_info("wide", 1).unwrap();
    other.set_debug_info("narrow", 2).unwrap();
    token.sync().unwrap();
    other.sync().unwrap();
    let (wide, narrow) = (allocator.bind(token).unwrap(), allocator.bind(other).unwrap());
    let image =
        |width| ImageConstraints::linear(PixelFormat::NV12).size(width, 480).any_color_space();
    wide.set_constraints(Constraints::new().cpu_write().camping(1).image(image(640))).unwrap();
    narrow.set_constraints(Constraints::new().cpu_read().image(image(320))).unwrap();
    wide.wait_for_buffers().unwrap_err();
    let text = eventually("the explanation", || {
        let text = inspect(directory.path(), &["--collection", "misfits"]);
        text.contains("narrow").then_some(text)
    });
    assert_eq!(lines(&text, &["\"misfits\"", "failed", &std::process::id().to_string()]).len(), 1);
    assert!(text.contains("wide"), "{text}");
    let json = inspect_json(directory.path(), &["--client", "narrow"]);
    let explanation = &json["failures"][0]["explanation"];
    assert_eq!(explanation["collection_name"], "misfits");
    assert!(explanation["text"].as_str().unwrap().contains("narrow"), "{explanation}");
    assert_eq!(inspect_json(directory.path(), &["--client", "nobody"])["failures"], json!([]));
}

#[test]
fn inspect_of_one_collection_shows_all_constraints() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let pipeline = Pipeline::start(directory.path());
    pipeline.camera.set_constraints(wishes("camera")).unwrap();
    pipeline.allocate();
    let text = inspect(directory.path(), &["--collection", "preview"]);
    assert_eq!(lines(&text, &["image[0].bytes_per_row_divisor", "64", "64"]).len(), 1, "{text}");
    assert_eq!(lines(&text, &["min_buffer_count_for_shared_slack"]).len(), 1, "{text}");
    assert!(!inspect(directory.path(), &[]).contains("bytes_per_row_divisor"));
}

#[test]
fn inspect_stays_readable_with_many_collections_and_can_be_narrowed() {
    let directory = TempDir::new().unwrap();
    let service = Service::start(directory.path());
    let allocator = Allocator::connect_in(directory.path()).unwrap();
    let tokens: Vec<_> = (0..1000)
        .map(|number| {
            let token = allocator.new_shared_token().unwrap();
            token.set_name(1, &format!("stream {number}")).unwrap();
            token.set_debug_info(&format!("client {number}"), 0).unwrap();
            token.sync().unwrap();
            token
        })
        .collect();
    let all = inspect(directory.path(), &[]);
    assert_eq!(lines(&all, &["collection ", "\"stream "]).len(), 1000);
    assert!(all.lines().all(|line| line.chars().count() < 200));
    let by_name = inspect(directory.path(), &["--collection", "stream 700"]);
    assert_eq!(lines(&by_name, &["collection ", "\"stream "]).len(), 1, "{by_name}");
    let id = tokens[3].collection_id().unwrap().to_string();
    let by_id = inspect_json(directory.path(), &["--collection", &id]);
    assert_eq!(by_id["collections"].as_array().unwrap().len(), 1);
    let by_client = inspect(directory.path(), &["--client", "client 99"]);
    assert_eq!(lines(&by_client, &["collection "]).len(), 11, "{by_client}");
    let by_pid = inspect_json(directory.path(), &["--client", &std::process::id().to_string()]);
    assert_eq!(by_pid["collections"].as_array().unwrap().len(), 1000);
    // Before its log fills with clients that leave.
    drop(service);
}

#[test]
fn inspect_of_no_service_is_status_3_with_a_hint() {
    let directory = TempDir::new().unwrap();
    let (status, message) = fail(&["inspect", "--svc", text(directory.path())]);
    assert_eq!((status, message.lines().count()), (3, 1), "{message}");
    assert!(message.contains("sysmem serve"), "{message}");
}

#[test]
fn inspect_of_a_broker_is_status_3_and_points_behind_it() {
    let directory = TempDir::new().unwrap();
    let socket = directory.path().join("fuchsia.sysmem2.Allocator");
    let _broker = zx::Listener::bind(socket, 0o666).unwrap();
    let (status, message) = fail(&["inspect", "--svc", text(directory.path())]);
    assert_eq!((status, message.lines().count()), (3, 1), "{message}");
    assert!(message.contains("behind it"), "{message}");
}

#[test]
fn inspect_is_refused_to_other_users_unless_the_configuration_names_them() {
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can be somebody else");
        return;
    }
    let directory = TempDir::new().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    let as_nobody = |svc: &Path| {
        let program = directory.path().join("sysmem");
        // Where the tests are built may be nobody else's business.
        if !program.exists() {
            fs::copy(env!("CARGO_BIN_EXE_sysmem"), &program).unwrap();
        }
        let mut command = Command::new(program);
        let output = command.args(["inspect", "--svc", text(svc)]).uid(NOBODY).output().unwrap();
        (output.status.code().unwrap(), common::error_text(&output))
    };
    let config = directory.path().join("config");
    for (name, settings, allowed) in [
        ("mode", "", false),
        ("user", "inspector_mode = 0o666", false),
        ("named", "inspector_users = [65534]", true),
    ] {
        fs::write(&config, settings).unwrap();
        let svc = directory.path().join(name);
        let _service = Service::start_with(&svc, &["--config", text(&config)]);
        let (status, message) = as_nobody(&svc);
        if allowed {
            assert_eq!((status, message.as_str()), (0, ""), "{name}");
        } else {
            assert_eq!((status, message.lines().count()), (3, 1), "{name}: {message}");
            assert!(message.contains("user 0") && message.contains("inspector_users"), "{message}");
        }
    }
}
