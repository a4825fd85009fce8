use leptos::prelude::*;
use workflowai_feedback_protocol::token::SigningKey;

/// The key comes with `provide_context(key.clone())` where the server handles functions.
#[server]
async fn token_for(run: String) -> Result<String, ServerFnError> {
    let key = expect_context::<SigningKey>();
    // Whom the session names, not whom the page says.
    let user = "user-1";
    let lasts = Duration::from_hours(24);
    Ok(feedback_token(&key, ("support", &run, user), lasts)?)
}
