//! Webhooks and Slack: set up, tested, and what became of their messages.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use workflowai_feedback_protocol::FieldError;

use super::fields::Fields;
use super::frame::Frame;
use super::render;
use super::session::Viewer;
use super::zone::Zone;
use crate::api::{Asked, read};
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::segments::Segments;
use crate::storage::{DeadLetter, Delivery, WebhookInfo};
use crate::webhook::{Event, Form, NewWebhook, send_test};

const FOR_ADMINS: &str = "webhooks take the role admin";

/// Deliveries and messages given up that a page shows.
const SHOWN: u32 = 50;
/// What each event is called here.
const EVENTS: [(Event, &str); 5] = [
    (Event::Voted, "a new vote"),
    (Event::Changed, "a vote that changed"),
    (Event::Retracted, "a vote taken back"),
    (Event::Annotated, "a mark by the team"),
    (
        Event::ShareDropped,
        "an agent whose share of thumbs up dropped",
    ),
];

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Page<'a> {
    frame: Frame<'a>,
    webhooks: Vec<Listed>,
    /// The secret of one just made, shown this once.
    made: Option<String>,
    /// What was filled in, where it is wrong.
    url: &'a str,
    done: Option<&'static str>,
    problem: Option<FieldError>,
}

/// A webhook as the list shows it.
struct Listed {
    webhook: WebhookInfo,
    last: Option<String>,
}

#[derive(Template)]
#[template(path = "webhook.html")]
struct One<'a> {
    frame: Frame<'a>,
    webhook: WebhookInfo,
    made: String,
    deliveries: Vec<Sent>,
    dead: Vec<(DeadLetter, String)>,
    done: Option<&'static str>,
}

/// A delivery as the log shows it.
struct Sent {
    delivery: Delivery,
    when: String,
}

/// What was just done, as forms lead back.
#[derive(Deserialize)]
pub struct Doings {
    done: Option<String>,
}

fn done(what: Option<&str>) -> Option<&'static str> {
    Some(match what? {
        "removed" => "The webhook is removed.",
        "arrived" => "The test arrived.",
        "failed" => "The test did not arrive; the log says why.",
        "retried" => "What was given up waits to be sent again.",
        _ => return None,
    })
}

/// What became of a message, in words.
fn outcome(delivery: &Delivery) -> String {
    match (delivery.status, delivery.failure.as_deref()) {
        (Some(status), _) if (200..300).contains(&status) => format!("arrived ({status})"),
        (Some(status), _) => format!("refused ({status})"),
        (None, Some("address")) => "not sent: the address is a private one".into(),
        (None, Some("name")) => "not sent: there is no such name".into(),
        (None, Some("timeout")) => "no answer in 15 seconds".into(),
        (None, Some("tls")) => "not sent: its certificate is not good".into(),
        (None, failure) => format!("not sent: {}", failure.unwrap_or("no answer")),
    }
}

fn is_good(delivery: &Delivery) -> bool {
    delivery
        .status
        .is_some_and(|status| (200..300).contains(&status))
}

/// Lets a form of an admin through.
fn allow(viewer: &Viewer, body: &Bytes) -> Result<Fields, ApiError> {
    let fields = Fields::read(body)?;
    viewer.allow_form_of_admin(&fields, FOR_ADMINS)?;
    Ok(fields)
}

/// `GET /dashboard/webhooks`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    doings: Asked<Doings>,
) -> Result<Response, ApiError> {
    viewer.allow_admin(FOR_ADMINS)?;
    let done = done(read(doings)?.done.as_deref());
    let page = list(&app, &viewer, &zone, &base).await?;
    Ok(render(StatusCode::OK, &Page { done, ..page }))
}

async fn list<'a>(
    app: &Shared,
    viewer: &Viewer,
    zone: &'a Zone,
    base: &'a str,
) -> Result<Page<'a>, ApiError> {
    let webhooks = app.storage.webhooks(Some(viewer.tenant())).await?;
    Ok(Page {
        frame: Frame::new(base, viewer, zone, "settings"),
        webhooks: webhooks
            .into_iter()
            .map(|webhook| {
                let last = webhook.last.as_ref();
                let last = last.map(|last| format!("{}, {}", zone.when(last.at), outcome(last)));
                Listed { webhook, last }
            })
            .collect(),
        made: None,
        url: "",
        done: None,
        problem: None,
    })
}

