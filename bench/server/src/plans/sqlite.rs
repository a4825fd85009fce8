//! `EXPLAIN QUERY PLAN` of the statements that the receiver makes, read from its own log.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection as Database, OpenFlags};
use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Event, Metadata, Subscriber};
use workflowai_feedback_server::{Config, Receiver};

use super::one_line;
use crate::cases::{Case, cases};
use crate::client::Connection;
use crate::failure::Failure;
use crate::lists::{request, sign_in};
use crate::receiver::API_KEY;

/// The plans of the first request of each case.
pub async fn plans(folder: &Path, end: i64) -> Result<Vec<(Case, Vec<String>)>, Failure> {
    let statements = Statements::default();
    tracing::subscriber::set_global_default(statements.clone())?;
    let config = Config {
        api_key: Some(API_KEY.into()),
        ..Config::in_folder(folder)
    };
    let receiver = Receiver::open(config).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let service = receiver
        .router()
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    let serving = tokio::spawn(async move { axum::serve(listener, service).await });
    let link = receiver.dashboard_link("").await?;
    let session = sign_in(&link, address).await?;
    let file = folder.join("feedback.db");
    let database = Database::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut plans = Vec::new();
    for case in cases(address, end).await? {
        statements.taken();
        let request = request(&case, &case.paths[0], &session);
        let answer = Connection::open(address).await?.send(&request).await?;
        if answer.status != 200 {
            return Err(format!("{} was answered {}", case.paths[0], answer.status).into());
        }
        let mut of_case = Vec::new();
        for sql in statements.taken() {
            // Others are connections being made ready.
            if sql.starts_with("SELECT") || sql.starts_with("WITH") {
                of_case.push(explain(&database, &sql)?);
            }
        }
        plans.push((case, of_case));
    }
    serving.abort();
    Ok(plans)
}

fn explain(database: &Database, sql: &str) -> Result<String, Failure> {
    let mut plan = one_line(sql);
    let mut statement = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        plan.push_str("\n    ");
        plan.push_str(&row.get::<_, String>("detail")?);
    }
    Ok(plan)
}

/// Keeps the statements that are logged.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut sql = Sql::default();
        event.record(&mut sql);
        // A short one is its own summary.
        let sql = if sql.whole.trim().is_empty() {
            sql.summary
        } else {
            sql.whole
        };
        self.0.lock().expect("no panic").push(sql.trim().to_owned());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Sql {
    summary: String,
    whole: String,
}

impl Visit for Sql {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
