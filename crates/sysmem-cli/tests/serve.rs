//! `sysmem serve` (`command-line.md`).

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use ::sysmem::{Allocator, Constraints, ImageConstraints};
use common::{Service, fail, succeed, sysmem, text};
use rustix::process::Signal;
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_sysmem2::VULKAN_IMAGE_USAGE_SAMPLED;
use tempfile::TempDir;
use zx::Interest;

const ALLOCATOR: &str = "fuchsia.sysmem2.Allocator";

fn sockets(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let sockets = entries.filter(|entry| entry.file_type().unwrap().is_socket());
    sockets.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn serve_makes_its_directory_with_the_documented_modes() {
    let directory = TempDir::new().unwrap();
    let svc = directory.path().join("run");
    let _service = Service::start(&svc);
    assert!(sockets(&svc).contains(&ALLOCATOR.to_owned()));
    assert_eq!((mode(&svc), mode(&svc.join(ALLOCATOR))), (0o755, 0o666));
}

#[test]
fn serve_takes_modes_from_its_configuration() {
    let directory = TempDir::new().unwrap();
    let (svc, config) = (directory.path().join("run"), directory.path().join("config.toml"));
    fs::write(&config, "directory_mode = 0o700\nsocket_mode = 0o600\n").unwrap();
    let _service = Service::start_with(&svc, &["--config", text(&config)]);
    assert_eq!((mode(&svc), mode(&svc.join(ALLOCATOR))), (0o700, 0o600));
    for bad in ["socket_mode = 660000", "\nsocket_mod = 1", "format_costs = [{ cost = 1 }]"] {
        fs::write(&config, bad).unwrap();
        let other = directory.path().join("other");
        let (status, message) = fail(&["serve", "--svc", text(&other), "--config", text(&config)]);
        assert_eq!((status, message.lines().count()), (1, 1), "{message}");
        let place = format!("{}: line {}: ", text(&config), bad.lines().count());
        assert!(message.contains(&place), "{message}");
    }
}

/// The format that somebody gets who can use four, from a service with these costs.
fn format_with(costs: &str) -> (PixelFormat, PixelFormatModifier) {
    let directory = TempDir::new().unwrap();
    let (svc, config) = (directory.path().join("run"), directory.path().join("config.toml"));
    fs::write(&config, costs).unwrap();
    let _service = Service::start_with(&svc, &["--config", text(&config)]);
    let collection = Allocator::connect_in(&svc).unwrap().new_collection().unwrap();
    let image = ImageConstraints::linear(PixelFormat::R8G8B8A8)
        .or(PixelFormat::B8G8R8A8, PixelFormatModifier::LINEAR)
        .or(PixelFormat::B8G8R8A8, PixelFormatModifier::INTEL_I915_X_TILED)
        .or(PixelFormat::B8G8R8A8, PixelFormatModifier::INTEL_I915_Y_TILED)
        .color_space(ColorSpace::SRGB)
        .min_size(64, 64);
    let gpu = Constraints::new().vulkan(VULKAN_IMAGE_USAGE_SAMPLED).camping(1).image(image);
    collection.set_constraints(gpu).unwrap();
    let buffers = collection.wait_for_buffers().unwrap();
    collection.release().unwrap();
    let image = buffers.image().unwrap();
    (image.pixel_format.unwrap(), image.pixel_format_modifier.unwrap())
}

#[test]
fn serve_takes_costs_of_formats_from_its_configuration() {
    let (rgba, bgra) = (PixelFormat::R8G8B8A8, PixelFormat::B8G8R8A8);
    assert_eq!(format_with(""), (rgba, PixelFormatModifier::LINEAR));
    let intel = "format_cost_tables = ['intel']\n";
    assert_eq!(format_with(intel), (bgra, PixelFormatModifier::INTEL_I915_Y_TILED));
    let own = "[[format_costs]]\npixel_format = 'B8G8R8A8'\n\
               pixel_format_modifier = 'INTEL_I915_X_TILED'\ncost = 1.5\n";
    let both = format!("{intel}{own}");
    assert_eq!(format_with(&both), (bgra, PixelFormatModifier::INTEL_I915_X_TILED));
}

#[test]
fn serve_stops_on_signals_and_removes_its_sockets() {
    for signal in [Signal::TERM, Signal::INT] {
        let directory = TempDir::new().unwrap();
        let service = Service::start(directory.path());
        assert!(!sockets(directory.path()).is_empty());
        let status = service.stop(signal);
        assert_eq!(status.code(), Some(0), "{signal:?}");
        assert_eq!(sockets(directory.path()), Vec::<String>::new());
    }
}

#[test]
fn serve_refuses_the_directory_of_a_live_service() {
    let directory = TempDir::new().unwrap();
    let _service = Service::start(directory.path());
    let (status, message) = fail(&["serve", "--svc", text(directory.path())]);
    assert_eq!((status, message.lines().count()), (1, 1), "{message}");
    assert!(message.contains(text(directory.path())), "{message}");
    succeed(&["demo", "--svc", text(directory.path())]);
}

#[test]
fn serve_replaces_the_sockets_of_a_dead_service() {
    let directory = TempDir::new().unwrap();
    Service::start(directory.path()).stop(Signal::KILL);
    assert!(!sockets(directory.path()).is_empty());
    let _service = Service::start(directory.path());
    succeed(&["demo", "--svc", text(directory.path())]);
}

#[test]
fn serve_finds_its_directory_in_the_environment() {
    let directory = TempDir::new().unwrap();
    let svc = directory.path().join("from-environment");
    let mut process = sysmem(&["serve"])
        .env("SYSMEM_SVC", &svc)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    common::eventually("the socket", || svc.join(ALLOCATOR).exists().then_some(()));
    common::send(process.id(), Signal::TERM);
    assert!(process.wait().unwrap().success());
}

#[test]
fn serve_says_what_it_does_when_asked() {
    let directory = TempDir::new().unwrap();
    let log = directory.path().join("log");
    let start = |arguments: &[&str], filter: &str| {
        let mut process = sysmem(&["serve", "--svc", text(directory.path())])
            .args(arguments)
            .env("SYSMEM_LOG", filter)
            .stdout(std::process::Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).unwrap();
        common::send(process.id(), Signal::TERM);
        process.wait().unwrap();
        fs::read_to_string(&log).unwrap()
    };
    assert_eq!(start(&[], ""), "");
    assert!(start(&["-v"], "").contains("serving"));
    assert!(start(&[], "info").contains("serving"));
    let message = start(&[], "=nonsense=");
    assert!(message.starts_with("error: SYSMEM_LOG"), "{message}");
}

#[test]
fn serve_does_not_wait_for_whoever_reads_its_log() {
    let directory = TempDir::new().unwrap();
    let svc = directory.path().join("run");
    let mut service = sysmem(&["serve", "--svc", text(&svc)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(service.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    // Nobody reads the pipe, which holds 16 pages of whole lines; each bad packet is worth one.
    for _ in 0..2000 {
        let channel = zx::connect(svc.join(ALLOCATOR)).unwrap();
        channel.send(b"no message", &[]).unwrap();
        assert!(channel.wait(Interest::End, Some(Duration::from_secs(30))).unwrap());
    }
    let collection = Allocator::connect_in(&svc).unwrap().new_collection().unwrap();
    collection
        .set_constraints(Constraints::new().cpu_write().camping(1).min_size_bytes(1))
        .unwrap();
    assert_eq!(collection.wait_for_buffers().unwrap().len(), 1);
    common::send(service.id(), Signal::TERM);
    assert!(service.wait().unwrap().success(), "it ends, although its last words are not read");
    let mut log = Vec::new();
    service.stderr.take().unwrap().read_to_end(&mut log).unwrap();
    assert!(log.len() > 60_000, "there were too few lines to fill the pipe");
}
