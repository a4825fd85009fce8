//! An answer with thumbs under it, in a Leptos app that runs in the browser alone.

mod token;

use leptos::prelude::*;
use workflowai_feedback::FeedbackButtons;

fn main() {
    leptos::mount::mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    // Comes after the answer is on the page; the thumbs wait for it.
    let granted = LocalResource::new(token::fetch);
    let token = move || granted.get().flatten().map(|granted| granted.token);
    let visitor = move || granted.get().flatten().map(|granted| granted.visitor);
    let thanks = RwSignal::new("");
    view! {
        <main>
            <p>"The morning train to Seville takes two hours and forty minutes."</p>
            <FeedbackButtons
                feedback_token=Signal::derive(token)
                user_id=Signal::derive(visitor)
                label="Feedback on the answer about trains"
                reasons=vec!["Wrong".to_owned(), "Too long".to_owned()]
                restore=true
                on_sent=move |_| thanks.set("We read every vote.")
            />
            <p>{thanks}</p>
        </main>
    }
}
