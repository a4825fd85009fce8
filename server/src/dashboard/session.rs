use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use subtle::ConstantTimeEq;

use crate::app::Shared;
use crate::base::Base;
use crate::clock::SECOND;
use crate::error::ApiError;
use crate::secret;
use crate::storage::{DEFAULT_TENANT, Person, SESSION_LIFE};

use super::fields::Fields;

const COOKIE_NAME: &str = "workflowai_feedback_session";

/// Who looks at the dashboard.
pub enum Viewer {
    /// Somebody signed in.
    Person {
        /// Who.
        person: Person,
        /// The session's secret.
        session: String,
    },
    /// The demo, which is open to this machine.
    Demo,
}

impl Viewer {
    /// The tenant whose votes they see.
    pub fn tenant(&self) -> &str {
        match self {
            Self::Person { person, .. } => &person.tenant,
            Self::Demo => DEFAULT_TENANT,
        }
    }

    /// Who, to others an opaque id.
    pub fn id(&self) -> &str {
        match self {
            Self::Person { person, .. } => &person.id,
            Self::Demo => "demo",
        }
    }

    /// What to call them, as history shows it.
    pub fn name(&self) -> &str {
        match self {
            Self::Person { person, .. } => &person.name,
            Self::Demo => "demo",
        }
    }

    /// Whether they may mark votes.
    pub fn may_mark(&self) -> bool {
        match self {
            Self::Person { person, .. } => person.role == "admin",
            Self::Demo => true,
        }
    }

    /// Lets a form through that was made for them.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub fn allow(&self, token: &str) -> Result<(), ApiError> {
        match self {
            Self::Person { session, .. } if !is_form_of(session, token) => Err(
                ApiError::Forbidden("this form is not of this session; reload the page"),
            ),
            _ => Ok(()),
        }
    }

    /// Lets an admin through. `otherwise` says that it takes one.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub fn allow_admin(&self, otherwise: &'static str) -> Result<(), ApiError> {
        if self.may_mark() {
            Ok(())
        } else {
            Err(ApiError::Forbidden(otherwise))
        }
    }

    /// Lets a form through that was made for them, if they are an admin.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub fn allow_form_of_admin(
        &self,
        fields: &Fields,
        otherwise: &'static str,
    ) -> Result<(), ApiError> {
        self.allow(fields.one("form_token").unwrap_or_default())?;
        self.allow_admin(otherwise)
    }

    /// What a form must carry to be taken. Empty in the demo, where there is no session to abuse.
    pub fn form_token(&self) -> String {
        match self {
            Self::Person { session, .. } => form_token(session),
            Self::Demo => String::new(),
        }
    }
}

impl FromRequestParts<Shared> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        if let Some(session) = cookie(&parts.headers, COOKIE_NAME) {
            let person = app.storage.person(session).await;
            if let Some(person) = person.map_err(|error| ApiError::from(error).into_response())? {
                return Ok(Self::Person {
                    person,
                    session: session.to_owned(),
                });
            }
        }
        if app.config.demo {
            return Ok(Self::Demo);
        }
        let Ok(Base(base)) = Base::from_request_parts(parts, app).await;
        Err(Redirect::to(&format!("{base}/dashboard/sign-in")).into_response())
    }
}

/// The session's secret in a request.
pub fn session_in(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE_NAME)
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then_some(value))
}

/// Sets the cookie of a session; an empty secret removes it.
pub fn set_cookie(app: &Shared, base: &str, session: &str) -> HeaderValue {
    let age = if session.is_empty() {
        0
    } else {
        SESSION_LIFE / SECOND
    };
    let secure = app
        .config
        .public_url
        .as_ref()
        .and_then(|url| url.scheme_str())
        == Some("https");
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE_NAME}={session}; Path={base}/dashboard; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
    );
    HeaderValue::from_str(&cookie).expect("a path and base64 are a header value")
}

/// Bound to the session, so that no other site can know it.
fn form_token(session: &str) -> String {
    let hash = secret::hash(&format!("form {session}"));
    base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, hash)
}

/// Whether a form was made for this session.
pub fn is_form_of(session: &str, token: &str) -> bool {
    form_token(session)
        .as_bytes()
        .ct_eq(token.as_bytes())
        .into()
}
