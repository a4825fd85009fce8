//! Who looks at the votes: one's own account, the others, and invitations.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use workflowai_feedback_protocol::FieldError;

use super::fields::Fields;
use super::frame::Frame;
use super::render;
use super::session::{Viewer, session_in, set_cookie};
use super::zone::Zone;
use crate::app::Shared;
use crate::base::Base;
use crate::error::ApiError;
use crate::password;
use crate::segments::Segments;
use crate::storage::{ADMIN, Invitation, Person, VIEWER};

/// Characters of a login.
const LOGIN: usize = 128;

#[derive(Template)]
#[template(path = "team.html")]
struct Page<'a> {
    frame: Frame<'a>,
    me: &'a str,
    login: String,
    people: Vec<Person>,
    invitations: Vec<(Invitation, String)>,
    /// The address of links; None leaves it to the script.
    address: Option<String>,
    /// A secret just made.
    invited: Option<String>,
    problem: Option<FieldError>,
}

/// `GET /dashboard/team`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
) -> Result<Response, ApiError> {
    respond(&app, &viewer, &zone, &base, Ok(None)).await
}

async fn respond(
    app: &Shared,
    viewer: &Viewer,
    zone: &Zone,
    base: &str,
    outcome: Result<Option<String>, FieldError>,
) -> Result<Response, ApiError> {
    let tenant = viewer.tenant();
    let (status, invited, problem) = match outcome {
        Ok(invited) => (StatusCode::OK, invited, None),
        Err(problem) => (StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)),
    };
    let invitations = if viewer.may_mark() {
        app.storage.invitations(tenant).await?
    } else {
        Vec::new()
    };
    let public = app.config.public_url.as_ref().map(ToString::to_string);
    let page = Page {
        frame: Frame::new(base, viewer, zone, "team"),
        me: viewer.id(),
        login: app.storage.login_of(viewer.id()).await?.unwrap_or_default(),
        people: app.storage.people(tenant).await?,
        invitations: invitations
            .into_iter()
            .map(|invitation| {
                let until = zone.when(invitation.expires_at);
                (invitation, until)
            })
            .collect(),
        address: public.map(|url| url.trim_end_matches('/').to_owned()),
        invited,
        problem,
    };
    Ok(render(status, &page))
}

/// Lets a form of theirs through, if they are somebody.
fn allow<'a>(viewer: &'a Viewer, fields: &Fields) -> Result<&'a Person, ApiError> {
    viewer.allow(fields.one("form_token").unwrap_or_default())?;
    match viewer {
        Viewer::Person { person, .. } => Ok(person),
        Viewer::Demo => Err(ApiError::Forbidden("the demo has no team")),
    }
}

fn allow_admin<'a>(viewer: &'a Viewer, fields: &Fields) -> Result<&'a Person, ApiError> {
    let person = allow(viewer, fields)?;
    if person.role == ADMIN {
        Ok(person)
    } else {
        Err(ApiError::Forbidden(
            "changing the team takes the role admin",
        ))
    }
}

/// `POST /dashboard/team/account`
pub async fn account(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    let person = allow(&viewer, &fields)?;
    let given = given(&fields);
    let (login, password) = match given {
        Ok(given) => given,
        Err(problem) => return respond(&app, &viewer, &zone, &base, Err(problem)).await,
    };
    let hash = password::hash(password.to_owned()).await;
    let session = session_in(&headers).unwrap_or_default();
    if !app
        .storage
        .set_password(&person.id, login, &hash, session)
        .await?
    {
        let taken = FieldError::new("login", "is somebody else's");
        return respond(&app, &viewer, &zone, &base, Err(taken)).await;
    }
    Ok(Redirect::to(&format!("{base}/dashboard/team")).into_response())
}

/// A login and a new password.
pub fn given(fields: &Fields) -> Result<(&str, &str), FieldError> {
    let login = fields.must("login", LOGIN)?;
    let password = fields.one("password").unwrap_or_default();
    password::check(password)?;
    Ok((login, password))
}

/// `POST /dashboard/team/sign-out-everywhere`
pub async fn sign_out_everywhere(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let person = allow(&viewer, &Fields::read(&body)?)?;
    app.storage.sign_out_everywhere(&person.id).await?;
    let cookie = AppendHeaders([(SET_COOKIE, set_cookie(&app, &base, ""))]);
    Ok((cookie, Redirect::to(&format!("{base}/dashboard/sign-in"))).into_response())
}

fn role(fields: &Fields) -> Result<&str, FieldError> {
    fields
        .one("role")
        .filter(|role| [ADMIN, VIEWER].contains(role))
        .ok_or_else(|| FieldError::new("role", "must be admin or viewer"))
}

/// `POST /dashboard/team/invite`
pub async fn invite(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    let person = allow_admin(&viewer, &fields)?;
    let secret = app.storage.invite(&person.tenant, role(&fields)?).await?;
    respond(&app, &viewer, &zone, &base, Ok(Some(secret))).await
}

/// `POST /dashboard/team/invitations/{id}/revoke`
pub async fn revoke(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let person = allow_admin(&viewer, &Fields::read(&body)?)?;
    if !app.storage.revoke_invitation(&person.tenant, &id).await? {
        return Err(ApiError::NotFound);
    }
    Ok(Redirect::to(&format!("{base}/dashboard/team")).into_response())
}

/// `POST /dashboard/team/people/{id}`: another role, or `none`.
pub async fn change(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    let person = allow_admin(&viewer, &fields)?;
    let role = match fields.one("role") {
        Some("none") => None,
        _ => Some(role(&fields)?),
    };
    if !app.storage.set_role(&person.tenant, &id, role).await? {
        let last = FieldError::new("role", "stays: a team keeps at least one admin");
        return respond(&app, &viewer, &zone, &base, Err(last)).await;
    }
    Ok(Redirect::to(&format!("{base}/dashboard/team")).into_response())
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }

    /// The address of links until the script knows better.
    fn shown_address(&self) -> &str {
        self.address.as_deref().unwrap_or_default()
    }
}
