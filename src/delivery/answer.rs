use super::{Intent, Status};
use crate::{Outcome, limits};

/// What an answer means for the vote that was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// The receiver holds what was sent.
    Proven,
    /// The receiver holds a newer press, with this outcome.
    Superseded(Option<Outcome>),
    /// A 2xx that proves nothing: a captive portal, a sign-in page, another vote's body.
    Unproven,
    /// No answer: offline, time-out, connection lost.
    Failed,
    /// 408, 425, 429 or 5xx. `retry_after` in milliseconds, 0 if the receiver did not say.
    Unavailable {
        /// The earliest time for the next try.
        retry_after: f64,
    },
    /// The token has expired.
    Expired,
    /// This receiver cannot take votes back.
    Unsupported,
    /// Any other 4xx, with what to tell the person.
    Refused(Status),
}

/// An answer's JSON body, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// Whether `id` is a string.
    pub has_id: bool,
    /// `outcome`.
    pub outcome: Field<Outcome>,
    /// `comment`.
    pub comment: Field<String>,
    /// `user_id`.
    pub user_id: Field<String>,
    /// `intent`, if it is there.
    pub intent: Option<Echo>,
    /// Whether `applied` is `false`.
    pub superseded: bool,
    /// `error.code`; empty where there is an error without one.
    pub error: Option<String>,
}

/// A member of a JSON object.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Field<T> {
    /// Not there, or not of the type it should have.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A value.
    Value(T),
}

/// The pair by which a receiver of ours proves which press it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Echo {
    /// The client's random id.
    pub client: String,
    /// The press.
    pub sequence: f64,
}

/// Reads an answer. `reply` is `None` when the body is no JSON object; `retry_after` is in
/// milliseconds.
pub fn read_answer(
    sent: &Intent,
    user_id: &str,
    status: u16,
    retry_after: f64,
    reply: Option<&Reply>,
) -> Answer {
    match status {
        200..=299 => reply.map_or(Answer::Unproven, |reply| read_proof(sent, user_id, reply)),
        408 | 425 | 429 | 500..=599 => Answer::Unavailable { retry_after },
        404 | 405 if sent.outcome.is_none() => Answer::Unsupported,
        401 if reply.is_some_and(|r| r.error.as_deref() == Some("expired_feedback_token")) => {
            Answer::Expired
        }
        400 => Answer::Refused(Status::Invalid),
        401 | 403 => Answer::Refused(Status::NotAllowed),
        413 => Answer::Refused(Status::TooLong),
        422 if sent
            .comment
            .as_deref()
            .is_some_and(|text| limits::left(text) < 0) =>
        {
            Answer::Refused(Status::TooLong)
        }
        402..=499 => Answer::Refused(Status::NotAccepted),
        _ => Answer::Unproven,
    }
}

fn read_proof(sent: &Intent, user_id: &str, reply: &Reply) -> Answer {
    let outcome = match reply.outcome {
        Field::Absent => return Answer::Unproven,
        Field::Null => None,
        Field::Value(outcome) => Some(outcome),
    };
    match &reply.intent {
        Some(echo) if echo.client != sent.client || echo.sequence != sent.sequence => {
            Answer::Unproven
        }
        Some(_) if reply.superseded => Answer::Superseded(outcome),
        Some(_) if outcome == sent.outcome => Answer::Proven,
        // A receiver that echoes nothing must at least answer for this very vote. Where no user
        // was sent, the token or the page's own backend may have filled one in.
        None if outcome == sent.outcome
            && !reply.superseded
            && reply.error.is_none()
            && (outcome.is_none()
                || reply.has_id
                    && same(&reply.comment, sent.comment.as_deref())
                    && (user_id.is_empty() || same(&reply.user_id, Some(user_id)))) =>
        {
            Answer::Proven
        }
        _ => Answer::Unproven,
    }
}

/// An absent field says nothing; null and empty are the same.
fn same(field: &Field<String>, sent: Option<&str>) -> bool {
    match field {
        Field::Absent => true,
        Field::Null => sent.unwrap_or_default().is_empty(),
        Field::Value(value) => value == sent.unwrap_or_default(),
    }
}
