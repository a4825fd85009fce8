//! Filters of the list under a name, for the whole team.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use workflowai_feedback_protocol::FieldError;

use super::address::Address;
use super::fields::Fields;
use super::session::Viewer;
use super::votes::Place;
use crate::api::{Filters, NAME};
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::segments::Segments;

/// Filters as they are kept: what is no filter of the list is left out.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn saved_query(query: &str) -> Result<String, FieldError> {
    let wrong = |_| FieldError::new("query", "cannot be read");
    let filters: Filters = serde_urlencoded::from_str(query).map_err(wrong)?;
    let place: Place = serde_urlencoded::from_str(query).map_err(wrong)?;
    let query = Address::of(&filters, &place).query();
    let query = query.trim_start_matches('?');
    if query.is_empty() {
        return Err(FieldError::new("query", "has no filter to save"));
    }
    Ok(query.to_owned())
}

fn allow(viewer: &Viewer, fields: &Fields) -> Result<(), ApiError> {
    viewer.allow_form_of_admin(fields, "saved views take the role admin")
}

/// `POST /dashboard/views`
pub async fn save(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let name = fields.must("name", NAME)?;
    let query = saved_query(fields.one("query").unwrap_or_default())?;
    if !app.storage.save_view(viewer.tenant(), name, &query).await? {
        return Err(FieldError::new("name", "is one too many; remove a saved view first").into());
    }
    Ok(Redirect::to(&format!("{base}/dashboard?{query}")).into_response())
}

/// `POST /dashboard/views/{id}/remove`
pub async fn remove(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    allow(&viewer, &Fields::read(&body)?)?;
    if !app.storage.remove_view(viewer.tenant(), &id).await? {
        return Err(ApiError::NotFound);
    }
    Ok(Redirect::to(&format!("{base}/dashboard")).into_response())
}
