//! On `SQLite`, with the pragmas of the receiver's one writing connection.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{
    AGGREGATE, DUE, ENTRY, FIND, HISTORY, INTENT, LISTENERS, NO_REASONS, REASON, Row, sums,
};
use crate::failure::Failure;
use crate::votes::Vote;

const WRITING: &str = "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON";

/// Commits votes of which there is none yet, and gives how many a second. The file has the
/// receiver's schema.
pub fn votes_per_second(file: &Path, votes: &[Vote], group: usize) -> Result<f64, Failure> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch(WRITING)?;
    let begun = Instant::now();
    for group in votes.chunks(group.max(1)) {
        let rows: Vec<Row<'_>> = group.iter().map(Row::new).collect();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        store(&transaction, &rows)?;
        transaction.commit()?;
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
    for ((agent, bucket), [positive, negative, praise, complaints]) in sums(rows) {
        let values = params![
            "default", agent, bucket, positive, negative, praise, complaints
        ];
        prepared(AGGREGATE)?.execute(values)?;
    }
    Ok(())
}
