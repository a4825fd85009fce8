use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;

use super::Scope;
use super::auth::ApiKey;
use super::list::{Asked, agent_filter, read};
use super::query::Filters;
use crate::StorageError;
use crate::app::{App, Shared};
use crate::cursor::Cursor;
use crate::error::ApiError;
use crate::openapi::ReadRefusals;
use crate::segments::Segments;
use crate::storage::{Entry, Filter, Run};

/// Votes read at a time: with their contexts, what a dataset holds in memory.
const BATCH: u32 = 50;

/// Streams rated runs with what they were about
///
/// For evaluation: of each vote that the filters leave and whose run has a context, its item with
/// `context` (the JSON that was stored, or a string), one a line, newest first. Wants the scope
/// `read`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/agents/{agent_id}/feedback/dataset",
    tag = "Context",
    operation_id = "dataset",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        Filters,
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "The file", content((String = "application/x-ndjson"))),
        ReadRefusals
    )
)]
pub async fn dataset(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent)): Segments<(String, String)>,
    filters: Asked<Filters>,
) -> Result<Response, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?.to_owned();
    let filter = read(filters)?.read(agent_filter(agent)?)?;
    Ok(respond_dataset(app, tenant, filter))
}

/// Streams it in short reads, so that no read holds the database.
pub fn respond_dataset(app: Shared, tenant: String, filter: Filter) -> Response {
    let batches = try_unfold(Some(None), move |state: Option<Option<Cursor>>| {
        let (app, tenant, filter) = (app.clone(), tenant.clone(), filter.clone());
        async move {
            let Some(after) = state else { return Ok(None) };
            let page = app
                .storage
                .list(&tenant, &filter, after.as_ref(), 0, BATCH)
                .await?;
            let bytes = lines(&app, &tenant, page.items).await?;
            Ok::<_, StorageError>(Some((Bytes::from(bytes), page.next.map(Some))))
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"dataset.jsonl\"",
        ),
    ];
    (headers, Body::from_stream(batches)).into_response()
}

async fn lines(app: &App, tenant: &str, entries: Vec<Entry>) -> Result<String, StorageError> {
    let mut lines = String::new();
    for entry in entries {
        let run = Run {
            tenant: tenant.to_owned(),
            agent: entry.agent_id.clone(),
            id: entry.run_id.clone(),
        };
        let Some(context) = app.storage.context(&run).await? else {
            continue;
        };
        let item = serde_json::to_string(&entry).expect("an entry is JSON");
        // The context as it was sent: read and written anew, its long numbers would change.
        let item = item.strip_suffix('}').expect("an entry is an object");
        let context = context.json_line();
        lines.extend([item, ",\"context\":", &context, "}\n"]);
    }
    Ok(lines)
}
