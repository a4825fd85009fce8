use gloo_events::EventListener;
use web_sys::Element;
use yew::prelude::*;

use crate::backend::Granted;

#[derive(Properties, PartialEq)]
pub struct AnswerProps {
    pub text: AttrValue,
    /// Comes with the answer's last word.
    pub granted: Option<Granted>,
}

/// An answer and the custom element under it.
#[component]
pub fn Answer(AnswerProps { text, granted }: &AnswerProps) -> Html {
    let element = use_node_ref();
    let thanks = use_state(|| false);
    {
        let thanks = thanks.clone();
        // Yew has no syntax for events that it does not know.
        use_effect_with(element.clone(), move |element| {
            let heard = element.cast::<Element>().map(|element| {
                EventListener::new(&element, "feedback-sent", move |_| thanks.set(true))
            });
            move || drop(heard)
        });
    }
    let token = granted.as_ref().map(|granted| &*granted.token);
    let visitor = granted.as_ref().map(|granted| &*granted.visitor);
    html! {
        <section>
            <p>{ text }</p>
            // `~` sets a property, where Yew would set an attribute.
            <workflowai-feedback
                ref={element}
                ~feedbackToken={token}
                ~userID={visitor}
                label={format!("Feedback on: {text}")}
            />
            if *thanks {
                <p>{ "We read every vote." }</p>
            }
        </section>
    }
}
