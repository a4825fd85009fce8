//! Rows read or written by few statements: each statement costs a way to the database and back.

use std::fmt::Write;

use sqlx::any::AnyArguments;
use sqlx::{AnyConnection, Arguments, AssertSqlSafe};

/// Rows of one statement at most.
const MOST: usize = 64;

/// What a place of a row holds. Either may be null.
#[derive(Clone, Debug)]
pub enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Vec<u8>),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl Cell {
    pub fn add_to(self, arguments: &mut AnyArguments) {
        let added = match self {
            Self::Text(text) => arguments.add(text),
            Self::Number(number) => arguments.add(number),
            Self::Bytes(bytes) => arguments.add(bytes),
        };
        added.expect("texts, numbers and bytes are values of every database");
    }
}

/// Rows as the SQL of a query that gives them, and their values.
pub struct Batch {
    pub sql: String,
    rows: Vec<Vec<Cell>>,
}

impl Batch {
    pub fn arguments(self) -> AnyArguments {
        let mut arguments = AnyArguments::default();
        for cell in self.rows.into_iter().flatten() {
            cell.add_to(&mut arguments);
        }
        arguments
    }
}

/// Rows in few batches, of powers of two, so that there are few different statements to keep prepared.
pub fn batches(rows: Vec<Vec<Cell>>) -> impl Iterator<Item = Batch> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let columns = left.first()?.len();
        let size = 1 << left.len().min(MOST).ilog2();
        let rest = left.split_off(size);
        let rows = std::mem::replace(&mut left, rest);
        let sql = values(columns, size);
        Some(Batch { sql, rows })
    })
}

/// Writes rows in the order they have. `into` names table and columns; `otherwise` is what follows the
/// values. No two rows may have the same key.
pub async fn insert(
    connection: &mut AnyConnection,
    into: &str,
    otherwise: &str,
    rows: Vec<Vec<Cell>>,
) -> Result<(), sqlx::Error> {
    for batch in batches(rows) {
        let sql = format!("INSERT INTO {into} {} {otherwise}", batch.sql);
        sqlx::query_with(AssertSqlSafe(sql), batch.arguments())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// `VALUES ($1, …), (…), …`
fn values(columns: usize, rows: usize) -> String {
    let mut sql = String::from("VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            let separator = if column == 1 { "" } else { ", " };
            let place = row * columns + column;
            write!(sql, "{separator}${place}").expect("a text takes all");
        }
        sql.push(')');
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: i64) -> Vec<Vec<Cell>> {
        (0..count).map(|row| vec![row.into(), "x".into()]).collect()
    }

    #[test]
    fn every_row_is_in_one_batch_and_every_value_has_a_place() {
        let sizes = |count| {
            let batches = batches(rows(count)).map(|batch| {
                let places = batch.sql.matches('$').count();
                assert_eq!(places, batch.arguments().len());
                places / 2
            });
            batches.collect::<Vec<_>>()
        };
        assert!(sizes(0).is_empty());
        assert_eq!(sizes(7), [4, 2, 1]);
        assert_eq!(sizes(131), [64, 64, 2, 1]);
        assert_eq!(values(2, 3), "VALUES ($1, $2), ($3, $4), ($5, $6)");
    }

    #[tokio::test]
    async fn rows_are_written_or_an_error_is_told() {
        use sqlx::Connection;
        sqlx::any::install_default_drivers();
        let connection = AnyConnection::connect("sqlite::memory:").await;
        let mut connection = connection.expect("a database");
        let connection = &mut connection;
        sqlx::query("CREATE TABLE numbers (number BIGINT PRIMARY KEY, text TEXT)")
            .execute(&mut *connection)
            .await
            .expect("a table");
        insert(connection, "numbers", "", rows(3))
            .await
            .expect("rows");
        let otherwise = "ON CONFLICT DO NOTHING";
        let inserted = insert(connection, "numbers", otherwise, rows(300)).await;
        inserted.expect("rows");
        let error = insert(connection, "numbers", "", rows(1)).await;
        let error = error.expect_err("a conflict").to_string();
        assert!(error.contains("UNIQUE"), "{error}");
        let counted: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM numbers WHERE text = 'x'")
            .fetch_one(connection)
            .await
            .expect("a count");
        assert_eq!(counted, 300);
    }
}
