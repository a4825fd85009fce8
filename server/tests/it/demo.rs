//! `serve --demo`, and that nothing of it exists without the flag.

use serde_json::{Value, json};

use crate::receiver::{start, start_with};
use crate::server::Server;

#[tokio::test]
async fn a_visitor_gets_tokens_that_vote_as_that_visitor() {
    let server = start_with(|config| config.demo = true).await;
    let first = server
        .post("/demo/tokens", json!({ "runs": ["run-1", "run-2"] }))
        .await
        .ok();
    let visitor = first["visitor"].as_str().expect("a visitor");
    let vote = json!({ "feedback_token": first["tokens"]["run-1"], "outcome": "negative" });
    assert_eq!(
        server.post("/v1/feedback", vote).await.ok()["user_id"],
        visitor
    );
    // After a reload the page gets fresh tokens and sees its vote again.
    let body = json!({ "visitor": visitor, "runs": ["run-1"] });
    let again = server.post("/demo/tokens", body).await.ok();
    assert_eq!(again["visitor"], visitor);
    let token = again["tokens"]["run-1"].as_str().expect("a token");
    assert_eq!(server.outcome(token).await, "negative");
    let other = server
        .post(
            "/demo/tokens",
            json!({ "visitor": null, "runs": ["run-1"] }),
        )
        .await
        .ok();
    assert_ne!(other["visitor"], visitor);
    assert_eq!(
        server
            .outcome(other["tokens"]["run-1"].as_str().expect("a token"))
            .await,
        Value::Null
    );
}

#[tokio::test]
async fn bad_requests_for_tokens_name_their_field() {
    let server = start_with(|config| config.demo = true).await;
    let many: Vec<String> = (0..51).map(|run| run.to_string()).collect();
    for (body, field) in [
        (json!({}), "runs"),
        (json!({ "runs": [] }), "runs"),
        (json!({ "runs": many }), "runs"),
        (json!({ "runs": ["r", ""] }), "runs[1]"),
        (json!({ "runs": ["r"], "visitor": "admin" }), "visitor"),
        (
            json!({ "runs": ["r"], "visitor": "DFD7BA2E-B61F-4F63-B302-52C7889EC2E3" }),
            "visitor",
        ),
        (
            json!({ "runs": ["r"], "visitor": "01930000-0000-7000-8000-000000000001" }),
            "visitor",
        ),
        (json!({ "runs": ["r"], "visitor": 7 }), "visitor"),
    ] {
        let refused = server.post("/demo/tokens", body).await;
        refused.fails(422, "invalid_request");
        assert!(
            refused.message().starts_with(&format!("{field}:")),
            "{}",
            refused.text()
        );
    }
}

#[tokio::test]
async fn the_demo_answers_to_this_machine_and_its_own_pages_alone() {
    let server = start_with(|config| config.demo = true).await;
    for path in ["/dashboard", "/demo/tokens", "/"] {
        let rebound = server
            .request("GET", path)
            .header("host", "evil.example")
            .send()
            .await;
        rebound.fails(403, "forbidden");
    }
    let foreign = server
        .request("POST", "/demo/tokens")
        .header("origin", "https://evil.example");
    foreign
        .json(&json!({ "runs": ["r"] }))
        .send()
        .await
        .fails(403, "forbidden");
    let dashboard = server.get("/dashboard").await;
    assert_eq!(dashboard.status, 200);
    assert!(
        dashboard
            .text()
            .contains("open to this machine without signing in")
    );
}

#[tokio::test]
async fn nothing_of_the_demo_exists_without_the_flag() {
    let server = start().await;
    server
        .post("/demo/tokens", json!({ "runs": ["r"] }))
        .await
        .fails(404, "not_found");
    server.get("/demo/index.html").await.fails(404, "not_found");
    server.get("/").await.fails(404, "not_found");
    assert_eq!(server.get("/dashboard").await.status, 303);
}

#[tokio::test]
async fn the_demo_keeps_its_votes_in_a_database_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    assert!(server.said[0].contains("demo.db"), "{:?}", server.said);
    assert!(!folder.path().join(".feedback/feedback.db").exists());
    // The printed link works here too.
    let link = server.link().expect("a link").to_owned();
    let enter = server
        .request("POST", "/dashboard/sign-in")
        .form(&[("code", &link)])
        .send()
        .await;
    assert_eq!(enter.status, 303);
}
