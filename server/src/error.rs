use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use workflowai_feedback_protocol::token::TokenError;
use workflowai_feedback_protocol::{ErrorBody, ErrorDetail, FieldError};

use crate::api::Scope;
use crate::storage::StorageError;

/// `PostgreSQL`'s `character_not_in_repertoire`.
const NO_CHARACTER: &str = "22021";

/// Everything a call can answer but success. This is the one place that turns it into words.
#[derive(Debug)]
pub enum ApiError {
    /// The feedback token was refused.
    Token(TokenError),
    /// `user_id` is not the one the token is bound to.
    UserMismatch,
    /// The receiver takes bound tokens alone.
    UnboundToken,
    /// As many users as unbound tokens may name have voted on the run.
    UserLimitReached,
    /// A field breaks a rule.
    Field(FieldError),
    /// The body is over the limit of so many bytes.
    TooLarge(usize),
    /// The body did not arrive in time.
    TooSlow,
    /// The body is not declared as what the call takes.
    UnsupportedMediaType(&'static str),
    /// No such route or thing.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// The API key is missing, unknown or revoked.
    InvalidApiKey,
    /// The API key lacks a scope.
    MissingScope(Scope),
    /// The path names a tenant that is not the key's.
    WrongTenant,
    /// The request came from another site, or over a name that is not this machine's.
    Forbidden(&'static str),
    /// Too many requests; try again after so many seconds.
    RateLimited(u64),
    /// What the tenant keeps would take more room than it may.
    QuotaExceeded,
    /// The database did not answer, or refused.
    Storage(StorageError),
}

impl ApiError {
    fn parts(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Token(error) => {
                let status = match error {
                    TokenError::Expired => StatusCode::UNAUTHORIZED,
                    _ => StatusCode::BAD_REQUEST,
                };
                (status, error.code(), format!("feedback_token: {error}"))
            }
            Self::UserMismatch => (
                StatusCode::FORBIDDEN,
                "user_mismatch",
                "user_id: the token is bound to another user".into(),
            ),
            Self::UnboundToken => (
                StatusCode::FORBIDDEN,
                "unbound_token",
                "feedback_token: is bound to no user, and this receiver takes bound tokens alone"
                    .into(),
            ),
            Self::UserLimitReached => (
                StatusCode::FORBIDDEN,
                "user_limit_reached",
                "user_id: this run has as many users as a token bound to none may name".into(),
            ),
            Self::Field(error) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_request",
                error.to_string(),
            ),
            Self::TooLarge(most) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("body: must be at most {most} bytes"),
            ),
            Self::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "request_timeout",
                "body: took too long".into(),
            ),
            Self::UnsupportedMediaType(must_be) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                format!("Content-Type: must be {must_be}"),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "there is nothing here".into(),
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this address does not take this method".into(),
            ),
            Self::InvalidApiKey => (
                StatusCode::UNAUTHORIZED,
                "invalid_api_key",
                "Authorization: must be Bearer and a valid API key".into(),
            ),
            Self::MissingScope(scope) => (
                StatusCode::FORBIDDEN,
                "missing_scope",
                format!("this API key lacks the scope {}", scope.as_str()),
            ),
            Self::WrongTenant => (
                StatusCode::FORBIDDEN,
                "wrong_tenant",
                "tenant: is not the one of this API key".into(),
            ),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, "forbidden", (*why).into()),
            Self::RateLimited(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "too many requests from this address".into(),
            ),
            Self::QuotaExceeded => (
                StatusCode::INSUFFICIENT_STORAGE,
                "quota_exceeded",
                "the contexts of this tenant take as much room as they may".into(),
            ),
            Self::Storage(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_unavailable",
                "the database does not answer; send it again".into(),
            ),
        }
    }

    /// The error as it stands in a body.
    pub fn detail(&self) -> ErrorDetail {
        let (_, code, message) = self.parts();
        ErrorDetail {
            code: code.into(),
            message,
        }
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::UserLimit => Self::UserLimitReached,
            // PostgreSQL keeps no NUL, so there is nothing of a name that has one.
            StorageError::Database(sqlx::Error::Database(error))
                if error.code().as_deref() == Some(NO_CHARACTER) =>
            {
                Self::NotFound
            }
            error => Self::Storage(error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Storage(error) = &self {
            tracing::error!(%error, "the database failed");
        }
        let (status, _, _) = self.parts();
        let error = self.detail();
        let mut response = (
            status,
            // For whoever puts it in other words.
            Extension(error.clone()),
            Json(ErrorBody { error }),
        )
            .into_response();
        let headers = response.headers_mut();
        match self {
            Self::RateLimited(seconds) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Storage(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(1));
            }
            Self::InvalidApiKey => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

/// Answers any address without a route.
pub async fn not_found() -> ApiError {
    ApiError::NotFound
}

/// Answers a method that a route does not have.
pub async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}
