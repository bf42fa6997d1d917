//! How much each connection to the Allocator has made that still is there.

use std::collections::BTreeMap;

use crate::deviation::Deviation;
use crate::interface::ChannelId;
use crate::limits::{OWNED_CHANNELS_MAX, OWNED_COLLECTIONS_MAX, OWNED_TRACKERS_MAX};

/// A collection, with all that comes of it, belongs to the connection that it was made through;
/// also when others take part in it, and when the connection has been closed.
#[derive(Debug, Default)]
pub(crate) struct Owners {
    by_collection: BTreeMap<u64, ChannelId>,
    owned: BTreeMap<ChannelId, Owned>,
}

/// What one connection has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owned {
    pub collections: usize,
    pub channels: usize,
    pub trackers: usize,
}

impl Owners {
    /// Whether a connection may make a collection, with one channel.
    pub fn check_collection(&self, owner: ChannelId) -> Result<(), Deviation> {
        let owned = self.owned.get(&owner).copied().unwrap_or_default();
        if owned.collections >= OWNED_COLLECTIONS_MAX {
            return Err(Deviation::TooManyCollections { limit: OWNED_COLLECTIONS_MAX });
        }
        owned.check_channels(1)
    }

    /// Whether a collection may get so many more channels.
    pub fn check_channels(&self, collection: u64, more: usize) -> Result<(), Deviation> {
        let owner = self.by_collection.get(&collection);
        let owned = owner.and_then(|owner| self.owned.get(owner)).copied().unwrap_or_default();
        owned.check_channels(more)
    }

    pub fn begin(&mut self, collection: u64, owner: ChannelId) {
        self.by_collection.insert(collection, owner);
        let owned = self.owned.entry(owner).or_default();
        owned.collections = owned.collections.saturating_add(1);
    }

    /// All channels of the collection are gone.
    pub fn end(&mut self, collection: u64) {
        let Some(owner) = self.by_collection.remove(&collection) else { return };
        let Some(owned) = self.owned.get_mut(&owner) else { return };
        owned.collections = owned.collections.saturating_sub(1);
        self.forget_if_done(owner);
    }

    pub fn add_channel(&mut self, collection: u64) {
        if let Some(owned) = self.owned_with(collection) {
            owned.channels = owned.channels.saturating_add(1);
        }
    }

    pub fn remove_channel(&mut self, collection: u64) {
        if let Some(owned) = self.owned_with(collection) {
            owned.channels = owned.channels.saturating_sub(1);
        }
    }

    /// What a connection has made that still is there.
    pub fn owned_by(&self, owner: ChannelId) -> Owned {
        self.owned.get(&owner).copied().unwrap_or_default()
    }

    /// An eventpair is about to be kept for a collection. Returns whose it is, for
    /// [`Self::remove_trackers`]: it may be kept for longer than the collection.
    pub fn add_tracker(&mut self, collection: u64) -> Result<ChannelId, Deviation> {
        let limit = OWNED_TRACKERS_MAX;
        let owner = self.by_collection.get(&collection).copied();
        let owner = owner.ok_or(Deviation::TooManyTrackers { limit })?;
        let owned = self.owned.entry(owner).or_default();
        if owned.trackers >= limit {
            return Err(Deviation::TooManyTrackers { limit });
        }
        owned.trackers = owned.trackers.saturating_add(1);
        Ok(owner)
    }

    pub fn remove_trackers(&mut self, owner: ChannelId, trackers: usize) {
        if let Some(owned) = self.owned.get_mut(&owner) {
            owned.trackers = owned.trackers.saturating_sub(trackers);
        }
        self.forget_if_done(owner);
    }

    /// How many trackers each owner has, for checks.
    pub fn trackers(&self) -> BTreeMap<ChannelId, usize> {
        let owned = self.owned.iter().filter(|(_, owned)| owned.trackers > 0);
        owned.map(|(owner, owned)| (*owner, owned.trackers)).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.by_collection.is_empty() && self.owned.is_empty()
    }

    fn forget_if_done(&mut self, owner: ChannelId) {
        let owned = self.owned.get(&owner);
        if owned.is_some_and(|owned| owned.collections == 0 && owned.trackers == 0) {
            self.owned.remove(&owner);
        }
    }

    fn owned_with(&mut self, collection: u64) -> Option<&mut Owned> {
        self.owned.get_mut(self.by_collection.get(&collection)?)
    }
}

impl Owned {
    const fn check_channels(self, more: usize) -> Result<(), Deviation> {
        if self.channels.saturating_add(more) > OWNED_CHANNELS_MAX {
            return Err(Deviation::TooManyChannels { limit: OWNED_CHANNELS_MAX });
        }
        Ok(())
    }
}
