//! Codes of pixel formats (`image-formats.md` 8.1).

use std::fmt;

use sysmem_fidl::fuchsia_images2::PixelFormat;

/// Four characters that name a format, as DRM and V4L2 have them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fourcc(pub [u8; 4]);

/// An `enum spa_video_format` of PipeWire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpaFormat {
    /// The name without `SPA_VIDEO_FORMAT_`.
    pub name: &'static str,
    /// The number.
    pub id: u32,
}

/// Whether the fourth channel of a format is alpha: `is_alpha_present`, decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alpha {
    /// The channel is alpha. For formats without such a channel there is no difference.
    Present,
    /// The channel has no meaning.
    Ignored,
}

impl Alpha {
    /// What to offer to others for a value of `is_alpha_present`: while it is not set, both.
    pub const fn candidates(is_alpha_present: Option<bool>) -> &'static [Self] {
        match is_alpha_present {
            Some(true) => &[Self::Present],
            Some(false) => &[Self::Ignored],
            None => &[Self::Present, Self::Ignored],
        }
    }
}

/// What one pixel format is called. `None` where there is no code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatNames {
    /// `DRM_FORMAT_*`.
    pub drm: Option<Fourcc>,
    /// `V4L2_PIX_FMT_*`. Of several with the same samples the one with a single buffer.
    pub v4l2: Option<Fourcc>,
    /// Name of a `GstVideoFormat` as in caps.
    pub gstreamer: Option<&'static str>,
    /// `SPA_VIDEO_FORMAT_*`.
    pub pipewire: Option<SpaFormat>,
}

/// A pixel format of sysmem that somebody else's code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Samples {
    /// The format; never one of the deprecated ones with an X.
    pub pixel_format: PixelFormat,
    /// The value for `is_alpha_present`; not set for formats without a fourth channel.
    pub is_alpha_present: Option<bool>,
}

impl FormatNames {
    /// What `format` is called. None for values that are not formats, and for `R2G2B2X2`, which
    /// nobody else has.
    pub fn of(format: PixelFormat, alpha: Alpha) -> Option<Self> {
        let row = ROWS.iter().find(|row| row.format == replacement(format))?;
        let is_opaque = alpha == Alpha::Ignored || format != row.format;
        match row.opaque {
            Some(opaque) if is_opaque => Some(opaque),
            _ => Some(row.names),
        }
    }
}

impl Samples {
    /// What a code of DRM stands for. `R8` is taken for [`PixelFormat::R8`]; luminance has the same
    /// code when it is exported, and the newer `GREY` is accepted for it.
    pub fn from_drm(code: Fourcc) -> Option<Self> {
        if code == Fourcc(*b"GREY") {
            return Some(Self { pixel_format: PixelFormat::L8, is_alpha_present: None });
        }
        Self::find(|names, format| names.drm == Some(code) && format != PixelFormat::L8)
    }

    /// What a code of V4L2 stands for. `GREY` is taken for [`PixelFormat::L8`].
    pub fn from_v4l2(code: Fourcc) -> Option<Self> {
        Self::find(|names, format| names.v4l2 == Some(code) && format != PixelFormat::R8)
    }

    /// What a format of GStreamer stands for.
    pub fn from_gstreamer(name: &str) -> Option<Self> {
        Self::find(|names, _| names.gstreamer == Some(name))
    }

    /// What the number of a format of PipeWire stands for.
    pub fn from_pipewire(id: u32) -> Option<Self> {
        Self::find(|names, _| names.pipewire.is_some_and(|format| format.id == id))
    }

    fn find(matches: impl Fn(&FormatNames, PixelFormat) -> bool) -> Option<Self> {
        ROWS.iter().find_map(|row| {
            let pixel_format = row.format;
            if matches(&row.names, pixel_format) {
                return Some(Self { pixel_format, is_alpha_present: row.opaque.map(|_| true) });
            }
            let opaque = row.opaque.as_ref()?;
            matches(opaque, pixel_format)
                .then_some(Self { pixel_format, is_alpha_present: Some(false) })
        })
    }
}

/// The formats with an X are the ones with an A, opaque.
const fn replacement(format: PixelFormat) -> PixelFormat {
    match format {
        PixelFormat::R8G8B8X8 => PixelFormat::R8G8B8A8,
        PixelFormat::B8G8R8X8 => PixelFormat::B8G8R8A8,
        other => other,
    }
}

