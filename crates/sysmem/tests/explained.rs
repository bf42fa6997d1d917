//! Errors of participants who get no buffers: what they say, and when it is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sysmem::fuchsia_sysmem2::{BufferCollectionConstraints, BufferMemoryConstraints, Heap};
use sysmem::{
    AllocationFailure, Allocator, Channel, Collection, ColorSpace, Constraints, Diagnostics, Error,
    ImageConstraints, PixelFormat,
};
use sysmem_server::{Discoverable, EmbeddedServer, ServerConfig};

fn service() -> EmbeddedServer {
    EmbeddedServer::spawn(ServerConfig::embedded()).unwrap()
}

/// Asks the service, and counts how often.
fn diagnostics(service: &EmbeddedServer) -> (Diagnostics, Arc<AtomicUsize>) {
    let (connector, questions) = (service.connector(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&questions);
    let diagnostics = Diagnostics::through(move || {
        count.fetch_add(1, Ordering::Relaxed);
        connector.connect_to(Discoverable::Diagnostics).map_err(std::io::Error::other)
    });
    (diagnostics, questions)
}

fn connect(service: &EmbeddedServer, diagnostics: &Diagnostics) -> Allocator {
    let allocator = Allocator::from_channel(service.connect().unwrap()).unwrap();
    allocator.with_diagnostics(diagnostics.clone())
}

/// A collection with two participants who have said who they are and nothing else.
fn camera_and_display(allocator: &Allocator) -> [Collection; 2] {
    let token = allocator.new_shared_token().unwrap();
    let other = token.duplicate().unwrap();
    token.sync().unwrap();
    let named = |token, name| {
        let collection = allocator.bind(token).unwrap();
        collection.set_debug_info(name, 0).unwrap();
        collection
    };
    // Its own channel has not proven yet that the service knows it.
    other.sync().unwrap();
    [named(token, "camera"), named(other, "display")]
}

fn fail(allocator: &Allocator, camera: Constraints, display: Constraints) -> [Error; 2] {
    let collections = camera_and_display(allocator);
    for (collection, constraints) in collections.iter().zip([camera, display]) {
        collection.set_constraints(constraints).unwrap();
    }
    collections.map(|collection| collection.wait_for_buffers().unwrap_err())
}

fn image() -> ImageConstraints {
    ImageConstraints::linear(PixelFormat::NV12).color_space(ColorSpace::REC709).size(640, 480)
}

fn wants(image: ImageConstraints) -> Constraints {
    Constraints::new().cpu_write().camping(1).image(image)
}

/// What the builder has no word for.
fn memory(heap: &str) -> BufferMemoryConstraints {
    BufferMemoryConstraints {
        permitted_heaps: Some(vec![Heap { heap_type: Some(heap.to_owned()), id: Some(0) }]),
        ..Default::default()
    }
}

fn of_heap(heap: &str) -> Constraints {
    let mut table: BufferCollectionConstraints = wants(image()).into();
    table.buffer_memory_constraints = Some(memory(heap));
    table.into()
}

#[test]
fn an_error_names_both_participants_and_the_fields_that_conflict() {
    let service = service();
    let (diagnostics, _) = diagnostics(&service);
    let allocator = connect(&service, &diagnostics);
    let (a, b) = (wants(image()), wants(image()));
    let wide = wants(image().row_alignment(4096));
    let mut narrow: BufferCollectionConstraints = wants(image()).into();
    narrow.image_format_constraints.as_mut().unwrap()[0].max_bytes_per_row = Some(1024);
    let srgb = ImageConstraints::linear(PixelFormat::NV12).color_space(ColorSpace::REC601_PAL);
    let mut few: BufferCollectionConstraints = b.clone().into();
    few.max_buffer_count = Some(3);
    let mut small: BufferCollectionConstraints = b.into();
    small.image_format_constraints.as_mut().unwrap()[0].max_size =
        Some(sysmem::SizeU { width: 320, height: 240 });
    small.image_format_constraints.as_mut().unwrap()[0].min_size = None;
    let cases = [
        ("stride", wide, narrow.into(), "bytes_per_row_divisor", "max_bytes_per_row"),
        ("heap", of_heap("A"), of_heap("B"), "permitted_heaps [A]", "permitted_heaps [B]"),
        ("color space", a.clone(), wants(srgb.size(640, 480)), "color_spaces", "color_spaces"),
        ("count", a.clone().camping(3), few.into(), "camping", "max_buffer_count 3"),
        ("size", a, small.into(), "min_size 640x480", "max_size 320x240"),
    ];
    for (about, camera, display, of_camera, of_display) in cases {
        for error in fail(&allocator, camera, display) {
            let text = error.to_string();
            let explanation = error.explanation().unwrap_or_else(|| panic!("{about}: {text}"));
            assert!(text.contains(explanation.text()), "{about}: {text}");
            assert!(text.starts_with("the allocation failed: "), "{about}: {text}");
            let says = |who: &str, what: &str| {
                let line = text.lines().find(|line| line.trim_start().starts_with(who));
                assert!(line.is_some_and(|line| line.contains(what)), "{about}: {text}");
            };
            says("camera: ", of_camera);
            says("display: ", of_display);
            let [finding] = explanation.findings() else { panic!("{about}: {explanation:?}") };
            let who = finding.conflicts.iter().flatten();
            let who = who.filter_map(|conflict| conflict.participant.clone()?.name);
            let who: Vec<_> = who.map(|name| name.split(' ').next().unwrap().to_owned()).collect();
            assert_eq!(who, ["camera", "display"], "{about}");
            assert_eq!(
                diagnostics.explain_collection(explanation.collection_id()).as_ref(),
                Some(explanation)
            );
        }
    }
}

#[test]
fn nothing_is_asked_as_long_as_nothing_fails() {
    let service = service();
    let (diagnostics, questions) = diagnostics(&service);
    let allocator = connect(&service, &diagnostics);
    let collections = camera_and_display(&allocator);
    for collection in &collections {
        collection.set_constraints(wants(image())).unwrap();
    }
    for collection in collections {
        assert_eq!(collection.wait_for_buffers().unwrap().len(), 2);
        assert!(collection.check().unwrap());
        collection.release().unwrap();
    }
    assert_eq!(questions.load(Ordering::Relaxed), 0);
    let [error, _] = fail(&allocator, of_heap("A"), of_heap("B"));
    assert!(error.explanation().is_some(), "{error}");
    assert_eq!(questions.load(Ordering::Relaxed), 2);
}

/// Who gets no answer has the error all the same.
#[test]
fn an_error_does_without_an_explanation() {
    let service = service();
    let (_waits_for_ever, silent) = Channel::pair().unwrap();
    let silent = std::sync::Mutex::new(Some(silent));
    let sources = [
        Diagnostics::in_directory("/proc/nowhere"),
        Diagnostics::through(move || {
            silent.lock().unwrap().take().ok_or_else(|| std::io::Error::other("once"))
        }),
        Diagnostics::through(|| Ok(Channel::pair()?.0)),
    ];
    let expected = AllocationFailure::NoCommonSettings;
    for diagnostics in sources {
        let [camera, display] = camera_and_display(&connect(&service, &diagnostics));
        camera.set_constraints(of_heap("A")).unwrap();
        let waits = std::thread::spawn(move || camera.wait_for_buffers().unwrap_err());
        display.sync().unwrap();
        display.set_constraints(of_heap("B")).unwrap();
        let error = waits.join().unwrap();
        assert!(error.explanation().is_none());
        match error {
            Error::Allocation { failure, .. } => assert_eq!(failure, expected),
            // The wait came after the end.
            Error::Closed { protocol, .. } => assert_eq!(protocol, "collection"),
            error => panic!("{error:?}"),
        }
    }
}

#[test]
fn an_allocator_that_was_found_in_a_directory_asks_there() {
    let directory = std::env::temp_dir().join(format!("sysmem-explained-{}", std::process::id()));
    let service = EmbeddedServer::spawn(ServerConfig::in_directory(&directory)).unwrap();
    let errors = fail(&Allocator::connect_in(&directory).unwrap(), of_heap("A"), of_heap("B"));
    for error in errors {
        assert!(error.explanation().is_some(), "{error}");
    }
    service.stop().unwrap();
    std::fs::remove_dir(&directory).unwrap();
}
