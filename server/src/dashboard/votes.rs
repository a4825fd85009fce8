use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use workflowai_feedback_protocol::FieldError;

use super::address::Address;
use super::frame::Frame;
use super::render;
use super::row::Row;
use super::session::Viewer;
use super::start;
use super::triage::{Notice, assignees, notice};
use super::zone::Zone;
use crate::api::{Asked, Filters, Format, parsed, read, respond, respond_dataset};
use crate::app::Shared;
use crate::base::Base;
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::storage::{Assignee, Count, Filter, Totals, View};

/// Votes on a page.
const LIMIT: u32 = 50;

#[derive(Template)]
#[template(path = "votes.html")]
struct Page<'a> {
    frame: Frame<'a>,
    address: Address,
    agents: Vec<String>,
    views: Vec<View>,
    totals: Totals,
    /// How many votes the filters leave.
    count: Count,
    /// What is wrong with a filter.
    problem: Option<FieldError>,
    older: bool,
    /// The newest vote on the list, for news of what comes after it.
    since: Option<String>,
    cursor: Option<String>,
    rows: Vec<Row>,
    next: Option<String>,
    assignees: Vec<Assignee>,
    notice: Option<Notice>,
}

/// What the page is asked beyond the filters of the API's list.
#[derive(Deserialize)]
pub struct Place {
    pub agent: Option<String>,
    pub run: Option<String>,
    cursor: Option<String>,
    pub assignee: Option<String>,
    done: Option<String>,
    undone: Option<String>,
}

/// `GET /dashboard`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    place: Asked<Place>,
    filters: Asked<Filters>,
) -> Result<Response, ApiError> {
    let (place, filters) = (read(place)?, read(filters)?);
    let tenant = viewer.tenant();
    let is_empty = app.storage.agents(tenant).await?.is_empty();
    if is_empty && !app.storage.has_entries(tenant).await? {
        return start::respond(&app, &viewer, &zone, &base).await;
    }
    let address = Address::of(&filters, &place);
    let mut page = Page {
        frame: Frame::new(&base, &viewer, &zone, "votes"),
        agents: app.storage.agents(tenant).await?,
        views: app.storage.views(tenant).await?,
        totals: app
            .storage
            .totals(tenant, &agent(place.agent.clone()))
            .await?,
        address,
        count: Count::Exactly(0),
        problem: None,
        older: false,
        since: None,
        cursor: place.cursor.clone(),
        rows: Vec::new(),
        next: None,
        assignees: assignees(&app, &viewer).await?,
        notice: notice(
            &app,
            &viewer,
            place.done.as_deref(),
            place.undone.as_deref(),
        )
        .await?,
    };
    let cursor = parsed(
        "cursor",
        place.cursor.clone(),
        "a place in this list",
        Cursor::parse,
    );
    match (cursor, filter(place, filters, &zone)) {
        (Ok(cursor), Ok(filter)) => {
            let (list, count) = app
                .storage
                .list_and_count(tenant, &filter, cursor.as_ref(), 0, LIMIT)
                .await?;
            page.count = count;
            page.older = cursor.is_some();
            let newest = list.items.first().map(|first| Cursor {
                created_at: first.created_micros,
                id: first.id.clone(),
            });
            page.since = newest
                .filter(|_| !page.older)
                .map(|newest| newest.to_string());
            let name_of = |id: &String| {
                let one = page.assignees.iter().find(|one| one.id == *id);
                one.map_or("somebody gone", |one| &one.name).to_owned()
            };
            let rows = list.items.into_iter().map(|entry| Row {
                assignee: entry.assignee.as_ref().map(name_of),
                ..Row::new(entry, &zone)
            });
            page.rows = rows.collect();
            page.next = list.next.map(|cursor| cursor.to_string());
            Ok(render(StatusCode::OK, &page))
        }
        (Err(error), _) | (_, Err(error)) => {
            page.problem = Some(error);
            Ok(render(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// What the export is asked beyond the filters.
#[derive(Deserialize)]
pub struct Shape {
    format: Option<String>,
}

/// `GET /dashboard/export`
pub async fn export(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    place: Asked<Place>,
    shape: Asked<Shape>,
    filters: Asked<Filters>,
) -> Result<Response, ApiError> {
    let format = parsed(
        "format",
        read(shape)?.format,
        "csv or ndjson",
        Format::parse,
    )?;
    let filter = filter(read(place)?, read(filters)?, &zone)?;
    let tenant = viewer.tenant().to_owned();
    Ok(respond(app, tenant, filter, format.unwrap_or(Format::Csv)))
}

/// `GET /dashboard/dataset`
pub async fn dataset(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    place: Asked<Place>,
    filters: Asked<Filters>,
) -> Result<Response, ApiError> {
    let filter = filter(read(place)?, read(filters)?, &zone)?;
    let tenant = viewer.tenant().to_owned();
    Ok(respond_dataset(app, tenant, filter))
}

/// Days in the address are the viewer's.
pub fn filter(place: Place, mut filters: Filters, zone: &Zone) -> Result<Filter, FieldError> {
    for day in [&mut filters.from, &mut filters.to].into_iter().flatten() {
        *day = zone.instant(day);
    }
    let run = place.run.filter(|run| !run.is_empty());
    filters.read(Filter {
        run,
        assignee: place.assignee.filter(|assignee| !assignee.is_empty()),
        ..agent(place.agent)
    })
}

fn agent(agent: Option<String>) -> Filter {
    Filter {
        agent: agent.filter(|agent| !agent.is_empty()),
        ..Filter::default()
    }
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }

    /// The share of thumbs up in whole percent. None without votes.
    fn share_positive(&self) -> Option<i64> {
        let votes = self.totals.votes();
        (votes > 0).then(|| (self.totals.positive * 200 / votes + 1) / 2)
    }

    /// What a form on the page leads back to.
    fn back(&self) -> String {
        self.address
            .with("cursor", self.cursor.as_deref().unwrap_or_default())
    }

    /// Whether this view is saved already.
    fn is_saved(&self) -> bool {
        let query = self.address.query();
        self.views
            .iter()
            .any(|view| query == format!("?{}", view.query))
    }

    /// How many votes the filters leave, in words.
    fn counted(&self) -> String {
        match self.count {
            Count::Exactly(1) => "1 vote".into(),
            Count::Exactly(count) => format!("{} votes", super::number(count)),
            Count::AtLeast(0) => "None so far".into(),
            Count::AtLeast(1) => "At least 1 vote".into(),
            Count::AtLeast(count) => format!("At least {} votes", super::number(count)),
        }
    }
}
