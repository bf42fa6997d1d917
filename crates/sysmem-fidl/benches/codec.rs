//! How long it takes to encode and to decode the two large messages of a negotiation.
//!
//! The floor in the same run is a copy of the message's bytes into a reused buffer, and a copy of the
//! same number of bytes into fresh memory: what no codec with owned values can avoid.
//! Target: 2 µs a message.

use std::hint::black_box;
use std::time::Instant;

use fidl::{
    Encoder, Handle, HandleFault, ObjectType, Received, Rights, ServerMessage, Txid, decode_reply,
    encode_call, encode_event, receive_from_server, receive_request,
};
use sysmem_fidl::fuchsia_images2::{ColorSpace, PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    BufferCollectionConstraints, BufferCollectionInfo, BufferCollectionRequest,
    BufferCollectionSetConstraintsMethod, BufferCollectionSetConstraintsRequest,
    BufferCollectionWaitForAllBuffersAllocatedMethod as Wait,
    BufferCollectionWaitForAllBuffersAllocatedResponse, BufferMemoryConstraints,
    BufferMemorySettings, BufferUsage, CPU_USAGE_READ_OFTEN, CPU_USAGE_WRITE_OFTEN,
    CoherencyDomain, Heap, ImageFormatConstraints, SingleBufferSettings, VmoBuffer,
};

/// Rounds of which the median is taken, and messages in a round.
const ROUNDS: usize = 41;
const MESSAGES: u32 = 2_000;

fn main() {
    println!("{:<44} {:>9} {:>9} {:>7}", "message", "median", "floor", "ratio");
    for formats in [1, 4] {
        let name = format!("SetConstraints, {formats} image formats");
        set_constraints(&name, formats);
    }
    for buffers in [4, 64] {
        buffer_collection_info(&format!("BufferCollectionInfo, {buffers} buffers"), buffers);
    }
}

fn set_constraints(name: &str, formats: usize) {
    let request = request(formats);
    let mut e = Encoder::<Number>::new();
    let encode = |e: &mut Encoder<Number>| {
        let request = request.clone_for_bench();
        encode_event::<BufferCollectionSetConstraintsMethod, Number>(request, e)
            .expect("the request is valid");
    };
    let prepare = median(|| drop(black_box(request.clone_for_bench())));
    let total = median(|| encode(black_box(&mut e)));
    encode(&mut e);
    let packet = e.bytes().to_vec();
    report(&format!("{name}: encode"), total - prepare, &packet);

    let mut handles = Vec::new();
    let decode = median(|| {
        let received = receive_request::<BufferCollectionRequest<Number>, Number>(
            black_box(&packet),
            &mut handles,
        );
        let Ok(Received::Request(request)) = received else { panic!("the packet decodes") };
        black_box(request);
    });
    report(&format!("{name}: decode"), decode, &packet);
}

fn buffer_collection_info(name: &str, buffers: u32) {
    let mut e = Encoder::<Number>::new();
    let responder = || {
        let mut e = Encoder::<Number>::new();
        let txid = Txid::new(1).expect("not 0");
        encode_call::<Wait, Number>(txid, (), &mut e).expect("a call");
        match receive_request(e.bytes(), &mut Vec::new()) {
            Ok(Received::Request(
                BufferCollectionRequest::<Number>::WaitForAllBuffersAllocated { responder },
            )) => responder,
            _ => panic!("a request"),
        }
    };
    let prepare = median(|| {
        let _ = black_box((responder(), info(buffers)));
    });
    let total = median(|| {
        let value = Ok(BufferCollectionWaitForAllBuffersAllocatedResponse {
            buffer_collection_info: Some(info(buffers)),
        });
        responder().encode::<Number>(value, black_box(&mut e)).expect("the reply is valid");
    });
    let packet = e.bytes().to_vec();
    report(&format!("{name}: encode"), total - prepare, &packet);

    let mut handles = Vec::new();
    let decode = median(|| {
        handles.extend((0..buffers).map(Number));
        let Ok(ServerMessage::Reply { ordinal, body, .. }) =
            receive_from_server(black_box(&packet))
        else {
            panic!("a reply")
        };
        let value = decode_reply::<Wait, Number>(ordinal, body, &mut handles);
        black_box(value.expect("the reply decodes")).expect("the reply is a success");
    });
    report(&format!("{name}: decode"), decode, &packet);
}

