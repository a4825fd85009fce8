use std::fmt;

use crate::limits;

/// A field that cannot be accepted, and why. Shown as `field: problem`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field as it is called on the wire, such as `comment` or `intent.client`.
    pub field: String,
    /// What is wrong with it, in words.
    pub problem: String,
}

impl FieldError {
    /// An error about `field`.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for FieldError {}

/// Checks a tenant, agent, run or user id: 1 to 256 bytes of UTF-8 without control characters.
///
/// # Errors
/// Names `field` and the rule that is broken.
pub fn check_id(field: &str, id: &str) -> Result<(), FieldError> {
    if id.is_empty() {
        return Err(FieldError::new(field, "must not be empty"));
    }
    if id.len() > limits::ID_BYTES {
        return Err(FieldError::new(
            field,
            format!("must be at most {} bytes", limits::ID_BYTES),
        ));
    }
    if id.chars().any(char::is_control) {
        return Err(FieldError::new(
            field,
            "must not contain control characters",
        ));
    }
    Ok(())
}

/// Checks a text written by a person: at most `most` characters, no NUL (`PostgreSQL` stores none).
///
/// # Errors
/// Names `field` and the rule that is broken.
pub fn check_characters(field: &str, text: &str, most: usize) -> Result<(), FieldError> {
    // A character is at least one byte, so most texts need no counting.
    if text.len() > most && text.chars().count() > most {
        return Err(FieldError::new(
            field,
            format!("must be at most {most} characters"),
        ));
    }
    if text.contains('\0') {
        return Err(FieldError::new(field, "must not contain NUL"));
    }
    Ok(())
}
