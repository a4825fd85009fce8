use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::frame::Frame;
use super::rated::{Part, parts};
use super::render;
use super::row::Row;
use super::session::Viewer;
use super::triage::{Notice, assignees, notice};
use super::zone::Zone;
use crate::api::{Asked, read};
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::segments::Segments;
use crate::storage::{Assignee, Filter, Past, Run};

/// Other votes shown beside one.
const OTHERS: u32 = 10;

#[derive(Template)]
#[template(path = "vote.html")]
struct Page<'a> {
    frame: Frame<'a>,
    row: Row,
    note: Option<String>,
    /// What was rated.
    context: Vec<Part>,
    /// Where the team's tracing tool shows the run.
    trace: Option<String>,
    history: Vec<Step>,
    same_run: Vec<Row>,
    same_user: Vec<Row>,
    assignees: Vec<Assignee>,
    notice: Option<Notice>,
}

/// What was just done, as forms lead back.
#[derive(Deserialize)]
pub struct Doings {
    done: Option<String>,
    undone: Option<String>,
}

/// A step of the history as the page shows it.
struct Step {
    past: Past,
    when: String,
}

/// `GET /dashboard/votes/{id}`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    Segments(id): Segments<String>,
    doings: Asked<Doings>,
) -> Result<Response, ApiError> {
    let doings = read(doings)?;
    let tenant = viewer.tenant();
    let id = stored_id(&id)?;
    let (entry, note) = app
        .storage
        .entry(tenant, &id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let history = app.storage.history(&id).await?;
    let run = Run {
        tenant: tenant.to_owned(),
        agent: entry.agent_id.clone(),
        id: entry.run_id.clone(),
    };
    let context = app.storage.context(&run).await?;
    let trace = app.storage.settings(tenant).await?.trace(&run.id);
    let others = |filter: Filter| {
        let (storage, id, zone) = (&app.storage, &id, &zone);
        async move {
            let page = storage.list(tenant, &filter, None, 0, OTHERS + 1).await?;
            let others = page.items.into_iter().filter(|other| other.id != *id);
            Ok::<_, ApiError>(
                others
                    .take(OTHERS as usize)
                    .map(|entry| Row::new(entry, zone))
                    .collect::<Vec<_>>(),
            )
        }
    };
    let same_run = others(Filter {
        agent: Some(entry.agent_id.clone()),
        run: Some(entry.run_id.clone()),
        ..Filter::default()
    });
    let same_run = same_run.await?;
    let same_user = match &entry.user_id {
        Some(user) => {
            others(Filter {
                user: Some(user.clone()),
                ..Filter::default()
            })
            .await?
        }
        None => Vec::new(),
    };
    let page = Page {
        frame: Frame::new(&base, &viewer, &zone, "votes"),
        row: Row::new(entry, &zone),
        note,
        context: context.as_ref().map(parts).unwrap_or_default(),
        trace,
        history: history
            .into_iter()
            .map(|past| Step {
                when: zone.when(past.at),
                past,
            })
            .collect(),
        same_run,
        same_user,
        assignees: assignees(&app, &viewer).await?,
        notice: notice(
            &app,
            &viewer,
            doings.done.as_deref(),
            doings.undone.as_deref(),
        )
        .await?,
    };
    Ok(render(StatusCode::OK, &page))
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }

    /// What a form on the page leads back to.
    fn back(&self) -> String {
        format!("votes/{}", self.row.entry.id)
    }

    /// Who looks after it, if it is somebody who is still there.
    fn assignee(&self) -> Option<&Assignee> {
        let id = self.row.entry.assignee.as_ref()?;
        self.assignees.iter().find(|one| one.id == *id)
    }

    /// The mark as a word.
    fn state(&self) -> &str {
        self.row.entry.annotation.as_deref().unwrap_or("open")
    }
}

impl Step {
    /// What happened, in words.
    fn words(&self) -> String {
        let past = &self.past;
        let comment = match past.comment_length {
            Some(1) => ", with 1 character of text".to_owned(),
            Some(length) => format!(", with {} characters of text", super::number(length)),
            None => String::new(),
        };
        let outcome = past.outcome.as_deref().unwrap_or("nothing");
        let what = match (past.action.as_str(), past.annotation.as_deref()) {
            ("voted", _) => format!("Voted {outcome}"),
            ("changed", _) => format!("Changed to {outcome}"),
            ("retracted", _) => "Taken back".to_owned(),
            ("annotated", Some(annotation)) => format!("Marked {annotation}"),
            ("reopened", _) => "Opened again".to_owned(),
            ("assigned", _) => match &past.assignee {
                Some(name) => format!("Assigned to {name}"),
                None => "Assigned to nobody".to_owned(),
            },
            ("undone", Some(annotation)) => format!("Undone: {annotation} as before"),
            ("undone", None) => "Undone: open as before".to_owned(),
            (other, _) => other.to_owned(),
        };
        format!("{what}{comment}")
    }
}