impl From<Fourcc> for u32 {
    /// The code as the number that system calls take: the first character in the lowest byte.
    fn from(code: Fourcc) -> Self {
        Self::from_le_bytes(code.0)
    }
}

impl From<u32> for Fourcc {
    fn from(number: u32) -> Self {
        Self(number.to_le_bytes())
    }
}

impl fmt::Display for Fourcc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", byte.escape_ascii()))
    }
}

impl fmt::Debug for Fourcc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fourcc({self})")
    }
}

struct Row {
    format: PixelFormat,
    names: FormatNames,
    /// The names when the fourth channel has no meaning; none if there is no such channel.
    opaque: Option<FormatNames>,
}

/// `""` and 0 stand for "no code", which keeps the table below readable.
const fn names(
    drm: &[u8],
    v4l2: &[u8],
    gstreamer: &'static str,
    pipewire: (&'static str, u32),
) -> FormatNames {
    FormatNames {
        drm: code(drm),
        v4l2: code(v4l2),
        gstreamer: if gstreamer.is_empty() { None } else { Some(gstreamer) },
        pipewire: match pipewire {
            (_, 0) => None,
            (name, id) => Some(SpaFormat { name, id }),
        },
    }
}

const fn code(characters: &[u8]) -> Option<Fourcc> {
    match characters {
        [a, b, c, d] => Some(Fourcc([*a, *b, *c, *d])),
        _ => None,
    }
}

const fn row(format: PixelFormat, names: FormatNames) -> Row {
    Row { format, names, opaque: None }
}

const fn row_with_alpha(format: PixelFormat, names: FormatNames, opaque: FormatNames) -> Row {
    Row { format, names, opaque: Some(opaque) }
}

/// Where two rows have the same code, "layout only" in the page, the functions above say which one
/// it stands for.
#[rustfmt::skip]
const ROWS: &[Row] = {
    use PixelFormat as F;
    &[
        row_with_alpha(
            F::R8G8B8A8,
            names(b"AB24", b"AB24", "RGBA", ("RGBA", 11)),
            names(b"XB24", b"XB24", "RGBx", ("RGBx", 7)),
        ),
        row_with_alpha(
            F::B8G8R8A8,
            names(b"AR24", b"AR24", "BGRA", ("BGRA", 12)),
            names(b"XR24", b"XR24", "BGRx", ("BGRx", 8)),
        ),
        row_with_alpha(
            F::A2R10G10B10,
            names(b"AR30", b"AR30", "BGR10A2_LE", ("ARGB_210LE", 84)),
            names(b"XR30", b"", "", ("xRGB_210LE", 80)),
        ),
        row_with_alpha(
            F::A2B10G10R10,
            names(b"AB30", b"", "RGB10A2_LE", ("ABGR_210LE", 85)),
            names(b"XB30", b"", "", ("xBGR_210LE", 81)),
        ),
        row(F::I420, names(b"YU12", b"YU12", "I420", ("I420", 2))),
        row(F::M420, names(b"", b"M420", "", ("", 0))),
        row(F::NV12, names(b"NV12", b"NV12", "NV12", ("NV12", 23))),
        row(F::YUY2, names(b"YUYV", b"YUYV", "YUY2", ("YUY2", 4))),
        row(F::MJPEG, names(b"", b"MJPG", "", ("", 0))),
        row(F::YV12, names(b"YV12", b"YV12", "YV12", ("YV12", 3))),
        row(F::B8G8R8, names(b"RG24", b"BGR3", "BGR", ("BGR", 16))),
        row(F::R8G8B8, names(b"BG24", b"RGB3", "RGB", ("RGB", 15))),
        row(F::R5G6B5, names(b"RG16", b"RGBP", "RGB16", ("RGB16", 29))),
        row(F::R3G3B2, names(b"RGB8", b"RGB1", "", ("", 0))),
        row(F::L8, names(b"R8  ", b"GREY", "GRAY8", ("GRAY8", 25))),
        row(F::R8, names(b"R8  ", b"GREY", "", ("", 0))),
        row(F::R8G8, names(b"GR88", b"", "", ("", 0))),
        row(F::P010, names(b"P010", b"P010", "P010_10LE", ("P010_10LE", 62))),
    ]
};
