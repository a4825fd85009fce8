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
/// A vote is committed this long after its time at most: those are looked at again.
const LATE: i64 = 2 * 60 * SECOND;
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
    /// Adds the people of votes that came since the last time. A vote that is looked at twice changes
    /// nothing. Returns how many votes were looked at.
    pub async fn count_people(&self) -> Result<u64, StorageError> {
        let mut counted = 0;
        for tenant in self.tenants().await? {
            let until: Option<i64> =
                sqlx::query_scalar("SELECT created_at FROM people_until WHERE tenant = $1")
                    .bind(&tenant)
                    .fetch_optional(&self.read)
                    .await?;
            let newest: Option<i64> = sqlx::query_scalar(
                "SELECT MAX(created_at) FROM feedback
                 WHERE tenant = $1 AND outcome IS NOT NULL",
            )
            .bind(&tenant)
            .fetch_one(&self.read)
            .await?;
            // Nothing new: what is late is looked at with the next vote.
            if newest <= until {
                continue;
            }
            let mut from = (
                until.unwrap_or(i64::MIN).saturating_sub(LATE),
                String::new(),
            );
            loop {
                let votes = self.votes_after(&tenant, &from).await?;
                let Some(last) = votes.last() else { break };
                from = (last.created_at, last.id.clone());
                self.add_people(&tenant, &votes, last.created_at).await?;
                counted += votes.len() as u64;
                if votes.len() < BATCH as usize {
                    break;
                }
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
        let key = |(day, agent): &(i64, String)| {
            vec![tenant.into(), (*day).into(), agent.as_str().into()]
        };
        let row = |(place, sketch): (&(i64, String), &Sketch)| {
            let mut row = key(place);
            row.push(Cell::Bytes(sketch.bytes().to_vec()));
            row
        };
        let into = "people (tenant, day, agent, sketch)";
        if self.engine.has_row_locks() {
            // Rows to lock, so that two machines lose nobody.
            let rows: Vec<_> = days.iter().map(row).collect();
            let otherwise = "ON CONFLICT (tenant, day, agent) DO NOTHING";
            rows::insert(connection, into, otherwise, &rows).await?;
        }
        let lock = if self.engine.has_row_locks() {
            "ORDER BY people.tenant, people.day, people.agent FOR UPDATE OF people"
        } else {
            ""
        };
        let keys: Vec<_> = days.keys().map(key).collect();
        for (places, arguments) in rows::batches(&keys) {
            let sql = format!(
                "WITH keys (tenant, day, agent) AS (VALUES {places})
                 SELECT people.day, people.agent, people.sketch FROM keys CROSS JOIN people
                 WHERE people.tenant = keys.tenant AND people.day = CAST(keys.day AS BIGINT)
                     AND people.agent = keys.agent {lock}"
            );
            let kept = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), arguments);
            let kept: Vec<(i64, String, Vec<u8>)> = kept.fetch_all(&mut *connection).await?;
            for (day, agent, kept) in kept {
                let sketch = days.get_mut(&(day, agent));
                if let (Some(sketch), Some(kept)) = (sketch, Sketch::from_bytes(&kept)) {
                    sketch.merge(&kept);
                }
            }
        }
        let rows: Vec<_> = days.iter().map(row).collect();
        let otherwise = "ON CONFLICT (tenant, day, agent) DO UPDATE SET sketch = excluded.sketch";
        rows::insert(connection, into, otherwise, &rows).await
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
