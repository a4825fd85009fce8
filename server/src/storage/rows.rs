//! Rows read or written by few statements: each statement costs a way to the database and back.

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

/// The places of some rows in SQL, as `($1, $2), ($3, $4)`, and their values.
pub fn batches(rows: &[Vec<Cell>]) -> impl Iterator<Item = (String, AnyArguments)> {
    let mut left = rows;
    std::iter::from_fn(move || {
        // Powers of two, so that there are few different statements to keep prepared.
        let size = 1 << left.len().min(MOST).checked_ilog2()?;
        let (now, rest) = left.split_at(size);
        left = rest;
        let mut arguments = AnyArguments::default();
        for cell in now.iter().flatten() {
            let added = match cell {
                Cell::Text(text) => arguments.add(text.clone()),
                Cell::Number(number) => arguments.add(*number),
                Cell::Bytes(bytes) => arguments.add(bytes.clone()),
            };
            added.expect("texts, numbers and bytes are values of every database");
        }
        Some((places(now[0].len(), size), arguments))
    })
}

/// Writes rows in the order they have. `into` names table and columns; `otherwise` is what follows
/// the values. No two rows may have the same key.
pub async fn insert(
    connection: &mut AnyConnection,
    into: &str,
    otherwise: &str,
    rows: &[Vec<Cell>],
) -> Result<(), sqlx::Error> {
    for (places, arguments) in batches(rows) {
        let sql = format!("INSERT INTO {into} VALUES {places} {otherwise}");
        sqlx::query_with(AssertSqlSafe(sql), arguments)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn places(columns: usize, rows: usize) -> String {
    let row = |row: usize| {
        let places = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_batch_and_every_value_has_a_place() {
        let rows = |count: i64| -> Vec<Vec<Cell>> {
            (0..count).map(|row| vec![row.into(), "x".into()]).collect()
        };
        let sizes = |count| -> Vec<usize> {
            let all = rows(count);
            let sizes = batches(&all).map(|(places, arguments)| {
                assert!(places.ends_with(&format!("${})", arguments.len())));
                arguments.len() / 2
            });
            sizes.collect()
        };
        assert_eq!(sizes(0), [0_usize; 0]);
        assert_eq!(sizes(7), [4, 2, 1]);
        assert_eq!(sizes(131), [64, 64, 2, 1]);
        assert_eq!(places(2, 3), "($1, $2), ($3, $4), ($5, $6)");
    }
}
