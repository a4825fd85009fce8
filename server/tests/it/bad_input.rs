//! Every bad input gets its typed error, stores nothing, and the server lives on.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use crate::dashboard::{page, sign_in, vote};
use crate::receiver::start;

#[tokio::test]
async fn every_bad_body_of_the_vectors_names_its_field() {
    let server = start().await;
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/wire.json")).expect("JSON");
    let mut tried = 0;
    for case in vectors["requests"].as_array().expect("a list") {
        let Some(field) = case.get("field").and_then(Value::as_str) else {
            continue;
        };
        let path = match case["call"].as_str().expect("a call") {
            "feedback" => "/v1/feedback",
            "retract" => "/v1/feedback/retract",
            _ => "/v1/feedback/lookup",
        };
        let text = case["raw"]
            .as_str()
            .map_or_else(|| case["body"].to_string(), str::to_owned);
        let answer = server
            .request("POST", path)
            .body("application/json", text)
            .send()
            .await;
        let name = &case["name"];
        // A lookup's items fail one by one, but only once the request as a whole can be read.
        answer.fails(422, "invalid_request");
        assert!(
            answer.message().starts_with(&format!("{field}:")),
            "{name}: {}",
            answer.text()
        );
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    assert!(server.listed().await.is_empty());
}

#[tokio::test]
async fn every_good_body_of_the_vectors_gets_as_far_as_its_token() {
    let server = start().await;
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/wire.json")).expect("JSON");
    for case in vectors["requests"].as_array().expect("a list") {
        if case.get("field").is_some() || case["call"] == "lookup" {
            continue;
        }
        let path = if case["call"] == "feedback" {
            "/v1/feedback"
        } else {
            "/v1/feedback/retract"
        };
        let answer = server.post(path, case["body"].clone()).await;
        answer.fails(400, "invalid_feedback_token");
    }
}

#[tokio::test]
async fn a_body_must_be_declared_as_json() {
    let server = start().await;
    let token = server.token("run-1").await;
    let body = json!({ "feedback_token": token, "outcome": "positive" }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "json",
        "text/json",
    ] {
        let answer = server
            .request("POST", "/v1/feedback")
            .body(kind, body.clone())
            .send()
            .await;
        answer.fails(415, "unsupported_media_type");
    }
    assert!(server.listed().await.is_empty());
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/vnd.api+json",
    ] {
        server
            .request("POST", "/v1/feedback")
            .body(kind, body.clone())
            .send()
            .await
            .ok();
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whatever_is_in_it() {
    let server = start().await;
    let token = server.token("run-1").await;
    let body = |length: usize| {
        let body = json!({ "feedback_token": token, "outcome": "positive", "pad": "" }).to_string();
        let pad = "x".repeat(length - body.len());
        body.replace(r#""pad":"""#, &format!(r#""pad":"{pad}""#))
    };
    let send = |length| {
        server
            .request("POST", "/v1/feedback")
            .body("application/json", body(length))
            .send()
    };
    send(256 * 1024 + 1).await.fails(413, "too_large");
    assert!(server.listed().await.is_empty());
    send(256 * 1024).await.ok();
}

#[tokio::test]
async fn unknown_addresses_and_methods_answer_like_any_other_error() {
    let server = start().await;
    for path in [
        "/",
        "/v1",
        "/v1/feedback/",
        "/v1/feedback/nope",
        "/demo/tokens",
        "/%00",
    ] {
        server.get(path).await.fails(404, "not_found");
    }
    for (method, path) in [
        ("DELETE", "/v1/feedback"),
        ("PUT", "/v1/feedback"),
        ("GET", "/v1/feedback/retract"),
        ("GET", "/v1/feedback/lookup"),
        ("POST", "/healthz"),
        ("POST", "/dashboard"),
        ("DELETE", "/v1/_/agents/a/feedback"),
    ] {
        let answer = server.request(method, path).send().await;
        answer.fails(405, "method_not_allowed");
        assert_ne!(answer.header("allow"), "", "{path}");
    }
}

#[tokio::test]
async fn the_old_clients_call_names_its_fields_too() {
    let server = start().await;
    let token = server.token("run-1").await;
    let missing = server.get("/v1/feedback").await;
    missing.fails(422, "invalid_request");
    assert!(missing.message().starts_with("feedback_token:"));
    let empty = server.get("/v1/feedback?feedback_token=").await;
    assert!(empty.message().starts_with("feedback_token:"));
    let long = format!(
        "/v1/feedback?feedback_token={token}&user_id={}",
        "x".repeat(257)
    );
    let long = server.get(&long).await;
    long.fails(422, "invalid_request");
    assert!(long.message().starts_with("user_id:"));
    server
        .get("/v1/feedback?feedback_token=a&feedback_token=b")
        .await
        .fails(422, "invalid_request");
    server
        .get("/v1/feedback?feedback_token=junk")
        .await
        .fails(400, "invalid_feedback_token");
}

#[tokio::test]
async fn a_bad_item_of_a_lookup_fails_alone() {
    let server = start().await;
    let token = server.token("run-1").await;
    server
        .post(
            "/v1/feedback",
            json!({ "feedback_token": token, "outcome": "positive" }),
        )
        .await
        .ok();
    let items = json!({ "items": [
        { "feedback_token": "" },
        { "feedback_token": token, "user_id": "x".repeat(257) },
        { "feedback_token": token },
    ]});
    let reply = server.post("/v1/feedback/lookup", items).await.ok();
    assert_eq!(reply["items"][0]["error"]["code"], "invalid_request");
    assert_eq!(reply["items"][1]["error"]["code"], "invalid_request");
    assert_eq!(reply["items"][2], json!({ "outcome": "positive" }));
}

#[tokio::test]
async fn nul_where_a_name_is_looked_for_is_the_callers_mistake() {
    let server = start().await;
    let key = server.receiver.new_api_key("default", &Scope::ALL).await;
    let key = format!("Bearer {}", key.expect("a key"));
    for (method, path) in [
        ("DELETE", "/v1/_/api_keys/%00"),
        ("POST", "/v1/_/signing_keys/%00/retire"),
        ("POST", "/v1/_/agents/support/feedback/%00/annotate"),
        ("DELETE", "/v1/_/views/%00"),
        ("DELETE", "/v1/_/webhooks/%00"),
        ("DELETE", "/v1/_/people/%00"),
        ("POST", "/v1/_/triage/%00/undo"),
    ] {
        let request = server.request(method, path).header("authorization", &key);
        let body = json!({ "annotation": "correct" });
        let answer = request.json(&body).send().await;
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.text()
        );
    }
    vote(&server, "run-1", "positive", None).await;
    let cookie = sign_in(&server).await;
    for query in ["agent=%00", "run=%00", "assignee=%00", "user_id=%00"] {
        for view in ["", "/overview"] {
            let answer = page(&server, &cookie, &format!("/dashboard{view}?{query}")).await;
            assert!(answer.status < 500, "{view} {query}: {}", answer.text());
        }
    }
    let guess = server.request("POST", "/dashboard/sign-in");
    let guess = guess.form(&[("login", "\0"), ("password", "a long password")]);
    let answer = guess.send().await;
    assert!((400..500).contains(&answer.status), "{}", answer.text());
    // And it lives on.
    assert_eq!(server.get("/readyz").await.status, 200);
    assert_eq!(server.listed().await.len(), 1);
}
