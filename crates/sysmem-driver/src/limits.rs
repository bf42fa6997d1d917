//! What others can make grow, and how far; and how long things take.

use std::time::Duration;

/// How many requests wait for the driver, unless the configuration says otherwise.
pub(crate) const DEFAULT_MAX_WAITING: u32 = 256;

/// How long a request waits for the driver, unless the configuration says otherwise.
pub(crate) const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(30);

/// The most brokers that may be behind one broker at a time.
pub(crate) const MAX_LINKS: usize = 64;

/// How many connections one socket accepts, and how many packets one link delivers, before the
/// others have their turn.
pub(crate) const PER_TURN: usize = 64;

/// How long nothing is accepted after descriptors ran out.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long to wait before the driver is looked for again. It doubles each time, up to the longest.
/// What appears in a directory that can be watched is found at once all the same.
pub(crate) const FIRST_RETRY: Duration = Duration::from_millis(20);

/// The longest time between two looks.
pub(crate) const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// The most nodes of a class directory that are tried in one look.
pub(crate) const MAX_NODES: usize = 64;

/// How long a proxy waits for the bus to say that it has taken an end.
pub(crate) const PROXY_REPLY_WAIT: Duration = Duration::from_secs(5);

/// How many ends that drivers have handed over wait for the host's loop to look.
pub(crate) const MAX_HANDED_OVER: usize = 256;

/// How long a host that has died rests before it is started again. It doubles each time, up to the
/// longest.
pub(crate) const FIRST_REST: Duration = Duration::from_millis(100);

/// The longest rest of a host that dies again and again.
pub(crate) const LONGEST_REST: Duration = Duration::from_secs(30);

/// A host that has run so long is not one that dies again and again.
pub(crate) const GOOD_RUN: Duration = Duration::from_secs(10);

/// How long the bus waits for a driver in a host of its own before it says that it is ready
/// (`sysmem1.md` 4.3).
pub(crate) const BIND_WAIT: Duration = Duration::from_secs(10);

/// How long hosts may take to end when they are told to.
pub(crate) const HOST_END_WAIT: Duration = Duration::from_secs(2);

/// The most devices on a bus.
pub(crate) const MAX_DEVICES: usize = 256;
