//! Which votes a search has to look at. Candidates come from an index of three-character pieces;
//! the comment itself is read again, so that both databases find the same.

use sqlx::{AnyConnection, AnyPool};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::engine::Engine;
use super::filter::{Rules, Value};
use super::link::Link;
use super::rows::batches;
use super::{Filter, Storage, StorageError};
use crate::annotation::Marked;
use crate::cursor::Cursor;

/// The shortest term that the index knows.
const PIECE: usize = 3;
/// With more candidates than this, what is found is found soon, newest first.
const CANDIDATES: i64 = 5_000;
/// Votes that are looked at one by one for a page or a count, where no index has what is asked.
const LOOKED_AT: u32 = 10_000;
/// Votes of one transaction that fills the index.
const BATCH: u32 = 500;

/// Which votes are looked at.
#[derive(Default)]
pub struct Search {
    /// Those that the index of pieces gave.
    candidates: Option<Candidates>,
    /// The last of the newest, if older ones are not looked at.
    pub oldest: Option<Cursor>,
}

/// A search of the index.
#[derive(Clone)]
pub struct Candidates {
    sql: String,
    /// The same without the votes' ids, which cost a look each.
    counted: String,
    values: Vec<String>,
}

impl Search {
    /// The table to search, with a word about the index where the database would choose badly.
    pub fn table(&self, engine: Engine, filter: &Filter) -> &'static str {
        match (&self.candidates, engine) {
            // It would walk all votes from the newest on.
            (Some(_), Engine::Sqlite) => "feedback INDEXED BY sqlite_autoindex_feedback_1",
            (None, Engine::Sqlite) => walked(filter),
            (_, Engine::Postgres) => "feedback",
        }
    }

    /// The conditions on a row of `feedback`.
    pub fn rules(&self, tenant: &str, filter: &Filter, engine: Engine) -> Rules {
        let Some(oldest) = &self.oldest else {
            let mut rules = filter.rules(tenant, engine);
            if let Some(candidates) = &self.candidates {
                candidates.narrow(&mut rules);
            }
            return rules;
        };
        // It is later than `from`. Of the two numbers together PostgreSQL does not know how much they leave.
        let filter = Filter {
            from: Some(oldest.created_at),
            ..filter.clone()
        };
        let mut rules = filter.rules(tenant, engine);
        let created_at = rules.bind(Value::Number(oldest.created_at));
        let id = rules.bind(Value::Text(oldest.id.clone()));
        rules.condition(format!("(created_at, id) >= ({created_at}, {id})"));
        rules
    }
}

/// The table with the index that has what is asked in the order of lists. Of a range of time `SQLite`
/// would read all agents' votes.
fn walked(filter: &Filter) -> &'static str {
    let is_marked = matches!(filter.marked, Some(Marked::As(_)));
    let is_one = filter.run.is_some() || filter.user.is_some() || filter.assignee.is_some();
    match (is_one, filter.agent.is_some(), is_marked) {
        // Few votes, whatever else is asked.
        (true, _, _) => "feedback",
        (false, true, true) => "feedback INDEXED BY feedback_newest_by_agent_and_mark",
        (false, true, false) => "feedback INDEXED BY feedback_newest_by_agent",
        (false, false, true) => "feedback INDEXED BY feedback_newest_by_mark",
        (false, false, false) => "feedback INDEXED BY feedback_newest",
    }
}

impl Candidates {
    /// None if the index knows none of the terms.
    fn of(engine: Engine, terms: &[String]) -> Option<Self> {
        let known = terms.iter().filter(|term| term.chars().count() >= PIECE);
        let known: Vec<&String> = known.collect();
        if known.is_empty() {
            return None;
        }
        Some(match engine {
            Engine::Sqlite => {
                // Phrases in quotes: text, never syntax.
                let phrases = known
                    .iter()
                    .map(|term| format!("\"{}\"", term.replace('"', "\"\"")));
                Self {
                    sql: "SELECT search_rows.feedback_id FROM search
                          JOIN search_rows ON search_rows.number = search.rowid
                          WHERE search.folded MATCH ?"
                        .into(),
                    counted: "SELECT rowid FROM search WHERE folded MATCH ?".into(),
                    values: vec![phrases.collect::<Vec<_>>().join(" AND ")],
                }
            }
            Engine::Postgres => {
                let escaped = known.iter().map(|term| {
                    let term = term.replace('\\', "\\\\");
                    format!("%{}%", term.replace('%', "\\%").replace('_', "\\_"))
                });
                let likes = vec!["folded LIKE ?"; known.len()];
                let sql = format!(
                    "SELECT feedback_id FROM search WHERE {}",
                    likes.join(" AND ")
                );
                Self {
                    counted: sql.clone(),
                    sql,
                    values: escaped.collect(),
                }
            }
        })
    }

