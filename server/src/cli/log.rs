use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, Registry};

/// Something that hears what is logged.
pub type Listener = Box<dyn Layer<Registry> + Send + Sync>;

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
    /// Warnings and errors, for a command that has no such settings.
    pub const USUAL: Self = Self {
        log_level: Level::Warn,
        log_format: Format::Text,
    };

    /// What writes it so.
    pub fn layer(&self) -> Listener {
        let level = match self.log_level {
            Level::Off => LevelFilter::OFF,
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
        };
        let log = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            // A log that cannot be written, as on a full disk, must not end the request it is about.
            .log_internal_errors(false);
        match self.log_format {
            Format::Text => log.with_filter(level).boxed(),
            Format::Json => {
                let log = log.json().flatten_event(true).with_span_list(false);
                log.with_filter(level).boxed()
            }
        }
    }
}
