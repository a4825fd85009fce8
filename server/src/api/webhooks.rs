//! Webhooks: which there are, and what became of what they were told.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::ErrorBody;

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::json::JsonBody;
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::{self, WebhookInfo};
use crate::webhook::{Event, Form, NewWebhook, send_test};

/// Deliveries or dead letters of one answer.
const MOST: u32 = 100;

/// Body of `…/webhooks`.
#[derive(Deserialize, ToSchema)]
pub struct WebhookRequest {
    /// Where messages go: by TLS, and to a name or address that everybody reaches.
    #[schema(max_length = 2_048)]
    url: String,
    /// How they look: `standard` (Standard Webhooks) if not given, or `slack`.
    #[schema(value_type = Option<Form>)]
    form: Option<String>,
    /// What they tell; everything if none is given.
    #[serde(default)]
    #[schema(value_type = Vec<Event>, required = false)]
    events: Option<Vec<String>>,
}

/// A webhook that was just made.
#[derive(Serialize, ToSchema)]
pub struct NewWebhookReply {
    /// Its id.
    id: String,
    /// What signs its messages. Shown this once.
    secret: String,
}

/// The webhooks of a tenant.
#[derive(Serialize, ToSchema)]
pub struct WebhooksReply {
    /// Oldest first.
    items: Vec<Webhook>,
}

/// A webhook.
#[derive(Serialize, ToSchema)]
struct Webhook {
    /// Its id.
    id: String,
    /// Where messages go. Of Slack's addresses the host alone.
    url: String,
    /// How they look.
    #[schema(value_type = Form)]
    form: &'static str,
    /// What they tell.
    #[schema(value_type = Vec<Event>)]
    events: Vec<&'static str>,
    /// RFC 3339, UTC.
    created_at: String,
    /// Messages that are still to be sent.
    waiting: i64,
    /// Messages that were given up.
    dead: i64,
    /// What became of the last that was sent; null before there was one.
    last: Option<Delivery>,
}

/// What became of a message that was sent.
#[derive(Serialize, ToSchema)]
pub struct Delivery {
    /// The message, the same however often it is sent.
    message_id: String,
    /// What it told: an event, or `test`.
    event: String,
    /// RFC 3339, UTC.
    at: String,
    /// How long it took.
    milliseconds: i64,
    /// The status of the answer, null where there was none.
    status: Option<i64>,
    /// Why there was none: `address` (not one that messages may go to), `name`, `connection`,
    /// `tls`, `protocol`, `timeout`, or `secret`.
    failure: Option<String>,
}

/// The last deliveries of a webhook.
#[derive(Serialize, ToSchema)]
pub struct DeliveriesReply {
    /// Newest first, at most 100.
    items: Vec<Delivery>,
}

/// A message that was given up.
#[derive(Serialize, ToSchema)]
struct DeadLetter {
    /// The message.
    message_id: String,
    /// What it would have told.
    #[schema(value_type = Event)]
    event: String,
    /// The vote it is about, if it is about one.
    feedback_id: Option<String>,
    /// When that happened. RFC 3339, UTC.
    at: String,
    /// How often it was sent.
    tries: i64,
    /// RFC 3339, UTC.
    dead_at: String,
}

/// Messages of a webhook that were given up.
#[derive(Serialize, ToSchema)]
pub struct DeadLettersReply {
    /// Oldest first, at most 100.
    items: Vec<DeadLetter>,
}

/// How much is sent again.
#[derive(Serialize, ToSchema)]
pub struct RetryReply {
    /// Messages.
    retried: u64,
}

impl From<storage::Delivery> for Delivery {
    fn from(delivery: storage::Delivery) -> Self {
        Self {
            message_id: delivery.message_id,
            event: delivery.event,
            at: rfc3339(delivery.at),
            milliseconds: delivery.milliseconds,
            status: delivery.status,
            failure: delivery.failure,
        }
    }
}

impl From<storage::DeadLetter> for DeadLetter {
    fn from(letter: storage::DeadLetter) -> Self {
        Self {
            message_id: letter.message_id,
            event: letter.event,
            feedback_id: letter.feedback_id,
            at: rfc3339(letter.at),
            tries: letter.tries,
            dead_at: rfc3339(letter.dead_at),
        }
    }
}

