//! Simple layouts: what a flag or a count says is absent is not looked at (`sysmem1.md` 1.2).

use crate::codec::Codec;
use crate::decoder::Decoder;
use crate::depth::Depth;
use crate::error::DecodeError;

/// What stands in for values that are absent. Inline parts are shorter (`fidl-wire.md` section 5).
static ZEROS: [u8; 65_536] = [0; 65_536];

impl<H> Decoder<'_, H> {
    /// Decodes a value of codec `C` if the `bool` at `flag` is true; otherwise gives the value that
    /// zeros have, whatever bytes are there. For types without handles.
    ///
    /// # Errors
    ///
    /// Those of the flag and of the codec.
    pub fn flagged<C: Codec<H>>(
        &mut self,
        flag: usize,
        at: usize,
        depth: Depth,
    ) -> Result<C::Value, DecodeError> {
        if bool::decode(self, flag, depth)? {
            C::decode(self, at, depth)
        } else {
            zero::<C, H>(depth)
        }
    }

    /// Decodes as many elements of an array as the `uint32` at `count` says, and gives the others
    /// the value that zeros have, whatever bytes are there. For types without handles.
    ///
    /// A count of more than `N` is for the receiver to refuse; all elements are decoded then.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn counted<C: Codec<H>, const N: usize>(
        &mut self,
        count: usize,
        at: usize,
        depth: Depth,
    ) -> Result<[C::Value; N], DecodeError> {
        let count = u32::from_le_bytes(self.read(count)?);
        let count = usize::try_from(count).unwrap_or(N).min(N);
        let mut values = Vec::with_capacity(N);
        let mut element = at;
        for _ in 0..count {
            values.push(C::decode(self, element, depth)?);
            element = element.saturating_add(C::SIZE);
        }
        while values.len() < N {
            values.push(zero::<C, H>(depth)?);
        }
        // The loops made exactly N values.
        values.try_into().map_err(|_| DecodeError::TooFewBytes)
    }
}

fn zero<C: Codec<H>, H>(depth: Depth) -> Result<C::Value, DecodeError> {
    let mut handles = Vec::new();
    let bytes = ZEROS.get(..C::SIZE).ok_or(DecodeError::TooFewBytes)?;
    C::decode(&mut Decoder::new(bytes, &mut handles), 0, depth)
}