    /// One of its statements with the places that its values have.
    fn placed(&self, sql: &str, mut bind: impl FnMut(&str) -> String) -> String {
        let mut parts = sql.split('?');
        let mut sql = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(&self.values) {
            sql.push_str(&bind(value));
            sql.push_str(part);
        }
        sql
    }

    fn narrow(&self, rules: &mut Rules) {
        let sql = self.placed(&self.sql, |value| rules.bind(Value::Text(value.to_owned())));
        // What the index does not have yet is looked at too: few, as it is a second behind.
        rules.condition(format!(
            "id IN ({sql} UNION SELECT feedback_id FROM search_due)"
        ));
    }
}

impl Storage {
    /// How to look for what the filter asks, after a place in the list.
    pub async fn search(
        &self,
        tenant: &str,
        filter: &Filter,
        candidates: Option<Candidates>,
        after: Option<&Cursor>,
    ) -> Result<Search, StorageError> {
        if candidates.is_some() {
            return Ok(Search {
                candidates,
                oldest: None,
            });
        }
        let oldest = match filter.walk() {
            Some(walk) => self.oldest_looked_at(tenant, &walk, after).await?,
            None => None,
        };
        Ok(Search {
            candidates: None,
            oldest,
        })
    }

    /// Candidates of the index. None if it knows none of the terms, or gives too many.
    pub async fn candidates(&self, terms: &[String]) -> Result<Option<Candidates>, StorageError> {
        let candidates = Candidates::of(self.engine, terms).filter(|_| self.has_pieces);
        let Some(candidates) = candidates else {
            return Ok(None);
        };
        let mut rules = Rules::none();
        let bind = |value: &str| rules.bind(Value::Text(value.to_owned()));
        let sql = candidates.placed(&candidates.counted, bind);
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ({sql}) AS found LIMIT {}) AS counted",
            CANDIDATES + 1
        );
        let count = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        let count: i64 = count.fetch_one(&self.read).await?;
        Ok(Some(candidates).filter(|_| count <= CANDIDATES))
    }

    /// The last vote that is looked at on a walk. None if there are no older ones.
    async fn oldest_looked_at(
        &self,
        tenant: &str,
        walk: &Filter,
        after: Option<&Cursor>,
    ) -> Result<Option<Cursor>, StorageError> {
        let mut rules = walk.rules(tenant, self.engine);
        if let Some(after) = after {
            rules.after(after);
        }
        let sql = format!(
            "SELECT created_at, id FROM {} WHERE {} ORDER BY created_at DESC, id DESC
             LIMIT 2 OFFSET {}",
            Search::default().table(self.engine, walk),
            rules.sql(),
            LOOKED_AT - 1
        );
        let query = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        let rows: Vec<(i64, String)> = query.fetch_all(&self.read).await?;
        Ok(match rows.as_slice() {
            [(created_at, id), _older] => Some(Cursor {
                created_at: *created_at,
                id: id.clone(),
            }),
            _ => None,
        })
    }

    /// Brings the index up to date. Returns how many votes it was behind.
    pub async fn index(&self) -> Result<u64, StorageError> {
        let mut indexed = 0;
        loop {
            let (due, batch) = self.index_batch().await?;
            indexed += batch;
            if due < u64::from(BATCH) || batch == 0 {
                return Ok(indexed);
            }
        }
    }

    /// How many votes it looked at, and how many of them it indexed.
    async fn index_batch(&self) -> Result<(u64, u64), StorageError> {
        let sql = format!("SELECT feedback_id FROM search_due LIMIT {BATCH}");
        let due: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.read)
            .await?;
        if due.is_empty() {
            return Ok((0, 0));
        }
        let looked_at = due.len() as u64;
        if let Some(file) = self.file.clone() {
            let turn = self.write.acquire().await?;
            let runtime = Handle::current();
            // Whoever asked may be gone before it is done.
            let indexed = spawn_blocking(move || {
                let mut connection = file.begin()?;
                let link = &mut Link::File(&mut connection);
                runtime.block_on(index(link, INDEX_SQLITE, &due))?;
                file.commit(connection)?;
                drop(turn);
                Ok::<_, StorageError>(())
            });
            indexed.await.map_err(|_| StorageError::Stopped)??;
            return Ok((looked_at, looked_at));
        }
        let mut transaction = self.begin().await?;
        let due = lock(&mut transaction, &due).await?;
        let link = &mut Link::Any(&mut transaction);
        index(link, INDEX_POSTGRES, &due).await?;
        transaction.commit().await?;
        Ok((looked_at, due.len() as u64))
    }
}

