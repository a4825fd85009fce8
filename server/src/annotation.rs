/// What the team made of a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Annotation {
    /// Dealt with.
    Resolved,
    /// The answer was wrong.
    Incorrect,
    /// The answer was right.
    Correct,
}

impl Annotation {
    /// Every annotation.
    pub const ALL: [Self; 3] = [Self::Resolved, Self::Incorrect, Self::Correct];

    /// The word on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Incorrect => "incorrect",
            Self::Correct => "correct",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|annotation| annotation.as_str() == word)
    }
}

/// Which votes a list shows by what the team made of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// Those nobody has marked.
    Open,
    /// Those marked so.
    As(Annotation),
}

impl Marked {
    /// Reads `open` or an annotation.
    pub fn parse(word: &str) -> Option<Self> {
        if word == "open" {
            Some(Self::Open)
        } else {
            Annotation::parse(word).map(Self::As)
        }
    }
}
