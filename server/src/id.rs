use uuid::Uuid;

use crate::error::ApiError;

/// An id of an address or a request, in the form it is stored in.
///
/// # Errors
/// In any other form it names nothing.
pub fn stored_id(text: &str) -> Result<String, ApiError> {
    let id = Uuid::try_parse(text).map_err(|_| ApiError::NotFound)?;
    Ok(id.hyphenated().to_string())
}
