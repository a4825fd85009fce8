//! Everything a widget shows, in one signal: each further type of signal costs the core a copy of
//! what the reactive graph does with it.

use leptos::prelude::*;

use crate::Outcome;
use crate::delivery::Status;
use crate::messages::Messages;

/// What a widget shows.
#[derive(Default)]
pub struct State {
    /// What the thumbs show.
    pub outcome: Option<Outcome>,
    /// What the person is told.
    pub status: Status,
    /// The text being written.
    pub comment: String,
    /// The reasons chosen.
    pub reasons: Vec<String>,
    /// The texts.
    pub messages: Messages,
    /// Names the group; empty means the default name.
    pub label: String,
    /// Whether a press counts: there is a token, and the widget is neither disabled nor read-only.
    pub live: bool,
    /// The reasons offered after thumbs down.
    pub offered: Vec<String>,
}

/// The state of one widget. It may be gone after an `await`: reading gives defaults then.
#[derive(Clone, Copy)]
pub struct Shown(RwSignal<State>);

impl Shown {
    /// No vote, no label, no reasons, not live, English.
    pub fn new() -> Self {
        Self(RwSignal::new(State::default()))
    }

    /// Reads, and has the reader run again when anything changes.
    pub fn read<T: Default>(self, read: impl Fn(&State) -> T) -> T {
        let mut result = T::default();
        self.visit(true, &mut |state| result = read(state));
        result
    }

    /// Reads once.
    pub fn peek<T: Default>(self, read: impl Fn(&State) -> T) -> T {
        let mut result = T::default();
        self.visit(false, &mut |state| result = read(state));
        result
    }

    fn visit(self, tracked: bool, visit: &mut dyn FnMut(&State)) {
        if tracked {
            self.0.track();
        }
        self.0.try_with_untracked(visit);
    }

    /// Changes it, and tells the readers.
    pub fn change(self, change: &mut dyn FnMut(&mut State)) {
        self.0.try_update(change);
    }
}
