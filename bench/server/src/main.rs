//! `cargo xtask bench server`: what the receiver can do on this machine, beside what bounds it.

mod bare;
mod cases;
mod client;
#[path = "../../../server/tests/it/cluster.rs"]
#[expect(dead_code, reason = "tests kill it, too")]
mod cluster;
mod data;
mod failure;
mod generate;
mod idle;
mod lists;
mod machine;
mod plans;
mod receiver;
mod report;
mod statistics;
mod sync;
mod votes;
mod without_storage;
mod writes;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::Value;
use tempfile::TempDir;
use workflowai_feedback_protocol::token::{Algorithm, VerifyingKey};

use cluster::Cluster;
use failure::Failure;
use receiver::Place;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Durable votes a second
    Writes(Common),
    /// Lists, filters, search, totals and pages of many votes
    Lists {
        #[command(flatten)]
        common: Common,
        /// Votes
        #[arg(long, default_value_t = 10_000_000)]
        rows: u32,
        /// Keeps the `SQLite` file for the next run
        #[arg(long)]
        keep: bool,
    },
    /// Connections that are held
    Connections {
        #[command(flatten)]
        common: Common,
        #[arg(long, default_value_t = 10_000)]
        count: usize,
    },
    /// Serves the vote's route without its storage
    #[command(hide = true)]
    WithoutStorage { kid: String, secret: String },
}

#[derive(Args)]
struct Common {
    /// The receiver's binary
    #[arg(long)]
    receiver: PathBuf,
    /// Where results are written
    #[arg(long)]
    results: PathBuf,
    /// Where databases are made
    #[arg(long)]
    work: PathBuf,
    /// One database alone
    #[arg(long)]
    database: Option<Database>,
    /// A hundredth of the votes, and no results: whether it runs at all
    #[arg(long)]
    short: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    const ALL: [(Self, &'static str); 2] = [(Self::Sqlite, "sqlite"), (Self::Postgres, "postgres")];
}

impl Common {
    fn folder(&self) -> Result<TempDir, Failure> {
        std::fs::create_dir_all(&self.work)?;
        Ok(tempfile::tempdir_in(&self.work)?)
    }

    fn place(&self, folder: PathBuf, url: Option<String>) -> Place {
        Place {
            binary: self.receiver.clone(),
            folder,
            url,
        }
    }

    /// The databases asked for, by name.
    fn databases(&self) -> impl Iterator<Item = (Database, &'static str)> {
        let asked = self.database;
        let all = Database::ALL.into_iter();
        all.filter(move |(one, _)| asked.is_none_or(|asked| asked == *one))
    }
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    // One thread for the client: more would be taken from the receiver.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    if matches!(arguments.command, Bench::WithoutStorage { .. }) {
        // As the receiver has it.
        runtime = tokio::runtime::Builder::new_multi_thread();
    }
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(async {
        match arguments.command {
            Bench::Writes(common) => writes(&common).await,
            Bench::Lists { common, rows, keep } => lists(&common, rows, keep).await,
            Bench::Connections { common, count } => connections(&common, count).await,
            Bench::WithoutStorage { kid: _, secret } => {
                let key = VerifyingKey::new("default", Algorithm::Hs256, &secret)?;
                without_storage::serve(key).await
            }
        }
    })
}

async fn writes(common: &Common) -> Result<(), Failure> {
    let folder = common.folder()?;
    let mut results = report::last(common, "server-writes");
    for (database, name) in common.databases() {
        eprintln!("votes a second on {name}");
        let clusters = match database {
            Database::Sqlite => None,
            Database::Postgres => Some([Cluster::start(), Cluster::start()]),
        };
        let mut urls = [None, None];
        for (url, cluster) in urls.iter_mut().zip(clusters.iter().flatten()) {
            cluster.ready().await;
            *url = Some(cluster.url());
        }
        let [receiver, bare] = urls;
        let receiver = common.place(folder.path().join(name), receiver);
        let bare = common.place(folder.path().join(format!("{name}-bare")), bare);
        // A bare loop over a socket takes its time.
        let votes_of = if database == Database::Sqlite { 1 } else { 4 };
        let scale = if common.short { 100 } else { votes_of };
        results.insert(name.into(), writes::measure(receiver, bare, scale).await?);
        report::write(common, "server-writes", &Value::Object(results.clone()))?;
    }
    Ok(())
}

async fn connections(common: &Common, count: usize) -> Result<(), Failure> {
    let folder = common.folder()?;
    let result = idle::measure(&common.place(folder.path().into(), None), count).await?;
    report::write(common, "server-connections", &result)
}

async fn lists(common: &Common, rows: u32, keep: bool) -> Result<(), Failure> {
    let rows = if common.short { rows / 100 } else { rows };
    let mut results = report::last(common, "server-lists");
    for (database, name) in common.databases() {
        eprintln!("lists of {rows} votes on {name}");
        let result = match database {
            Database::Sqlite => lists_of_sqlite(common, rows, keep).await?,
            Database::Postgres => lists_of_postgres(common, rows).await?,
        };
        results.insert(name.into(), result);
        report::write(common, "server-lists", &Value::Object(results.clone()))?;
    }
    Ok(())
}

async fn lists_of_sqlite(common: &Common, rows: u32, keep: bool) -> Result<Value, Failure> {
    let place = common.place(common.work.join(format!("lists-{rows}")), None);
    let data = data::sqlite(&place, rows).await?;
    let cases = lists::measure(&place, data.end).await?;
    let plans = plans::sqlite::plans(&place.folder, data.end).await?;
    report::write_text(common, "server-plans-sqlite", &plans::text(&plans))?;
    if !keep {
        std::fs::remove_dir_all(&place.folder)?;
    }
    Ok(data.with(&cases))
}

async fn lists_of_postgres(common: &Common, rows: u32) -> Result<Value, Failure> {
    let cluster = Cluster::start();
    cluster.ready().await;
    let folder = common.folder()?;
    let url = cluster.url();
    let place = common.place(folder.path().into(), Some(url.clone()));
    let data = data::postgres(&place, &url, rows).await?;
    let cases = lists::measure(&place, data.end).await?;
    let plans = plans::postgres::plans(&place, &url, data.end, || cluster.log()).await?;
    report::write_text(common, "server-plans-postgres", &plans::text(&plans))?;
    Ok(data.with(&cases))
}
