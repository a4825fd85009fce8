use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use workflowai_feedback_protocol::{FieldError, Outcome};

use super::render;
use super::session::Viewer;
use crate::app::Shared;
use crate::base::Base;
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::storage::{Entry, Filter, Totals};

/// Votes on a page.
const LIMIT: u32 = 50;

#[derive(Template)]
#[template(path = "votes.html")]
struct Page<'a> {
    base: &'a str,
    demo: bool,
    form_token: String,
    totals: Totals,
    outcome: Option<Outcome>,
    older: bool,
    votes: Vec<Vote>,
    next: Option<String>,
}

/// One vote as the page shows it.
struct Vote {
    entry: Entry,
    /// When, for people.
    when: String,
}

/// The query of the page.
#[derive(Deserialize)]
pub struct Parameters {
    outcome: Option<String>,
    cursor: Option<String>,
}

/// `GET /dashboard`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    query: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|_| FieldError::new("query", "cannot be read"))?;
    // An address typed wrong shows the whole list rather than an error.
    let outcome = query.outcome.as_deref().and_then(Outcome::parse);
    let cursor = query.cursor.as_deref().and_then(Cursor::parse);
    let filter = Filter {
        outcome,
        ..Filter::default()
    };
    let totals = app
        .storage
        .totals(viewer.tenant(), &Filter::default())
        .await?;
    let page = app
        .storage
        .list(viewer.tenant(), &filter, cursor.as_ref(), 0, LIMIT)
        .await?;
    let votes = page
        .items
        .into_iter()
        .map(|entry| Vote {
            when: when(entry.created_micros),
            entry,
        })
        .collect();
    Ok(render(
        StatusCode::OK,
        &Page {
            base: &base,
            demo: matches!(viewer, Viewer::Demo),
            form_token: viewer.form_token(),
            totals,
            outcome,
            older: cursor.is_some(),
            votes,
            next: page.next.map(|cursor| cursor.to_string()),
        },
    ))
}

impl Page<'_> {
    /// The share of thumbs up in whole percent. None without votes.
    fn share_positive(&self) -> Option<i64> {
        let votes = self.totals.votes();
        (votes > 0).then(|| (self.totals.positive * 200 / votes + 1) / 2)
    }

    fn shows(&self, outcome: &str) -> bool {
        self.outcome.map_or("", Outcome::as_str) == outcome
    }
}

/// The time in UTC, to the minute.
fn when(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%-d %b %Y, %H:%M")
        .to_string()
}
