//! Why a benchmark stopped.

use std::error::Error;

/// Any reason, for the person at the terminal.
pub type Failure = Box<dyn Error + Send + Sync>;
