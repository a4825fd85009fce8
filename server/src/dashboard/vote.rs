use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use workflowai_feedback_protocol::{FieldError, check_characters, limits};

use super::frame::Frame;
use super::render;
use super::row::Row;
use super::session::Viewer;
use super::zone::Zone;
use crate::annotation::Marked;
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::segments::Segments;
use crate::storage::{Filter, Mark, Past};

/// Other votes shown beside one.
const OTHERS: u32 = 10;

#[derive(Template)]
#[template(path = "vote.html")]
struct Page<'a> {
    frame: Frame<'a>,
    row: Row,
    note: Option<String>,
    history: Vec<Step>,
    same_run: Vec<Row>,
    same_user: Vec<Row>,
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
) -> Result<Response, ApiError> {
    let tenant = viewer.tenant();
    let id = id_of(&id)?;
    let (entry, note) = app
        .storage
        .entry(tenant, &id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let history = app.storage.history(&id).await?;
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
        history: history
            .into_iter()
            .map(|past| Step {
                when: zone.when(past.at),
                past,
            })
            .collect(),
        same_run,
        same_user,
    };
    Ok(render(StatusCode::OK, &page))
}

/// The form that marks a vote.
#[derive(Deserialize)]
pub struct MarkForm {
    form_token: String,
    annotation: String,
    note: Option<String>,
}

/// `POST /dashboard/votes/{id}/mark`
pub async fn mark(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    form: Result<Form<MarkForm>, FormRejection>,
) -> Result<Response, ApiError> {
    let Form(form) = form.map_err(|_| FieldError::new("form", "cannot be read"))?;
    viewer.allow(&form.form_token)?;
    if !viewer.may_mark() {
        return Err(ApiError::Forbidden("marking votes takes the role admin"));
    }
    let id = id_of(&id)?;
    let marked = Marked::parse(&form.annotation).ok_or_else(|| {
        FieldError::new("annotation", "must be resolved, incorrect, correct or open")
    })?;
    let comment = form.note.filter(|note| !note.is_empty());
    let most = limits::COMMENT_CHARACTERS;
    comment
        .as_deref()
        .map_or(Ok(()), |note| check_characters("note", note, most))?;
    let mark = Mark {
        marked,
        comment,
        actor: viewer.name().to_owned(),
    };
    if !app
        .storage
        .annotate(viewer.tenant(), None, &id, &mark)
        .await?
    {
        return Err(ApiError::NotFound);
    }
    Ok(Redirect::to(&format!("{base}/dashboard/votes/{id}")).into_response())
}

fn id_of(text: &str) -> Result<String, ApiError> {
    Ok(Uuid::try_parse(text)
        .map_err(|_| ApiError::NotFound)?
        .hyphenated()
        .to_string())
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
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
            (other, _) => other.to_owned(),
        };
        format!("{what}{comment}")
    }
}
