//! A run as data: what fails is replayed, and made smaller until it can be read.
//!
//! Every step has randomness of its own. So steps can be left out, and those that stay do what they
//! did, as far as the world that they find allows it.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::Tally;
use super::rng::Rng;
use super::run::{Manners, Run};

/// What is going to happen.
#[derive(Clone, Debug)]
pub struct Course {
    seed: u64,
    ending: Ending,
    /// For each step, what its choices come from.
    steps: Vec<u64>,
}

/// What comes after the steps, before everybody leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Abrupt,
    /// Nobody has misbehaved, and everybody gets buffers.
    Good,
}

impl Course {
    pub fn new(seed: u64, steps: usize, ending: Ending) -> Self {
        let mut rng = Rng::new(seed);
        Self { seed, ending, steps: (0..steps).map(|_| rng.next()).collect() }
    }

    pub const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Runs it, with the clean-up that shows that nothing is left.
    pub fn run(&self) -> Tally {
        self.run_in(&mut Run::new(self.manners()))
    }

    /// As [`Self::run`]; if that fails, says how to replay it, and what led to it.
    pub fn run_or_explain(&self) -> Tally {
        let result = panic::catch_unwind(|| self.run());
        result.unwrap_or_else(|failure| {
            let seed = self.seed;
            eprintln!("to replay this run: SYSMEM_SIM_SEED={seed}");
            let small = self.shrunk(Self::fails);
            eprintln!("{} of {} steps are enough:", small.len(), self.len());
            small.trace().iter().for_each(|line| eprintln!("  {line}"));
            panic::resume_unwind(failure)
        })
    }

    /// The course with no more steps than it takes to be `bad`: without any one of them it is not.
    pub fn shrunk(&self, bad: impl Fn(&Self) -> bool) -> Self {
        let mut small = self.clone();
        let mut chunk = small.len().div_ceil(2);
        while chunk > 0 {
            let before = small.len();
            let mut at = 0;
            while at < small.len() {
                let shorter = small.without(at, chunk);
                if bad(&shorter) {
                    small = shorter;
                } else {
                    at += chunk;
                }
            }
            // What could not be left out at first may be superfluous now.
            if chunk > 1 || small.len() == before {
                chunk /= 2;
            }
        }
        small
    }

    pub fn without(&self, at: usize, count: usize) -> Self {
        let mut shorter = self.clone();
        shorter.steps.drain(at..shorter.len().min(at + count));
        shorter
    }

    fn run_in(&self, run: &mut Run) -> Tally {
        for step in &self.steps {
            run.step(*step);
        }
        run.rng = Rng::new(!self.seed);
        if self.ending == Ending::Good {
            run.bring_to_a_good_end();
        }
        run.everybody_leaves();
        run.tally
    }

    fn manners(&self) -> Manners {
        match self.ending {
            Ending::Abrupt => Manners::random(&mut Rng::new(self.seed)),
            Ending::Good => Manners::PERFECT,
        }
    }

    fn fails(&self) -> bool {
        quietly(|| panic::catch_unwind(AssertUnwindSafe(|| self.run())).is_err())
    }

    /// What goes into the core and what comes out of it, up to the failure.
    fn trace(&self) -> Vec<String> {
        let mut run = Run::new(self.manners());
        run.driver.wires.trace = Some(Vec::new());
        let _ = quietly(|| panic::catch_unwind(AssertUnwindSafe(|| self.run_in(&mut run))));
        // The handles in it report to nobody any more.
        let trace = run.driver.wires.trace.take();
        std::mem::forget(run);
        trace.unwrap_or_default()
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Panics of this thread within `act` are not reported.
fn quietly<T>(act: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                report(info);
            }
        }));
    });
    QUIET.set(true);
    let result = act();
    QUIET.set(false);
    result
}

#[test]
fn a_course_is_reduced_to_what_it_takes() {
    let is_bad = |course: &Course| course.run().deliveries > 0;
    let courses = (1..).map(|seed| Course::new(seed, 200, Ending::Abrupt));
    let course = courses.into_iter().find(is_bad).expect("somebody gets buffers");
    let small = course.shrunk(is_bad);
    assert!(is_bad(&small));
    assert!(small.len() < course.len() / 4, "{} steps", small.len());
    for at in 0..small.len() {
        assert!(!is_bad(&small.without(at, 1)), "step {at} is superfluous");
    }
    let trace = small.trace();
    assert!(trace.iter().any(|line| line.contains("Allocated")), "{trace:#?}");
}