async fn index(link: &mut Link<'_>, steps: &[&str], ids: &[String]) -> Result<(), StorageError> {
    for sql in steps {
        link.execute_for(sql, ids).await?;
    }
    Ok(())
}

/// Keeps the votes from being changed until the commit. Those that are being changed just now stay due:
/// their new comment cannot be read yet, and the mark that is there already would go with the old one.
async fn lock(connection: &mut AnyConnection, ids: &[String]) -> Result<Vec<String>, sqlx::Error> {
    let rows = ids.iter().map(|id| vec![id.as_str().into()]);
    let mut locked = Vec::new();
    for ids in batches(rows.collect()) {
        let sql = format!(
            "SELECT id FROM feedback WHERE id IN ({}) FOR NO KEY UPDATE SKIP LOCKED",
            ids.sql
        );
        let found = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), ids.arguments());
        let found: Vec<String> = found.fetch_all(&mut *connection).await?;
        locked.extend(found);
    }
    Ok(locked)
}

/// What brings the index up to date with the votes of some ids.
const INDEX_SQLITE: &[&str] = &[
    "DELETE FROM search_due WHERE feedback_id IN ?",
    "DELETE FROM search
     WHERE rowid IN (SELECT number FROM search_rows WHERE feedback_id IN ?)",
    "INSERT INTO search_rows (feedback_id)
     SELECT id FROM feedback WHERE id IN ? AND folded IS NOT NULL ON CONFLICT DO NOTHING",
    "INSERT INTO search (rowid, folded)
     SELECT number, folded FROM feedback JOIN search_rows ON feedback_id = id
     WHERE id IN ? AND folded IS NOT NULL",
];
const INDEX_POSTGRES: &[&str] = &[
    "DELETE FROM search_due WHERE feedback_id IN ?",
    "DELETE FROM search USING feedback
     WHERE search.feedback_id = feedback.id AND feedback.id IN ? AND feedback.folded IS NULL",
    "INSERT INTO search (feedback_id, folded)
     SELECT id, folded FROM feedback WHERE id IN ? AND folded IS NOT NULL
     ON CONFLICT (feedback_id) DO UPDATE SET folded = excluded.folded",
];

/// Makes the index where the extension can be had. False if it cannot: a right to it, or the
/// extension itself, is missing.
pub async fn make_pieces(pool: &AnyPool) -> bool {
    match try_to_make_pieces(pool).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "no pg_trgm: a search looks at the newest votes alone");
            false
        }
    }
}

async fn try_to_make_pieces(pool: &AnyPool) -> Result<(), sqlx::Error> {
    // This may fail where another process makes it just now, and it is there all the same.
    let made = sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        .execute(pool)
        .await;
    // Somebody may have put it into a schema that is not searched.
    let schema: Option<String> = sqlx::query_scalar(
        "SELECT CAST(quote_ident(nspname) AS TEXT) FROM pg_extension
         JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm'",
    )
    .fetch_optional(pool)
    .await?;
    let Some(schema) = schema else {
        made?;
        return Err(sqlx::Error::RowNotFound);
    };
    let sql = format!(
        "CREATE INDEX IF NOT EXISTS search_pieces ON search USING gin (folded {schema}.gin_trgm_ops)"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await?;
    Ok(())
}

/// Notes that every comment is new.
pub async fn all_due(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO search_due (feedback_id) SELECT id FROM feedback WHERE folded IS NOT NULL",
    )
    .execute(connection)
    .await?;
    Ok(())
}
