//! The votes that are not proven yet, kept on the device: one `localStorage` item a key.
//!
//! In the element the shell keeps them, and the core goes through it (`element/device.ts`): what
//! could only be kept in memory outlives a trap and goes out when the page is left. A Rust app
//! has no shell, and keeps the same items by itself. Written synchronously, so that a press is kept
//! before the first request leaves.

#[cfg(feature = "element")]
mod host;
#[cfg(any(feature = "element", not(test), target_arch = "wasm32"))]
mod json;
#[cfg(not(feature = "element"))]
mod local;

#[cfg(feature = "element")]
pub use host::{Device, kept, keys, lock, read, record, remove, set_device};
#[cfg(any(feature = "element", not(test), target_arch = "wasm32"))]
pub use json::is_of;
#[cfg(all(test, not(target_arch = "wasm32"), not(feature = "element")))]
pub use local::{end_page, scripted};
#[cfg(not(feature = "element"))]
pub use local::{fold, kept, keys, lock, read, record, remove};
