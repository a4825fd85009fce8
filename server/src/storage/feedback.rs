use serde::Serialize;
use workflowai_feedback_protocol::Outcome;

use super::search::Candidates;
use super::{Filter, Key, Storage, StorageError};
use crate::clock::rfc3339;
use crate::cursor::Cursor;

/// The largest count that is made by counting.
const COUNTED: i64 = 10_000;

/// Newer entries that are told apart.
const NEWER: i64 = 100;

/// How many entries match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i64),
    /// So many, and more that were not counted.
    AtLeast(i64),
}

/// One vote as the team sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// `UUIDv7`; stays when the vote changes.
    pub id: String,
    /// The agent that answered.
    pub agent_id: String,
    /// The answer that was rated.
    pub run_id: String,
    /// The end user, null where none was named.
    pub user_id: Option<String>,
    /// The vote.
    pub outcome: Outcome,
    /// What the person wrote.
    pub comment: Option<String>,
    /// The reasons chosen.
    pub reasons: Vec<String>,
    /// `resolved`, `incorrect` or `correct`.
    pub annotation: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
    /// The same as `created_at`, in the database's unit.
    #[serde(skip)]
    pub created_micros: i64,
    /// The id of whoever looks after it.
    #[serde(skip)]
    pub assignee: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    agent: String,
    run: String,
    user_id: String,
    outcome: String,
    comment: Option<String>,
    reasons: String,
    annotation: Option<String>,
    created_at: i64,
    updated_at: i64,
    assignee: Option<String>,
}

impl TryFrom<Row> for Entry {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            id: row.id,
            agent_id: row.agent,
            run_id: row.run,
            user_id: Some(row.user_id).filter(|user| !user.is_empty()),
            outcome: Outcome::parse(&row.outcome).ok_or(StorageError::Unreadable("outcome"))?,
            comment: row.comment,
            reasons: serde_json::from_str(&row.reasons)
                .map_err(|_| StorageError::Unreadable("list of reasons"))?,
            annotation: row.annotation,
            created_at: rfc3339(row.created_at),
            updated_at: rfc3339(row.updated_at),
            created_micros: row.created_at,
            assignee: row.assignee,
        })
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Entry>,
    /// Where the next page begins. None on the last.
    pub next: Option<Cursor>,
    /// Whether there are fewer than asked for because only some votes were looked at; the next page
    /// goes on where that ended.
    pub partial: bool,
}

impl Storage {
    /// The stored outcome of a key.
    pub async fn outcome(&self, key: &Key) -> Result<Option<Outcome>, StorageError> {
        let outcome: Option<Option<String>> = sqlx::query_scalar(
            "SELECT outcome FROM feedback
             WHERE tenant = $1 AND agent = $2 AND run = $3 AND user_id = $4",
        )
        .bind(&key.tenant)
        .bind(&key.agent)
        .bind(&key.run)
        .bind(&key.user)
        .fetch_optional(&self.read)
        .await?;
        Ok(outcome.flatten().as_deref().and_then(Outcome::parse))
    }

    /// One vote, with the note of whoever marked it.
    pub async fn entry(
        &self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<(Entry, Option<String>)>, StorageError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, agent, run, user_id, outcome, comment, reasons, annotation, created_at,
                 updated_at, assignee
             FROM feedback WHERE id = $1 AND tenant = $2 AND outcome IS NOT NULL",
        )
        .bind(id)
        .bind(tenant)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let note = sqlx::query_scalar("SELECT annotation_comment FROM feedback WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        Ok(Some((row.try_into()?, note.flatten())))
    }

