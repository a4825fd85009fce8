use std::path::PathBuf;

use clap::Args;
use workflowai_feedback_server::{Config, Database, Receiver};

use super::Failure;

/// Where the votes are.
#[derive(Args)]
pub struct Storage {
    /// File with settings (TOML)
    #[arg(long, value_name = "FILE", env = "WORKFLOWAI_FEEDBACK_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the database; made if it is missing
    #[arg(
        long,
        value_name = "DIR",
        env = "WORKFLOWAI_FEEDBACK_DATA_DIR",
        default_value = ".feedback"
    )]
    data_dir: PathBuf,
    /// Database instead of the one in the folder: sqlite:FILE
    #[arg(long, value_name = "URL", env = "WORKFLOWAI_FEEDBACK_DATABASE_URL")]
    database_url: Option<String>,
}

impl Storage {
    /// The configuration that these settings begin.
    pub fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::in_folder(&self.data_dir);
        if let Some(url) = &self.database_url {
            let path = url
                .strip_prefix("sqlite://")
                .or_else(|| url.strip_prefix("sqlite:"));
            let path = path.filter(|path| !path.is_empty()).ok_or_else(|| {
                Failure("--database-url must be sqlite:FILE, as sqlite:/var/lib/feedback.db".into())
            })?;
            config.database = Database::File(path.into());
        }
        Ok(config)
    }

    /// Opens it for a command that does one thing and ends.
    pub async fn open(&self) -> Result<Receiver, Failure> {
        let receiver = Receiver::open(self.config()?).await?;
        if receiver.is_new() {
            eprintln!("made the new database {}", receiver.file().display());
        }
        Ok(receiver)
    }
}

/// Checks a tenant given on the command line.
pub fn tenant(text: &str) -> Result<String, String> {
    if text == "_" {
        return Err("_ means a key's own tenant in paths and is no tenant's name".into());
    }
    workflowai_feedback_protocol::check_id("tenant", text).map_err(|error| error.problem)?;
    Ok(text.to_owned())
}

/// The day of a time in microseconds, in UTC.
pub fn day(micros: i64) -> String {
    let time = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%d").to_string()
}
