//! What operators see of requests, and what they do not.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::receiver::start;
use crate::server::{Server, command, line};

#[tokio::test]
async fn every_request_is_logged_by_route_and_id_without_its_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = std::fs::File::create(folder.path().join("log")).expect("a file");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--log-level", "info"];
    let mut command = command(folder.path(), &arguments);
    let server = Server::start_command(command.args(["--log-format", "json"]).stderr(log));
    let mint = ["token", "mint", "--agent", "secret-agent", "--run", "r"];
    let token = line(folder.path(), &mint);
    let mut ids = Vec::new();
    let mut keep = |answer: crate::http::Answer| {
        ids.push(answer.header("x-request-id").to_owned());
    };
    let query = format!("/v1/feedback?feedback_token={token}");
    keep(server.request("GET", &query).send().await);
    let body = json!({ "feedback_token": token, "outcome": "positive", "comment": "secret words" });
    keep(
        server
            .request("POST", "/v1/feedback")
            .json(&body)
            .send()
            .await,
    );
    let key = "Bearer secret-key";
    let list = server.request("GET", "/v1/_/agents/secret-agent/feedback?q=secret");
    keep(list.header("authorization", key).send().await);
    let given = server
        .request("GET", "/secret-path")
        .header("x-request-id", "secret-id");
    keep(given.send().await);
    assert!(server.stop());
    let log = std::fs::read_to_string(folder.path().join("log")).expect("the log");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &Value| line["message"] == "answered")
        .collect();
    let seen: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["method"].as_str(),
                line["route"].as_str(),
                line["status"].as_u64(),
            )
        })
        .collect();
    let expected = [
        ("GET", "/v1/feedback", 200),
        ("POST", "/v1/feedback", 200),
        ("GET", "/v1/{tenant}/agents/{agent_id}/feedback", 401),
        ("GET", "none", 404),
    ];
    let expected =
        expected.map(|(method, route, status)| (Some(method), Some(route), Some(status)));
    assert_eq!(seen, expected, "{log}");
    for (line, id) in lines.iter().zip(&ids) {
        assert_eq!(line["span"]["id"], json!(id), "{line}");
        assert_eq!(line["network"], "127.0.0.0/24");
    }
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 4);
    assert!(!log.contains("secret") && !log.contains(&token), "{log}");
    assert!(!log.contains("127.0.0.1"), "{log}");
}

#[tokio::test]
async fn prometheus_reads_counts_with_an_admins_key_or_on_a_port_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--metrics-listen", "127.0.0.1:0"]);
    let mint = ["token", "mint", "--agent", "a", "--run", "r"];
    let token = line(folder.path(), &mint);
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    server
        .request("POST", "/v1/feedback")
        .json(&body)
        .send()
        .await
        .ok();
    server
        .request("BREW", "/v1/feedback")
        .send()
        .await
        .fails(405, "method_not_allowed");
    let counts = |text: &str| {
        for count in [
            r#"workflowai_feedback_http_answers_total{route="/v1/feedback",method="POST",status="200"} 1"#,
            r#"workflowai_feedback_http_answers_total{route="/v1/feedback",method="other",status="405"} 1"#,
            r#"workflowai_feedback_http_seconds_count{route="/v1/feedback"} 2"#,
            "workflowai_feedback_commits_total 1",
            "workflowai_feedback_writes_total 1",
            "workflowai_feedback_writes_waiting 0",
        ] {
            assert!(text.contains(count), "{count}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    };
    server
        .request("GET", "/metrics")
        .send()
        .await
        .fails(401, "invalid_api_key");
    let with = |scopes: &str, tenant: &str| {
        let new = ["api-key", "new", "--scopes", scopes, "--tenant", tenant];
        let key = format!("Bearer {}", line(folder.path(), &new));
        server
            .request("GET", "/metrics")
            .header("authorization", &key)
            .send()
    };
    with("read", "default").await.fails(403, "missing_scope");
    with("admin", "acme").await.fails(403, "wrong_tenant");
    let answer = with("admin", "default").await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    counts(&answer.text());
    let own = server
        .said
        .iter()
        .find_map(|line| line.strip_prefix("metrics    http://"));
    let (address, path) = own.expect("where it is").split_once('/').expect("a path");
    let address = address.parse().expect("an address");
    let answer = crate::http::Request::new(address, "GET", &format!("/{path}"))
        .send()
        .await;
    counts(&answer.text());
    let elsewhere = crate::http::Request::new(address, "GET", "/dashboard")
        .send()
        .await;
    assert_eq!(elsewhere.status, 404, "nothing else is on that port");
}

#[tokio::test]
async fn no_answer_is_taken_for_another_type_than_its_own() {
    let server = start().await;
    for path in [
        "/v1/feedback",
        "/v1/_/agents/support/feedback",
        "/docs",
        "/docs/docs.css",
        "/openapi.json",
        "/healthz",
        "/dashboard/sign-in",
        "/widget/latest/index.js",
        "/nothing/here",
    ] {
        let answer = server.get(path).await;
        let all: Vec<_> = answer
            .headers
            .get_all("x-content-type-options")
            .iter()
            .collect();
        assert_eq!(all, ["nosniff"], "{path}");
    }
}