impl From<WebhookInfo> for Webhook {
    fn from(webhook: WebhookInfo) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            form: webhook.form.as_str(),
            events: webhook.events.into_iter().map(Event::as_str).collect(),
            created_at: rfc3339(webhook.created_at),
            waiting: webhook.waiting,
            dead: webhook.dead,
            last: webhook.last.map(Delivery::from),
        }
    }
}

/// Lists the webhooks
///
/// Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/webhooks",
    tag = "Webhooks",
    operation_id = "list_webhooks",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "All of them", body = WebhooksReply), ReadRefusals)
)]
pub async fn list(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<WebhooksReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let webhooks = app.storage.webhooks(Some(tenant)).await?;
    Ok(Json(WebhooksReply {
        items: webhooks.into_iter().map(Webhook::from).collect(),
    }))
}

/// Adds a webhook
///
/// Its messages are signed as Standard Webhooks says. Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/webhooks",
    tag = "Webhooks",
    operation_id = "add_webhook",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    request_body = WebhookRequest,
    responses((status = 200, description = "Added", body = NewWebhookReply, links(
        ("deliveries" = (operation_id = "list_deliveries", parameters(("id" = "$response.body#/id")))),
        ("dead_letters" = (operation_id = "list_dead_letters", parameters(("id" = "$response.body#/id")))),
        ("retry" = (operation_id = "retry_webhook", parameters(("id" = "$response.body#/id")))),
        ("test" = (operation_id = "test_webhook", parameters(("id" = "$response.body#/id")))),
        ("remove" = (operation_id = "remove_webhook", parameters(("id" = "$response.body#/id"))))
    )), KeyedRefusals)
)]
pub async fn add(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
    JsonBody(request): JsonBody<WebhookRequest>,
) -> Result<Json<NewWebhookReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let events = request.events.unwrap_or_default();
    let allow_private = app.config.allow_private_webhooks;
    let webhook = NewWebhook::checked(
        &request.url,
        request.form.as_deref(),
        &events,
        allow_private,
    )?;
    let (id, secret) = app.storage.add_webhook(tenant, &webhook).await?;
    Ok(Json(NewWebhookReply { id, secret }))
}

/// Removes a webhook
///
/// With what it was still to be told. Wants the scope `admin`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/webhooks/{id}",
    tag = "Webhooks",
    operation_id = "remove_webhook",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The webhook"),
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "Removed"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn remove(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    if !app.storage.remove_webhook(tenant, &stored_id(&id)?).await? {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Lists what became of a webhook's messages
///
/// Of answers the status alone. Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/webhooks/{id}/deliveries",
    tag = "Webhooks",
    operation_id = "list_deliveries",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The webhook"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "The last", body = DeliveriesReply),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn deliveries(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<Json<DeliveriesReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let found = app
        .storage
        .deliveries(tenant, &stored_id(&id)?, MOST)
        .await?;
    let found = found.ok_or(ApiError::NotFound)?;
    Ok(Json(DeliveriesReply {
        items: found.into_iter().map(Delivery::from).collect(),
    }))
}

/// Lists a webhook's messages that were given up
///
/// Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/webhooks/{id}/dead_letters",
    tag = "Webhooks",
    operation_id = "list_dead_letters",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The webhook"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "The oldest", body = DeadLettersReply),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn dead_letters(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<Json<DeadLettersReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let found = app
        .storage
        .dead_letters(tenant, &stored_id(&id)?, MOST)
        .await?;
    let found = found.ok_or(ApiError::NotFound)?;
    Ok(Json(DeadLettersReply {
        items: found.into_iter().map(DeadLetter::from).collect(),
    }))
}

/// Sends again what was given up
///
/// Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/webhooks/{id}/retry",
    tag = "Webhooks",
    operation_id = "retry_webhook",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The webhook"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "They wait again", body = RetryReply),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn retry(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<Json<RetryReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let retried = app
        .storage
        .retry_dead_letters(tenant, &stored_id(&id)?)
        .await?;
    let retried = retried.ok_or(ApiError::NotFound)?;
    Ok(Json(RetryReply { retried }))
}

/// Sends a webhook a test
///
/// At once, once, and of type `feedback.test`; the answer says what became of it. Wants the scope
/// `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/webhooks/{id}/test",
    tag = "Webhooks",
    operation_id = "test_webhook",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The webhook"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "Sent, or not", body = Delivery),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn test(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<Json<Delivery>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let sent = send_test(&app, tenant, &stored_id(&id)?).await?;
    Ok(Json(sent.ok_or(ApiError::NotFound)?.into()))
}
