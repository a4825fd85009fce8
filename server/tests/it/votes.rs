//! The public calls when all is well.

use serde_json::{Value, json};
use workflowai_feedback_protocol::token::Claims;

use crate::receiver::{claims, start, start_with};

#[tokio::test]
async fn a_vote_is_stored_listed_and_looked_up() {
    let server = start().await;
    let token = server.token("run-1").await;
    let body = json!({
        "feedback_token": token,
        "outcome": "negative",
        "comment": "wrong 😀",
        "user_id": "user-1",
        "reasons": ["slow"],
    });
    let reply = server.post("/v1/feedback", body).await.ok();
    let id = reply["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        reply,
        json!({ "id": id, "outcome": "negative", "comment": "wrong 😀", "user_id": "user-1" })
    );
    let listed = server.listed().await;
    assert_eq!(listed.len(), 1);
    let mut entry = listed[0].clone();
    for time in ["created_at", "updated_at"] {
        let text = entry[time].as_str().expect("a time");
        assert!(text.ends_with('Z') && text.contains('T'), "{text}");
        entry[time].take();
    }
    assert_eq!(
        entry,
        json!({
            "id": id,
            "agent_id": "support",
            "run_id": "run-1",
            "user_id": "user-1",
            "outcome": "negative",
            "comment": "wrong 😀",
            "reasons": ["slow"],
            "annotation": null,
            "created_at": null,
            "updated_at": null,
        })
    );
    let items = json!({ "items": [
        { "feedback_token": token, "user_id": "user-1" },
        { "feedback_token": token },
        { "feedback_token": "junk" },
    ]});
    let found = server.post("/v1/feedback/lookup", items).await.ok();
    assert_eq!(found["items"][0], json!({ "outcome": "negative" }));
    assert_eq!(found["items"][1], json!({ "outcome": null }));
    assert_eq!(found["items"][2]["error"]["code"], "invalid_feedback_token");
    let old = server
        .get(&format!(
            "/v1/feedback?feedback_token={token}&user_id=user-1"
        ))
        .await
        .ok();
    assert_eq!(old, json!({ "outcome": "negative" }));
    let anonymous = server
        .get(&format!("/v1/feedback?feedback_token={token}"))
        .await
        .ok();
    assert_eq!(anonymous, json!({ "outcome": null }));
}

#[tokio::test]
async fn a_second_vote_overwrites_the_first_with_everything_in_it() {
    let server = start().await;
    let token = server.token("run-1").await;
    let first = json!({
        "feedback_token": token, "outcome": "negative", "comment": "no", "reasons": ["slow"],
    });
    let first = server.post("/v1/feedback", first).await.ok();
    let second = json!({ "feedback_token": token, "outcome": "positive" });
    let second = server.post("/v1/feedback", second).await.ok();
    assert_eq!(second["id"], first["id"]);
    assert_eq!(second["comment"], Value::Null);
    let listed = server.listed().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["outcome"], "positive");
    assert_eq!(listed[0]["comment"], Value::Null);
    assert_eq!(listed[0]["reasons"], json!([]));
}

