//! The view and what delivery reads and writes, in a real browser.

#![cfg(target_arch = "wasm32")]

mod component;
mod headless;
mod reading;
#[cfg(feature = "serde")]
mod values;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
