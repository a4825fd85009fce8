//! How many different people voted, from sketches that are kept beside the votes.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::filter::{Rules, Value};
use super::rows::{self, Cell};
use super::{Storage, StorageError};
use crate::clock::{DAY, SECOND};
use crate::sketch::Sketch;

/// Votes that are read at a time.
const BATCH: u32 = 5_000;
/// A vote is committed less than two minutes after its time, and looked for a minute later at the
/// latest.
const LATE: i64 = 3 * 60 * SECOND;
/// After every id.
const LAST_ID: &str = "g";
/// Stands for all agents together: no agent has this name.
const EVERY_AGENT: &str = "";

#[derive(sqlx::FromRow)]
struct Vote {
    agent: String,
    user_id: String,
    created_at: i64,
    id: String,
}

impl Storage {
    /// Adds the people of votes that came since the last time. Returns how many votes were looked at.
    pub async fn count_people(&self) -> Result<u64, StorageError> {
        let mut counted = 0;
        for tenant in self.tenants().await? {
            let until = self.people_until(&tenant).await?.unwrap_or(i64::MIN);
            // After every vote of that moment.
            let from = (until, LAST_ID.to_owned());
            counted += self.count_people_after(&tenant, from).await?;
        }
        Ok(counted)
    }

    /// Looks once more at the votes that were the newest, for those that were committed after younger
    /// ones. A vote that is looked at twice changes nothing. Returns how many were looked at.
    pub async fn count_late_people(&self) -> Result<u64, StorageError> {
        let mut counted = 0;
        for tenant in self.tenants().await? {
            if let Some(until) = self.people_until(&tenant).await? {
                let from = (until.saturating_sub(LATE), String::new());
                counted += self.count_people_after(&tenant, from).await?;
            }
        }
        Ok(counted)
    }

    /// The time of the newest vote whose person is counted.
    async fn people_until(&self, tenant: &str) -> Result<Option<i64>, StorageError> {
        let until = sqlx::query_scalar("SELECT created_at FROM people_until WHERE tenant = $1");
        Ok(until.bind(tenant).fetch_optional(&self.read).await?)
    }

    async fn count_people_after(
        &self,
        tenant: &str,
        mut from: (i64, String),
    ) -> Result<u64, StorageError> {
        let mut counted = 0;
        loop {
            let votes = self.votes_after(tenant, &from).await?;
            let Some(last) = votes.last() else { break };
            from = (last.created_at, last.id.clone());
            self.add_people(tenant, &votes, last.created_at).await?;
            counted += votes.len() as u64;
            if votes.len() < BATCH as usize {
                break;
            }
        }
        Ok(counted)
    }

    async fn votes_after(
        &self,
        tenant: &str,
        (created_at, id): &(i64, String),
    ) -> Result<Vec<Vote>, StorageError> {
        let sql = format!(
            "SELECT agent, user_id, created_at, id FROM feedback
             WHERE tenant = $1 AND outcome IS NOT NULL AND (created_at, id) > ($2, $3)
             ORDER BY created_at, id LIMIT {BATCH}"
        );
        let votes = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(tenant)
            .bind(created_at)
            .bind(id);
        Ok(votes.fetch_all(&self.read).await?)
    }

