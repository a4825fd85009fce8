//! Rows read or written by few statements: each statement costs a way to the database and back.

use std::fmt::Write;

use sqlx::any::AnyArguments;
use sqlx::{AnyConnection, Arguments, AssertSqlSafe};

use super::engine::Engine;

/// Sizes of a statement on `SQLite`, in rows. Few, so that all of them stay prepared, and near enough
/// to each other, as what fills one up is looked at, too.
const SIZES: [usize; 8] = [1, 4, 16, 32, 48, 64, 128, 256];
/// Rows of one statement on `PostgreSQL` at most.
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
    fn add_to(self, arguments: &mut AnyArguments) {
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
    /// Values that are null, behind those of the rows.
    missing: usize,
}

impl Batch {
    pub fn arguments(self) -> AnyArguments {
        let mut arguments = AnyArguments::default();
        self.add_to(&mut arguments);
        arguments
    }

    fn add_to(self, arguments: &mut AnyArguments) {
        for cell in self.rows.into_iter().flatten() {
            cell.add_to(arguments);
        }
        for _ in 0..self.missing {
            Cell::Number(None).add_to(arguments);
        }
    }
}

/// Rows in as few batches as the database takes. The first place of a row may not be null.
pub fn batches(engine: Engine, rows: Vec<Vec<Cell>>) -> impl Iterator<Item = Batch> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let columns = left.first()?.len();
        let size = match engine {
            Engine::Sqlite => fitting(left.len()),
            // Powers of two, so that there are few different statements to keep prepared.
            Engine::Postgres => 1 << left.len().min(MOST).ilog2(),
        };
        let rest = left.split_off(size.min(left.len()));
        let rows = std::mem::replace(&mut left, rest);
        let sql = match engine {
            // Places with a number are looked up in a list of all.
            Engine::Sqlite => format!(
                "SELECT * FROM (VALUES {}) WHERE column1 IS NOT NULL",
                places(columns, size, |sql, _| sql.push('?'))
            ),
            Engine::Postgres => format!("VALUES {}", places(columns, size, numbered)),
        };
        Some(Batch {
            sql,
            missing: (size - rows.len()) * columns,
            rows,
        })
    })
}

/// The smallest size that has room for so many rows, or the largest.
fn fitting(rows: usize) -> usize {
    let [.., largest] = SIZES;
    let mut sizes = SIZES.into_iter();
    sizes.find(|size| *size >= rows).unwrap_or(largest)
}

/// Statements that write rows, run one after the other: on `SQLite` by one way to the database and
/// back, which costs more than the statement itself.
pub struct Statements {
    engine: Engine,
    all: Vec<(String, AnyArguments)>,
}

impl Statements {
    pub const fn new(engine: Engine) -> Self {
        Self {
            engine,
            all: Vec::new(),
        }
    }

    /// Writes rows in the order they have. `into` names table and columns; `otherwise` is what
    /// follows the values. No two rows may have the same key, and the first place of a row may not be
    /// null.
    pub fn insert(&mut self, into: &str, otherwise: &str, rows: Vec<Vec<Cell>>) {
        for batch in batches(self.engine, rows) {
            let sql = format!("INSERT INTO {into} {} {otherwise}", batch.sql);
            self.add(&sql, batch);
        }
    }

    /// A statement with the values of a batch that its text has.
    pub fn add(&mut self, sql: &str, batch: Batch) {
        match self.all.last_mut() {
            Some((before, arguments)) if self.engine == Engine::Sqlite => {
                before.push_str(";\n");
                before.push_str(sql);
                batch.add_to(arguments);
            }
            _ => self.all.push((sql.to_owned(), batch.arguments())),
        }
    }

