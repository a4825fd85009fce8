//! Thumbs up, thumbs down and a comment for AI output.

pub mod delivery;
#[cfg(feature = "element")]
mod element;
mod icons;
mod key;
mod limits;
pub mod locales;
#[cfg(feature = "ssr")]
pub mod markup;
mod messages;
mod outbox;
mod outcome;
mod page;
#[cfg(any(feature = "element", feature = "ssr"))]
mod slots;
pub mod transport;
mod use_feedback;
mod view;

pub use key::Key;
pub use messages::{Messages, Pack, Text};
pub use outcome::Outcome;
pub use use_feedback::{FeedbackEvent, OnEvent, UseFeedback};
