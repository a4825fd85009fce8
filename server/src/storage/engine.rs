use sqlx::AnyConnection;

use crate::secret;

/// Rows a bucket of the aggregates is spread over where several processes write.
const SHARDS: u8 = 16;

/// Which database it is. Everything that differs between them asks here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Whose connection it is.
    pub fn of(connection: &AnyConnection) -> Self {
        match connection.backend_name() {
            "SQLite" => Self::Sqlite,
            _ => Self::Postgres,
        }
    }

    /// How a transaction that writes begins. `SQLite` takes its one write lock at once: a lock
    /// taken later can fail with what was read already.
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// How a transaction begins that sees one moment, however long it reads.
    pub const fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Whether transactions of several processes can be at the same row.
    pub const fn has_row_locks(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The row of a bucket that this process adds to: one is enough where one process writes.
    pub fn shard(self) -> i64 {
        match self {
            Self::Sqlite => 0,
            Self::Postgres => {
                // Any will do; two processes on one row only wait for each other.
                let [first, ..] = secret::hash(&secret::random());
                i64::from(first % SHARDS)
            }
        }
    }

    /// The function that finds a text in another and counts from 1; 0 means it is not there.
    pub const fn position(self) -> &'static str {
        match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        }
    }

    /// The number of the newest migration.
    pub fn newest(self) -> i64 {
        self.migrations().last().map_or(0, |(version, ..)| *version)
    }

    /// The migrations, under the same numbers on each.
    pub const fn migrations(self) -> &'static [(i64, &'static str, &'static str)] {
        macro_rules! of {
            ($engine:literal) => {
                &[
                    of!($engine, 1, "0001_receiver"),
                    of!($engine, 2, "0002_lists"),
                    of!($engine, 3, "0003_aggregates"),
                    of!($engine, 4, "0004_users_per_run"),
                    of!($engine, 5, "0005_erasures"),
                    of!($engine, 6, "0006_triage"),
                    of!($engine, 7, "0007_search"),
                    of!($engine, 8, "0008_team"),
                    of!($engine, 9, "0009_contexts"),
                    of!($engine, 10, "0010_webhooks"),
                    of!($engine, 11, "0011_settings"),
                    of!($engine, 13, "0013_people"),
                    of!($engine, 14, "0014_rollups"),
                    of!($engine, 15, "0015_people_alone"),
                ]
            };
            ($engine:literal, $version:literal, $name:literal) => {
                (
                    $version,
                    $name,
                    include_str!(concat!("../../migrations/", $engine, "/", $name, ".sql")),
                )
            };
        }
        match self {
            Self::Sqlite => of!("sqlite"),
            Self::Postgres => of!("postgres"),
        }
    }
}
