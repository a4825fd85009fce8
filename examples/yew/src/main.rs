//! Two answers with thumbs under them, in a Yew app.

mod answer;
mod backend;

use yew::platform::spawn_local;
use yew::prelude::*;

use answer::Answer;

const ANSWERS: [(&str, &str); 2] = [
    (
        "run-1",
        "The morning train to Seville takes two hours and forty minutes.",
    ),
    ("run-2", "The last one leaves at half past nine."),
];

fn main() {
    yew::Renderer::<App>::new().render();
}

#[component]
fn App() -> Html {
    let granted = use_state(Vec::new);
    {
        let granted = granted.clone();
        use_effect_with((), move |()| {
            spawn_local(async move {
                let mut known: Vec<backend::Granted> = Vec::new();
                for (run, _) in ANSWERS {
                    let visitor = known.first().map(|first| &*first.visitor);
                    let Some(next) = backend::grant(visitor, run).await else {
                        return;
                    };
                    known.push(next);
                    granted.set(known.clone());
                }
            });
        });
    }
    // The second answer is on the page before its token, as one that is still being written.
    let answers = ANSWERS.iter().enumerate().map(|(index, &(_, text))| {
        html! { <Answer {text} granted={granted.get(index).cloned()}/> }
    });
    html! {
        <main>
            if !granted.is_empty() {
                { for answers }
            }
        </main>
    }
}
