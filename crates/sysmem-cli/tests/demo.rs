//! `sysmem demo` end to end, with real processes (`command-line.md`, `sysmem demo`).

mod common;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use common::{Service, fail, media, succeed, text};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

/// Pixels of a PNG as R, G, B, A.
fn pixels(path: &Path) -> (u32, u32, Vec<u8>) {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path).unwrap()));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut samples).unwrap();
    samples.truncate(info.buffer_size());
    if info.color_type == png::ColorType::GrayscaleAlpha {
        let (pairs, _) = samples.as_chunks();
        samples = pairs.iter().flat_map(|&[gray, alpha]| [gray, gray, gray, alpha]).collect();
    }
    (info.width, info.height, samples)
}

/// Bytes that look like noise, the same for each call.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn write_clip(path: &Path, width: usize, height: usize, frames: usize) {
    let chroma = width.div_ceil(2) * height.div_ceil(2);
    let mut file = format!("YUV4MPEG2 W{width} H{height} F30:1 Ip C420paldv Xodd\n").into_bytes();
    for frame in 0..frames {
        file.extend(if frame % 2 == 0 { b"FRAME\n".as_slice() } else { b"FRAME Ip\n" });
        file.extend(noise(width * height + 2 * chroma + frame).into_iter().skip(frame));
    }
    fs::write(path, file).unwrap();
}

fn write_image(path: &Path, width: u32, height: u32, color: png::ColorType) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), width, height);
    encoder.set_color(color);
    let bytes = width as usize * height as usize * color.samples();
    if color == png::ColorType::Indexed {
        encoder.set_palette(noise(3 * 256));
        encoder.set_trns(noise(256));
    }
    encoder.write_header().unwrap().write_image_data(&noise(bytes)).unwrap();
}

