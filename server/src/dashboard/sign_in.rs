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
use crate::password;
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
    code: Option<String>,
    login: Option<String>,
    password: Option<String>,
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
        Ok(Form(SignIn {
            code: Some(code), ..
        })) => app.storage.sign_in(secret_in(&code)).await?,
        Ok(Form(SignIn {
            login: Some(login),
            password: Some(password),
            ..
        })) => by_password(&app, &login, password).await?,
        _ => None,
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

/// Starts a session of whoever has that login and password.
async fn by_password(
    app: &Shared,
    login: &str,
    password: String,
) -> Result<Option<String>, ApiError> {
    let (user, hash) = app.storage.password_of(login).await?.unzip();
    if !password::verify(password, hash).await {
        return Ok(None);
    }
    match user {
        Some(user) => Ok(Some(app.storage.start_session(&user).await?)),
        None => Ok(None),
    }
}

/// With scripts off people paste the code, or the whole link.
pub fn secret_in(text: &str) -> &str {
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
