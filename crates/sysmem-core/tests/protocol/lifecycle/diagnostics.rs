//! 99 to 102: names, ids, reports.

use sysmem_core::{Instant, Severity};
use sysmem_fidl::fuchsia_images2::PixelFormat;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::constraints::{cpu, images, impossible, sampled};
use crate::driver::Driver;
use crate::world::World;

#[test]
fn lifecycle_s99_a_name_is_replaced_by_one_of_higher_priority() {
    for (priority, expected) in [(4, "first"), (5, "first"), (6, "second")] {
        let world = World::new();
        let root = world.allocator().non_shared_collection();
        root.set_name(5, "first");
        root.set_name(priority, "second");
        root.set_constraints(cpu(1, 64));
        assert_eq!(world.allocated_names(), [expected], "priority {priority}");
    }
}

#[test]
fn lifecycle_s100_a_name_that_comes_after_the_allocation_renames_nothing() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.set_name(1, "early");
    root.set_constraints(cpu(1, 64));
    root.set_name(2, "late");
    assert!(root.is_open());
    assert_eq!(world.allocated_names(), ["early"]);
}

#[test]
fn lifecycle_s101_a_collection_that_stalls_is_reported_and_goes_on() {
    let world = World::new();
    let token = world.shared_token();
    token.set_debug_info("initiator", 1);
    let other = token.duplicate();
    other.set_debug_info("sleeper", 2);
    let root = world.bind(token);
    root.set_constraints(cpu(1, 64));

    world.advance_to(4);
    assert!(world.log("not allocated yet").is_empty());
    world.advance_to(5);
    let report = world.log("not allocated yet");
    assert_eq!(report.len(), 1);
    assert!(report[0].text.contains("client \"initiator\" (1): collection, constraints set"));
    assert!(report[0].text.contains("\"sleeper (was initiator)\" (2): token, not turned in"));
    world.advance_to(35);
    assert_eq!(world.log("not allocated yet").len(), 2);
    world.advance_to(100_000);
    assert_eq!(world.log("not allocated yet").len(), 2);
    assert_eq!(world.next_deadline(), None);

    let other = world.bind(other);
    other.set_constraints(cpu(1, 64));
    assert_eq!(other.wait().buffers().count, 2);
}

#[test]
fn a_report_lists_the_first_nodes_and_counts_the_others() {
    for (nodes, last) in [(32, "token, not turned in"), (33, "and 1 more"), (100, "and 68 more")] {
        let world = World::new();
        let token = world.shared_token();
        (1..nodes).for_each(|_| drop(token.duplicate()));
        world.advance_to(5);
        let report = world.log("not allocated yet").remove(0).text;
        assert_eq!(report.matches("an unnamed client: ").count(), 32);
        assert!(report.ends_with(last), "{report}");
    }
}

