mod api_key;
mod check;
mod config_file;
mod copy;
mod dashboard;
mod demo_data;
mod environment;
mod export;
mod interrupt;
mod legacy;
mod listen;
mod log;
mod serve;
mod signing_key;
mod storage;
mod table;
mod token;
#[cfg(feature = "otel")]
mod traces;
mod webhook;

use std::ffi::OsString;
use std::fmt::Display;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use log::Log;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Receives feedback votes on AI answers, keeps them, and shows them to the team.
#[derive(Parser)]
#[command(name = "workflowai-feedback-server", version)]
#[command(
    after_help = "Settings are taken from the flag, else from WORKFLOWAI_FEEDBACK_* (as \
    WORKFLOWAI_FEEDBACK_DATA_DIR), else from the file of --config (TOML, with the flags' names as \
    keys), else they have the default shown."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<serve::Serve>),
    /// Feedback tokens: the right to vote on one run
    #[command(subcommand)]
    Token(token::Token),
    /// The keys that sign feedback tokens
    #[command(subcommand)]
    SigningKey(signing_key::SigningKey),
    /// The keys of backends that mint tokens and read votes
    #[command(subcommand)]
    ApiKey(api_key::ApiKey),
    /// Addresses that are told what happens to votes
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    /// The team's pages
    #[command(subcommand)]
    Dashboard(dashboard::Dashboard),
    DemoData(demo_data::DemoData),
    Export(Box<export::Export>),
    Backup(copy::Backup),
    Restore(copy::Restore),
    Migrate(copy::Migrate),
    /// The settings
    #[command(subcommand)]
    Config(check::Config),
}

/// What ended a command: one line that says what to do.
pub struct Failure(String);

impl Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command that the arguments name.
pub async fn run(arguments: Vec<OsString>) -> Result<(), Failure> {
    environment::check(&Cli::command())?;
    let command = config_file::apply(Cli::command(), &arguments)?;
    let parsed = command.try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    #[cfg(feature = "otel")]
    let traces = match &cli.command {
        Command::Serve(_) => traces::Traces::from_environment()?,
        _ => None,
    };
    let log = match &cli.command {
        Command::Serve(serve) => &serve.log,
        _ => &Log::USUAL,
    };
    let listeners = vec![
        log.layer(),
        #[cfg(feature = "otel")]
        Box::new(traces.as_ref().map(traces::Traces::layer)),
    ];
    tracing_subscriber::registry().with(listeners).init();
    match cli.command {
        Command::Serve(serve) => serve.run().await,
        Command::Token(token) => token.run().await,
        Command::SigningKey(key) => key.run().await,
        Command::ApiKey(key) => key.run().await,
        Command::Webhook(webhook) => webhook.run().await,
        Command::Dashboard(dashboard) => dashboard.run().await,
        Command::DemoData(data) => data.run().await,
        Command::Export(export) => export.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Config(config) => config.run().await,
    }
}

/// Help goes out as it is; a bad setting as one line.
fn explain(error: &clap::Error) -> Result<(), Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print!("{error}");
            Ok(())
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Err(Failure(format!("a command is missing\n\n{error}")))
        }
        _ => {
            let text = error.to_string();
            let first = text.split("\n\n").next().unwrap_or(&text);
            let first = first.strip_prefix("error: ").unwrap_or(first);
            let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
            Err(Failure(format!("{line}; --help shows what can be set")))
        }
    }
}
