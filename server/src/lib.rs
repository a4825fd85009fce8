//! The receiver of feedback votes, and the dashboard that shows them.
//!
//! It nests in another axum app under any base path:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use workflowai_feedback_server::{Config, Receiver};
//!
//! let receiver = Receiver::open(Config::in_folder("/var/lib/feedback")).await?;
//! let app = axum::Router::new().nest(
//!     "/feedback",
//!     receiver.public_router().merge(receiver.api_router()).merge(receiver.dashboard_router()),
//! );
//! # let _ = app;
//! receiver.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod annotation;
mod api;
mod app;
mod assets;
mod base;
mod cache;
mod clock;
mod config;
mod context;
mod cursor;
mod dashboard;
mod demo;
mod demo_data;
mod error;
mod export;
mod fold;
#[cfg(test)]
mod fuzz;
mod id;
mod json;
mod keyring;
mod limiter;
mod locale;
mod metrics;
mod observe;
mod openapi;
mod operations;
mod order;
mod origin;
#[cfg(feature = "otel")]
mod otel;
mod password;
mod peer;
mod public;
mod receiver;
mod secret;
mod segments;
mod settings;
mod sketch;
mod statistics;
mod storage;
mod webhook;
mod widget;

pub use api::{Filters, Scope};
pub use config::{Config, Database};
pub use export::Format;
pub use observe::TRACES;
pub use receiver::{ExportError, Receiver};
pub use storage::{
    ApiKeyInfo, Copied, CopyError, DeadLetter, Delivery, OpenError, Place, SigningKeyInfo,
    StorageError, WebhookInfo,
};
pub use webhook::{Event, Form, NewWebhook};