#[test]
fn what_clients_call_things_does_not_forge_lines_of_the_log() {
    let world = World::new();
    let token = world.shared_token();
    token.set_name(1, "name\nerror: forged");
    token.set_debug_info("client\u{1b}[2J\r\n", 1);
    world.advance_to(5);
    token.release();
    token.sync();
    let log = world.log("");
    assert_eq!(log.len(), 2);
    for record in log {
        assert!(record.text.contains(r"(name\nerror: forged)"), "{}", record.text);
        assert!(record.text.contains(r#"client "client\u{1b}[2J\r\n" (1)"#), "{}", record.text);
        assert!(!record.text.contains(char::is_control));
    }
}

#[test]
fn heap_types_do_not_forge_lines_of_the_log() {
    let world = World::new();
    let (root, [other]) = world.participants();
    for (client, heap_type) in [(root, "here\nerror: forged"), (other, "there\u{1b}[2J")] {
        let mut constraints = cpu(1, 64);
        let heap = fsysmem2::Heap { heap_type: Some(heap_type.into()), id: Some(1) };
        constraints.buffer_memory_constraints.as_mut().unwrap().permitted_heaps = Some(vec![heap]);
        client.set_constraints(constraints);
    }
    let said = world.log("no buffers").remove(0).text;
    assert!(said.contains(r"here\nerror: forged") && said.contains(r"there\u{1b}[2J"), "{said}");
    assert!(!said.contains(char::is_control));
}

#[test]
fn clients_move_the_first_report() {
    let world = World::new();
    let token = world.shared_token();
    let move_to = |seconds: i64| {
        token.send::<fsysmem2::NodeSetDebugTimeoutLogDeadlineMethod>(
            fsysmem2::NodeSetDebugTimeoutLogDeadlineRequest {
                deadline: Some(seconds * 1_000_000_000),
            },
        );
    };
    move_to(60);
    move_to(20);
    assert_eq!(world.next_deadline(), Some(Instant(20_000_000_000)));
    world.advance_to(19);
    assert!(world.log("not allocated yet").is_empty());
    world.advance_to(20);
    assert_eq!(world.log("not allocated yet").len(), 1);
    move_to(21);
    assert_eq!(world.next_deadline(), Some(Instant(50_000_000_000)));
}

#[test]
fn a_collection_with_a_result_is_not_reported() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    assert_eq!(world.next_deadline(), Some(Instant(5_000_000_000)));
    root.set_constraints(cpu(1, 64));
    assert_eq!(world.next_deadline(), None);
    let token = world.shared_token();
    token.close();
    assert_eq!(world.next_deadline(), None);
}

#[test]
fn lifecycle_s102_the_collection_has_one_id_everywhere() {
    let world = World::new();
    let token = world.shared_token();
    let group = token.group();
    let below = token.duplicate();
    let id = token.collection_id();
    assert_ne!(id, 0);
    assert_eq!(group.collection_id(), id);
    assert_eq!(below.collection_id(), id);
    below.release_and_close();
    let child = world.bind(group.child());
    group.all_children_present();
    let root = world.bind(token);
    assert_eq!(root.collection_id(), id);
    child.set_constraints(cpu(1, 64));
    root.set_constraints(cpu(1, 64));
    assert_eq!(root.wait().buffers().collection, id);
    assert_ne!(world.shared_token().collection_id(), id);
}

#[test]
fn ids_of_collections_start_where_they_are_told_to_and_are_never_0() {
    for (first, expected) in [(7, [7, 8]), (0, [1, 2]), (u64::MAX, [u64::MAX, 1])] {
        let world = World::with_driver(Driver::with_first_collection(first));
        assert_eq!([(); 2].map(|()| world.shared_token().collection_id()), expected);
    }
}

#[test]
fn a_node_keeps_its_ref_when_it_is_turned_in() {
    let world = World::new();
    let token = world.shared_token();
    let node = token.node_ref();
    assert_eq!(token.node_ref(), node);
    assert_eq!(world.bind(token).node_ref(), node);
}

#[test]
fn verbose_logging_tells_what_was_asked_and_given() {
    let world = World::new();
    let token = world.shared_token();
    let (_group, [first, second]) = token.group_of();
    let root = world.bind(token);
    root.send::<fsysmem2::NodeSetVerboseLoggingMethod>(());
    root.set_debug_info("codec", 4);
    root.set_constraints(cpu(1, 64));
    first.set_constraints(impossible());
    second.set_constraints(cpu(2, 4096));
    for part in [
        "constraints of node 2: usage cpu READ_OFTEN, min_buffer_count_for_camping 1; \
         memory: min_size_bytes 64, cpu_domain_supported true",
        "everybody is ready: node 2: client \"codec\" (4), collection, constraints set; \
         node 4 below 2: ",
        "other selection: ",
        "selected: node 2: ",
        "aggregated constraints: usage cpu READ_OFTEN, \
         min_buffer_count_for_camping 3; memory: min_size_bytes 4096",
        "agreed on 3 buffers: 4096 bytes, in memory of 4096; heap fuchsia.sysmem.heap",
        "3 buffers are allocated",
    ] {
        let said = world.log(part);
        assert_eq!(said.len(), 1, "{part}: {:#?}", world.log(""));
        assert_eq!(said[0].severity, Severity::Info);
    }
}

#[test]
fn without_verbose_logging_selections_that_failed_are_not_told() {
    let world = World::new();
    let token = world.shared_token();
    let (_group, [first, second]) = token.group_of();
    let root = world.bind(token);
    for (client, constraints) in
        [(&root, cpu(1, 64)), (&first, impossible()), (&second, cpu(1, 64))]
    {
        client.set_constraints(constraints);
    }
    assert_eq!(root.check(), Ok(()));
    assert!(world.log("").is_empty());
}

#[test]
fn lines_of_the_log_stay_readable_whatever_is_set() {
    let world = World::new();
    let root = world.allocator().non_shared_collection();
    root.send::<fsysmem2::NodeSetVerboseLoggingMethod>(());
    let heap = fsysmem2::Heap { heap_type: Some("\u{1b}[31m".repeat(24)), id: Some(u64::MAX) };
    let image = images(sampled(), 1, PixelFormat::B8G8R8A8).image_format_constraints.unwrap();
    root.set_constraints(fsysmem2::BufferCollectionConstraints {
        buffer_memory_constraints: Some(fsysmem2::BufferMemoryConstraints {
            permitted_heaps: Some(vec![heap; 64]),
            ..Default::default()
        }),
        image_format_constraints: Some(vec![image[0].clone(); 64]),
        ..cpu(1, 64)
    });
    let said = world.log("constraints of node");
    assert!(said[0].text.len() < 8192, "{} bytes", said[0].text.len());
    assert!(!said[0].text.contains('\u{1b}'));
}

#[test]
fn a_failed_negotiation_names_the_client_at_fault() {
    let world = World::new();
    let (root, [other]) = world.participants();
    other.set_debug_info("greedy", 9);
    root.set_constraints(cpu(1, 64));
    other.set_constraints(crate::constraints::impossible());
    let said = world.log("no buffers");
    assert!(said[0].text.contains("client \"greedy\" (9)"), "{}", said[0].text);
}
