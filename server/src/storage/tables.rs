//! What a backup holds, in an order in which it can be put back.

/// What a column holds. Texts and numbers may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Bytes,
}

use Kind::{Bytes, Number, Text};

/// A table and its columns.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

/// Sessions, sign-in links and invitations are left out: who signed out stays out. So is what can
/// be undone for an hour, and what webhooks answered. Those that refer to others come first.
pub const LEFT_OUT: [&str; 7] = [
    "sessions",
    "sign_in_links",
    "invitations",
    "triaged",
    "triages",
    "webhook_deliveries",
    "share_drops",
];

/// What the migrations themselves keep.
#[cfg(test)]
const OF_MIGRATIONS: [&str; 2] = ["_sqlx_migrations", "migration_lease"];

/// Every other table, those that are referred to first.
pub const TABLES: &[Table] = &[
    Table {
        name: "tenants",
        columns: &[("id", Text), ("created_at", Number)],
    },
    Table {
        name: "settings",
        columns: &[("name", Text), ("value", Text)],
    },
    Table {
        name: "tenant_settings",
        columns: &[("tenant", Text), ("name", Text), ("value", Text)],
    },
    Table {
        name: "views",
        columns: &[
            ("id", Text),
            ("tenant", Text),
            ("name", Text),
            ("query", Text),
            ("created_at", Number),
        ],
    },
    Table {
        name: "signing_keys",
        columns: &[
            ("kid", Text),
            ("tenant", Text),
            ("algorithm", Text),
            ("secret", Text),
            ("verification", Text),
            ("created_at", Number),
            ("retired_at", Number),
        ],
    },
    Table {
        name: "api_keys",
        columns: &[
            ("id", Text),
            ("tenant", Text),
            ("hash", Bytes),
            ("hint", Text),
            ("scopes", Text),
            ("created_at", Number),
            ("last_used_at", Number),
            ("revoked_at", Number),
        ],
    },
    Table {
        name: "users",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("password_hash", Text),
            ("login", Text),
            ("created_at", Number),
        ],
    },
    Table {
        name: "roles",
        columns: &[("user_id", Text), ("tenant", Text), ("role", Text)],
    },
    Table {
        name: "feedback",
        columns: &[
            ("id", Text),
            ("tenant", Text),
            ("agent", Text),
            ("run", Text),
            ("user_id", Text),
            ("outcome", Text),
            ("comment", Text),
            ("reasons", Text),
            ("annotation", Text),
            ("created_at", Number),
            ("updated_at", Number),
            ("client", Text),
            ("sequence", Number),
            ("pressed_at", Number),
            ("folded", Text),
            ("annotation_comment", Text),
            ("unbound", Number),
            ("assignee", Text),
        ],
    },
    Table {
        name: "intents",
        columns: &[
            ("feedback_id", Text),
            ("client", Text),
            ("sequence", Number),
        ],
    },
    Table {
        name: "reasons",
        columns: &[("feedback_id", Text), ("reason", Text)],
    },
    Table {
        name: "history",
        columns: &[
            ("id", Text),
            ("feedback_id", Text),
            ("at", Number),
            ("actor", Text),
            ("action", Text),
            ("outcome", Text),
            ("annotation", Text),
            ("comment_length", Number),
            ("assignee", Text),
        ],
    },
    Table {
        name: "aggregates",
        columns: &[
            ("tenant", Text),
            ("agent", Text),
            ("bucket", Number),
            ("shard", Number),
            ("positive", Number),
            ("negative", Number),
            ("positive_comments", Number),
            ("negative_comments", Number),
        ],
    },
    Table {
        name: "tenant_aggregates",
        columns: &[
            ("tenant", Text),
            ("bucket", Number),
            ("shard", Number),
            ("positive", Number),
            ("negative", Number),
            ("positive_comments", Number),
            ("negative_comments", Number),
        ],
    },
    Table {
        name: "daily_aggregates",
        columns: &[
            ("tenant", Text),
            ("agent", Text),
            ("day", Number),
            ("shard", Number),
            ("positive", Number),
            ("negative", Number),
            ("positive_comments", Number),
            ("negative_comments", Number),
        ],
    },
    Table {
        name: "webhooks",
        columns: &[
            ("id", Text),
            ("tenant", Text),
            ("url", Text),
            ("form", Text),
            ("events", Text),
            ("secret", Text),
            ("created_at", Number),
        ],
    },
    Table {
        name: "webhook_queue",
        columns: &[
            ("id", Text),
            ("webhook_id", Text),
            ("feedback_id", Text),
            ("place", Number),
            ("event", Text),
            ("detail", Text),
            ("at", Number),
            ("tries", Number),
            ("due_at", Number),
            ("dead_at", Number),
        ],
    },
    Table {
        name: "people",
        columns: &[
            ("tenant", Text),
            ("agent", Text),
            ("day", Number),
            ("sketch", Bytes),
        ],
    },
    Table {
        name: "people_until",
        columns: &[("tenant", Text), ("created_at", Number)],
    },
    Table {
        name: "contexts",
        columns: &[
            ("tenant", Text),
            ("agent", Text),
            ("run", Text),
            ("user_id", Text),
            ("kind", Text),
            ("body", Bytes),
            ("size", Number),
            ("stored_at", Number),
            ("due_at", Number),
        ],
    },
    Table {
        name: "context_usage",
        columns: &[("tenant", Text), ("shard", Number), ("bytes", Number)],
    },
    Table {
        name: "erasures",
        columns: &[("tenant", Text), ("hash", Bytes), ("erased_at", Number)],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::metrics::Writes;
    use crate::storage::open;

    /// A table or column that a later migration adds must not be missing in backups.
    #[tokio::test]
    async fn every_table_and_column_of_the_schema_is_copied_or_left_out_on_purpose() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::in_folder(folder.path());
        let storage = open(&config, Writes::new()).await.expect("a database");
        let storage = storage.storage;
        let mut names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        )
        .fetch_all(&storage.read)
        .await
        .expect("the tables");
        // The search is made anew from the comments.
        let left_out = [&LEFT_OUT[..], &OF_MIGRATIONS].concat();
        names.retain(|name| !left_out.contains(&name.as_str()) && !name.starts_with("search"));
        names.sort();
        let mut copied: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        copied.sort_unstable();
        assert_eq!(names, copied);
        for table in TABLES {
            let mut found: Vec<(String, String)> =
                sqlx::query_as("SELECT name, type FROM pragma_table_info($1)")
                    .bind(table.name)
                    .fetch_all(&storage.read)
                    .await
                    .expect("the columns");
            found.sort();
            let mut copied: Vec<(String, String)> = table
                .columns
                .iter()
                .map(|(name, kind)| {
                    let kind = match kind {
                        Text => "TEXT",
                        Number => "BIGINT",
                        Bytes => "BLOB",
                    };
                    ((*name).to_owned(), kind.to_owned())
                })
                .collect();
            copied.sort();
            assert_eq!(found, copied, "{}", table.name);
        }
    }
}