/// Prints a measurement beside its floor.
fn report(name: &str, nanoseconds: f64, packet: &[u8]) {
    let mut reused = vec![0; packet.len()];
    let floor = median(|| {
        reused.copy_from_slice(black_box(packet));
        black_box(&reused);
        black_box(packet.to_vec());
    });
    println!(
        "{:<44} {:>6.0} ns {:>6.0} ns {:>7.1}",
        format!("{name} ({} B)", packet.len()),
        nanoseconds,
        floor,
        nanoseconds / floor
    );
}

/// The median over rounds of the mean time of one call, in nanoseconds.
fn median(mut work: impl FnMut()) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            (0..MESSAGES).for_each(|_| work());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(MESSAGES)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

fn request(formats: usize) -> BufferCollectionSetConstraintsRequest<Number> {
    let all = [PixelFormat::NV12, PixelFormat::I420, PixelFormat::R8G8B8A8, PixelFormat::B8G8R8A8];
    let constraints = BufferCollectionConstraints {
        usage: Some(BufferUsage {
            cpu: Some(CPU_USAGE_READ_OFTEN | CPU_USAGE_WRITE_OFTEN),
            ..Default::default()
        }),
        min_buffer_count_for_camping: Some(2),
        buffer_memory_constraints: Some(BufferMemoryConstraints {
            min_size_bytes: Some(4096),
            cpu_domain_supported: Some(true),
            ram_domain_supported: Some(true),
            ..Default::default()
        }),
        image_format_constraints: Some(
            all[..formats].iter().map(|format| image(*format)).collect(),
        ),
        ..Default::default()
    };
    BufferCollectionSetConstraintsRequest { constraints: Some(constraints), must_match_vmo: None }
}

fn image(format: PixelFormat) -> ImageFormatConstraints {
    ImageFormatConstraints {
        pixel_format: Some(format),
        pixel_format_modifier: Some(PixelFormatModifier::LINEAR),
        color_spaces: Some(vec![ColorSpace::REC709, ColorSpace::REC601_NTSC]),
        min_size: Some(SizeU { width: 1920, height: 1080 }),
        max_size: Some(SizeU { width: 3840, height: 2160 }),
        bytes_per_row_divisor: Some(64),
        ..Default::default()
    }
}

fn info(buffers: u32) -> BufferCollectionInfo<Number> {
    let mut format = image(PixelFormat::NV12);
    format.min_bytes_per_row = Some(1920);
    format.max_bytes_per_row = Some(u32::MAX);
    BufferCollectionInfo {
        settings: Some(SingleBufferSettings {
            buffer_settings: Some(BufferMemorySettings {
                size_bytes: Some(3_110_400),
                is_physically_contiguous: Some(false),
                is_secure: Some(false),
                coherency_domain: Some(CoherencyDomain::CPU),
                heap: Some(Heap {
                    heap_type: Some("fuchsia.sysmem.heap.HEAP_TYPE.SYSTEM_RAM".into()),
                    id: Some(0),
                }),
                raw_vmo_size: Some(3_112_960),
            }),
            image_format_constraints: Some(format),
        }),
        buffers: Some(
            (0..buffers)
                .map(|index| VmoBuffer {
                    vmo: Some(Number(index)),
                    vmo_usable_start: Some(0),
                    close_weak_asap: None,
                })
                .collect(),
        ),
        buffer_collection_id: Some(17),
    }
}

/// A handle without a kernel behind it, so that the codec alone is measured.
#[derive(Debug, PartialEq)]
struct Number(u32);

impl Handle for Number {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

/// Requests own their values, so each encoding needs a fresh one; what making it costs is measured
/// by itself and taken off.
trait CloneForBench {
    fn clone_for_bench(&self) -> Self;
}

impl CloneForBench for BufferCollectionSetConstraintsRequest<Number> {
    fn clone_for_bench(&self) -> Self {
        Self { constraints: self.constraints.clone(), must_match_vmo: None }
    }
}
