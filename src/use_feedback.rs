use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use crate::Outcome;
use crate::delivery::{Delivery, Intent, Notice, Status};
use crate::key::Key;
use crate::page::{Post, Watch, sweep};
use crate::transport::Transport;

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

/// The state of one feedback widget and what can be done with it, without any markup.
///
/// The component and the element are built from it.
#[derive(Clone, Copy)]
pub struct UseFeedback {
    /// What the thumbs show.
    pub outcome: RwSignal<Option<Outcome>>,
    /// What the person is told.
    pub status: RwSignal<Status>,
    /// The text being written.
    pub comment: RwSignal<String>,
    /// The reasons chosen.
    pub reasons: RwSignal<Vec<String>>,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

struct Inner {
    outcome: RwSignal<Option<Outcome>>,
    status: RwSignal<Status>,
    post: RefCell<Option<Rc<Post>>>,
    transport: Option<Rc<dyn Transport>>,
    on_event: OnEvent,
}

impl Watch for Inner {
    fn changed(&self, delivery: &Delivery, said: Status, notice: Option<(Notice, &Intent)>) {
        let shown = delivery.shown();
        let before = self.outcome.try_get_untracked();
        // After an await the widget may be gone.
        self.outcome.try_set(shown);
        self.status.try_set(said);
        if before.is_some_and(|before| before != shown) {
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
    pub fn new(transport: Option<Rc<dyn Transport>>, on_event: OnEvent) -> Self {
        let outcome = RwSignal::new(None);
        let status = RwSignal::new(Status::Idle);
        on_cleanup(sweep);
        Self {
            outcome,
            status,
            comment: RwSignal::new(String::new()),
            reasons: RwSignal::new(Vec::new()),
            inner: StoredValue::new_local(Rc::new(Inner {
                outcome,
                status,
                post: RefCell::new(None),
                transport,
                on_event,
            })),
        }
    }

    /// Another token, user or receiver means another vote: its state is shown from now on, and
    /// what is under way for the one before goes on. `known` is an outcome the page knows of.
    pub fn set_key(&self, key: Option<Key>, known: Option<Outcome>) {
        self.inner.with_value(|inner| {
            if let Some(before) = inner.post.take() {
                before.leave(inner);
                sweep();
            }
            let post = key.map(|key| Post::open(key, inner.transport.clone()));
            inner.post.replace(post.clone());
            let Some(post) = post else {
                self.outcome.set(known);
                self.status.set(Status::Idle);
                return;
            };
            if known.is_some() {
                post.restored(known);
            }
            // Taken up before this widget listens: what the page already knows is no change.
            post.resume();
            self.outcome.set(post.shown());
            self.status.set(post.status());
            post.watch(inner);
        });
    }

    /// The page learned of an earlier vote. A press since then wins; nobody is told of a change.
    pub fn restored(&self, known: Option<Outcome>) {
        if let Some(post) = self.post() {
            post.restored(known);
            self.outcome.set(post.shown());
        }
    }

    /// The same, from an answer that may be about a key this widget no longer has.
    pub fn restored_for(&self, key: &Key, known: Option<Outcome>) {
        if self.post().is_some_and(|post| post.is_for(key)) {
            self.restored(known);
        }
    }

    /// Votes, changes the vote, or sends a comment with it.
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
        self.inner
            .try_with_value(|inner| inner.post.borrow().clone())
            .flatten()
    }
}
