//! Signed feedback tokens: a right to vote on one run, safe to hand to a browser.
//!
//! Two forms, told apart by [`form`]: a JWT (three segments) and the original service's
//! (two segments, [`LegacyKey`]). Each has keys of its own, so one can never pass as the other.

mod algorithm;
mod claims;
mod error;
mod jwt;
mod legacy;
#[cfg(feature = "mint")]
mod mint;
#[cfg(feature = "verify")]
mod verify;

pub use algorithm::Algorithm;
pub use claims::Claims;
pub use error::{KeyError, TokenError};
pub use legacy::LegacyKey;
#[cfg(feature = "mint")]
pub use mint::SigningKey;
#[cfg(feature = "verify")]
pub use verify::{Form, VerifyingKey, form};
