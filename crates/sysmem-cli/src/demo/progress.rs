//! A bar on the terminal for inputs that take long.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::demo::message::Report;

/// Draws on standard error, if that is a terminal.
pub struct Progress {
    is_terminal: bool,
    started: Instant,
    drawn: Option<Instant>,
    expected: Option<u64>,
}

impl Progress {
    /// Draws nothing yet.
    pub fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self { is_terminal, started: Instant::now(), drawn: None, expected: None }
    }

    /// Takes in how far the pictures are. Makes room for the lines that other reports lead to.
    pub fn note(&mut self, report: &Report) {
        match report {
            Report::Expects(count) => self.expected = Some(*count),
            Report::Wrote(frames) if self.is_time() => self.draw(*frames),
            Report::Wrote(_) => {}
            _ => self.clear(),
        }
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        if self.drawn.take().is_some() {
            write_error("\r\x1b[K");
        }
    }

    fn is_time(&self) -> bool {
        let last = self.drawn.map_or(self.started + START_AFTER, |drawn| drawn + EVERY);
        self.is_terminal && Instant::now() >= last
    }

    fn draw(&mut self, frames: u64) {
        self.drawn = Some(Instant::now());
        write_error(&format!("\r\x1b[K{}", line(frames, self.expected)));
    }
}

fn line(frames: u64, expected: Option<u64>) -> String {
    match expected {
        Some(expected) if expected > 0 => {
            let done = frames.min(expected);
            let filled = (done * WIDTH / expected) as usize;
            let empty = WIDTH as usize - filled;
            format!("{}{} {done}/{expected} frames", "█".repeat(filled), "░".repeat(empty))
        }
        _ => format!("{frames} frames"),
    }
}

/// A terminal that is gone is no reason to fail.
fn write_error(text: &str) {
    let mut error = io::stderr();
    let _ = error.write_all(text.as_bytes()).and_then(|()| error.flush());
}

const WIDTH: u64 = 40;
/// What takes less time needs no bar.
const START_AFTER: Duration = Duration::from_millis(400);
const EVERY: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_one_width_and_never_overflow() {
        for (frames, filled) in [(0, 0), (5, 20), (10, 40), (11, 40)] {
            let line = line(frames, Some(10));
            assert_eq!(line.matches('█').count(), filled);
            assert_eq!(line.matches(['█', '░']).count(), 40);
        }
        assert_eq!(line(7, None), "7 frames");
        assert_eq!(line(7, Some(0)), "7 frames");
    }
}
