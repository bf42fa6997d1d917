//! YUV4MPEG2 streams of 8-bit 4:2:0: a text line, then frames, each a text line and three planes.
//!
//! Lines are kept as they were read, so that a stream that is written again with the same pictures
//! has the same bytes.

use std::io::{self, BufRead, Read, Write};

use crate::media::{MediaError, Yuv420};

/// The first line of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The whole line, without the line feed.
    line: Vec<u8>,
    /// Pixels in a row, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
    /// Samples use all values, and not 16 to 235 and 240.
    pub full_range: bool,
}

/// One frame: its picture, and the parameters behind the word `FRAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Usually empty, else with the space in front.
    pub parameters: Vec<u8>,
    /// The samples.
    pub picture: Yuv420,
}

/// Reads frames one after the other.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    header: Header,
}

/// Writes frames one after the other.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
}

impl Header {
    /// Reads a header from its line, without the line feed.
    ///
    /// # Errors
    ///
    /// [`MediaError::NotY4m`] for other data, [`MediaError::Unsupported`] for other samplings than
    /// 8-bit 4:2:0, [`MediaError::Malformed`] for parameters that cannot be read.
    pub fn parse(line: &[u8]) -> Result<Self, MediaError> {
        let parameters = line.strip_prefix(MAGIC).ok_or(MediaError::NotY4m)?;
        let mut header = Self { line: line.to_vec(), width: 0, height: 0, full_range: false };
        for parameter in parameters.split(|byte| *byte == b' ').filter(|text| !text.is_empty()) {
            let text = str::from_utf8(parameter)
                .map_err(|_| MediaError::Malformed("the header is not text".into()))?;
            match text.split_at_checked(1) {
                Some(("W", value)) => header.width = dimension(text, value)?,
                Some(("H", value)) => header.height = dimension(text, value)?,
                Some(("C", sampling)) => check_sampling(sampling)?,
                Some(("X", "COLORRANGE=FULL")) => header.full_range = true,
                // Rate, interlacing, aspect and comments travel in the line.
                _ => {}
            }
        }
        if header.width == 0 || header.height == 0 {
            return Err(MediaError::Malformed("the header lacks a width or a height".into()));
        }
        Yuv420::check_size(header.width, header.height)?;
        Ok(header)
    }

    /// A header for pictures that do not come from a stream: BT.601, limited range, 25 frames a
    /// second.
    pub fn for_size(width: u32, height: u32) -> Self {
        let line =
            format!("YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED");
        Self { line: line.into_bytes(), width, height, full_range: false }
    }

    /// The line, without the line feed.
    pub fn line(&self) -> &[u8] {
        &self.line
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// Those of [`Header::parse`], and of reading.
    pub fn new(mut input: R) -> Result<Self, MediaError> {
        let line = read_line(&mut input)?.ok_or(MediaError::NotY4m)?;
        Ok(Self { header: Header::parse(&line)?, input })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next frame, `None` at the end.
    ///
    /// # Errors
    ///
    /// [`MediaError::Malformed`] when something else than a frame follows,
    /// [`MediaError::Truncated`] when the stream ends within one.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        let Some(line) = read_line(&mut self.input)? else { return Ok(None) };
        let parameters = line
            .strip_prefix(FRAME)
            .filter(|rest| rest.first().is_none_or(|byte| *byte == b' '))
            .ok_or_else(|| MediaError::Malformed("a frame does not start with FRAME".into()))?;
        let mut picture = Yuv420::black(self.header.width, self.header.height);
        for plane in [&mut picture.y, &mut picture.u, &mut picture.v] {
            self.input.read_exact(plane).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => MediaError::Truncated,
                _ => error.into(),
            })?;
        }
        Ok(Some(Frame { parameters: parameters.to_vec(), picture }))
    }
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn new(mut output: W, header: &Header) -> Result<Self, MediaError> {
        output.write_all(&header.line)?;
        output.write_all(b"\n")?;
        Ok(Self { output })
    }

    /// Writes one frame.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn write(&mut self, parameters: &[u8], picture: &Yuv420) -> Result<(), MediaError> {
        for part in [FRAME, parameters, b"\n", &picture.y, &picture.u, &picture.v] {
            self.output.write_all(part)?;
        }
        Ok(())
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn finish(mut self) -> Result<(), MediaError> {
        Ok(self.output.flush()?)
    }
}

