//! Keys and records as JSON, which the shell and other tabs read as well.

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::JsValue;

use crate::Outcome;
use crate::delivery::Intent;
use crate::key::Key;
use crate::object::{get, text, texts};

/// What every item's name begins with. The number is the format's version.
pub const PREFIX: &str = "workflowai-feedback:1:";

/// A key as text: what an item's name goes on with.
pub fn written(key: &Key) -> String {
    let parts = Array::of3(
        &key.endpoint.as_str().into(),
        &key.token.as_str().into(),
        &key.user.as_str().into(),
    );
    JSON::stringify(&parts).map_or_else(|_| String::new(), String::from)
}

/// A written key, read back.
pub fn key_of(written: &str) -> Option<Key> {
    let parts = JSON::parse(written).ok()?;
    let part = |index| Reflect::get_u32(&parts, index).ok()?.as_string();
    Some(Key {
        endpoint: part(0)?,
        token: part(1)?,
        user: part(2)?,
    })
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
