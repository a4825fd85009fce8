//! The WebAssembly side of `<workflowai-feedback>`: hydrates the shell's markup and takes over.
//!
//! Crosses the border with numbers, strings and plain objects alone: each costs a fraction of
//! what an exported class does.

use std::cell::RefCell;
use std::rc::Rc;

use any_spawner::Executor;
use js_sys::{Object, Reflect};
use leptos::prelude::*;
use tachys::hydration::Cursor;
use tachys::view::PositionState;
use wasm_bindgen::prelude::*;

use crate::Outcome;
use crate::delivery::Notice;
use crate::gesture::perform;
use crate::key::Key;
use crate::messages::{Messages, Text};
use crate::page::Post;
use crate::slots::slotted;
use crate::use_feedback::{FeedbackEvent, UseFeedback};
use crate::view::{Appearance, view};
use crate::{outbox, page};

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
    appearance: Appearance,
    key: Option<Key>,
    /// The earlier vote that the page last knew of.
    known: Option<Outcome>,
    /// Drops signals and effects. The nodes stay with the element.
    owner: Owner,
}

thread_local! {
    static ATTACHED: RefCell<Vec<Option<Attached>>> = const { RefCell::new(Vec::new()) };
}

/// Prepares the page's one core: its client id, and whether votes may stay on the device.
#[wasm_bindgen]
pub fn start(client: String, keep: bool) {
    let _ = Executor::init_wasm_bindgen();
    page::set_client(client);
    outbox::keep_on_device(keep);
}

/// Takes over the markup inside `root` and returns the element's number.
#[wasm_bindgen]
pub fn attach(root: web_sys::Element, host: Host, settings: &JsValue) -> usize {
    let owner = Owner::new_root(None);
    let (feedback, appearance) = owner.with(|| {
        let events = host.clone();
        let feedback = UseFeedback::new(None, Rc::new(move |event| emit(&events, event)));
        let appearance = Appearance::new();
        let act = StoredValue::new_local(host);
        let state = view(feedback, appearance, slotted(), move |gesture, _| {
            if appearance.live.get_untracked() {
                perform(gesture, feedback);
            }
            // After the vote is kept: a trap before this makes the shell keep it.
            act.with_value(Host::acknowledge);
        })
        .hydrate::<true>(&Cursor::new(root), &PositionState::default());
        // Owned by the reactive root: the nodes' listeners live as long as it does.
        StoredValue::new_local(state);
        (feedback, appearance)
    });
    let mut attached = Attached {
        feedback,
        appearance,
        key: None,
        known: None,
        owner,
    };
    if let Some(text) = string(settings, "text") {
        feedback.comment.set(text);
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
            Some(outcome) => feedback.vote(outcome, comment, outbox::strings(reasons)),
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
    let Attached {
        feedback,
        appearance,
        ..
    } = *attached;
    appearance
        .label
        .set(string(settings, "label").unwrap_or_default());
    appearance.live.set(get(settings, "live").is_truthy());
    appearance
        .offered
        .set(outbox::strings(&get(settings, "reasons")));
    let packs = get(settings, "messages");
    if packs.is_object() {
        let messages = Text::ALL
            .iter()
            .fold(Messages::default(), |messages, text| {
                match string(&packs, text.key()) {
                    Some(words) => messages.with(*text, words),
                    None => messages,
                }
            });
        appearance.messages.set(messages);
    }
    let key = string(settings, "token").map(|token| Key {
        endpoint: string(settings, "endpoint").unwrap_or_default(),
        token,
        user: string(settings, "user").unwrap_or_default(),
    });
    let known = string(settings, "outcome").and_then(|word| Outcome::parse(&word));
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
    let detail: JsValue = Object::new().into();
    let set = |name: &str, value: JsValue| {
        let _ = Reflect::set(&detail, &name.into(), &value);
    };
    let word =
        |outcome: Option<Outcome>| outcome.map_or(JsValue::NULL, |outcome| outcome.as_str().into());
    let (name, intent) = match event {
        FeedbackEvent::Change(outcome) => {
            set("outcome", word(outcome));
            return host.emit("change", &detail);
        }
        FeedbackEvent::BeforeSend(intent) => ("before-send", intent),
        FeedbackEvent::Notice(notice, intent, status) => {
            set("reason", status.as_str().into());
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
    set("outcome", word(intent.outcome));
    set(
        "comment",
        intent.comment.map_or(JsValue::NULL, JsValue::from),
    );
    set(
        "reasons",
        intent
            .reasons
            .iter()
            .map(JsValue::from)
            .collect::<js_sys::Array>()
            .into(),
    );
    host.emit(name, &detail)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

fn string(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}
