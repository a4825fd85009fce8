//! What the page hears from the browser, and what it says on the console.

#[cfg(any(not(test), target_arch = "wasm32"))]
mod browser;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod scripted;

#[cfg(any(not(test), target_arch = "wasm32"))]
pub use browser::{listen, warn};
#[cfg(all(test, not(target_arch = "wasm32")))]
pub use scripted::{listen, warn};
