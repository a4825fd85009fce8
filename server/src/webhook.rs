//! Telling other services what happens to votes, signed as Standard Webhooks says.

mod address;
mod body;
mod deliver;
mod drop;
mod send;
mod signature;
mod test_message;

pub use address::check_url;
#[cfg(test)]
pub use address::may_reach;
pub use deliver::run;
pub use drop::tell_drops;
pub use send::{Answered, Sender};
pub use signature::new_secret;
pub use test_message::send_test;

use workflowai_feedback_protocol::FieldError;

/// What a webhook can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Event {
    /// A new vote.
    Voted,
    /// A vote that says something else now.
    Changed,
    /// A vote that was taken back.
    Retracted,
    /// A vote that the team marked, or opened again.
    Annotated,
    /// An agent whose share of thumbs up dropped.
    ShareDropped,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 5] = [
        Self::Voted,
        Self::Changed,
        Self::Retracted,
        Self::Annotated,
        Self::ShareDropped,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voted => "voted",
            Self::Changed => "changed",
            Self::Retracted => "retracted",
            Self::Annotated => "annotated",
            Self::ShareDropped => "share_dropped",
        }
    }

    /// Reads the name back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// How a webhook is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Form {
    /// JSON and a signature, as Standard Webhooks says.
    Standard,
    /// A line of text for a Slack channel.
    Slack,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::Standard, Self::Slack];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Slack => "slack",
        }
    }

    /// Reads the name back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == name)
    }
}

/// A webhook that is to be.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Where messages go.
    pub url: String,
    /// How they look.
    pub form: Form,
    /// What they tell. Each once.
    pub events: Vec<Event>,
}

impl NewWebhook {
    /// Checks what somebody asked for. Where `events` names none it is all of them.
    ///
    /// # Errors
    /// Names the field.
    pub fn checked(
        url: &str,
        form: Option<&str>,
        events: &[String],
        allow_private: bool,
    ) -> Result<Self, FieldError> {
        check_url(url, allow_private)?;
        let form = form.map_or(Some(Form::Standard), Form::parse);
        let form = form.ok_or_else(|| FieldError::new("form", "must be standard or slack"))?;
        let mut chosen = Vec::new();
        for (index, name) in events.iter().enumerate() {
            let known = || Event::ALL.map(Event::as_str).join(", ");
            let event = Event::parse(name).ok_or_else(|| {
                FieldError::new(
                    format!("events[{index}]"),
                    format!("must be one of {}", known()),
                )
            })?;
            chosen.push(event);
        }
        chosen.sort_unstable();
        chosen.dedup();
        if chosen.is_empty() {
            chosen.extend(Event::ALL);
        }
        Ok(Self {
            url: url.to_owned(),
            form,
            events: chosen,
        })
    }
}
