use std::cell::RefCell;

use js_sys::JSON;
use wasm_bindgen::JsValue;
use web_sys::Storage;

use crate::delivery::Intent;
use crate::key::Key;
use crate::object::Fresh;
use crate::outbox::json::{PREFIX, key_of, parse, written};

thread_local! {
    /// Stands in where storage is refused or full: items by name.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn item_name(key: &Key) -> String {
    let mut name = String::from(PREFIX);
    name.push_str(&written(key));
    name
}

/// The record of a key.
pub fn read(key: &Key) -> Option<Intent> {
    let name = item_name(key);
    let text = storage()
        .and_then(|storage| storage.get_item(&name).ok()?)
        .or_else(|| {
            MEMORY.with_borrow(|memory| {
                memory
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map(|(_, record)| record.clone())
            })
        })?;
    let record = JSON::parse(&text).ok();
    parse(&record.filter(JsValue::is_object)?)
}

/// Keeps a record, on the device if it can be.
pub fn write(key: &Key, intent: &Intent) {
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
    forget(key);
    let name = item_name(key);
    if storage().is_none_or(|storage| storage.set_item(&name, &text).is_err()) {
        MEMORY.with_borrow_mut(|memory| memory.push((name, text)));
    }
}

/// Removes a record.
pub fn forget(key: &Key) {
    let name = item_name(key);
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&name);
    }
    MEMORY.with_borrow_mut(|memory| memory.retain(|(other, _)| *other != name));
}

/// Whether a key's record outlives this page.
pub fn kept(key: &Key) -> bool {
    let name = item_name(key);
    !MEMORY.with_borrow(|memory| memory.iter().any(|(other, _)| *other == name))
}

/// The keys that have a record.
pub fn keys() -> Vec<Key> {
    let mut names: Vec<String> =
        MEMORY.with_borrow(|memory| memory.iter().map(|(name, _)| name.clone()).collect());
    if let Some(storage) = storage() {
        names.extend(
            (0..storage.length().unwrap_or_default())
                .filter_map(|index| storage.key(index).ok().flatten()),
        );
    }
    names
        .iter()
        .filter_map(|name| key_of(name.strip_prefix(PREFIX)?))
        .collect()
}
