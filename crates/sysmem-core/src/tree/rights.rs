//! The rights that a node may give to VMO handles at most (`sysmem2-protocols.md` 5.7).

/// A set of `zx_rights_t` bits: what is left of all masks from the root down to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RightsMask(u32);

const TRANSFER: u32 = 0x2;
const WRITE: u32 = 0x8;
const SAME_RIGHTS: u32 = 0x8000_0000;

impl RightsMask {
    /// Nothing is taken away.
    pub const ALL: Self = Self(u32::MAX);

    /// The mask of a child made with `mask`. Rights that are lost are never regained.
    pub const fn attenuated(self, mask: u32) -> Self {
        if mask == SAME_RIGHTS { self } else { Self(self.0 & mask) }
    }

    /// The bits that are left.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether handles can be sent to the node at all.
    pub const fn lets_transfer(self) -> bool {
        self.0 & TRANSFER != 0
    }

    /// Of all rights, writing is the one that a handle on Linux can be without.
    pub const fn lets_write(self) -> bool {
        self.0 & WRITE != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_rights_stay_lost() {
        let read_only = RightsMask::ALL.attenuated(!WRITE);
        assert!(RightsMask::ALL.attenuated(SAME_RIGHTS).lets_write());
        assert!(!read_only.lets_write());
        assert!(!read_only.attenuated(u32::MAX).lets_write());
        assert!(!read_only.attenuated(SAME_RIGHTS).lets_write());
    }
}
