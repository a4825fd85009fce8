use std::cell::Cell;

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::object::text;
use crate::outbox;
use crate::page::{hear, wake_all};

thread_local! {
    static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// Hears, once a page, of the network, of the person coming back and of other tabs.
pub fn listen() {
    if LISTENING.replace(true) {
        return;
    }
    if let Some(window) = web_sys::window() {
        // Lives as long as the page, like the votes it wakes.
        let hear: js_sys::Function = Closure::<dyn Fn(JsValue)>::new(|event| on(&event))
            .into_js_value()
            .unchecked_into();
        for event in ["online", "pageshow", "focus", "storage"] {
            let _ = window.add_event_listener_with_callback(event, &hear);
        }
    }
}

fn on(event: &JsValue) {
    // A storage event names the item.
    match text(event, "key") {
        None => wake_all(),
        Some(name) => hear(|key| outbox::is_of(key, &name)),
    }
}

/// Says something on the console.
pub fn warn(text: &str) {
    web_sys::console::warn_1(&text.into());
}
