//! The bodies of the public calls. Unknown fields are ignored; null reads as absent.

use crate::{FieldError, Outcome, check_characters, check_id, limits};

/// Which press of which client a request carries, so that a late one can be told from a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Intent {
    /// A random id that the client keeps only with its outbox.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64))]
    pub client: String,
    /// Rises with every press of that client.
    #[cfg_attr(feature = "schema", schema(maximum = 9_007_199_254_740_991_u64))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "whole"))]
    pub sequence: u64,
    /// Whole seconds between the press and the sending.
    #[cfg_attr(feature = "schema", schema(maximum = 9_007_199_254_740_991_u64))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "whole"))]
    pub age: u64,
}

impl Intent {
    fn check(&self) -> Result<(), FieldError> {
        if self.client.is_empty() {
            return Err(FieldError::new("intent.client", "must not be empty"));
        }
        if self.client.len() > limits::CLIENT_BYTES {
            let most = limits::CLIENT_BYTES;
            return Err(FieldError::new(
                "intent.client",
                format!("must be at most {most} bytes"),
            ));
        }
        if self.client.chars().any(char::is_control) {
            return Err(FieldError::new(
                "intent.client",
                "must not contain control characters",
            ));
        }
        if self.sequence > limits::SEQUENCE {
            return Err(FieldError::new("intent.sequence", "must be below 2^53"));
        }
        if self.age > limits::SEQUENCE {
            return Err(FieldError::new("intent.age", "must be below 2^53"));
        }
        Ok(())
    }
}

/// The part of an [`Intent`] that the receiver sends back: proof that it read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IntentEcho {
    /// As sent.
    pub client: String,
    /// As sent.
    pub sequence: u64,
}

impl From<&Intent> for IntentEcho {
    fn from(intent: &Intent) -> Self {
        Self {
            client: intent.client.clone(),
            sequence: intent.sequence,
        }
    }
}

/// Body of `POST /v1/feedback`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FeedbackRequest {
    /// The run's token.
    #[cfg_attr(feature = "schema", schema(min_length = 1))]
    pub feedback_token: String,
    /// The vote.
    pub outcome: Outcome,
    /// What the person wrote, up to 10,000 characters. Empty means absent.
    #[cfg_attr(feature = "schema", schema(max_length = 10_000))]
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub comment: Option<String>,
    /// The end user. Empty means absent.
    #[cfg_attr(feature = "schema", schema(max_length = 256))]
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub user_id: Option<String>,
    /// Up to 8 reasons of 64 characters each.
    #[cfg_attr(feature = "schema", schema(max_items = 8))]
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub reasons: Option<Vec<String>>,
    /// The press this request carries. Without one it always applies.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub intent: Option<Intent>,
}

impl FeedbackRequest {
    /// Turns empty optional fields into absent ones and checks every limit.
    ///
    /// # Errors
    /// Names the first field that breaks a rule.
    pub fn checked(mut self) -> Result<Self, FieldError> {
        check_token("feedback_token", &self.feedback_token)?;
        self.comment = self.comment.filter(|comment| !comment.is_empty());
        if let Some(comment) = &self.comment {
            check_characters("comment", comment, limits::COMMENT_CHARACTERS)?;
        }
        self.user_id = checked_user("user_id", self.user_id)?;
        self.reasons = self.reasons.filter(|reasons| !reasons.is_empty());
        if let Some(reasons) = &self.reasons {
            check_reasons(reasons)?;
        }
        self.intent.as_ref().map_or(Ok(()), Intent::check)?;
        Ok(self)
    }
}

/// Body of `POST /v1/feedback/retract`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RetractRequest {
    /// The run's token.
    #[cfg_attr(feature = "schema", schema(min_length = 1))]
    pub feedback_token: String,
    /// The end user. Empty means absent.
    #[cfg_attr(feature = "schema", schema(max_length = 256))]
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub user_id: Option<String>,
    /// The press this request carries. Without one it always applies.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub intent: Option<Intent>,
}

impl RetractRequest {
    /// Turns empty optional fields into absent ones and checks every limit.
    ///
    /// # Errors
    /// Names the first field that breaks a rule.
    pub fn checked(mut self) -> Result<Self, FieldError> {
        check_token("feedback_token", &self.feedback_token)?;
        self.user_id = checked_user("user_id", self.user_id)?;
        self.intent.as_ref().map_or(Ok(()), Intent::check)?;
        Ok(self)
    }
}

/// Body of `POST /v1/feedback/lookup`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LookupRequest {
    /// 1 to 100 keys to look up.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 100))]
    pub items: Vec<LookupItem>,
}

