use serde::Serialize;
use workflowai_feedback_protocol::Outcome;

use super::engine::Engine;
use super::{Key, Storage, StorageError};
use crate::annotation::Marked;
use crate::clock::rfc3339;
use crate::cursor::Cursor;

/// The largest count that is made exactly.
pub const COUNTED: i64 = 10_000;

/// One vote as the team sees it.
#[derive(Clone, Debug, Serialize)]
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
        })
    }
}

/// Which entries of a tenant to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of one agent.
    pub agent: Option<String>,
    /// Of one run.
    pub run: Option<String>,
    /// Of one end user.
    pub user: Option<String>,
    /// Thumbs up or down alone.
    pub outcome: Option<Outcome>,
    /// With a comment, or without one.
    pub has_comment: Option<bool>,
    /// With this reason among theirs.
    pub reason: Option<String>,
    /// With every one of these in the folded comment.
    pub terms: Vec<String>,
    /// By what the team made of them.
    pub marked: Option<Marked>,
    /// Created at this time or later, in microseconds.
    pub from: Option<i64>,
    /// Created before this time, in microseconds.
    pub to: Option<i64>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Entry>,
    /// Where the next page begins. None on the last.
    pub next: Option<Cursor>,
}

/// How many votes there are.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Totals {
    /// All of them.
    pub votes: i64,
    /// Thumbs up.
    pub positive: i64,
    /// With a comment.
    pub comments: i64,
}

/// Conditions in SQL, and the values they bind in that order.
struct Rules {
    conditions: Vec<String>,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Rules {
    /// Binds a value; returns its place in the SQL.
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn equal(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            let place = self.bind(Value::Text(value.into()));
            self.conditions.push(format!("{column} = {place}"));
        }
    }

    fn after(&mut self, cursor: &Cursor) {
        let created_at = self.bind(Value::Number(cursor.created_at));
        let id = self.bind(Value::Text(cursor.id.clone()));
        self.conditions
            .push(format!("(created_at, id) < ({created_at}, {id})"));
    }

    fn sql(&self) -> String {
        self.conditions.join(" AND ")
    }
}

/// Binds the values of rules to a query of any kind.
macro_rules! bind_all {
    ($query:expr, $rules:expr) => {{
        let mut query = $query;
        for value in $rules.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }};
}

impl Filter {
    fn rules(&self, tenant: &str, engine: Engine) -> Rules {
        let mut rules = Rules {
            conditions: vec!["outcome IS NOT NULL".into()],
            values: vec![],
        };
        rules.equal("tenant", Some(tenant));
        rules.equal("agent", self.agent.as_deref());
        rules.equal("run", self.run.as_deref());
        rules.equal("user_id", self.user.as_deref());
        rules.equal("outcome", self.outcome.map(Outcome::as_str));
        if let Some(has_comment) = self.has_comment {
            let not = if has_comment { "NOT " } else { "" };
            rules.conditions.push(format!("comment IS {not}NULL"));
        }
        match self.marked {
            Some(Marked::Open) => rules.conditions.push("annotation IS NULL".into()),
            Some(Marked::As(annotation)) => rules.equal("annotation", Some(annotation.as_str())),
            None => {}
        }
        if let Some(from) = self.from {
            let place = rules.bind(Value::Number(from));
            rules.conditions.push(format!("created_at >= {place}"));
        }
        if let Some(to) = self.to {
            let place = rules.bind(Value::Number(to));
            rules.conditions.push(format!("created_at < {place}"));
        }
        if let Some(reason) = &self.reason {
            let place = rules.bind(Value::Text(reason.clone()));
            rules.conditions.push(format!(
                "EXISTS (SELECT 1 FROM reasons
                     WHERE reasons.feedback_id = feedback.id AND reasons.reason = {place})"
            ));
        }
        for term in &self.terms {
            let place = rules.bind(Value::Text(term.clone()));
            rules
                .conditions
                .push(format!("{}(folded, {place}) > 0", engine.position()));
        }
        rules
    }
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

    /// A page of at most `limit` entries after `cursor`, skipping `offset` of them.
    pub async fn list(
        &self,
        tenant: &str,
        filter: &Filter,
        cursor: Option<&Cursor>,
        offset: u32,
        limit: u32,
    ) -> Result<Page, StorageError> {
        let mut rules = filter.rules(tenant, self.engine);
        if let Some(cursor) = cursor {
            rules.after(cursor);
        }
        let sql = format!(
            "SELECT id, agent, run, user_id, outcome, comment, reasons, annotation, created_at,
                 updated_at
             FROM feedback WHERE {} ORDER BY created_at DESC, id DESC LIMIT {} OFFSET {offset}",
            rules.sql(),
            i64::from(limit) + 1,
        );
        let query = bind_all!(sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(sql)), rules);
        let rows = query.fetch_all(&self.read).await?;
        let mut items = rows
            .into_iter()
            .map(Entry::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(|last| Cursor {
            created_at: last.created_micros,
            id: last.id.clone(),
        });
        Ok(Page { items, next })
    }

    /// How many entries match, counting no further than [`COUNTED`] + 1.
    pub async fn count(&self, tenant: &str, filter: &Filter) -> Result<i64, StorageError> {
        let rules = filter.rules(tenant, self.engine);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM feedback WHERE {} LIMIT {}) AS counted",
            rules.sql(),
            COUNTED + 1
        );
        let query = bind_all!(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)), rules);
        Ok(query.fetch_one(&self.read).await?)
    }

    /// Totals over the entries that match.
    pub async fn totals(&self, tenant: &str, filter: &Filter) -> Result<Totals, StorageError> {
        let rules = filter.rules(tenant, self.engine);
        let sql = format!(
            "SELECT COUNT(*) AS votes, COUNT(comment) AS comments,
                 COUNT(CASE WHEN outcome = 'positive' THEN 1 END) AS positive
             FROM feedback WHERE {}",
            rules.sql()
        );
        let query = bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), rules);
        Ok(query.fetch_one(&self.read).await?)
    }
}
