//! Thumbs up, thumbs down and a comment for AI output.

pub mod delivery;
#[cfg(feature = "element")]
mod element;
mod feedback_buttons;
mod gesture;
mod icons;
#[cfg(feature = "serde")]
mod js_values;
mod key;
mod limits;
pub mod locales;
#[cfg(feature = "ssr")]
pub mod markup;
mod messages;
mod object;
mod outbox;
mod outcome;
mod page;
mod panel;
mod restore;
#[cfg(any(feature = "element", feature = "ssr"))]
mod slots;
mod state;
mod stylesheet;
pub mod transport;
mod use_feedback;
mod view;

pub use feedback_buttons::{Comment, FeedbackButtons};
#[cfg(feature = "serde")]
pub use js_values::{from_js, to_js};
pub use key::Key;
pub use messages::{Messages, Pack, Text};
pub use outcome::Outcome;
pub use use_feedback::{FeedbackEvent, OnEvent, UseFeedback};
