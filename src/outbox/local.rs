use std::cell::{Cell, RefCell};
use std::future::{Ready, ready};

use js_sys::{Date, Function, JSON, Math};
use wasm_bindgen::JsValue;
use web_sys::Storage;

use super::{PREFIX, parse, written};
use crate::delivery::Intent;
use crate::key::Key;
use crate::object::Fresh;

thread_local! {
    /// Stands in where storage is refused or full.
    static MEMORY: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    static CLIENT: RefCell<String> = const { RefCell::new(String::new()) };
    static LAST_SEQUENCE: Cell<f64> = const { Cell::new(0.0) };
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn item_name(key: &Key) -> String {
    let mut name = String::from(PREFIX);
    name.push_str(&written(key));
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

fn client() -> String {
    CLIENT.with_borrow_mut(|client| {
        if client.is_empty() {
            // Random enough: it only tells apart the clients of one vote.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "in [0, 2^32)"
            )]
            let number = (Math::random() * 4_294_967_296.0) as u32;
            *client = number.to_string();
        }
        client.clone()
    })
}

/// Numbers and keeps what was pressed.
#[expect(clippy::unnecessary_wraps, reason = "the element's shell may be gone")]
pub fn record(key: &Key, press: &Intent) -> Option<Intent> {
    let before = read(key);
    let pressed = Date::now();
    let sequence = pressed.max(LAST_SEQUENCE.get() + 1.0);
    LAST_SEQUENCE.set(sequence);
    let intent = Intent {
        client: before.map_or_else(client, |before| before.client),
        sequence,
        pressed,
        ..press.clone()
    };
    write(key, &intent);
    Some(intent)
}

fn write(key: &Key, intent: &Intent) {
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
    if storage().is_none_or(|storage| storage.set_item(&name, &text).is_err()) {
        MEMORY.with_borrow_mut(|memory| memory.push((name, text)));
    }
}

/// The kept intent of a key. Presses from now on are numbered above it.
pub fn read(key: &Key) -> Option<Intent> {
    let record = JSON::parse(&get(&item_name(key))?).ok();
    let intent = parse(&record.filter(JsValue::is_object)?)?;
    LAST_SEQUENCE.set(LAST_SEQUENCE.get().max(intent.sequence));
    Some(intent)
}

/// Whether a key's record outlives this page.
pub fn kept(key: &Key) -> bool {
    let name = item_name(key);
    !MEMORY.with_borrow(|memory| memory.iter().any(|(other, _)| *other == name))
}

/// Removes a record, unless a newer press stands there.
pub fn remove(key: &Key, sequence: f64) {
    if read(key).is_none_or(|kept| kept.sequence <= sequence) {
        forget(&item_name(key));
    }
}

/// Tabs of a Rust app do not wait for each other: both arriving is harmless.
pub fn lock(_: &Key) -> Ready<Option<Function>> {
    ready(None)
}