    async fn add_people(
        &self,
        tenant: &str,
        votes: &[Vote],
        until: i64,
    ) -> Result<(), StorageError> {
        // In one order everywhere, so that no two transactions wait for each other.
        let mut days = BTreeMap::<(i64, String), Sketch>::new();
        // Who is not named is nobody in particular.
        for vote in votes.iter().filter(|vote| !vote.user_id.is_empty()) {
            let day = vote.created_at - vote.created_at.rem_euclid(DAY);
            for agent in [EVERY_AGENT, &vote.agent] {
                let sketch = days.entry((day, agent.to_owned())).or_default();
                sketch.add(&vote.user_id);
            }
        }
        let mut reading = self.read.acquire().await?;
        for (place, kept) in kept_sketches(&mut reading, tenant, &days, "").await? {
            if days
                .get(&place)
                .is_some_and(|sketch| kept.has_all_of(sketch))
            {
                days.remove(&place);
            }
        }
        drop(reading);
        let is_counted = self.people_until(tenant).await? >= Some(until);
        if is_counted && days.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        self.merge(&mut transaction, tenant, days).await?;
        sqlx::query(
            "INSERT INTO people_until (tenant, created_at) VALUES ($1, $2)
             ON CONFLICT (tenant) DO UPDATE SET created_at = excluded.created_at
             WHERE excluded.created_at > people_until.created_at",
        )
        .bind(tenant)
        .bind(until)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn merge(
        &self,
        connection: &mut AnyConnection,
        tenant: &str,
        mut days: BTreeMap<(i64, String), Sketch>,
    ) -> Result<(), sqlx::Error> {
        let row = |(place, sketch): (&(i64, String), &Sketch)| {
            let mut row = key(tenant, place);
            row.push(Cell::Bytes(sketch.bytes().to_vec()));
            row
        };
        let into = "people (tenant, day, agent, sketch)";
        let mut lock = "";
        if self.engine.has_row_locks() {
            // Rows to lock, so that two machines lose nobody.
            let rows: Vec<_> = days.iter().map(row).collect();
            let otherwise = "ON CONFLICT (tenant, day, agent) DO NOTHING";
            rows::insert(connection, into, otherwise, rows).await?;
            lock = "ORDER BY people.tenant, people.day, people.agent FOR UPDATE OF people";
        }
        for (place, kept) in kept_sketches(connection, tenant, &days, lock).await? {
            if let Some(sketch) = days.get_mut(&place) {
                sketch.merge(&kept);
            }
        }
        let rows: Vec<_> = days.iter().map(row).collect();
        let otherwise = "ON CONFLICT (tenant, day, agent) DO UPDATE SET sketch = excluded.sketch";
        rows::insert(connection, into, otherwise, rows).await
    }

    /// About how many different people voted on an agent, or on any, on the days in UTC from `from`
    /// until before `to`.
    pub async fn people_between(
        &self,
        tenant: &str,
        agent: Option<&str>,
        from: i64,
        to: i64,
    ) -> Result<i64, StorageError> {
        let mut rules = Rules::of_tenant(tenant);
        let (from, to) = (
            rules.bind(Value::Number(from)),
            rules.bind(Value::Number(to)),
        );
        rules.condition(format!("day >= {from} AND day < {to}"));
        rules.equal("agent", Some(agent.unwrap_or(EVERY_AGENT)));
        let sql = format!("SELECT sketch FROM people WHERE {}", rules.sql());
        let sketches: Vec<Vec<u8>> =
            sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), rules.arguments())
                .fetch_all(&self.read)
                .await?;
        let mut all = Sketch::default();
        for sketch in sketches
            .iter()
            .filter_map(|bytes| Sketch::from_bytes(bytes))
        {
            all.merge(&sketch);
        }
        Ok(all.estimate())
    }

    /// Drops the sketches of days that were over before `before`.
    pub(super) async fn drop_older_people(
        &self,
        tenant: &str,
        before: i64,
    ) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM people WHERE tenant = $1 AND day < $2")
            .bind(tenant)
            .bind(before - DAY)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

/// What tells a sketch from others.
fn key(tenant: &str, (day, agent): &(i64, String)) -> Vec<Cell> {
    vec![tenant.into(), (*day).into(), agent.as_str().into()]
}

/// The sketches that are kept of some days and agents.
async fn kept_sketches(
    connection: &mut AnyConnection,
    tenant: &str,
    days: &BTreeMap<(i64, String), Sketch>,
    lock: &str,
) -> Result<Vec<((i64, String), Sketch)>, sqlx::Error> {
    let keys: Vec<_> = days.keys().map(|place| key(tenant, place)).collect();
    let mut all = Vec::new();
    for keys in rows::batches(keys) {
        let sql = format!(
            "WITH keys (tenant, day, agent) AS ({})
             SELECT people.day, people.agent, people.sketch FROM keys CROSS JOIN people
             WHERE people.tenant = keys.tenant AND people.day = CAST(keys.day AS BIGINT)
                 AND people.agent = keys.agent {lock}",
            keys.sql
        );
        let kept = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), keys.arguments());
        let kept: Vec<(i64, String, Vec<u8>)> = kept.fetch_all(&mut *connection).await?;
        let kept = kept.into_iter().filter_map(|(day, agent, bytes)| {
            let sketch = Sketch::from_bytes(&bytes)?;
            Some(((day, agent), sketch))
        });
        all.extend(kept);
    }
    Ok(all)
}
