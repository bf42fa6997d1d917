//! Where the user has no inotify instance or watch left, the service looks at buffers in intervals,
//! and says so once (`linux-objects.md`, VMO handles, rights and lifetime).

mod common;

use common::memory::*;
use common::service::{Service, be_the_service};
use common::*;

#[test]
fn objects_without_inotify_the_end_of_handles_is_found_all_the_same() {
    let limits = ["max_inotify_instances", "max_inotify_watches"];
    for (limit, word) in limits.into_iter().zip(["no inotify instance", "no inotify watch"]) {
        let Some(service) = Service::start_with_limit(limit, 0) else {
            eprintln!("skipped: this user may not limit itself in a namespace of its own");
            return;
        };
        let allocator = service.connect();
        for _ in 0..3 {
            let (strong, weak) = strong_and_weak(&allocator, 2);
            let (held, mut lent) = (wait_for_buffers(&strong), wait_for_buffers(&weak));
            let obituary = Obituary::of(held[0].vmo.as_ref().unwrap());
            let signal = close_weak_asap(&mut lent[0]);
            leave(strong);
            assert_serves(&allocator);
            assert!(!is_closed(&signal));
            drop(held);
            wait_until_closed(&signal);
            assert!(!obituary.is_written());
            drop(lent);
            obituary.wait();
        }
        let log = service.kill();
        let said = log.iter().filter(|line| line.contains("twice a second"));
        let said: Vec<_> = said.collect();
        assert_eq!(said.len(), 1, "{log:#?}");
        assert!(said[0].contains(word), "{said:?}");
    }
}

#[test]
#[ignore = "the service of the test here"]
fn service() {
    be_the_service();
}
