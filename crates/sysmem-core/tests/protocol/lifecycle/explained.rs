//! What can be said of allocations that fail.

use sysmem_core::negotiation::explain::Change;
use sysmem_core::{Explained, FailedAllocation, Reason};
use sysmem_fidl::fuchsia_images2::PixelFormat;
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{BufferCollectionConstraints, Error};

use crate::client::Client;
use crate::constraints::{cpu, images, sampled, writer};
use crate::driver::config;
use crate::handle::Object;
use crate::world::World;

/// The last failure.
fn failure(world: &World) -> Box<FailedAllocation> {
    world.driver().wires.failure.clone().expect("nothing has failed")
}

fn explained(world: &World) -> Explained {
    failure(world).explain(&config(1).environment())
}

fn at_most(size_bytes: u64) -> BufferCollectionConstraints {
    let mut constraints = cpu(1, 0);
    let memory = constraints.buffer_memory_constraints.as_mut().unwrap();
    (memory.min_size_bytes, memory.max_size_bytes) = (None, Some(size_bytes));
    constraints
}

fn named(client: Client, name: &str) -> Client {
    client.set_debug_info(name, 7);
    client
}

/// The lines that begin with a name.
fn line<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().map(str::trim_start).find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("nobody is called {name:?} in\n{text}"))
}

#[test]
fn a_failure_outlives_its_collection_and_names_those_who_conflict() {
    let world = World::new();
    let (root, [other, third]) = world.participants();
    let (camera, display) = (named(root, "camera"), named(other, "display"));
    camera.set_name(1, "frames");
    third.set_constraints(cpu(1, 64));
    camera.set_constraints(cpu(1, 5000));
    display.set_constraints(at_most(4096));
    let failure = failure(&world);
    assert_eq!((failure.name.as_str(), failure.channels.len()), ("frames", 3));
    assert_eq!(failure.error, Error::CONSTRAINTS_INTERSECTION_EMPTY);
    let explained = explained(&world);
    let text = explained.to_string();
    assert!(line(&text, "camera: ").ends_with("min_size_bytes 5000"));
    assert!(line(&text, "display: ").ends_with("max_size_bytes 4096"));
    let [combination] = &*explained.combinations else { panic!("{explained:?}") };
    let Reason::Disagreement(finding) = &combination.reason else { panic!("{explained:?}") };
    let who = |number: usize| &*combination.clients[number].name;
    let suspects: Vec<_> =
        finding.suspects.iter().map(|suspect| who(suspect.participant)).collect();
    assert_eq!(suspects, ["camera", "display"]);
    for repair in &finding.repairs {
        assert!(matches!(repair.change, Change::Set { .. }), "{repair:?}");
    }
}

#[test]
fn each_combination_of_group_children_has_a_reason_up_to_eight() {
    let world = World::new();
    let root = world.shared_token();
    let groups: Vec<_> = (0..4).map(|_| root.group_of::<2>()).collect();
    let root = named(world.bind(root), "camera");
    root.set_constraints(cpu(1, 5000));
    for (number, (_, children)) in groups.iter().enumerate() {
        for child in children {
            child.set_debug_info(&format!("child of {number}"), 7);
            child.set_constraints(at_most(4096));
        }
    }
    let explained = explained(&world);
    assert_eq!((explained.combinations.len(), explained.combinations_tried), (8, 16));
    let text = explained.to_string();
    assert!(text.starts_with("none of the 16 combinations of group children works\n"), "{text}");
    assert!(text.ends_with("\n  and 8 more"), "{text}");
    assert!(line(&text, "8. ").starts_with("8. camera, child of 0, child of 1"), "{text}");
    let detailed = text.matches("camera: min_size_bytes 5000").count();
    assert_eq!(detailed, 3, "{text}");
}

#[test]
fn nobody_conflicts_where_nobody_asks() {
    let world = World::new();
    let root = world.shared_token();
    let group = root.group();
    for token in [group.child(), root] {
        token.release();
        token.close();
    }
    group.all_children_present();
    let explained = explained(&world);
    assert_eq!(explained.combinations[0].reason, Reason::NobodyAsks);
    assert_eq!(explained.to_string(), "no participant has set constraints");
}

#[test]
fn constraints_6_5_what_has_to_be_matched_is_named_by_whom() {
    let world = World::new();
    let model = world.allocator().non_shared_collection();
    model.set_constraints(writer(1, 4096));
    let old = model.wait().buffers();
    let (root, [other]) = world.participants();
    let (camera, display) = (named(root, "camera"), named(other, "display"));
    camera.set_constraints_like(cpu(1, 64), Object::Buffer(old.allocation, 0));
    display.set_constraints(cpu(1, 4097));
    let text = explained(&world).to_string();
    assert!(line(&text, "the must_match_vmo of camera: ").contains("4096"), "{text}");
    assert!(line(&text, "display: ").contains("min_size_bytes 4097"), "{text}");
    assert!(text.contains("lower display's min_size_bytes from 4097 to 4096"), "{text}");
}

/// Who would change what there is conflicts with nobody's constraints.
#[test]
fn constraints_6_4_who_comes_late_and_would_change_the_settings_is_named() {
    let world = World::new();
    let root = named(world.allocator().non_shared_collection(), "camera");
    let mut image = images(sampled(), 1, PixelFormat::B8G8R8A8);
    image.image_format_constraints.as_mut().unwrap()[0].min_size =
        Some(SizeU { width: 100, height: 50 });
    root.set_constraints(image);
    let late = named(world.bind(root.attach()), "recorder");
    let mut changes = images(sampled(), 0, PixelFormat::B8G8R8A8);
    changes.image_format_constraints.as_mut().unwrap()[0].bytes_per_row_divisor = Some(16);
    late.set_constraints(changes);
    let explained = explained(&world);
    let Reason::OtherBuffers { participants, differences } = &explained.combinations[0].reason
    else {
        panic!("{explained}")
    };
    assert_eq!(participants, &[1]);
    assert!(!differences.is_empty());
    let text = explained.to_string();
    assert!(text.starts_with("recorder would need other buffers than the existing"), "{text}");
    assert!(text.contains("bytes_per_row_divisor: 16 in place of"), "{text}");
    assert!(failure(&world).is_late() && root.is_open());
}
