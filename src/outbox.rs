//! The votes that are not proven yet, kept on the device: one `localStorage` item a key.
//!
//! In the element the shell keeps them, and the core goes through it (`element/device.ts`): what
//! could only be kept in memory outlives a trap and goes out when the page is left. A Rust app
//! has no shell, and keeps the same items by itself. Written synchronously, so that a press is kept
//! before the first request leaves.

#[cfg(feature = "element")]
mod host;
#[cfg(not(feature = "element"))]
mod local;

use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;

#[cfg(feature = "element")]
pub use host::{Device, kept, keys, lock, read, record, remove, set_device};
#[cfg(not(feature = "element"))]
pub use local::{kept, lock, read, record, remove};

use crate::Outcome;
use crate::delivery::Intent;
use crate::key::Key;
use crate::object::{get, text, texts};

/// What every item's name begins with. The number is the format's version.
const PREFIX: &str = "workflowai-feedback:1:";

/// A key as text: what an item's name goes on with.
fn written(key: &Key) -> String {
    let parts = Array::of3(
        &key.endpoint.as_str().into(),
        &key.token.as_str().into(),
        &key.user.as_str().into(),
    );
    JSON::stringify(&parts).map_or_else(|_| String::new(), String::from)
}

/// Whether an item of this name belongs to a key.
pub fn is_of(key: &Key, name: &str) -> bool {
    name.strip_prefix(PREFIX) == Some(written(key).as_str())
}

/// Reads a record. Anything else that stands there is none.
pub fn parse(record: &JsValue) -> Option<Intent> {
    let outcome = get(record, "outcome");
    Some(Intent {
        // Null takes a vote back; any other word is damage, and takes nothing back.
        outcome: if outcome.is_null() {
            None
        } else {
            Some(Outcome::parse(&outcome.as_string()?)?)
        },
        comment: text(record, "comment"),
        reasons: texts(record, "reasons"),
        client: text(record, "client")?,
        sequence: get(record, "sequence").as_f64()?,
        pressed: get(record, "pressed").as_f64()?,
    })
}
