//! The votes that are not proven yet, kept on the device: one `localStorage` item a key.
//!
//! The shell writes and reads the same items (`element/outbox.ts`). Written synchronously, so
//! that a press is kept before the first request leaves.

use std::cell::{Cell, RefCell};

use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;
use web_sys::Storage;

use crate::Outcome;
use crate::delivery::Intent;
use crate::key::Key;
use crate::object::{self, Fresh, text, texts};

/// What every item's name begins with. The number is the format's version.
const PREFIX: &str = "workflowai-feedback:1:";

thread_local! {
    /// Stands in where storage is refused or full, or the page wants nothing kept.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    static KEEP: Cell<bool> = const { Cell::new(true) };
}

/// Whether records may stay on the device. `configure({ outbox: false })` says no.
#[cfg(feature = "element")]
pub fn keep_on_device(keep: bool) {
    KEEP.set(keep);
}

fn storage() -> Option<Storage> {
    KEEP.get()
        .then(|| web_sys::window()?.local_storage().ok()?)
        .flatten()
}

fn item_name(key: &Key) -> String {
    let parts = Array::of3(
        &key.endpoint.as_str().into(),
        &key.token.as_str().into(),
        &key.user.as_str().into(),
    );
    let mut name = String::from(PREFIX);
    name.push_str(&JSON::stringify(&parts).map_or_else(|_| String::new(), String::from));
    name
}

fn get(name: &str) -> Option<String> {
    storage()
        .and_then(|storage| storage.get_item(name).ok()?)
        .or_else(|| {
            MEMORY.with_borrow(|memory| {
                memory
                    .iter()
                    .find(|(other, _)| other == name)
                    .map(|(_, record)| record.clone())
            })
        })
}

fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
    MEMORY.with_borrow_mut(|memory| memory.retain(|(other, _)| other != name));
}

/// Keeps the newest intent of a key. False where it could only be kept in memory.
pub fn write(key: &Key, intent: &Intent) -> bool {
    let record = Fresh::new();
    record.set(
        "outcome",
        &intent
            .outcome
            .map_or(JsValue::NULL, |outcome| outcome.as_str().into()),
    );
    if let Some(comment) = &intent.comment {
        record.set_text("comment", comment);
    }
    if !intent.reasons.is_empty() {
        record.set_texts("reasons", &intent.reasons);
    }
    record.set_text("client", &intent.client);
    record.set("sequence", &intent.sequence.into());
    record.set("pressed", &intent.pressed.into());
    let text = JSON::stringify(&record.into()).map_or_else(|_| String::new(), String::from);
    let name = item_name(key);
    forget(&name);
    if storage().is_some_and(|storage| storage.set_item(&name, &text).is_ok()) {
        return true;
    }
    MEMORY.with_borrow_mut(|memory| memory.push((name, text)));
    false
}

/// The keys of a receiver that have a record on the device.
#[cfg(feature = "element")]
pub fn keys(endpoint: &str) -> Vec<Key> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let names = 0..storage.length().unwrap_or_default();
    names
        .filter_map(|index| {
            let name = storage.key(index).ok()??;
            let parts = JSON::parse(name.strip_prefix(PREFIX)?).ok()?;
            let part = |index| js_sys::Reflect::get_u32(&parts, index).ok()?.as_string();
            let (found, token, user) = (part(0)?, part(1)?, part(2)?);
            (found == endpoint).then_some(Key {
                endpoint: found,
                token,
                user,
            })
        })
        .collect()
}

/// The kept intent of a key.
pub fn read(key: &Key) -> Option<Intent> {
    parse(&get(&item_name(key))?)
}

/// Removes a record, unless a newer press stands there.
pub fn remove(key: &Key, sequence: f64) {
    let name = item_name(key);
    let newer = get(&name)
        .and_then(|text| parse(&text))
        .is_some_and(|kept| kept.sequence > sequence);
    if !newer {
        forget(&name);
    }
}

/// Reads a record. Anything else that stands there is none.
pub fn parse(json: &str) -> Option<Intent> {
    let record = JSON::parse(json).ok().filter(JsValue::is_object)?;
    let outcome = object::get(&record, "outcome");
    Some(Intent {
        // Null takes a vote back; any other word is damage, and takes nothing back.
        outcome: if outcome.is_null() {
            None
        } else {
            Some(Outcome::parse(&outcome.as_string()?)?)
        },
        comment: text(&record, "comment"),
        reasons: texts(&record, "reasons"),
        client: text(&record, "client")?,
        sequence: object::get(&record, "sequence").as_f64()?,
        pressed: object::get(&record, "pressed").as_f64()?,
    })
}
