//! On `SQLite`, with the pragmas of the receiver's one writing connection.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::json;

use super::{
    AGGREGATE, DAILY_AGGREGATE, DUE, Deltas, ENTRY, FIND, HISTORY, INTENT, LISTENERS, NO_REASONS,
    REASON, Row, TENANT_AGGREGATE,
};
use crate::failure::Failure;
use crate::votes::Vote;

const WRITING: &str = "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
     PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 16384";

/// Commits votes of which there is none yet, and gives how many a second; with `indexed` their comments
/// go into the index, too, by commits of their own. The file has the receiver's schema.
pub fn votes_per_second(
    file: &Path,
    votes: &[Vote],
    group: usize,
    indexed: bool,
) -> Result<f64, Failure> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch(WRITING)?;
    let begun = Instant::now();
    let mut due = 0;
    for group in votes.chunks(group.max(1)) {
        let rows: Vec<Row<'_>> = group.iter().map(Row::new).collect();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        store(&transaction, &rows)?;
        transaction.commit()?;
        due += rows.iter().filter(|row| row.folded.is_some()).count();
        if indexed && due >= INDEXED {
            due -= INDEXED;
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            index(&transaction)?;
            transaction.commit()?;
        }
    }
    let count = u32::try_from(votes.len())?;
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

fn store(transaction: &Transaction<'_>, rows: &[Row<'_>]) -> Result<(), Failure> {
    let prepared = |sql| transaction.prepare_cached(sql);
    prepared(LISTENERS)?.query([])?.next()?;
    for row in rows {
        let vote = row.vote;
        let key = params!["default", vote.agent, vote.run, vote.user];
        if prepared(FIND)?.exists(key)? {
            return Err("a vote that is there already".into());
        }
        prepared(ENTRY)?.execute(params![
            row.id,
            "default",
            vote.agent,
            vote.run,
            vote.user,
            row.outcome,
            vote.comment,
            row.reasons,
            row.folded,
            row.at,
            vote.client
        ])?;
        if vote.comment.is_some() {
            prepared(DUE)?.execute(params![row.id])?;
        }
        if !vote.reasons.is_empty() {
            prepared(NO_REASONS)?.execute(params![row.id])?;
        }
        for reason in &vote.reasons {
            prepared(REASON)?.execute(params![row.id, reason])?;
        }
        prepared(INTENT)?.execute(params![row.id, vote.client])?;
        prepared(HISTORY)?.execute(params![row.step, row.id, row.at, row.outcome, row.length])?;
    }
    let deltas = Deltas::of(rows);
    for ((agent, bucket), [a, b, c, d]) in deltas.agents {
        prepared(AGGREGATE)?.execute(params!["default", agent, bucket, a, b, c, d])?;
    }
    for (bucket, [a, b, c, d]) in deltas.tenant {
        prepared(TENANT_AGGREGATE)?.execute(params!["default", bucket, a, b, c, d])?;
    }
    for ((day, agent), [a, b, c, d]) in deltas.days {
        prepared(DAILY_AGGREGATE)?.execute(params!["default", agent, day, a, b, c, d])?;
    }
    Ok(())
}

/// Comments of one transaction that fills the index of pieces.
const INDEXED: usize = 500;

const INDEX: [&str; 3] = [
    "DELETE FROM search_due WHERE feedback_id IN (SELECT value FROM json_each($1))",
    "INSERT INTO search_rows (feedback_id) SELECT value FROM json_each($1)",
    "INSERT INTO search (rowid, folded)
     SELECT number, folded FROM feedback JOIN search_rows ON feedback_id = id
     WHERE id IN (SELECT value FROM json_each($1))",
];

fn index(transaction: &Transaction<'_>) -> Result<(), Failure> {
    let due = format!("SELECT feedback_id FROM search_due LIMIT {INDEXED}");
    let mut due = transaction.prepare_cached(&due)?;
    let ids: Vec<String> = due
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let ids = json!(ids).to_string();
    for sql in INDEX {
        transaction.prepare_cached(sql)?.execute([&ids])?;
    }
    Ok(())
}
