use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Scope;
use super::auth::ApiKey;
use super::list::{Asked, agent_filter, read};
use super::query::{Filters, parsed};
use crate::app::Shared;
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::export::{BATCH, Format};
use crate::openapi::ReadRefusals;
use crate::segments::Segments;
use crate::storage::Filter;

/// How the export is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Shape {
    /// `ndjson` if not given. No cell of the CSV is a formula.
    #[param(value_type = Option<Format>, nullable = false)]
    format: Option<String>,
}

/// Streams the votes of an agent as a file
///
/// Everything that the filters leave, newest first. Wants the scope `read`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/agents/{agent_id}/feedback/export",
    tag = "Reading",
    operation_id = "export",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        Shape,
        Filters,
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The file", content((String = "application/x-ndjson"), (String = "text/csv"))),
        ReadRefusals
    )
)]
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
