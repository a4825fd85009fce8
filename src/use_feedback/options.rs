use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::Outcome;
use crate::key::Key;
use crate::restore::lookup;
use crate::run;
use crate::transport::Transport;
use crate::use_feedback::{FeedbackEvent, OnEvent, UseFeedback};

/// What [`use_feedback`] takes: signals or plain values, none of them needed.
#[derive(Clone, Default)]
#[must_use]
pub struct UseFeedbackOptions {
    feedback_token: Signal<Option<String>>,
    user_id: Signal<Option<String>>,
    api_url: Signal<Option<String>>,
    outcome: Signal<Option<Outcome>>,
    restore: Signal<bool>,
    transport: Option<fn() -> Rc<dyn Transport>>,
    on_event: Option<OnEvent>,
}

impl UseFeedbackOptions {
    /// The run's signed token. It may come late: until then a vote counts for nothing.
    pub fn feedback_token(mut self, token: impl Into<Signal<Option<String>>>) -> Self {
        self.feedback_token = token.into();
        self
    }

    /// An opaque id of the person; one vote per run and person.
    pub fn user_id(mut self, id: impl Into<Signal<Option<String>>>) -> Self {
        self.user_id = id.into();
        self
    }

    /// Base address of the receiver; the page's own origin if there is none.
    pub fn api_url(mut self, url: impl Into<Signal<Option<String>>>) -> Self {
        self.api_url = url.into();
        self
    }

    /// The vote the page knows of; given, nothing is asked of the receiver.
    pub fn outcome(mut self, outcome: impl Into<Signal<Option<Outcome>>>) -> Self {
        self.outcome = outcome.into();
        self
    }

    /// Ask the receiver for an earlier vote; off by default.
    pub fn restore(mut self, restore: impl Into<Signal<bool>>) -> Self {
        self.restore = restore.into();
        self
    }

    /// Makes what carries votes, [`Fetch`](crate::transport::Fetch) by default. Called once, in
    /// the browser.
    pub fn transport(mut self, make: fn() -> Rc<dyn Transport>) -> Self {
        self.transport = Some(make);
        self
    }

    /// Hears of every event. The answer counts for [`FeedbackEvent::BeforeSend`] alone: false gives
    /// the vote up.
    pub fn on_event(mut self, hear: impl Fn(FeedbackEvent) -> bool + 'static) -> Self {
        self.on_event = Some(Rc::new(hear));
        self
    }
}

/// Votes on one answer of an AI, without any markup: for thumbs, stars or a menu of your own.
/// [`FeedbackButtons`](crate::FeedbackButtons) is built from it, and keeps and sends by the same
/// rules.
///
/// ## Usage
///
/// ```
/// # use leptos::prelude::*;
/// use workflowai_feedback::{Outcome, UseFeedbackOptions, use_feedback};
///
/// # #[component]
/// # fn Answer(token: RwSignal<Option<String>>, user: String) -> impl IntoView {
/// let feedback = use_feedback(
///     UseFeedbackOptions::default()
///         .feedback_token(token)
///         .user_id(user)
///         .api_url("https://feedback.example.com")
///         .restore(true),
/// );
/// view! {
///     <button
///         aria-pressed=move || (feedback.outcome() == Some(Outcome::Positive)).to_string()
///         on:click=move |_| feedback.vote(Outcome::Positive, None, Vec::new())
///     >
///         "Helpful"
///     </button>
///     <button on:click=move |_| feedback.retract()>"Take it back"</button>
///     <span role="status">{move || feedback.status().as_str()}</span>
/// }
/// # }
/// ```
///
/// ## Options
///
/// See [`UseFeedbackOptions`]. Another token or user means another vote: its state is shown, what
/// is under way for the one before goes on, and what was typed is dropped if it was about another
/// answer. A refreshed token of the same run and person takes over what the old one kept.
///
/// ```
/// # use leptos::prelude::*;
/// use workflowai_feedback::delivery::Notice;
/// use workflowai_feedback::{FeedbackEvent, UseFeedbackOptions};
///
/// # fn options(thanks: RwSignal<bool>) -> UseFeedbackOptions {
/// UseFeedbackOptions::default().on_event(move |event| {
///     match event {
///         // Not without a comment.
///         FeedbackEvent::BeforeSend(vote) => return vote.comment.is_some(),
///         FeedbackEvent::Notice(Notice::Sent, ..) => thanks.set(true),
///         _ => {}
///     }
///     true
/// })
/// # }
/// ```
///
/// ## Server side
///
/// Shows the `outcome` that is given; nothing is read, kept or sent.
pub fn use_feedback(options: UseFeedbackOptions) -> UseFeedback {
    follow(options, || ())
}

/// The same; `another` is called before the state of another answer is shown.
pub fn follow(options: UseFeedbackOptions, another: impl Fn() + 'static) -> UseFeedback {
    let UseFeedbackOptions {
        feedback_token,
        user_id,
        api_url,
        outcome,
        restore,
        transport,
        on_event,
    } = options;
    let transport = transport.filter(|_| !cfg!(feature = "ssr"));
    let feedback = UseFeedback::new(
        transport.map(|make| make()),
        on_event.unwrap_or_else(|| Rc::new(|_| true)),
    );
    let state = feedback.state;
    // In the same words on the server and while hydrating.
    state.change(&mut |state| state.outcome = outcome.get_untracked());
    let key = Memo::new(move |_| {
        Some(Key {
            endpoint: endpoint(api_url.get()),
            token: feedback_token.get()?,
            user: user_id.get().unwrap_or_default(),
        })
    });
    Effect::new(move |before: Option<Option<Key>>| {
        let known = outcome.get();
        let key = key.get();
        let other = |before: &Key| !key.as_ref().is_some_and(|key| run::same(before, key));
        if before.flatten().as_ref().is_some_and(other) {
            state.change(&mut |state| {
                state.comment.clear();
                state.reasons.clear();
            });
            another();
        }
        feedback.set_key(key.clone(), known);
        if let Some(asked) = key.clone().filter(|_| restore.get() && known.is_none()) {
            spawn_local(async move {
                if let Some(earlier) = lookup(&asked).await {
                    feedback.restored_for(&asked, earlier);
                }
            });
        }
        key
    });
    feedback
}

/// An absolute base address without a slash at its end.
fn endpoint(given: Option<String>) -> String {
    let base = || web_sys::window()?.location().origin().ok();
    let address = given.or_else(base).unwrap_or_default();
    address.trim_end_matches('/').to_owned()
}
