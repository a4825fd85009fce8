//! Keys, retention, the tracing tool and erasure, for admins.

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use workflowai_feedback_protocol::{FieldError, check_id};

use super::fields::Fields;
use super::frame::Frame;
use super::render;
use super::session::Viewer;
use super::zone::Zone;
use crate::api::{Asked, Scope, algorithm, read, scopes};
use crate::app::{App, Shared};
use crate::base::Base;
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::segments::Segments;
use crate::settings::Settings;
use crate::storage::{Count, Filter};

const FOR_ADMINS: &str = "the settings take the role admin";

/// What each scope lets a key do.
const SCOPES: [(Scope, &str); 6] = [
    (Scope::Mint, "make feedback tokens"),
    (Scope::Read, "list and export votes"),
    (Scope::Annotate, "mark votes"),
    (Scope::Context, "store what was rated"),
    (Scope::Erase, "erase a person"),
    (Scope::Admin, "everything, these settings too"),
];
/// How long a retired key's tokens may still be taken, in seconds.
const GRACES: [(i64, &str); 3] = [
    (0, "refused at once"),
    (86_400, "refused in a day"),
    (604_800, "refused in a week"),
];

#[derive(Template)]
#[template(path = "settings.html")]
struct Page<'a> {
    frame: Frame<'a>,
    api_keys: Vec<ListedKey>,
    signing_keys: Vec<ListedKey>,
    settings: Settings,
    /// Days that the operator keeps votes.
    operators_days: Option<u32>,
    /// A key just made.
    made: Option<Made>,
    /// Who would be erased, and how many votes of theirs.
    erasing: Option<(String, String)>,
    /// What was just done.
    done: Option<&'static str>,
    problem: Option<FieldError>,
}

/// A key as the page lists it.
struct ListedKey {
    id: String,
    /// What to call it.
    name: String,
    about: String,
    made: String,
    used: Option<String>,
    /// Since when or from when on it is refused.
    ended: Option<String>,
}

/// A key just made: shown this once.
struct Made {
    what: &'static str,
    kid: Option<String>,
    secret: String,
}

/// What the page is asked.
#[derive(Default, Deserialize)]
pub struct Asks {
    /// Somebody who may be erased.
    erase: Option<String>,
    done: Option<String>,
}

/// What a request came to.
#[derive(Default)]
struct Came {
    made: Option<Made>,
    problem: Option<FieldError>,
}

/// `GET /dashboard/settings`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    asks: Asked<Asks>,
) -> Result<Response, ApiError> {
    viewer.allow_admin(FOR_ADMINS)?;
    respond(&app, &viewer, &zone, &base, read(asks)?, Came::default()).await
}

async fn respond(
    app: &Shared,
    viewer: &Viewer,
    zone: &Zone,
    base: &str,
    asks: Asks,
    came: Came,
) -> Result<Response, ApiError> {
    let tenant = viewer.tenant();
    let mut problem = came.problem;
    let erasing = match asks.erase.filter(|user| !user.is_empty()) {
        Some(user) => match check_id("user_id", &user) {
            Ok(()) => {
                let votes = votes_of(app, tenant, &user).await?;
                Some((user, votes))
            }
            Err(error) => {
                problem = Some(error);
                None
            }
        },
        None => None,
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = Page {
        frame: Frame::new(base, viewer, zone, "settings"),
        api_keys: api_keys(app, tenant, zone).await?,
        signing_keys: signing_keys(app, tenant, zone).await?,
        settings: app.storage.settings(tenant).await?,
        operators_days: app.config.keep_days,
        made: came.made,
        erasing,
        done: asks.done.as_deref().and_then(done),
        problem,
    };
    Ok(render(status, &page))
}

async fn votes_of(app: &App, tenant: &str, user: &str) -> Result<String, ApiError> {
    let filter = Filter {
        user: Some(user.to_owned()),
        ..Filter::default()
    };
    Ok(match app.storage.count(tenant, &filter).await? {
        Count::Exactly(1) => "1 vote".into(),
        Count::Exactly(count) => format!("{} votes", super::number(count)),
        Count::AtLeast(count) => format!("more than {} votes", super::number(count)),
    })
}

fn done(what: &str) -> Option<&'static str> {
    Some(match what {
        "revoked" => "The key is revoked.",
        "retired" => "The key is retired. Another signs from now on.",
        "set" => "The settings are changed.",
        "erased" => "Everything of that person is erased.",
        _ => return None,
    })
}

async fn api_keys(app: &App, tenant: &str, zone: &Zone) -> Result<Vec<ListedKey>, ApiError> {
    let keys = app.storage.api_keys(Some(tenant)).await?;
    let listed = keys.into_iter().rev().map(|key| ListedKey {
        name: format!("{}…", key.hint),
        about: key.scopes.replace(' ', ", "),
        made: zone.when(key.created_at),
        used: Some(key.last_used_at.map_or_else(
            || "never used".to_owned(),
            |at| format!("last used {}", zone.when(at)),
        )),
        ended: key
            .revoked_at
            .map(|at| format!("revoked {}", zone.when(at))),
        id: key.id,
    });
    Ok(listed.collect())
}