/// A line without its line feed; `None` at the end of the input.
fn read_line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, MediaError> {
    let mut line = Vec::new();
    input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Some(line));
    }
    let is_ours = line.starts_with(FRAME) || line.starts_with(MAGIC);
    Err(if is_ours { MediaError::Truncated } else { MediaError::NotY4m })
}

fn dimension(parameter: &str, value: &str) -> Result<u32, MediaError> {
    value
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| MediaError::Malformed(format!("the header says {parameter:?}")))
}

/// The four names of 8-bit 4:2:0, which differ in where chroma samples lie.
fn check_sampling(sampling: &str) -> Result<(), MediaError> {
    match sampling {
        "420" | "420jpeg" | "420mpeg2" | "420paldv" => Ok(()),
        other => Err(MediaError::Unsupported(format!("sampling C{other}; 8-bit 4:2:0 is"))),
    }
}

const MAGIC: &[u8] = b"YUV4MPEG2";
const FRAME: &[u8] = b"FRAME";
/// Longer lines are no header of anything.
const MAX_LINE_BYTES: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(stream: &[u8]) -> Result<Vec<u8>, MediaError> {
        let mut reader = Reader::new(stream)?;
        let mut copy = Vec::new();
        let mut writer = Writer::new(&mut copy, reader.header())?;
        while let Some(frame) = reader.next_frame()? {
            writer.write(&frame.parameters, &frame.picture)?;
        }
        writer.finish()?;
        Ok(copy)
    }

    #[test]
    fn streams_come_out_byte_for_byte() {
        let clip = include_bytes!("../../../../media/bigbuckbunny-320x180.y4m");
        assert_eq!(copy(clip).unwrap(), clip);
        for (width, height, chroma) in [(1, 1, 1), (3, 5, 6), (4, 2, 2), (5, 4, 6)] {
            let mut odd = format!("YUV4MPEG2 H{height} W{width} C420paldv Xa b\n").into_bytes();
            for frame in ["FRAME\n", "FRAME Ip Xsome=thing\n"] {
                odd.extend(frame.as_bytes());
                odd.extend((0..width * height + 2 * chroma).map(|n| n as u8));
            }
            assert_eq!(copy(&odd).unwrap(), odd, "{width}x{height}");
        }
    }

    #[test]
    fn headers_say_size_and_range() {
        let header = Header::parse(b"YUV4MPEG2 W3 H2 F12:1 XCOLORRANGE=FULL").unwrap();
        assert_eq!((header.width, header.height, header.full_range), (3, 2, true));
        assert!(!Header::for_size(3, 2).full_range);
        assert_eq!(Header::parse(Header::for_size(7, 9).line()).unwrap(), Header::for_size(7, 9));
    }

    #[test]
    fn what_is_no_such_stream_is_refused_with_its_reason() {
        type Case<'a> = (&'a [u8], fn(&MediaError) -> bool);
        let cases: [Case<'_>; 10] = [
            (b"", |error| matches!(error, MediaError::NotY4m)),
            (b"\x89PNG\r\n", |error| matches!(error, MediaError::NotY4m)),
            (b"YUV4MPEG2 W2 H2 C444\n", |error| matches!(error, MediaError::Unsupported(_))),
            (b"YUV4MPEG2 W2 H2 C420p10\n", |error| matches!(error, MediaError::Unsupported(_))),
            (b"YUV4MPEG2 W0 H2\n", |error| matches!(error, MediaError::Malformed(_))),
            (b"YUV4MPEG2 W2\n", |error| matches!(error, MediaError::Malformed(_))),
            (b"YUV4MPEG2 W99999 H99999\n", |error| matches!(error, MediaError::TooLarge { .. })),
            (b"YUV4MPEG2 W2 H2\nframe\n123456", |e| matches!(e, MediaError::Malformed(_))),
            (b"YUV4MPEG2 W2 H2\nFRAME\n12345", |error| matches!(error, MediaError::Truncated)),
            (b"YUV4MPEG2 W2 H2\nFRAME", |error| matches!(error, MediaError::Truncated)),
        ];
        for (stream, is_expected) in cases {
            let error = copy(stream).unwrap_err();
            assert!(is_expected(&error), "{}: {error:?}", stream.escape_ascii());
        }
    }
}
