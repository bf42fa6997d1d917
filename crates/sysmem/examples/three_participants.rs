//! A camera, an encoder and a preview share buffers. Run it with
//! `cargo run -p sysmem --example three_participants`.
//!
//! Here the three are threads and the service is embedded, so that nothing has to be started
//! before. Processes do the same: they connect with [`Allocator::connect`], and send tokens over
//! any socket that carries descriptors.

use std::sync::mpsc;
use std::thread;

use sysmem::{
    Allocator, Channel, ColorSpace, Constraints, Error, ImageConstraints, PixelFormat, Token,
};
use sysmem_server::{EmbeddedServer, ServerConfig};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = EmbeddedServer::spawn(ServerConfig::embedded())?;
    let (to_encoder, at_encoder) = mpsc::channel();
    let (to_preview, at_preview) = mpsc::channel();
    let connections = [service.connect()?, service.connect()?, service.connect()?];
    let [for_camera, for_encoder, for_preview] = connections;

    thread::scope(|scope| {
        let camera = scope.spawn(|| camera(for_camera, to_encoder, to_preview));
        let encoder = scope.spawn(|| participant(for_encoder, at_encoder, encoder_constraints()));
        let preview = scope.spawn(|| participant(for_preview, at_preview, preview_constraints()));
        for (name, thread) in [("camera", camera), ("encoder", encoder), ("preview", preview)] {
            let agreed = thread.join().map_err(|_| "a participant panicked")??;
            println!("{name:8} {agreed}");
        }
        Ok(())
    })
}

/// Makes the collection, invites the others, and fills a buffer.
fn camera(
    connection: Channel,
    to_encoder: mpsc::Sender<Channel>,
    to_preview: mpsc::Sender<Channel>,
) -> Result<String, Error> {
    let allocator = Allocator::from_channel(connection)?;
    let token = allocator.new_shared_token()?;
    let for_encoder = token.duplicate()?;
    let for_preview = token.duplicate()?;
    // From here on the service knows the tokens, and anybody may turn them in.
    token.sync()?;
    let _ = to_encoder.send(for_encoder.into_channel()?);
    let _ = to_preview.send(for_preview.into_channel()?);

    let collection = allocator.bind(token)?;
    let image =
        ImageConstraints::linear(PixelFormat::NV12).color_space(ColorSpace::REC709).size(1280, 720);
    collection.set_constraints(Constraints::new().cpu_write().camping(2).image(image))?;
    let buffers = collection.wait_for_buffers()?;

    // Memory that others see: it is written through a type that knows.
    let memory = buffers[0].map()?;
    memory.write(0, &[235; 1280])?;

    collection.release()?;
    Ok(describe(&buffers))
}

/// Joins with what it was given.
fn participant(
    connection: Channel,
    tokens: mpsc::Receiver<Channel>,
    constraints: Constraints,
) -> Result<String, Error> {
    let allocator = Allocator::from_channel(connection)?;
    let Ok(token) = tokens.recv() else { return Ok("was not invited".to_owned()) };
    let collection = allocator.bind(Token::from_channel(token)?)?;
    collection.set_constraints(constraints)?;
    let buffers = collection.wait_for_buffers()?;
    collection.release()?;
    Ok(describe(&buffers))
}

/// Rows at multiples of 256 bytes, as hardware likes them.
fn encoder_constraints() -> Constraints {
    let nv12 = ImageConstraints::linear(PixelFormat::NV12);
    let i420 = ImageConstraints::linear(PixelFormat::I420);
    [nv12, i420].into_iter().fold(Constraints::new().cpu_read().camping(1), |constraints, image| {
        constraints.image(image.any_color_space().row_alignment(256))
    })
}

/// Whatever comes, in one of two color spaces.
fn preview_constraints() -> Constraints {
    let image = ImageConstraints::linear(PixelFormat::NV12)
        .color_space(ColorSpace::REC601_PAL)
        .color_space(ColorSpace::REC709);
    Constraints::new().cpu_read().camping(1).image(image)
}

fn describe(buffers: &sysmem::Buffers) -> String {
    let image = buffers.image().map(|image| {
        format!(
            "{:?} with rows of a multiple of {} bytes",
            image.pixel_format.unwrap_or(PixelFormat::INVALID),
            image.bytes_per_row_divisor.unwrap_or(1),
        )
    });
    format!(
        "{} buffers of {} bytes: {}",
        buffers.len(),
        buffers.size_bytes(),
        image.unwrap_or_default()
    )
}
