//! Heaps of things that wait for the thread that closes them.

use std::io;
use std::mem;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What one thread is to close. The thread ends with this.
#[derive(Debug)]
pub(super) struct Pile<T> {
    collected: Mutex<Vec<T>>,
    thread: Sender<Vec<T>>,
}

/// Never sent: a channel of it only tells that the other end is gone.
#[derive(Debug)]
pub(super) enum Never {}

impl<T: Send + 'static> Pile<T> {
    /// Starts the thread. The receiver disconnects when it has closed everything and ended.
    pub(super) fn spawn(
        name: &str,
        close: impl FnMut(T) + Send + 'static,
    ) -> io::Result<(Self, Receiver<Never>)> {
        let (thread, piles) = mpsc::channel::<Vec<T>>();
        let (alive, closed) = mpsc::channel::<Never>();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            piles.into_iter().flatten().for_each(close);
            drop(alive);
        })?;
        Ok((Self { collected: Mutex::default(), thread }, closed))
    }
}

impl<T> Pile<T> {
    pub(super) fn add(&self, condemned: T) {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner).push(condemned);
    }

    pub(super) fn flush(&self) {
        let pile = mem::take(&mut *self.collected.lock().unwrap_or_else(PoisonError::into_inner));
        if !pile.is_empty() {
            // Without the thread, which ends only with the last sender, it is closed right here.
            let _ = self.thread.send(pile);
        }
    }
}

impl<T> Drop for Pile<T> {
    fn drop(&mut self) {
        self.flush();
    }
}
