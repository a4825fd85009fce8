//! What was rated.

/// How a context was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JSON as it was sent.
    Json,
    /// Plain text.
    Text,
}

impl Kind {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Json, Self::Text]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// The input and output of a run, or whatever else a backend keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// How it was sent.
    pub kind: Kind,
    /// As it was sent.
    pub text: String,
}

impl Context {
    /// The most that is kept.
    pub const BYTES: usize = 64 * 1024;

    /// As one line of JSON: what was sent as JSON, or the text as a string.
    pub fn json_line(&self) -> String {
        match self.kind {
            // In JSON a line ends between values alone; in a text it is escaped.
            Kind::Json => self.text.replace(['\n', '\r'], " "),
            Kind::Text => serde_json::Value::from(self.text.as_str()).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_one_line_of_json() {
        let json = "{\r\n  \"input\": \"a\\nb\",\n  \"n\": 123456789012345678901234567890\n}";
        let line = |kind, text: &str| {
            let text = text.to_owned();
            Context { kind, text }.json_line()
        };
        assert_eq!(
            line(Kind::Json, json),
            "{    \"input\": \"a\\nb\",   \"n\": 123456789012345678901234567890 }"
        );
        assert_eq!(line(Kind::Text, "a \"b\"\nc"), "\"a \\\"b\\\"\\nc\"");
    }
}
