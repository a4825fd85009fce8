//! Taking an invitation.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use workflowai_feedback_protocol::FieldError;

use super::fields::Fields;
use super::render;
use super::session::set_cookie;
use super::sign_in::secret_in;
use super::team::given;
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::password;
use crate::peer::Peer;
use crate::storage::{Joined, Newcomer};

/// Characters of a name.
const NAME: usize = 64;

#[derive(Default, Template)]
#[template(path = "join.html")]
struct Page<'a> {
    base: &'a str,
    code: &'a str,
    name: &'a str,
    login: &'a str,
    problem: Option<FieldError>,
    is_void: bool,
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.base
    }
}

/// `GET /dashboard/join`
pub async fn page(Base(base): Base) -> Response {
    let page = Page {
        base: &base,
        ..Page::default()
    };
    render(StatusCode::OK, &page)
}

/// `POST /dashboard/join`
pub async fn join(
    State(app): State<Shared>,
    Base(base): Base,
    Peer(peer): Peer,
    body: Bytes,
) -> Result<Response, ApiError> {
    app.limiter.take_sign_in(peer)?;
    let fields = Fields::read(&body)?;
    let again = |problem: Option<FieldError>| {
        let page = Page {
            base: &base,
            code: fields.one("code").unwrap_or_default(),
            name: fields.one("name").unwrap_or_default(),
            login: fields.one("login").unwrap_or_default(),
            is_void: problem.is_none(),
            problem,
        };
        render(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let read = || Ok::<_, FieldError>((fields.must("name", NAME)?, given(&fields)?));
    let (name, (login, password)) = match read() {
        Ok(read) => read,
        Err(problem) => return Ok(again(Some(problem))),
    };
    let newcomer = Newcomer {
        name,
        login,
        password_hash: &password::hash(password.to_owned()).await,
    };
    let code = secret_in(fields.one("code").unwrap_or_default());
    match app.storage.join(code, &newcomer).await? {
        Joined::In(session) => {
            let cookie = AppendHeaders([(SET_COOKIE, set_cookie(&app, &base, &session))]);
            Ok((cookie, Redirect::to(&format!("{base}/dashboard"))).into_response())
        }
        Joined::LoginTaken => Ok(again(Some(FieldError::new("login", "is somebody else's")))),
        Joined::Void => Ok(again(None)),
    }
}
