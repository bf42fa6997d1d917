use sysmem_core::Recipient;
use zx::Access;

use super::watching::UNWATCHED_INTERVAL_NS;
use super::*;
use crate::closer::Closed;

const ALLOCATION: AllocationId = AllocationId(1);
const CHANNEL: ChannelId = ChannelId(2);
const START: Instant = Instant(0);

fn store(watch: Option<CloseWatch>, buffers: u32) -> (Buffers, Closed) {
    let (closer, closed) = Closer::spawn().unwrap();
    let mut store = Buffers::new(watch, closer);
    let make = |_| Vmo::create("test", 4096).unwrap();
    store.insert(ALLOCATION, (0..buffers).map(make).collect());
    (store, closed)
}

fn buffer(index: u32) -> BufferId {
    BufferId { allocation: ALLOCATION, index }
}

/// Both losses of a buffer, in their order.
fn all_of(index: u32) -> [Loss; 2] {
    [Loss::Strong(buffer(index)), Loss::Memory(buffer(index))]
}

fn lend(store: &mut Buffers, strength: Strength) -> Vec<zx::Handle> {
    lend_to(store, ALLOCATION, strength, "anybody")
}

fn lend_to(
    store: &mut Buffers,
    allocation: AllocationId,
    strength: Strength,
    name: &str,
) -> Vec<zx::Handle> {
    let recipient = Recipient { name: name.into(), id: 7 };
    let client = NonZeroU32::new(1234);
    let to = Addressee { channel: CHANNEL, client, recipient, now: START };
    let terms = Terms { strength, access: Access::ReadOnly };
    store.lend(allocation, terms, to, |_| true).unwrap().into_iter().flatten().collect()
}

fn let_go(store: &mut Buffers) -> Vec<Loss> {
    let mut losses = Vec::new();
    store.let_go(ALLOCATION, START, &mut losses);
    losses
}

fn read_events(store: &mut Buffers) -> Vec<Loss> {
    let mut losses = Vec::new();
    assert_eq!(store.read_events(START).unwrap(), Drained::All);
    store.look_due(START, &mut losses);
    losses
}

/// Goes from one look to the next until something is lost; that, and when it was.
fn look_until_lost(store: &mut Buffers) -> (Vec<Loss>, Option<Instant>) {
    let (mut losses, mut last) = (Vec::new(), None);
    while let Some(at) = store.next_look()
        && losses.is_empty()
    {
        last = Some(at);
        store.look_due(at, &mut losses);
    }
    (losses, last)
}

#[test]
fn objects_buffers_that_nobody_was_given_are_freed_at_once() {
    let (mut store, closed) = store(CloseWatch::new().ok(), 3);
    assert_eq!(let_go(&mut store), [all_of(0), all_of(1), all_of(2)].concat());
    assert_eq!(store.next_look(), None);
    drop(store);
    closed.wait();
}

#[test]
fn objects_a_held_buffer_is_looked_at_after_1_4_16_and_64_ms_and_then_after_an_event() {
    let (mut store, _closed) = store(Some(CloseWatch::new().unwrap()), 2);
    let mut handles = lend(&mut store, Strength::Strong);
    assert_eq!(store.buffer_of(&handles[1]), Some(buffer(1)));
    assert_eq!(let_go(&mut store), []);
    let ms = |ms: i64| Some(Instant(ms * 1_000_000));
    let mut losses = Vec::new();
    for at in [1, 5, 21, 85].map(ms) {
        assert_eq!(store.next_look(), at);
        store.look_due(at.unwrap(), &mut losses);
    }
    assert_eq!(store.next_look(), None);
    // One is freed without the other.
    let second = handles.pop().unwrap();
    handles.clear();
    assert_eq!(read_events(&mut store), all_of(0));
    assert_eq!(store.by_memory.len(), 1);
    let copy = second.duplicate().unwrap();
    drop(second);
    assert_eq!(read_events(&mut store), []);
    drop(copy);
    assert_eq!(read_events(&mut store), all_of(1));
    assert!(store.allocations.is_empty() && store.by_memory.is_empty());
    assert!(store.watching.is_idle());
}

