use dioxus::prelude::*;
use gloo_events::EventListener;
use web_sys::Element as Node;

use crate::backend::Granted;

/// An answer and the custom element under it. What is granted comes with the answer's last word.
#[component]
pub fn Answer(text: &'static str, granted: Option<Granted>) -> Element {
    let mut thanks = use_signal(|| false);
    let mut heard = use_signal(|| None);
    // Dioxus has no syntax for events that it does not know.
    let listen = move |mounted: MountedEvent| {
        heard.set(mounted.downcast::<Node>().map(|element| {
            EventListener::new(element, "feedback-sent", move |_| thanks.set(true))
        }));
    };
    rsx! {
        section {
            p { "{text}" }
            workflowai-feedback {
                "feedback-token": granted.as_ref().map(|granted| granted.token.clone()),
                "user-id": granted.as_ref().map(|granted| granted.visitor.clone()),
                "label": "Feedback on: {text}",
                onmounted: listen,
            }
            if thanks() {
                p { "We read every vote." }
            }
        }
    }
}
