//! A device that a script of the tests can look into.

use std::cell::{Cell, RefCell};

use crate::delivery::Intent;
use crate::key::Key;

thread_local! {
    static DEVICE: RefCell<Vec<(Key, Intent)>> = const { RefCell::new(Vec::new()) };
    static MEMORY: RefCell<Vec<(Key, Intent)>> = const { RefCell::new(Vec::new()) };
    static FULL: Cell<bool> = const { Cell::new(false) };
}

/// From now on the device refuses what is new, or takes it again.
pub fn set_full(full: bool) {
    FULL.set(full);
}

/// The record of a key.
pub fn read(key: &Key) -> Option<Intent> {
    let find = |kept: &Vec<(Key, Intent)>| {
        let mut kept = kept.iter();
        kept.find(|(other, _)| other == key)
            .map(|(_, intent)| intent.clone())
    };
    DEVICE
        .with_borrow(find)
        .or_else(|| MEMORY.with_borrow(find))
}

/// Keeps a record, on the device if it can be.
pub fn write(key: &Key, intent: &Intent) {
    forget(key);
    let place = if FULL.get() { &MEMORY } else { &DEVICE };
    place.with_borrow_mut(|kept| kept.push((key.clone(), intent.clone())));
}

/// Removes a record.
pub fn forget(key: &Key) {
    for place in [&DEVICE, &MEMORY] {
        place.with_borrow_mut(|kept| kept.retain(|(other, _)| other != key));
    }
}

/// Whether a key's record outlives this page.
pub fn kept(key: &Key) -> bool {
    !MEMORY.with_borrow(|kept| kept.iter().any(|(other, _)| other == key))
}

/// The keys that have a record.
pub fn keys() -> Vec<Key> {
    let names = |kept: &Vec<(Key, Intent)>| -> Vec<Key> {
        kept.iter().map(|(key, _)| key.clone()).collect()
    };
    [MEMORY.with_borrow(names), DEVICE.with_borrow(names)].concat()
}

/// What only the page knew is gone.
pub fn end_page() {
    MEMORY.take();
}

/// All is gone.
pub fn clear() {
    end_page();
    DEVICE.take();
    FULL.set(false);
}