#[test]
fn protocols_5_2_the_last_strong_handle_goes_before_the_weak_ones_of_each_buffer() {
    let (mut store, _closed) = store(Some(CloseWatch::new().unwrap()), 2);
    let mut strong = lend(&mut store, Strength::Strong);
    let mut weak = lend(&mut store, Strength::Weak);
    assert_eq!(let_go(&mut store), []);
    assert!(store.has_strong_handle(buffer(1)));
    strong.pop();
    assert!(!store.has_strong_handle(buffer(1)));
    assert_eq!(read_events(&mut store), [Loss::Strong(buffer(1))]);
    assert_eq!(read_events(&mut store), []);
    weak.pop();
    assert_eq!(read_events(&mut store), [Loss::Memory(buffer(1))]);
    // Weak handles alone do not matter to the strong one that is left.
    weak.clear();
    assert_eq!(read_events(&mut store), []);
    strong.clear();
    assert_eq!(read_events(&mut store), all_of(0));
}

#[test]
fn protocols_5_2_a_weak_handle_that_is_left_when_the_core_lets_go_keeps_memory_alone() {
    let (mut store, _closed) = store(None, 2);
    drop(lend(&mut store, Strength::Strong));
    let mut weak = lend(&mut store, Strength::Weak);
    weak.pop();
    let losses = let_go(&mut store);
    assert_eq!(losses, [&[Loss::Strong(buffer(0))][..], &all_of(1)].concat());
    let end = zx::EventPair::from(store.close_weak_asap(buffer(0), None).unwrap().unwrap());
    assert!(!end.is_peer_closed().unwrap());
    store.signal_close_weak_asap(buffer(0));
    assert!(end.is_peer_closed().unwrap());
    assert!(store.close_weak_asap(buffer(1), None).unwrap().is_none());
    drop(weak);
    assert_eq!(look_until_lost(&mut store).0, [Loss::Memory(buffer(0))]);
}

#[test]
fn objects_a_handle_tells_its_strength_and_one_opened_by_a_client_is_strong() {
    let (mut store, _closed) = store(None, 1);
    let strong = lend(&mut store, Strength::Strong).remove(0);
    let weak = lend(&mut store, Strength::Weak).remove(0);
    let reopened = store.allocations[&ALLOCATION].get(0).unwrap().memory.reopen(Access::ReadOnly);
    let strength = |handle: &zx::Handle| store.strength_of(buffer(0), handle);
    assert_eq!(strength(&weak), Strength::Weak);
    assert_eq!(strength(&weak.duplicate().unwrap()), Strength::Weak);
    assert_eq!(strength(&strong), Strength::Strong);
    assert_eq!(strength(&reopened.unwrap()), Strength::Strong);
}

#[test]
fn objects_who_has_handles_of_a_buffer_is_known_by_name_and_process() {
    let (mut store, _closed) = store(None, 2);
    let mut first = lend_to(&mut store, ALLOCATION, Strength::Strong, "camera");
    let second = lend_to(&mut store, ALLOCATION, Strength::Weak, "display");
    first.pop();
    let holders = |index| {
        let name = |loan: &Loan| (loan.recipient.name.to_string(), loan.slot.strength);
        store.loans_of(buffer(index)).map(name).collect::<Vec<_>>()
    };
    let display = ("display".to_owned(), Strength::Weak);
    assert_eq!(holders(0), [("camera".to_owned(), Strength::Strong), display.clone()]);
    assert_eq!(holders(1), [display]);
    let loan = store.loans_of(buffer(1)).next().unwrap();
    assert_eq!((loan.client, loan.since), (NonZeroU32::new(1234), START));
    assert_eq!(store.memory_of(buffer(1)), Some(second[1].identity().unwrap()));
}

#[test]
fn objects_without_inotify_buffers_are_looked_at_in_intervals() {
    let (mut store, _closed) = store(None, 1);
    let handles = lend(&mut store, Strength::Strong);
    let mut losses = let_go(&mut store);
    for _ in 0..20 {
        store.look_due(store.next_look().unwrap(), &mut losses);
    }
    assert_eq!(losses, []);
    let before = store.next_look().unwrap();
    drop(handles);
    assert_eq!(look_until_lost(&mut store), (all_of(0).into(), Some(before)));
    assert!(before.0 > 10 * UNWATCHED_INTERVAL_NS);
}

