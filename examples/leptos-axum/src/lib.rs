//! Answers rendered on the server, with thumbs that hydrate, and the receiver in the same process.

mod answer;
mod app;
#[cfg(feature = "ssr")]
pub mod feedback;

pub use app::shell;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
}
