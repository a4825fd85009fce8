use std::cell::OnceCell;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::json::{key_of, parse, written};
use crate::delivery::Intent;
use crate::key::Key;
use crate::object::Fresh;

#[wasm_bindgen]
extern "C" {
    /// What keeps and guards for all tabs of this device: `element/device.ts`. Keys are texts.
    pub type Device;

    #[wasm_bindgen(method)]
    fn record(this: &Device, key: &str, outcome: &JsValue, options: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    fn read(this: &Device, key: &str) -> JsValue;
    #[wasm_bindgen(method)]
    fn forget(this: &Device, key: &str, sequence: f64);
    #[wasm_bindgen(method)]
    fn kept(this: &Device, key: &str) -> bool;
    #[wasm_bindgen(method)]
    fn keys(this: &Device, endpoint: &str) -> Array;
    #[wasm_bindgen(method)]
    fn lock(this: &Device, key: &str) -> Promise;
}

thread_local! {
    static DEVICE: OnceCell<Device> = const { OnceCell::new() };
}

/// The shell's side, once a page.
pub fn set_device(device: Device) {
    DEVICE.with(|known| {
        let _ = known.set(device);
    });
}

fn with<T>(ask: impl FnOnce(&Device) -> T) -> Option<T> {
    DEVICE.with(|device| device.get().map(ask))
}

/// Numbers and keeps what was pressed.
pub fn record(key: &Key, pressed: &Intent) -> Option<Intent> {
    let options = Fresh::new();
    if let Some(comment) = &pressed.comment {
        options.set_text("comment", comment);
    }
    if !pressed.reasons.is_empty() {
        options.set_texts("reasons", &pressed.reasons);
    }
    let outcome = pressed
        .outcome
        .map_or(JsValue::NULL, |outcome| outcome.as_str().into());
    parse(&with(|device| {
        device.record(&written(key), &outcome, &options.into())
    })?)
}

/// The kept intent of a key.
pub fn read(key: &Key) -> Option<Intent> {
    parse(&with(|device| device.read(&written(key)))?)
}

/// Whether a key's record outlives this page.
pub fn kept(key: &Key) -> bool {
    with(|device| device.kept(&written(key))).unwrap_or_default()
}

/// Removes a record, unless a newer press stands there.
pub fn remove(key: &Key, sequence: f64) {
    with(|device| device.forget(&written(key), sequence));
}

/// The keys of a receiver that have a record.
pub fn keys(endpoint: &str) -> Vec<Key> {
    let keys = with(|device| device.keys(endpoint)).unwrap_or_default();
    keys.iter()
        .filter_map(|key| key_of(&key.as_string()?))
        .collect()
}

/// Waits until no other tab sends for a key; the function it gives ends that.
pub async fn lock(key: &Key) -> Option<Function> {
    let granted = with(|device| device.lock(&written(key)))?;
    JsFuture::from(granted).await.ok()?.dyn_into().ok()
}
