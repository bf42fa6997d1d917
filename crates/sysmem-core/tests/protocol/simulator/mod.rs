//! Clients without plan, by a seed: every interleaving, deaths at any step, heaps that fail,
//! packets of garbage.
//!
//! After every step the driver has checked each effect (it names live things only, every reply has
//! a call that waits for it, a collection is allocated once) and the core its own records; the run
//! itself checks what clients may rely on. At the end everybody leaves, and nothing may be left.
//!
//! A run that fails names its seed, and shows the inputs and effects of as few of its steps as it
//! takes. `SYSMEM_SIM_SEED=n` replays one; `SYSMEM_SIM_STEPS=n` makes the test as long as one
//! likes.

mod acts;
mod course;
mod exhaustive;
mod holding;
mod rng;
mod rude;
mod run;
mod views;

use course::{Course, Ending};

const STEPS: usize = 1_000_000;
const STEPS_OF_A_RUN: usize = 500;

/// What has happened, lest a simulation in which nothing happens be taken for a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub steps: usize,
    pub deliveries: usize,
    pub weak_deliveries: usize,
    pub late_deliveries: usize,
    pub refusals: usize,
    pub unwanted_buffers: usize,
    pub failed_nodes: usize,
    pub conversions: usize,
    /// Of buffers that have lost their strong handles, or all.
    pub reports: usize,
    pub complaints: usize,
    pub closed_trackers: usize,
    pub vmo_infos: usize,
    pub weak_handles: usize,
    /// To participants of the first version.
    pub deliveries_v1: usize,
    pub no_more_strong: usize,
}

#[test]
fn clients_without_plan() {
    let courses = seeds().map(|seed| Course::new(seed, STEPS_OF_A_RUN, Ending::Abrupt));
    let tallies: Vec<Tally> = courses.map(|course| course.run_or_explain()).collect();
    let count = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let counts = [
        ("steps", count(|tally| tally.steps)),
        ("deliveries", count(|tally| tally.deliveries)),
        ("weak deliveries", count(|tally| tally.weak_deliveries)),
        ("late deliveries", count(|tally| tally.late_deliveries)),
        ("refusals", count(|tally| tally.refusals)),
        ("unwanted buffers", count(|tally| tally.unwanted_buffers)),
        ("failed nodes", count(|tally| tally.failed_nodes)),
        ("conversions", count(|tally| tally.conversions)),
        ("reports", count(|tally| tally.reports)),
        ("complaints", count(|tally| tally.complaints)),
        ("closed trackers", count(|tally| tally.closed_trackers)),
        ("answers about VMOs", count(|tally| tally.vmo_infos)),
        ("weak handles made", count(|tally| tally.weak_handles)),
        ("deliveries to views", count(|tally| tally.deliveries_v1)),
        ("weak handles refused", count(|tally| tally.no_more_strong)),
    ];
    println!("{counts:?}");
    // In a short run, chance decides.
    if counts[0].1 >= STEPS {
        for (what, count) in counts {
            assert!(count > 0, "no {what}");
        }
    }
}

#[test]
fn clients_without_accidents_all_get_buffers() {
    for seed in seeds().step_by(4) {
        Course::new(seed, STEPS_OF_A_RUN / 4, Ending::Good).run_or_explain();
    }
}

fn seeds() -> std::ops::RangeInclusive<u64> {
    match number("SYSMEM_SIM_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=(number("SYSMEM_SIM_STEPS").unwrap_or(STEPS as u64) / STEPS_OF_A_RUN as u64),
    }
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value}")))
}
