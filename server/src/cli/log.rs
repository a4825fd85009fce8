use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;

/// What it writes to the standard error.
#[derive(Args)]
pub struct Log {
    /// What is logged; info has a line for every request
    #[arg(
        long,
        value_name = "LEVEL",
        env = "WORKFLOWAI_FEEDBACK_LOG_LEVEL",
        default_value = "warn"
    )]
    log_level: Level,
    /// How it is logged: as text, or as one JSON object a line
    #[arg(
        long,
        value_name = "FORMAT",
        env = "WORKFLOWAI_FEEDBACK_LOG_FORMAT",
        default_value = "text"
    )]
    log_format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Off,
    Error,
    Warn,
    Info,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Log {
    /// Begins to log so.
    pub fn start(&self) {
        start(self.log_level, self.log_format);
    }
}

/// Begins to log warnings and errors, for a command that has no such settings.
pub fn usual() {
    start(Level::Warn, Format::Text);
}

fn start(level: Level, format: Format) {
    let level = match level {
        Level::Off => LevelFilter::OFF,
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
    };
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        // A log that cannot be written, as on a full disk, must not end the request it is about.
        .log_internal_errors(false)
        .with_max_level(level);
    match format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
}