/// `POST /dashboard/webhooks`
pub async fn add(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = allow(&viewer, &body)?;
    let url = fields.one("url").unwrap_or_default().trim();
    let events: Vec<String> = fields.all("event").map(str::to_owned).collect();
    let private = app.config.allow_private_webhooks;
    let wanted = NewWebhook::checked(url, fields.one("form"), &events, private);
    let (made, problem) = match wanted {
        Ok(webhook) => {
            let (_, secret) = app.storage.add_webhook(viewer.tenant(), &webhook).await?;
            // Slack asks for no signature.
            (
                Some(secret).filter(|_| webhook.form == Form::Standard),
                None,
            )
        }
        Err(problem) => (None, Some(problem)),
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = Page {
        url: if problem.is_some() { url } else { "" },
        made,
        problem,
        ..list(&app, &viewer, &zone, &base).await?
    };
    Ok(render(status, &page))
}

/// `GET /dashboard/webhooks/{id}`
pub async fn one(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    Segments(id): Segments<String>,
    doings: Asked<Doings>,
) -> Result<Response, ApiError> {
    viewer.allow_admin(FOR_ADMINS)?;
    let (id, tenant) = (stored_id(&id)?, viewer.tenant());
    let mut webhooks = app.storage.webhooks(Some(tenant)).await?.into_iter();
    let webhook = webhooks.find(|webhook| webhook.id == id);
    let webhook = webhook.ok_or(ApiError::NotFound)?;
    let deliveries = app.storage.deliveries(tenant, &id, SHOWN).await?;
    let dead = app.storage.dead_letters(tenant, &id, SHOWN).await?;
    let page = One {
        frame: Frame::new(&base, &viewer, &zone, "settings"),
        made: zone.when(webhook.created_at),
        webhook,
        deliveries: deliveries
            .unwrap_or_default()
            .into_iter()
            .map(|delivery| Sent {
                when: zone.when(delivery.at),
                delivery,
            })
            .collect(),
        dead: dead
            .unwrap_or_default()
            .into_iter()
            .map(|letter| {
                let when = zone.when(letter.dead_at);
                (letter, when)
            })
            .collect(),
        done: done(read(doings)?.done.as_deref()),
    };
    Ok(render(StatusCode::OK, &page))
}

fn to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// `POST /dashboard/webhooks/{id}/test`
pub async fn test(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    allow(&viewer, &body)?;
    let id = stored_id(&id)?;
    let sent = send_test(&app, viewer.tenant(), &id).await?;
    let sent = sent.ok_or(ApiError::NotFound)?;
    let done = if is_good(&sent) { "arrived" } else { "failed" };
    Ok(to(&format!("{base}/dashboard/webhooks/{id}?done={done}")))
}

/// `POST /dashboard/webhooks/{id}/retry`
pub async fn retry(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    allow(&viewer, &body)?;
    let id = stored_id(&id)?;
    let retried = app.storage.retry_dead_letters(viewer.tenant(), &id).await?;
    retried.ok_or(ApiError::NotFound)?;
    Ok(to(&format!("{base}/dashboard/webhooks/{id}?done=retried")))
}

/// `POST /dashboard/webhooks/{id}/remove`
pub async fn remove(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    allow(&viewer, &body)?;
    let id = stored_id(&id)?;
    if !app.storage.remove_webhook(viewer.tenant(), &id).await? {
        return Err(ApiError::NotFound);
    }
    Ok(to(&format!("{base}/dashboard/webhooks?done=removed")))
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }
}

impl One<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }
}

/// What a webhook is told, in a line.
fn told(webhook: &WebhookInfo) -> String {
    if webhook.events.len() == Event::ALL.len() {
        return "everything".into();
    }
    let names = EVENTS
        .iter()
        .filter(|(event, _)| webhook.events.contains(event));
    let names: Vec<_> = names.map(|(_, name)| *name).collect();
    names.join(", ")
}
