//! News for a list that is open: how many votes it would show above the newest that it shows.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;

use super::session::Viewer;
use super::votes::{Place, filter};
use super::zone::Zone;
use crate::api::{Asked, Filters, parsed, read};
use crate::app::Shared;
use crate::cursor::Cursor;
use crate::error::ApiError;

/// How often the database is asked. It tells all machines of all writers.
const PAUSE: Duration = Duration::from_secs(2);
/// Times it is asked before the browser connects anew: a session that is over is noticed then, and no
/// stream holds a shutdown up for long.
const TIMES: u32 = 10;

/// The newest vote that is shown.
#[derive(Deserialize)]
pub struct Since {
    since: Option<String>,
}

/// `GET /dashboard/live`
pub async fn live(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    since: Asked<Since>,
    place: Asked<Place>,
    filters: Asked<Filters>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let since = parsed(
        "since",
        read(since)?.since,
        "a place in this list",
        Cursor::parse,
    )?;
    let since = since.ok_or(ApiError::NotFound)?;
    let filter = filter(read(place)?, read(filters)?, &zone)?;
    let tenant = viewer.tenant().to_owned();
    let news = unfold((TIMES, 0), move |(times, told)| {
        let (app, tenant, filter, since) =
            (app.clone(), tenant.clone(), filter.clone(), since.clone());
        async move {
            for left in (0..times).rev() {
                tokio::time::sleep(PAUSE).await;
                match app.storage.newer(&tenant, &filter, &since).await {
                    Ok(count) if count != told => {
                        let event = Event::default().data(count.to_string());
                        return Some((Ok(event), (left, count)));
                    }
                    Ok(_) => {}
                    // The browser comes back.
                    Err(_) => return None,
                }
            }
            None
        }
    });
    Ok(Sse::new(news))
}
