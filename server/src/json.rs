use std::error::Error;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Number;
use serde_json::error::Category;
use workflowai_feedback_protocol::{FieldError, limits};

use crate::error::ApiError;

/// A JSON body of up to `MOST` bytes, whose errors name the field.
pub struct JsonBody<T, const MOST: usize = { limits::BODY_BYTES }>(pub T);

impl<T: DeserializeOwned, S: Send + Sync, const MOST: usize> FromRequest<S> for JsonBody<T, MOST> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("application/json"));
        }
        let bytes = read_body(request, state, MOST).await?;
        Ok(Self(parse(&bytes)?))
    }
}

/// Reads a body of up to `most` bytes.
pub async fn read_body<S: Send + Sync>(
    mut request: Request,
    state: &S,
    most: usize,
) -> Result<Bytes, ApiError> {
    axum::extract::DefaultBodyLimit::max(most).apply(&mut request);
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::TooLarge(most)
            } else if is_too_slow(&rejection) {
                ApiError::TooSlow
            } else {
                FieldError::new("body", "could not be read").into()
            }
        })
}

/// The body did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long")]
pub struct TooSlow;

fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    error.is::<TooSlow>() || error.source().is_some_and(is_too_slow)
}

/// Whether a body is declared as JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// A whole number that may be absent, however it is written: `1.0` is one, in JSON as in
/// JavaScript.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    // 2^63 itself is past the last.
    let float = || {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 9_223_372_036_854_775_808.0).then_some(float)
    };
    #[expect(clippy::cast_possible_truncation, reason = "it is in range")]
    let whole = number
        .as_i64()
        .or_else(|| float().map(|float| float as i64));
    whole
        .map(Some)
        .ok_or_else(|| D::Error::custom("must be a whole number"))
}

/// Reads a body; an error names the field.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FieldError> {
    // Serde would take a list of the fields in their order for them.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(FieldError::new("body", "must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| field_error(&error))?;
    reader
        .end()
        .map_err(|_| FieldError::new("body", "must be one JSON value"))?;
    Ok(value)
}

fn field_error(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let path = error.path().to_string();
    let at_root = path == "." || path.is_empty();
    let text = error.inner().to_string();
    let problem = text.split(" at line ").next().unwrap_or(&text);
    if error.inner().classify() == Category::Eof {
        return FieldError::new("body", "is JSON that ends too early");
    }
    if let Some(field) = problem
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        let field = if at_root {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        };
        return FieldError::new(field, "is missing");
    }
    FieldError::new(if at_root { "body".into() } else { path }, problem)
}
