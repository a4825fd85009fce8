//! Time and chance. The suite of `src/schedules.rs` sets both by a script.

#[cfg(any(not(test), target_arch = "wasm32"))]
mod browser;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub mod scripted;

#[cfg(any(not(test), target_arch = "wasm32"))]
pub use browser::{now, random, sleep};
#[cfg(all(test, not(target_arch = "wasm32")))]
pub use scripted::{now, random, sleep};
