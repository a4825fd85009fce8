//! The one view: the element's shadow root and the Leptos component show the same markup.

use std::array;

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

/// All words of the view have this one type, and all its clicks that one: each further type of
/// closure costs the core another copy of what Leptos does with it.
type Words = Box<dyn FnMut() -> String + Send>;
type Click = Box<dyn FnMut(MouseEvent)>;

fn words(words: impl FnMut() -> String + Send + 'static) -> Words {
    Box::new(words)
}

fn flag(mut value: impl FnMut() -> bool + Send + 'static) -> Words {
    words(move || String::from(if value() { "true" } else { "false" }))
}

fn click(click: impl FnMut(MouseEvent) + 'static) -> Click {
    Box::new(click)
}

/// Thumbs, panel and status line. Events are heard while they are captured, which spares the core
/// Leptos' delegation. `act` hears what a person did, in the event's own task.
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
    let text = move |text| words(move || appearance.text(text));
    let label = words(move || {
        let label = appearance.label.get();
        if label.is_empty() {
            appearance.text(Text::Group)
        } else {
            label
        }
    });
    let pressed = move |thumb| flag(move || outcome.get() == Some(thumb));
    let disabled = move || flag(move || !appearance.live.get());
    let on = move |gesture| click(move |event| act(gesture, &event));
    let send_by_key = move |event: KeyboardEvent| {
        // The Enter that ends an input method's composition is no wish to send.
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
        {
            act(Gesture::Send, &event);
        }
    };
    let counter = words(move || {
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
    });
    let said = words(move || {
        Text::of(status.get()).map_or_else(String::new, |text| appearance.text(text))
    });
    let (positive, negative) = icons;
    view! {
        <div
            class="workflowai-feedback"
            role="group"
            aria-label=label
            data-outcome=words(move || outcome.get().map_or("", Outcome::as_str).into())
            data-status=words(move || status.get().phase().as_str().into())
        >
            <button
                type="button"
                name="outcome"
                value="positive"
                part="button positive"
                aria-label=text(Text::Positive)
                aria-pressed=pressed(Outcome::Positive)
                aria-disabled=disabled()
                on:click:capture=on(Gesture::Press(Outcome::Positive))
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
                aria-disabled=disabled()
                on:click:capture=on(Gesture::Press(Outcome::Negative))
            >
                {negative}
            </button>
            <div part="panel" popover="auto" role="group" aria-label=text(Text::Comment)>
                <div part="reasons" hidden role="group" aria-label=text(Text::Reasons)>
                    {array::from_fn::<_, { limits::REASONS }, _>(|index| {
                        reason(feedback, appearance, index)
                    })}
                </div>
                <label>
                    {text(Text::Comment)}
                    <textarea
                        part="comment"
                        on:input:capture=move |event| comment.set(event_target_value(&event))
                        on:keydown:capture=send_by_key
                    ></textarea>
                </label>
                <span part="counter">{counter}</span>
                <button
                    type="button"
                    name="send"
                    on:click:capture=on(Gesture::Send)
                >
                    {text(Text::Send)}
                </button>
                <button
                    type="button"
                    name="close"
                    on:click:capture=on(Gesture::Close)
                >
                    {text(Text::Close)}
                </button>
            </div>
            <span part="status" role="status">{said}</span>
        </div>
    }
}

fn reason(feedback: UseFeedback, appearance: Appearance, index: usize) -> impl IntoView {
    let offer = move || {
        appearance
            .offered
            .with(|offered| offered.get(index).cloned().unwrap_or_default())
    };
    let chosen = feedback.reasons;
    view! {
        <button
            type="button"
            name="reason"
            data-reason=words(offer)
            aria-pressed=flag(move || chosen.with(|chosen| chosen.contains(&offer())))
            on:click:capture=click(move |_| {
                let words = offer();
                chosen.update(|chosen| match chosen.iter().position(|other| *other == words) {
                    Some(position) => drop(chosen.remove(position)),
                    None => chosen.push(words),
                });
            })
        >
            {words(offer)}
        </button>
    }
}
