use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflowai_feedback_protocol::{FieldError, check_id};

use super::Scope;
use super::auth::ApiKey;
use super::query::{Filters, number, parsed};
use crate::app::{App, Shared};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::openapi::ReadRefusals;
use crate::segments::Segments;
use crate::storage::{Count, Entry, Filter};

const LIMIT: u32 = 20;
const MOST: u32 = 100;
const FARTHEST: u32 = 10_000;

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Place {
    /// Votes on a page, 20 if not given.
    #[param(value_type = Option<u32>, nullable = false, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// Votes to skip. Where `partial` is `true` fewer were: those after `next` count as none of them.
    #[param(value_type = Option<u32>, nullable = false, minimum = 0, maximum = 10_000)]
    offset: Option<String>,
}

/// A page of votes.
#[derive(Serialize, ToSchema)]
pub struct ListReply {
    /// Newest first.
    items: Vec<Entry>,
    /// How many votes the filters leave.
    count: i64,
    /// `at_least` where there may be more than `count`: it stops at 10,000, and so it does after as many
    /// votes that had to be looked at one by one. Else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    count_is: Option<&'static str>,
    /// `true` where fewer than `limit` are here, or none, because 10,000 votes were looked at one by one;
    /// `next` goes on after them. Else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    partial: Option<bool>,
    /// The `cursor` of the next page, null on the last.
    next: Option<String>,
}

/// A query that could be read, or not.
pub type Asked<T> = Result<Query<T>, QueryRejection>;

/// Lists the votes of an agent
///
/// Wants the scope `read`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/agents/{agent_id}/feedback",
    tag = "Reading",
    operation_id = "list",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        Place,
        Filters,
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "A page", body = ListReply), ReadRefusals)
)]
pub async fn of_agent(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent)): Segments<(String, String)>,
    place: Asked<Place>,
    filters: Asked<Filters>,
) -> Result<Json<ListReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?;
    list(&app, tenant, agent_filter(agent)?, place, filters).await
}

/// Lists the votes of one run
///
/// Wants the scope `read`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/feedback",
    tag = "Reading",
    operation_id = "list_run",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        ("run_id" = String, Path, description = "The answer to vote on", min_length = 1, max_length = 256),
        Place,
        Filters,
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "A page", body = ListReply), ReadRefusals)
)]
pub async fn of_run(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
    place: Asked<Place>,
    filters: Asked<Filters>,
) -> Result<Json<ListReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?;
    check_id("run_id", &run)?;
    let filter = Filter {
        run: Some(run),
        ..agent_filter(agent)?
    };
    list(&app, tenant, filter, place, filters).await
}

/// Everything of an agent.
pub fn agent_filter(agent: String) -> Result<Filter, FieldError> {
    check_id("agent_id", &agent)?;
    Ok(Filter {
        agent: Some(agent),
        ..Filter::default()
    })
}

/// The query's values, or an error for a name given twice.
pub fn read<T>(asked: Asked<T>) -> Result<T, FieldError> {
    asked
        .map(|Query(query)| query)
        .map_err(|_| FieldError::new("query", "cannot be read"))
}

async fn list(
    app: &App,
    tenant: &str,
    filter: Filter,
    place: Asked<Place>,
    filters: Asked<Filters>,
) -> Result<Json<ListReply>, ApiError> {
    let place = read(place)?;
    let filter = read(filters)?.read(filter)?;
    let limit = number("limit", place.limit, 1, MOST)?.unwrap_or(LIMIT);
    let offset = number("offset", place.offset, 0, FARTHEST)?.unwrap_or_default();
    let cursor = parsed(
        "cursor",
        place.cursor,
        "a `next` of this list",
        Cursor::parse,
    )?;
    let (page, count) = app
        .storage
        .list_and_count(tenant, &filter, cursor.as_ref(), offset, limit)
        .await?;
    let (count, count_is) = match count {
        Count::Exactly(count) => (count, None),
        Count::AtLeast(count) => (count, Some("at_least")),
    };
    Ok(Json(ListReply {
        items: page.items,
        count,
        count_is,
        partial: page.partial.then_some(true),
        next: page.next.map(|cursor| cursor.to_string()),
    }))
}
