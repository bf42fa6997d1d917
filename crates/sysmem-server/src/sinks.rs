//! The sinks of views: where their events go (`sysmem1.md` 1.6).
//!
//! A sink is a client end whose server is the client of the view. Nothing is read from it. At most
//! two events are owed, so that a sink that has no room for them is one that nobody reads; then it
//! is closed, and its view goes on.

use std::collections::BTreeMap;

use sysmem_core::ChannelId;

use crate::client_handle::ClientHandle;

/// All sinks, by numbers of their own.
#[derive(Debug, Default)]
pub(crate) struct Sinks {
    of_views: BTreeMap<ChannelId, ChannelId>,
    ends: BTreeMap<ChannelId, ClientHandle>,
}

impl Sinks {
    /// The events of `view` go to `end` from now on, which has the number `id`.
    pub(crate) fn set(&mut self, view: ChannelId, id: ChannelId, end: ClientHandle) {
        self.of_views.insert(view, id);
        self.ends.insert(id, end);
    }

    /// The sink of a view, as long as it is there.
    pub(crate) fn of_view(&self, view: ChannelId) -> Option<ChannelId> {
        self.of_views.get(&view).copied().filter(|id| self.ends.contains_key(id))
    }

    /// Where to send what is for a sink.
    pub(crate) fn socket(&self, id: ChannelId) -> Option<&zx::Channel> {
        self.ends.get(&id)?.channel()
    }

    /// Closes a sink. Whether it was one.
    pub(crate) fn give_up(&mut self, id: ChannelId) -> bool {
        self.ends.remove(&id).is_some()
    }

    /// The view is closed, and its sink with it.
    pub(crate) fn view_closed(&mut self, view: ChannelId) -> Option<ChannelId> {
        let id = self.of_views.remove(&view)?;
        self.ends.remove(&id);
        Some(id)
    }
}
