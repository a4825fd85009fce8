use axum::body::Bytes;
use workflowai_feedback_protocol::{FieldError, check_characters};

/// The fields of a form, of which some come several times.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form's body.
    ///
    /// # Errors
    /// A body that is none.
    pub fn read(body: &Bytes) -> Result<Self, FieldError> {
        serde_urlencoded::from_bytes(body)
            .map(Self)
            .map_err(|_| FieldError::new("form", "cannot be read"))
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The first value of a field.
    pub fn one<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// The value of a field that must be there, of at most so many characters.
    ///
    /// # Errors
    /// Names the field.
    pub fn must<'a>(&'a self, name: &'a str, most: usize) -> Result<&'a str, FieldError> {
        let value = self.one(name).map(str::trim).unwrap_or_default();
        if value.is_empty() {
            return Err(FieldError::new(name, "is missing"));
        }
        check_characters(name, value, most)?;
        Ok(value)
    }
}

#[cfg(test)]
impl Fields {
    pub fn of(name: &str, value: &str) -> Self {
        Self(vec![(name.to_owned(), value.to_owned())])
    }
}
