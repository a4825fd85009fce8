//! A clock that stands still until it is told to go on.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::poll_fn;
use std::task::{Poll, Waker};

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
    static RANDOM: Cell<f64> = const { Cell::new(0.0) };
    static SLEEPERS: RefCell<Vec<(f64, Waker)>> = const { RefCell::new(Vec::new()) };
}

/// Milliseconds since the script began.
pub fn now() -> f64 {
    NOW.get()
}

/// What the script says, in [0, 1).
pub fn random() -> f64 {
    RANDOM.get()
}

/// What chance shall give from now on.
pub fn set_random(random: f64) {
    RANDOM.set(random);
}

/// Lets time pass, and wakes who slept until then.
pub fn advance(milliseconds: f64) {
    NOW.set(NOW.get() + milliseconds);
    let due = SLEEPERS.with_borrow_mut(|sleepers| {
        let now = NOW.get();
        let (due, later) = sleepers.drain(..).partition(|(until, _)| *until <= now);
        *sleepers = later;
        due
    });
    let due: Vec<(f64, Waker)> = due;
    for (_, waker) in due {
        waker.wake();
    }
}

/// Waits so many milliseconds.
pub async fn sleep(milliseconds: f64) -> Result<(), Infallible> {
    let until = now() + milliseconds;
    poll_fn(|context| {
        if now() >= until {
            return Poll::Ready(());
        }
        SLEEPERS.with_borrow_mut(|sleepers| sleepers.push((until, context.waker().clone())));
        Poll::Pending
    })
    .await;
    Ok(())
}

/// The script begins anew.
pub fn reset() {
    NOW.set(0.0);
    RANDOM.set(0.0);
    SLEEPERS.take();
}
