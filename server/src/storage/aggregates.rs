use std::collections::BTreeMap;

use sqlx::AnyConnection;
use workflowai_feedback_protocol::Outcome;

use super::filter::{Rules, Value};
use super::{Filter, Storage, StorageError};
use crate::clock::SECOND;

/// The length of a bucket: a quarter of an hour, as every time zone begins its day at one.
pub const BUCKET: i64 = 15 * 60 * SECOND;

/// How many votes there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Totals {
    /// Thumbs up.
    pub positive: i64,
    /// Thumbs down.
    pub negative: i64,
    /// Thumbs up with a comment.
    pub positive_comments: i64,
    /// Thumbs down with a comment.
    pub negative_comments: i64,
}

impl Totals {
    /// All votes.
    pub const fn votes(&self) -> i64 {
        self.positive + self.negative
    }

    /// All votes with a comment.
    pub const fn comments(&self) -> i64 {
        self.positive_comments + self.negative_comments
    }

    /// Both together.
    pub const fn plus(&self, other: &Self) -> Self {
        Self {
            positive: self.positive + other.positive,
            negative: self.negative + other.negative,
            positive_comments: self.positive_comments + other.positive_comments,
            negative_comments: self.negative_comments + other.negative_comments,
        }
    }

    /// What is left of them by outcome and comment.
    fn only(&self, outcome: Option<Outcome>, has_comment: Option<bool>) -> i64 {
        let part = |all: i64, comments: i64| match has_comment {
            Some(true) => comments,
            Some(false) => all - comments,
            None => all,
        };
        let positive = part(self.positive, self.positive_comments);
        let negative = part(self.negative, self.negative_comments);
        match outcome {
            Some(Outcome::Positive) => positive,
            Some(Outcome::Negative) => negative,
            None => positive + negative,
        }
    }

    fn add(&mut self, vote: Vote, sign: i64) {
        let comments = if vote.has_comment { sign } else { 0 };
        match vote.outcome {
            Outcome::Positive => {
                self.positive += sign;
                self.positive_comments += comments;
            }
            Outcome::Negative => {
                self.negative += sign;
                self.negative_comments += comments;
            }
        }
    }
}

/// What counts of a vote.
#[derive(Clone, Copy, Debug)]
pub struct Vote {
    pub outcome: Outcome,
    pub has_comment: bool,
    /// Microseconds.
    pub created_at: i64,
}

/// What a transaction changes, summed up before it is written.
#[derive(Default)]
pub struct Deltas(BTreeMap<(String, String, i64), Totals>);

impl Deltas {
    /// A vote that was there and is not any more.
    pub fn subtract(&mut self, tenant: &str, agent: &str, vote: Vote) {
        self.change(tenant, agent, vote, -1);
    }

    /// A vote that is there now.
    pub fn add(&mut self, tenant: &str, agent: &str, vote: Vote) {
        self.change(tenant, agent, vote, 1);
    }

    fn change(&mut self, tenant: &str, agent: &str, vote: Vote, sign: i64) {
        let bucket = vote.created_at - vote.created_at.rem_euclid(BUCKET);
        let key = (tenant.to_owned(), agent.to_owned(), bucket);
        self.0.entry(key).or_default().add(vote, sign);
    }

