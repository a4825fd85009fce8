use std::collections::BTreeMap;

use workflowai_feedback_protocol::Outcome;

use super::filter::{Rules, Value};
use super::link::Link;
use super::rows::Cell;
use super::{Filter, Storage, StorageError};
use crate::clock::{DAY, SECOND};

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

    /// In the order of the columns.
    const fn columns(&self) -> [i64; 4] {
        [
            self.positive,
            self.negative,
            self.positive_comments,
            self.negative_comments,
        ]
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

/// The columns of the sums.
const COLUMNS: [&str; 4] = [
    "positive",
    "negative",
    "positive_comments",
    "negative_comments",
];

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
    pub async fn write(self, link: &mut Link<'_>, shard: i64) -> Result<(), StorageError> {
        let mut of_tenants = BTreeMap::<_, Totals>::new();
        let mut of_days = BTreeMap::<_, Totals>::new();
        for ((tenant, agent, bucket), delta) in &self.0 {
            let sum = of_tenants.entry((tenant, bucket)).or_default();
            *sum = sum.plus(delta);
            let day = bucket - bucket.rem_euclid(DAY);
            let sum = of_days.entry((tenant, day, agent)).or_default();
            *sum = sum.plus(delta);
        }
        let rows = self.0.iter().map(|((tenant, agent, bucket), delta)| {
            let key = vec![
                tenant.as_str().into(),
                agent.as_str().into(),
                (*bucket).into(),
            ];
            (key, *delta)
        });
        let key = ["tenant", "agent", "bucket"];
        add(link, "aggregates", &key, shard, rows).await?;
        let rows = of_tenants.into_iter().map(|((tenant, bucket), delta)| {
            (vec![tenant.as_str().into(), (*bucket).into()], delta)
        });
        let key = ["tenant", "bucket"];
        add(link, "tenant_aggregates", &key, shard, rows).await?;
        let rows = of_days.into_iter().map(|((tenant, day, agent), delta)| {
            let key = vec![tenant.as_str().into(), day.into(), agent.as_str().into()];
            (key, delta)
        });
        let key = ["tenant", "day", "agent"];
        add(link, "daily_aggregates", &key, shard, rows).await
    }
}

/// Adds to the rows of a table, those of which are told apart by `key` and the shard.
async fn add(
    link: &mut Link<'_>,
    table: &str,
    key: &[&str],
    shard: i64,
    deltas: impl Iterator<Item = (Vec<Cell>, Totals)>,
) -> Result<(), StorageError> {
    let rows: Vec<Vec<Cell>> = deltas
        .filter(|(_, delta)| *delta != Totals::default())
        .map(|(mut row, delta)| {
            row.push(shard.into());
            row.extend(delta.columns().map(Cell::from));
            row
        })
        .collect();
    let key = format!("{}, shard", key.join(", "));
    let sums = COLUMNS.map(|column| format!("{column} = {table}.{column} + excluded.{column}"));
    let into = format!("{table} ({key}, {})", COLUMNS.join(", "));
    let otherwise = format!("ON CONFLICT ({key}) DO UPDATE SET {}", sums.join(", "));
    link.insert(&into, &otherwise, rows).await
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
    COLUMNS.map(sum).join(", ")
}

impl Filter {
    /// The table that has the fewest rows of `agent`, and the conditions on them: `agent`, and `from`
    /// and `to` to the quarter of an hour.
    fn aggregates(&self, tenant: &str) -> (&'static str, Rules) {
        let mut rules = Rules::of_tenant(tenant);
        rules.equal("agent", self.agent.as_deref());
        rules.range("bucket", self.from, self.to);
        let table = self
            .agent
            .as_ref()
            .map_or("tenant_aggregates", |_| "aggregates");
        (table, rules)
    }
}

