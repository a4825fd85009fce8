//! The WebAssembly side of `<workflowai-feedback>`: hydrates the shell's markup and takes over.
//!
//! Crosses the border with numbers, strings and plain objects alone: each costs a fraction of
//! what an exported class does.

use std::any::Any;
use std::cell::RefCell;
use std::mem;
use std::rc::Rc;

use any_spawner::Executor;
use leptos::prelude::*;
use tachys::hydration::Cursor;
use tachys::view::PositionState;
use wasm_bindgen::prelude::*;

use crate::Outcome;
use crate::delivery::Notice;
use crate::gesture::perform;
use crate::key::Key;
use crate::messages::{Messages, Text};
use crate::object::{Fresh, get, text, texts};
use crate::page::Post;
use crate::slots::slotted;
use crate::use_feedback::{FeedbackEvent, UseFeedback};
use crate::view::view;
use crate::{object, outbox, page};

#[wasm_bindgen]
extern "C" {
    /// The shell's side of one element.
    #[derive(Clone)]
    pub type Host;

    /// Dispatches an event; false if a listener cancelled it.
    #[wasm_bindgen(method)]
    fn emit(this: &Host, name: &str, detail: &JsValue) -> bool;

    /// A press has arrived: without this the shell takes the core for dead.
    #[wasm_bindgen(method)]
    fn acknowledge(this: &Host);
}

/// A hydrated element.
struct Attached {
    feedback: UseFeedback,
    key: Option<Key>,
    /// The earlier vote that the page last knew of.
    known: Option<Outcome>,
    /// Drops signals and effects. The nodes stay with the element.
    owner: Owner,
    /// What holds the nodes' listeners.
    _listeners: Box<dyn Any>,
}

thread_local! {
    static ATTACHED: RefCell<Vec<Option<Attached>>> = const { RefCell::new(Vec::new()) };
}

/// Prepares the page's one core.
#[wasm_bindgen]
pub fn start(device: outbox::Device) {
    let _ = Executor::init_wasm_bindgen();
    outbox::set_device(device);
}

/// Takes over the markup inside `root` and returns the element's number.
#[wasm_bindgen]
pub fn attach(root: web_sys::Element, host: Host, settings: &JsValue) -> usize {
    let owner = Owner::new_root(None);
    let (feedback, listeners) = owner.with(|| {
        let events = host.clone();
        let feedback = UseFeedback::new(None, Rc::new(move |event| emit(&events, event)));
        let act = move |gesture, _: &_| {
            if feedback.state.peek(|state| state.live) {
                perform(gesture, feedback);
            }
            // After the vote is kept: a trap before this makes the shell keep it.
            host.acknowledge();
        };
        let listeners = view(feedback, slotted(), Rc::new(act), "button")
            .hydrate::<true>(&Cursor::new(root), &PositionState::default());
        (feedback, Box::new(listeners))
    });
    let mut attached = Attached {
        feedback,
        key: None,
        known: None,
        owner,
        _listeners: listeners,
    };
    if let Some(text) = text(settings, "text") {
        feedback.set_comment(text);
    }
    apply(&mut attached, settings);
    ATTACHED.with_borrow_mut(|all| {
        let free = all.iter().position(Option::is_none).unwrap_or_else(|| {
            all.push(None);
            all.len() - 1
        });
        all[free] = Some(attached);
        free
    })
}

/// The page changed attributes, texts or settings.
#[wasm_bindgen]
pub fn change(number: usize, settings: &JsValue) {
    // Out of the list while it is changed: an event's listener may call back in.
    let Some(mut attached) = ATTACHED.with_borrow_mut(|all| all.get_mut(number)?.take()) else {
        return;
    };
    apply(&mut attached, settings);
    ATTACHED.with_borrow_mut(|all| all[number] = Some(attached));
}

/// Votes from a script. Without an outcome the vote is taken back.
#[wasm_bindgen]
#[expect(
    clippy::needless_pass_by_value,
    reason = "wasm-bindgen hands strings over"
)]
pub fn vote(number: usize, outcome: Option<String>, comment: Option<String>, reasons: &JsValue) {
    if let Some(feedback) = feedback(number) {
        match outcome.as_deref().and_then(Outcome::parse) {
            Some(outcome) => feedback.vote(outcome, comment, object::strings(reasons)),
            None => feedback.retract(),
        }
    }
}

/// Tries again now what is kept for this element's key.
#[wasm_bindgen]
pub fn flush(number: usize) {
    if let Some(feedback) = feedback(number) {
        feedback.flush();
    }
}

/// The element is gone. What is under way goes on.
#[wasm_bindgen]
pub fn detach(number: usize) {
    let gone = ATTACHED.with_borrow_mut(|all| all.get_mut(number)?.take());
    if let Some(attached) = gone {
        attached.owner.cleanup();
        page::sweep();
    }
}

fn feedback(number: usize) -> Option<UseFeedback> {
    ATTACHED.with_borrow(|all| Some(all.get(number)?.as_ref()?.feedback))
}

fn apply(attached: &mut Attached, settings: &JsValue) {
    let feedback = attached.feedback;
    let words = get(settings, "messages");
    feedback.state.change(&mut |state| {
        state.label = text(settings, "label").unwrap_or_default();
        state.live = get(settings, "live").is_truthy();
        state.offered = texts(settings, "reasons");
        state.messages = Messages::default();
        for name in Text::ALL {
            if let Some(words) = text(&words, name.key()) {
                state.messages = mem::take(&mut state.messages).with(*name, words);
            }
        }
    });
    let key = text(settings, "token").map(|token| Key {
        endpoint: text(settings, "endpoint").unwrap_or_default(),
        token,
        user: text(settings, "user").unwrap_or_default(),
    });
    let known = text(settings, "outcome").and_then(|word| Outcome::parse(&word));
    if key.is_none() || key != attached.key {
        feedback.set_key(key.clone(), known);
        if let Some(key) = &key {
            // Votes that earlier pages left, also for answers that are not on this page.
            for key in outbox::keys(&key.endpoint) {
                Post::open(key, None).resume();
            }
        }
        attached.key = key;
    } else if known != attached.known {
        feedback.restored(known);
    }
    attached.known = known;
}

fn emit(host: &Host, event: FeedbackEvent) -> bool {
    let detail = Fresh::new();
    let word =
        |outcome: Option<Outcome>| outcome.map_or(JsValue::NULL, |outcome| outcome.as_str().into());
    let (name, intent) = match event {
        FeedbackEvent::Change(outcome) => {
            detail.set("outcome", &word(outcome));
            return host.emit("change", &detail.into());
        }
        FeedbackEvent::BeforeSend(intent) => ("before-send", intent),
        FeedbackEvent::Notice(notice, intent, status) => {
            detail.set_text("reason", status.as_str());
            let name = match notice {
                Notice::Sent => "sent",
                Notice::Retracted => "retract",
                Notice::Queued => "queued",
                Notice::Rejected => "error",
                // The change of what is shown has been told.
                Notice::Superseded => return true,
            };
            (name, intent)
        }
    };
    detail.set("outcome", &word(intent.outcome));
    detail.set(
        "comment",
        &intent.comment.map_or(JsValue::NULL, JsValue::from),
    );
    detail.set_texts("reasons", &intent.reasons);
    host.emit(name, &detail.into())
}