#[test]
fn objects_each_of_many_handles_holds_its_buffer() {
    let (mut store, _closed) = store(None, 1);
    let first = lend(&mut store, Strength::Strong);
    for _ in 0..100 {
        drop(lend(&mut store, Strength::Strong));
    }
    assert_eq!(let_go(&mut store), []);
    drop(first);
    assert_eq!(look_until_lost(&mut store).0, all_of(0));
}

#[test]
fn objects_handles_are_not_looked_at_again_and_again_when_a_client_makes_that_slow() {
    let (mut store, _closed) = store(None, 2);
    let mut weak = || lend(&mut store, Strength::Weak);
    let (noisy, quiet) = (weak(), weak());
    assert_eq!(store.strength_of(buffer(0), &quiet[0]), Strength::Weak);
    let memory = &store.allocations[&ALLOCATION].get(0).unwrap().memory;
    for number in 0..500 {
        memory.lock(&noisy[0], zx::Slot::strong(2 * number)).unwrap();
    }
    assert_eq!(store.strength_of(buffer(0), &noisy[0]), Strength::Strong);
    assert_eq!(store.strength_of(buffer(0), &quiet[0]), Strength::Strong);
    assert_eq!(store.strength_of(buffer(1), &noisy[1]), Strength::Weak);
}

#[test]
fn objects_many_events_are_looked_into_one_after_the_other() {
    let (mut store, _closed) = store(Some(CloseWatch::new().unwrap()), 64);
    let mut handles = lend(&mut store, Strength::Strong);
    assert_eq!(let_go(&mut store), []);
    for allocation in (10..15).map(AllocationId) {
        let make = |_| Vmo::create("more", 4096).unwrap();
        store.insert(allocation, (0..64).map(make).collect());
        handles.extend(lend_to(&mut store, allocation, Strength::Strong, "anybody"));
        store.let_go(allocation, START, &mut Vec::new());
    }
    drop(handles);
    assert_eq!(store.read_events(START).unwrap(), Drained::All);
    let mut turns = Vec::new();
    while store.next_look() == Some(START) {
        let mut losses = Vec::new();
        store.look_due(START, &mut losses);
        turns.push(losses.len() / 2);
    }
    assert_eq!(turns, [LOOKS_PER_TURN, 6 * 64 - LOOKS_PER_TURN]);
}

#[test]
fn objects_handles_past_the_limit_hold_their_buffers_until_the_connection_ends() {
    zx::raise_descriptor_limit().unwrap();
    let (mut store, _closed) = store(None, 1);
    let handles: Vec<_> =
        (0..loans::LOANS_MAX).flat_map(|_| lend(&mut store, Strength::Strong)).collect();
    assert!(store.by_connection.is_empty());
    drop(lend(&mut store, Strength::Weak));
    drop(lend(&mut store, Strength::Strong));
    assert_eq!(let_go(&mut store), []);
    drop(handles);
    let mut losses = Vec::new();
    store.look_due(store.next_look().unwrap(), &mut losses);
    assert_eq!(losses, []);
    store.connection_closed(CHANNEL, START, &mut losses);
    assert_eq!(losses, all_of(0));
    assert!(store.by_connection.is_empty());
}

#[test]
fn objects_a_connection_remembers_no_buffers_that_are_gone() {
    zx::raise_descriptor_limit().unwrap();
    let (mut store, _closed) = store(None, 1);
    let weak: Vec<_> =
        (0..loans::LOANS_MAX).flat_map(|_| lend(&mut store, Strength::Weak)).collect();
    assert_eq!(let_go(&mut store), [Loss::Strong(buffer(0))]);
    // Too late to count as strong, and too many to be locked.
    drop(lend(&mut store, Strength::Strong));
    assert!(store.by_connection.contains_key(&CHANNEL));
    drop(weak);
    assert_eq!(look_until_lost(&mut store).0, [Loss::Memory(buffer(0))]);
    assert!(store.by_connection.is_empty());
}
