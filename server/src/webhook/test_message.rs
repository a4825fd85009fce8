//! A message that tells of nothing, to see whether it arrives.

use serde_json::json;

use super::body::message;
use crate::app::App;
use crate::storage::{Delivery, Queued, StorageError};

/// The event of such a message. No webhook is told of it but by hand.
pub const TEST: &str = "test";
/// What it says.
const WORDS: &str = "A test from the dashboard: messages of this receiver arrive here.";

/// Sends one at once, and notes what became of it. None if the tenant has no webhook of this id.
pub async fn send_test(
    app: &App,
    tenant: &str,
    id: &str,
) -> Result<Option<Delivery>, StorageError> {
    let Some(hook) = app.storage.webhook(tenant, id).await? else {
        return Ok(None);
    };
    let detail = json!({ "text": WORDS });
    let queued = Queued::of(TEST, &detail);
    let public_url = app.config.public_url.as_ref();
    let message = message(&hook, &queued, None, 0, public_url);
    let Some(message) = message else {
        return Err(StorageError::Unreadable("secret of a webhook"));
    };
    let answered = app.webhooks.send(&hook.url, message).await;
    let delivery = app.storage.note_delivery(&hook.id, &queued, &answered);
    Ok(Some(delivery.await?))
}
