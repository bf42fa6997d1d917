//! Clients without plan, by a seed: every interleaving, deaths at any step, heaps that fail,
//! packets of garbage.
//!
//! After every step the driver has checked each effect (it names live things only, every reply has
//! a call that waits for it, a collection is allocated once) and the core its own records; the run
//! itself checks what clients may rely on. At the end everybody leaves, and nothing may be left.
//!
//! A run that fails names its seed. `SYSMEM_SIM_SEED=n` replays one; `SYSMEM_SIM_STEPS=n` makes the
//! test as long as one likes.

mod acts;
mod exhaustive;
mod rng;
mod rude;
mod run;

use std::ops::AddAssign;

use run::{Manners, Run};

const STEPS: usize = 1_000_000;
const STEPS_OF_A_RUN: usize = 500;

/// What has happened, lest a simulation in which nothing happens be taken for a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub steps: usize,
    pub deliveries: usize,
    pub refusals: usize,
    pub late_deliveries: usize,
    pub unwanted_buffers: usize,
    pub failed_nodes: usize,
    pub conversions: usize,
}

#[test]
fn clients_without_plan() {
    let mut total = Tally::default();
    for seed in seeds() {
        total += simulate(seed, |run| {
            for _ in 0..STEPS_OF_A_RUN {
                run.step();
            }
        });
    }
    println!("{total:?}");
    // In a short run, chance decides.
    if total.steps >= STEPS {
        let Tally { deliveries, refusals, late_deliveries, unwanted_buffers, .. } = total;
        assert!(deliveries > 0 && refusals > 0 && late_deliveries > 0 && unwanted_buffers > 0);
        assert!(total.failed_nodes > 0 && total.conversions > 0);
    }
}

#[test]
fn clients_without_accidents_all_get_buffers() {
    for seed in seeds().step_by(4) {
        simulate(seed, |run| {
            run.manners = Manners::PERFECT;
            for _ in 0..STEPS_OF_A_RUN / 4 {
                run.step();
            }
            run.bring_to_a_good_end();
        });
    }
}

/// One run, and the clean-up that shows that nothing is left.
fn simulate(seed: u64, act: impl FnOnce(&mut Run)) -> Tally {
    let announcement = Announcement { seed };
    let mut run = Run::new(seed);
    act(&mut run);
    run.everybody_leaves();
    std::mem::forget(announcement);
    run.tally
}

fn seeds() -> std::ops::RangeInclusive<u64> {
    match replayed_seed() {
        Some(seed) => seed..=seed,
        None => 1..=(number("SYSMEM_SIM_STEPS").unwrap_or(STEPS as u64) / STEPS_OF_A_RUN as u64),
    }
}

fn replayed_seed() -> Option<u64> {
    number("SYSMEM_SIM_SEED")
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is no number: {value}")))
}

/// Says how to replay a run when a panic passes it.
struct Announcement {
    seed: u64,
}

impl Drop for Announcement {
    fn drop(&mut self) {
        eprintln!("to replay this run: SYSMEM_SIM_SEED={}", self.seed);
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.deliveries += other.deliveries;
        self.refusals += other.refusals;
        self.late_deliveries += other.late_deliveries;
        self.unwanted_buffers += other.unwanted_buffers;
        self.failed_nodes += other.failed_nodes;
        self.conversions += other.conversions;
    }
}
