use std::fmt;

use uuid::Uuid;

/// The place in a list after an entry: lists are ordered by (created at, id), newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Microseconds.
    pub created_at: i64,
    /// The entry's id.
    pub id: String,
}

impl Cursor {
    /// Reads what `Display` wrote. None if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (created_at, id) = text.split_once('.')?;
        if created_at.is_empty() || !created_at.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let id = Uuid::try_parse(id).ok()?.hyphenated().to_string();
        Some(Self {
            created_at: created_at.parse().ok()?,
            id,
        })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.created_at, self.id)
    }
}