async fn signing_keys(app: &App, tenant: &str, zone: &Zone) -> Result<Vec<ListedKey>, ApiError> {
    let now = now();
    let keys = app.storage.signing_keys(Some(tenant)).await?;
    let listed = keys.into_iter().rev().map(|key| ListedKey {
        name: key.kid.clone(),
        about: key.algorithm,
        made: zone.when(key.created_at),
        used: None,
        ended: key.retired_at.map(|at| {
            let when = zone.when(at);
            if at > now {
                format!("retired, its tokens are taken until {when}")
            } else {
                format!("retired {when}")
            }
        }),
        id: key.kid,
    });
    Ok(listed.collect())
}

/// Lets a form of an admin through.
fn allow(viewer: &Viewer, fields: &Fields) -> Result<(), ApiError> {
    viewer.allow_form_of_admin(fields, FOR_ADMINS)
}

fn back(base: &str, done: &str) -> Response {
    Redirect::to(&format!("{base}/dashboard/settings?done={done}")).into_response()
}

/// `POST /dashboard/settings/api-keys`
pub async fn new_api_key(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let came = match scopes(fields.all("scope")) {
        Ok(scopes) => {
            let (_, secret) = app.storage.new_api_key(viewer.tenant(), &scopes).await?;
            Came {
                made: Some(Made {
                    what: "The API key",
                    kid: None,
                    secret,
                }),
                problem: None,
            }
        }
        Err(problem) => Came {
            made: None,
            problem: Some(problem),
        },
    };
    respond(&app, &viewer, &zone, &base, Asks::default(), came).await
}

/// `POST /dashboard/settings/api-keys/{id}/revoke`
pub async fn revoke_api_key(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(id): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    allow(&viewer, &Fields::read(&body)?)?;
    let tenant = Some(viewer.tenant());
    if !app.storage.revoke_api_key(tenant, &id).await? {
        return Err(ApiError::NotFound);
    }
    Ok(back(&base, "revoked"))
}

/// `POST /dashboard/settings/signing-keys`
pub async fn new_signing_key(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let algorithm = algorithm(fields.one("algorithm"))?;
    let key = app
        .storage
        .new_signing_key(viewer.tenant(), algorithm)
        .await?;
    let came = Came {
        made: Some(Made {
            what: "The signing key",
            kid: Some(key.kid().to_owned()),
            secret: key.secret().to_owned(),
        }),
        problem: None,
    };
    respond(&app, &viewer, &zone, &base, Asks::default(), came).await
}

/// `POST /dashboard/settings/signing-keys/{kid}/retire`
pub async fn retire_signing_key(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    Segments(kid): Segments<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let grace: Option<i64> = fields.one("grace").and_then(|grace| grace.parse().ok());
    let grace = grace
        .filter(|grace| GRACES.iter().any(|(known, _)| known == grace))
        .ok_or_else(|| FieldError::new("grace", "must be one of those offered"))?;
    let storage = &app.storage;
    let tenant = Some(viewer.tenant());
    if !storage
        .retire_signing_key(tenant, &kid, grace * SECOND)
        .await?
    {
        return Err(ApiError::NotFound);
    }
    Ok(back(&base, "retired"))
}

/// `POST /dashboard/settings/set`
pub async fn set(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let given = |name| {
        let value = fields.one(name).map(str::trim);
        value.filter(|value| !value.is_empty())
    };
    let read = || {
        let days = given("keep_days").map(|days| {
            days.parse()
                .map_err(|_| FieldError::new("keep_days", "must be a number of days"))
        });
        let settings = Settings {
            trace_url: given("trace_url").map(str::to_owned),
            keep_days: days.transpose()?,
        };
        settings.check()?;
        Ok::<_, FieldError>(settings)
    };
    match read() {
        Ok(settings) => {
            let tenant = viewer.tenant();
            app.storage.set_settings(tenant, &settings).await?;
            Ok(back(&base, "set"))
        }
        Err(problem) => {
            let came = Came {
                made: None,
                problem: Some(problem),
            };
            respond(&app, &viewer, &zone, &base, Asks::default(), came).await
        }
    }
}

/// `POST /dashboard/settings/erase`
pub async fn erase(
    State(app): State<Shared>,
    viewer: Viewer,
    Base(base): Base,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&body)?;
    allow(&viewer, &fields)?;
    let user = fields.one("user_id").unwrap_or_default();
    check_id("user_id", user)?;
    app.storage.erase(viewer.tenant(), user).await?;
    Ok(back(&base, "erased"))
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }
}
