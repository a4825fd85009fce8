//! The databases that lists are measured on.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, query_scalar};
use workflowai_feedback_server::{Config, Database, Receiver};

use crate::failure::Failure;
use crate::generate;
use crate::receiver::Place;
use crate::statistics::rounded;

/// What is known of one.
pub struct Data {
    /// The newest vote, in microseconds.
    pub end: i64,
    /// Its size and how long it took.
    about: Value,
}

impl Data {
    /// The figures of its cases with what is known of it.
    pub fn with(&self, cases: &[Value]) -> Value {
        let mut all = self.about.clone();
        all["cases"] = json!(cases);
        all
    }
}

/// The file in a folder, made unless it is there from an earlier run.
pub async fn sqlite(place: &Place, rows: u32) -> Result<Data, Failure> {
    // Written last: without it the file is half of one.
    let complete = place.folder.join("complete.json");
    if let Ok(text) = fs::read_to_string(&complete) {
        let about: Value = serde_json::from_str(&text)?;
        let end = about["end"].as_i64().ok_or("no end in complete.json")?;
        return Ok(Data { end, about });
    }
    let _ = fs::remove_dir_all(&place.folder);
    // Its schema.
    drop(place.serve()?);
    let begun = Instant::now();
    let end = jiff::Timestamp::now().as_microsecond();
    generate::sqlite::fill(&place.file(), rows, end)?;
    let filled = begun.elapsed().as_secs_f64();
    count_people(Config::in_folder(&place.folder)).await?;
    let size = fs::metadata(place.file())?.len();
    let about = about(rows, end, filled, begun, size);
    fs::write(complete, about.to_string())?;
    Ok(Data { end, about })
}

/// Filled anew.
pub async fn postgres(place: &Place, url: &str, rows: u32) -> Result<Data, Failure> {
    drop(place.serve()?);
    let begun = Instant::now();
    let end = jiff::Timestamp::now().as_microsecond();
    generate::postgres::fill(url, rows, end).await?;
    let filled = begun.elapsed().as_secs_f64();
    let mut config = Config::in_folder(Path::new(&place.folder));
    config.database = Database::Postgres {
        url: url.to_owned(),
        allow_unsafe_durability: false,
    };
    count_people(config).await?;
    let mut connection = PgConnection::connect(url).await?;
    let size: i64 = query_scalar("SELECT pg_database_size(current_database())")
        .fetch_one(&mut connection)
        .await?;
    let mut about = about(rows, end, filled, begun, u64::try_from(size)?);
    let version: String = query_scalar("SHOW server_version")
        .fetch_one(&mut connection)
        .await?;
    about["version"] = json!(version);
    Ok(Data { end, about })
}

/// By the receiver itself, so that no sketch is made in two ways.
async fn count_people(config: Config) -> Result<(), Failure> {
    let receiver = Receiver::open(config).await?;
    receiver.count_people().await?;
    receiver.index().await?;
    Ok(())
}

fn about(rows: u32, end: i64, filled: f64, begun: Instant, size: u64) -> Value {
    let mebibytes = u32::try_from(size >> 20).unwrap_or(u32::MAX);
    json!({
        "votes": rows,
        "end": end,
        "seconds_to_fill": rounded(filled, 0),
        "seconds_to_count_people": rounded(begun.elapsed().as_secs_f64() - filled, 0),
        "gib": rounded(f64::from(mebibytes) / 1024.0, 1),
    })
}
