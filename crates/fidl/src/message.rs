//! The header of messages on a channel, and epitaphs (`fidl-wire.md` section 7).

use std::num::NonZeroU32;

use crate::codec::{Codec, encode_body};
use crate::encoder::Encoder;
use crate::error::{EncodeError, HeaderError};

/// Bytes of a header.
pub const HEADER_SIZE: usize = 16;
/// The most bytes that a packet carries, header included (`linux-objects.md`, Channels).
pub const MAX_BYTES: usize = 65_536;
/// The most handles that a packet carries (`linux-objects.md`, Channels).
pub const MAX_HANDLES: usize = 253;

const MAGIC: u8 = 1;
const AT_REST_V2: u8 = 0x02;
const DYNAMIC_FLEXIBLE: u8 = 0x80;
const EPITAPH_ORDINAL: u64 = u64::MAX;
const CONTROL_BIT: u64 = 1 << 63;

/// A transaction id: what ties a reply to its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txid(NonZeroU32);

impl Txid {
    /// `None` for 0, which means that no reply is expected.
    pub fn new(id: u32) -> Option<Self> {
        NonZeroU32::new(id).map(Self)
    }

    /// The number on the wire.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

/// The first 16 bytes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// `None`: one-way request or event.
    pub txid: Option<Txid>,
    /// The sender considers the interaction flexible.
    pub flexible: bool,
    /// What the message is.
    pub ordinal: Ordinal,
}

/// What a message is, by its ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordinal {
    /// A request, reply or event.
    Method(u64),
    /// The last message of a server.
    Epitaph,
}

impl Header {
    /// Splits a packet into header and body. Reserved flag bits are ignored, as the page demands; a
    /// body that is not in wire format v2 cannot be read, so that bit is not.
    ///
    /// # Errors
    ///
    /// See [`HeaderError`].
    pub fn parse(packet: &[u8]) -> Result<(Self, &[u8]), HeaderError> {
        let Some((header, body)) = packet.split_first_chunk::<HEADER_SIZE>() else {
            return Err(HeaderError::TooShort { bytes: packet.len() });
        };
        let [t0, t1, t2, t3, at_rest, _, dynamic, magic, o0, o1, o2, o3, o4, o5, o6, o7] = *header;
        if magic != MAGIC {
            return Err(HeaderError::BadMagic(magic));
        }
        if at_rest & AT_REST_V2 == 0 {
            return Err(HeaderError::NotVersion2);
        }
        let ordinal = match u64::from_le_bytes([o0, o1, o2, o3, o4, o5, o6, o7]) {
            EPITAPH_ORDINAL => Ordinal::Epitaph,
            invalid if invalid == 0 || invalid & CONTROL_BIT != 0 => {
                return Err(HeaderError::InvalidOrdinal(invalid));
            }
            ordinal => Ordinal::Method(ordinal),
        };
        let txid = Txid::new(u32::from_le_bytes([t0, t1, t2, t3]));
        Ok((Self { txid, flexible: dynamic & DYNAMIC_FLEXIBLE != 0, ordinal }, body))
    }

    fn to_bytes(self) -> [u8; HEADER_SIZE] {
        let [t0, t1, t2, t3] = self.txid.map_or(0, Txid::get).to_le_bytes();
        let ordinal = match self.ordinal {
            Ordinal::Method(ordinal) => ordinal,
            Ordinal::Epitaph => EPITAPH_ORDINAL,
        };
        let [o0, o1, o2, o3, o4, o5, o6, o7] = ordinal.to_le_bytes();
        let dynamic = if self.flexible { DYNAMIC_FLEXIBLE } else { 0 };
        [t0, t1, t2, t3, AT_REST_V2, 0, dynamic, MAGIC, o0, o1, o2, o3, o4, o5, o6, o7]
    }
}

/// Replaces the content of the encoder by a whole packet: header, and body of codec `C`.
///
/// # Errors
///
/// Those of the value, and a packet larger than a channel carries. The encoder is empty then, and
/// every handle of the value is dropped.
pub fn encode_packet<C: Codec<H>, H>(
    header: Header,
    value: C::Value,
    e: &mut Encoder<H>,
) -> Result<(), EncodeError> {
    e.clear();
    let result = try_encode_packet::<C, H>(header, value, e);
    if result.is_err() {
        e.clear();
    }
    result
}

/// Replaces the content of the encoder by an epitaph: a server's last words, a status code
/// (section 7.3).
///
/// # Errors
///
/// None in practice; the packet has 24 bytes.
pub fn encode_epitaph<H>(status: i32, e: &mut Encoder<H>) -> Result<(), EncodeError> {
    let header = Header { txid: None, flexible: false, ordinal: Ordinal::Epitaph };
    encode_packet::<i32, H>(header, status, e)
}

fn try_encode_packet<C: Codec<H>, H>(
    header: Header,
    value: C::Value,
    e: &mut Encoder<H>,
) -> Result<(), EncodeError> {
    let at = e.claim(HEADER_SIZE)?;
    e.write(at, header.to_bytes())?;
    encode_body::<C, H>(value, e)?;
    let bytes = e.bytes().len();
    if bytes > MAX_BYTES {
        return Err(EncodeError::TooManyBytes { bytes, limit: MAX_BYTES });
    }
    let handles = e.handles().len();
    if handles > MAX_HANDLES {
        return Err(EncodeError::TooManyHandles { handles, limit: MAX_HANDLES });
    }
    Ok(())
}