#[tokio::test]
async fn absent_null_and_empty_users_share_one_entry() {
    let server = start().await;
    let token = server.token("run-1").await;
    let mut ids = Vec::new();
    for user in [None, Some(Value::Null), Some(json!(""))] {
        let mut body = json!({ "feedback_token": token, "outcome": "positive" });
        if let Some(user) = user {
            body["user_id"] = user;
        }
        let reply = server.post("/v1/feedback", body).await.ok();
        assert_eq!(reply["user_id"], Value::Null);
        ids.push(reply["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let other = json!({ "feedback_token": token, "outcome": "positive", "user_id": "u" });
    assert_ne!(server.post("/v1/feedback", other).await.ok()["id"], ids[0]);
    assert_eq!(server.listed().await.len(), 2);
}

#[tokio::test]
async fn taking_back_leaves_nothing_to_see_and_a_new_vote_is_a_new_one() {
    let server = start().await;
    let token = server.token("run-1").await;
    let nothing = server
        .post("/v1/feedback/retract", json!({ "feedback_token": token }))
        .await;
    assert_eq!(nothing.ok(), json!({ "outcome": null }));
    let vote = json!({ "feedback_token": token, "outcome": "negative", "comment": "no" });
    let first = server.post("/v1/feedback", vote.clone()).await.ok();
    let other = json!({ "feedback_token": server.token("run-2").await, "outcome": "positive" });
    server.post("/v1/feedback", other).await.ok();
    let gone = server
        .post("/v1/feedback/retract", json!({ "feedback_token": token }))
        .await;
    assert_eq!(gone.ok(), json!({ "outcome": null }));
    assert_eq!(server.outcome(&token).await, Value::Null);
    assert_eq!(server.listed().await.len(), 1);
    let again = server.post("/v1/feedback", vote).await.ok();
    assert_eq!(again["id"], first["id"]);
    let listed = server.listed().await;
    assert_eq!(listed[0]["id"], first["id"], "the newest vote comes first");
}

#[tokio::test]
async fn a_bound_token_votes_for_its_user_alone() {
    let server = start().await;
    let token = server
        .mint(&Claims {
            user: Some("user-1".into()),
            ..claims("run-1")
        })
        .await;
    let vote =
        |user: Value| json!({ "feedback_token": token, "outcome": "positive", "user_id": user });
    let filled_in = server.post("/v1/feedback", vote(Value::Null)).await.ok();
    assert_eq!(filled_in["user_id"], "user-1");
    let same = server
        .post("/v1/feedback", vote(json!("user-1")))
        .await
        .ok();
    assert_eq!(same["id"], filled_in["id"]);
    server
        .post("/v1/feedback", vote(json!("user-2")))
        .await
        .fails(403, "user_mismatch");
    assert_eq!(server.listed().await.len(), 1);
}

#[tokio::test]
async fn an_operator_may_refuse_unbound_tokens() {
    let server = start_with(|config| config.require_bound_tokens = true).await;
    let unbound = json!({ "feedback_token": server.token("run-1").await, "outcome": "positive" });
    server
        .post("/v1/feedback", unbound)
        .await
        .fails(403, "unbound_token");
    let bound = server
        .mint(&Claims {
            user: Some("u".into()),
            ..claims("run-1")
        })
        .await;
    server
        .post(
            "/v1/feedback",
            json!({ "feedback_token": bound, "outcome": "positive" }),
        )
        .await
        .ok();
}

#[tokio::test]
async fn tenants_agents_and_runs_are_kept_apart() {
    let server = start().await;
    let tokens = [
        server.mint_in("acme", &claims("run-1")).await,
        server.token("run-1").await,
        server.token("run-2").await,
        server
            .mint(&Claims {
                agent: "other".into(),
                ..claims("run-1")
            })
            .await,
    ];
    for token in &tokens {
        let vote = json!({ "feedback_token": token, "outcome": "positive" });
        server.post("/v1/feedback", vote).await.ok();
    }
    server
        .post(
            "/v1/feedback/retract",
            json!({ "feedback_token": tokens[0] }),
        )
        .await
        .ok();
    assert_eq!(server.outcome(&tokens[0]).await, Value::Null);
    for token in &tokens[1..] {
        assert_eq!(server.outcome(token).await, "positive");
    }
}

#[tokio::test]
async fn any_page_may_call_with_any_header() {
    let server = start().await;
    let preflight = server
        .request("OPTIONS", "/v1/feedback")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,x-made-up",
        )
        .send()
        .await;
    assert_eq!(preflight.status, 200);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        "authorization,content-type,x-made-up"
    );
    // Both published clients send a key that means nothing here.
    let vote = server
        .request("POST", "/v1/feedback")
        .header("origin", "https://app.example")
        .header("authorization", "Bearer nonsense")
        .json(&json!({ "feedback_token": server.token("run-1").await, "outcome": "positive" }))
        .send()
        .await;
    assert_eq!(vote.status, 200);
    assert_eq!(vote.header("access-control-allow-origin"), "*");
    assert_eq!(
        vote.header("access-control-expose-headers"),
        "retry-after,x-request-id"
    );
    assert_eq!(vote.header("access-control-allow-credentials"), "");
    assert_eq!(vote.header("cache-control"), "no-store");
    // A page must be able to read why it was refused.
    let refused = server
        .request("POST", "/v1/feedback")
        .header("origin", "https://app.example");
    let refused = refused.json(&json!({})).send().await;
    assert_eq!(
        (
            refused.status,
            refused.header("access-control-allow-origin")
        ),
        (422, "*")
    );
}

#[tokio::test]
async fn an_operator_may_narrow_the_origins() {
    let allowed = "https://app.example".parse().expect("a header value");
    let server = start_with(|config| config.allowed_origins = vec![allowed]).await;
    let vote = json!({ "feedback_token": server.token("run-1").await, "outcome": "positive" });
    for (origin, allowed) in [
        ("https://app.example", "https://app.example"),
        ("https://evil.example", ""),
    ] {
        let request = server
            .request("POST", "/v1/feedback")
            .header("origin", origin);
        let answer = request.json(&vote).send().await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn too_many_calls_are_told_when_to_come_back() {
    let server = start_with(|config| config.rate_limit = Some(1)).await;
    let body = json!({ "items": [{ "feedback_token": "junk" }] });
    // However slow the machine, calls come faster than one a second.
    let mut refused = server.post("/v1/feedback/lookup", body.clone()).await;
    for _ in 0..1_000 {
        if refused.status == 429 {
            break;
        }
        refused = server.post("/v1/feedback/lookup", body.clone()).await;
    }
    refused.fails(429, "rate_limited");
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!(seconds >= 1);
}

#[tokio::test]
async fn behind_a_proxy_each_visitor_has_calls_of_their_own_and_nobody_can_pretend() {
    let server = start_with(|config| {
        config.rate_limit = Some(1);
        config.trusted_hops = 1;
    })
    .await;
    let body = json!({ "items": [{ "feedback_token": "junk" }] });
    let call = |forwarded: String| {
        let request = server.request("POST", "/v1/feedback/lookup");
        request
            .header("x-forwarded-for", &forwarded)
            .json(&body)
            .send()
    };
    let mut refused = false;
    for made_up in 0..1_000 {
        refused = call(format!("198.51.100.{}, 203.0.113.1", made_up % 256))
            .await
            .status
            == 429;
        if refused {
            break;
        }
    }
    assert!(refused, "another made-up address is no other visitor");
    call("203.0.113.2".into()).await.ok();
}
