use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use workflowai_feedback::{FeedbackButtons, Outcome};

use crate::answer::{Vote, ask};

/// The whole document, as the server sends it.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"Feedback with Leptos and axum"</title>
                <link rel="icon" href="data:,"/>
                <link rel="stylesheet" href="/feedback.css"/>
                <HydrationScripts options/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let answer = Resource::new(|| (), |()| ask());
    view! {
        <main>
            <h1>"How long is the train ride?"</h1>
            <Suspense>
                {move || Suspend::new(async move {
                    answer.await.map(|answer| {
                        view! {
                            <p>{answer.text}</p>
                            <FeedbackButtons
                                feedback_token=answer.feedback_token
                                user_id=answer.user
                                outcome=answer.outcome.as_deref().and_then(Outcome::parse)
                                api_url="/feedback"
                                label="Feedback on the answer about trains"
                                action=Vote::url()
                            />
                        }
                    })
                })}
            </Suspense>
        </main>
    }
}
