use clap::{Args, ValueEnum};
use workflowai_feedback_server::{Filters, Format};

use super::Failure;
use super::storage::{Storage, tenant};

/// Prints the votes, newest first
#[derive(Args)]
pub struct Export {
    /// The tenant
    #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
    tenant: String,
    /// One agent; all if not given
    #[arg(long, value_name = "A")]
    agent: Option<String>,
    /// How: one JSON object a line, or for spreadsheets
    #[arg(long, value_name = "FORMAT", default_value = "ndjson")]
    format: Kind,
    /// Thumbs up or down alone: positive, negative
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,
    /// With a comment, or without one: true, false
    #[arg(long, value_name = "BOOL")]
    has_comment: Option<String>,
    /// With this reason
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// With every one of these terms in the comment
    #[arg(long, value_name = "TERMS")]
    q: Option<String>,
    /// Of one end user
    #[arg(long, value_name = "U")]
    user_id: Option<String>,
    /// Marked so: resolved, incorrect, correct, or open
    #[arg(long, value_name = "MARK")]
    annotation: Option<String>,
    /// Made then or later: RFC 3339, or a day in UTC
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Made before then
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[command(flatten)]
    storage: Storage,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Csv,
    Ndjson,
}

impl Export {
    pub async fn run(self) -> Result<(), Failure> {
        let filters = Filters {
            outcome: self.outcome,
            has_comment: self.has_comment,
            reason: self.reason,
            q: self.q,
            user_id: self.user_id,
            annotation: self.annotation,
            from: self.from,
            to: self.to,
        };
        let format = match self.format {
            Kind::Csv => Format::Csv,
            Kind::Ndjson => Format::Ndjson,
        };
        let receiver = self.storage.open().await?;
        let mut out = std::io::stdout().lock();
        receiver
            .export(&self.tenant, self.agent, filters, format, &mut out)
            .await?;
        Ok(())
    }
}
