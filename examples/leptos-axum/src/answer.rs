//! What page and server say to each other.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// An answer of the assistant, and what its thumbs need.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub text: String,
    /// Signed for this answer and this person.
    pub feedback_token: String,
    /// The person, by a name that says nothing.
    pub user: String,
    /// Their vote so far, as a word of the wire.
    pub outcome: Option<String>,
}

/// Answers, and mints the right to vote on the answer.
#[server]
pub async fn ask() -> Result<Answer, ServerFnError> {
    use crate::feedback::{Visitor, mint, outcome};

    let Visitor(user) = leptos_axum::extract::<axum::Extension<Visitor>>().await?.0;
    // A real app has just called its model, and knows the run it made.
    let feedback_token = mint("support-chat", "run-42", &user).await?;
    Ok(Answer {
        text: "The morning train to Seville takes two hours and forty minutes.".to_owned(),
        outcome: outcome(&feedback_token, &user).await?,
        feedback_token,
        user,
    })
}

/// Takes the vote of a form, from a page whose scripts are off or not yet there.
#[server]
pub async fn vote(
    feedback_token: String,
    user_id: String,
    outcome: String,
) -> Result<(), ServerFnError> {
    crate::feedback::vote(&feedback_token, &user_id, &outcome).await?;
    // Back to the page, which shows the vote.
    leptos_axum::redirect("/");
    Ok(())
}
