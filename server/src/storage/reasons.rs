use super::engine::Engine;
use super::search::Search;
use super::{Filter, Storage, StorageError};

/// Votes that are looked at: reasons are not among the kept totals.
const NEWEST: u32 = 10_000;
/// Reasons that are told apart.
const REASONS: u32 = 12;

/// How often a reason was chosen.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReasonCount {
    /// The reason.
    pub reason: String,
    /// Votes that give it.
    pub votes: i64,
}

/// The reasons of the newest votes that a filter leaves.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// Most frequent first.
    pub counts: Vec<ReasonCount>,
    /// So many votes were looked at.
    pub of: i64,
    /// Whether there are older ones.
    pub partial: bool,
}

impl Storage {
    /// How often each reason was chosen among the newest votes that the filter leaves.
    pub async fn reasons(&self, tenant: &str, filter: &Filter) -> Result<Reasons, StorageError> {
        let newest = |columns: &str| {
            let rules = filter.rules(tenant, self.engine);
            let sql = format!(
                "SELECT {columns} FROM {} WHERE {} ORDER BY created_at DESC, id DESC
                 LIMIT {NEWEST}",
                Search::default().table(self.engine, filter),
                rules.sql(),
            );
            (sql, rules.arguments())
        };
        let (column, chosen) = match self.engine {
            Engine::Sqlite => ("id", "JOIN reasons ON reasons.feedback_id = newest.id"),
            // It would read the reasons of all votes.
            Engine::Postgres => (
                "reasons",
                "CROSS JOIN LATERAL jsonb_array_elements_text(CAST(newest.reasons AS JSONB))
                     AS reasons (reason)",
            ),
        };
        let (votes, arguments) = newest(column);
        let sql = format!(
            "SELECT reasons.reason, COUNT(*) AS votes FROM ({votes}) AS newest {chosen}
             GROUP BY reasons.reason ORDER BY 2 DESC, 1 LIMIT {REASONS}"
        );
        let counts = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), arguments)
            .fetch_all(&self.read)
            .await?;
        let (votes, arguments) = newest("1 AS one");
        let sql = format!("SELECT COUNT(*) FROM ({votes}) AS newest");
        let of: i64 = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), arguments)
            .fetch_one(&self.read)
            .await?;
        Ok(Reasons {
            counts,
            of,
            partial: of == i64::from(NEWEST),
        })
    }
}
