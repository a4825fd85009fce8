use std::path::PathBuf;

use clap::Args;
use workflowai_feedback_server::{Config, Database, Receiver};

use super::Failure;

const DEMO_FILE: &str = "demo.db";

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
    /// Database instead of the one in the folder: sqlite:FILE, or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(
        long,
        value_name = "URL",
        env = "WORKFLOWAI_FEEDBACK_DATABASE_URL",
        hide_env_values = true
    )]
    database_url: Option<String>,
    /// Takes a `PostgreSQL` whose commits do not wait for the disk (`fsync` or `synchronous_commit` off)
    #[arg(long, env = "WORKFLOWAI_FEEDBACK_ALLOW_UNSAFE_DURABILITY")]
    pub allow_unsafe_durability: bool,
}

impl Storage {
    /// The configuration that these settings begin.
    pub fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::in_folder(&self.data_dir);
        if let Some(url) = &self.database_url {
            config.database = database("--database-url", url, self.allow_unsafe_durability)?;
        }
        Ok(config)
    }

    /// The same for the demo, which has a database of its own.
    pub fn demo_config(&self) -> Result<Config, Failure> {
        let mut config = self.config()?;
        if let Database::Folder { file, .. } = &mut config.database {
            *file = DEMO_FILE;
        }
        Ok(config)
    }

    /// Opens it for a command that does one thing and ends.
    pub async fn open(&self) -> Result<Receiver, Failure> {
        self.open_with(self.config()?).await
    }

    /// The same with more settings.
    pub async fn open_with(&self, config: Config) -> Result<Receiver, Failure> {
        let receiver = Receiver::open(config).await?;
        if receiver.is_new() {
            eprintln!("made the new database {}", receiver.place());
        }
        Ok(receiver)
    }
}

/// Reads the address of a database, given by `flag`.
pub fn database(flag: &str, url: &str, allow_unsafe_durability: bool) -> Result<Database, Failure> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Database::Postgres {
            url: url.to_owned(),
            allow_unsafe_durability,
        });
    }
    let path = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"));
    let path = path.filter(|path| !path.is_empty()).ok_or_else(|| {
        Failure(format!(
            "{flag} must be sqlite:FILE, as sqlite:/var/lib/feedback.db, or \
             postgres://USER:PASSWORD@HOST/NAME"
        ))
    })?;
    Ok(Database::File(path.into()))
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
