//! Into a `PostgreSQL` database that has the receiver's schema and no votes.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, Connection, PgConnection, query, query_as};

use super::{Entry, FILLED, Totals, entries};
use crate::failure::Failure;

/// Bytes of one COPY, about.
const PART: usize = 16 << 20;

/// Rows of one table in COPY's text format.
struct Copy {
    table: &'static str,
    rows: String,
}

impl Copy {
    const fn into(table: &'static str) -> Self {
        Self {
            table,
            rows: String::new(),
        }
    }

    /// Adds a row; None is null.
    fn row(&mut self, cells: &[Option<&str>]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.rows.push('\t');
            }
            match cell {
                None => self.rows.push_str("\\N"),
                Some(text) => text.chars().for_each(|character| match character {
                    '\\' => self.rows.push_str("\\\\"),
                    '\t' => self.rows.push_str("\\t"),
                    '\n' => self.rows.push_str("\\n"),
                    '\r' => self.rows.push_str("\\r"),
                    other => self.rows.push(other),
                }),
            }
        }
        self.rows.push('\n');
    }

    async fn send(&mut self, connection: &mut PgConnection) -> Result<(), Failure> {
        if !self.rows.is_empty() {
            let mut copy = connection
                .copy_in_raw(&format!("COPY {} FROM STDIN", self.table))
                .await?;
            copy.send(self.rows.as_bytes()).await?;
            copy.finish().await?;
            self.rows.clear();
        }
        Ok(())
    }
}

/// Rows of every table that an entry is in.
struct Copies {
    feedback: Copy,
    history: Copy,
    intents: Copy,
    reasons: Copy,
    search: Copy,
}

impl Copies {
    const fn new() -> Self {
        Self {
            feedback: Copy::into(
                "feedback (id, tenant, agent, run, user_id, outcome, comment, reasons, folded,
                     annotation, created_at, updated_at, client, sequence, pressed_at)",
            ),
            history: Copy::into(
                "history (id, feedback_id, at, actor, action, outcome, annotation, comment_length)",
            ),
            intents: Copy::into("intents (feedback_id, client, sequence)"),
            reasons: Copy::into("reasons (feedback_id, reason)"),
            search: Copy::into("search (feedback_id, folded)"),
        }
    }

    fn add(&mut self, entry: &Entry) {
        let Entry {
            id,
            vote,
            at,
            folded,
            mark,
            step,
        } = entry;
        let at = at.to_string();
        let (id, at) = (Some(id.as_str()), Some(at.as_str()));
        let outcome = Some(vote.outcome.as_str());
        let (client, folded) = (Some(vote.client.as_str()), folded.as_deref());
        self.feedback.row(&[
            id,
            Some("default"),
            Some(&vote.agent),
            Some(&vote.run),
            Some(&vote.user),
            outcome,
            vote.comment.as_deref(),
            Some(&entry.reasons()),
            folded,
            mark.as_ref().map(|(annotation, _)| *annotation),
            at,
            at,
            client,
            Some("1"),
            at,
        ]);
        let length = entry.length().map(|length| length.to_string());
        let (actor, action) = (Some("visitor"), Some("voted"));
        let step = Some(step.as_str());
        let length = length.as_deref();
        self.history
            .row(&[step, id, at, actor, action, outcome, None, length]);
        if let Some((annotation, step)) = mark {
            let (actor, action) = (Some("Admin"), Some("annotated"));
            let step = Some(step.as_str());
            self.history
                .row(&[step, id, at, actor, action, None, Some(annotation), None]);
        }
        self.intents.row(&[id, client, Some("1")]);
        for reason in &vote.reasons {
            self.reasons.row(&[id, Some(reason)]);
        }
        if folded.is_some() {
            self.search.row(&[id, folded]);
        }
    }

    async fn send(&mut self, connection: &mut PgConnection) -> Result<(), Failure> {
        self.feedback.send(connection).await?;
        self.history.send(connection).await?;
        self.intents.send(connection).await?;
        self.reasons.send(connection).await?;
        self.search.send(connection).await
    }
}

/// Fills it.
pub async fn fill(url: &str, count: u32, end: i64) -> Result<(), Failure> {
    let mut connection = PgConnection::connect(url).await?;
    // References are known to be right; if this is cut short, the database is thrown away.
    for set in [
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "SET maintenance_work_mem = '1GB'",
    ] {
        query(set).execute(&mut connection).await?;
    }
    let indexes = drop_indexes(&mut connection).await?;
    let mut totals = Totals::default();
    let mut copies = Copies::new();
    for entry in entries(count, end) {
        totals.add(&entry);
        copies.add(&entry);
        if copies.feedback.rows.len() > PART {
            copies.send(&mut connection).await?;
        }
    }
    copies.send(&mut connection).await?;
    write_totals(&mut connection, &totals).await?;
    for index in indexes {
        query(AssertSqlSafe(index)).execute(&mut connection).await?;
    }
    // As autovacuum would have done over the months.
    query("VACUUM (ANALYZE)").execute(&mut connection).await?;
    Ok(())
}

/// Drops what slows filling down, and gives the statements that make it again.
async fn drop_indexes(connection: &mut PgConnection) -> Result<Vec<String>, Failure> {
    let tables: Vec<String> = FILLED
        .iter()
        .chain(&["search"])
        .map(|name| (*name).into())
        .collect();
    let found: Vec<(String, String)> = query_as(
        "SELECT indexname::TEXT, indexdef FROM pg_indexes
         WHERE tablename = ANY($1) AND schemaname = current_schema()
             AND indexname NOT IN (SELECT conname FROM pg_constraint)",
    )
    .bind(tables)
    .fetch_all(&mut *connection)
    .await?;
    let mut made_again = Vec::new();
    for (name, sql) in found {
        let drop = format!("DROP INDEX {name}");
        query(AssertSqlSafe(drop)).execute(&mut *connection).await?;
        made_again.push(sql);
    }
    Ok(made_again)
}

async fn write_totals(connection: &mut PgConnection, totals: &Totals) -> Result<(), Failure> {
    let mut of_agents = Copy::into("aggregates");
    for ((agent, bucket), [a, b, c, d]) in &totals.agents {
        writeln!(
            of_agents.rows,
            "default\t{agent}\t{bucket}\t0\t{a}\t{b}\t{c}\t{d}"
        )?;
    }
    let mut of_all = Copy::into("tenant_aggregates");
    for (bucket, [a, b, c, d]) in &totals.all {
        writeln!(of_all.rows, "default\t{bucket}\t0\t{a}\t{b}\t{c}\t{d}")?;
    }
    let mut of_days = Copy::into("daily_aggregates");
    for ((day, agent), [a, b, c, d]) in &totals.days {
        writeln!(
            of_days.rows,
            "default\t{agent}\t{day}\t0\t{a}\t{b}\t{c}\t{d}"
        )?;
    }
    for copy in [&mut of_agents, &mut of_all, &mut of_days] {
        copy.send(connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_reads_as_syntax_is_escaped() {
        let mut copy = Copy::into("t");
        copy.row(&[Some("a\tb\\c\nd"), None, Some("")]);
        assert_eq!(copy.rows, "a\\tb\\\\c\\nd\t\\N\t\n");
    }
}
