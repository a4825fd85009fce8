//! What a person thinks of an answer.

/// A vote: the answer helped, or it did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Thumbs up, `"positive"` on the wire.
    Positive,
    /// Thumbs down, `"negative"` on the wire.
    Negative,
}

impl Outcome {
    /// The word used on the wire, in attributes and in the outbox.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }

    /// Reads the word of the wire; anything else is `None`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "positive" => Some(Self::Positive),
            "negative" => Some(Self::Negative),
            _ => None,
        }
    }
}
