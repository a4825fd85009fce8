//! Two answers with thumbs under them, in a Dioxus app.

mod answer;
mod backend;

use dioxus::prelude::*;

use answer::Answer;

const ANSWERS: [(&str, &str); 2] = [
    (
        "run-1",
        "The morning train to Seville takes two hours and forty minutes.",
    ),
    ("run-2", "The last one leaves at half past nine."),
];

fn main() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    let mut granted = use_signal(Vec::<backend::Granted>::new);
    use_future(move || async move {
        for (run, _) in ANSWERS {
            let visitor = granted.peek().first().map(|first| first.visitor.clone());
            let Some(next) = backend::grant(visitor.as_deref(), run).await else {
                return;
            };
            granted.push(next);
        }
    });
    // The second answer is on the page before its token, as one that is still being written.
    rsx! {
        main {
            if !granted.read().is_empty() {
                for (index , (_ , text)) in ANSWERS.into_iter().enumerate() {
                    Answer { text, granted: granted.read().get(index).cloned() }
                }
            }
        }
    }
}
