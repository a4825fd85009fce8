//! What the overview says of many votes.

use serde_json::json;
use workflowai_feedback_protocol::token::Claims;

use super::{page, sign_in, vote};
use crate::aggregates::add_up;
use crate::receiver::{Running, claims, start};

#[tokio::test]
async fn the_overview_sums_up_the_days_time_after_time() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    let empty = page(&server, &cookie, "/dashboard/overview").await.text();
    assert!(empty.contains("No votes in these 30 days"), "{empty}");
    for run in 0..4 {
        vote(&server, &format!("run-{run}"), "positive", None).await;
    }
    vote(&server, "run-4", "negative", Some("complaint")).await;
    for query in ["", "?days=7", "?days=90", "?days=30&agent=support"] {
        for _ in 0..3 {
            let text = page(&server, &cookie, &format!("/dashboard/overview{query}"))
                .await
                .text();
            // Of SciPy: 4 of 5.
            for shown in [
                "<dd>5</dd>",
                "80<span",
                "between 37.6 and 96.4 %",
                "complaint",
            ] {
                assert!(text.contains(shown), "{query}: no {shown} in {text}");
            }
            // Midnight may lie between the votes; the agent has all of them.
            assert!(text.contains("<td>5</td>"), "{text}");
            assert!(text.contains("h0"), "a dot: {text}");
        }
    }
    let other = page(&server, &cookie, "/dashboard/overview?agent=other")
        .await
        .text();
    assert!(other.contains("No votes in these 30 days"), "{other}");
    page(&server, &cookie, "/dashboard/overview?days=8")
        .await
        .fails(422, "invalid_request");
    assert_eq!(
        server.get("/dashboard/overview").await.status,
        303,
        "without signing in"
    );
}

/// Puts everything there is so many days into the past.
async fn age(server: &Running, days: i64) {
    let micros = days * 24 * 60 * 60 * 1_000_000;
    let mut database = server.database().await;
    for sql in [
        "UPDATE feedback SET created_at = created_at - $1",
        "UPDATE aggregates SET bucket = bucket - $1",
    ] {
        sqlx::query(sql)
            .bind(micros)
            .execute(&mut database)
            .await
            .expect("the past");
    }
    add_up(&mut database).await;
}

async fn votes(server: &Running, agent: &str, start: usize, positive: usize, negative: usize) {
    for number in 0..positive + negative {
        let outcome = if number < positive {
            "positive"
        } else {
            "negative"
        };
        let claims = Claims {
            agent: agent.into(),
            ..claims(&format!("run-{}", start + number))
        };
        let token = server.mint(&claims).await;
        let body = json!({
            "feedback_token": token, "outcome": outcome,
            "reasons": if outcome == "negative" { json!(["Too long"]) } else { json!([]) },
        });
        server.post("/v1/feedback", body).await.ok();
    }
}

#[tokio::test]
async fn figures_are_called_a_change_only_when_the_intervals_say_so() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    votes(&server, "worse", 0, 19, 1).await;
    votes(&server, "same", 0, 5, 5).await;
    age(&server, 8).await;
    votes(&server, "worse", 100, 4, 16).await;
    votes(&server, "same", 100, 6, 4).await;
    let text = page(&server, &cookie, "/dashboard/overview?days=7")
        .await
        .text();
    for shown in [
        // 20 and 10 votes in either week: nothing happened to their number.
        "no clear change from 30",
        // 24 of 30 before, 10 of 30 now.
        "down from 80 %",
        "down from 95 %",
        "no clear change from 50 %",
        // 16 and 4 in this week.
        "Too long</a></th><td>20</td>",
    ] {
        assert!(text.contains(shown), "no {shown} in {text}");
    }
    let one = page(&server, &cookie, "/dashboard/overview?days=7&agent=same")
        .await
        .text();
    assert!(
        one.contains("no clear change from 50 %") && !one.contains("down from"),
        "{one}"
    );
    assert!(
        one.contains("reason=Too+long") && one.contains("agent=same"),
        "{one}"
    );
}

#[tokio::test]
async fn days_and_times_are_the_viewers() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "positive", None).await;
    // 2026-06-30T22:30:00Z
    let mut database = server.database().await;
    sqlx::query("UPDATE feedback SET created_at = 1782858600000000")
        .execute(&mut database)
        .await
        .expect("a time");
    let berlin = format!("{cookie}; workflowai_feedback_zone=Europe/Berlin");
    let odd = format!("{cookie}; workflowai_feedback_zone=../../etc/passwd");
    for (cookie, when, zone, june, july) in [
        (&berlin, "1 Jul 2026, 00:30", "Europe/Berlin", 0, 1),
        (&cookie, "30 Jun 2026, 22:30", "UTC", 1, 0),
        (&odd, "30 Jun 2026, 22:30", "UTC", 1, 0),
    ] {
        let text = page(&server, cookie, "/dashboard").await.text();
        assert!(
            text.contains(when) && text.contains(&format!("Times are {zone}")),
            "{text}"
        );
        for (query, votes) in [("to=2026-07-01", june), ("from=2026-07-01", july)] {
            let text = page(&server, cookie, &format!("/dashboard?{query}"))
                .await
                .text();
            let list = text.matches("class=\"vote ").count();
            assert_eq!(list, votes, "{zone} {query}: {text}");
        }
    }
}