    pub async fn run(self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        for (sql, arguments) in self.all {
            sqlx::query_with(AssertSqlSafe(sql), arguments)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

/// One insertion, as [`Statements::insert`].
pub async fn insert(
    connection: &mut AnyConnection,
    into: &str,
    otherwise: &str,
    rows: Vec<Vec<Cell>>,
) -> Result<(), sqlx::Error> {
    let mut statements = Statements::new(Engine::of(connection));
    statements.insert(into, otherwise, rows);
    statements.run(connection).await
}

fn numbered(sql: &mut String, place: usize) {
    write!(sql, "${place}").expect("a text takes all");
}

/// `(…, …), (…, …)`: so many rows of places, numbered from 1.
fn places(columns: usize, rows: usize, place: impl Fn(&mut String, usize)) -> String {
    let mut sql = String::with_capacity(rows * columns * 4);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            if column > 1 {
                sql.push_str(", ");
            }
            place(&mut sql, row * columns + column);
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

    /// The places of each batch, and the values.
    fn sizes(engine: Engine, count: i64) -> Vec<(usize, usize)> {
        let all = rows(count);
        let sizes = batches(engine, all).map(|batch| {
            let places = batch.sql.matches(['$', '?']).count();
            (places / 2, batch.arguments().len() / 2)
        });
        sizes.collect()
    }

    #[test]
    fn every_row_is_in_one_batch_and_every_value_has_a_place() {
        assert_eq!(sizes(Engine::Postgres, 0), []);
        assert_eq!(sizes(Engine::Postgres, 7), [(4, 4), (2, 2), (1, 1)]);
        let most = [(64, 64), (64, 64), (2, 2), (1, 1)];
        assert_eq!(sizes(Engine::Postgres, 131), most);
        assert_eq!(places(2, 3, numbered), "($1, $2), ($3, $4), ($5, $6)");
    }

    #[test]
    fn on_sqlite_few_sizes_have_room_for_all() {
        assert_eq!(sizes(Engine::Sqlite, 0), []);
        assert_eq!(sizes(Engine::Sqlite, 1), [(1, 1)]);
        assert_eq!(sizes(Engine::Sqlite, 7), [(16, 16)]);
        assert_eq!(sizes(Engine::Sqlite, 33), [(48, 48)]);
        assert_eq!(sizes(Engine::Sqlite, 256), [(256, 256)]);
        assert_eq!(sizes(Engine::Sqlite, 258), [(256, 256), (4, 4)]);
    }

    #[tokio::test]
    async fn what_fills_a_statement_up_is_no_row() {
        let mut connection = tables().await;
        for count in [3, 300, 1] {
            let mut statements = Statements::new(Engine::Sqlite);
            for table in ["numbers", "others"] {
                statements.insert(table, "ON CONFLICT DO NOTHING", rows(count));
            }
            statements.run(&mut connection).await.expect("rows");
        }
        for table in ["numbers", "others"] {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE text = 'x'");
            let counted = sqlx::query_scalar(AssertSqlSafe(sql));
            let counted: i64 = counted.fetch_one(&mut connection).await.expect("a count");
            assert_eq!(counted, 300);
        }
    }

    #[tokio::test]
    async fn an_error_of_any_statement_is_told() {
        let mut connection = tables().await;
        let mut statements = Statements::new(Engine::Sqlite);
        statements.insert("numbers", "", rows(3));
        statements.insert("numbers", "", rows(1));
        statements.insert("others", "", rows(3));
        let error = statements
            .run(&mut connection)
            .await
            .expect_err("a conflict");
        assert!(error.to_string().contains("UNIQUE"), "{error}");
    }

    async fn tables() -> AnyConnection {
        use sqlx::Connection;
        sqlx::any::install_default_drivers();
        let connection = AnyConnection::connect("sqlite::memory:").await;
        let mut connection = connection.expect("a database");
        let table = "(number BIGINT PRIMARY KEY, text TEXT)";
        let sql = format!("CREATE TABLE numbers {table}; CREATE TABLE others {table}");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .expect("tables");
        connection
    }
}
