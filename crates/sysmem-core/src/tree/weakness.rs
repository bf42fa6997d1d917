//! Whether a node holds buffers strongly, and whether its client knows what it means if not
//! (`sysmem2-protocols.md` 5.3).

use crate::inspect::WeakOk;
use crate::interface::Strength;

/// What `SetWeak` and `SetWeakOk` have said about a node. There is no way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weakness {
    strength: Strength,
    ok: WeakOk,
    /// Somebody above has said it for children, this one among them.
    ok_from_above: bool,
}

impl Weakness {
    /// Of a root.
    pub const NONE: Self =
        Self { strength: Strength::Strong, ok: WeakOk::No, ok_from_above: false };

    /// Of a child that is made now (3.1).
    pub const fn inherited(self) -> Self {
        let ok = match self.ok {
            WeakOk::No | WeakOk::ForNode => WeakOk::No,
            WeakOk::ForNodeAndChildren => WeakOk::ForNodeAndChildren,
        };
        let ok_from_above = matches!(ok, WeakOk::ForNodeAndChildren);
        Self { strength: self.strength, ok, ok_from_above }
    }

    /// `SetWeak`, which implies `SetWeakOk` for the node alone.
    pub fn set_weak(&mut self) {
        self.strength = Strength::Weak;
        self.ok = self.ok.max(WeakOk::ForNode);
    }

    /// `SetWeakOk`. What was said for children before stays.
    pub fn set_ok(&mut self, for_child_nodes_also: bool) {
        let ok = if for_child_nodes_also { WeakOk::ForNodeAndChildren } else { WeakOk::ForNode };
        self.ok = self.ok.max(ok);
    }

    pub const fn strength(self) -> Strength {
        self.strength
    }

    pub const fn ok(self) -> WeakOk {
        self.ok
    }

    pub const fn is_weak(self) -> bool {
        matches!(self.strength, Strength::Weak)
    }

    /// Whether the client may get what a node of this strength gets.
    pub const fn may_wait(self) -> bool {
        !self.is_weak() || !matches!(self.ok, WeakOk::No)
    }

    /// The same for a client of the first version, which gets no `close_weak_asap`: somebody above
    /// has to watch for it, and what the node says itself is not enough.
    pub const fn view_may_wait(self) -> bool {
        !self.is_weak() || self.ok_from_above
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_ok_reaches_children_only_if_it_says_so_and_then_all_of_them() {
        let mut node = Weakness::NONE;
        node.set_weak();
        assert!(node.may_wait());
        assert!(node.inherited().is_weak() && !node.inherited().may_wait());
        node.set_ok(true);
        node.set_ok(false);
        assert!(node.inherited().inherited().may_wait());
    }

    #[test]
    fn a_view_may_be_weak_only_by_the_word_of_somebody_above() {
        let mut parent = Weakness::NONE;
        assert!(parent.view_may_wait());
        parent.set_weak();
        parent.set_ok(true);
        assert!(!parent.view_may_wait());
        assert!(
            parent.inherited().view_may_wait() && parent.inherited().inherited().view_may_wait()
        );
        let mut node = Weakness::NONE.inherited();
        node.set_weak();
        assert!(node.may_wait() && !node.view_may_wait());
    }

    #[test]
    fn weak_ok_does_not_make_weak() {
        let mut node = Weakness::NONE;
        node.set_ok(true);
        assert!(!node.is_weak() && !node.inherited().is_weak());
    }
}
