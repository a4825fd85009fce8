//! Thumbs up, thumbs down and a comment for AI output.
//!
//! Votes go to a receiver, the crate `workflowai-feedback-server`. A press is kept on the device
//! until the receiver proves that it holds it, and goes again until then, also from the next page.
//!
//! - [`FeedbackButtons`]: the component, ready to use.
//! - [`use_feedback`]: the same without any markup, for thumbs of your own.
//! - [`transport`]: how votes get to the receiver, where the browser's own requests do not fit.
//! - [`locales`] and [`Messages`]: the words.
//!
//! ```
//! use leptos::prelude::*;
//! use workflowai_feedback::FeedbackButtons;
//!
//! #[component]
//! fn Answer(text: String, feedback_token: String, user: String) -> impl IntoView {
//!     view! {
//!         <p>{text}</p>
//!         <FeedbackButtons feedback_token user_id=user label="Feedback on this answer"/>
//!     }
//! }
//! ```
//!
//! ## Features
//!
//! One of `csr`, `hydrate` and `ssr`, as with Leptos itself: an app that runs in the browser
//! alone, and the two halves of one that a server renders. None is on by default.
//!
//! `serde`: `from_js` and `to_js`, which turn the types of
//! `workflowai-feedback-protocol` into JavaScript values and back.
//!
//! `element` is the WebAssembly side of the custom element `<workflowai-feedback>`, and not for
//! Rust apps: it exports that element's entry points.

#[cfg(any(
    all(feature = "csr", feature = "hydrate"),
    all(feature = "csr", feature = "ssr"),
    all(feature = "hydrate", feature = "ssr"),
    all(feature = "element", any(feature = "hydrate", feature = "ssr")),
))]
compile_error!(
    "workflowai-feedback: switch on one of the features `csr`, `hydrate` and `ssr` alone (and \
     `element` with none of them). Two of them usually come together where one build has both \
     halves of an app: build the server and the browser's half separately."
);

mod clock;
pub mod delivery;
#[cfg(feature = "element")]
mod element;
#[cfg(not(feature = "element"))]
mod feedback_buttons;
mod gesture;
mod icons;
#[cfg(feature = "serde")]
mod js_values;
mod key;
mod limits;
pub mod locales;
#[cfg(feature = "ssr")]
#[doc(hidden)]
pub mod markup;
mod messages;
mod object;
mod outbox;
mod outcome;
mod page;
#[cfg(not(feature = "element"))]
mod panel;
#[cfg(not(feature = "element"))]
mod restore;
#[cfg(not(feature = "element"))]
mod run;
#[cfg(all(test, not(target_arch = "wasm32"), not(feature = "element")))]
mod schedules;
#[cfg(any(feature = "element", feature = "ssr"))]
mod slots;
mod state;
#[cfg(not(feature = "element"))]
mod stylesheet;
pub mod transport;
mod use_feedback;
mod view;

#[cfg(not(feature = "element"))]
pub use feedback_buttons::{Comment, FeedbackButtons};
#[cfg(feature = "serde")]
pub use js_values::{from_js, to_js};
pub use key::Key;
pub use messages::{Messages, Pack, Text};
pub use outcome::Outcome;
#[cfg(not(feature = "element"))]
pub use panel::CommentPlacement;
#[cfg(not(feature = "element"))]
pub use stylesheet::STYLESHEET;
pub use use_feedback::{FeedbackEvent, UseFeedback};
#[cfg(not(feature = "element"))]
pub use use_feedback::{UseFeedbackOptions, use_feedback};
