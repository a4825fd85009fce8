use std::rc::Rc;

use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::gesture::{Gesture, perform};
use crate::icons::thumb;
use crate::key::Key;
use crate::messages::Messages;
use crate::use_feedback::{FeedbackEvent, UseFeedback};
use crate::view::view;
use crate::{Outcome, limits, panel, restore::lookup, stylesheet};

/// When the comment panel opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comment {
    /// After every vote.
    #[default]
    AfterVote,
    /// After thumbs down alone.
    Negative,
    /// Never.
    Off,
}

/// Thumbs up, thumbs down and a comment, for one answer of an AI.
///
/// ## Usage
///
/// ```ignore
/// view! { <FeedbackButtons feedback_token=token user_id=user label="Feedback on answer 3"/> }
/// ```
///
/// ## Options
///
/// Without a token the thumbs are `aria-disabled`; they come alive when one arrives. Another
/// token or user means another vote: its state is shown, what is under way for the one before
/// goes on.
///
/// ## Server side
///
/// Renders the idle thumbs; nothing is read or sent on the server. They are `aria-disabled` until
/// hydrated. With `action` they are the submit buttons of a form instead, which posts
/// `feedback_token`, `user_id` and `outcome` to that address, so that a vote counts before
/// hydration and with scripts off as well.
#[component]
pub fn FeedbackButtons(
    /// The run's signed token. It may come late.
    #[prop(optional, into)]
    feedback_token: Signal<Option<String>>,
    /// An opaque id of the person; one vote per run and person.
    #[prop(optional, into)]
    user_id: Signal<Option<String>>,
    /// Base address of the receiver; the page's own origin if there is none.
    #[prop(optional, into)]
    api_url: Signal<Option<String>>,
    /// When the comment panel opens.
    #[prop(optional, into)]
    comment: Signal<Comment>,
    /// Up to 8 reasons of 64 characters, offered after thumbs down.
    #[prop(optional, into)]
    reasons: Signal<Vec<String>>,
    /// Names the group for assistive technology.
    #[prop(optional, into)]
    label: Signal<Option<String>>,
    /// The vote the page knows of; given, nothing is asked of the receiver.
    #[prop(optional, into)]
    outcome: Signal<Option<Outcome>>,
    /// Ask the receiver for an earlier vote.
    #[prop(optional, into)]
    restore: Signal<bool>,
    /// Shows the vote and takes none.
    #[prop(optional, into)]
    readonly: Signal<bool>,
    /// Takes no vote.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Where a form posts the vote while no script is running: the address of a server function.
    #[prop(optional, into)]
    action: Option<String>,
    /// The texts; English by default.
    #[prop(optional, into)]
    messages: Option<Messages>,
    /// Hears of everything; false gives up a vote before it is sent.
    #[prop(optional, into)]
    on_event: Option<Callback<FeedbackEvent, bool>>,
) -> impl IntoView {
    let feedback = UseFeedback::new(
        None,
        Rc::new(move |event| on_event.is_none_or(|callback| callback.run(event))),
    );
    let state = feedback.state;
    if let Some(messages) = messages {
        state.change(&mut |state| state.messages = messages.clone());
    }
    Effect::new(move || {
        stylesheet::adopt();
        let live = !readonly.get() && !disabled.get() && feedback_token.get().is_some();
        let (label, mut offered) = (label.get().unwrap_or_default(), reasons.get());
        offered.truncate(limits::REASONS);
        state.change(&mut |state| {
            state.live = live;
            state.label.clone_from(&label);
            state.offered.clone_from(&offered);
        });
    });
    let key = Memo::new(move |_| {
        Some(Key {
            endpoint: endpoint(api_url.get()),
            token: feedback_token.get()?,
            user: user_id.get().unwrap_or_default(),
        })
    });
    Effect::new(move || {
        let known = outcome.get();
        let key = key.get();
        feedback.set_key(key.clone(), known);
        if let Some(asked) = key.filter(|_| restore.get() && known.is_none()) {
            spawn_local(async move {
                if let Some(earlier) = lookup(&asked).await {
                    feedback.restored_for(&asked, earlier);
                }
            });
        }
    });
    let submits = action.is_some();
    if submits {
        // Alive before any script is: on the server, and in the same words while hydrating.
        let live = feedback_token.with_untracked(Option::is_some)
            && !readonly.get_untracked()
            && !disabled.get_untracked();
        state.change(&mut |state| state.live = live);
    }
    let act = move |gesture, event: &web_sys::Event| {
        if submits {
            event.prevent_default();
        }
        if !state.peek(|state| state.live) {
            return;
        }
        let acted = perform(gesture, feedback);
        let wanted = match (comment.get_untracked(), state.peek(|state| state.outcome)) {
            (Comment::Off, _) | (_, None) => false,
            (Comment::AfterVote, Some(_)) => true,
            (Comment::Negative, Some(outcome)) => outcome == Outcome::Negative,
        };
        match gesture {
            Gesture::Press(_) if wanted => panel::open(event),
            // What is too long to send stays open.
            Gesture::Send if !acted => {}
            _ => {
                // Or else the key that sent presses the thumb that gets the focus, outside Chromium.
                event.prevent_default();
                panel::close(event);
            }
        }
    };
    let thumbs = if submits { "submit" } else { "button" };
    let buttons = view(feedback, (thumb(), thumb()), Rc::new(act), thumbs);
    match action {
        None => Either::Left(buttons),
        Some(action) => Either::Right(view! {
            <form class="workflowai-feedback-form" method="post" action=action>
                <input
                    type="hidden"
                    name="feedback_token"
                    value=move || feedback_token.get().unwrap_or_default()
                />
                <input
                    type="hidden"
                    name="user_id"
                    value=move || user_id.get().unwrap_or_default()
                />
                {buttons}
            </form>
        }),
    }
}

/// An absolute base address without a slash at its end.
fn endpoint(given: Option<String>) -> String {
    let base = || web_sys::window()?.location().origin().ok();
    let address = given.or_else(base).unwrap_or_default();
    address.trim_end_matches('/').to_owned()
}