impl Storage {
    /// Totals of a tenant's agent, or of all its agents. Of the filter only `agent`, `from` and
    /// `to` count, to the quarter of an hour.
    pub async fn totals(&self, tenant: &str, filter: &Filter) -> Result<Totals, StorageError> {
        let (table, rules) = filter.aggregates(tenant);
        let sql = format!("SELECT {} FROM {table} WHERE {}", sums(), rules.sql());
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
        let (table, rules) = filter.aggregates(tenant);
        let sql = format!(
            "SELECT bucket - bucket % {step} AS start, {} FROM {table} WHERE {}
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

    /// The same by agent, of a range of time. Whole days are read as such, and of those that the range
    /// begins and ends in the quarters of an hour.
    pub async fn totals_by_agent(
        &self,
        tenant: &str,
        agent: Option<&str>,
        from: i64,
        to: i64,
    ) -> Result<Vec<AgentTotals>, StorageError> {
        let first = from + (-from).rem_euclid(DAY);
        let end = (to - to.rem_euclid(DAY)).max(first);
        let mut rules = Rules::none();
        let mut part = |table: &str, unit: &str, from: i64, to: i64| {
            let tenant = rules.bind(Value::Text(tenant.to_owned()));
            let (from, to) = (
                rules.bind(Value::Number(from)),
                rules.bind(Value::Number(to)),
            );
            let one = agent.map(|agent| rules.bind(Value::Text(agent.to_owned())));
            let one = one.map_or_else(String::new, |place| format!("AND agent = {place}"));
            format!(
                "SELECT agent, {} FROM {table}
                 WHERE tenant = {tenant} AND {unit} >= {from} AND {unit} < {to} {one}",
                COLUMNS.join(", ")
            )
        };
        let parts = [
            part("aggregates", "bucket", from, to.min(first)),
            part("daily_aggregates", "day", first, end),
            part("aggregates", "bucket", end.max(from), to),
        ];
        let sql = format!(
            "SELECT agent, {} FROM ({}) AS parts GROUP BY agent ORDER BY agent",
            sums(),
            parts.join(" UNION ALL ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::demo_data;
    use crate::metrics::Writes;
    use crate::storage::open;

    /// Whole days, and the quarters of an hour at both ends, against adding up every vote.
    #[tokio::test]
    async fn totals_of_any_range_are_those_of_its_votes() {
        const QUARTER: i64 = BUCKET;
        const HOUR: i64 = 4 * QUARTER;
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::in_folder(folder.path());
        let storage = open(&config, Writes::new()).await.expect("a database");
        let storage = storage.storage;
        let midnight = 20_000 * DAY;
        let votes: Vec<_> = demo_data::votes("default", 3_000, midnight + 10 * HOUR).collect();
        storage.load(votes.iter().cloned()).await.expect("votes");
        for (from, to) in [
            (midnight - 3 * DAY, midnight),
            (midnight - 3 * DAY + 7 * HOUR, midnight - 5 * HOUR - QUARTER),
            (midnight - 30 * DAY - QUARTER, midnight + QUARTER),
            (midnight - DAY + HOUR, midnight - DAY + 9 * HOUR),
            (midnight - DAY + HOUR, midnight + HOUR),
            (midnight + HOUR, midnight),
        ] {
            for agent in [None, Some("support-chat")] {
                let counted = votes.iter().filter(|vote| {
                    (from..to).contains(&vote.created_at)
                        && agent.is_none_or(|agent| agent == vote.key.agent)
                });
                let counted = i64::try_from(counted.count()).expect("few");
                let by_agent = storage.totals_by_agent("default", agent, from, to).await;
                let by_agent = by_agent.expect("totals");
                let sum: i64 = by_agent.iter().map(|agent| agent.totals.votes()).sum();
                let filter = Filter {
                    agent: agent.map(str::to_owned),
                    from: Some(from),
                    to: Some(to),
                    ..Filter::default()
                };
                let totals = storage.totals("default", &filter).await.expect("totals");
                assert_eq!(
                    (sum, totals.votes()),
                    (counted, counted),
                    "{from} {to} {agent:?}"
                );
            }
        }
    }
}
