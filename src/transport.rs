//! How a vote gets to the receiver.

mod fetch;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

pub use fetch::Fetch;
#[cfg(not(feature = "element"))]
pub(crate) use fetch::post_json;
#[doc(hidden)]
pub use fetch::{body, milliseconds, read_reply};

use crate::delivery::{Intent, Reply};
use crate::key::Key;

/// One attempt to hand a vote to the receiver.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// Where to, for which run and person.
    pub key: Key,
    /// What the person wants. Without an outcome the vote is taken back.
    pub intent: Intent,
    /// Whole seconds since the press.
    pub age: f64,
}

impl Request {
    /// One attempt, for tests of a transport of your own.
    pub const fn new(key: Key, intent: Intent, age: f64) -> Self {
        Self { key, intent, age }
    }
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in milliseconds; 0 where there was none.
    pub retry_after: f64,
    /// The body, if it was a JSON object.
    pub reply: Option<Reply>,
}

/// Nothing came back: no connection, a time-out, an answer cut short.
#[derive(Clone, Copy, Debug)]
pub struct Unreachable;

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the receiver did not answer")
    }
}

impl Error for Unreachable {}

/// The answer to come.
pub type Sending = Pin<Box<dyn Future<Output = Result<Response, Unreachable>>>>;

/// Hands votes to a receiver. The default is [`Fetch`]; an app may send through a server function
/// instead, or through a script in tests.
///
/// ## Usage
///
/// Through a function of the app's own server:
///
/// ```
/// use std::rc::Rc;
///
/// use leptos::prelude::*;
/// use workflowai_feedback::FeedbackButtons;
/// use workflowai_feedback::delivery::{Field, Reply};
/// use workflowai_feedback::transport::{Request, Response, Sending, Transport, Unreachable};
///
/// #[server]
/// async fn vote(token: String, outcome: Option<String>) -> Result<(), ServerFnError> {
///     // Keeps it.
///     # let _ = (token, outcome);
///     Ok(())
/// }
///
/// struct Ours;
///
/// impl Transport for Ours {
///     fn send(&self, request: Request) -> Sending {
///         Box::pin(async move {
///             let outcome = request.intent.outcome;
///             let word = outcome.map(|outcome| outcome.as_str().to_owned());
///             vote(request.key.token, word).await.map_err(|_| Unreachable)?;
///             // Says that it is kept: an answer without proof counts for nothing.
///             Ok(Response {
///                 status: 200,
///                 reply: Some(Reply {
///                     has_id: true,
///                     outcome: outcome.map_or(Field::Null, Field::Value),
///                     ..Reply::default()
///                 }),
///                 ..Response::default()
///             })
///         })
///     }
/// }
///
/// # #[component]
/// # fn Answer(token: String) -> impl IntoView {
/// view! { <FeedbackButtons feedback_token=token transport={|| Rc::new(Ours)}/> }
/// # }
/// ```
///
/// ## Options
///
/// Whether an answer is a proof, when to try again and what the person is told is decided by the
/// widget, whatever the transport. An earlier vote that `restore` asks for is asked of the receiver
/// itself; an app whose votes go elsewhere gives `outcome`.
///
/// ## Server side
///
/// Never called.
pub trait Transport {
    /// Starts one attempt. Whether it is repeated is not decided here.
    fn send(&self, request: Request) -> Sending;
}
