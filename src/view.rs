//! The one view: the element's shadow root and the Leptos component show the same markup.

use std::array;
use std::rc::Rc;

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use crate::gesture::Gesture;
use crate::messages::Text;
use crate::use_feedback::UseFeedback;
use crate::{Outcome, limits};

/// All words of the view have this one type, and all its clicks that one: each further type of
/// closure costs the core another copy of what Leptos does with it.
type Words = Box<dyn FnMut() -> String + Send>;
type Click = Box<dyn FnMut(MouseEvent)>;
/// Hears what a person did, in the event's own task.
pub type Act = Rc<dyn Fn(Gesture, &web_sys::Event)>;

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
/// Leptos' delegation. `thumbs` is the buttons' type: those of a
/// form submit it.
#[expect(clippy::too_many_lines, reason = "the markup, whole and in one place")]
pub fn view<P, N>(
    feedback: UseFeedback,
    icons: (P, N),
    act: Act,
    thumbs: &'static str,
) -> impl IntoView
where
    P: IntoView,
    N: IntoView,
{
    let UseFeedback { state, .. } = feedback;
    let text = move |text| words(move || state.read(|state| state.messages.get(text).into()));
    let label = words(move || {
        state.read(|state| {
            if state.label.is_empty() {
                state.messages.get(Text::Group).into()
            } else {
                state.label.clone()
            }
        })
    });
    let pressed = move |thumb| flag(move || state.read(|state| state.outcome == Some(thumb)));
    let disabled = move || flag(move || state.read(|state| !state.live));
    let on = |gesture| {
        let act = Rc::clone(&act);
        click(move |event| act(gesture, &event))
    };
    let (press_positive, press_negative) = (
        on(Gesture::Press(Outcome::Positive)),
        on(Gesture::Press(Outcome::Negative)),
    );
    let (send, close) = (on(Gesture::Send), on(Gesture::Close));
    let send_by_key = move |event: KeyboardEvent| {
        // The Enter that ends an input method's composition is no wish to send.
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing()
        {
            act(Gesture::Send, &event);
        }
    };
    let counter = words(move || {
        state.read(|state| {
            let left = limits::left(&state.comment);
            let text = if left < 0 {
                Text::Excess
            } else if left <= limits::COUNTER_FROM {
                Text::Remaining
            } else {
                return String::new();
            };
            let (before, after) = state.messages.get(text).split_once('#').unwrap_or_default();
            [before, &decimal(left.unsigned_abs()), after].concat()
        })
    });
    let said = words(move || {
        state.read(|state| {
            Text::of(state.status).map_or_else(String::new, |text| state.messages.get(text).into())
        })
    });
    let (positive, negative) = icons;
    view! {
        <div
            class="workflowai-feedback"
            role="group"
            aria-label=label
            data-outcome=words(move || state.read(|state| state.outcome.map_or("", Outcome::as_str).into()))
            data-status=words(move || state.read(|state| state.status.phase().as_str().into()))
        >
            <button
                type=thumbs
                name="outcome"
                value="positive"
                part="button positive"
                aria-label=text(Text::Positive)
                aria-pressed=pressed(Outcome::Positive)
                aria-disabled=disabled()
                on:click:capture=press_positive
            >
                {positive}
            </button>
            <button
                type=thumbs
                name="outcome"
                value="negative"
                part="button negative"
                aria-label=text(Text::Negative)
                aria-pressed=pressed(Outcome::Negative)
                aria-disabled=disabled()
                on:click:capture=press_negative
            >
                {negative}
            </button>
            <div part="panel" popover="auto" role="group" aria-label=text(Text::Comment)>
                <div part="reasons" role="group" aria-label=text(Text::Reasons)>
                    {array::from_fn::<_, { limits::REASONS }, _>(|index| {
                        reason(feedback, index)
                    })}
                </div>
                <label>
                    {text(Text::Comment)}
                    <textarea
                        part="comment"
                        on:input:capture=move |event| feedback.set_comment(event_target_value(&event))
                        on:keydown:capture=send_by_key
                    ></textarea>
                </label>
                <span part="counter" role="status">{counter}</span>
                <button
                    type="button"
                    name="send"
                    on:click:capture=send
                >
                    {text(Text::Send)}
                </button>
                <button
                    type="button"
                    name="close"
                    on:click:capture=close
                >
                    {text(Text::Close)}
                </button>
            </div>
            <span part="status" role="status">{said}</span>
        </div>
    }
}

fn reason(feedback: UseFeedback, index: usize) -> impl IntoView {
    let UseFeedback { state, .. } = feedback;
    let offer = move || state.read(|state| state.offered.get(index).cloned().unwrap_or_default());
    let chosen = move || {
        state.read(|state| {
            state
                .offered
                .get(index)
                .is_some_and(|offer| state.reasons.contains(offer))
        })
    };
    view! {
        <button
            type="button"
            name="reason"
            data-reason=words(offer)
            aria-pressed=flag(chosen)
            on:click:capture=click(move |_| feedback.toggle_reason(&offer()))
        >
            {words(offer)}
        </button>
    }
}

/// A number as people write it. What the standard library has for that is 1 kB of the core.
fn decimal(mut number: u32) -> String {
    let mut digits = String::new();
    loop {
        let digit = char::from_digit(number % 10, 10).unwrap_or_default();
        digits.insert(0, digit);
        number /= 10;
        if number == 0 {
            return digits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals() {
        for number in [0, 7, 10, 500, 10_000, u32::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