    /// Writes them, in one order everywhere, so that no two transactions wait for each other.
    pub async fn write(
        self,
        connection: &mut AnyConnection,
        shard: i64,
    ) -> Result<(), sqlx::Error> {
        for ((tenant, agent, bucket), delta) in self.0 {
            if delta == Totals::default() {
                continue;
            }
            sqlx::query(
                "INSERT INTO aggregates (tenant, agent, bucket, shard, positive, negative,
                     positive_comments, negative_comments)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (tenant, agent, bucket, shard) DO UPDATE SET
                     positive = aggregates.positive + excluded.positive,
                     negative = aggregates.negative + excluded.negative,
                     positive_comments =
                         aggregates.positive_comments + excluded.positive_comments,
                     negative_comments =
                         aggregates.negative_comments + excluded.negative_comments",
            )
            .bind(tenant)
            .bind(agent)
            .bind(bucket)
            .bind(shard)
            .bind(delta.positive)
            .bind(delta.negative)
            .bind(delta.positive_comments)
            .bind(delta.negative_comments)
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

impl Filter {
    /// Whether the aggregates know how many votes this leaves.
    fn is_aggregated(&self) -> bool {
        let Self {
            agent: _,
            outcome: _,
            has_comment: _,
            run,
            user,
            reason,
            terms,
            marked,
            assignee,
            from,
            to,
        } = self;
        run.is_none()
            && user.is_none()
            && reason.is_none()
            && terms.is_empty()
            && marked.is_none()
            && assignee.is_none()
            && from.is_none_or(|from| from % BUCKET == 0)
            && to.is_none_or(|to| to % BUCKET == 0)
    }
}

/// The totals of one agent.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AgentTotals {
    /// The agent.
    pub agent: String,
    /// Its votes.
    #[sqlx(flatten)]
    pub totals: Totals,
}

#[derive(sqlx::FromRow)]
struct StepTotals {
    start: i64,
    #[sqlx(flatten)]
    totals: Totals,
}

/// The sums of a group of rows. `PostgreSQL`'s sums of BIGINT are NUMERIC.
fn sums() -> String {
    let sum = |column: &str| format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT) AS {column}");
    [
        "positive",
        "negative",
        "positive_comments",
        "negative_comments",
    ]
    .map(sum)
    .join(", ")
}

impl Filter {
    /// The conditions on a row of `aggregates`: `agent`, and `from` and `to` to the quarter of an
    /// hour.
    fn rules_of_aggregates(&self, tenant: &str) -> Rules {
        let mut rules = Rules::of_tenant(tenant);
        rules.equal("agent", self.agent.as_deref());
        if let Some(from) = self.from {
            let place = rules.bind(Value::Number(from));
            rules.condition(format!("bucket >= {place}"));
        }
        if let Some(to) = self.to {
            let place = rules.bind(Value::Number(to));
            rules.condition(format!("bucket < {place}"));
        }
        rules
    }
}

impl Storage {
    /// Totals of a tenant's agent, or of all its agents. Of the filter only `agent`, `from` and
    /// `to` count, to the quarter of an hour.
    pub async fn totals(&self, tenant: &str, filter: &Filter) -> Result<Totals, StorageError> {
        let rules = filter.rules_of_aggregates(tenant);
        let sql = format!("SELECT {} FROM aggregates WHERE {}", sums(), rules.sql());
        let totals = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(totals.fetch_one(&self.read).await?)
    }

    /// The same in steps of `step` microseconds since 1970, without those that have no votes: the
    /// start of each and its totals.
    pub async fn totals_by(
        &self,
        tenant: &str,
        filter: &Filter,
        step: i64,
    ) -> Result<Vec<(i64, Totals)>, StorageError> {
        let rules = filter.rules_of_aggregates(tenant);
        let sql = format!(
            "SELECT bucket - bucket % {step} AS start, {} FROM aggregates WHERE {}
             GROUP BY bucket - bucket % {step} ORDER BY 1",
            sums(),
            rules.sql()
        );
        let steps =
            sqlx::query_as_with::<_, StepTotals, _>(sqlx::AssertSqlSafe(sql), rules.arguments());
        let steps = steps.fetch_all(&self.read).await?;
        Ok(steps
            .into_iter()
            .map(|step| (step.start, step.totals))
            .collect())
    }

    /// The same by agent.
    pub async fn totals_by_agent(
        &self,
        tenant: &str,
        filter: &Filter,
    ) -> Result<Vec<AgentTotals>, StorageError> {
        let rules = filter.rules_of_aggregates(tenant);
        let sql = format!(
            "SELECT agent, {} FROM aggregates WHERE {} GROUP BY agent ORDER BY agent",
            sums(),
            rules.sql()
        );
        let agents = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(agents.fetch_all(&self.read).await?)
    }

    /// How many votes the filter leaves, if the aggregates tell.
    pub(super) async fn aggregated_count(
        &self,
        tenant: &str,
        filter: &Filter,
    ) -> Result<Option<i64>, StorageError> {
        if !filter.is_aggregated() {
            return Ok(None);
        }
        let totals = self.totals(tenant, filter).await?;
        Ok(Some(totals.only(filter.outcome, filter.has_comment)))
    }
}
