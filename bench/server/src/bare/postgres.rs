//! On `PostgreSQL`, over one connection.

use std::time::Instant;

use sqlx::{AssertSqlSafe, Connection, PgConnection, query};

use super::{
    AGGREGATE, CLAIM, DAILY_AGGREGATE, DUE, Deltas, ENTRY, FIND, HISTORY, INTENT, LISTENERS,
    NO_REASONS, REASON, Row, TENANT_AGGREGATE,
};
use crate::failure::Failure;
use crate::votes::Vote;

/// Commits votes of which there is none yet, and gives how many a second. The database has the
/// receiver's schema.
pub async fn votes_per_second(url: &str, votes: &[Vote], group: usize) -> Result<f64, Failure> {
    let mut connection = PgConnection::connect(url).await?;
    let find = format!("{FIND} FOR UPDATE");
    let begun = Instant::now();
    for group in votes.chunks(group.max(1)) {
        let mut rows: Vec<Row<'_>> = group.iter().map(Row::new).collect();
        rows.sort_by_key(|row| (&row.vote.agent, &row.vote.run, &row.vote.user));
        store(&mut connection, &find, &rows).await?;
    }
    let count = u32::try_from(votes.len())?;
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

async fn store(connection: &mut PgConnection, find: &str, rows: &[Row<'_>]) -> Result<(), Failure> {
    let mut transaction = connection.begin().await?;
    query(LISTENERS).fetch_all(&mut *transaction).await?;
    for row in rows {
        let vote = row.vote;
        let key = || {
            let find = query(AssertSqlSafe(find.to_owned())).bind("default");
            find.bind(&vote.agent).bind(&vote.run).bind(&vote.user)
        };
        key().fetch_optional(&mut *transaction).await?;
        let claim = query(CLAIM).bind(&row.id).bind("default").bind(&vote.agent);
        let claim = claim
            .bind(&vote.run)
            .bind(&vote.user)
            .bind(row.at)
            .bind(i64::MIN);
        claim.execute(&mut *transaction).await?;
        key().fetch_one(&mut *transaction).await?;
        let entry = query(ENTRY).bind(&row.id).bind("default").bind(&vote.agent);
        let entry = entry.bind(&vote.run).bind(&vote.user).bind(row.outcome);
        let entry = entry
            .bind(&vote.comment)
            .bind(&row.reasons)
            .bind(&row.folded);
        let entry = entry.bind(row.at).bind(&vote.client);
        entry.execute(&mut *transaction).await?;
        if vote.comment.is_some() {
            query(DUE).bind(&row.id).execute(&mut *transaction).await?;
        }
        if !vote.reasons.is_empty() {
            query(NO_REASONS)
                .bind(&row.id)
                .execute(&mut *transaction)
                .await?;
        }
        for reason in &vote.reasons {
            let reason = query(REASON).bind(&row.id).bind(reason);
            reason.execute(&mut *transaction).await?;
        }
        let intent = query(INTENT).bind(&row.id).bind(&vote.client);
        intent.execute(&mut *transaction).await?;
        let history = query(HISTORY).bind(&row.step).bind(&row.id).bind(row.at);
        let history = history.bind(row.outcome).bind(row.length);
        history.execute(&mut *transaction).await?;
    }
    let deltas = Deltas::of(rows);
    let agents = deltas.agents.into_iter().map(|((agent, bucket), sums)| {
        let aggregate = query(AGGREGATE).bind("default").bind(agent).bind(bucket);
        (aggregate, sums)
    });
    let tenant = deltas.tenant.into_iter().map(|(bucket, sums)| {
        let aggregate = query(TENANT_AGGREGATE).bind("default").bind(bucket);
        (aggregate, sums)
    });
    let days = deltas.days.into_iter().map(|((day, agent), sums)| {
        let aggregate = query(DAILY_AGGREGATE).bind("default").bind(agent).bind(day);
        (aggregate, sums)
    });
    for (mut aggregate, sums) in agents.chain(tenant).chain(days) {
        for sum in sums {
            aggregate = aggregate.bind(sum);
        }
        aggregate.execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}
