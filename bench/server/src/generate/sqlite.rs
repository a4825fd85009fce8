//! Into an `SQLite` file that has the receiver's schema and no votes.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{Entry, FILLED, Totals, entries};
use crate::failure::Failure;

/// No log and no syncs: if this is cut short, the file is thrown away.
const QUICK: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
     PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -1500000;
     PRAGMA threads = 2";
const ENTRY: &str =
    "INSERT INTO feedback (id, tenant, agent, run, user_id, outcome, comment, reasons,
         folded, annotation, created_at, updated_at, client, sequence, pressed_at)
     VALUES (?1, 'default', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, 1, ?10)";
const HISTORY: &str =
    "INSERT INTO history (id, feedback_id, at, actor, action, outcome, annotation,
         comment_length)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// Fills it.
pub fn fill(file: &Path, count: u32, end: i64) -> Result<(), Failure> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch(QUICK)?;
    let indexes = drop_indexes(&connection)?;
    let mut totals = Totals::default();
    let transaction = connection.transaction()?;
    {
        let mut feedback = transaction.prepare(ENTRY)?;
        let mut history = transaction.prepare(HISTORY)?;
        let mut intents = transaction
            .prepare("INSERT INTO intents (feedback_id, client, sequence) VALUES (?1, ?2, 1)")?;
        let mut reasons =
            transaction.prepare("INSERT INTO reasons (feedback_id, reason) VALUES (?1, ?2)")?;
        for entry in entries(count, end) {
            totals.add(&entry);
            let Entry {
                id,
                vote,
                at,
                folded,
                mark,
                step,
            } = &entry;
            let annotation = mark.as_ref().map(|(annotation, _)| *annotation);
            let outcome = vote.outcome.as_str();
            feedback.execute(params![
                id,
                vote.agent,
                vote.run,
                vote.user,
                outcome,
                vote.comment,
                entry.reasons(),
                folded,
                annotation,
                at,
                vote.client
            ])?;
            let length = entry.length();
            history.execute(params![
                step,
                id,
                at,
                "visitor",
                "voted",
                outcome,
                None::<&str>,
                length
            ])?;
            if let Some((annotation, step)) = mark {
                let action = "annotated";
                let outcome = None::<&str>;
                history.execute(params![
                    step,
                    id,
                    at,
                    "Admin",
                    action,
                    outcome,
                    annotation,
                    None::<i64>
                ])?;
            }
            intents.execute(params![id, vote.client])?;
            for reason in &vote.reasons {
                reasons.execute(params![id, reason])?;
            }
        }
    }
    write_totals(&transaction, &totals)?;
    transaction.execute_batch(
        "INSERT INTO search_rows (feedback_id)
             SELECT id FROM feedback WHERE folded IS NOT NULL ORDER BY rowid;
         INSERT INTO search (rowid, folded)
             SELECT number, folded FROM search_rows JOIN feedback ON id = feedback_id
             ORDER BY number;",
    )?;
    transaction.commit()?;
    for index in indexes {
        connection.execute_batch(&index)?;
    }
    connection.execute_batch("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL")?;
    Ok(())
}

/// Drops what slows filling down, and gives the statements that make it again.
fn drop_indexes(connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut statement = connection.prepare(
        "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    )?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let found = found.collect::<Result<Vec<(String, String, String)>, _>>()?;
    let mut made_again = Vec::new();
    for (name, table, sql) in found {
        if FILLED.contains(&table.as_str()) {
            connection.execute_batch(&format!("DROP INDEX {name}"))?;
            made_again.push(sql);
        }
    }
    Ok(made_again)
}

fn write_totals(connection: &Connection, totals: &Totals) -> Result<(), Failure> {
    let mut of_agents = connection
        .prepare("INSERT INTO aggregates VALUES ('default', ?1, ?2, 0, ?3, ?4, ?5, ?6)")?;
    for ((agent, bucket), [a, b, c, d]) in &totals.agents {
        of_agents.execute(params![agent, bucket, a, b, c, d])?;
    }
    let mut of_all = connection
        .prepare("INSERT INTO tenant_aggregates VALUES ('default', ?1, 0, ?2, ?3, ?4, ?5)")?;
    for (bucket, [a, b, c, d]) in &totals.all {
        of_all.execute(params![bucket, a, b, c, d])?;
    }
    let mut of_days = connection
        .prepare("INSERT INTO daily_aggregates VALUES ('default', ?1, ?2, 0, ?3, ?4, ?5, ?6)")?;
    for ((day, agent), [a, b, c, d]) in &totals.days {
        of_days.execute(params![agent, day, a, b, c, d])?;
    }
    Ok(())
}
