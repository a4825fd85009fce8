//! What went wrong, as a page: whoever opened it in a browser has no use for JSON.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use workflowai_feedback_protocol::ErrorDetail;

use super::render;
use crate::app::Shared;
use crate::base::Base;

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    base: &'a str,
    title: &'a str,
    words: &'a str,
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.base
    }
}

/// Answers a browser with a page where a program gets JSON.
pub async fn as_page(
    State(_): State<Shared>,
    Base(base): Base,
    request: Request,
    next: Next,
) -> Response {
    let opened = is_opened(request.headers());
    let response = next.run(request).await;
    let problem = response.extensions().get::<ErrorDetail>();
    let Some(problem) = problem.filter(|_| opened) else {
        return response;
    };
    let (title, words) = words(response.status(), &problem.message);
    let page = Page {
        base: &base,
        title,
        words,
    };
    let mut page = render(response.status(), &page);
    if let Some(after) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, after.clone());
    }
    page
}

/// Whether a browser shows the answer, and no script or program reads it.
fn is_opened(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn words(status: StatusCode, message: &str) -> (&'static str, &str) {
    match status {
        StatusCode::NOT_FOUND => (
            "Not found",
            "There is nothing here, or not any more: a vote goes when it is taken back or erased.",
        ),
        StatusCode::FORBIDDEN => ("Not allowed", message),
        StatusCode::TOO_MANY_REQUESTS => ("Too often", "Try again in a minute."),
        StatusCode::SERVICE_UNAVAILABLE => (
            "The database does not answer",
            "Nothing was changed. Try again in a moment.",
        ),
        _ => ("That did not work", message),
    }
}
