use js_sys::{Date, Math, Promise};
use wasm_bindgen_futures::JsFuture;

/// Milliseconds since 1970.
pub fn now() -> f64 {
    Date::now()
}

/// A number in [0, 1).
pub fn random() -> f64 {
    Math::random()
}

/// Waits so many milliseconds.
pub fn sleep(milliseconds: f64) -> JsFuture {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "waits are capped far below 2^31"
            )]
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(
                &resolve,
                milliseconds as i32,
            );
        }
    });
    JsFuture::from(promise)
}
