#[cfg(any(not(test), target_arch = "wasm32"))]
mod browser;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub mod scripted;

use std::cell::{Cell, RefCell};
use std::future::{Ready, ready};

use js_sys::Function;

#[cfg(any(not(test), target_arch = "wasm32"))]
use browser as store;
#[cfg(all(test, not(target_arch = "wasm32")))]
use scripted as store;

use crate::clock::{now, random};
use crate::delivery::Intent;
use crate::key::Key;
use crate::run;

pub use store::kept;

/// Votes pressed longer ago than this are given up, in milliseconds: 30 days.
const AGE: f64 = 30.0 * 86_400_000.0;
/// So many votes are kept for a receiver; the oldest go first.
const NUMBER: usize = 100;

thread_local! {
    static CLIENT: RefCell<String> = const { RefCell::new(String::new()) };
    static LAST_SEQUENCE: Cell<f64> = const { Cell::new(0.0) };
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
            let number = (random() * 4_294_967_296.0) as u32;
            *client = number.to_string();
        }
        client.clone()
    })
}

/// Numbers and keeps what was pressed.
#[expect(clippy::unnecessary_wraps, reason = "the element's shell may be gone")]
pub fn record(key: &Key, press: &Intent) -> Option<Intent> {
    let before = read(key);
    let pressed = now();
    let sequence = pressed.max(LAST_SEQUENCE.get() + 1.0);
    LAST_SEQUENCE.set(sequence);
    let intent = Intent {
        client: before.map_or_else(client, |before| before.client),
        sequence,
        pressed,
        ..press.clone()
    };
    store::write(key, &intent);
    Some(intent)
}

/// The kept intent of a key. Presses from now on are numbered above it, and are the same client's:
/// a request of an earlier page that arrives late is older by its number then.
pub fn read(key: &Key) -> Option<Intent> {
    let intent = store::read(key)?;
    CLIENT.with_borrow_mut(|client| {
        if client.is_empty() {
            client.clone_from(&intent.client);
        }
    });
    LAST_SEQUENCE.set(LAST_SEQUENCE.get().max(intent.sequence));
    Some(intent)
}

/// Removes a record, unless a newer press stands there.
pub fn remove(key: &Key, sequence: f64) {
    if read(key).is_none_or(|kept| kept.sequence <= sequence) {
        store::forget(key);
    }
}

/// The keys of a receiver that have a record. Gives up what is too old or too much.
pub fn keys(endpoint: &str) -> Vec<Key> {
    let mut kept: Vec<(Key, f64)> = store::keys()
        .into_iter()
        .filter(|key| key.endpoint == endpoint)
        .map(|key| {
            let pressed = read(&key).map_or(0.0, |intent| intent.pressed);
            (key, pressed)
        })
        .collect();
    kept.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut keys = Vec::new();
    for (key, pressed) in kept {
        if keys.len() < NUMBER && now() - pressed < AGE {
            keys.push(key);
        } else {
            store::forget(&key);
        }
    }
    keys
}

/// A refreshed token goes on where the old one stopped: takes over what was kept for another token
/// of the same run, user and receiver. The newest press wins. Returns the keys that have nothing
/// any more.
pub fn fold(key: &Key) -> Vec<Key> {
    let mut emptied = keys(&key.endpoint);
    emptied.retain(|other| other != key && run::same(other, key));
    for other in &emptied {
        if let Some(theirs) = read(other)
            && read(key).is_none_or(|own| own.pressed < theirs.pressed)
        {
            store::write(key, &theirs);
        }
        store::forget(other);
    }
    emptied
}

/// Tabs of a Rust app do not wait for each other: both arriving is harmless.
pub fn lock(_: &Key) -> Ready<Option<Function>> {
    ready(None)
}

/// Forgets what only the page knew, as a script of the tests has it.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub fn end_page() {
    CLIENT.take();
    LAST_SEQUENCE.set(0.0);
    store::end_page();
}
