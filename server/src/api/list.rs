use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use workflowai_feedback_protocol::{FieldError, Outcome, check_id};

use super::Scope;
use super::auth::ApiKey;
use crate::app::{App, Shared};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::segments::Segments;
use crate::storage::{COUNTED, Entry, Filter};

const LIMIT: u32 = 20;
const MOST: u32 = 100;
const FARTHEST: u32 = 10_000;

/// The query of a list. Everything is text here, so that an error can name its field.
#[derive(Deserialize)]
pub struct Parameters {
    limit: Option<String>,
    cursor: Option<String>,
    offset: Option<String>,
    outcome: Option<String>,
    has_comment: Option<String>,
    user_id: Option<String>,
}

/// A page of votes.
#[derive(Serialize)]
pub struct ListReply {
    items: Vec<Entry>,
    count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_is: Option<&'static str>,
    next: Option<String>,
}

type Parsed = Result<Query<Parameters>, QueryRejection>;

/// `GET /v1/{tenant}/agents/{agent_id}/feedback`
pub async fn of_agent(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent)): Segments<(String, String)>,
    query: Parsed,
) -> Result<Json<ListReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?;
    check_id("agent_id", &agent)?;
    list(
        &app,
        tenant,
        Filter {
            agent: Some(agent),
            ..Filter::default()
        },
        query,
    )
    .await
}

/// `GET /v1/{tenant}/agents/{agent_id}/runs/{run_id}/feedback`
pub async fn of_run(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
    query: Parsed,
) -> Result<Json<ListReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?;
    check_id("agent_id", &agent)?;
    check_id("run_id", &run)?;
    list(
        &app,
        tenant,
        Filter {
            agent: Some(agent),
            run: Some(run),
            ..Filter::default()
        },
        query,
    )
    .await
}

async fn list(
    app: &App,
    tenant: &str,
    filter: Filter,
    query: Parsed,
) -> Result<Json<ListReply>, ApiError> {
    let Query(query) = query.map_err(|_| FieldError::new("query", "cannot be read"))?;
    let limit = number("limit", query.limit.as_deref(), LIMIT, 1, MOST)?;
    let offset = number("offset", query.offset.as_deref(), 0, 0, FARTHEST)?;
    let cursor = given(query.cursor.as_deref())
        .map(|text| {
            Cursor::parse(text)
                .ok_or_else(|| FieldError::new("cursor", "must be a `next` of this list"))
        })
        .transpose()?;
    let outcome = given(query.outcome.as_deref())
        .map(|text| {
            Outcome::parse(text)
                .ok_or_else(|| FieldError::new("outcome", "must be positive or negative"))
        })
        .transpose()?;
    let has_comment = match given(query.has_comment.as_deref()) {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(FieldError::new("has_comment", "must be true or false").into()),
    };
    let user = query.user_id.filter(|user| !user.is_empty());
    user.as_deref()
        .map_or(Ok(()), |user| check_id("user_id", user))?;
    let filter = Filter {
        user,
        outcome,
        has_comment,
        ..filter
    };
    let page = app
        .storage
        .list(tenant, &filter, cursor.as_ref(), offset, limit)
        .await?;
    let count = app.storage.count(tenant, &filter).await?;
    Ok(Json(ListReply {
        items: page.items,
        count: count.min(COUNTED),
        count_is: (count > COUNTED).then_some("at_least"),
        next: page.next.map(|cursor| cursor.to_string()),
    }))
}

/// An empty parameter is absent, as a form sends it.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn number(
    field: &str,
    text: Option<&str>,
    default: u32,
    least: u32,
    most: u32,
) -> Result<u32, FieldError> {
    given(text).map_or(Ok(default), |text| {
        text.parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| {
                FieldError::new(field, format!("must be a number from {least} to {most}"))
            })
    })
}
