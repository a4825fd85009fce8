#[cfg(not(feature = "element"))]
mod options;

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use crate::Outcome;
use crate::delivery::{Delivery, Intent, Notice, Status};
use crate::key::Key;
#[cfg(not(feature = "element"))]
use crate::outbox;
#[cfg(not(feature = "element"))]
use crate::page::hear;
use crate::page::{Post, Watch, sweep};
use crate::state::Shown;
use crate::transport::Transport;
#[cfg(not(feature = "element"))]
pub use options::{UseFeedbackOptions, follow, use_feedback};

/// What a vote tells the page.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FeedbackEvent {
    /// The first request of an intent is about to leave.
    BeforeSend(Intent),
    /// The thumbs show something else.
    Change(Option<Outcome>),
    /// See [`Notice`]; the status says why.
    Notice(Notice, Intent, Status),
}

/// Hears of every event. The answer counts for [`FeedbackEvent::BeforeSend`] alone: false gives
/// the vote up.
pub type OnEvent = Rc<dyn Fn(FeedbackEvent) -> bool>;

/// The state of one vote, and what can be done with it: what
#[cfg_attr(not(feature = "element"), doc = "[`use_feedback`]")]
#[cfg_attr(feature = "element", doc = "`use_feedback`")]
/// returns.
///
/// What it reads is reactive. It is `Copy`, and may be kept by what outlives its owner: it reads as
/// defaults then, and does nothing.
#[derive(Clone, Copy)]
pub struct UseFeedback {
    pub(crate) state: Shown,
    /// None on a server: there is nothing to send from, and what lives on one thread must not be
    /// dropped on another.
    inner: Option<StoredValue<Rc<Inner>, LocalStorage>>,
}

struct Inner {
    state: Shown,
    post: RefCell<Option<Rc<Post>>>,
    transport: Option<Rc<dyn Transport>>,
    on_event: OnEvent,
}

impl Watch for Inner {
    fn changed(&self, delivery: &Delivery, said: Status, notice: Option<(Notice, &Intent)>) {
        let shown = delivery.shown();
        let mut changed = false;
        self.state.change(&mut |state| {
            changed = state.outcome != shown;
            state.outcome = shown;
            state.status = said;
        });
        if changed {
            (self.on_event)(FeedbackEvent::Change(shown));
        }
        if let Some((notice, intent)) = notice {
            (self.on_event)(FeedbackEvent::Notice(
                notice,
                intent.clone(),
                delivery.status,
            ));
        }
    }

    fn before_send(&self, intent: &Intent) -> bool {
        (self.on_event)(FeedbackEvent::BeforeSend(intent.clone()))
    }
}

impl UseFeedback {
    /// A widget without a key: it shows nothing and sends nothing yet.
    pub(crate) fn new(transport: Option<Rc<dyn Transport>>, on_event: OnEvent) -> Self {
        let state = Shown::new();
        on_cleanup(sweep);
        Self {
            state,
            inner: (!cfg!(feature = "ssr") || cfg!(test)).then(|| {
                StoredValue::new_local(Rc::new(Inner {
                    state,
                    post: RefCell::new(None),
                    transport,
                    on_event,
                }))
            }),
        }
    }

    /// What the thumbs show.
    pub fn outcome(&self) -> Option<Outcome> {
        self.state.read(|state| state.outcome)
    }

    /// What the person is told.
    pub fn status(&self) -> Status {
        self.state.read(|state| state.status)
    }

    /// The text being written.
    pub fn comment(&self) -> String {
        self.state.read(|state| state.comment.clone())
    }

    /// The reasons chosen.
    pub fn reasons(&self) -> Vec<String> {
        self.state.read(|state| state.reasons.clone())
    }

    /// The text was changed.
    pub fn set_comment(&self, comment: String) {
        let mut comment = Some(comment);
        self.state
            .change(&mut |state| state.comment = comment.take().unwrap_or_default());
    }

    /// Chooses a reason, or not any more.
    pub fn toggle_reason(&self, reason: &str) {
        self.state.change(&mut |state| {
            let chosen = &mut state.reasons;
            match chosen.iter().position(|other| other == reason) {
                Some(position) => drop(chosen.remove(position)),
                None => chosen.push(reason.to_owned()),
            }
        });
    }

    /// Another token, user or receiver means another vote: its state is shown from now on, and
    /// what is under way for the one before goes on. `known` is an outcome the page knows of.
    pub(crate) fn set_key(&self, key: Option<Key>, known: Option<Outcome>) {
        let Some(inner) = self.inner else { return };
        inner.with_value(|inner| {
            if let Some(before) = inner.post.take() {
                before.leave(inner);
                sweep();
            }
            #[cfg(not(feature = "element"))]
            if let Some(key) = &key {
                take_over(key, inner.transport.as_ref());
            }
            let post = key.map(|key| Post::open(key, inner.transport.clone()));
            inner.post.replace(post.clone());
            let Some(post) = post else {
                return self.show(known, Status::Idle);
            };
            if known.is_some() {
                post.restored(known);
            }
            // Taken up before this widget listens: what the page already knows is no change.
            post.resume();
            self.show(post.shown(), post.status());
            post.watch(inner);
        });
    }

    fn show(&self, outcome: Option<Outcome>, status: Status) {
        self.state.change(&mut |state| {
            state.outcome = outcome;
            state.status = status;
        });
    }

    /// The page learned of an earlier vote. A press since then wins; nobody is told of a change.
    pub(crate) fn restored(&self, known: Option<Outcome>) {
        if let Some(post) = self.post() {
            post.restored(known);
            self.show(post.shown(), post.status());
        }
    }

    /// The same, from an answer that may be about a key this widget no longer has.
    #[cfg(not(feature = "element"))]
    pub(crate) fn restored_for(&self, key: &Key, known: Option<Outcome>) {
        if self.post().is_some_and(|post| post.is_for(key)) {
            self.restored(known);
        }
    }

    /// Votes, changes the vote, or sends a comment with it: up to 10,000 characters, and up to 8
    /// reasons of 64. What is longer the receiver refuses. Does nothing without a token.
    pub fn vote(&self, outcome: Outcome, comment: Option<String>, reasons: Vec<String>) {
        self.press(Some(outcome), comment, reasons);
    }

    /// Takes the vote back.
    pub fn retract(&self) {
        self.press(None, None, Vec::new());
    }

    /// Tries again now what is kept.
    pub fn flush(&self) {
        if let Some(post) = self.post() {
            post.wake();
        }
    }

    fn press(&self, outcome: Option<Outcome>, comment: Option<String>, reasons: Vec<String>) {
        if let Some(post) = self.post() {
            post.press(outcome, comment, reasons);
        }
    }

    fn post(&self) -> Option<Rc<Post>> {
        self.inner?
            .try_with_value(|inner| inner.post.borrow().clone())
            .flatten()
    }
}

/// What earlier pages and earlier tokens left goes on, also for answers that are not on this page.
/// For the element the shell and `src/element.rs` see to it.
#[cfg(not(feature = "element"))]
fn take_over(key: &Key, transport: Option<&Rc<dyn Transport>>) {
    for emptied in outbox::fold(key) {
        hear(|other| *other == emptied);
    }
    for other in outbox::keys(&key.endpoint) {
        Post::open(other, transport.cloned()).resume();
    }
}
