//! The rows of votes committed in a bare loop, by the receiver's statements and in groups of the same
//! size: what the database alone can do here.

pub mod postgres;
pub mod sqlite;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::votes::Vote;

/// The length of a bucket of the aggregates, in microseconds.
const BUCKET: i64 = 15 * 60 * 1_000_000;
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

const FIND: &str = "SELECT id, outcome, comment, reasons, client, sequence, pressed_at, created_at
     FROM feedback WHERE tenant = $1 AND agent = $2 AND run = $3 AND user_id = $4";
const CLAIM: &str = "INSERT INTO feedback (id, tenant, agent, run, user_id, created_at, updated_at,
         client, sequence, pressed_at, unbound)
     VALUES ($1, $2, $3, $4, $5, $6, $6, '', -1, $7, 0)
     ON CONFLICT (tenant, agent, run, user_id) DO NOTHING";
const ENTRY: &str =
    "INSERT INTO feedback (id, tenant, agent, run, user_id, outcome, comment, reasons,
         folded, created_at, updated_at, client, sequence, pressed_at, unbound)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, 1, $10, 0)
     ON CONFLICT (tenant, agent, run, user_id) DO UPDATE SET
         outcome = excluded.outcome, comment = excluded.comment, reasons = excluded.reasons,
         folded = excluded.folded, updated_at = excluded.updated_at, client = excluded.client,
         sequence = excluded.sequence, pressed_at = excluded.pressed_at,
         created_at = excluded.created_at";
const DUE: &str = "INSERT INTO search_due (feedback_id) VALUES ($1) ON CONFLICT DO NOTHING";
const NO_REASONS: &str = "DELETE FROM reasons WHERE feedback_id = $1";
const REASON: &str = "INSERT INTO reasons (feedback_id, reason) VALUES ($1, $2)
     ON CONFLICT (feedback_id, reason) DO NOTHING";
const INTENT: &str = "INSERT INTO intents (feedback_id, client, sequence) VALUES ($1, $2, 1)
     ON CONFLICT (feedback_id, client) DO UPDATE SET sequence = excluded.sequence";
const HISTORY: &str =
    "INSERT INTO history (id, feedback_id, at, actor, action, outcome, annotation,
         comment_length, assignee)
     VALUES ($1, $2, $3, 'visitor', 'voted', $4, NULL, $5, NULL)";
/// Adds to a row of sums: of a table, of what tells its rows apart in a tenant, and the places of both.
macro_rules! aggregate {
    ($table:literal, $key:literal, $places:literal, $sums:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (tenant, ",
            $key,
            ", shard,
                 positive, negative, positive_comments, negative_comments)
             VALUES ($1, ",
            $places,
            ", 0, ",
            $sums,
            ")
             ON CONFLICT (tenant, ",
            $key,
            ", shard) DO UPDATE SET
                 positive = ",
            $table,
            ".positive + excluded.positive,
                 negative = ",
            $table,
            ".negative + excluded.negative,
                 positive_comments = ",
            $table,
            ".positive_comments + excluded.positive_comments,
                 negative_comments = ",
            $table,
            ".negative_comments + excluded.negative_comments"
        )
    };
}

const AGGREGATE: &str = aggregate!("aggregates", "agent, bucket", "$2, $3", "$4, $5, $6, $7");
const TENANT_AGGREGATE: &str = aggregate!("tenant_aggregates", "bucket", "$2", "$3, $4, $5, $6");
const DAILY_AGGREGATE: &str =
    aggregate!("daily_aggregates", "agent, day", "$2, $3", "$4, $5, $6, $7");
const LISTENERS: &str = "SELECT id, tenant, events FROM webhooks ORDER BY id";

/// A vote as the rows have it.
pub struct Row<'a> {
    vote: &'a Vote,
    id: String,
    step: String,
    at: i64,
    outcome: &'static str,
    reasons: String,
    folded: Option<String>,
    length: Option<i64>,
}

impl<'a> Row<'a> {
    pub fn new(vote: &'a Vote) -> Self {
        let comment = vote.comment.as_deref();
        let length = comment.map(|text| text.chars().count());
        Self {
            vote,
            id: Uuid::now_v7().to_string(),
            step: Uuid::now_v7().to_string(),
            at: jiff::Timestamp::now().as_microsecond(),
            outcome: vote.outcome.as_str(),
            reasons: serde_json::json!(vote.reasons).to_string(),
            folded: comment.map(str::to_lowercase),
            length: length.map(|length| i64::try_from(length).unwrap_or(i64::MAX)),
        }
    }
}

/// Positive, negative, and those with a comment.
type Sums = [i64; 4];

/// What a group adds to the aggregates, to be written in this order.
#[derive(Default)]
struct Deltas<'a> {
    agents: BTreeMap<(&'a str, i64), Sums>,
    tenant: BTreeMap<i64, Sums>,
    days: BTreeMap<(i64, &'a str), Sums>,
}

impl<'a> Deltas<'a> {
    fn of(rows: &[Row<'a>]) -> Self {
        let mut deltas = Self::default();
        for row in rows {
            let agent = row.vote.agent.as_str();
            let bucket = row.at - row.at.rem_euclid(BUCKET);
            let day = row.at - row.at.rem_euclid(DAY);
            let negative = usize::from(row.outcome == "negative");
            for sum in [
                deltas.agents.entry((agent, bucket)).or_default(),
                deltas.tenant.entry(bucket).or_default(),
                deltas.days.entry((day, agent)).or_default(),
            ] {
                sum[negative] += 1;
                sum[negative + 2] += i64::from(row.vote.comment.is_some());
            }
        }
        deltas
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::votes::Votes;

    #[test]
    fn sums_have_every_vote_of_the_group() {
        let mut votes = Votes::new(1, 100);
        let votes: Vec<_> = (0..64).map(|_| votes.next(0)).collect();
        let rows: Vec<_> = votes.iter().map(Row::new).collect();
        let deltas = Deltas::of(&rows);
        let comments = votes.iter().filter(|vote| vote.comment.is_some()).count();
        let comments = i64::try_from(comments).expect("few");
        let all = |sums: Vec<&Sums>| {
            let sum = |place: usize| sums.iter().map(|sum| sum[place]).sum::<i64>();
            [sum(0) + sum(1), sum(2) + sum(3)]
        };
        assert_eq!(all(deltas.agents.values().collect()), [64, comments]);
        assert_eq!(all(deltas.tenant.values().collect()), [64, comments]);
        assert_eq!(all(deltas.days.values().collect()), [64, comments]);
    }
}