impl LookupRequest {
    /// Checks the number of items. Each item is checked by itself, as one bad item fails alone.
    ///
    /// # Errors
    /// Names `items`.
    pub fn checked(self) -> Result<Self, FieldError> {
        if self.items.is_empty() || self.items.len() > limits::LOOKUP_ITEMS {
            let most = limits::LOOKUP_ITEMS;
            return Err(FieldError::new(
                "items",
                format!("must have 1 to {most} items"),
            ));
        }
        Ok(self)
    }
}

/// One key of a [`LookupRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LookupItem {
    /// The run's token.
    pub feedback_token: String,
    /// The end user. Empty means absent.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub user_id: Option<String>,
}

impl LookupItem {
    /// Turns an empty user into an absent one and checks every limit.
    ///
    /// # Errors
    /// Names the first field that breaks a rule.
    pub fn checked(mut self) -> Result<Self, FieldError> {
        check_token("feedback_token", &self.feedback_token)?;
        self.user_id = checked_user("user_id", self.user_id)?;
        Ok(self)
    }
}

/// Answer to `POST /v1/feedback`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FeedbackReply {
    /// The entry's id, a UUID of version 7. It stays when the vote changes.
    pub id: String,
    /// The stored outcome. None only where a later retraction won.
    pub outcome: Option<Outcome>,
    /// The comment of this very request once it is stored, never one stored before.
    pub comment: Option<String>,
    /// The user the entry belongs to.
    pub user_id: Option<String>,
    /// `Some(false)` if the stored state is not this intent's: another one won. Else absent.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub applied: Option<bool>,
    /// Echo of the intent sent. Absent if none was.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub intent: Option<IntentEcho>,
}

/// Answer to `POST /v1/feedback/retract` and `GET /v1/feedback`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OutcomeReply {
    /// The stored outcome, null if there is none.
    pub outcome: Option<Outcome>,
    /// `Some(false)` if the stored state is not this intent's: another one won. Else absent.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub applied: Option<bool>,
    /// Echo of the intent sent. Absent if none was.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub intent: Option<IntentEcho>,
}

/// Answer to `POST /v1/feedback/lookup`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LookupReply {
    /// One answer an item, in the order asked.
    pub items: Vec<LookupAnswer>,
}

/// One answer of a [`LookupReply`]: `{"outcome": …}` or `{"error": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum LookupAnswer {
    /// The stored outcome, null if there is none.
    Outcome(Option<Outcome>),
    /// Why this item has no answer.
    Error(ErrorDetail),
}

/// Every error's body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErrorDetail {
    /// For programs, such as `invalid_feedback_token`.
    pub code: String,
    /// For people. Starts with the field's name where one field is to blame.
    pub message: String,
}

/// A whole number however it is written: `1.0` is one, in JSON as in JavaScript.
#[cfg(feature = "serde")]
fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Whole;

    impl serde::de::Visitor<'_> for Whole {
        type Value = u64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a whole number from 0")
        }

        fn visit_u64<E>(self, number: u64) -> Result<u64, E> {
            Ok(number)
        }

        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "whole and within the limit, which a float holds exactly"
        )]
        fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<u64, E> {
            if number.fract() == 0.0 && (0.0..=limits::SEQUENCE as f64).contains(&number) {
                Ok(number as u64)
            } else {
                Err(E::invalid_value(
                    serde::de::Unexpected::Float(number),
                    &self,
                ))
            }
        }
    }

    deserializer.deserialize_u64(Whole)
}

fn check_token(field: &str, token: &str) -> Result<(), FieldError> {
    if token.is_empty() {
        return Err(FieldError::new(field, "must not be empty"));
    }
    Ok(())
}

fn checked_user(field: &str, user: Option<String>) -> Result<Option<String>, FieldError> {
    let user = user.filter(|user| !user.is_empty());
    user.as_deref()
        .map_or(Ok(()), |user| check_id(field, user))?;
    Ok(user)
}

fn check_reasons(reasons: &[String]) -> Result<(), FieldError> {
    if reasons.len() > limits::REASONS {
        let most = limits::REASONS;
        return Err(FieldError::new(
            "reasons",
            format!("must be at most {most} reasons"),
        ));
    }
    for (index, reason) in reasons.iter().enumerate() {
        let field = format!("reasons[{index}]");
        if reason.is_empty() {
            return Err(FieldError::new(field, "must not be empty"));
        }
        check_characters(&field, reason, limits::REASON_CHARACTERS)?;
    }
    Ok(())
}
