//! What the writer's statements go over: a connection of `sqlx`, or `SQLite` itself. The library that
//! asks a thread which asks `SQLite` takes as long to get there and back as the statement does.

use rusqlite::types::ToSqlOutput;
use rusqlite::{ToSql, params_from_iter};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyConnection, AssertSqlSafe, FromRow};

use super::StorageError;
use super::engine::Engine;
use super::rows::{self, Cell, batches};

/// A transaction that is under way.
pub enum Link<'c> {
    /// In `SQLite`, called directly. It blocks its thread.
    File(&'c mut rusqlite::Connection),
    /// Anywhere, by way of `sqlx`.
    Any(&'c mut AnyConnection),
}

/// A row that either way gives.
pub trait Found:
    for<'r> FromRow<'r, AnyRow>
    + for<'r> TryFrom<&'r rusqlite::Row<'r>, Error = rusqlite::Error>
    + Send
    + Unpin
{
}

impl<T> Found for T where
    T: for<'r> FromRow<'r, AnyRow>
        + for<'r> TryFrom<&'r rusqlite::Row<'r>, Error = rusqlite::Error>
        + Send
        + Unpin
{
}

/// Which rows of a table are looked for.
pub struct Lookup<'a> {
    pub table: &'a str,
    pub columns: &'a [&'a str],
    /// The columns that tell rows apart.
    pub key: &'a [&'a str],
    /// Whether they are kept from other processes until the commit.
    pub locks: bool,
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Text(text) => text.to_sql(),
            Self::Number(number) => number.to_sql(),
            Self::Bytes(bytes) => bytes.to_sql(),
        }
    }
}

impl Link<'_> {
    pub fn engine(&self) -> Engine {
        match self {
            Self::File(_) => Engine::Sqlite,
            Self::Any(connection) => Engine::of(connection),
        }
    }

    /// Writes rows, as [`rows::insert`].
    pub async fn insert(
        &mut self,
        into: &str,
        otherwise: &str,
        rows: Vec<Vec<Cell>>,
    ) -> Result<(), StorageError> {
        match self {
            Self::File(connection) => insert_directly(connection, into, otherwise, &rows)?,
            Self::Any(connection) => rows::insert(connection, into, otherwise, rows).await?,
        }
        Ok(())
    }

    /// Does one statement.
    pub async fn execute(&mut self, sql: &str, values: Vec<Cell>) -> Result<(), StorageError> {
        match self {
            Self::File(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                statement.execute(params_from_iter(values))?;
            }
            Self::Any(connection) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), arguments(values));
                query.execute(&mut **connection).await?;
            }
        }
        Ok(())
    }

    /// Does a statement for all of the ids, which stand for its `IN ?`.
    pub async fn execute_for(&mut self, sql: &str, ids: &[String]) -> Result<(), StorageError> {
        match self {
            Self::File(connection) => {
                // As one value. The index writes what it has at each statement: there may not be one an id.
                let sql = sql.replace("IN ?", "IN (SELECT value FROM json_each(?))");
                let ids = serde_json::json!(ids).to_string();
                connection.prepare_cached(&sql)?.execute([ids])?;
            }
            Self::Any(connection) => {
                let rows = ids.iter().map(|id| vec![id.as_str().into()]);
                for batch in batches(rows.collect()) {
                    let sql = sql.replace("IN ?", &format!("IN ({})", batch.sql));
                    let query = sqlx::query_with(AssertSqlSafe(sql), batch.arguments());
                    query.execute(&mut **connection).await?;
                }
            }
        }
        Ok(())
    }

    /// The rows that a query gives.
    pub async fn query<T: Found>(
        &mut self,
        sql: &str,
        values: Vec<Cell>,
    ) -> Result<Vec<T>, StorageError> {
        Ok(match self {
            Self::File(connection) => query_directly(connection, sql, [values])?,
            Self::Any(connection) => {
                let query = sqlx::query_as_with(AssertSqlSafe(sql), arguments(values));
                query.fetch_all(&mut **connection).await?
            }
        })
    }

    /// Those of the rows with these keys that are there.
    pub async fn look_up<T: Found>(
        &mut self,
        lookup: &Lookup<'_>,
        keys: Vec<Vec<Cell>>,
    ) -> Result<Vec<T>, StorageError> {
        match self {
            Self::File(connection) => Ok(query_directly(connection, &lookup.one(), keys)?),
            Self::Any(connection) => {
                let mut found = Vec::new();
                for keys in batches(keys) {
                    let sql = lookup.several(&keys.sql);
                    let query = sqlx::query_as_with(AssertSqlSafe(sql), keys.arguments());
                    found.extend(query.fetch_all(&mut **connection).await?);
                }
                Ok(found)
            }
        }
    }
}

impl Lookup<'_> {
    fn one(&self) -> String {
        let key: Vec<String> = self.key.iter().map(|name| format!("{name} = ?")).collect();
        format!(
            "SELECT {} FROM {} WHERE {}",
            self.columns.join(", "),
            self.table,
            key.join(" AND ")
        )
    }

    /// With the SQL that gives the keys.
    fn several(&self, keys: &str) -> String {
        let table = self.table;
        let of_table = |names: &[&str]| {
            let names = names.iter().map(|name| format!("{table}.{name}"));
            names.collect::<Vec<_>>().join(", ")
        };
        let same = self
            .key
            .iter()
            .map(|name| format!("{table}.{name} = keys.{name}"));
        // Rows are locked in one order everywhere, so that two processes never wait for each other.
        let lock = if self.locks {
            format!("ORDER BY {} FOR UPDATE OF {table}", of_table(self.key))
        } else {
            String::new()
        };
        format!(
            "WITH keys ({}) AS ({keys}) SELECT {} FROM keys CROSS JOIN {table} WHERE {} {lock}",
            self.key.join(", "),
            of_table(self.columns),
            same.collect::<Vec<_>>().join(" AND ")
        )
    }
}

fn arguments(values: Vec<Cell>) -> AnyArguments {
    let mut arguments = AnyArguments::default();
    for value in values {
        value.add_to(&mut arguments);
    }
    arguments
}

/// A statement a row: it stays prepared, and costs no way to anywhere.
fn insert_directly(
    connection: &rusqlite::Connection,
    into: &str,
    otherwise: &str,
    rows: &[Vec<Cell>],
) -> rusqlite::Result<()> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let places = vec!["?"; first.len()].join(", ");
    let sql = format!("INSERT INTO {into} VALUES ({places}) {otherwise}");
    let mut statement = connection.prepare_cached(&sql)?;
    for row in rows {
        statement.execute(params_from_iter(row))?;
    }
    Ok(())
}

fn query_directly<T: Found>(
    connection: &rusqlite::Connection,
    sql: &str,
    all: impl IntoIterator<Item = Vec<Cell>>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = Vec::new();
    for values in all {
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            found.push(T::try_from(row)?);
        }
    }
    Ok(found)
}
