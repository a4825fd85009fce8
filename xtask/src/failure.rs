//! Why a chore stopped.

use std::fmt;

/// A reason for the person at the terminal and, where there is one, the command that helps.
#[derive(Debug)]
pub struct Failure {
    reason: String,
    by_hand: Option<String>,
}

impl Failure {
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            by_hand: None,
        }
    }

    /// Names the command that a person can run instead.
    pub fn by_hand(self, command: impl Into<String>) -> Self {
        Self {
            by_hand: Some(command.into()),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.reason)?;
        if let Some(command) = &self.by_hand {
            write!(formatter, "\n  to do it by hand: {command}")?;
        }
        Ok(())
    }
}

/// Says which file could not be read or written.
pub fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Failure {
    move |error| Failure::new(format!("{}: {error}", path.display()))
}
