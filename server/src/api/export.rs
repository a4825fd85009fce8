use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use serde::Deserialize;

use super::Scope;
use super::auth::ApiKey;
use super::list::{Asked, agent_filter, read};
use super::query::{Filters, parsed};
use crate::app::Shared;
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::export::Format;
use crate::segments::Segments;
use crate::storage::Filter;

/// Votes read at a time: what an export holds in memory.
const BATCH: u32 = 500;

/// How the export is written.
#[derive(Deserialize)]
pub struct Shape {
    format: Option<String>,
}

/// `GET /v1/{tenant}/agents/{agent_id}/feedback/export`
pub async fn export(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent)): Segments<(String, String)>,
    shape: Asked<Shape>,
    filters: Asked<Filters>,
) -> Result<Response, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?.to_owned();
    let format = parsed(
        "format",
        read(shape)?.format,
        "csv or ndjson",
        Format::parse,
    )?;
    let format = format.unwrap_or(Format::Ndjson);
    let filter = read(filters)?.read(agent_filter(agent)?)?;
    Ok(respond(app, tenant, filter, format))
}

/// Streams what matches, newest first, in short reads so that no read holds the database.
pub fn respond(app: Shared, tenant: String, filter: Filter, format: Format) -> Response {
    let batches = try_unfold(Some(None), move |state: Option<Option<Cursor>>| {
        let (app, tenant, filter) = (app.clone(), tenant.clone(), filter.clone());
        async move {
            let Some(after) = state else { return Ok(None) };
            let page = app
                .storage
                .list(&tenant, &filter, after.as_ref(), 0, BATCH)
                .await?;
            let bytes = format.write(&page.items, after.is_none());
            Ok::<_, crate::StorageError>(Some((Bytes::from(bytes), page.next.map(Some))))
        }
    });
    let headers = [
        (CONTENT_TYPE, format.content_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"feedback.{}\"", format.as_str()),
        ),
    ];
    (headers, Body::from_stream(batches)).into_response()
}
