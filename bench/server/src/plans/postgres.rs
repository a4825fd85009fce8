//! What `auto_explain` logs of the receiver's statements, with the times they really took.

use std::net::SocketAddr;

use sqlx::{Connection as _, PgConnection, query};

use super::one_line;
use crate::cases::{Case, cases};
use crate::client::Connection;
use crate::failure::Failure;
use crate::lists::{request, sign_in};
use crate::receiver::Place;

/// The plans of the second request of each case; `log` gives the server's log.
pub async fn plans(
    place: &Place,
    url: &str,
    end: i64,
    log: impl Fn() -> String,
) -> Result<Vec<(Case, Vec<String>)>, Failure> {
    let mut database = PgConnection::connect(url).await?;
    for set in [
        "ALTER ROLE test SET session_preload_libraries = 'auto_explain'",
        "ALTER ROLE test SET auto_explain.log_min_duration = 0",
        "ALTER ROLE test SET auto_explain.log_analyze = on",
        "ALTER ROLE test SET auto_explain.log_timing = off",
    ] {
        query(set).execute(&mut database).await?;
    }
    let serving = place.serve()?;
    let address: SocketAddr = serving.address;
    let link = place.said(&["dashboard", "link"])?;
    let session = sign_in(&link, address).await?;
    let mut plans = Vec::new();
    for case in cases(address, end).await? {
        let request = request(&case, &case.paths[0], &session);
        let mut connection = Connection::open(address).await?;
        connection.send(&request).await?;
        let before = log().len();
        connection.send(&request).await?;
        let said = log();
        let said = said.get(before..).unwrap_or_default();
        plans.push((
            case,
            said.split("LOG:  duration:")
                .skip(1)
                .filter_map(plan)
                .collect(),
        ));
    }
    for reset in ["session_preload_libraries", "auto_explain.log_min_duration"] {
        let sql = format!("ALTER ROLE test RESET {reset}");
        query(sqlx::AssertSqlSafe(sql))
            .execute(&mut database)
            .await?;
    }
    Ok(plans)
}

/// The statement on the first line, the plan below it. None for what no request asked.
fn plan(logged: &str) -> Option<String> {
    let (time, rest) = logged.split_once(" plan:\n")?;
    let rest = rest.trim_start().strip_prefix("Query Text: ")?;
    // The plan begins where costs do.
    let begin = rest.lines().position(|line| line.contains("(cost="))?;
    let lines: Vec<&str> = rest.lines().collect();
    let sql = one_line(&lines[..begin].join(" "));
    if !(sql.starts_with("SELECT") || sql.starts_with("WITH")) || sql.contains("search_due LIMIT") {
        return None;
    }
    let plan = lines[begin..]
        .iter()
        .filter(|line| line.starts_with(['\t', ' ']));
    let plan: Vec<String> = plan
        .map(|line| format!("    {}", line.trim_end()))
        .collect();
    Some(format!(
        "{sql}\n    in {}\n{}",
        time.trim(),
        plan.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_plan_is_read() {
        let logged = "  0.020 ms  plan:\n\tQuery Text: SELECT 1\n\t  FROM a\n\tLimit  (cost=0.1 rows=1)\n\
            \t  ->  Index Scan  (cost=0.2 rows=1)\n2026-11-27 UTC [1] LOG";
        let plan = plan(logged).expect("a plan");
        assert!(
            plan.starts_with("SELECT 1 FROM a\n    in 0.020 ms\n    \tLimit"),
            "{plan}"
        );
        assert!(plan.ends_with("rows=1)"), "{plan}");
        assert_eq!(
            super::plan("  0.1 ms  plan:\n\tQuery Text: UPDATE a\n\tUpdate  (cost=1)"),
            None
        );
    }
}