    /// The agents of a tenant that have been voted on.
    pub async fn agents(&self, tenant: &str) -> Result<Vec<String>, StorageError> {
        // From one agent to the next, as each has many rows.
        let agents = sqlx::query_scalar(
            "WITH RECURSIVE agents (agent) AS (
                 SELECT MIN(agent) FROM aggregates WHERE tenant = $1
                 UNION ALL
                 SELECT (SELECT MIN(aggregates.agent) FROM aggregates
                     WHERE aggregates.tenant = $1 AND aggregates.agent > agents.agent)
                 FROM agents WHERE agents.agent IS NOT NULL
             )
             SELECT agent FROM agents WHERE agent IS NOT NULL",
        )
        .bind(tenant)
        .fetch_all(&self.read)
        .await?;
        Ok(agents)
    }

    /// A page of at most `limit` entries after `cursor`, skipping `offset` of those that were looked at.
    pub async fn list(
        &self,
        tenant: &str,
        filter: &Filter,
        cursor: Option<&Cursor>,
        offset: u32,
        limit: u32,
    ) -> Result<Page, StorageError> {
        let candidates = self.candidates(&filter.terms).await?;
        self.page(tenant, filter, candidates, cursor, offset, limit)
            .await
    }

    /// The same, and how many entries match in all: exactly where the aggregates tell, or where few do
    /// and few others have to be looked at.
    pub async fn list_and_count(
        &self,
        tenant: &str,
        filter: &Filter,
        cursor: Option<&Cursor>,
        offset: u32,
        limit: u32,
    ) -> Result<(Page, Count), StorageError> {
        let candidates = self.candidates(&filter.terms).await?;
        tokio::try_join!(
            self.page(tenant, filter, candidates.clone(), cursor, offset, limit),
            self.count_among(tenant, filter, candidates),
        )
    }

    async fn page(
        &self,
        tenant: &str,
        filter: &Filter,
        candidates: Option<Candidates>,
        cursor: Option<&Cursor>,
        offset: u32,
        limit: u32,
    ) -> Result<Page, StorageError> {
        let search = self.search(tenant, filter, candidates, cursor).await?;
        let mut rules = search.rules(tenant, filter, self.engine);
        if let Some(cursor) = cursor {
            rules.after(cursor);
        }
        let sql = format!(
            "SELECT id, agent, run, user_id, outcome, comment, reasons, annotation, created_at,
                 updated_at, assignee
             FROM {} WHERE {} ORDER BY created_at DESC, id DESC LIMIT {} OFFSET {offset}",
            search.table(self.engine, filter),
            rules.sql(),
            i64::from(limit) + 1,
        );
        let query = sqlx::query_as_with::<_, Row, _>(sqlx::AssertSqlSafe(sql), rules.arguments());
        let rows = query.fetch_all(&self.read).await?;
        let mut items = rows
            .into_iter()
            .map(Entry::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        if !more {
            return Ok(Page {
                items,
                partial: search.oldest.is_some(),
                next: search.oldest,
            });
        }
        let next = items.last().map(|last| Cursor {
            created_at: last.created_micros,
            id: last.id.clone(),
        });
        Ok(Page {
            items,
            next,
            partial: false,
        })
    }

    /// How many entries match and are newer than one, up to a hundred, of as many of the newest as
    /// are looked at for a list.
    pub async fn newer(
        &self,
        tenant: &str,
        filter: &Filter,
        than: &Cursor,
    ) -> Result<i64, StorageError> {
        // Few votes are newer, so they are walked rather than searched for.
        let filter = Filter {
            from: filter.from.max(Some(than.created_at)),
            ..filter.clone()
        };
        let search = self.search(tenant, &filter, None, None).await?;
        let mut rules = search.rules(tenant, &filter, self.engine);
        rules.before(than);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} WHERE {} LIMIT {NEWER}) AS newer",
            search.table(self.engine, &filter),
            rules.sql(),
        );
        let query = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(query.fetch_one(&self.read).await?)
    }

    /// How many entries match, as with a list.
    pub async fn count(&self, tenant: &str, filter: &Filter) -> Result<Count, StorageError> {
        let candidates = self.candidates(&filter.terms).await?;
        self.count_among(tenant, filter, candidates).await
    }

    async fn count_among(
        &self,
        tenant: &str,
        filter: &Filter,
        candidates: Option<Candidates>,
    ) -> Result<Count, StorageError> {
        if let Some(count) = self.aggregated_count(tenant, filter).await? {
            return Ok(Count::Exactly(count));
        }
        let search = self.search(tenant, filter, candidates, None).await?;
        let rules = search.rules(tenant, filter, self.engine);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} WHERE {} LIMIT {}) AS counted",
            search.table(self.engine, filter),
            rules.sql(),
            COUNTED + 1
        );
        let query = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        let count: i64 = query.fetch_one(&self.read).await?;
        Ok(if count > COUNTED || search.oldest.is_some() {
            Count::AtLeast(count.min(COUNTED))
        } else {
            Count::Exactly(count)
        })
    }
}
