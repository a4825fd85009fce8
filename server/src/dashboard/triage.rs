//! What the team does to votes.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use workflowai_feedback_protocol::{FieldError, check_characters, limits};

use super::fields::Fields;
use super::session::Viewer;
use crate::annotation::Marked;
use crate::api::VOTES;
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::segments::Segments;
use crate::storage::{Assign, Assignee, Triage};

/// The page that the form was on: a list by its filters, or a vote. Nothing else.
fn back(fields: &Fields, base: &str) -> String {
    let back = fields.one("back").unwrap_or_default();
    let is_safe = back.bytes().all(|byte| byte.is_ascii_graphic());
    match back.strip_prefix("votes/").map(stored_id) {
        Some(Ok(id)) => format!("{base}/dashboard/votes/{id}"),
        _ if is_safe && back.starts_with('?') => format!("{base}/dashboard{back}"),
        _ => format!("{base}/dashboard"),
    }
}

/// `POST /dashboard/triage`
pub async fn triage(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let ids = fields
        .all("id")
        .map(stored_id)
        .collect::<Result<Vec<_>, _>>()?;
    let back = back(&fields, &base);
    if ids.is_empty() {
        return Ok(Redirect::to(&with(&back, "done", "none")).into_response());
    }
    if ids.len() > VOTES {
        return Err(FieldError::new("id", format!("may be given {VOTES} times at most")).into());
    }
    let triage = wanted(&app, &viewer, &fields).await?;
    let tenant = viewer.tenant();
    let done = app
        .storage
        .triage(tenant, &ids, &triage, viewer.name())
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(Redirect::to(&with(&back, "done", &done.id)).into_response())
}

/// `POST /dashboard/triage/{id}/undo`
pub async fn undo(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let undone = app
        .storage
        .undo_triage(viewer.tenant(), &stored_id(&id)?, viewer.name())
        .await?
        .ok_or(ApiError::NotFound)?;
    let address = with(&back(&fields, &base), "undone", &undone.to_string());
    Ok(Redirect::to(&address).into_response())
}

fn allow(viewer: &Viewer, fields: &Fields) -> Result<(), ApiError> {
    viewer.allow_form_of_admin(fields, "marking votes takes the role admin")
}

/// What the button that was pressed asks for.
async fn wanted(app: &Shared, viewer: &Viewer, fields: &Fields) -> Result<Triage, ApiError> {
    if let Some(annotation) = fields.one("annotation") {
        let marked = Marked::parse(annotation).ok_or_else(|| {
            FieldError::new("annotation", "must be resolved, incorrect, correct or open")
        })?;
        let note = fields.one("note").map(str::to_owned);
        note.as_deref().map_or(Ok(()), |note| {
            check_characters("note", note, limits::COMMENT_CHARACTERS)
        })?;
        return Ok(Triage {
            marked: Some(marked),
            note,
            ..Triage::default()
        });
    }
    let id = fields
        .one("assignee")
        .ok_or_else(|| FieldError::new("annotation", "is missing"))?;
    let assign = match id {
        "" => Assign::Nobody,
        id => Assign::To(
            assignees(app, viewer)
                .await?
                .into_iter()
                .find(|one| one.id == id)
                .ok_or_else(|| FieldError::new("assignee", "must be somebody of the team"))?,
        ),
    };
    Ok(Triage {
        assign: Some(assign),
        ..Triage::default()
    })
}

/// Who can look after votes.
pub async fn assignees(app: &Shared, viewer: &Viewer) -> Result<Vec<Assignee>, ApiError> {
    let people = app.storage.people(viewer.tenant()).await?;
    let mut all: Vec<Assignee> = people
        .into_iter()
        .map(|person| Assignee {
            id: person.id,
            name: person.name,
        })
        .collect();
    if matches!(viewer, Viewer::Demo) {
        all.push(Assignee {
            id: viewer.id().to_owned(),
            name: viewer.name().to_owned(),
        });
    }
    Ok(all)
}

/// An address with one more value in its query.
fn with(address: &str, name: &str, value: &str) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{name}={value}")
}

/// What the page says of what was just done.
pub struct Notice {
    pub words: String,
    /// By which it can be undone.
    pub undo: Option<String>,
}

/// What a page's address says was just done.
pub async fn notice(
    app: &Shared,
    viewer: &Viewer,
    done: Option<&str>,
    undone: Option<&str>,
) -> Result<Option<Notice>, ApiError> {
    let said = |words: String| Notice { words, undo: None };
    if let Some(undone) = undone.and_then(|undone| undone.parse::<u32>().ok()) {
        return Ok(Some(said(format!("Undone for {}.", votes(undone.into())))));
    }
    match done {
        None => Ok(None),
        Some("none") => Ok(Some(said("No vote was chosen.".to_owned()))),
        Some(id) => {
            let Ok(id) = stored_id(id) else {
                return Ok(None);
            };
            let done = app.storage.triage_done(viewer.tenant(), &id).await?;
            Ok(done.map(|done| Notice {
                words: format!("Done for {}.", votes(done.votes)),
                undo: (done.actor == viewer.name()).then_some(id),
            }))
        }
    }
}

fn votes(count: i64) -> String {
    if count == 1 {
        "1 vote".to_owned()
    } else {
        format!("{} votes", super::number(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_pages_of_the_dashboard_alone() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for (back, address) in [
            ("", "/x/dashboard".to_owned()),
            ("?q=a%20b", "/x/dashboard?q=a%20b".to_owned()),
            (&format!("votes/{id}"), format!("/x/dashboard/votes/{id}")),
            ("votes/../../evil", "/x/dashboard".to_owned()),
            ("//evil.example", "/x/dashboard".to_owned()),
            ("https://evil.example", "/x/dashboard".to_owned()),
            ("?\r\nset-cookie: a", "/x/dashboard".to_owned()),
        ] {
            assert_eq!(
                super::back(&Fields::of("back", back), "/x"),
                address,
                "{back}"
            );
        }
        assert_eq!(with("/a?b=c", "d", "e"), "/a?b=c&d=e");
    }
}
