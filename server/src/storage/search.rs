//! Which votes a search has to look at. Candidates come from an index of three-character pieces;
//! the comment itself is read again, so that both databases find the same.

use sqlx::{AnyConnection, AnyPool};

use super::engine::Engine;
use super::filter::{Rules, Value};
use super::{Filter, Storage, StorageError};
use crate::cursor::Cursor;

/// The shortest term that the index knows.
const PIECE: usize = 3;
/// With more candidates than this, what is found is found soon, newest first.
const CANDIDATES: i64 = 10_000;
/// Votes that are looked at where the index does not help.
const NEWEST: u32 = 10_000;
/// Votes of one transaction that fills the index.
const BATCH: u32 = 200;

/// How a search goes about it.
pub enum Search {
    /// There are no terms, or most votes have them.
    Everywhere,
    /// Among these.
    Candidates(Candidates),
    /// Among the newest, down to this one.
    Newest(Cursor),
}

/// A search of the index.
pub struct Candidates {
    sql: String,
    values: Vec<String>,
}

impl Search {
    /// Whether older votes were not looked at.
    pub const fn is_partial(&self) -> bool {
        matches!(self, Self::Newest(_))
    }

    /// The table to search, with a word about the index where the database would choose badly.
    pub const fn table(&self, engine: Engine) -> &'static str {
        match (self, engine) {
            // It would walk all votes from the newest on.
            (Self::Candidates(_), Engine::Sqlite) => {
                "feedback INDEXED BY sqlite_autoindex_feedback_1"
            }
            _ => "feedback",
        }
    }

    /// Adds what narrows the search down.
    pub fn narrow(&self, rules: &mut Rules) {
        match self {
            Self::Everywhere => {}
            Self::Candidates(candidates) => candidates.narrow(rules),
            Self::Newest(oldest) => {
                let created_at = rules.bind(Value::Number(oldest.created_at));
                let id = rules.bind(Value::Text(oldest.id.clone()));
                rules.condition(format!("(created_at, id) >= ({created_at}, {id})"));
            }
        }
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
                    values: vec![phrases.collect::<Vec<_>>().join(" AND ")],
                }
            }
            Engine::Postgres => {
                let escaped = known.iter().map(|term| {
                    let term = term.replace('\\', "\\\\");
                    format!("%{}%", term.replace('%', "\\%").replace('_', "\\_"))
                });
                let likes = vec!["folded LIKE ?"; known.len()];
                Self {
                    sql: format!(
                        "SELECT feedback_id FROM search WHERE {}",
                        likes.join(" AND ")
                    ),
                    values: escaped.collect(),
                }
            }
        })
    }

    /// The search with the places that its values have.
    fn sql(&self, mut bind: impl FnMut(&str) -> String) -> String {
        let mut parts = self.sql.split('?');
        let mut sql = parts.next().unwrap_or_default().to_owned();
        for (part, value) in parts.zip(&self.values) {
            sql.push_str(&bind(value));
            sql.push_str(part);
        }
        sql
    }

    fn narrow(&self, rules: &mut Rules) {
        let sql = self.sql(|value| rules.bind(Value::Text(value.to_owned())));
        // What the index does not have yet is looked at too: few, as it is a second behind.
        rules.condition(format!(
            "id IN ({sql} UNION SELECT feedback_id FROM search_due)"
        ));
    }
}

impl Storage {
    /// How to search for what the filter asks.
    pub async fn search(&self, tenant: &str, filter: &Filter) -> Result<Search, StorageError> {
        if filter.terms.is_empty() {
            return Ok(Search::Everywhere);
        }
        let candidates = Candidates::of(self.engine, &filter.terms).filter(|_| self.has_pieces);
        let Some(candidates) = candidates else {
            let oldest = self.oldest_of_the_newest(tenant, filter).await?;
            return Ok(oldest.map_or(Search::Everywhere, Search::Newest));
        };
        let mut rules = Rules::none();
        let sql = candidates.sql(|value| rules.bind(Value::Text(value.to_owned())));
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ({sql}) AS found LIMIT {}) AS counted",
            CANDIDATES + 1
        );
        let count = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        let count: i64 = count.fetch_one(&self.read).await?;
        Ok(if count > CANDIDATES {
            Search::Everywhere
        } else {
            Search::Candidates(candidates)
        })
    }

    /// The last of the newest votes that are looked at. None if there are no older ones.
    async fn oldest_of_the_newest(
        &self,
        tenant: &str,
        filter: &Filter,
    ) -> Result<Option<Cursor>, StorageError> {
        let all = Filter {
            agent: filter.agent.clone(),
            ..Filter::default()
        };
        let rules = all.rules(tenant, self.engine);
        let sql = format!(
            "SELECT created_at, id FROM feedback WHERE {} ORDER BY created_at DESC, id DESC
             LIMIT 2 OFFSET {}",
            rules.sql(),
            NEWEST - 1
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
            let batch = self.index_batch().await?;
            indexed += batch;
            if batch < u64::from(BATCH) {
                return Ok(indexed);
            }
        }
    }

    async fn index_batch(&self) -> Result<u64, StorageError> {
        let sql = format!("SELECT feedback_id FROM search_due LIMIT {BATCH}");
        let due: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.read)
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        for id in &due {
            // First, so that a change meanwhile makes it due again.
            sqlx::query("DELETE FROM search_due WHERE feedback_id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            let folded: Option<Option<String>> =
                sqlx::query_scalar("SELECT folded FROM feedback WHERE id = $1")
                    .bind(id)
                    .fetch_optional(&mut *transaction)
                    .await?;
            let folded = folded.flatten();
            match self.engine {
                Engine::Sqlite => index_sqlite(&mut transaction, id, folded).await?,
                Engine::Postgres => index_postgres(&mut transaction, id, folded).await?,
            }
        }
        transaction.commit().await?;
        Ok(due.len() as u64)
    }
}

async fn index_sqlite(
    connection: &mut AnyConnection,
    id: &str,
    folded: Option<String>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM search
         WHERE rowid = (SELECT number FROM search_rows WHERE feedback_id = $1)",
    )
    .bind(id)
    .execute(&mut *connection)
    .await?;
    if let Some(folded) = folded {
        for sql in [
            "INSERT INTO search_rows (feedback_id) VALUES ($1) ON CONFLICT DO NOTHING",
            "INSERT INTO search (rowid, folded)
             SELECT number, $2 FROM search_rows WHERE feedback_id = $1",
        ] {
            let mut query = sqlx::query(sql).bind(id);
            if sql.contains("$2") {
                query = query.bind(&folded);
            }
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn index_postgres(
    connection: &mut AnyConnection,
    id: &str,
    folded: Option<String>,
) -> Result<(), sqlx::Error> {
    let query = if let Some(folded) = folded {
        sqlx::query(
            "INSERT INTO search (feedback_id, folded)
             SELECT id, $2 FROM feedback WHERE id = $1
             ON CONFLICT (feedback_id) DO UPDATE SET folded = excluded.folded",
        )
        .bind(id)
        .bind(folded)
    } else {
        sqlx::query("DELETE FROM search WHERE feedback_id = $1").bind(id)
    };
    query.execute(connection).await?;
    Ok(())
}

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

/// Notes that a vote's comment changed.
pub async fn due(connection: &mut AnyConnection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO search_due (feedback_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(id)
        .execute(connection)
        .await?;
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
