/// Which database it is. Everything that differs between them asks here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// How a transaction that writes begins. `SQLite` takes its one write lock at once: a lock
    /// taken later can fail with what was read already.
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Whether transactions of several processes can be at the same row.
    pub const fn has_row_locks(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The function that finds a text in another and counts from 1; 0 means it is not there.
    pub const fn position(self) -> &'static str {
        match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        }
    }

    /// The migrations, under the same numbers on each.
    pub const fn migrations(self) -> &'static [(i64, &'static str, &'static str)] {
        match self {
            Self::Sqlite => &[
                (
                    1,
                    "receiver",
                    include_str!("../../migrations/sqlite/0001_receiver.sql"),
                ),
                (
                    2,
                    "lists",
                    include_str!("../../migrations/sqlite/0002_lists.sql"),
                ),
            ],
            Self::Postgres => &[
                (
                    1,
                    "receiver",
                    include_str!("../../migrations/postgres/0001_receiver.sql"),
                ),
                (
                    2,
                    "lists",
                    include_str!("../../migrations/postgres/0002_lists.sql"),
                ),
            ],
        }
    }
}
