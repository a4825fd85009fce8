//! The one view: the element's shadow root and the Leptos component show the same markup.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use crate::gesture::Gesture;
use crate::messages::{Messages, Text};
use crate::use_feedback::UseFeedback;
use crate::{Outcome, limits};

/// What the view shows besides the state of the vote.
#[derive(Clone, Copy)]
pub struct Appearance {
    /// The texts.
    pub messages: RwSignal<Messages>,
    /// Names the group; empty means the default name.
    pub label: RwSignal<String>,
    /// Whether a press counts: there is a token, and the widget is neither disabled nor read-only.
    pub live: RwSignal<bool>,
    /// The reasons offered after thumbs down.
    pub offered: RwSignal<Vec<String>>,
}

impl Appearance {
    /// No label, no reasons, not live, English.
    pub fn new() -> Self {
        Self {
            messages: RwSignal::new(Messages::default()),
            label: RwSignal::new(String::new()),
            live: RwSignal::new(false),
            offered: RwSignal::new(Vec::new()),
        }
    }

    fn text(self, text: Text) -> String {
        self.messages
            .with(|messages| messages.get(text).into_owned())
    }
}

/// Thumbs, panel and status line. `act` hears what a person did, in the event's own task.
#[expect(clippy::too_many_lines, reason = "the markup, whole and in one place")]
pub fn view<P, N>(
    feedback: UseFeedback,
    appearance: Appearance,
    icons: (P, N),
    act: impl Fn(Gesture, &web_sys::Event) + Copy + 'static,
) -> impl IntoView
where
    P: IntoView,
    N: IntoView,
{
    let UseFeedback {
        outcome,
        status,
        comment,
        ..
    } = feedback;
    let text = move |text| move || appearance.text(text);
    let label = move || {
        let label = appearance.label.get();
        if label.is_empty() {
            appearance.text(Text::Group)
        } else {
            label
        }
    };
    let pressed = move |thumb| move || flag(outcome.get() == Some(thumb));
    let disabled = move || flag(!appearance.live.get());
    let press = move |thumb| move |event: MouseEvent| act(Gesture::Press(thumb), &event);
    let send_by_key = move |event: KeyboardEvent| {
        // The Enter that ends an input method's composition is no wish to send.
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
        {
            act(Gesture::Send, &event);
        }
    };
    let counter = move || {
        comment.with(|comment| {
            let left = limits::left(comment);
            let words = if left < 0 {
                appearance.text(Text::Excess)
            } else if left <= limits::COUNTER_FROM {
                appearance.text(Text::Remaining)
            } else {
                return String::new();
            };
            words.replace('#', &left.unsigned_abs().to_string())
        })
    };
    let said =
        move || Text::of(status.get()).map_or_else(String::new, |text| appearance.text(text));
    let (positive, negative) = icons;
    view! {
        <div
            class="workflowai-feedback"
            role="group"
            aria-label=label
            data-outcome=move || outcome.get().map_or("", Outcome::as_str)
            data-status=move || status.get().phase().as_str()
        >
            <button
                type="button"
                name="outcome"
                value="positive"
                part="button positive"
                aria-label=text(Text::Positive)
                aria-pressed=pressed(Outcome::Positive)
                aria-disabled=disabled
                on:click=press(Outcome::Positive)
            >
                {positive}
            </button>
            <button
                type="button"
                name="outcome"
                value="negative"
                part="button negative"
                aria-label=text(Text::Negative)
                aria-pressed=pressed(Outcome::Negative)
                aria-disabled=disabled
                on:click=press(Outcome::Negative)
            >
                {negative}
            </button>
            <div part="panel" popover="auto" role="group" aria-label=text(Text::Comment)>
                <div part="reasons" role="group" aria-label=text(Text::Reasons)>
                    {(0..limits::REASONS).map(|index| reason(feedback, appearance, index)).collect_view()}
                </div>
                <label>
                    {text(Text::Comment)}
                    <textarea
                        rows="3"
                        part="comment"
                        on:input=move |event| comment.set(event_target_value(&event))
                        on:keydown=send_by_key
                    ></textarea>
                </label>
                <span part="counter">{counter}</span>
                <button
                    type="button"
                    name="send"
                    on:click=move |event: MouseEvent| act(Gesture::Send, &event)
                >
                    {text(Text::Send)}
                </button>
                <button
                    type="button"
                    name="close"
                    on:click=move |event: MouseEvent| act(Gesture::Close, &event)
                >
                    {text(Text::Close)}
                </button>
            </div>
            <span part="status" role="status">{said}</span>
        </div>
    }
}

fn reason(feedback: UseFeedback, appearance: Appearance, index: usize) -> impl IntoView {
    let words = move || {
        appearance
            .offered
            .with(|offered| offered.get(index).cloned().unwrap_or_default())
    };
    let chosen = feedback.reasons;
    view! {
        <button
            type="button"
            name="reason"
            hidden=move || words().is_empty()
            aria-pressed=move || flag(chosen.with(|chosen| chosen.contains(&words())))
            on:click=move |_| {
                let words = words();
                chosen.update(|chosen| match chosen.iter().position(|other| *other == words) {
                    Some(position) => drop(chosen.remove(position)),
                    None => chosen.push(words),
                });
            }
        >
            {words}
        </button>
    }
}

const fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
