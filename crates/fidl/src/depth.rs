//! The recursion limit (`fidl-wire.md` section 5).

/// How many indirections lie between the primary object and the object at hand, 0 to 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth(u8);

/// More than 32 indirections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

impl Depth {
    /// The depth of the primary object.
    pub const PRIMARY: Self = Self(0);

    const MAX: u8 = 32;

    /// The depth of an object that this one refers to.
    ///
    /// # Errors
    ///
    /// [`TooDeep`] past 32 indirections; it converts into the errors of both directions.
    pub fn deeper(self) -> Result<Self, TooDeep> {
        match self.0.checked_add(1) {
            Some(depth) if depth <= Self::MAX => Ok(Self(depth)),
            _ => Err(TooDeep),
        }
    }
}