/// Sends a file through the demo unchanged.
fn copy(input: &Path, output: &Path, more: &[&str]) -> Value {
    let arguments =
        ["demo", "--effect", "none", "--json", "--input", text(input), "--output", text(output)];
    let output = succeed(&[&arguments, more].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn demo_none_reproduces_the_clip_byte_for_byte() {
    let directory = TempDir::new().unwrap();
    let copied = directory.path().join("copy.y4m");
    succeed(&["demo", "--effect", "none", "--output", text(&copied)]);
    let clip = media("bigbuckbunny-320x180.y4m");
    assert!(fs::read(&copied).unwrap() == fs::read(&clip).unwrap());
    copy(&clip, &copied, &[]);
    assert!(fs::read(&copied).unwrap() == fs::read(&clip).unwrap());
}

#[test]
fn demo_none_reproduces_the_photo_pixel_for_pixel() {
    let directory = TempDir::new().unwrap();
    let copied = directory.path().join("copy.png");
    copy(&media("astronaut.png"), &copied, &[]);
    assert!(pixels(&copied) == pixels(&media("astronaut.png")));
}

#[test]
fn demo_none_reproduces_odd_sizes() {
    let directory = TempDir::new().unwrap();
    let (input, output) = (directory.path().join("in.y4m"), directory.path().join("out.y4m"));
    for (width, height) in [(1, 1), (2, 1), (1, 2), (3, 3), (321, 181), (63, 5), (65, 64), (7, 130)]
    {
        write_clip(&input, width, height, 7);
        copy(&input, &output, &[]);
        assert!(fs::read(&output).unwrap() == fs::read(&input).unwrap(), "{width}x{height}");
    }
    let (input, output) = (directory.path().join("in.png"), directory.path().join("out.png"));
    for (width, height) in [(1, 1), (15, 1), (1, 7), (33, 17)] {
        write_image(&input, width, height, png::ColorType::Rgba);
        copy(&input, &output, &[]);
        assert!(pixels(&output) == pixels(&input), "{width}x{height}");
    }
}

#[test]
fn demo_none_reproduces_images_of_all_colors() {
    let directory = TempDir::new().unwrap();
    let (input, output) = (directory.path().join("in.png"), directory.path().join("out.png"));
    use png::ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    for color in [Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba] {
        write_image(&input, 19, 13, color);
        copy(&input, &output, &[]);
        assert!(pixels(&output) == pixels(&input), "{color:?}");
    }
}

#[test]
fn demo_works_with_a_service_in_a_process_of_its_own() {
    let directory = TempDir::new().unwrap();
    let service = Service::start(&directory.path().join("svc"));
    let svc = directory.path().join("svc");
    let copied = directory.path().join("copy.y4m");
    let clip = media("bigbuckbunny-320x180.y4m");
    for _ in 0..3 {
        copy(&clip, &copied, &["--svc", text(&svc)]);
        assert!(fs::read(&copied).unwrap() == fs::read(&clip).unwrap());
    }
    drop(service);
}

#[test]
fn demo_output_follows_its_extension() {
    let directory = TempDir::new().unwrap();
    let last = directory.path().join("last.png");
    succeed(&["demo", "--effect", "none", "--output", text(&last)]);
    let (width, height, samples) = pixels(&last);
    assert_eq!((width, height), (320, 180));
    // The last frame of the clip: a gray animal on green grass below a sky that is bright.
    let mean = |channel: usize, rows: std::ops::Range<usize>| {
        let (rows, _) = samples[rows.start * 320 * 4..rows.end * 320 * 4].as_chunks::<4>();
        rows.iter().map(|pixel| u64::from(pixel[channel])).sum::<u64>() / rows.len() as u64
    };
    assert!(mean(1, 150..180) > mean(2, 150..180) + 20);

    let clip = directory.path().join("photo.y4m");
    succeed(&[
        "demo",
        "--effect",
        "none",
        "--input",
        text(&media("astronaut.png")),
        "--output",
        text(&clip),
    ]);
    let bytes = fs::read(&clip).unwrap();
    assert!(bytes.starts_with(b"YUV4MPEG2 W512 H512 "));
    let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    assert_eq!(bytes.len(), header + "FRAME\n".len() + 512 * 512 * 3 / 2);
    // And back: a little is lost to chroma that four pixels share.
    let back = directory.path().join("back.png");
    copy(&clip, &back, &[]);
    let (original, back) = (pixels(&media("astronaut.png")).2, pixels(&back).2);
    let difference: u64 = original.iter().zip(&back).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(difference / (original.len() as u64) < 4, "{difference}");
}

#[test]
fn demo_effects_take_color_away_and_keep_alpha() {
    let directory = TempDir::new().unwrap();
    let (input, output) = (directory.path().join("in.png"), directory.path().join("out.png"));
    write_image(&input, 33, 17, png::ColorType::Rgba);
    for effect in ["gray", "edges"] {
        succeed(&["demo", "--effect", effect, "--input", text(&input), "--output", text(&output)]);
        let (before, after) = (pixels(&input).2, pixels(&output).2);
        assert!(before != after);
        for (before, after) in before.as_chunks::<4>().0.iter().zip(after.as_chunks::<4>().0) {
            assert!(after[0] == after[1] && after[1] == after[2] && after[3] == before[3]);
        }
    }
    let clip = directory.path().join("clip.y4m");
    for effect in ["gray", "edges"] {
        succeed(&["demo", "--effect", effect, "--output", text(&clip)]);
        let bytes = fs::read(&clip).unwrap();
        let original = fs::read(media("bigbuckbunny-320x180.y4m")).unwrap();
        assert_eq!(bytes.len(), original.len());
        // The end of the file is chroma of the last frame.
        assert!(bytes[bytes.len() - 2 * 160 * 90..].iter().all(|chroma| *chroma == 128));
    }
}

#[test]
fn demo_json_has_the_documented_shape() {
    let directory = TempDir::new().unwrap();
    let clip = media("bigbuckbunny-320x180.y4m");
    let report = copy(&clip, &directory.path().join("copy.y4m"), &[]);
    let keys: Vec<&String> = report.as_object().unwrap().keys().collect();
    let mut expected = [
        "participants",
        "settings",
        "buffer_count",
        "negotiation_us",
        "frames",
        "fps",
        "frame_bytes",
    ];
    expected.sort_unstable();
    assert_eq!(keys, expected);
    let names: Vec<&str> = report["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|participant| participant["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["source", "filter", "sink"]);
    let sink = &report["participants"][2]["constraints"];
    assert_eq!(sink["min_buffer_count_for_camping"], 2);
    assert_eq!(sink["usage"]["cpu"], serde_json::json!(["READ", "READ_OFTEN"]));
    let image = &report["settings"]["image_format_constraints"];
    assert_eq!(image["pixel_format"], "I420");
    assert_eq!(image["bytes_per_row_divisor"], 64);
    assert_eq!(image["min_size"], serde_json::json!({"width": 320, "height": 180}));
    assert_eq!(report["settings"]["buffer_settings"]["size_bytes"], 86400);
    assert_eq!(report["buffer_count"], 4);
    assert_eq!(report["frames"], 24);
    assert_eq!(report["frame_bytes"], 24 * 86400);
    assert!(report["negotiation_us"].as_f64().unwrap() > 0.0);
    assert!(report["fps"].as_f64().unwrap() > 0.0);
}

#[test]
fn demo_lines_say_what_was_asked_and_agreed() {
    let output = succeed(&["demo"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    for part in [
        "Source asks for I420 or NV12; 320x180; CPU write",
        "rows at multiples of 64 bytes",
        "I420 LINEAR",
        "4 buffers of 86400 bytes, heap SYSTEM_RAM, domain CPU",
        "24 frames",
        "2073600 bytes that stayed in place",
    ] {
        assert!(lines.contains(part), "{part:?} is missing in\n{lines}");
    }
    assert!(output.stderr.is_empty());
}

#[test]
fn demo_errors_have_their_exit_status_and_one_line() {
    let directory = TempDir::new().unwrap();
    for (name, content) in [
        ("bad.y4m", "YUV4MPEG2 W2 H2 C422\n"),
        ("cut.y4m", "YUV4MPEG2 W2 H2\nFRAME\n123"),
        ("huge.y4m", "YUV4MPEG2 W16384 H16384\n"),
        ("gif.png", "GIF89a"),
        ("good.y4m", "YUV4MPEG2 W2 H2\nFRAME\n123456"),
    ] {
        fs::write(directory.path().join(name), content).unwrap();
    }
    let cases: [(i32, &str, &[&str]); 10] = [
        (1, "422", &["--input", "DIR/bad.y4m"]),
        (1, "ends within a picture", &["--input", "DIR/cut.y4m"]),
        (1, "neither", &["--input", "DIR/gif.png"]),
        (1, "No such file", &["--input", "DIR/missing.y4m"]),
        (1, ".y4m or .png", &["--output", "DIR/out.gif"]),
        (1, "No such file", &["--output", "DIR/missing/out.y4m"]),
        (1, "same file", &["--input", "DIR/good.y4m", "--output", "DIR/good.y4m"]),
        (1, "--effect", &["--effect", "blur"]),
        // Buffers of 384 MiB are more than a collection may have.
        (2, "demo source: min_size 16384x16384", &["--input", "DIR/huge.y4m"]),
        (3, "sysmem serve", &["--svc", "DIR/nobody"]),
    ];
    for (status, part, arguments) in cases {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| argument.replace("DIR", text(directory.path())))
            .collect();
        let arguments: Vec<&str> =
            ["demo"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        let (code, message) = fail(&arguments);
        assert_eq!(code, status, "{arguments:?}: {message}");
        assert!(message.contains(part), "{part:?} is missing in {message}");
        let errors = message.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!((errors, message.ends_with('\n')), (1, true), "{message}");
    }
}

/// Both are told by everybody whom it concerns, with a service of its own or a running one.
#[test]
fn demo_and_service_say_who_conflicts_and_what_would_help() {
    let directory = TempDir::new().unwrap();
    let (svc, log) = (directory.path().join("svc"), directory.path().join("log"));
    let input = directory.path().join("huge.y4m");
    fs::write(&input, "YUV4MPEG2 W16384 H16384\n").unwrap();
    let service = Service::start_logging(&svc, &log);
    let says_why = |said: &str| {
        for part in ["demo source: min_size 16384x16384", "to fix it: lower demo source's min_size"]
        {
            assert!(said.contains(part), "{part:?} is missing in {said}");
        }
    };
    for more in [&[][..], &["--svc", text(&svc)]] {
        let (status, said) = fail(&[&["demo", "--input", text(&input)], more].concat());
        assert_eq!(status, 2, "{said}");
        says_why(&said);
    }
    assert!(service.stop(Signal::TERM).success());
    let log = fs::read_to_string(log).unwrap();
    says_why(&log);
    assert_eq!(log.matches("(demo frames) failed: ").count(), 1, "{log}");
}

#[test]
fn demo_of_an_empty_stream_writes_an_empty_stream() {
    let directory = TempDir::new().unwrap();
    let (input, output) = (directory.path().join("in.y4m"), directory.path().join("out.y4m"));
    write_clip(&input, 4, 4, 0);
    let report = copy(&input, &output, &[]);
    assert_eq!(report["frames"], 0);
    assert_eq!(fs::read(&output).unwrap(), fs::read(&input).unwrap());
}
