use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::render;
use super::session::{is_form_of, session_in, set_cookie};
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::peer::Peer;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    base: &'a str,
    failed: bool,
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.base
    }
}

/// `GET /dashboard/sign-in`
pub async fn page(Base(base): Base) -> Response {
    render(
        StatusCode::OK,
        &Page {
            base: &base,
            failed: false,
        },
    )
}

/// The form of the sign-in page.
#[derive(Deserialize)]
pub struct SignIn {
    code: String,
}

/// `POST /dashboard/sign-in`
pub async fn enter(
    State(app): State<Shared>,
    Base(base): Base,
    Peer(peer): Peer,
    form: Result<Form<SignIn>, FormRejection>,
) -> Result<Response, ApiError> {
    app.limiter.take_sign_in(peer)?;
    let session = match form {
        Ok(Form(SignIn { code })) => app.storage.sign_in(secret_in(&code)).await?,
        Err(_) => None,
    };
    let Some(session) = session else {
        return Ok(render(
            StatusCode::FORBIDDEN,
            &Page {
                base: &base,
                failed: true,
            },
        ));
    };
    let cookie = AppendHeaders([(SET_COOKIE, set_cookie(&app, &base, &session))]);
    Ok((cookie, Redirect::to(&format!("{base}/dashboard"))).into_response())
}

/// With scripts off people paste the code, or the whole link.
fn secret_in(text: &str) -> &str {
    text.trim().rsplit('#').next().unwrap_or_default()
}

/// The form of the sign-out button.
#[derive(Deserialize)]
pub struct SignOut {
    form_token: String,
}

/// `POST /dashboard/sign-out`
pub async fn leave(
    State(app): State<Shared>,
    Base(base): Base,
    headers: HeaderMap,
    form: Result<Form<SignOut>, FormRejection>,
) -> Result<Response, ApiError> {
    let session = session_in(&headers).unwrap_or_default();
    let made_here = form.is_ok_and(|Form(form)| is_form_of(session, &form.form_token));
    if !made_here {
        return Err(ApiError::Forbidden(
            "this form is not of this session; reload the page",
        ));
    }
    app.storage.sign_out(session).await?;
    let cookie = AppendHeaders([(SET_COOKIE, set_cookie(&app, &base, ""))]);
    Ok((cookie, Redirect::to(&format!("{base}/dashboard/sign-in"))).into_response())
}
