//! What the widget and the receiver say to each other, so that the two ends cannot drift.
//!
//! - [`wire`](crate::FeedbackRequest): the bodies of the public calls under `/v1/feedback`.
//! - [`limits`]: how long a field may be, on both ends.
//! - `token` (features `mint` and `verify`): signed feedback tokens.
//!
//! Nothing here depends on a runtime. Without features the crate has no dependency at all.

mod field;
pub mod limits;
mod outcome;
#[cfg(feature = "token")]
pub mod token;
mod wire;

pub use field::{FieldError, check_characters, check_id};
pub use outcome::Outcome;
pub use wire::{
    ErrorBody, ErrorDetail, FeedbackReply, FeedbackRequest, Intent, IntentEcho, LookupAnswer,
    LookupItem, LookupReply, LookupRequest, OutcomeReply, RetractRequest,
};
