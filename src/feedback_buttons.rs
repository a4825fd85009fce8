#![expect(
    clippy::too_many_lines,
    reason = "what the component is made of, whole and in one place"
)]

use std::rc::Rc;

use leptos::either::Either;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use tachys::html::directive::directive;
use tachys::html::event::{capture, on};
use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::delivery::{Intent, Notice, Status};
use crate::gesture::{Gesture, perform};
use crate::icons::thumb;
use crate::messages::Messages;
use crate::object::text;
use crate::panel::{CommentPlacement, Panel};
use crate::transport::Transport;
use crate::use_feedback::{FeedbackEvent, UseFeedbackOptions, follow};
use crate::view::view;
use crate::{Outcome, limits, stylesheet};

/// When the comment panel opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
/// ```
/// # use leptos::prelude::*;
/// use workflowai_feedback::FeedbackButtons;
///
/// # #[component]
/// # fn Answer(token: RwSignal<Option<String>>, user: String) -> impl IntoView {
/// view! {
///     <FeedbackButtons
///         feedback_token=token
///         user_id=user
///         api_url="https://feedback.example.com"
///         label="Feedback on answer 3"
///     />
/// }
/// # }
/// ```
///
/// ## Options
///
/// Every prop but the callbacks, the icons and `action` is a signal or a plain value.
///
/// Without a token the thumbs are `aria-disabled`; they come alive when one arrives. Another
/// token or user means another vote: its state is shown, what is under way for the one before
/// goes on, and what was typed is taken out if it was about another answer.
///
/// Attributes are spread onto the root, and icons and words can be the app's own:
///
/// ```
/// # use leptos::prelude::*;
/// use workflowai_feedback::delivery::Intent;
/// use workflowai_feedback::{FeedbackButtons, Messages, Text, locales};
///
/// # #[component]
/// # fn Answer(token: String, thanks: RwSignal<bool>) -> impl IntoView {
/// view! {
///     <FeedbackButtons
///         feedback_token=token
///         messages=Messages::new(&locales::DE).with(Text::Sent, "Danke!")
///         positive_icon=|| "👍"
///         negative_icon=|| "👎"
///         on_before_send=|vote: Intent| vote.comment.is_none_or(|text| !text.contains("@"))
///         on_sent=move |_| thanks.set(true)
///         attr:class="answer-feedback"
///     />
/// }
/// # }
/// ```
///
/// In an app of islands it goes into an island of the app's: signals and callbacks cannot cross
/// an island's edge.
///
/// ## Server side
///
/// Renders the thumbs with the `outcome` that is known; nothing else is read or sent on the
/// server. They are `aria-disabled` until hydrated. With `action` they are the submit buttons of a
/// form instead, which posts `feedback_token`, `user_id` and `outcome` to that address, so that a
/// vote counts before hydration and with scripts off as well. The page has to link
/// [`STYLESHEET`](crate::STYLESHEET) if the thumbs shall have their looks before hydration.
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
    /// Where the comment panel opens.
    #[prop(optional, into)]
    comment_placement: Signal<CommentPlacement>,
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
    /// The words; English by default.
    #[prop(optional, into)]
    messages: Signal<Messages>,
    /// In place of thumbs up.
    #[prop(optional, into)]
    positive_icon: Option<ViewFn>,
    /// In place of thumbs down.
    #[prop(optional, into)]
    negative_icon: Option<ViewFn>,
    /// Sends votes another way, such as through a server function; [`Fetch`](crate::transport::Fetch)
    /// by default. Called once, in the browser.
    #[prop(optional)]
    transport: Option<fn() -> Rc<dyn Transport>>,
    /// A vote is about to be sent for the first time; false gives it up.
    #[prop(optional, into)]
    on_before_send: Option<Callback<Intent, bool>>,
    /// The thumbs show something else.
    #[prop(optional, into)]
    on_change: Option<Callback<Option<Outcome>>>,
    /// The receiver proved that it holds the vote.
    #[prop(optional, into)]
    on_sent: Option<Callback<Intent>>,
    /// The vote is kept and will be tried again; the status says why.
    #[prop(optional, into)]
    on_queued: Option<Callback<(Intent, Status)>>,
    /// The vote was refused and is gone; the status says why.
    #[prop(optional, into)]
    on_error: Option<Callback<(Intent, Status)>>,
    /// The receiver proved that it holds the vote no more.
    #[prop(optional, into)]
    on_retract: Option<Callback<Intent>>,
) -> impl IntoView {
    let hear = move |event| {
        let run = |callback: Option<Callback<Intent>>, intent| {
            if let Some(callback) = callback {
                callback.run(intent);
            }
        };
        let explain = |callback: Option<Callback<(Intent, Status)>>, intent, status| {
            if let Some(callback) = callback {
                callback.run((intent, status));
            }
        };
        match event {
            FeedbackEvent::BeforeSend(intent) => {
                return on_before_send.is_none_or(|callback| callback.run(intent));
            }
            FeedbackEvent::Change(outcome) => {
                if let Some(callback) = on_change {
                    callback.run(outcome);
                }
            }
            FeedbackEvent::Notice(notice, intent, status) => match notice {
                Notice::Sent => run(on_sent, intent),
                Notice::Retracted => run(on_retract, intent),
                Notice::Queued => explain(on_queued, intent, status),
                Notice::Rejected => explain(on_error, intent, status),
                // The change of what is shown has been told.
                Notice::Superseded => {}
            },
        }
        true
    };
    // What lives on one thread must not be dropped on another, as a server does.
    let root = (!cfg!(feature = "ssr")).then(|| StoredValue::new_local(None::<Element>));
    let with_panel = move |act: &dyn Fn(Panel<'_>)| {
        if let Some(root) = root {
            root.with_value(|root| root.iter().for_each(|root| act(Panel(root))));
        }
    };
    let options = UseFeedbackOptions::default()
        .feedback_token(feedback_token)
        .user_id(user_id)
        .api_url(api_url)
        .outcome(outcome)
        .restore(restore)
        .on_event(hear);
    let options = match transport {
        Some(make) => options.transport(make),
        None => options,
    };
    let feedback = follow(options, move || with_panel(&|panel| panel.clear()));
    let state = feedback.state;
    let submits = action.is_some();
    // In the same words on the server and while hydrating.
    state.change(&mut |state| {
        state.label = label.get_untracked().unwrap_or_default();
        state.messages = messages.get_untracked();
        // A form is alive before any script is.
        state.live = submits
            && feedback_token.with_untracked(Option::is_some)
            && !readonly.get_untracked()
            && !disabled.get_untracked();
    });
    Effect::new(move || {
        stylesheet::adopt();
        let live = !readonly.get() && !disabled.get() && feedback_token.get().is_some();
        let (label, mut offered) = (label.get().unwrap_or_default(), reasons.get());
        offered.truncate(limits::REASONS);
        let messages = messages.get();
        state.change(&mut |state| {
            state.live = live;
            state.label.clone_from(&label);
            state.offered.clone_from(&offered);
            state.messages = messages.clone();
        });
    });
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
            Gesture::Press(_) if wanted => {
                let thumb = event.current_target().map_or(JsValue::NULL, JsValue::from);
                with_panel(&|panel| panel.open(comment_placement.get_untracked(), &thumb));
            }
            // What is too long to send stays open.
            Gesture::Send if !acted => {}
            _ => {
                // Or else the key that sent presses the thumb that gets the focus, outside Chromium.
                event.prevent_default();
                with_panel(&|panel| panel.close());
            }
        }
    };
    let icon = |own: Option<ViewFn>| own.map_or_else(|| thumb().into_any(), |own| own.run());
    let icons = (icon(positive_icon), icon(negative_icon));
    let thumbs = if submits { "submit" } else { "button" };
    let buttons = view(feedback, icons, Rc::new(act), thumbs)
        .add_any_attr(directive(
            move |element: Element, ()| {
                if let Some(root) = root {
                    root.set_value(Some(element));
                }
            },
            (),
        ))
        .add_any_attr(on(ev::keydown, move |event: KeyboardEvent| {
            // The browser sees to popovers.
            if event.key() == "Escape"
                && comment_placement.get_untracked() == CommentPlacement::Inline
            {
                with_panel(&|panel| panel.close());
            }
        }))
        .add_any_attr(on(
            capture(ev::Custom::<web_sys::Event>::new("beforetoggle")),
            move |event: web_sys::Event| {
                if text(&event, "newState").as_deref() == Some("closed") {
                    with_panel(&|panel| panel.give_focus_back());
                }
            },
        ));
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
